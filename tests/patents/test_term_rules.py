"""Terms, patent years and annuities as the Guidelines' worked examples have them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.codes.calendar import is_working_day
from registry.errors import Refused
from registry.patents.numbers import Kind, parse
from registry.patents.rules import (
    annuity,
    check_filing_date,
    check_kind,
    expiry_day,
    first_day_of_year,
    last_day,
    next_annuity,
    patent_year,
    term_years,
)

FILED = st.dates(date(1993, 1, 1), date(2040, 12, 31))


def test_the_guidelines_utility_model_ends_as_printed_there() -> None:
    assert last_day(Kind.UTILITY_MODEL, date(1999, 9, 6)) == date(2009, 9, 5)
    assert expiry_day(Kind.UTILITY_MODEL, date(1999, 9, 6)) == date(2009, 9, 6)


@pytest.mark.parametrize(
    ("kind", "filed", "years"),
    [
        (Kind.INVENTION, date(2018, 4, 11), 20),
        (Kind.UTILITY_MODEL, date(2021, 6, 1), 10),
        (Kind.DESIGN, date(2021, 5, 31), 10),
        (Kind.DESIGN, date(2021, 6, 1), 15),
    ],
)
def test_years_of_term_follow_kind_and_filing_day(kind: Kind, filed: date, years: int) -> None:
    assert term_years(kind, filed) == years


def test_compensation_lengthens_an_inventions_term_by_its_days() -> None:
    assert last_day(Kind.INVENTION, date(2018, 4, 11), compensation_days=100) == date(2038, 7, 19)


@pytest.mark.parametrize(
    ("kind", "days", "code"),
    [(Kind.DESIGN, 1, "compensation_kind"), (Kind.INVENTION, -1, "compensation_negative")],
)
def test_compensation_that_the_law_does_not_know_is_refused(kind: Kind, days: int, code: str) -> None:
    with pytest.raises(Refused) as caught:
        last_day(kind, date(2022, 4, 11), compensation_days=days)
    assert caught.value.code == code


def test_a_filing_on_leap_day_ends_on_the_last_of_february() -> None:
    assert expiry_day(Kind.UTILITY_MODEL, date(2004, 2, 29)) == date(2014, 2, 28)
    assert expiry_day(Kind.INVENTION, date(2004, 2, 29)) == date(2024, 2, 29)


def test_patent_years_of_the_guidelines_example() -> None:
    filed = date(1999, 6, 1)
    assert patent_year(filed, date(2000, 5, 31)) == 1
    assert patent_year(filed, date(2000, 6, 1)) == 2
    with pytest.raises(ValueError, match="before the filing date"):
        patent_year(filed, date(1999, 5, 31))


def test_the_sixth_annuity_of_the_guidelines_example_is_due_on_the_corresponding_day() -> None:
    assert annuity(date(1997, 6, 3), 6).due.day == date(2002, 6, 3)
    assert annuity(date(2018, 11, 3), 9).due.day == date(2026, 11, 3)


def test_annuity_days_shift_off_holidays_and_grace_counts_from_the_unshifted_day() -> None:
    found = annuity(date(2018, 10, 1), 9)
    assert (found.due.day, found.grace.day) == (date(2026, 10, 8), date(2027, 4, 1))
    assert (found.due.provisional, found.grace.provisional) == (False, True)


def test_the_first_year_has_no_annuity_day() -> None:
    with pytest.raises(ValueError, match="first year"):
        annuity(date(2018, 10, 1), 1)


def test_the_next_annuity_stays_due_through_the_holiday_that_shifts_it() -> None:
    filed = date(2018, 10, 1)
    assert next_annuity(Kind.INVENTION, filed, date(2026, 9, 30)).patent_year == 9
    assert next_annuity(Kind.INVENTION, filed, date(2026, 10, 8)).patent_year == 9
    assert next_annuity(Kind.INVENTION, filed, date(2026, 10, 9)).patent_year == 10


def test_no_annuity_is_due_for_a_year_after_the_term() -> None:
    filed = date(2016, 11, 10)
    assert next_annuity(Kind.UTILITY_MODEL, filed, date(2025, 11, 1)).patent_year == 10
    assert next_annuity(Kind.UTILITY_MODEL, filed, date(2026, 11, 10)) is None


def test_kind_and_filing_day_must_agree_with_the_number() -> None:
    number = parse("ZL201810323021.5")
    check_kind(number, Kind.INVENTION)
    check_filing_date(number, date(2018, 4, 11))
    check_filing_date(parse("ZL201280017678.X"), date(2011, 4, 11))
    with pytest.raises(Refused, match="patent_kind_number"):
        check_kind(number, Kind.DESIGN, field="kind")
    with pytest.raises(Refused, match="filing_date_number"):
        check_filing_date(number, date(2017, 12, 31), field="filing_date")


@given(st.sampled_from(list(Kind)), FILED)
def test_the_expiry_day_follows_the_last_day_in_the_last_patent_year(kind: Kind, filed: date) -> None:
    end = last_day(kind, filed)
    assert expiry_day(kind, filed) == end + timedelta(days=1)
    assert patent_year(filed, end) == term_years(kind, filed)


@given(FILED, st.integers(0, 7000))
def test_a_day_lies_in_its_patent_year_and_the_next_annuity_is_not_past(filed: date, later: int) -> None:
    day = filed + timedelta(days=later)
    year = patent_year(filed, day)
    assert first_day_of_year(filed, year) <= day < first_day_of_year(filed, year + 1)
    found = next_annuity(Kind.INVENTION, filed, day)
    if found:
        assert found.due.day >= day
        assert is_working_day(found.due.day)
