"""The register's own hands for acceptances: find and lock, move the state, enter what makes a license
effective or ends it.
"""

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import ColumnElement, Select, bindparam, exists, or_, select
from sqlalchemy.orm import aliased, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from registry import clock, history
from registry.config import Settings
from registry.contracts import record as records
from registry.contracts import rules
from registry.contracts.models import Acceptance, Contract, Decision, Paper, Payment
from registry.contracts.money_models import PaymentRequest
from registry.database import db, new_id, store, value_of
from registry.errors import Gone, NotFound
from registry.jobs import enqueue
from registry.ledger import service as ledger
from registry.ledger.filings import Filing
from registry.licenses.models import Declaration
from registry.licenses.offers import withdrawal_day
from registry.numbers import public_number
from registry.parties.models import Organisation
from registry.parties.rules import Actor
from registry.patents.models import Patent

LICENSEE, HOLDER, VENUE = "licensee", "holder", "venue"
BOTH = (LICENSEE, HOLDER)
SEAL = "papers.seal"


def _declaration_of(which: ColumnElement[bool]) -> Select[Declaration]:
    of_it = select(Acceptance.declaration_id).where(which).scalar_subquery()
    query = select(Declaration).where(Declaration.id == of_it).with_for_update()
    return query.execution_options(populate_existing=True)


def _with_parties(which: ColumnElement[bool]) -> Select[Acceptance, Patent]:
    """Whoever locks an acceptance goes on to ask for its contract, its sides and its patent: read with it."""
    sides = (Acceptance.contract, Acceptance.holder, Acceptance.licensee)
    query = select(Acceptance, Patent).join(Acceptance.declaration).join(Declaration.patent).where(which)
    query = query.options(*(joinedload(one, innerjoin=True) for one in sides))
    return query.with_for_update(of=Acceptance).execution_options(populate_existing=True)


# Built once: composing a statement costs more than running it, and every act begins with these.
_BY_NUMBER = select(Acceptance).where(Acceptance.number == bindparam("number"))
_OF_ID, _OF_NUMBER = (
    (_declaration_of(which), _with_parties(which))
    for which in (Acceptance.id == bindparam("id"), Acceptance.number == bindparam("number"))
)
_LIVE = select(Acceptance.number).where(
    Acceptance.declaration_id == bindparam("declaration"),
    Acceptance.licensee_id == bindparam("licensee"),
    Acceptance.state.in_(rules.LIVE_STATES),
)


def settings() -> Settings:
    """What the operator has set."""
    found: Settings = current_app.extensions["settings"]
    return found


def find(number: str) -> Acceptance:
    """An acceptance by its public number. Raises NotFound."""
    found = db.session.scalar(_BY_NUMBER, {"number": number.strip().upper()})
    if found is None:
        raise NotFound("not_found")
    return found


def find_contract(number: str) -> Contract:
    """A contract by its public number. Raises NotFound."""
    found = db.session.scalar(select(Contract).where(Contract.number == number.strip().upper()))
    if found is None:
        raise NotFound("not_found")
    return found


def fresh_number(kind: str) -> str:
    """A public number of today, marked in the demonstration."""
    return public_number(kind, clock.today(), prefix=settings().prefix)


def live_number(declaration: Declaration, licensee: Organisation) -> str | None:
    """The number of a licensee's live license of an offer; there is one at most."""
    found: str | None = value_of(_LIVE, declaration=declaration.id, licensee=licensee.id)
    return found


def lock(acceptance_id: UUID) -> Acceptance:
    """The acceptance with its declaration's row locked before it: a withdrawal and a notice never pass each
    other.
    """
    found = _locked(_OF_ID, {"id": acceptance_id})
    assert found is not None
    return found


def lock_numbered(number: str) -> Acceptance:
    """The same by its public number, for who has read nothing of it yet. Raises NotFound."""
    found = _locked(_OF_NUMBER, {"number": number.strip().upper()})
    if found is None:
        raise NotFound("not_found")
    return found


def _locked(
    queries: tuple[Select[Declaration], Select[Acceptance, Patent]], which: dict[str, Any]
) -> Acceptance | None:
    first, second = queries
    declaration = db.session.scalar(first, which)
    if declaration is None:
        return None
    acceptance, patent = db.session.execute(second, which).one()
    set_committed_value(declaration, "patent", patent)  # read a moment ago: not read again
    set_committed_value(acceptance, "declaration", declaration)
    db.session.expire(acceptance, ["payments"])
    return acceptance


def held(contract: Contract) -> list[Paper]:
    """The papers of a contract and of the licenses that stand in it today, in the order of printing: what was
    printed of a license before it was split off goes with it.
    """
    ids = {one.id for one in contract.acceptances}
    own = [paper for paper in contract.papers if paper.licenses or paper.acceptance_id in ids]
    if contract.split_from_id is not None:
        query = select(Paper).where(Paper.contract_id == contract.split_from_id, Paper.acceptance_id.in_(ids))
        own += [paper for paper in db.session.scalars(query) if not paper.licenses]
    return sorted(own, key=lambda paper: (paper.issued_at, paper.kind))


def check_kept(contract: Contract) -> None:
    """Refuse what would bring data to a contract whose data were erased. Raises Gone `contract_erased`."""
    if contract.erased_at is not None:
        raise Gone("contract_erased", article="PIPL 47", on=clock.legal_day(contract.erased_at))


def move(
    actor: Actor,
    acceptance: Acceptance,
    verb: str,
    *,
    at_once: Mapping[str, Any] | None = None,
    **changes: Any,
) -> None:
    """Make one move of the table and leave its history row. The only place that writes the state: with the
    next flush, or now, together with other columns.
    """
    before = acceptance.state
    found = rules.ACCEPTANCE.found(before, verb)
    if at_once is None:
        acceptance.state = found.to
    else:
        store(acceptance, state=found.to, **at_once)
    noted = {"article": found.article, **changes}
    history.record(actor, verb, acceptance, before=before, after=acceptance.state, changes=noted)


def move_payment(actor: Actor, payment: Payment, verb: str) -> None:
    """Make one move of a payment and leave its history row. The only place that writes its state."""
    before = payment.state
    found = rules.PAYMENT.found(before, verb)
    payment.state = found.to
    changes = {"article": found.article}
    history.record(actor, verb, payment, before=before, after=payment.state, changes=changes)


def ask_for_payment(acceptance: Acceptance, *, days: int, from_day: date) -> None:
    """Set what is due at the start, until when, and the reference the transfer has to carry."""
    acceptance.amount_due = records.due_now(acceptance.record)
    acceptance.pay_by = rules.pay_by(from_day, days).day
    acceptance.reference = fresh_reference()


def fresh_reference() -> str:
    """A reference nobody has: 35 random bits, looked up."""
    while True:
        drawn = rules.reference_code(secrets.token_bytes(8))
        held = (
            exists().where(Acceptance.reference == drawn),
            exists().where(PaymentRequest.reference == drawn),
        )
        if not db.session.scalar(select(or_(*held))):
            return drawn


def become_effective(acceptance: Acceptance, effective: rules.Effective, *, ground: str) -> Filing:
    """Set the license's own dates and return the filing that says so; the caller appends it with what it
    belongs to.
    """
    span = records.expected_term(acceptance, effective.on)
    store(acceptance, effective_at=effective.at, effective_on=effective.on, last_day=span.last_day)
    if not acceptance.contract.recordal_state:
        store(acceptance.contract, recordal_state=rules.RecordalState.DUE)
    return Filing(
        type="license.effective",
        subject=acceptance.filed_under,
        fields={
            **acceptance.filed_as,
            "instant": clock.rfc3339(effective.at),
            "ground": ground,
            "last_day": span.last_day.isoformat(),
        },
    )


def after_effective(acceptance: Acceptance, seq: int) -> None:
    """What follows: the papers are printed, both sides get word. Same transaction."""
    acceptance.effective_seq = seq
    follow_effect(acceptance)


def follow_effect(acceptance: Acceptance) -> None:
    """The same of a license whose place in the log is known."""
    print_effective(acceptance)
    plan_dues(acceptance)
    publish()
    tell(acceptance, "license_effective", *BOTH)


def print_effective(acceptance: Acceptance) -> None:
    """Have the papers of a license printed, and those of its whole contract once all its licenses stand."""
    enqueue("papers.print", {"acceptance": str(acceptance.id), "set": "effective"}, subject_id=acceptance.id)


def plan_dues(acceptance: Acceptance) -> None:
    """Have the later dues of a license asked for in their time; what was asked for is not asked again."""
    enqueue("dues.plan", {"acceptance": str(acceptance.id)}, subject_id=acceptance.id)


def ending(acceptance: Acceptance, *, ground: str, on: date, reason: str = "") -> Filing:
    """Note that a license or notice has ended and return the filing; licenses given before a withdrawal
    never end by it (PL 50).
    """
    acceptance.ended_on, acceptance.ended_ground = on, ground
    fields = {
        **acceptance.filed_as,
        "instant": clock.rfc3339(clock.now()),
        "ground": ground,
        "last_day": on.isoformat(),
    }
    secrets_ = {"reason": reason} if reason else {}
    return Filing(type="license.ended", subject=acceptance.filed_under, fields=fields, secrets=secrets_)


def enter(*filings: Filing, at: datetime | None = None) -> list[ledger.Appended]:
    """Append filings; the head is signed after the commit."""
    appended = ledger.append(filings, at=at)
    publish()
    for number in {filing.subject for filing in filings if filing.type in ("license.ended", "correction")}:
        seal_anew(number)
    return appended


def seal_anew(number: str) -> None:
    """Have the certificates of a contract sealed with what is filed now; nothing where none was printed."""
    printed = select(Contract.id).join(Paper, Paper.contract_id == Contract.id)
    parent = aliased(Contract)
    query = printed.outerjoin(parent, parent.id == Contract.split_from_id)
    query = query.where(or_(Contract.number == number, parent.number == number))
    query = query.where(Paper.kind == "certificate").distinct()
    for contract_id in db.session.scalars(query).all():
        enqueue(SEAL, {"contract": str(contract_id)}, subject_id=contract_id)


def publish() -> None:
    """Have the log's head signed after the commit."""
    enqueue("ledger.publish", {})


def tell(subject: Acceptance | Contract, letter: str, *sides: str, **about: UUID) -> None:
    """Have a letter written to sides of a license after the commit. `about`: ids of the payment, refund,
    decision or result.
    """
    kind = subject.__tablename__
    enqueue(
        "contracts.tell",
        {
            "letter": letter,
            "subject": [kind, str(subject.id)],
            "sides": list(sides),
            "about": {name: str(value) for name, value in about.items()},
            "key": secrets.token_hex(8),
        },
        subject_id=subject.id,
    )


def open_decision(
    actor: Actor, acceptance: Acceptance, ground: str, *, reason: str = "", payment: Payment | None = None
) -> Decision:
    """Put a question before the venue, about one payment where that is what is in doubt."""
    decision = Decision(
        id=new_id(),
        acceptance_id=acceptance.id,
        payment_id=payment.id if payment is not None else None,
        ground=ground,
        asked_by=actor.account_id,
        asked_reason=reason,
        asked_at=clock.now(),
    )
    db.session.add(decision)
    tell(acceptance, "decision_asked", VENUE, LICENSEE, HOLDER, decision=decision.id)
    return decision


def arrival(acceptance: Acceptance, arrived: date | datetime) -> rules.Arrival:
    """What the bank's instant means against a withdrawal or a bar of the offer (domain point 8)."""
    declaration = acceptance.declaration
    return rules.arrival_decision(
        arrived, withdrawal_effective_on=withdrawal_day(declaration), bar_since=declaration.paused_since
    )


def leaf(seq: int | None) -> str:
    """The leaf hash of a filing as hex, for machines that keep their own copy; empty before there is one."""
    return "" if seq is None else ledger.leaf(seq).hex()
