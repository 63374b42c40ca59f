"""What is counted and how it may be shown: months, small cells, quantiles. Pure.

A sum over fewer than `LEAST` contracts is not shown: with the public price list one could read off what a
firm paid [ours]. Fee guidance needs `ENOUGH` prices (design: features, N6), or it would be one owner's wish.
"""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from registry.clock import SHANGHAI

LEAST, ENOUGH, MONTHS = 3, 20, 24
Unit = Literal["count", "yuan", "days"]


class Shape(StrEnum):
    """How an indicator is drawn: parts of a whole, months in a row, from where to where, quartiles."""

    PARTS = "parts"
    MONTHS = "months"
    FLOWS = "flows"
    QUARTILES = "quartiles"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One line of an indicator: what it is about (codes, a month, two regions), how many, and values.

    `values` are whole numbers of the unit's smallest part as text; none where too few are behind it.
    """

    about: tuple[str, ...]
    count: int
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One indicator as it was counted."""

    key: str
    shape: Shape
    unit: Unit
    points: tuple[Point, ...]

    @property
    def total(self) -> int:
        return sum(point.count for point in self.points)


def month_of(day: date) -> str:
    return f"{day:%Y-%m}"


def last_months(today: date, count: int = MONTHS) -> tuple[str, ...]:
    """The months up to today's, oldest first, as `2026-03`."""
    first = today.year * 12 + today.month - count
    return tuple(f"{(first + n) // 12:04d}-{(first + n) % 12 + 1:02d}" for n in range(count))


def bounds(month: str) -> tuple[datetime, datetime]:
    """The first instant of a month in Shanghai, and of the next."""
    year, number = int(month[:4]), int(month[5:])
    following = (year + number // 12, number % 12 + 1)
    first, last = date(year, number, 1), date(*following, 1)
    return datetime.combine(first, time(), SHANGHAI), datetime.combine(last, time(), SHANGHAI)


def shown_sum(amounts: Sequence[Decimal]) -> tuple[str, ...]:
    """The sum in yuan over whole groups of three in the order given, or nothing before the first is full.

    Every day's count stays public: a sum that grew by one contract would give away its price, and contracts
    without a price hide nobody's.
    """
    priced = [amount for amount in amounts if amount]
    whole = len(priced) // LEAST * LEAST
    return (f"{sum(priced[:whole], Decimal()):.2f}",) if whole else ()


def quartiles(values: Iterable[Decimal], *, least: int) -> tuple[str, ...]:
    """First quartile, median, third quartile (exclusive method, one value alone counts thrice); nothing below
    `least` values.
    """
    known = sorted(values)
    if len(known) < max(least, 1):
        return ()
    cuts = statistics.quantiles(known, n=4) if len(known) > 1 else [known[0]] * 3
    return tuple(f"{Decimal(cut):.2f}" for cut in cuts)
