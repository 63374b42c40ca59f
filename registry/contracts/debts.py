"""What one license costs its licensee, due by due: a stable key, the amount, the last day, where it stands.

Keys are `start` for everything due before the license is effective, else kind and number: `instalment:2`,
`year:3`, `minimum:2`, `royalty:5`. The number counts what the schedule counts (parts of the total, license
years, settlement periods), so that a key means the same whenever it is read.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from registry.contracts.rules import PaymentState
from registry.licenses.schedule import Due, DueKind

START = "start"
KEY = re.compile(r"start|[a-z_]{1,20}:[1-9][0-9]{0,3}")
ZERO = Decimal("0.00")
COUNTS = (PaymentState.CONFIRMED, PaymentState.SHORT, PaymentState.OVER)
"""Payments that arrived and stay, but for what goes back of them."""


class DueState(StrEnum):
    """Where one due stands."""

    UNREPORTED = "unreported"  # a royalty without its report: nobody knows the amount yet
    OPEN = "open"
    OVERDUE = "overdue"
    CLAIMED = "claimed"
    DISPUTED = "disputed"
    PAID = "paid"
    WAIVED = "waived"  # the license had ended before it fell due (CC 566, 865)


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """One due of a license. `amount` is None until a royalty report fixes it; `paid` is what has arrived."""

    key: str
    kind: DueKind
    amount: Decimal | None
    due_on: date | None
    paid: Decimal = ZERO
    state: DueState
    report_by: date | None = None
    period: tuple[date, date] | None = None
    provisional: bool = False

    @property
    def rest(self) -> Decimal:
        """What is still to be paid, in yuan; zero while the amount is unknown."""
        return max((self.amount or ZERO) - self.paid, ZERO) if self.state not in SETTLED else ZERO

    @property
    def number(self) -> int:
        """The number in the key; 0 for the start."""
        return int(self.key.partition(":")[2] or 0)


SETTLED = (DueState.PAID, DueState.WAIVED)
PAYABLE = (DueState.OPEN, DueState.OVERDUE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A payment as the dues see it: for which due, in which state, what of it came and stays."""

    key: str
    state: str
    amount: Decimal


def key_of(due: Due) -> str:
    """The stable key of a due of the schedule."""
    return START if due.at_start else f"{due.kind}:{due.number}"


def paid(key: str, payments: Iterable[Arrived]) -> Decimal:
    """What has arrived for a due and stays, in yuan."""
    return sum((one.amount for one in payments if one.key == key and one.state in COUNTS), ZERO)


def state_of(
    amount: Decimal | None,
    due_on: date | None,
    *,
    key: str,
    payments: Iterable[Arrived],
    today: date,
    ended_on: date | None = None,
) -> DueState:
    """Where a due stands today. One that falls due after the license's end falls due no more (CC 566)."""
    mine = [one for one in payments if one.key == key]
    if any(one.state == PaymentState.DISPUTED for one in mine):
        return DueState.DISPUTED
    if any(one.state == PaymentState.CLAIMED for one in mine):
        return DueState.CLAIMED
    if amount is not None and paid(key, mine) >= amount:
        return DueState.PAID
    if ended_on is not None and due_on is not None and due_on > ended_on:
        return DueState.WAIVED
    if amount is None:
        return DueState.UNREPORTED
    return DueState.OVERDUE if due_on is not None and due_on < today else DueState.OPEN


def made_up(minimum: Decimal, year: tuple[date, date], royalties: Iterable[Due]) -> Decimal:
    """What a yearly minimum still adds: the royalties of periods that end in the license year count."""
    first, last = year
    counted = (
        one.amount for one in royalties
        if one.amount is not None and one.period_last is not None and first <= one.period_last <= last
    )  # fmt: skip
    return max(minimum - sum(counted, ZERO), ZERO)
