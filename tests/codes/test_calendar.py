"""Periods end as the Implementing Regulations say, and guessed calendars are marked."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.codes.calendar import (
    Due,
    add_months_period,
    add_working_days,
    corresponding_day,
    is_published,
    is_working_day,
    next_working_day,
    read_exceptions,
    working_days_between,
)
from registry.codes.tables import BadTable

DAYS = st.dates(date(2005, 1, 1), date(2029, 12, 31))


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 10, 1), False),
        (date(2026, 10, 10), True),  # a Saturday shifted to work for the National Day week
        (date(2026, 10, 11), False),
        (date(2026, 11, 20), True),
        (date(2026, 11, 22), False),
        (date(2027, 1, 1), False),  # fixed by the regulation itself
        (date(2027, 1, 4), True),
    ],
)
def test_days_are_work_or_rest(day: date, working: bool) -> None:
    assert is_working_day(day) is working


def test_a_period_in_months_ends_on_the_corresponding_day() -> None:
    assert add_months_period(date(2026, 3, 16), 3) == Due(date(2026, 6, 16), False)


def test_a_period_without_corresponding_day_ends_on_the_months_last() -> None:
    assert corresponding_day(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert corresponding_day(date(2023, 11, 30), 3) == date(2024, 2, 29)
    assert corresponding_day(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert add_months_period(date(2026, 8, 31), 3) == Due(date(2026, 11, 30), False)


def test_a_period_that_ends_on_a_holiday_ends_on_the_first_working_day_after() -> None:
    assert add_months_period(date(2026, 7, 1), 3) == Due(date(2026, 10, 8), False)
    assert add_months_period(date(2026, 7, 22), 4) == Due(date(2026, 11, 23), False)


def test_a_due_day_beyond_the_published_calendar_is_provisional() -> None:
    assert not is_published(2028)
    assert add_months_period(date(2026, 10, 1), 3) == Due(date(2027, 1, 4), True)
    assert add_working_days(date(2026, 12, 30), 3) == Due(date(2027, 1, 5), True)


def test_working_days_skip_a_long_holiday_and_count_a_shifted_saturday() -> None:
    assert add_working_days(date(2026, 9, 30), 3) == Due(date(2026, 10, 10), False)
    assert add_working_days(date(2026, 11, 21), 0) == Due(date(2026, 11, 23), False)


def test_a_period_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        add_working_days(date(2026, 11, 22), -1)


def test_exceptions_say_which_days_and_years_they_settle() -> None:
    read = read_exceptions("# years: 2027\nday,kind,note\n2027-02-05,rest,春节\n2027-02-20,work,调休\n")
    assert read.years == {2027}
    assert read.days == {date(2027, 2, 5): False, date(2027, 2, 20): True}
    with pytest.raises(BadTable):
        read_exceptions("day,kind,note\n2027-02-05,maybe,\n")


@settings(max_examples=50)
@given(DAYS, st.integers(1, 30))
def test_the_nth_working_day_is_a_working_day_with_n_counted(day: date, count: int) -> None:
    due = add_working_days(day, count)
    assert is_working_day(due.day)
    assert working_days_between(day, due.day) == count


@settings(max_examples=50)
@given(DAYS, st.integers(1, 24))
def test_a_period_in_months_never_ends_early_and_ends_on_a_working_day(day: date, count: int) -> None:
    due = add_months_period(day, count)
    assert corresponding_day(day, count) <= due.day <= corresponding_day(day, count) + timedelta(days=11)
    assert next_working_day(due.day).day == due.day
