"""What filings, payments, recordals and registrations of one contract say, held against each other.

Each difference is one rule with a name of its own; none says who is wrong. Amounts are yuan.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from registry.contracts.clocks import Clock
from registry.contracts.rules import AcceptanceState, RecordalState, RegistrationState

SILENT_DAYS = 30
"""After so many days without an answer an exported contract is asked about [ours]."""
_ENDED = (AcceptanceState.TERMINATED, AcceptanceState.EXPIRED, AcceptanceState.VOID)
REGISTERED = (RegistrationState.REGISTERED, RegistrationState.CHANGED)
_AT_REGISTRAR = (RegistrationState.EXPORTED, RegistrationState.SUBMITTED, RegistrationState.ACCEPTED)
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where everything about one contract stands."""

    number: str
    states: tuple[str, ...]  # of its licenses
    noticed_on: date
    effective_on: date | None
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

    def with_total(self, total: Decimal) -> "Position":
        """The same with the total that was found while its record could be read."""
        return replace(self, total=total)


Check = Callable[[Position], date | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A rule: its name, what it rests on, and from which day on it holds, if it does."""

    code: str
    article: str
    since: Check


EVER = date(1949, 10, 1)
"""Before anything in this registry: the first day of a difference that no day brings about."""


def _if(holds: bool) -> date | None:
    return EVER if holds else None


def _after(day: date) -> date:
    return day + timedelta(days=1)


def _effective_without_payment(one: Position) -> date | None:
    return _if(one.effective and one.paid - one.refunded < one.due_at_start)


def _paid_without_license(one: Position) -> date | None:
    return _if(one.effective_on is None and one.paid > one.refunded)


def _recognised_differs(one: Position) -> date | None:
    known = one.recognised is not None and one.registration in REGISTERED
    return _if(known and one.recognised != one.total)


def _registered_but_ended(one: Position) -> date | None:
    """The license ended by itself or was void, and the registrar has not been told."""
    ended = not one.effective and any(s in _ENDED for s in one.states)
    return _if(one.registration in REGISTERED and ended)


def _silent(one: Position) -> date | None:
    if one.registration not in _AT_REGISTRAR or one.exported_on is None:
        return None
    last = max(one.exported_on, one.answered_on or one.exported_on)
    return _after(last + timedelta(days=SILENT_DAYS))


def _clock_ran_out(one: Position) -> date | None:
    return None if one.clock is None else _after(one.clock.due.day)


def _recordal_missing(one: Position) -> date | None:
    waiting = one.recordal in ("", RecordalState.DUE, RecordalState.REFUSED)
    if not one.effective or not waiting or one.recordal_due is None:
        return None
    return _after(one.recordal_due)


def _number_twice(one: Position) -> date | None:
    return _if(bool(one.others_with_number))


def _filing_differs(one: Position) -> date | None:
    return _if(one.filing_differs)


def _registered_without_license(one: Position) -> date | None:
    return _if(one.registration in REGISTERED and one.effective_on is None)


DIFFERENCES: tuple[Difference, ...] = (
    Difference(code="filing_differs", article="ESL 5", since=_filing_differs),
    Difference(code="effective_without_payment", article="PL 51", since=_effective_without_payment),
    Difference(code="paid_without_license", article="CC 985", since=_paid_without_license),
    Difference(code="registered_without_license", article="CC 502", since=_registered_without_license),
    Difference(code="registered_but_ended", article="CC 557, 865", since=_registered_but_ended),
    Difference(code="number_twice", article="[ours]", since=_number_twice),
    Difference(code="recognised_differs", article="[ours]", since=_recognised_differs),
    Difference(code="clock_ran_out", article="[second-hand]", since=_clock_ran_out),
    Difference(code="no_answer", article="[ours]", since=_silent),
    Difference(code="recordal_missing", article="IR 15", since=_recordal_missing),
)


def found_from(one: Position) -> tuple[tuple[str, date], ...]:
    """What does not fit, or will not from a day on: names and first days, the gravest first."""
    found = ((rule.code, rule.since(one)) for rule in DIFFERENCES)
    return tuple((code, since) for code, since in found if since is not None)


def differences(one: Position, today: date) -> tuple[str, ...]:
    """The names of what does not fit today, the gravest first."""
    return tuple(code for code, since in found_from(one) if since <= today)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """The foot of the page, in yuan. `total`, `due`: of licenses that are or were in force; `recognised`: of
    contracts that are registered.
    """

    contracts: int
    differing: int
    total: Decimal
    due: Decimal
    paid: Decimal
    refunded: Decimal
    recognised: Decimal
