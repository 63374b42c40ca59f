"""How long: the three dates of an offer and the term one licensee gets (design: journeys 1.5).

`offer_last_day` is the last day a notice may arrive, `license_last_day` (许可期限届满日) the day no
license outlives, `duration_months` (单次许可期限) the length of one license, or none. Days are legal days
of Shanghai.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from registry.codes.calendar import corresponding_day
from registry.errors import Refused

MONTHS_MAX = 240
TAX_RELIEF_MONTHS = 60  # [second-hand] domain section 10: relief for a non-exclusive license needs five years
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """What one licensee gets, both days included, beside what the declaration offers."""

    first_day: date
    last_day: date
    months: int  # whole months
    days: int  # days over the whole months
    offered_months: int | None
    shortened: bool

    @property
    def about_months(self) -> int:
        """Months rounded to the nearest, as a price box says it; the exact days stand beside."""
        return self.months + (1 if self.days >= 15 else 0)


def term_end(first_day: date, months: int) -> date:
    """Last day of a term of months whose first day counts: the day before the corresponding day.

    Where the corresponding day does not exist, the month's last day itself (CC 202), in the licensee's
    favour.
    """
    end = corresponding_day(first_day, months)
    return end - DAY if end.day == first_day.day else end


def limit(offered_last_day: date, patent_last_day: date) -> date:
    """The day no license outlives: the offer's own, and never the patent's (CC 865; GL 3.3)."""
    return min(offered_last_day, patent_last_day)


def license_last_day(
    effective_on: date, duration_months: int | None, *, offered_last_day: date, patent_last_day: date
) -> date:
    """Earliest of start + duration − 1 day, 许可期限届满日 and the patent's last day.

    Raises Refused("license_term_empty") when nothing is left on the effective day (CC 865).
    """
    end = limit(offered_last_day, patent_last_day)
    if effective_on > end:
        raise Refused("license_term_empty", "license_last_day", "CC 865", last_day=end.isoformat())
    return end if duration_months is None else min(end, term_end(effective_on, duration_months))


def term(
    effective_on: date, duration_months: int | None, *, offered_last_day: date, patent_last_day: date
) -> Term:
    """The licensee's own dates and whether they are shorter than offered. Raises Refused as
    license_last_day."""
    last = license_last_day(
        effective_on, duration_months, offered_last_day=offered_last_day, patent_last_day=patent_last_day
    )
    months, days = length(effective_on, last)
    full = offered_last_day if duration_months is None else term_end(effective_on, duration_months)
    return Term(
        first_day=effective_on,
        last_day=last,
        months=months,
        days=days,
        offered_months=duration_months,
        shortened=last < full,
    )


def length(first_day: date, last_day: date) -> tuple[int, int]:
    """Whole months and days over, both days included."""
    after = last_day + DAY
    months = (after.year - first_day.year) * 12 + after.month - first_day.month
    while months and term_end(first_day, months) > last_day:
        months -= 1
    reached = term_end(first_day, months) if months else first_day - DAY
    return months, (last_day - reached).days


def years_in_term(first_day: date, last_day: date) -> int:
    """License years that begin within the term; one begun counts whole, as the price box and the papers
    say."""
    years = 0
    while corresponding_day(first_day, 12 * years) <= last_day:
        years += 1
    return years


def latest_full_start(duration_months: int, *, offered_last_day: date, patent_last_day: date) -> date:
    """The last effective day on which a license still runs its full duration."""
    end = limit(offered_last_day, patent_last_day)
    start = corresponding_day(end + DAY, -duration_months)
    while term_end(start, duration_months) > end:
        start -= DAY
    while term_end(start + DAY, duration_months) <= end:
        start += DAY
    return start


def warn_short(
    offer_last_day: date, duration_months: int | None, *, offered_last_day: date, patent_last_day: date
) -> date | None:
    """An earlier offer_last_day to propose when late licensees would get less for the same fee; else None.

    The proposal may lie in the past: then no licensee gets the full duration, and the form says that instead.
    """
    if duration_months is None:
        return None
    full = latest_full_start(
        duration_months, offered_last_day=offered_last_day, patent_last_day=patent_last_day
    )
    return full if full < offer_last_day else None


def five_year_hint(first_day: date, last_day: date) -> bool:
    """Whether the licensee's own term reaches the five years a tax relief asks for: a hint, never a
    promise."""
    return last_day >= term_end(first_day, TAX_RELIEF_MONTHS)


def five_year_until(
    duration_months: int | None, *, offered_last_day: date, patent_last_day: date
) -> date | None:
    """The last effective day for which five_year_hint holds, shown to the holder; None when it never does."""
    if duration_months is not None and duration_months < TAX_RELIEF_MONTHS:
        return None
    return latest_full_start(
        TAX_RELIEF_MONTHS, offered_last_day=offered_last_day, patent_last_day=patent_last_day
    )


def check_dates(
    offer_last_day: date,
    duration_months: int | None,
    *,
    offered_last_day: date,
    patent_last_day: date,
    today: date,
) -> list[Refused]:
    """What is wrong with the three dates of a declaration made today."""
    refused = []
    if offer_last_day < today:
        refused.append(Refused("offer_day_past", "offer_last_day", "GL 3.3", today=today.isoformat()))
    if offered_last_day < offer_last_day:
        refused.append(
            Refused(
                "license_day_before_offer_day", "license_last_day", "GL 3.3", day=offer_last_day.isoformat()
            )
        )
    if offered_last_day > patent_last_day:
        refused.append(
            Refused("license_day_after_patent", "license_last_day", "CC 865", day=patent_last_day.isoformat())
        )
    if duration_months is not None and not 1 <= duration_months <= MONTHS_MAX:
        refused.append(Refused("duration_range", "duration_months", "GL 3.3", max=MONTHS_MAX))
    return refused
