"""How long a patent lasts and when its annuities fall due. Dates in, dates out; whoever calls knows today.

Sources: PL 42 (terms, compensation), IR 5 (periods), GL Part V ch. 9 (2.1 last day and expiry, 2.2.1 patent
years and annuities). Years of term stand in the dated table `term_years`. For a PCT application the filing
date is the international one.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from registry.codes.calendar import Due, add_months_period, corresponding_day, next_working_day
from registry.codes.tables import table
from registry.errors import Refused
from registry.patents.numbers import Kind, PatentNumber

_GRACE_MONTHS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Annuity:
    """The annuity of one patent year. Paid by `due` without, by `grace` with a surcharge; else the right
    ends on `due`.
    """

    patent_year: int
    due: Due
    grace: Due


def term_years(kind: Kind, filing_date: date) -> int:
    """20, 10 or 15 years (PL 42(1)); designs filed before 2021-06-01 have 10."""
    return int(table("term_years").get(kind, on=filing_date).facts["years"])


def expiry_day(kind: Kind, filing_date: date, *, compensation_days: int = 0) -> date:
    """期满终止日, the first day without the right; no shift for holidays (GL V.9 2.1). A utility model
    filed 1999-09-06 expires 2009-09-06. Filed on 29 February with no such day at the end: the 28th (IR 5).
    Refuses: compensation_kind, compensation_negative.
    """
    if compensation_days < 0:
        raise Refused("compensation_negative", "compensation_days", "PL 42")
    if compensation_days and kind is not Kind.INVENTION:
        raise Refused("compensation_kind", "compensation_days", "PL 42")
    end = corresponding_day(filing_date, 12 * term_years(kind, filing_date))
    return end + timedelta(days=compensation_days)


def last_day(kind: Kind, filing_date: date, *, compensation_days: int = 0) -> date:
    """The last day with the right (GL V.9 2.1): the day before the expiry day."""
    return expiry_day(kind, filing_date, compensation_days=compensation_days) - timedelta(days=1)


def patent_year(filing_date: date, day: date) -> int:
    """Which patent year a day is in, from 1; counted from the filing date (GL V.9 2.2.1.1). ValueError
    before it.
    """
    if day < filing_date:
        raise ValueError("before the filing date")
    years = day.year - filing_date.year
    return years + (1 if day >= corresponding_day(filing_date, 12 * years) else 0)


def first_day_of_year(filing_date: date, year: int) -> date:
    """The first day of a patent year."""
    return corresponding_day(filing_date, 12 * (year - 1))


def annuity(filing_date: date, year: int) -> Annuity:
    """When the annuity of a patent year is due: by the corresponding day on which the year begins (GL V.9
    2.2.1.2: filed 1997-06-03, sixth year due 2002-06-03), shifted off holidays (IR 5); six months of grace
    are counted from the unshifted day.
    """
    if year < 2:
        raise ValueError("the first year has no annuity day: it is paid on grant")
    begins = first_day_of_year(filing_date, year)
    return Annuity(
        patent_year=year, due=next_working_day(begins), grace=add_months_period(begins, _GRACE_MONTHS)
    )


def next_annuity(kind: Kind, filing_date: date, day: date, *, compensation_days: int = 0) -> Annuity | None:
    """The first annuity due on or after a day; None when the term ends before another year begins."""
    year = patent_year(filing_date, max(day, filing_date))
    candidates = (annuity(filing_date, n) for n in range(max(year, 2), year + 2))
    found = next(item for item in candidates if item.due.day >= day)
    end = expiry_day(kind, filing_date, compensation_days=compensation_days)
    return found if first_day_of_year(filing_date, found.patent_year) < end else None


def check_kind(number: PatentNumber, kind: Kind, *, field: str = "") -> None:
    """The stated kind must be the number's own. Refuses: patent_kind_number."""
    if number.kind is not kind:
        raise Refused("patent_kind_number", field, kind=number.kind.value)


def check_filing_date(number: PatentNumber, filing_date: date, *, field: str = "") -> None:
    """A number carries its year of filing; only a PCT application may be older (it entered later). Refuses:
    filing_date_number."""
    agrees = filing_date.year <= number.year if number.pct else filing_date.year == number.year
    if not agrees:
        raise Refused("filing_date_number", field, year=number.year)
