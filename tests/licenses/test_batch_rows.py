"""Rows of a batch's table: what cells mean, what is refused, and what a row lays over its term set."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry import money
from registry.documents.tables_in import find_headings, read_pasted
from registry.errors import Refused
from registry.licenses import batch_rows, batch_terms
from registry.licenses.batch_evidence import parse_name
from registry.licenses.batch_rows import COLUMNS, NAMES, REQUIRED, Line, heading, owner, read_lines
from registry.licenses.batch_terms import About
from registry.patents.numbers import check_character
from tests.licenses import batching

GOOD = "ZL201810323021.5"
ABOUT = About(title="某方法", last_day=date(2038, 4, 10), today=date(2026, 11, 26))
ROYALTY = {"base": "sales", "base_words": "开票金额", "rate": "2.5", "period": "year"}


def line(**cells: str) -> Line:
    """One row under our own headings."""
    row = {"number": GOOD, **cells}
    headings = "\t".join(heading(name) for name in row)
    text = f"{headings}\t备注\n" + "\t".join(row.values()) + "\tx"
    return read_lines(find_headings(read_pasted(text), NAMES, REQUIRED))[0]


def said(**cells: str) -> list[tuple[str, str]]:
    return [(code, field) for code, field, _ in line(**cells).problems]


@given(
    st.integers(2004, 2030),
    st.sampled_from("123"),
    st.integers(0, 9_999_999),
    st.sampled_from(["ZL{0}.{1}", "{0}{1}", "CN {0}.{1}", "zl{0}.{1}", "ＺＬ{0}．{1}"]),
)
@settings(max_examples=60, deadline=None)
def test_a_number_in_any_spelling_is_the_one_number(year: int, kind: str, serial: int, spelled: str) -> None:
    digits = f"{year}{kind}{serial:07d}"
    check = check_character(digits)
    assert line(number=spelled.format(digits, check)).number == f"ZL{digits}.{check}"
    wrong = "0" if check != "0" else "1"
    assert said(number=spelled.format(digits, wrong)) == [("patent_number_check", "number")]


@given(st.decimals("0.01", "99999999.99", places=2))
@settings(max_examples=60, deadline=None)
def test_an_amount_is_the_same_sum_however_it_is_typed(amount: Decimal) -> None:
    plain = f"{amount:.2f}"
    for spelled in (plain, f"{amount:,.2f}", f"¥{plain}", f"{plain}元", f"人民币 {plain}"):
        assert line(amount=spelled).facts["amount"] == money.plain(amount)
    tenthousands = f"{amount.scaleb(-4).normalize():f}"
    if -amount.scaleb(-4).normalize().as_tuple().exponent <= 6:
        assert line(amount=f"{tenthousands} 万元").facts["amount"] == money.plain(amount)


@given(st.text(max_size=40))
@settings(max_examples=150, deadline=None)
def test_no_cell_of_any_words_breaks_the_reading(words: str) -> None:
    cells = words.replace("\t", " ").replace("\n", " ").replace("\r", " ").replace('"', "")
    for name in COLUMNS:
        found = line(**{name: cells})
        assert not found.facts or not found.problems


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)))
@settings(max_examples=40, deadline=None)
def test_a_day_is_the_same_in_every_common_form(day: date) -> None:
    for spelled in (
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
    ):
        assert line(license_last_day=spelled).facts["license_last_day"] == day.isoformat()


@pytest.mark.parametrize(
    ("cells", "code", "field"),
    [
        ({"number": "1.23E+15"}, "number_shortened", "number"),
        ({"number": ""}, "required", "number"),
        ({"filing_date": "2019-01-02"}, "filing_date_number", "filing_date"),
        ({"filing_date": "2018-05-02", "grant_date": "2018-05-02"}, "grant_before_filing", "grant_date"),
        ({"amount": "1.23E+15"}, "number_shortened", "amount"),
        ({"rate": "101"}, "rate_too_large", "rate"),
        ({"duration_months": "三年"}, "not_an_integer", "duration_months"),
        ({"method": "以物易物"}, "fee_method_unknown", "method"),
        ({"industry": "Z99"}, "not_a_choice", "industry"),
        ({"main_class": "G06"}, "ipc_form", "main_class"),
        ({"report": "W1"}, "report_not_needed", "report"),
        ({"owners": "甲公司、甲公司"}, "name_twice", "owners"),
        ({"title": "方法\u202e"}, "name_bidi", "title"),
        ({"annuity_paid_to": "明年"}, "not_a_date", "annuity_paid_to"),
    ],
)
def test_a_cell_that_cannot_be_read_is_refused_at_its_column(cells: Any, code: str, field: str) -> None:
    assert (code, field) in said(**cells)
    assert line(**cells).facts == {}


def test_headings_may_say_wan_and_come_in_any_order() -> None:
    text = f"金额（万元）\t专利号\t说不清的一列\n6.8\t{GOOD}\t?"
    found = find_headings(read_pasted(text), NAMES, REQUIRED)
    assert read_lines(found)[0].facts == {"number": GOOD, "amount": "68000.00"}
    assert found.unknown == ("说不清的一列",)


@pytest.mark.parametrize(
    ("written", "name", "person"),
    [
        ("申城理工大学", "申城理工大学", False),
        ("浦东智焊装备有限公司", "浦东智焊装备有限公司", False),
        ("林小满", "林小满", True),
        ("欧阳书桐（自然人）", "欧阳书桐", True),
        ("明许（单位）", "明许", False),
        ("Acme Ltd.", "Acme Ltd.", False),
        ("某某 (organisation)", "某某", False),
    ],
)
def test_a_name_that_is_no_unit_s_is_taken_for_a_person(written: str, name: str, person: bool) -> None:
    assert owner(written) == {"name": name, "person": person}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        (f"{GOOD}.pdf", (GOOD, "certificate")),
        ("2018103230215-年费.PDF", (GOOD, "annuity")),
        (f"{GOOD}_report.png", (GOOD, "evaluation")),
        (f"{GOOD}（评价报告）.jpg", (GOOD, "evaluation")),
    ],
)
def test_a_file_is_named_by_its_patent_and_what_it_is(name: str, wanted: tuple[str, str]) -> None:
    assert parse_name(name) == wanted


@pytest.mark.parametrize(
    "name", ["证书.pdf", f"{GOOD}.exe", f"{GOOD}-别的.pdf", "ZL201810323021.6.pdf", ".pdf"]
)
def test_a_file_that_names_no_patent_fits_none(name: str) -> None:
    with pytest.raises(Refused):
        parse_name(name)


# --- over a term set ---------------------------------------------------------------------------------


def fee(facts: dict[str, Any], **terms: Any) -> dict[str, Any]:
    return batch_terms.fee_of(facts, terms)


def test_the_row_s_amount_stands_before_the_set_s() -> None:
    assert fee({"amount": "5.00"}, **batching.LUMP)["amount"] == "5.00"
    assert fee({}, **batching.LUMP) == batching.LUMP
    assert fee({}) == {}


def test_another_method_takes_over_only_what_both_have() -> None:
    found = fee({"method": "PER_YEAR", "amount": "8000.00"}, **batching.LUMP)
    assert found == {"method": "PER_YEAR", "amount": "8000.00", "tax_included": True, "pay_within_days": 15}
    assert fee({"method": "FREE"}, **batching.LUMP) == {"method": "FREE"}
    royal = fee({"rate": "3"}, method="ROYALTY_SALES", royalty=ROYALTY)
    assert royal["royalty"]["rate"] == "3"
    profit = fee({"method": "ROYALTY_PROFIT", "rate": "3"}, method="ROYALTY_SALES", royalty=ROYALTY)
    assert profit["royalty"] == {"base": "profit", "rate": "3"}


@pytest.mark.parametrize(
    ("facts", "terms", "code"),
    [
        ({"method": "FREE", "amount": "5.00"}, {}, "amount_not_used"),
        ({"rate": "2"}, batching.LUMP, "rate_not_used"),
        ({"amount": "5.00"}, {}, "required"),
        ({"amount": "5.00"}, {"method": "INSTALMENTS", "amount": "9.00"}, "instalments_fixed"),
    ],
)
def test_a_row_that_asks_for_what_its_method_has_not_is_refused(
    facts: dict[str, Any], terms: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as caught:
        fee(facts, **terms)
    assert caught.value.code == code


def test_the_last_day_of_the_offer_leaves_the_last_licensee_the_whole_time() -> None:
    found = batch_terms.term_of({"license_last_day": "2030-12-31", "duration_months": 36}, {}, ABOUT)
    assert found == {
        "offer_last_day": "2028-01-01", "license_last_day": "2030-12-31", "duration_months": 36,
    }  # fmt: skip
    of_set = {"offer_last_day": "2027-06-30", "license_last_day": "2031-12-31", "duration_months": 36}
    assert batch_terms.term_of({}, of_set, ABOUT) == of_set
    shorter = batch_terms.term_of({"license_last_day": "2029-12-31"}, of_set, ABOUT)
    assert shorter["offer_last_day"] == "2027-01-01"
    too_long = batch_terms.term_of({"license_last_day": "2027-12-31", "duration_months": 60}, {}, ABOUT)
    assert too_long["offer_last_day"] == "2027-12-31"


def test_every_column_has_a_reader_and_an_explanation() -> None:
    from registry.licenses.batch_sheets import ABOUT as EXPLAINED

    assert set(EXPLAINED) == set(NAMES) == set(batch_rows._READERS) | {"problems"}
