"""Fees: read, stored, checked, due, described."""

import itertools
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from registry.errors import Invalid, Refused
from registry.licenses.fee_fields import from_fields, to_fields
from registry.licenses.fees import (
    Caps,
    caps_on,
    check_caps,
)
from registry.licenses.schedule import (
    Basis,
    Condition,
    DueKind,
    condition,
    contract_total,
    pay_by,
    rate_in_year,
    schedule,
    start_window,
)

CAPS = Caps(fixed=Decimal(20000000), sales=Decimal(20), profit=Decimal(40))
NOTICED, EFFECTIVE, END = date(2026, 3, 2), date(2026, 3, 5), date(2029, 3, 4)


def royalty(**changes: Any) -> dict[str, Any]:
    fields = {
        "base_words": "开票金额减去税费和退货",
        "rate": "2.5",
        "period": "quarter",
        "report_within_days": "15",
        "pay_within_days": "30",
    }
    return {**fields, **changes}


def part(amount: str, anchor: str = "effective", **after: str) -> dict[str, str]:
    return {"amount": amount, "anchor": anchor, **after}


FREE = {"method": "FREE"}
LUMP = {"method": "LUMP", "amount": "68,000.00"}
THREE_PARTS = {
    "method": "INSTALMENTS",
    "amount": "120000",
    "instalments": [
        part("40000", "notice", after_days="15"),
        part("40000", after_months="12"),
        part("40000", after_months="24"),
    ],
}
FREE_FIRST = {"method": "INSTALMENTS", "amount": "20000", "instalments": [part("20000", after_months="6")]}
PER_YEAR = {"method": "PER_YEAR", "amount": "8000"}
SALES = {"method": "ROYALTY_SALES", "royalty": royalty()}
MINIMUM = {"method": "ROYALTY_SALES", "royalty": royalty(minimum="10000", period="year")}
ADVANCE = {"method": "ROYALTY_SALES", "royalty": royalty(minimum="10000", minimum_due_at_start="yes")}
PROFIT = {"method": "ROYALTY_PROFIT", "royalty": royalty(rate="12")}
ENTRY = {"method": "ENTRY_ROYALTY", "amount": "30000", "royalty": royalty(base="sales", rate="3")}
IN_KIND = {"method": "OTHER", "words": "以设备使用权抵付", "condition": "设备交付并由双方签收"}
ALL = [FREE, LUMP, THREE_PARTS, FREE_FIRST, PER_YEAR, SALES, MINIMUM, ADVANCE, PROFIT, ENTRY, IN_KIND]


def refusals(fields: dict[str, Any]) -> set[tuple[str, str]]:
    with pytest.raises(Refused) as caught:
        from_fields(fields)
    found = caught.value.refusals if isinstance(caught.value, Invalid) else (caught.value,)
    return {(refusal.field, refusal.code) for refusal in found}


@pytest.mark.parametrize("fields", ALL)
def test_a_fee_survives_being_stored_as_json(fields: dict[str, Any]) -> None:
    fee = from_fields(fields)
    stored = json.loads(json.dumps(to_fields(fee)))
    assert from_fields(stored) == fee
    assert to_fields(from_fields(stored)) == stored


@pytest.mark.parametrize(
    ("fields", "kind", "amount"),
    [
        (FREE, Condition.ON_NOTICE, "0.00"),
        (LUMP, Condition.ON_PAYMENT, "68000.00"),
        (THREE_PARTS, Condition.ON_PAYMENT, "40000.00"),
        (FREE_FIRST, Condition.ON_NOTICE, "0.00"),
        (PER_YEAR, Condition.ON_PAYMENT, "8000.00"),
        (SALES, Condition.ON_NOTICE, "0.00"),
        (MINIMUM, Condition.ON_NOTICE, "0.00"),
        (ADVANCE, Condition.ON_PAYMENT, "10000.00"),
        (PROFIT, Condition.ON_NOTICE, "0.00"),
        (ENTRY, Condition.ON_PAYMENT, "30000.00"),
        (IN_KIND, Condition.ON_WORDS, "0.00"),
    ],
)
def test_each_method_has_its_own_condition_of_effect(
    fields: dict[str, Any], kind: Condition, amount: str
) -> None:
    wanted = condition(from_fields(fields))
    assert (wanted.kind, wanted.amount) == (kind, Decimal(amount))


@pytest.mark.parametrize(
    ("fields", "amount", "basis"),
    [
        (FREE, "0.00", Basis.ZERO),
        (LUMP, "68000.00", Basis.FIXED),
        (THREE_PARTS, "120000.00", Basis.FIXED),
        (PER_YEAR, "24000.00", Basis.FIXED),
        (SALES, "0.00", Basis.ESTIMATE),
        (MINIMUM, "30000.00", Basis.ESTIMATE),
        (ENTRY, "30000.00", Basis.ESTIMATE),
        (IN_KIND, "0.00", Basis.ESTIMATE),
    ],
)
def test_the_contracts_total_says_how_it_was_found(fields: dict[str, Any], amount: str, basis: Basis) -> None:
    total = contract_total(from_fields(fields), 3)
    assert (total.amount, total.basis) == (Decimal(amount), basis)


def test_an_estimate_adds_to_the_entry_amount_and_never_undercuts_the_minimum() -> None:
    assert contract_total(from_fields(ENTRY), 3, estimate=Decimal(5000)).amount == 35000
    assert contract_total(from_fields(MINIMUM), 3, estimate=Decimal(5000)).amount == 30000
    assert contract_total(from_fields(MINIMUM), 3, estimate=Decimal(50000)).amount == 50000


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({}, "fee.method", "required"),
        ({"method": "BARTER"}, "fee.method", "not_a_choice"),
        ({"method": "LUMP"}, "fee.amount", "required"),
        ({"method": "LUMP", "amount": ""}, "fee.amount", "required"),
        ({"method": "LUMP", "amount": "0"}, "fee.amount", "amount_zero"),
        ({"method": "LUMP", "amount": "1.005"}, "fee.amount", "amount_decimals"),
        ({"method": "LUMP", "amount": "-5"}, "fee.amount", "amount_negative"),
        ({"method": "LUMP", "amount": 5.5}, "fee.amount", "amount_form"),
        ({"method": "LUMP", "amount": "5", "pay_within_days": "0"}, "fee.pay_within_days", "days_range"),
        ({"method": "LUMP", "amount": "5", "pay_within_days": "9" * 5000},
         "fee.pay_within_days", "days_range"),
        ({"method": "LUMP", "amount": "5", "pay_within_days": "二"}, "fee.pay_within_days", "not_an_integer"),
        ({"method": "LUMP", "amount": "5", "tax_included": "perhaps"},
         "fee.tax_included", "not_true_or_false"),
        ({"method": "INSTALMENTS", "amount": "5"}, "fee.instalments", "required"),
        ({"method": "INSTALMENTS", "amount": "5", "instalments": "5"}, "fee.instalments", "not_valid"),
        (
            {"method": "INSTALMENTS", "amount": "5", "instalments": [part("1", "notice")] * 41},
            "fee.instalments",
            "too_many",
        ),
        (
            {"method": "INSTALMENTS", "amount": "120000", "instalments": [part("40000", "notice")]},
            "fee.instalments",
            "instalments_sum",
        ),
        (
            {"method": "INSTALMENTS", "amount": "5",
             "instalments": [part("4", "notice"), part("1.001", "notice")]},
            "fee.instalments.1.amount",
            "amount_decimals",
        ),
        (
            {"method": "INSTALMENTS", "amount": "5", "instalments": [part("5", "birthday")]},
            "fee.instalments.0.anchor",
            "not_a_choice",
        ),
        ({"method": "INSTALMENTS", "amount": "5", "instalments": [part("5")]}, "fee.instalments.0.anchor",
         "instalment_circular"),
        (
            {"method": "INSTALMENTS", "amount": "5",
             "instalments": [part("5", after_days="3", after_months="1")]},
            "fee.instalments.0.after_days",
            "instalment_days_or_months",
        ),
        ({"method": "ROYALTY_SALES"}, "fee.royalty", "required"),
        ({"method": "ROYALTY_SALES", "royalty": "2%"}, "fee.royalty", "not_valid"),
        ({"method": "ROYALTY_SALES", "royalty": royalty(rate="0")}, "fee.royalty.rate", "rate_zero"),
        ({"method": "ROYALTY_SALES", "royalty": royalty(rate="")}, "fee.royalty.rate", "required"),
        ({"method": "ROYALTY_SALES", "royalty": royalty(base_words="")},
         "fee.royalty.base_words", "required"),
        ({"method": "ROYALTY_SALES", "royalty": royalty(base="profit")},
         "fee.royalty.base", "royalty_base_method"),
        ({"method": "ENTRY_ROYALTY", "amount": "5", "royalty": royalty()}, "fee.royalty.base", "required"),
        (
            {"method": "ROYALTY_SALES", "royalty": royalty(stages=[{"from_year": "3", "rate": "2"}] * 2)},
            "fee.royalty.stages",
            "stages_order",
        ),
        (
            {"method": "ROYALTY_SALES", "royalty": royalty(minimum_due_at_start="yes")},
            "fee.royalty.minimum",
            "required",
        ),
        ({"method": "OTHER", "condition": "x"}, "fee.words", "required"),
    ],
)  # fmt: skip
def test_a_bad_fee_is_refused_beside_its_field(fields: dict[str, Any], field: str, code: str) -> None:
    assert (field, code) in refusals(fields)


def test_several_faults_are_told_at_once() -> None:
    found = refusals({"method": "LUMP", "amount": "1.005", "pay_within_days": "x"})
    assert found == {("fee.amount", "amount_decimals"), ("fee.pay_within_days", "not_an_integer")}


@pytest.mark.parametrize(
    ("fields", "years", "codes"),
    [
        ({"method": "LUMP", "amount": "20000000"}, 3, []),
        ({"method": "LUMP", "amount": "20000000.01"}, 3, ["fee_over_cap"]),
        ({"method": "PER_YEAR", "amount": "5000000"}, 4, []),
        ({"method": "PER_YEAR", "amount": "5000000"}, 5, ["fee_over_cap"]),
        ({"method": "ROYALTY_SALES", "royalty": royalty(rate="20")}, 3, []),
        ({"method": "ROYALTY_SALES", "royalty": royalty(rate="20.0001")}, 3, ["rate_over_cap"]),
        ({"method": "ROYALTY_PROFIT", "royalty": royalty(rate="40")}, 3, []),
        ({"method": "ROYALTY_PROFIT", "royalty": royalty(rate="41")}, 3, ["rate_over_cap"]),
        (
            {"method": "ENTRY_ROYALTY", "amount": "20000001", "royalty": royalty(base="profit", rate="41")},
            3,
            ["fee_over_cap", "rate_over_cap"],
        ),
        (
            {"method": "ROYALTY_SALES", "royalty": royalty(stages=[{"from_year": "2", "rate": "21"}])},
            3,
            ["rate_over_cap"],
        ),
        ({"method": "ROYALTY_SALES", "royalty": royalty(minimum="9000000")}, 3, ["fee_over_cap"]),
    ],
)
def test_caps_hold_for_every_method(fields: dict[str, Any], years: int, codes: list[str]) -> None:
    found = check_caps(from_fields(fields), years, CAPS)
    assert [refusal.code for refusal in found] == codes
    assert all(refusal.article == "GL 3.3" for refusal in found)


def test_the_caps_come_from_the_dated_table() -> None:
    assert caps_on(date(2026, 11, 22)) == CAPS


def test_a_lump_sum_is_due_within_its_days_of_the_notice() -> None:
    due = schedule(from_fields(LUMP), NOTICED, effective_on=EFFECTIVE, license_last_day=END)
    assert [(d.kind, d.amount, d.due_on, d.at_start) for d in due] == [
        (DueKind.WHOLE, Decimal("68000.00"), date(2026, 3, 17), True)
    ]


def test_a_last_payment_day_on_a_weekend_moves_to_monday() -> None:
    assert pay_by(date(2026, 3, 6), 15).day == date(2026, 3, 23)  # 21 March 2026 is a Saturday


def test_later_parts_count_from_the_effective_day() -> None:
    due = schedule(from_fields(THREE_PARTS), NOTICED, effective_on=EFFECTIVE, license_last_day=END)
    assert [d.due_on for d in due] == [date(2026, 3, 17), date(2027, 3, 5), date(2028, 3, 6)]
    assert [d.at_start for d in due] == [True, False, False]


def test_a_total_is_owed_whole_even_when_the_license_is_shorter() -> None:
    due = schedule(
        from_fields(THREE_PARTS), NOTICED, effective_on=EFFECTIVE, license_last_day=date(2027, 6, 30)
    )
    assert [d.due_on for d in due][-1] == date(2027, 6, 30)
    assert sum(d.amount or 0 for d in due) == 120000


def test_a_yearly_amount_falls_due_once_for_every_year_begun() -> None:
    due = schedule(from_fields(PER_YEAR), NOTICED, effective_on=EFFECTIVE, license_last_day=date(2028, 3, 5))
    assert [(d.number, d.at_start) for d in due] == [(1, True), (2, False), (3, False)]
    assert sum(d.amount or 0 for d in due) == contract_total(from_fields(PER_YEAR), 3).amount


def test_royalty_periods_cover_the_term_without_gap() -> None:
    due = [
        d
        for d in schedule(from_fields(ENTRY), NOTICED, effective_on=EFFECTIVE, license_last_day=END)
        if d.kind is DueKind.ROYALTY
    ]
    assert len(due) == 12
    assert due[0].period_first == EFFECTIVE
    assert due[-1].period_last == END
    for before, after in itertools.pairwise(due):
        assert before.period_last
        assert after.period_first
        assert (after.period_first - before.period_last).days == 1
        assert before.report_by
        assert before.report_by <= before.due_on


def test_a_minimum_falls_due_every_year() -> None:
    for fields, first in ((MINIMUM, False), (ADVANCE, True)):
        due = schedule(from_fields(fields), NOTICED, effective_on=EFFECTIVE, license_last_day=END)
        yearly = [d for d in due if d.kind is DueKind.MINIMUM]
        assert len(yearly) == 3
        assert yearly[0].at_start is first


def test_the_window_of_the_start_part_is_its_own() -> None:
    assert start_window(from_fields(THREE_PARTS)) == 15
    early = {
        **THREE_PARTS,
        "instalments": [part("80000", "notice", after_days="7"), part("40000", after_months="1")],
    }
    assert start_window(from_fields(early)) == 7
    assert start_window(from_fields(LUMP)) == 15


def test_a_staged_rate_changes_with_the_license_year() -> None:
    staged = from_fields(
        {"method": "ROYALTY_SALES", "royalty": royalty(stages=[{"from_year": "3", "rate": "2"}])}
    )
    assert staged.royalty is not None
    assert [rate_in_year(staged.royalty, year) for year in (1, 2, 3, 4)] == [
        Decimal("2.5"), Decimal("2.5"), Decimal(2), Decimal(2),
    ]  # fmt: skip
