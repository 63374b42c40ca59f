"""Builders for tests: people, organisations, a venue, patents, drafts and published offers, made through the
real services.

They return values (actors, numbers), never rows, so nothing goes stale between transactions; read rows with
`register.find(number)` when you need them. Everything is signed with the accounts' own enrolled keys, opened
without the password so that a test does not wait for argon2; `tests.browser.PASSWORD` opens the same keys
through the pages.

    holder, venue = make_organisation(app, "u1"), make_venue(app, "v1")
    offer = published(app, holder, venue, fee=FREE)          # local, open now
    announce(offer)                                          # statutory from today on
    licensee = make_organisation(app, "c1", verified=False)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from itertools import count
from typing import Any, TypeVar
from uuid import UUID

from flask import Flask

from registry import clock
from registry.database import db, transaction
from registry.ledger.filings import Statement, signed_statement
from registry.ledger.signing import Ed25519Signer
from registry.licenses import consents, register, reviews, withdrawals
from registry.licenses import service as licenses
from registry.licenses.models import Consent
from registry.parties import keys, sessions
from registry.parties import service as parties
from registry.parties.accounts import NewPassword
from registry.parties.models import Account, Mail, Membership, Organisation, Venue
from registry.parties.rules import Actor, Level, OrganisationKind, Role
from registry.patents import service as patents
from registry.patents.numbers import check_character
from tests.browser import PASSWORD
from tests.parties.people import PDF

T = TypeVar("T")
FREE: dict[str, Any] = {"method": "FREE"}
LUMP: dict[str, Any] = {"method": "LUMP", "amount": "68000.00", "tax_included": True, "pay_within_days": 15}
NAMES = {
    "u1": ("申城理工大学", "12310000000000019X", "022"),
    "r1": ("申城应用技术研究院", "12310000000000094N", "021"),
    "c1": ("浦东智焊装备有限公司", "91310115000000027G", "150"),
    "c2": ("闵行云析信息技术有限公司", "913101120000000350", "150"),
    "c3": ("上海衡川新材料股份有限公司", "913100000000000439", "160"),
    "c4": ("嘉定启明医疗器械有限公司", "91310114000000051J", "150"),
    "c5": ("杭州临安数字科技有限公司", "9133010000000006X9", "150"),
    "a1": ("徐汇明正专利代理事务所", "91310104000000078T", "150"),
    "v1": ("东海知识产权交易中心", "91310118000000115A", "150"),
    "v2": ("江畔技术交易所", "91440300000000123F", "150"),
}
_serial = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who can sign in (password `tests.browser.PASSWORD`), as the actor they are first."""

    email: str
    actor: Actor
    signer: Ed25519Signer
    venue_id: UUID | None = None

    @property
    def organisation_id(self) -> UUID:
        assert self.actor.organisation_id is not None
        return self.actor.organisation_id

    def sign(self, fields: Mapping[str, Any]) -> Statement:
        """A statement under the account's own key."""
        return signed_statement(fields, self.signer, level=Level.ACCOUNT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A published declaration: its number, who holds it, whose venue published it."""

    number: str
    patent: str
    holder: Person
    venue: Person


# --- people and organisations ------------------------------------------------------------------------


@cache
def _password(n: int) -> NewPassword:
    """The n-th account's key, derived once for the whole test run: argon2 takes its time."""
    signer, sealed = keys.create_sealed(PASSWORD)
    return NewPassword(hash=keys.hash_password(PASSWORD), signer=signer, sealed=sealed)


def make_account(app: Flask, email: str = "", *, name: str = "王明") -> Person:
    """A confirmed account that acts for nobody."""
    n = db.session.query(Account).count()
    address = email or f"person{n}@example.cn"
    new = _password(n)
    transaction(lambda: parties.register(email=address, name=name, password=new))
    assert transaction(lambda: parties.confirm(address, code_of_inside(address)))
    return Person(email=address, actor=actor_of(address), signer=new.signer)


def code_of_inside(email: str) -> str:
    """`code_of` without ending the transaction it is asked in."""
    found = db.session.query(Mail).filter_by(address=email).order_by(Mail.created_at).all()[-1]
    return next(word for word in found.body.replace("，", " ").split() if word.isdigit() and len(word) == 6)


def actor_of(email: str, organisation_id: UUID | None = None) -> Actor:
    """An account as the member it is of an organisation, or of its first one."""
    account = db.session.query(Account).filter_by(email=email).one()
    query = sessions.memberships_of(account.id)
    if organisation_id is not None:
        query = query.where(Membership.organisation_id == organisation_id)
    made = sessions.actor_of(account, db.session.scalars(query).first())
    db.session.rollback()
    return made


def make_organisation(
    app: Flask, key: str = "u1", *, verified: bool = True, email: str = "", **changes: Any
) -> Person:
    """An organisation of NAMES with its owner; `changes` go over its particulars (country="HK", …)."""
    owner = make_account(app, email or f"{key}@example.cn", name=changes.pop("person_name", "王明"))
    facts = organisation_facts(key, **changes)
    transaction(lambda: parties.found(owner.actor, facts))
    made = replace(owner, actor=actor_of(owner.email))

    def check() -> None:
        db.session.get_one(Organisation, made.organisation_id).verified_at = clock.now()

    if verified:
        transaction(check)
    return made


def make_member(app: Flask, of: Person, role: Role, *, email: str = "") -> Person:
    """A colleague of an organisation (or of a venue) in another role."""
    person = make_account(app, email or f"{role}{next(_serial)}@example.cn", name="李娜")
    ids = {"organisation_id": of.actor.organisation_id, "venue_id": of.actor.venue_id}
    transaction(lambda: parties.join(person.actor.account_id, role=role, **ids))
    return replace(person, actor=actor_of(person.email), venue_id=of.venue_id)


def make_venue(app: Flask, key: str = "v1") -> Person:
    """A venue with one operator; `actor.venue_id` is the venue."""
    operator = make_account(app, f"{key}@example.cn", name="赵敏")
    facts = organisation_facts(key)

    def work() -> UUID:
        organisation = Organisation(**facts, created_at=clock.now(), verified_at=clock.now())
        db.session.add(organisation)
        db.session.flush()
        venue = parties.create_venue(key, organisation)
        parties.join(operator.actor.account_id, venue_id=venue.id, role=Role.OPERATOR)
        return venue.id

    venue_id = transaction(work)
    return replace(operator, actor=actor_of(operator.email), venue_id=venue_id)


def organisation_facts(key: str, **changes: Any) -> dict[str, Any]:
    """The particulars of one of NAMES."""
    name, code, nature = NAMES[key]
    return {
        "kind": OrganisationKind.ORGANISATION,
        "name": name,
        "uscc": code,
        "nature": nature,
        "country": "CN",
        "region": code[2:8],
        "address": "上海市某路 1 号",
        "legal_representative": "李四",
        "contact_name": "王明",
        "contact_phone": "13800138000",
        "contact_email": f"{key}@example.cn",
        "bank_name": "某银行上海分行",
        "bank_account": "6222020000000000001",
        **changes,
    }


def make_upload(app: Flask, who: Person, purpose: str = "other", *, data: bytes = PDF) -> UUID:
    """A small PDF somebody brought."""
    return transaction(
        lambda: parties.keep_upload(who.actor, data=data, filename="a.pdf", purpose=purpose).id
    )


# --- patents -----------------------------------------------------------------------------------------


def patent_number(year: int = 2019, kind: str = "1") -> str:
    """A number that was never given (serials 9999nnn), its check character right."""
    digits = f"{year}{kind}{9_990_000 + next(_serial) % 10_000:07d}"
    return f"ZL{digits}.{check_character(digits)}"


def make_patent(
    app: Flask,
    holder: Person,
    *,
    number: str = "",
    co_owners: tuple[str, ...] = (),
    annuity_paid_to: date | None = None,
    facts: tuple[Mapping[str, Any], ...] = (),
    **changes: Any,
) -> str:
    """An invention in force with its annuity paid; returns its number. `co_owners` are keys of NAMES."""
    organisation = db.session.get_one(Organisation, holder.organisation_id)
    owners = [{"name": organisation.name, "uscc": organisation.uscc or "", "person": organisation.is_person}]
    owners += [{"name": NAMES[key][0], "uscc": NAMES[key][1], "person": False} for key in co_owners]
    db.session.rollback()
    number = number or patent_number()
    described = {
        "number": number,
        "title": "一种分布式文件共享方法",
        "filing_date": date(int(number[2:6]), 3, 1),
        "grant_date": date(int(number[2:6]) + 2, 6, 1),
        "main_class": "25-03" if number[6] == "3" else "G06F 16/176",
        "publication": "CN111061695B",
        "inventors": ["张三", "李四"],
        "owners": owners,
        **changes,
    }

    def work() -> None:
        patent = patents.add(holder.actor, described)
        paid_to = annuity_paid_to or clock.today() + timedelta(days=300)
        patents.set_state(holder.actor, patent, annuity_paid_to=paid_to, facts=list(facts))

    transaction(work)
    return number


# --- declarations ------------------------------------------------------------------------------------


def steps(**changes: Any) -> dict[str, Any]:
    """Answers to every step, all in order; `changes` replace whole steps or, as mappings, parts of them."""
    today = clock.today()
    term = {
        "offer_last_day": (today + timedelta(days=730)).isoformat(),
        "license_last_day": (today + timedelta(days=2200)).isoformat(),
        "duration_months": 36,
    }
    answers: dict[str, Any] = {
        "declarant": {"signer_capacity": "legal_representative", "representative": True, "agency": None},
        "fee": FREE,
        "account": {
            "whose": "own",
            "name": "申城理工大学",
            "bank": "某银行上海分行",
            "number": "6222020000000000001",
            "venue_consents": False,
        },
        "fee_note": {"text": "参照同类技术的许可费用与研发投入测算。", "publicity_upload": None},
        "term": term,
        "acts": {"acts": ["make", "use", "sell"], "made_by_contractor": True, "marking": ""},
        "materials": {"handover": "published_only", "words": "", "hours": 0},
        "use": {
            "summary": "在多个节点之间共享文件。",
            "problem": "单点故障",
            "advantage": "可靠",
            "application": "企业文件服务",
            "products": "文件服务器",
            "industry": "I65",
            "field": "01",
            "stage": "prototype",
            "additional_terms": "",
        },
        "contact": {
            "unit": "技术转移中心",
            "phone": "021-63211234",
            "email": "transfer@example.cn",
            "relay": False,
            "notices_email": "transfer@example.cn",
            "receives_here": True,
        },
        "filing": {
            "recordal_by": "licensee",
            "registration_by": "holder",
            "dispute": "court",
            "dispute_body": "",
        },
        "opening": {"open_from": "now"},
    }
    for name, change in changes.items():
        whole = name not in answers or name == "fee"
        answers[name] = dict(change) if whole else {**answers[name], **change}
    return answers


TICKED = {
    "undertaking": True,
    "standing_authorisation": True,
    "receives_here": True,
    "internal_check": True,
}


def ready_draft(
    app: Flask,
    holder: Person,
    venue: Person,
    *,
    patent: str = "",
    co_owners: tuple[str, ...] = (),
    **changes: Any,
) -> str:
    """A draft with every step answered and ticked, ready to be signed; returns its number."""
    number = patent or make_patent(app, holder, co_owners=co_owners)
    answers = steps(**changes)

    def work() -> str:
        place = db.session.get_one(Venue, venue.venue_id)
        declaration = licenses.draft(holder.actor, patents.find(number), place)
        if co_owners:
            answers["owners"] = _addresses(declaration.draft["owners"])
        for step, given in answers.items():
            licenses.save_step(holder.actor, declaration, step, given)
        licenses.tick(holder.actor, declaration, TICKED)
        return declaration.number

    return transaction(work)


def _addresses(owners: Mapping[str, Any]) -> dict[str, Any]:
    items = [{**item, "email": f"owner{item['position']}@example.cn"} for item in owners["items"]]
    return {**owners, "items": items}


def consent_links(number: str, purpose: str = "declare") -> list[str]:
    """The tokens mailed to the co-owners of a declaration, in the order they were asked."""
    consented = {c.email for c in register.find(number).consents if c.purpose == purpose}
    found = db.session.query(Mail).filter(Mail.address.in_(consented)).order_by(Mail.created_at).all()
    links = [line for mail in found for line in mail.body.split() if "/consent/" in line]
    db.session.rollback()
    return list(dict.fromkeys(link.rpartition("/consent/")[2] for link in links))


def consent_all(app: Flask, holder: Person, number: str, purpose: str = "declare") -> list[Person]:
    """Ask every co-owner, and let each sign with an account of its own."""
    transaction(lambda: consents.ask(holder.actor, register.find(number), purpose))
    return [agree(app, consent_id) for consent_id in _asked(number, purpose)]


def agree(app: Flask, consent_id: UUID, who: Person | None = None) -> Person:
    """One co-owner signs what it was asked to."""
    person = who or make_account(app, f"co{next(_serial)}@example.cn", name="孙权利")
    statement = person.sign(reading(lambda: consents.statement_for(db.session.get_one(Consent, consent_id))))

    def work() -> None:
        consent = db.session.get_one(Consent, consent_id)
        consents.answer(person.actor, consent, answer="agreed", statement=statement)

    transaction(work)
    return person


def _asked(number: str, purpose: str) -> list[UUID]:
    def work() -> list[UUID]:
        found = consents.status(register.find(number), purpose)
        return [one.consent.id for one in found if one.consent is not None and one.state == "asked"]

    return reading(work)


def submit(app: Flask, holder: Person, number: str) -> str:
    """Sign and hand in a draft; returns the digest of its text."""
    statement = holder.sign(reading(lambda: licenses.prepare(holder.actor, register.find(number))))
    digest = str(statement.fields["fields"]["text_digest"])
    transaction(lambda: licenses.submit(holder.actor, register.find(number), statement, digest=digest).digest)
    return digest


def submitted(app: Flask, holder: Person, venue: Person, **changes: Any) -> str:
    """A declaration handed in, co-owners' consents included; returns its number."""
    number = ready_draft(app, holder, venue, **changes)
    if changes.get("co_owners"):
        consent_all(app, holder, number)
    submit(app, holder, number)
    return number


def pass_all(venue: Person, number: str) -> None:
    """Take a declaration up, unless that is done, and pass every line of the check list."""

    def work() -> None:
        declaration = register.find(number)
        if declaration.state == "submitted":
            reviews.take_up(venue.actor, declaration)
        for line in reviews.LINES:
            reviews.note_line(venue.actor, declaration, line, "pass")

    transaction(work)


def published(app: Flask, holder: Person | None = None, venue: Person | None = None, **changes: Any) -> Offer:
    """A published offer: local and open now unless `opening={"open_from": "announcement"}`.

    `changes` are those of `ready_draft`: patent, co_owners, and answers by step.
    """
    holder = holder or make_organisation(app, "u1")
    venue = venue or make_venue(app, "v1")
    number = submitted(app, holder, venue, **changes)
    pass_all(venue, number)
    transaction(lambda: reviews.approve(venue.actor, register.find(number)))
    patent = reading(lambda: register.find(number).patent.number)
    return Offer(number=number, patent=patent, holder=holder, venue=venue)


def announce(offer: Offer, day: date | None = None) -> str:
    """CNIPA has announced the offer, today or on an earlier day; returns its number there."""
    cnipa = f"KF{next(_serial):08d}"
    on = day or clock.today()
    transaction(
        lambda: reviews.announce(offer.venue.actor, register.find(offer.number), cnipa_number=cnipa, day=on)
    )
    return cnipa


def withdraw(app: Flask, offer: Offer, ground: str = "assignment", reason: str = "将转让专利权。") -> str:
    """Prepare, consent to, sign and file a withdrawal; returns its number."""
    holder = offer.holder
    number = transaction(
        lambda: (
            withdrawals.prepare(
                holder.actor, register.find(offer.number), ground=ground, reason=reason
            ).number
        )
    )
    for consent_id in _asked(offer.number, "withdraw"):
        agree(app, consent_id)
    statement = holder.sign(reading(lambda: withdrawals.statement_for(withdrawals.find(number))))
    transaction(lambda: withdrawals.file(holder.actor, withdrawals.find(number), statement).number)
    return number


def reading(work: Callable[[], T]) -> T:
    """Read something and end the read, as a GET does."""
    try:
        return work()
    finally:
        db.session.rollback()
