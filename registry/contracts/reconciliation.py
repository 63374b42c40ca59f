"""What filings, payments, recordals and registrations of one contract say, held against each other.

Each difference is one rule with a name of its own; none says who is wrong. Amounts are yuan.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from registry.contracts.clocks import Clock
from registry.contracts.rules import AcceptanceState, RecordalState, RegistrationState

SILENT_DAYS = 30
"""After so many days without an answer an exported contract is asked about [ours]."""
_ENDED = (AcceptanceState.TERMINATED, AcceptanceState.EXPIRED, AcceptanceState.VOID)
_REGISTERED = (RegistrationState.REGISTERED, RegistrationState.CHANGED)
_AT_REGISTRAR = (RegistrationState.EXPORTED, RegistrationState.SUBMITTED, RegistrationState.ACCEPTED)
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where everything about one contract stands."""

    number: str
    venue: str
    seller: str
    buyer: str
    states: tuple[str, ...]  # of its licenses
    noticed_on: date | None
    effective_on: date | None
    ended_on: date | None
    due_at_start: Decimal
    paid: Decimal
    refunded: Decimal
    total: Decimal
    recognised: Decimal | None
    technology: Decimal | None
    registration: str
    registration_number: str
    exported_on: date | None
    answered_on: date | None
    clock: Clock | None
    recordal: str
    recordal_due: date | None
    recordal_day: date | None
    filings: int  # results and recordals in the log
    filing_differs: bool  # a filing says another status or day than the row beside it, or there is none
    others_with_number: tuple[str, ...] = ()

    @property
    def effective(self) -> bool:
        return AcceptanceState.EFFECTIVE in self.states


Check = Callable[[Position, date], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A rule: its name, what it rests on, and how it is found."""

    code: str
    article: str
    holds: Check


def _effective_without_payment(one: Position, _: date) -> bool:
    return one.effective and one.paid - one.refunded < one.due_at_start


def _paid_without_license(one: Position, _: date) -> bool:
    return one.effective_on is None and one.paid > one.refunded


def _recognised_differs(one: Position, _: date) -> bool:
    return one.recognised is not None and one.registration in _REGISTERED and one.recognised != one.total


def _registered_but_ended(one: Position, _: date) -> bool:
    """The license ended by itself or was void, and the registrar has not been told."""
    return one.registration in _REGISTERED and not one.effective and any(s in _ENDED for s in one.states)


def _silent(one: Position, today: date) -> bool:
    if one.registration not in _AT_REGISTRAR or one.exported_on is None:
        return False
    last = max(one.exported_on, one.answered_on or one.exported_on)
    return today > last + timedelta(days=SILENT_DAYS)


def _clock_ran_out(one: Position, _: date) -> bool:
    return one.clock is not None and one.clock.overdue


def _recordal_missing(one: Position, today: date) -> bool:
    waiting = one.recordal in ("", RecordalState.DUE, RecordalState.REFUSED)
    return one.effective and waiting and one.recordal_due is not None and today > one.recordal_due


def _number_twice(one: Position, _: date) -> bool:
    return bool(one.others_with_number)


def _filing_differs(one: Position, _: date) -> bool:
    return one.filing_differs


def _registered_without_license(one: Position, _: date) -> bool:
    return one.registration in _REGISTERED and one.effective_on is None


DIFFERENCES: tuple[Difference, ...] = (
    Difference(code="filing_differs", article="ESL 5", holds=_filing_differs),
    Difference(code="effective_without_payment", article="PL 51", holds=_effective_without_payment),
    Difference(code="paid_without_license", article="CC 985", holds=_paid_without_license),
    Difference(code="registered_without_license", article="CC 502", holds=_registered_without_license),
    Difference(code="registered_but_ended", article="CC 557, 865", holds=_registered_but_ended),
    Difference(code="number_twice", article="[ours]", holds=_number_twice),
    Difference(code="recognised_differs", article="[ours]", holds=_recognised_differs),
    Difference(code="clock_ran_out", article="[second-hand]", holds=_clock_ran_out),
    Difference(code="no_answer", article="[ours]", holds=_silent),
    Difference(code="recordal_missing", article="IR 15", holds=_recordal_missing),
)


def differences(one: Position, today: date) -> tuple[str, ...]:
    """The names of what does not fit, the gravest first."""
    return tuple(rule.code for rule in DIFFERENCES if rule.holds(one, today))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """The foot of the page, in yuan. `total`, `due`: of licenses that are or were in force."""

    contracts: int
    differing: int
    total: Decimal
    due: Decimal
    paid: Decimal
    refunded: Decimal
    recognised: Decimal


def sums(found: Sequence[tuple[Position, tuple[str, ...]]]) -> Sums:
    """What all positions come to."""
    positions = [one for one, _ in found]
    given = [one for one in positions if one.effective_on is not None]
    return Sums(
        contracts=len(positions),
        differing=sum(bool(codes) for _, codes in found),
        total=sum((one.total for one in given), ZERO),
        due=sum((one.due_at_start for one in given), ZERO),
        paid=sum((one.paid for one in positions), ZERO),
        refunded=sum((one.refunded for one in positions), ZERO),
        recognised=sum(
            (one.recognised or ZERO for one in positions if one.registration in _REGISTERED), ZERO
        ),
    )


def differing_first(
    found: Sequence[tuple[Position, tuple[str, ...]]],
) -> list[tuple[Position, tuple[str, ...]]]:
    """Those with the gravest difference first, then by number."""
    order = [rule.code for rule in DIFFERENCES]

    def rank(pair: tuple[Position, tuple[str, ...]]) -> tuple[int, str]:
        return (order.index(pair[1][0]) if pair[1] else len(order), pair[0].number)

    return sorted(found, key=rank)
