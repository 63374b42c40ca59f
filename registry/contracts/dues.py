"""The dues of one acceptance: from its frozen record and its own days, with the payments that were made.

A royalty's amount is fixed by a report, which another noun knows: it registers with `contributes` and gives
the same due with its amount. Nothing here is stored; what is paid stands in the payments.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from registry import clock
from registry.contracts import record as records
from registry.contracts import rules
from registry.contracts.debts import (
    KEY,
    PAYABLE,
    START,
    ZERO,
    Arrived,
    Debt,
    DueState,
    key_of,
    made_up,
    paid,
    state_of,
)
from registry.contracts.models import Acceptance
from registry.contracts.refunds import owed
from registry.contracts.rules import AcceptanceState
from registry.errors import Conflict, Refused
from registry.licenses import schedule
from registry.licenses.schedule import Due, DueKind
from registry.licenses.terms import DAY, term_end

Contributor = Callable[[Acceptance], Mapping[str, Due]]
_CONTRIBUTORS: list[Contributor] = []
_NEVER = (AcceptanceState.DRAFTED, AcceptanceState.MANUAL_REVIEW, AcceptanceState.VOID)
_UNPAID = (AcceptanceState.AWAITING_PAYMENT, AcceptanceState.CLAIMED, AcceptanceState.IN_DECISION)
_OVER = (AcceptanceState.TERMINATED, AcceptanceState.VOID)


def contributes(one: Contributor) -> Contributor:
    """Register who knows dues by key that the schedule does not fix: `royalty:<period>` with its amount.

    A due given under a key of the schedule stands in its place; under another key it is one more.
    """
    if one not in _CONTRIBUTORS:
        _CONTRIBUTORS.append(one)
    return one


def of(acceptance: Acceptance) -> list[Debt]:
    """Every due of an acceptance, the start first, then by day; none once its data were erased."""
    if acceptance.contract.erased_at is not None or acceptance.state in _NEVER:
        return []
    arrived = _arrived(acceptance)
    found = [*_start(acceptance, arrived), *_later(acceptance, arrived)]
    return sorted(found, key=lambda debt: (debt.key != START, debt.due_on or clock.today(), debt.key))


def later(acceptance: Acceptance) -> list[Debt]:
    """The dues after the start, in order of days."""
    return [debt for debt in of(acceptance) if debt.key != START]


def find(acceptance: Acceptance, key: str) -> Debt:
    """One due. Raises Refused `due_unknown`."""
    known = KEY.fullmatch(key) and next((debt for debt in of(acceptance) if debt.key == key), None)
    if not known:
        raise Refused("due_unknown", "due", "CC 509")
    return known


def payable(acceptance: Acceptance, key: str) -> Debt:
    """A due that money can be claimed for now. Raises Refused `due_unknown`, Conflict that says why not."""
    debt = find(acceptance, key)
    if debt.state in PAYABLE:
        return debt
    why = {DueState.CLAIMED: "claim_waiting", DueState.DISPUTED: "claim_waiting"}
    why |= {DueState.UNREPORTED: "due_not_fixed", DueState.PAID: "due_paid", DueState.WAIVED: "due_waived"}
    raise Conflict(why[debt.state], "due", "CC 509")


def scheduled(acceptance: Acceptance) -> list[Due]:
    """The schedule of a license that was obtained, on its own days. Raises ValueError before that."""
    if acceptance.noticed_at is None or acceptance.effective_on is None or acceptance.last_day is None:
        raise ValueError(f"{acceptance.number} is not effective")
    return schedule.schedule(
        records.fee_of(acceptance.record),
        rules.effective(acceptance.noticed_at).on,
        effective_on=acceptance.effective_on,
        license_last_day=acceptance.last_day,
    )


def fixed(acceptance: Acceptance) -> dict[str, Due]:
    """The later dues by key, with the amounts that reports have fixed and minimums reduced by them."""
    found = {key_of(due): due for due in scheduled(acceptance) if not due.at_start}
    for contributor in _CONTRIBUTORS:
        found |= contributor(acceptance)
    royalties = [due for due in found.values() if due.kind is DueKind.ROYALTY]
    return {key: _reduced(acceptance, due, royalties) for key, due in found.items()}


def _reduced(acceptance: Acceptance, due: Due, royalties: Iterable[Due]) -> Due:
    """A minimum made up afterwards counts what the year's reports brought; one paid in advance does not."""
    fee, first = records.fee_of(acceptance.record), acceptance.effective_on
    in_advance = fee.royalty is not None and fee.royalty.minimum_due_at_start
    if due.kind is not DueKind.MINIMUM or due.amount is None or in_advance or first is None:
        return due
    begins = term_end(first, 12 * (due.number - 1)) + DAY if due.number > 1 else first
    return replace(due, amount=made_up(due.amount, (begins, term_end(first, 12 * due.number)), royalties))


def _start(acceptance: Acceptance, arrived: list[Arrived]) -> Iterator[Debt]:
    if acceptance.reference is None:
        return  # nothing was asked for before the license
    amount, due_on = acceptance.amount_due, acceptance.pay_by
    kind = _start_kind(acceptance)
    state = state_of(amount, due_on, key=START, payments=arrived, today=clock.today())
    if acceptance.effective_on is not None:
        state = DueState.PAID
    elif acceptance.state not in _UNPAID:
        state = DueState.WAIVED if state is not DueState.CLAIMED else state  # lapsed: nothing is owed (PL 51)
    elif not amount and state is DueState.PAID:
        state = DueState.OPEN  # a condition in words: a person has to see it met
    received = paid(START, arrived)
    yield Debt(key=START, kind=kind, amount=amount, due_on=due_on, paid=received, state=state)


def _start_kind(acceptance: Acceptance) -> DueKind:
    fee = records.fee_of(acceptance.record)
    if fee.royalty is not None and not fee.amount:
        return DueKind.MINIMUM
    return _START_KINDS.get(str(fee.method), DueKind.OTHER)


_START_KINDS = {
    "LUMP": DueKind.WHOLE, "INSTALMENTS": DueKind.INSTALMENT, "PER_YEAR": DueKind.YEAR,
    "ENTRY_ROYALTY": DueKind.ENTRY,
}  # fmt: skip


def _later(acceptance: Acceptance, arrived: list[Arrived]) -> Iterator[Debt]:
    if acceptance.effective_on is None:
        return
    ended = acceptance.ended_on if acceptance.state in _OVER else None
    for key, due in fixed(acceptance).items():
        if due.amount == ZERO and due.kind is not DueKind.MINIMUM and due.kind is not DueKind.ROYALTY:
            continue  # a first period free of charge: nobody owes anything
        used = due.period_first is not None and ended is not None and due.period_first <= ended
        state = state_of(  # a royalty for use before the end is owed, whenever it falls due (CC 566)
            due.amount,
            due.due_on,
            key=key,
            payments=arrived,
            today=clock.today(),
            ended_on=None if used else ended,
        )
        period = (due.period_first, due.period_last) if due.period_first and due.period_last else None
        yield Debt(
            key=key,
            kind=due.kind,
            amount=due.amount,
            due_on=due.due_on,
            paid=paid(key, arrived),
            state=state,
            report_by=due.report_by,
            period=period,
            provisional=due.provisional,
        )


def _arrived(acceptance: Acceptance) -> list[Arrived]:
    return [
        Arrived(key=one.due_key, state=one.state, amount=(one.arrived_amount or ZERO) - owed(one))
        for one in acceptance.payments
    ]
