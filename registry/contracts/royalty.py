"""What a period of a running royalty comes to: rate by license year, minimum, advance (CC 846; design:
journeys 3.9).

Amounts are Decimal yuan with two places, rounded half up once for each license year of a period; rates
are per cent. A period that reaches into a second license year is reported in parts, one for each year,
because another rate may hold there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from registry.errors import Refused
from registry.licenses.fees import ZERO, Royalty
from registry.licenses.schedule import rate_in_year
from registry.licenses.terms import DAY, term_end

CENT, HUNDRED = Decimal("0.01"), Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Those days of a period that lie in one license year, both included."""

    year: int
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoned:
    """One part as it comes out. `base` is what the rate is taken of, never below zero."""

    part: Part
    gross: Decimal
    deductions: Decimal
    rate: Decimal
    royalty: Decimal

    @property
    def base(self) -> Decimal:
        return self.gross - self.deductions


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A whole period. `credited` was paid in advance as that year's minimum; `due` is what is left to pay.

    `top_up` is what the license year's minimum leaves to be made up once its last period is reported; it
    falls due as that year's minimum, apart from the royalty.
    """

    parts: tuple[Reckoned, ...]
    royalty: Decimal
    credited: Decimal
    due: Decimal
    top_up: Decimal | None


def parts_of(first: date, last: date, *, effective_on: date) -> tuple[Part, ...]:
    """A period cut where a license year ends."""
    found: list[Part] = []
    year, begins = 1, effective_on
    while begins <= last:
        ends = term_end(effective_on, 12 * year)
        if ends >= first:
            found.append(Part(year=year, first=max(first, begins), last=min(last, ends)))
        year, begins = year + 1, ends + DAY
    return tuple(found)


def reckon(royalty: Royalty, stated: Sequence[tuple[Part, Decimal, Decimal]]) -> tuple[Reckoned, ...]:
    """Each part at its year's rate. `stated` is (part, gross, deductions). Raises Refused
    `deductions_over_base`: a loss is a nil report, never a credit.
    """
    for number, (_, gross, deductions) in enumerate(stated):
        if deductions > gross:
            raise Refused("deductions_over_base", f"parts.{number}.deductions", "CC 846")
    return tuple(
        Reckoned(
            part=part,
            gross=gross,
            deductions=deductions,
            rate=rate_in_year(royalty, part.year),
            royalty=share(gross - deductions, rate_in_year(royalty, part.year)),
        )
        for part, gross, deductions in stated
    )


def share(base: Decimal, rate: Decimal) -> Decimal:
    """A share of a base, to the cent, half a cent up."""
    return (base * rate / HUNDRED).quantize(CENT, rounding=ROUND_HALF_UP)


def settle(
    royalty: Royalty,
    reckoned: tuple[Reckoned, ...],
    *,
    earlier: Mapping[int, Decimal],
    closes: Iterable[int] = (),
) -> Result:
    """What is left to pay for a period.

    `earlier` is the royalty of the periods before, by license year; `closes` the license years whose
    last period
    this is. An advance minimum is used up before anything is due (it was paid at the year's start); a minimum
    that is made up afterwards shows its gap when its year closes.
    """
    total = sum((one.royalty for one in reckoned), ZERO)
    credited = ZERO
    if royalty.minimum and royalty.minimum_due_at_start:
        credited = sum((_credit(royalty.minimum, one, earlier) for one in reckoned), ZERO)
    closing = set(closes)
    gap = None
    if royalty.minimum and not royalty.minimum_due_at_start and closing:
        gap = sum(
            (
                max(royalty.minimum - earlier.get(one.part.year, ZERO) - one.royalty, ZERO)
                for one in reckoned
                if one.part.year in closing
            ),
            ZERO,
        )
    return Result(parts=reckoned, royalty=total, credited=credited, due=total - credited, top_up=gap)


def _credit(minimum: Decimal, one: Reckoned, earlier: Mapping[int, Decimal]) -> Decimal:
    """What of the year's advance is left after the periods before."""
    left = max(minimum - earlier.get(one.part.year, ZERO), ZERO)
    return min(left, one.royalty)
