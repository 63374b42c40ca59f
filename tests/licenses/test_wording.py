"""The fee in words: one line, whole sentences, capitals, worked examples; the same fee, the same words."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.licenses.fee_fields import from_fields, to_fields
from registry.licenses.fees import (
    Anchor,
    Base,
    Fee,
    Instalment,
    Method,
    Period,
    Royalty,
    Stage,
    check,
)
from registry.licenses.schedule import (
    due_at_start,
    schedule,
)
from registry.licenses.wording import describe, price, worked_example
from tests.licenses.test_fees import (
    ALL,
    EFFECTIVE,
    END,
    ENTRY,
    FREE,
    IN_KIND,
    LUMP,
    NOTICED,
    PER_YEAR,
    PROFIT,
    SALES,
    THREE_PARTS,
)


@pytest.mark.parametrize(
    ("fields", "zh", "en"),
    [
        (FREE, "免费", "Free"),
        (LUMP, "68,000.00 元", "CNY 68,000.00"),
        (THREE_PARTS, "120,000.00 元", "CNY 120,000.00"),
        (PER_YEAR, "8,000.00 元/年", "CNY 8,000.00 a year"),
        (SALES, "净销售额的 2.5%", "2.5% of net sales"),
        (PROFIT, "利润额的 12%", "12% of profit"),
        (ENTRY, "30,000.00 元 + 净销售额的 3%", "CNY 30,000.00 + 3% of net sales"),
        (IN_KIND, "见收费说明", "See the terms"),
    ],
)
def test_a_price_is_one_line(fields: dict[str, Any], zh: str, en: str) -> None:
    fee = from_fields(fields)
    assert (price(fee), price(fee, "en")) == (zh, en)


@pytest.mark.parametrize("fields", ALL)
def test_a_description_names_method_condition_and_sums_in_both_languages(fields: dict[str, Any]) -> None:
    fee = from_fields(fields)
    zh, en = describe(fee), describe(fee, "en")
    assert zh.startswith("支付方式：")
    assert "取得许可的条件：" in zh
    assert en.startswith("Method: ")
    assert "The license is obtained when" in en
    if fee.amount:
        assert f"{fee.amount:,.2f}" in zh
        assert "人民币" in zh
        assert f"{fee.amount:,.2f}" in en


def test_a_description_says_the_sum_in_capitals() -> None:
    assert "68,000.00 元（人民币陆万捌仟元整）" in describe(from_fields(LUMP))


def test_examples_are_worked_out() -> None:
    assert "24,000.00" in worked_example(from_fields(PER_YEAR))
    assert "25,000.00" in worked_example(from_fields(SALES), "en")
    assert worked_example(from_fields(LUMP)) == ""


cents = st.integers(1, 10**9).map(lambda n: Decimal(n) / 100)
rates = st.integers(1, 10**6).map(lambda n: Decimal(n) / 10000)


@st.composite
def any_fee(draw: st.DrawFn) -> Fee:
    method = draw(st.sampled_from([Method.LUMP, Method.PER_YEAR, Method.INSTALMENTS, Method.ENTRY_ROYALTY]))
    parts = tuple(
        Instalment(amount=amount, anchor=Anchor.NOTICE, after_days=draw(st.integers(0, 60)))
        for amount in (draw(st.lists(cents, min_size=1, max_size=4)) if method is Method.INSTALMENTS else [])
    )
    share = Royalty(
        base=draw(st.sampled_from(list(Base))),
        base_words="口径",
        rate=draw(rates),
        period=draw(st.sampled_from(list(Period))),
        report_within_days=draw(st.integers(1, 60)),
        pay_within_days=draw(st.integers(1, 60)),
        minimum=draw(st.none() | cents),
        stages=tuple(Stage(from_year=2, rate=rate) for rate in draw(st.lists(rates, max_size=1))),
    )
    return Fee(
        method=method,
        amount=sum((p.amount for p in parts), Decimal("0.00")) if parts else draw(cents),
        instalments=parts,
        royalty=share if method is Method.ENTRY_ROYALTY else None,
        pay_within_days=draw(st.integers(1, 180)),
    )


@settings(max_examples=60)
@given(any_fee())
def test_any_fee_survives_storage_and_gives_the_same_words(fee: Fee) -> None:
    assert check(fee) == []
    stored = json.loads(json.dumps(to_fields(fee)))
    again = from_fields(stored)
    assert to_fields(again) == stored
    assert describe(again) == describe(fee)
    assert due_at_start(again) == due_at_start(fee)


@settings(max_examples=60)
@given(any_fee())
def test_what_is_scheduled_at_the_start_is_what_is_due_at_the_start(fee: Fee) -> None:
    due = schedule(fee, NOTICED, effective_on=EFFECTIVE, license_last_day=END)
    start = sum((d.amount or Decimal(0) for d in due if d.at_start), Decimal(0))
    assert start == due_at_start(fee)
    assert due == sorted(due, key=lambda d: d.due_on)
