"""The three dates, and what one licensee gets of them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import Refused
from registry.licenses import terms
from registry.patents.numbers import Kind
from registry.patents.rules import last_day

FAR = date(2090, 1, 1)
days = st.dates(date(2024, 1, 1), date(2040, 12, 31))
months = st.integers(1, 240)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 3, 2), 36, date(2029, 3, 1)),
        (date(2026, 1, 1), 12, date(2026, 12, 31)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),  # no 31st of February: the month's last day
        (date(2026, 1, 28), 1, date(2026, 2, 27)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
    ],
)
def test_a_term_ends_the_day_before_the_corresponding_day(start: date, count: int, end: date) -> None:
    assert terms.term_end(start, count) == end


def test_a_license_ends_with_its_duration_the_offer_or_the_patent_whichever_is_first() -> None:
    start = date(2027, 3, 2)
    assert terms.license_last_day(start, 36, offered_last_day=FAR, patent_last_day=FAR) == date(2030, 3, 1)
    offered = date(2028, 12, 31)
    assert terms.license_last_day(start, 36, offered_last_day=offered, patent_last_day=FAR) == offered
    patent = last_day(Kind.UTILITY_MODEL, date(2018, 3, 2))
    assert terms.license_last_day(start, 36, offered_last_day=FAR, patent_last_day=patent) == date(2028, 3, 1)
    assert terms.license_last_day(start, None, offered_last_day=offered, patent_last_day=FAR) == offered


def test_the_guidelines_worked_example_of_a_patents_last_day_limits_a_license() -> None:
    # utility model filed 1999-09-06: term to 2009-09-05, whatever the offer says (GL; domain section 9)
    patent = last_day(Kind.UTILITY_MODEL, date(1999, 9, 6))
    end = terms.license_last_day(date(2009, 1, 1), 36, offered_last_day=FAR, patent_last_day=patent)
    assert end == date(2009, 9, 5)
    with pytest.raises(Refused, match="license_term_empty"):
        terms.license_last_day(date(2009, 9, 6), 36, offered_last_day=FAR, patent_last_day=patent)


def test_a_late_licensee_sees_the_months_got_beside_the_months_offered() -> None:
    got = terms.term(date(2027, 3, 2), 36, offered_last_day=date(2028, 12, 31), patent_last_day=FAR)
    assert (got.months, got.days, got.about_months, got.offered_months) == (21, 30, 22, 36)
    assert got.shortened
    assert not terms.term(date(2027, 3, 2), 36, offered_last_day=FAR, patent_last_day=FAR).shortened


def test_a_patent_that_ends_before_the_offer_shortens_a_license_without_a_duration() -> None:
    got = terms.term(
        date(2027, 3, 2), None, offered_last_day=date(2030, 1, 1), patent_last_day=date(2029, 1, 1)
    )
    assert got.shortened


@given(days, months)
def test_the_length_of_a_full_term_is_its_months(start: date, count: int) -> None:
    assert terms.length(start, terms.term_end(start, count)) == (count, 0)


@given(days, st.integers(0, 4000))
def test_length_counts_every_day_once(start: date, extra: int) -> None:
    end = start + timedelta(days=extra)
    whole, over = terms.length(start, end)
    reached = terms.term_end(start, whole) if whole else start - timedelta(days=1)
    assert reached + timedelta(days=over) == end
    assert 0 <= over < 31


@given(days, months, st.integers(0, 2000))
def test_a_license_never_outlives_offer_or_patent(start: date, count: int, left: int) -> None:
    offered = start + timedelta(days=left)
    end = terms.license_last_day(start, count, offered_last_day=offered, patent_last_day=FAR)
    assert start <= end <= offered


@given(days, months)
def test_the_latest_full_start_is_the_last_day_with_a_full_term(end: date, count: int) -> None:
    start = terms.latest_full_start(count, offered_last_day=end, patent_last_day=FAR)
    assert terms.term_end(start, count) <= end
    assert terms.term_end(start + timedelta(days=1), count) > end


def test_the_form_proposes_an_earlier_last_day_when_late_licensees_get_less() -> None:
    end = date(2029, 12, 31)
    proposal = terms.warn_short(date(2028, 12, 31), 36, offered_last_day=end, patent_last_day=FAR)
    assert proposal == date(2027, 1, 1)
    assert terms.warn_short(date(2027, 1, 1), 36, offered_last_day=end, patent_last_day=FAR) is None
    assert terms.warn_short(date(2028, 12, 31), None, offered_last_day=end, patent_last_day=FAR) is None


def test_a_license_year_begun_counts_whole() -> None:
    assert terms.years_in_term(date(2026, 3, 5), date(2029, 3, 4)) == 3
    assert terms.years_in_term(date(2026, 3, 5), date(2029, 3, 5)) == 4
    assert terms.years_in_term(date(2026, 3, 5), date(2026, 3, 5)) == 1


def test_the_tax_hint_needs_five_whole_years() -> None:
    assert terms.five_year_hint(date(2027, 1, 1), date(2031, 12, 31))
    assert not terms.five_year_hint(date(2027, 1, 1), date(2031, 12, 30))
    assert terms.five_year_until(36, offered_last_day=FAR, patent_last_day=FAR) is None
    assert terms.five_year_until(60, offered_last_day=date(2031, 12, 31), patent_last_day=FAR) == date(
        2027, 1, 1
    )


@pytest.mark.parametrize(
    ("offer", "offered", "duration", "code"),
    [
        (date(2026, 11, 21), date(2030, 1, 1), 36, "offer_day_past"),
        (date(2027, 1, 2), date(2027, 1, 1), 36, "license_day_before_offer_day"),
        (date(2027, 1, 2), date(2039, 7, 1), 36, "license_day_after_patent"),
        (date(2027, 1, 2), date(2030, 1, 1), 0, "duration_range"),
        (date(2027, 1, 2), date(2030, 1, 1), 241, "duration_range"),
    ],
)
def test_dates_that_cannot_be_are_refused(offer: date, offered: date, duration: int, code: str) -> None:
    refused = terms.check_dates(
        offer,
        duration,
        offered_last_day=offered,
        patent_last_day=date(2039, 6, 30),
        today=date(2026, 11, 22),
    )
    assert [refusal.code for refusal in refused] == [code]
