"""What a royalty comes to: rate by license year, half a cent up, advance used up first, minimum made up
at the year's end.
"""

import itertools
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.contracts.royalty import Part, parts_of, reckon, settle, share
from registry.errors import Refused
from registry.licenses.fees import Base, Period, Royalty, Stage

START = date(2026, 3, 31)
PLAIN = Royalty(
    base=Base.SALES,
    base_words="净销售额",
    rate=Decimal("2.5"),
    period=Period.QUARTER,
    report_within_days=15,
    pay_within_days=30,
    stages=(Stage(from_year=3, rate=Decimal("2")),),
)
FLOOR = replace(PLAIN, minimum=Decimal("10000.00"))
ADVANCE = replace(FLOOR, minimum_due_at_start=True)
amounts = st.decimals(min_value=0, max_value=Decimal("999999999999.99"), places=2)
rates = st.decimals(min_value=Decimal("0.0001"), max_value=100, places=4)


def one(year: int, gross: str, deductions: str = "0.00") -> list[tuple[Part, Decimal, Decimal]]:
    part = Part(year=year, first=START, last=START)
    return [(part, Decimal(gross), Decimal(deductions))]


@given(base=amounts, rate=rates)
def test_a_share_is_the_exact_product_to_the_nearest_cent_and_half_a_cent_goes_up(
    base: Decimal, rate: Decimal
) -> None:
    exact = Fraction(base) * Fraction(rate) / 100
    found = Fraction(share(base, rate))
    assert -Fraction(1, 200) < found - exact <= Fraction(1, 200)
    assert share(base, rate).as_tuple().exponent == -2


def test_half_a_cent_goes_up() -> None:
    assert share(Decimal("0.20"), Decimal("2.5")) == Decimal("0.01")
    assert share(Decimal("0.60"), Decimal("2.5")) == Decimal("0.02")


@given(
    effective=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    after=st.integers(0, 1500),
    days=st.integers(0, 900),
)
def test_a_period_is_cut_at_license_years_without_gap_or_overlap(
    effective: date, after: int, days: int
) -> None:
    first = effective + timedelta(days=after)
    last = first + timedelta(days=days)
    parts = parts_of(first, last, effective_on=effective)
    assert (parts[0].first, parts[-1].last) == (first, last)
    for before, behind in itertools.pairwise(parts):
        assert behind.first == before.last + timedelta(days=1)
        assert behind.year == before.year + 1


def test_a_period_over_two_license_years_takes_each_years_rate() -> None:
    parts = parts_of(date(2028, 1, 1), date(2028, 6, 30), effective_on=START)
    assert [(one.year, one.last) for one in parts] == [(2, date(2028, 3, 30)), (3, date(2028, 6, 30))]
    stated = [(part, Decimal("1000.00"), Decimal("0.00")) for part in parts]
    assert [one.royalty for one in reckon(PLAIN, stated)] == [Decimal("25.00"), Decimal("20.00")]


def test_deductions_never_exceed_what_they_are_taken_from() -> None:
    with pytest.raises(Refused) as refused:
        reckon(PLAIN, one(1, "100.00", "100.01"))
    assert (refused.value.code, refused.value.field) == ("deductions_over_base", "parts.0.deductions")


def test_a_nil_report_owes_nothing_but_the_minimum_when_its_year_closes() -> None:
    nothing = reckon(FLOOR, one(1, "0.00"))
    assert settle(FLOOR, nothing, earlier={}).top_up is None
    closing = settle(FLOOR, nothing, earlier={1: Decimal("2500.50")}, closes=[1])
    assert (closing.due, closing.top_up) == (Decimal("0.00"), Decimal("7499.50"))
    assert settle(PLAIN, nothing, earlier={}, closes=[1]).top_up is None


def test_a_minimum_that_was_reached_leaves_nothing_to_make_up() -> None:
    much = reckon(FLOOR, one(1, "1000000.00"))
    assert settle(FLOOR, much, earlier={}, closes=[1]).top_up == Decimal("0.00")


def test_an_advance_is_used_up_before_anything_is_due() -> None:
    first = settle(ADVANCE, reckon(ADVANCE, one(1, "300000.00")), earlier={})
    assert (first.royalty, first.credited, first.due) == (
        Decimal("7500.00"),
        Decimal("7500.00"),
        Decimal("0.00"),
    )
    second = settle(
        ADVANCE, reckon(ADVANCE, one(1, "300000.00")), earlier={1: Decimal("7500.00")}, closes=[1]
    )
    assert (second.credited, second.due, second.top_up) == (Decimal("2500.00"), Decimal("5000.00"), None)


@given(sales=st.lists(amounts, min_size=1, max_size=4))
def test_over_a_year_an_advance_and_a_later_minimum_come_to_the_same(sales: list[Decimal]) -> None:
    def year(royalty: Royalty) -> Decimal:
        paid, earlier = Decimal("0.00"), Decimal("0.00")
        for number, amount in enumerate(sales, start=1):
            stated = reckon(royalty, [(Part(year=1, first=START, last=START), amount, Decimal("0.00"))])
            closes = [1] if number == len(sales) else []
            found = settle(royalty, stated, earlier={1: earlier}, closes=closes)
            assert found.due >= 0
            paid, earlier = paid + found.due + (found.top_up or 0), earlier + found.royalty
        return paid

    assert year(FLOOR) == year(ADVANCE) + Decimal("10000.00")
    assert year(FLOOR) >= Decimal("10000.00")
