"""Contracts looked at for the reconciliation page: filings, payments, recordals and registrations of each are
held against each other, and what was found is kept. Who has moved since the last look is looked at again, and
everybody once a day, so that a filing that no longer says what its row says is found too.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import selectinload

from registry import clock, money
from registry.contracts import registration
from registry.contracts.clocks import clock_of
from registry.contracts.models import Acceptance, Contract, Payment, Refund, RegistrationResult
from registry.contracts.position_models import ContractDifference, ContractPosition, PositionMark
from registry.contracts.reconciliation import ZERO, Position, found_from
from registry.contracts.rules import RESULT_VERBS, PaymentState, RefundState
from registry.database import db
from registry.history import History
from registry.ledger import service as ledger
from registry.ledger.filings import Filed
from registry.parties.models import Venue

ARRIVED = (
    PaymentState.CONFIRMED,
    PaymentState.SHORT,  # a license may have been paid in two parts
    PaymentState.OVER,
    PaymentState.LATE,
    PaymentState.DUPLICATE,
)
BACK = (RefundState.SENT, RefundState.CONFIRMED)
STRAGGLERS = timedelta(seconds=5)
"""A move carries the instant at which it was made, and is seen when its transaction has committed."""
AT_ONCE = 100  # contracts looked at in one transaction: their records are long


def stale(venue_id: UUID) -> list[UUID]:
    """The venue's contracts that moved since they were looked at, and those that never were."""
    mark = db.session.get(PositionMark, venue_id)
    moved = _moved(venue_id, mark.looked_to - STRAGGLERS) if mark else []
    return list(dict.fromkeys([*_never(venue_id), *moved]))


def bring_up(venue_id: UUID) -> int:
    """Look again at what has moved, a hundred at once; how many are left."""
    # one look at a time; acceptances that name the venue go on
    db.session.execute(select(Venue.id).where(Venue.id == venue_id).with_for_update(key_share=True))
    begun, found = clock.now(), stale(venue_id)
    look(found[:AT_ONCE])
    left = max(len(found) - AT_ONCE, 0)
    mark = db.session.get(PositionMark, venue_id)
    if mark is None:
        db.session.add(PositionMark(venue_id=venue_id, looked_to=begun))
    elif not left:  # else a crash here would lose who moved and was not looked at
        mark.looked_to = begun
    return left


def look_again(venue_id: UUID) -> int:
    """Look at some of the contracts that were last looked at on an earlier day; how many they were."""
    row, today = ContractPosition, clock.day_start(clock.today())
    query = select(row.contract_id).where(row.venue_id == venue_id, row.looked_at < today)
    found = list(db.session.scalars(query.order_by(row.looked_at).limit(AT_ONCE)))
    look(found)
    return len(found)


def look(ids: Sequence[UUID]) -> None:
    """Look at contracts and keep what was found; of two that share a registrar's number at both."""
    looked = list(ids)
    numbers = _look(looked)
    shared = select(RegistrationResult.contract_id).where(
        RegistrationResult.registration_number.in_(numbers), RegistrationResult.contract_id.not_in(looked)
    )
    if numbers:
        _look(list(db.session.scalars(shared.distinct())))


def _look(ids: Sequence[UUID]) -> set[str]:
    """Returns the registrar's numbers these contracts were given."""
    known = _known(ids)
    db.session.execute(delete(ContractDifference).where(ContractDifference.contract_id.in_(ids)))
    at, beside = clock.now(), _beside(ids)
    for contract in beside.contracts:
        one = _position(contract, beside)
        row = known.get(contract.id) or ContractPosition(contract_id=contract.id)
        if contract.erased_at is not None and row.total_cents is not None:
            one = one.with_total(row.total)
        for name, value in {**_kept(one), "venue_id": contract.venue_id, "looked_at": at}.items():
            setattr(row, name, value)
        db.session.add(row)
        for code, since in found_from(one):
            db.session.add(ContractDifference(contract_id=contract.id, code=code, since=since))
    db.session.flush()
    return {row.registration_number for one in beside.contracts for row in one.results} - {""}


# --- what moved --------------------------------------------------------------------------------------


def _never(venue_id: UUID) -> list[UUID]:
    query = select(Acceptance.contract_id).join(Contract, Contract.id == Acceptance.contract_id)
    query = query.outerjoin(ContractPosition, ContractPosition.contract_id == Acceptance.contract_id)
    query = query.where(Contract.venue_id == venue_id, Acceptance.noticed_at.is_not(None))
    return list(db.session.scalars(query.where(ContractPosition.contract_id.is_(None)).distinct()))


def _moved(venue_id: UUID, since: datetime) -> list[UUID]:
    """Contracts that moved in anything a position is made from since the look, the longest ago first."""
    moves = select(History.subject_id, func.max(History.at).label("at"))
    moved = moves.where(History.at >= since).group_by(History.subject_id).subquery()
    row = ContractPosition
    of_license = select(row.contract_id, moved.c.at, row.looked_at).join(
        Acceptance, Acceptance.contract_id == row.contract_id
    )
    of_payment = of_license.join(Payment, Payment.acceptance_id == Acceptance.id)
    of_refund = of_payment.join(Refund, Refund.payment_id == Payment.id)
    paths: list[Select[UUID, datetime, datetime]] = [
        select(row.contract_id, moved.c.at, row.looked_at).join(moved, moved.c.subject_id == row.contract_id),
        of_license.join(moved, moved.c.subject_id == Acceptance.id),
        of_payment.join(moved, moved.c.subject_id == Payment.id),
        of_refund.join(moved, moved.c.subject_id == Refund.id),
    ]
    found = [
        (looked_at, contract_id)
        for path in paths
        for contract_id, at, looked_at in db.session.execute(path.where(row.venue_id == venue_id))
        if looked_at <= at + STRAGGLERS
    ]
    return [contract_id for _looked_at, contract_id in sorted(found)]


# --- one position ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Beside:
    """Contracts, and what stands about them elsewhere."""

    contracts: Sequence[Contract]
    exported: Mapping[UUID, date]
    refunded: Mapping[UUID, Decimal]
    others: Mapping[str, set[str]]
    filed: Mapping[int, Filed]


def _known(ids: Collection[UUID]) -> dict[UUID, ContractPosition]:
    query = select(ContractPosition).where(ContractPosition.contract_id.in_(ids))
    return {row.contract_id: row for row in db.session.scalars(query)}


def _beside(ids: Collection[UUID]) -> _Beside:
    licenses = selectinload(Contract.acceptances)
    several = licenses.selectinload(Acceptance.payments), selectinload(Contract.results)
    query = select(Contract).where(Contract.id.in_(ids)).options(*several)
    query = query.execution_options(populate_existing=True)
    contracts = [one for one in db.session.scalars(query) if any(x.noticed_at for x in one.acceptances)]
    results = [row for one in contracts for row in one.results]
    return _Beside(
        contracts=contracts,
        exported=_exported(ids),
        refunded=_refunded(ids),
        others=_others({row.registration_number for row in results} - {""}),
        filed=ledger.filed_among([row.seq for row in results if row.seq is not None and row.seq >= 0]),
    )


def _position(contract: Contract, beside: _Beside) -> Position:
    licenses, results = contract.acceptances, list(contract.results)
    last = next((row for row in reversed(results) if row.total_amount is not None), None)
    number = next((row.registration_number for row in reversed(results) if row.registration_number), "")
    paid = [p.arrived_amount for one in licenses for p in one.payments if p.state in ARRIVED]
    facts = [{name: getattr(row, name) for name in _OF_CLOCK} for row in results]
    return Position(
        number=contract.number,
        states=tuple(one.state for one in licenses),
        noticed_on=min(clock.legal_day(one.noticed_at) for one in licenses if one.noticed_at),
        effective_on=min((one.effective_on for one in licenses if one.effective_on), default=None),
        due_at_start=sum((one.amount_due for one in licenses), ZERO),
        paid=sum((one for one in paid if one is not None), ZERO),
        refunded=beside.refunded.get(contract.id, ZERO),
        total=registration.total_of(contract).amount,
        recognised=last.total_amount if last else None,
        technology=last.technology_amount if last else None,
        registration=contract.registration,
        registration_number=number,
        exported_on=beside.exported.get(contract.id),
        answered_on=results[-1].day if results else None,
        clock=clock_of(contract.registration, facts, clock.today()),
        recordal=contract.recordal_state,
        recordal_due=registration.recordal_due(contract),
        recordal_day=contract.recordal_day,
        filings=sum(row.seq is not None for row in results) + (contract.recordal_seq is not None),
        filing_differs=any(_differs(row, beside.filed) for row in results),
        others_with_number=tuple(sorted(beside.others.get(number, set()) - {contract.number})),
    )


_OF_CLOCK = ("result", "day", "working_days", "due_on")
_AS_SEEN = (
    "number", "noticed_on", "effective_on", "registration", "registration_number", "recordal", "recordal_day",
    "filings",
)  # fmt: skip


def _kept(one: Position) -> dict[str, Any]:
    return {
        **{name: getattr(one, name) for name in _AS_SEEN},
        "month": one.noticed_on.replace(day=1),
        "states": list(one.states),
        "due_cents": money.cents(one.due_at_start),
        "paid_cents": money.cents(one.paid),
        "refunded_cents": money.cents(one.refunded),
        "total_cents": money.cents(one.total),
        "recognised_cents": None if one.recognised is None else money.cents(one.recognised),
        "technology_cents": None if one.technology is None else money.cents(one.technology),
    }


def _differs(row: RegistrationResult, filed: Mapping[int, Filed]) -> bool:
    """Whether the log says of a result what its row says; a row without a filing differs."""
    if row.seq is None:
        return True
    if row.seq < 0:
        return False  # in a log that was closed: looked at by `registry verify`
    found = filed.get(row.seq)
    if found is None:
        return True
    same_day = str(found.fields["day"]) == row.day.isoformat()
    return not same_day or not _agrees(str(found.fields["status"]), row.result)


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


def _exported(ids: Collection[UUID]) -> dict[UUID, date]:
    """The last day each contract left in a batch."""
    query = select(History.subject_id, History.at).where(
        History.subject_id.in_(ids), History.verb == "export", History.subject_kind == "contract"
    )
    return {subject: clock.legal_day(at) for subject, at in db.session.execute(query.order_by(History.at))}


def _refunded(ids: Collection[UUID]) -> defaultdict[UUID, Decimal]:
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


def _others(numbers: Collection[str]) -> dict[str, set[str]]:
    """Who else has a registration number: number → contracts."""
    query = (
        select(RegistrationResult.registration_number, Contract.number)
        .join(Contract, Contract.id == RegistrationResult.contract_id)
        .where(RegistrationResult.registration_number.in_(numbers))
    )
    found: defaultdict[str, set[str]] = defaultdict(set)
    for number, contract in db.session.execute(query):
        found[number].add(contract)
    return found
