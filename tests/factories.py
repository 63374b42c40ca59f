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
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

from flask import Flask

from registry import clock
from registry.database import db, transaction
from registry.licenses import consents, register, reviews, withdrawals
from registry.licenses import service as licenses
from registry.licenses.models import Consent
from registry.parties.models import Mail, Organisation, Venue
from registry.parties.rules import Role as Role
from registry.patents import service as patents
from registry.patents.numbers import check_character
from tests.kept import remembered, serial
from tests.persons import NAMES as NAMES
from tests.persons import Person as Person
from tests.persons import actor_of as actor_of
from tests.persons import make_account as make_account
from tests.persons import make_member as make_member
from tests.persons import make_organisation as make_organisation
from tests.persons import make_upload as make_upload
from tests.persons import make_venue as make_venue
from tests.persons import organisation_facts as organisation_facts

T = TypeVar("T")
FREE: dict[str, Any] = {"method": "FREE"}
LUMP: dict[str, Any] = {"method": "LUMP", "amount": "68000.00", "tax_included": True, "pay_within_days": 15}
IN_KIND: dict[str, Any] = {
    "method": "OTHER",
    "words": "以一台检测设备的使用权抵付。",
    "condition": "设备交付并由双方在交接单上签收",
    "tax_included": True,
    "pay_within_days": 30,
}
_serial = serial()


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A published declaration: its number, who holds it, whose venue published it."""

    number: str
    patent: str
    holder: Person
    venue: Person


# --- patents -----------------------------------------------------------------------------------------


def patent_number(year: int = 2019, kind: str = "1") -> str:
    """A number that was never given (serials 99nnnnn), its check character right."""
    digits = f"{year}{kind}{9_900_000 + next(_serial) % 100_000:07d}"
    return f"ZL{digits}.{check_character(digits)}"


@remembered
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
    "ask_reviewer": True,
}


@remembered
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


@remembered
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


@remembered
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


@remembered
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
