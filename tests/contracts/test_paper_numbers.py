"""What papers print of days, terms and payments, for any license: days read back, limits held, sums whole."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.clock import chinese_day
from registry.contracts.paper_facts import day, span
from registry.documents.cells_in import read_day
from registry.licenses import terms
from registry.licenses.fees import Fee, Method
from registry.licenses.schedule import contract_total, schedule
from tests.licenses.test_wording import any_fee

days = st.dates(date(2021, 6, 1), date(2060, 12, 31))


@given(days)
def test_a_day_on_paper_is_read_back_as_the_same_day(when: date) -> None:
    assert read_day(chinese_day(when)) == when
    assert day(when.isoformat()) == day(when) == chinese_day(when)


@given(days, st.integers(1, 240), st.integers(0, 8000), st.integers(0, 8000))
def test_a_license_ends_on_the_earliest_of_its_three_limits(
    start: date, count: int, offered: int, patent: int
) -> None:
    limits = [start + timedelta(days=left) for left in (offered, patent)]
    end = terms.license_last_day(start, count, offered_last_day=limits[0], patent_last_day=limits[1])
    full = terms.term_end(start, count)
    assert all(end <= one for one in (*limits, full))
    assert end in (*limits, full)


@given(days, st.integers(0, 8000))
def test_a_term_in_words_counts_every_day(start: date, left: int) -> None:
    end = start + timedelta(days=left)
    months, over = terms.length(start, end)
    parts = [f"{months} 个月" if months else "", f"{over} 天" if over else ""]
    assert span(start, end) == " ".join(part for part in parts if part)
    last_of_months = terms.term_end(start, months) if months else start - timedelta(days=1)
    assert last_of_months + timedelta(days=over) == end


@settings(max_examples=60)
@given(any_fee(), days, st.integers(1, 120))
def test_the_payments_of_a_license_come_to_the_total_on_its_papers(fee: Fee, start: date, count: int) -> None:
    end = terms.term_end(start, count)
    due = schedule(fee, start, effective_on=start, license_last_day=end)
    fixed = sum((one.amount for one in due if one.amount is not None), Decimal("0.00"))
    assert fixed == contract_total(fee, terms.years_in_term(start, end)).amount


@settings(max_examples=60)
@given(any_fee().filter(lambda fee: fee.method is Method.ENTRY_ROYALTY), days, st.integers(1, 120))
def test_royalty_periods_cover_the_term_without_gap_or_overlap(fee: Fee, start: date, count: int) -> None:
    end = terms.term_end(start, count)
    due = schedule(fee, start, effective_on=start, license_last_day=end)
    # a minimum is of a license year, a royalty of a settlement period
    periods = [(one.period_first, one.period_last) for one in due if one.report_by and one.amount is None]
    following = start
    for first, last in periods:
        assert first == following
        assert last is not None
        assert last <= end
        following = last + timedelta(days=1)
    assert following == end + timedelta(days=1)
