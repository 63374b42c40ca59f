"""Contracts with their filings, payments, recordals and registrations side by side, for venue and auditor."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from registry import clock
from registry.clock import SHANGHAI
from registry.codes.calendar import corresponding_day
from registry.contracts import registration, track
from registry.contracts.models import Acceptance, Contract, Payment, Refund, RegistrationResult
from registry.contracts.reconciliation import ZERO, Position, differences, differing_first
from registry.contracts.rules import RESULT_VERBS, PaymentState, RefundState
from registry.database import db
from registry.history import History
from registry.ledger import service as ledger
from registry.parties.permissions import allow
from registry.parties.rules import Actor

Found = list[tuple[Position, tuple[str, ...]]]
ARRIVED = (
    PaymentState.CONFIRMED,
    PaymentState.SHORT,  # a license may have been paid in two parts
    PaymentState.OVER,
    PaymentState.LATE,
    PaymentState.DUPLICATE,
)
BACK = (RefundState.SENT, RefundState.CONFIRMED)
CHUNK = 200


def positions(actor: Actor, month: date | None = None) -> Found:
    """Contracts whose notice was sent, in a month or ever, those that differ first. An auditor sees all."""
    allow(actor, "reconciliation.view", actor)
    ids = _wanted(actor, month)
    found: Found = []
    for start in range(0, len(ids), CHUNK):  # records are long: not all at once in memory
        found += _positions(ids[start : start + CHUNK])
    return differing_first(found)


def months(actor: Actor) -> list[date]:
    """First days of the months in which notices were sent, newest first."""
    allow(actor, "reconciliation.view", actor)
    instants = db.session.scalars(_sent(actor, Acceptance.noticed_at).distinct())
    days = {clock.legal_day(at).replace(day=1) for at in instants if at is not None}
    return sorted(days, reverse=True)


def _sent(actor: Actor, what: Any) -> Select[Any]:
    query = select(what).select_from(Acceptance).join(Contract, Contract.id == Acceptance.contract_id)
    query = query.where(Acceptance.noticed_at.is_not(None))
    return query.where(Contract.venue_id == actor.venue_id) if actor.venue_id else query


def _wanted(actor: Actor, month: date | None) -> Sequence[UUID]:
    query = _sent(actor, Contract.id)
    if month is not None:
        start = datetime.combine(month, time(), SHANGHAI)
        end = datetime.combine(corresponding_day(month, 1), time(), SHANGHAI)
        query = query.where(Acceptance.noticed_at >= start, Acceptance.noticed_at < end)
    return db.session.scalars(query.distinct()).all()


def _positions(ids: Sequence[UUID]) -> Found:
    payments = selectinload(Contract.acceptances).selectinload(Acceptance.payments)
    query = select(Contract).where(Contract.id.in_(ids)).options(payments, selectinload(Contract.results))
    contracts = db.session.scalars(query).all()
    exported, refunded, today = _exported(ids), _refunded(ids), clock.today()
    others = _others([one for contract in contracts for one in contract.results])
    found = []
    for contract in contracts:
        one = _position(contract, exported.get(contract.id), refunded[contract.id], others)
        found.append((one, differences(one, today)))
    return found


def _position(
    contract: Contract, exported: date | None, refunded: Decimal, others: dict[str, set[str]]
) -> Position:
    licenses = contract.acceptances
    results = list(contract.results)
    last = next((row for row in reversed(results) if row.total_amount is not None), None)
    number = next((row.registration_number for row in reversed(results) if row.registration_number), "")
    paid = [p.arrived_amount for one in licenses for p in one.payments if p.state in ARRIVED]
    frozen = licenses[0].record
    return Position(
        number=contract.number,
        venue=contract.venue.code,
        seller=frozen.get("licensor", {}).get("name", ""),
        buyer=frozen.get("licensee", {}).get("name", ""),
        states=tuple(one.state for one in licenses),
        noticed_on=_day(licenses[0].noticed_at),
        effective_on=min((one.effective_on for one in licenses if one.effective_on), default=None),
        ended_on=max((one.ended_on for one in licenses if one.ended_on), default=None),
        due_at_start=sum((one.amount_due for one in licenses), ZERO),
        paid=sum((one for one in paid if one is not None), ZERO),
        refunded=refunded,
        total=registration.total_of(contract).amount if contract.erased_at is None else ZERO,
        recognised=last.total_amount if last else None,
        technology=last.technology_amount if last else None,
        registration=contract.registration,
        registration_number=number,
        exported_on=exported,
        answered_on=results[-1].day if results else None,
        clock=track.running(contract),
        recordal=contract.recordal_state,
        recordal_due=registration.recordal_due(contract),
        recordal_day=contract.recordal_day,
        filings=sum(row.seq is not None for row in results) + (contract.recordal_seq is not None),
        filing_differs=any(_differs(row) for row in results),
        others_with_number=tuple(sorted(others.get(number, set()) - {contract.number})) if number else (),
    )


def _differs(row: RegistrationResult) -> bool:
    """Whether the log says of a result what its row says; a row without a filing differs."""
    if row.seq is None:
        return True
    if row.seq < 0:
        return False  # in a log that was closed: looked at by `registry verify`
    fields = ledger.filed_at(row.seq)[1].fields
    return str(fields["day"]) != row.day.isoformat() or not _agrees(str(fields["status"]), row.result)


def _agrees(status: str, result: str) -> bool:
    states = {
        "accept": "accepted",
        "register": "registered",
        "correct": "correction",
        "refuse": "refused",
        "change": "changed",
        "cancel": "cancelled",
    }
    return states.get(RESULT_VERBS.get(result, "")) == status


def _exported(ids: Sequence[UUID]) -> dict[UUID, date]:
    """The last day each contract left in a batch."""
    query = select(History.subject_id, History.at).where(
        History.subject_id.in_(ids), History.verb == "export", History.subject_kind == "contract"
    )
    return {subject: clock.legal_day(at) for subject, at in db.session.execute(query.order_by(History.at))}


def _refunded(ids: Sequence[UUID]) -> defaultdict[UUID, Decimal]:
    query = (
        select(Acceptance.contract_id, Refund.amount)
        .join(Payment, Payment.acceptance_id == Acceptance.id)
        .join(Refund, Refund.payment_id == Payment.id)
        .where(Acceptance.contract_id.in_(ids), Refund.state.in_(BACK))
    )
    found: defaultdict[UUID, Decimal] = defaultdict(lambda: ZERO)
    for contract, amount in db.session.execute(query):
        found[contract] += amount
    return found


def _others(results: Sequence[RegistrationResult]) -> dict[str, set[str]]:
    """Who else has a registration number: number → contracts."""
    numbers = {row.registration_number for row in results} - {""}
    query = (
        select(RegistrationResult.registration_number, Contract.number)
        .join(Contract, Contract.id == RegistrationResult.contract_id)
        .where(RegistrationResult.registration_number.in_(numbers))
    )
    found: defaultdict[str, set[str]] = defaultdict(set)
    for number, contract in db.session.execute(query):
        found[number].add(contract)
    return found


def _day(at: datetime | None) -> date | None:
    return clock.legal_day(at) if at else None
