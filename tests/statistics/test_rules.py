"""What is counted is shown only where it gives nobody away; plots keep their proportions."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from registry.statistics import plots, rules

AMOUNT = st.decimals(min_value=0, max_value=10**9, places=2)


def test_a_sum_over_one_or_two_contracts_is_not_shown() -> None:
    two = [Decimal("1.00"), Decimal("2.00")]
    assert rules.shown_sum([]) == rules.shown_sum(two[:1]) == rules.shown_sum(two) == ()
    assert rules.shown_sum([*two, Decimal("3.00")]) == ("6.00",)
    assert rules.shown_sum([*two, Decimal("0.00"), Decimal("0.00")]) == (), "what is free hides nobody"


@given(st.lists(AMOUNT.filter(bool), min_size=3))
def test_two_counts_never_differ_by_the_price_of_one_contract(values: list[Decimal]) -> None:
    shown = [Decimal(rules.shown_sum(values[:n])[0]) for n in range(3, len(values) + 1)]
    for n, (before, after) in enumerate(pairwise(shown), start=4):
        assert after - before == (sum(values[n - 3 : n]) if n % 3 == 0 else 0)


def test_quartiles_need_as_many_values_as_they_are_asked_for() -> None:
    values = [Decimal(n) for n in range(1, 21)]
    assert rules.quartiles(values[:19], least=20) == ()
    assert rules.quartiles(values, least=20) == ("5.25", "10.50", "15.75")
    assert rules.quartiles([], least=0) == ()
    assert rules.quartiles([Decimal(7)], least=1) == ("7.00", "7.00", "7.00")


@given(st.lists(AMOUNT, min_size=3))
def test_quartiles_stand_in_order(values: list[Decimal]) -> None:
    low, middle, high = (Decimal(one) for one in rules.quartiles(values, least=3))
    assert low <= middle <= high


def test_months_end_with_todays_and_cross_years() -> None:
    months = rules.last_months(date(2026, 2, 28), 4)
    assert months == ("2025-11", "2025-12", "2026-01", "2026-02")
    assert len(rules.last_months(date(2026, 12, 31))) == 24


def test_a_month_is_shanghais() -> None:
    first, after = rules.bounds("2026-12")
    assert first.astimezone(UTC) == datetime(2026, 11, 30, 16, tzinfo=UTC)
    assert after.astimezone(UTC) == datetime(2026, 12, 31, 16, tzinfo=UTC)


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)))
def test_months_leave_no_gap(today: date) -> None:
    months = rules.last_months(today)
    assert months[-1] == rules.month_of(today)
    assert all(rules.bounds(a)[1] == rules.bounds(b)[0] for a, b in pairwise(months))


@given(st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=30))
def test_bars_and_columns_keep_their_proportions(counts: list[int]) -> None:
    shares, columns, top = plots.shares(counts), plots.columns(counts), max(counts)
    for count, share, column in zip(counts, shares, columns, strict=True):
        assert (share > 0) == (count > 0)
        assert share <= 100
        assert column.y >= plots.TOP - 0.01
        assert column.x + column.width <= plots.WIDTH
        if top:
            assert abs(column.height / (plots.HEIGHT - plots.FOOT - plots.TOP) - count / top) < 0.001
    assert columns[-1].named
