"""What a license would cost in all for figures a reader assumes, so that unlike fees can be compared.

An assumption of the reader's, never a price: the announced fee stays what the declaration says. A license
year that the term cuts short counts its share of the assumed yearly figure by days; a minimum is due whole
for every year begun, as `schedule.contract_total` has it. Yuan to the cent, half a cent up, once for each
license year.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from registry import money
from registry.codes.calendar import corresponding_day
from registry.licenses.fees import ZERO, Base, Fee, Method, Royalty
from registry.licenses.schedule import contract_total, rate_in_year
from registry.licenses.terms import DAY, years_in_term

CENT, HUNDRED = Decimal("0.01"), Decimal(100)
ASSUMED_MAX = Decimal("1000000000.00")
"""Yuan a year: beyond it nobody compares announced fees any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """What the reader expects of one whole year, in yuan; None where it was not said."""

    sales: Decimal | None = None
    profit: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The whole cost over a term. `years` are the royalties by license year, minimum included."""

    fixed: Decimal
    years: tuple[Decimal, ...] = ()

    @property
    def total(self) -> Decimal:
        return self.fixed + sum(self.years, ZERO)


def over_term(fee: Fee, first_day: date, last_day: date, assumed: Assumed) -> Estimate | None:
    """What a license from `first_day` to `last_day` would cost; None where no figure can be told: a share of
    something that was not assumed, or a fee in words.
    """
    years = years_in_term(first_day, last_day)
    if fee.royalty is None:
        untold = fee.amount is None and fee.method is not Method.FREE
        return None if untold else _told(Estimate(fixed=contract_total(fee, years).amount))
    base = assumed.sales if fee.royalty.base is Base.SALES else assumed.profit
    if base is None:
        return None
    each = tuple(_year(fee.royalty, n, base, first_day, last_day) for n in range(1, years + 1))
    return _told(Estimate(fixed=fee.amount or ZERO, years=each))


def _told(found: Estimate) -> Estimate | None:
    """A sum beyond what can be written in capitals is told by nobody."""
    return found if found.total < money.LIMIT else None


def _year(royalty: Royalty, year: int, base: Decimal, first_day: date, last_day: date) -> Decimal:
    begins = corresponding_day(first_day, 12 * (year - 1))
    ends = corresponding_day(first_day, 12 * year)
    whole, reached = (ends - begins).days, (min(ends - DAY, last_day) - begins).days + 1
    owed = base * rate_in_year(royalty, year) / HUNDRED * reached / whole
    return max(owed.quantize(CENT, rounding=ROUND_HALF_UP), royalty.minimum or ZERO)
