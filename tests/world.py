"""One small world of every kind of object, for tests that knock at every door: who is there, what is theirs.

Everything belongs to holder `u1`, licensee `c1` and venue `v1`; `c2` and `v2` are strangers to all of it.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from registry import clock
from registry.catalogue import saved_searches
from registry.contracts import (
    account_changes,
    authorities,
    bank_lines,
    cases,
    decisions,
    invoices,
    payment_requests,
    refunds,
    register,
    result_lists,
    stamps,
)
from registry.contracts.duty_models import DefaultNotice, DutyPaper, Ending, RoyaltyReport
from registry.contracts.models import Acceptance, Paper
from registry.contracts.money_rules import LineState
from registry.contracts.request_printing import print_request
from registry.database import db, new_id, transaction
from registry.documents import store
from registry.documents.tables_in import read_pasted
from registry.erasure import service as erasure
from registry.exports import service as exports
from registry.exports.rules import Choice, Chosen
from registry.hooks import service as hooks
from registry.ledger import published as public_log
from registry.ledger import service as ledger
from registry.ledger.chain import TILE_WIDTH
from registry.ledger.checkpoints import note_head
from registry.ledger.notes import tile_path
from registry.ledger.signing import Ed25519Signer
from registry.licenses import register as offers
from registry.licenses import withdrawals
from registry.parties import doors, mail, sessions, units
from registry.parties import service as parties
from registry.parties.machine_models import ApiKey
from registry.parties.models import Account, Mail, Session, Upload
from registry.parties.rules import Actor, Role
from registry.statistics import service as statistics
from tests import lists, wishes, world_staff
from tests.access import NEW_ACCOUNT
from tests.browser import as_request
from tests.contracts import performing, taking
from tests.contracts.offices import OFFICE
from tests.documents.test_uploads import png
from tests.exports.making import ready
from tests.factories import (
    FREE,
    IN_KIND,
    LUMP,
    Offer,
    Person,
    actor_of,
    consent_links,
    make_account,
    make_member,
    make_organisation,
    make_upload,
    make_venue,
    published,
    reading,
    ready_draft,
    submitted,
)
from tests.licenses import batching, terms
from tests.parties import agents, devices
from tests.parties.people import PDF

ROLES = {"owner": Role.OWNER, "signer": Role.SIGNER, "preparer": Role.PREPARER, "finance": Role.FINANCE}


@dataclass
class Visitor:
    """Somebody with a session cookie and, where a membership allows it, a machine's key."""

    app: Flask
    person: Person | None
    token: str = ""
    bearer: str = ""

    def call(
        self,
        method: str,
        path: str,
        *,
        form: Mapping[str, Any] | None = None,
        body: Any = None,
        key: str = "k",
    ) -> TestResponse:
        """Knock: pages with the session and its token, the API with the key. Problems come as documents."""
        client = self.app.test_client()
        headers = {"Accept": "application/json", "Idempotency-Key": key}
        options: dict[str, Any] = {"method": method}
        if path.startswith("/api/"):
            if self.bearer:
                headers["Authorization"] = f"Bearer {self.bearer}"
            if method != "GET":
                options["json"] = body if body is not None else {}
        else:
            options["data"] = self._form(client, form or {}, key) if method != "GET" else None
        return as_request(client.open, path, headers=headers, **options)

    def _form(self, client: Any, form: Mapping[str, Any], key: str) -> dict[str, Any]:
        secret = self.app.extensions["settings"].secret_key.encode()
        bound = self.token or "visitor"
        client.set_cookie(doors.SESSION_COOKIE if self.token else doors.VISITOR_COOKIE, bound)
        token = hmac.new(secret, f"csrf:{bound}".encode(), hashlib.sha256).hexdigest()
        files = {name: (BytesIO(PDF), "a.pdf") for name, value in form.items() if value == "@file"}
        return {**form, **files, "csrf_token": token, "idempotency_key": key}

    def get(self, path: str) -> TestResponse:
        client = self.app.test_client()
        headers = {"Accept": "application/json"}
        if path.startswith("/api/") and self.bearer:
            headers["Authorization"] = f"Bearer {self.bearer}"
        elif self.token:
            client.set_cookie(doors.SESSION_COOKIE, self.token)
        return as_request(client.get, path, headers=headers)


@dataclass
class World:
    """Visitors by name, and the objects' names as they stand in addresses."""

    app: Flask
    visitors: dict[str, Visitor] = field(default_factory=dict)
    things: dict[str, str] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)


def make_world(app: Flask) -> World:
    """Everything once, through the real services."""
    world = World(app)
    _people(world)
    _registration(world)  # first: its papers are printed, the others' need not be
    _offers(world)
    _licenses(world)
    _money(world)
    _duties(world)
    _own_things(world)
    wishes.add_to(world)
    _letters(world)
    lists.add_to(world)
    world_staff.add_to(world)
    devices.add_to(world)
    _powers(world)
    _log(world)
    db.session.rollback()
    return world


def _powers(world: World) -> None:
    """The licensee files papers for the holder: a power that stands, one that waits, one in the making."""
    holder, agent = world.people["holder.owner"], world.people["licensee.owner"]
    given = {"matters": ["register"]}
    world.things["power"] = agents.named(holder, agent, **given)
    world.things["power_draft"] = agents.drafted(holder, agent, **given)
    world.things["power_offered"] = agents.drafted(holder, agent, **given)
    agents.grant(holder, world.things["power_offered"])
    unit = transaction(lambda: units.named(parties.organisation_of(holder.actor), "材料学院").id)
    world.things["unit"] = str(unit)


def _people(world: World) -> None:
    app, people = world.app, world.people
    for side, key in (("holder", "u1"), ("licensee", "c1"), ("foreign", "c2")):
        people[f"{side}.owner"] = make_organisation(app, key)
        for name, role in ROLES.items():
            if name != "owner":
                people[f"{side}.{name}"] = make_member(app, people[f"{side}.owner"], role)
    people["venue"], people["other_venue"] = make_venue(app, "v1"), make_venue(app, "v2")
    for name in (Role.AUDITOR, Role.ADMINISTRATOR, Role.SECURITY):
        person = make_account(app, f"{name}@example.cn")
        _join(person, name)
        people[str(name)] = Person(email=person.email, actor=actor_of(person.email), signer=person.signer)
    people["guest"] = make_account(app, "guest@example.cn")
    world.visitors = {name: _visitor(app, person) for name, person in people.items()}
    world.visitors["anonymous"] = Visitor(app, None)


def _join(person: Person, role: Role) -> None:
    transaction(lambda: parties.join(person.actor.account_id, role=role).id)


def _visitor(app: Flask, person: Person) -> Visitor:
    settings, actor = app.extensions["settings"], person.actor

    def work() -> str:
        return sessions.open_session(db.session.get_one(Account, actor.account_id), settings)

    token, bearer = transaction(work), ""
    if actor.role != Role.GUEST:
        bearer = transaction(lambda: parties.create_api_key(actor, label="test"))
    return Visitor(app, person, token, bearer)


def _offers(world: World) -> None:
    app, holder, venue = world.app, world.people["holder.owner"], world.people["venue"]
    free = published(app, holder, venue, fee=FREE)
    world.things |= {"offer": free.number, "patent": free.patent}
    world.things["draft"] = ready_draft(app, holder, venue)
    world.things["review"] = submitted(app, holder, venue, co_owners=("r1",))
    world.things["consent"] = consent_links(world.things["review"])[0]
    withdrawn = published(app, holder, venue, fee=FREE)

    def prepare() -> str:
        found = offers.find(withdrawn.number)
        return withdrawals.prepare(holder.actor, found, ground="assignment", reason="转让").number

    number = transaction(prepare)
    world.things |= {"offered": withdrawn.number, "withdrawal": number}
    world.things["text"] = reading(lambda: withdrawals.find(number).digest)
    world.things |= _batches(holder, venue)


def _batches(holder: Person, venue: Person) -> dict[str, str]:
    """A term set, a table that waits to be confirmed, and a batch with a draft and one signed."""
    term_set = batching.make_set(holder)
    many = batching.drafted(holder, venue, [batching.row(), batching.row()])
    signing = batching.sign(holder, many, batching.numbers_of(many)[:1])
    shown = batching.bring(holder, venue, [batching.row()])
    return {"term_set": str(term_set), "many": str(many), "signing": str(signing), "shown": str(shown)}


def _licenses(world: World) -> None:
    app, licensee = world.app, world.people["licensee.owner"]
    offer = _offer(world, world.things["offer"])
    world.things["drafted"] = taking.drafted(licensee, offer)
    abroad = published(app, offer.holder, offer.venue, fee=FREE)
    world.things["abroad"] = taking.taken(licensee, abroad, abroad=True)


def _money(world: World) -> None:
    app, licensee = world.app, world.people["licensee.owner"]
    holder, venue = world.people["holder.owner"], world.people["venue"]
    world.things["worded"] = taking.taken(licensee, published(app, holder, venue, fee=IN_KIND))
    waiting = taking.taken(licensee, published(app, holder, venue, fee=LUMP))
    world.things["awaiting"] = waiting
    claimed = taking.taken(licensee, published(app, holder, venue, fee=LUMP))
    slip = make_upload(app, licensee, "bank_slip")
    payment = taking.claim(app, licensee, claimed, slip_upload=slip)
    world.things |= {"claimed": claimed, "payment": str(payment), "slip": str(slip)}
    paid = taking.taken(licensee, published(app, holder, venue, fee=LUMP))
    over = Decimal("68100.00")
    taking.answer(holder, taking.claim(app, licensee, paid, amount=over), amount=over)
    world.things["refund"] = str(reading(lambda: taking.refund_ids(paid))[0])
    world.things |= _yearly(world)
    world.things |= _around_money(world, waiting)
    disputed = taking.taken(licensee, published(app, holder, venue, fee=LUMP))
    reason = {"ground": "other_law", "reason": "事实说明。"}
    transaction(lambda: decisions.object_to(holder.actor, register.find(disputed), **reason).id)
    world.things["decision"] = str(reading(lambda: taking.open_question(disputed)))


def _yearly(world: World) -> dict[str, str]:
    """A license that is paid year by year, its second year asked for."""
    app, licensee = world.app, world.people["licensee.owner"]
    holder, venue = world.people["holder.owner"], world.people["venue"]
    number = taking.taken(licensee, published(app, holder, venue, fee=taking.PER_YEAR))
    amount = Decimal("8000.00")
    taking.answer(holder, taking.claim(app, licensee, number, amount=amount), amount=amount)
    asked = transaction(lambda: payment_requests.ask(licensee.actor, register.find(number), "year:2").id)
    print_request({"request": str(asked)})
    return {"yearly": number, "request": str(asked)}


def _duties(world: World) -> None:
    """A license with a royalty; what takes months to arise is put there as rows, for doors only read them."""
    holder, licensee = world.people["holder.owner"], world.people["licensee.owner"]
    offer = published(world.app, holder, world.people["venue"], fee=taking.ROYALTY_SALES)
    world.things["royal"] = number = taking.taken(licensee, offer)
    world.things["royal_contract"] = reading(lambda: register.find(number).contract.number)
    world.things["handover"] = str(performing.hand_over(holder, number, clock.today()))
    world.things |= transaction(lambda: _months_later(register.find(number)))


def _months_later(acceptance: Acceptance) -> dict[str, str]:
    now, today, words = clock.now(), clock.today(), "没有按期报告，也没有说明理由"
    about: dict[str, Any] = {"acceptance_id": acceptance.id, "seq": acceptance.noticed_seq}
    none = dict.fromkeys(("royalty", "credited", "due"), Decimal("0.00"))
    period = {"period_first": today, "period_last": today, "number": 1}
    report = RoyaltyReport(id=new_id(), nil=True, reported_at=now, **about, **none, **period)
    notice = DefaultNotice(
        id=new_id(), key="report:1", side="holder", cure_by=today, words=words, noticed_at=now, **about
    )
    ending = Ending(
        id=new_id(), side="holder", ground="refused", ends_on=today, answer_by=today, words=words,
        declared_at=now, **about,
    )  # fmt: skip
    paper = DutyPaper(
        id=new_id(), acceptance_id=acceptance.id, subject_id=report.id, kind="royalty_report", pages=1,
        digest=store.put(PDF, "application/pdf"), issued_at=now,
    )  # fmt: skip
    made = {"report": report, "default": notice, "ending": ending, "duty_paper": paper}
    db.session.add_all(made.values())
    return {name: str(row.id) for name, row in made.items()}


def _around_money(world: World, waiting: str) -> dict[str, str]:
    """An account about to change, an invoice asked for, a line of a statement, a refund somebody misses."""
    app, licensee = world.app, world.people["licensee.owner"]
    holder, venue = world.people["holder.owner"], world.people["venue"]
    paying, changing = published(app, holder, venue, fee=LUMP), published(app, holder, venue, fee=LUMP)
    act = reading(lambda: account_changes.ask_act(holder.actor, offers.find(changing.number), NEW_ACCOUNT))
    said, number = holder.sign(act.statement), changing.number

    def change() -> str:
        return str(account_changes.ask(holder.actor, offers.find(number), NEW_ACCOUNT, act, said).id)

    buyer = {**dict.fromkeys(invoices.ASKED, ""), "kind": "ordinary", "tax_number": "310115000000027"}
    invoice = transaction(lambda: invoices.ask(licensee.actor, register.find(waiting), "start", buyer).id)
    rows = read_pasted("交易日期,收入金额,对方户名\n2026-03-01,1.00,甲")
    transaction(lambda: bank_lines.bring(holder.actor, rows))
    line = reading(lambda: bank_lines.lines(holder.actor, LineState.OPEN)[0].id)
    over = Decimal("68100.00")
    paid = taking.taken(licensee, published(app, holder, venue, fee=LUMP))
    taking.answer(holder, taking.claim(app, licensee, paid, amount=over), amount=over)
    refund = reading(lambda: taking.refund_ids(paid)[0])
    slip = {"sent_on": clock.today(), "slip_upload": make_upload(app, holder, "bank_slip")}
    transaction(lambda: refunds.send(holder.actor, refunds.find(refund), slip))
    transaction(lambda: refunds.answer(licensee.actor, refunds.find(refund), received=False))
    return {
        "paying": paying.number, "account_change": transaction(change), "invoice": str(invoice),
        "bank_line": str(line), "disputed_refund": str(refund),
    }  # fmt: skip


def _letters(world: World) -> None:
    """A letter about a declaration of theirs in the owner's inbox, and the token at the foot of another."""
    owner = world.people["holder.owner"].actor
    assert owner.account_id is not None
    query = select(Mail.id).where(Mail.account_id == owner.account_id, Mail.venue_id.is_not(None))
    world.things["letter"] = str(reading(lambda: db.session.scalars(query.limit(1)).one()))
    asked = {"q": "共享"}
    kept = transaction(lambda: saved_searches.save(owner, asked, name="甲", every="daily").id)
    world.things["search"] = str(kept)
    world.things["unsubscribe"] = mail.unsubscribe_token(owner.account_id, "searches")


def _registration(world: World) -> None:
    app, licensee, venue = world.app, world.people["licensee.owner"], world.people["venue"]
    offer = published(app, world.people["holder.owner"], venue, fee=FREE)
    world.things["contract"] = contract = ready(app, offer, licensee)
    world.things["sheet"] = _sheet_of(app, venue, contract)
    world.things["authority"] = _authority_of(app, world.people["holder.owner"])
    choice = Choice(contracts=(Chosen(number=contract, not_elsewhere=True),), include_zero=True)
    world.things["batch"] = transaction(lambda: exports.make(venue.actor, choice).number)
    world.things["registrar"] = str(transaction(lambda: cases.enter_registrar(venue.actor, OFFICE).id))
    read = result_lists.read_text("平台存证编号\t结果\t日期\nX-1\t注销\t2026-1-1")
    world.things["results"] = str(
        transaction(lambda: result_lists.preview(venue.actor, read, source="pasted").id)
    )
    world.things["effective"] = reading(lambda: _acceptance_of(world.things["contract"]))
    world.things["noticed"] = reading(lambda: _noticed(world.things["effective"]))
    world.things["paper"] = reading(lambda: _paper_of(world.things["contract"]))
    world.things["editable"] = reading(lambda: _paper_of(world.things["contract"], "contract_docx"))
    world.things["certificate"] = reading(lambda: _paper_of(world.things["contract"], "certificate"))


def _authority_of(app: Flask, holder: Person) -> str:
    upload = make_upload(app, holder)
    facts = {"kind": "office", "valid_from": clock.today(), "agent": "技术转移中心"}

    def work() -> str:
        organisation = parties.organisation_of(holder.actor)
        return str(authorities.add(holder.actor, organisation, facts, db.session.get_one(Upload, upload)).id)

    return transaction(work)


def _sheet_of(app: Flask, venue: Person, number: str) -> str:
    """A picture of the licensee's stamp, compared like the rest."""
    upload = make_upload(app, venue, data=png(3, 4))

    def work() -> str:
        contract, kept = register.find_contract(number), db.session.get_one(Upload, upload)
        (sheet,) = stamps.bring(venue.actor, contract, kept, ["licensee"])
        stamps.read_names(venue.actor, contract, {})
        return str(sheet.id)

    return transaction(work)


def _acceptance_of(contract: str) -> str:
    return str(register.find_contract(contract).acceptances[0].number)


def _noticed(number: str) -> str:
    return str(register.find(number).noticed_seq)


def _paper_of(contract: str, kind: str = "contract") -> str:
    found = register.find_contract(contract)
    query = select(Paper.id).where(Paper.contract_id == found.id, Paper.kind == kind)
    return str(db.session.scalars(query).one())


def _log(world: World) -> None:
    size = note_head(ledger.publish_checkpoint()).size
    last = (size - 1) // TILE_WIDTH
    world.things |= {"key_file": "vkey", "anchors": "handover"}
    world.things["tile"] = tile_path(0, last, size - last * TILE_WIDTH).removeprefix("tile/")
    world.things["envelope"] = public_log.entry(0).entry.envelope


def _own_things(world: World) -> None:
    holder = world.people["holder.owner"]
    key = Ed25519Signer.generate()
    world.things["public"] = Ed25519Signer.generate().public.hex()
    world.things["key"] = transaction(lambda: parties.prepare_key(holder.actor, key.public).kid)
    of_holder = holder.actor.account_id
    transaction(statistics.count)
    world.things["indicator"] = "offers_by_method"
    world.things["session"] = str(
        reading(lambda: db.session.query(Session.id).filter_by(account_id=of_holder).first()[0])  # type: ignore[index]
    )
    world.things["machine"] = str(
        reading(lambda: db.session.query(ApiKey.id).filter_by(account_id=of_holder).first()[0])  # type: ignore[index]
    )
    world.things["webhook"] = transaction(
        lambda: str(
            hooks.register(holder.actor, url="https://e.com/", label="", events=["decision.made"]).id
        )
    )
    world.things["organisation"] = str(holder.organisation_id)
    world.things["upload"] = str(make_upload(world.app, holder, "agreement"))
    administrator = world.people["administrator"].actor
    world.things["erasure"] = transaction(lambda: _asked(administrator, "guest@example.cn"))
    world.things["terms_day"] = str(terms.day_asked(world.people["administrator"]))
    world.things["today"] = clock.today().isoformat()


def _asked(administrator: Actor, email: str) -> str:
    """An erasure that waits for a second person."""
    listed = erasure.preview(administrator, "account", email, ground="request").digest
    return str(erasure.ask(administrator, "account", email, ground="request", listed=listed).id)


def _offer(world: World, number: str) -> Offer:
    patent = reading(lambda: offers.find(number).patent.number)
    return Offer(
        number=number, patent=patent, holder=world.people["holder.owner"], venue=world.people["venue"]
    )
