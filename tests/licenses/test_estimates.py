"""What a license would cost in all, for figures a reader assumes."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.licenses.estimates import Assumed, over_term
from registry.licenses.fees import Anchor as From
from registry.licenses.fees import Base, Fee, Instalment, Method, Period, Royalty, Stage

FIRST, LAST = date(2026, 11, 22), date(2029, 11, 21)  # three whole license years
AMOUNTS = st.decimals(min_value=0, max_value=10**9, places=2)


def royalty(**changes: Any) -> Royalty:
    base = Royalty(
        base=Base.SALES,
        base_words="净销售额",
        rate=Decimal("2.5"),
        period=Period.YEAR,
        report_within_days=30,
        pay_within_days=45,
    )
    return replace(base, **changes)


def total(fee: Fee, last: date = LAST, **assumed: str) -> Decimal | None:
    found = over_term(fee, FIRST, last, Assumed(**{name: Decimal(value) for name, value in assumed.items()}))
    return found.total if found else None


def test_fixed_fees_need_no_assumption() -> None:
    part = Instalment(amount=Decimal("40000.00"), anchor=From.NOTICE)
    assert total(Fee(method=Method.FREE)) == 0
    assert total(Fee(method=Method.LUMP, amount=Decimal("68000.00"))) == Decimal("68000.00")
    whole = Fee(method=Method.INSTALMENTS, amount=Decimal("120000.00"), instalments=(part, part, part))
    assert total(whole) == Decimal("120000.00")
    assert total(Fee(method=Method.PER_YEAR, amount=Decimal("8000.00"))) == Decimal("24000.00")


def test_a_share_needs_what_it_is_a_share_of() -> None:
    of_sales = Fee(method=Method.ROYALTY_SALES, royalty=royalty())
    of_profit = Fee(method=Method.ROYALTY_PROFIT, royalty=royalty(base=Base.PROFIT, rate=Decimal(12)))
    assert total(of_sales) is None
    assert total(of_profit, sales="1000000") is None
    assert total(of_sales, sales="1000000") == Decimal("75000.00")
    assert total(of_profit, profit="100000") == Decimal("36000.00")


def test_entry_minimum_and_stages_count_as_the_declaration_has_them() -> None:
    fee = Fee(
        method=Method.ENTRY_ROYALTY,
        amount=Decimal("30000.00"),
        royalty=royalty(
            rate=Decimal(3), minimum=Decimal("10000.00"), stages=(Stage(from_year=2, rate=Decimal(1)),)
        ),
    )
    assert total(fee, sales="1000000") == Decimal("80000.00")  # 30,000 + 30,000 + 10,000 + 10,000
    assert total(fee, sales="0") == Decimal("60000.00")


def test_a_last_year_cut_short_counts_by_days_and_its_minimum_whole() -> None:
    half = date(2028, 5, 22)  # 182 days of the second year, which has 366
    assert total(Fee(method=Method.ROYALTY_SALES, royalty=royalty()), half, sales="366000") == Decimal(
        "9150.00"
    ) + Decimal("4575.00")
    least = Fee(method=Method.ROYALTY_SALES, royalty=royalty(minimum=Decimal("9000.00")))
    assert total(least, half, sales="366000") == Decimal("18150.00")


def test_a_sum_that_cannot_be_written_is_not_told() -> None:
    assert total(Fee(method=Method.PER_YEAR, amount=Decimal("999999999999.99"))) is None


def test_a_fee_in_words_has_no_figure() -> None:
    assert total(Fee(method=Method.OTHER, words="以设备抵付"), sales="1") is None
    assert total(Fee(method=Method.OTHER, words="另付", amount=Decimal("5.00"))) == Decimal("5.00")


@given(AMOUNTS, AMOUNTS, st.decimals(min_value=0, max_value=100, places=4))
def test_more_sales_never_cost_less_and_every_sum_is_whole_fen(
    one: Decimal, two: Decimal, rate: Decimal
) -> None:
    fee = Fee(method=Method.ROYALTY_SALES, royalty=royalty(rate=rate, minimum=Decimal("100.00")))
    less, more = sorted((one, two))
    low, high = total(fee, sales=str(less)), total(fee, sales=str(more))
    assert low is not None
    assert high is not None
    assert Decimal("300.00") <= low <= high
    assert high == high.quantize(Decimal("0.01"))


@pytest.mark.parametrize("last", [FIRST, date(2026, 12, 31), date(2027, 11, 21)])
def test_any_term_within_a_year_is_one_license_year(last: date) -> None:
    assert total(Fee(method=Method.PER_YEAR, amount=Decimal("8000.00")), last) == Decimal("8000.00")
