"""Working days in mainland China, and the periods counted with them.

Published years come from the State Council's yearly notices (the chinesecalendar package);
`data/calendar.csv` corrects and extends them: a day that stands there wins, and a year its `# years:` line
names counts as published. For every other year weekends and the holidays with a fixed date in
全国年节及纪念日放假办法 art. 2 are days of rest, and whatever was counted with such a year is
`provisional`: Spring Festival, Qingming and the like and the shifted working days are missing.
"""

import calendar as months
import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from types import MappingProxyType

import chinese_calendar

from registry.codes.tables import BadTable, read_about

_FIXED_RESTS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
_WORK, _REST = "work", "rest"


@dataclass(frozen=True, slots=True)
class Due:
    """A day something is due. `provisional` while a year it was counted with has no published calendar."""

    day: date
    provisional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceptions:
    """Days that differ from the package's data, and the years they complete."""

    days: Mapping[date, bool]
    years: frozenset[int]


@cache
def _packaged_years() -> frozenset[int]:
    return frozenset(day.year for day in chinese_calendar.holidays)


@cache
def exceptions() -> Exceptions:
    path = resources.files("registry.codes") / "data" / "calendar.csv"
    return read_exceptions(path.read_text(encoding="utf-8"))


def read_exceptions(text: str) -> Exceptions:
    """`day,kind,note` rows, kind `work` or `rest`. Raises BadTable."""
    about, lines = read_about(text)
    days: dict[date, bool] = {}
    for number, row in enumerate(csv.DictReader(lines, strict=True), start=1):
        if row.get("kind") not in (_WORK, _REST):
            raise BadTable(f"calendar: row {number}: kind is {row.get('kind')!r}")
        days[date.fromisoformat(row["day"])] = row["kind"] == _WORK
    years = frozenset(int(year) for year in about.get("years", "").split())
    return Exceptions(days=MappingProxyType(days), years=years)


def is_published(year: int) -> bool:
    """Whether the year's calendar is known, not guessed."""
    return year in _packaged_years() or year in exceptions().years


def is_working_day(day: date) -> bool:
    """Beyond the published years: any weekday without a fixed holiday."""
    known = exceptions()
    if day in known.days:
        return known.days[day]
    if day.year in _packaged_years():
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5 and (day.month, day.day) not in _FIXED_RESTS


def next_working_day(day: date) -> Due:
    """The day itself if it is a working day, else the first one after it (IR 5: a period's end shifts so)."""
    found = day
    while not is_working_day(found):
        found += timedelta(days=1)
    return _due(day, found)


def add_working_days(day: date, count: int) -> Due:
    """The count-th working day after a day; the day itself is not counted. Zero gives `next_working_day`."""
    if count < 0:
        raise ValueError("a period does not run backwards")
    if count == 0:
        return next_working_day(day)
    found = day
    for _ in range(count):
        found += timedelta(days=1)
        while not is_working_day(found):
            found += timedelta(days=1)
    return _due(day, found)


def working_days_between(start: date, end: date) -> int:
    """Working days after `start` up to and with `end`; 0 if `end` is not later."""
    return sum(is_working_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


def corresponding_day(day: date, months_later: int) -> date:
    """The same day of a later month, or that month's last day if there is none (IR 5). No shift for
    holidays.
    """
    index = day.year * 12 + day.month - 1 + months_later
    year, month = divmod(index, 12)
    last = months.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def add_months_period(day: date, count: int) -> Due:
    """The end of a period in months (IR 5): the first day is not counted, it ends on the corresponding day
    of the last month or that month's last day, and on the first working day after if that is a public
    holiday.
    """
    return next_working_day(corresponding_day(day, count))


def _due(start: date, end: date) -> Due:
    return Due(end, not all(is_published(year) for year in range(start.year, end.year + 1)))
