"""Amounts are read strictly, printed exactly, and their capitals say the same number."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry import money
from registry.errors import Refused

AMOUNTS = st.decimals(min_value=0, max_value=Decimal("999999999999.99"), places=2)


def refusal(call: object, text: object) -> str:
    with pytest.raises(Refused) as caught:
        call(text, field="fee.amount")
    assert caught.value.field == "fee.amount"
    return caught.value.code


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("68000", "68000.00"),
        ("68,000.00", "68000.00"),
        ("６８，０００．５", "68000.50"),
        (" 0.01 ", "0.01"),
        ("+5", "5.00"),
        ("0", "0.00"),
        ("999,999,999,999.99", "999999999999.99"),
    ],
)
def test_amounts_are_read_as_people_type_them(text: str, amount: str) -> None:
    assert str(money.parse_amount(text)) == amount


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "required"),
        ("  ", "required"),
        ("1.234", "amount_decimals"),
        ("1.230", "amount_decimals"),
        ("-1", "amount_negative"),
        ("－1", "amount_negative"),
        ("-0.00", "amount_negative"),
        ("1e3", "amount_form"),
        ("1.23E+15", "amount_form"),
        ("6,80,00", "amount_form"),
        ("1,0000", "amount_form"),
        ("1.", "amount_form"),
        (".5", "amount_form"),
        ("NaN", "amount_form"),
        ("Infinity", "amount_form"),
        ("1_000", "amount_form"),
        ("٣", "amount_form"),
        ("六万", "amount_form"),
        ("1\n2", "amount_form"),
        ("9" * 5000, "amount_form"),
        ("1000000000000", "amount_too_large"),
        (5, "amount_form"),
        (None, "amount_form"),
    ],
)
def test_what_is_not_an_amount_is_refused_by_its_reason(text: object, code: str) -> None:
    assert refusal(money.parse_amount, text) == code


@pytest.mark.parametrize(
    ("text", "rate"), [("3.5%", "3.5"), ("２．５％", "2.5"), ("0.1234", "0.1234"), ("20.00", "20")]
)
def test_rates_are_read_as_per_cent(text: str, rate: str) -> None:
    assert str(money.parse_rate(text)) == rate


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1.23456", "rate_decimals"),
        ("-1%", "rate_negative"),
        ("100.01", "rate_too_large"),
        ("%", "required"),
        ("3%%", "rate_form"),
        ("1e1", "rate_form"),
        (3, "rate_form"),
    ],
)
def test_what_is_not_a_rate_is_refused_by_its_reason(text: object, code: str) -> None:
    assert refusal(money.parse_rate, text) == code


def test_figures_are_printed_with_two_decimals_and_in_wan_exactly() -> None:
    assert money.yuan(Decimal(68000)) == "68,000.00"
    assert money.plain(Decimal("68000.5")) == "68000.50"
    assert money.wan(Decimal(68000)) == "6.80"
    assert money.wan(Decimal("68000.50")) == "6.80005"
    assert money.wan(Decimal("20000000")) == "2,000.00"
    assert money.percent(Decimal("20.0000")) == "20%"
    assert money.percent(Decimal("2.50")) == "2.5%"


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("1409.50", "人民币壹仟肆佰零玖元伍角整"),
        ("6007.14", "人民币陆仟零柒元壹角肆分"),
        ("1680.32", "人民币壹仟陆佰捌拾元零叁角贰分"),
        ("107000.53", "人民币壹拾万柒仟元零伍角叁分"),
        ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "人民币叁佰贰拾伍元零肆分"),
    ],
)
def test_capitals_follow_the_official_examples(amount: str, text: str) -> None:
    assert money.capitals(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("68000", "人民币陆万捌仟元整"),
        ("0", "人民币零元整"),
        ("0.05", "人民币伍分"),
        ("0.50", "人民币伍角整"),
        ("0.55", "人民币伍角伍分"),
        ("10", "人民币壹拾元整"),
        ("20000000", "人民币贰仟万元整"),
        ("20000001", "人民币贰仟万零壹元整"),
        ("100001000", "人民币壹亿零壹仟元整"),
        ("100000001.01", "人民币壹亿零壹元零壹分"),
        ("10100000000", "人民币壹佰零壹亿元整"),
        ("999999999999.99", "人民币玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)
def test_capitals_of_edges(amount: str, text: str) -> None:
    assert money.capitals(Decimal(amount)) == text


@pytest.mark.parametrize("amount", ["1.234", "-1", "1000000000000", "NaN", "Infinity"])
def test_an_amount_that_cannot_be_written_is_an_error_never_cut(amount: str) -> None:
    for write in (money.capitals, money.yuan, money.wan, money.plain):
        with pytest.raises(ValueError, match=r"amount that can be written|more than two decimals"):
            write(Decimal(amount))


def read_capitals(text: str) -> Decimal:
    """An independent reader: left to right, a section closes at 万 and 亿, parts close at 元 角 分."""
    digits = {c: n for n, c in enumerate("零壹贰叁肆伍陆柒捌玖")}
    places = {"拾": 10, "佰": 100, "仟": 1000}
    parts = {"元": Decimal(1), "角": Decimal("0.1"), "分": Decimal("0.01")}
    total, whole, section, digit = Decimal(0), 0, 0, 0
    for c in text.removeprefix("人民币").removesuffix("整"):
        if c in digits:
            digit = digits[c]
        elif c in places:
            section, digit = section + digit * places[c], 0
        elif c in "万亿":
            whole, section, digit = whole + (section + digit) * (10**4 if c == "万" else 10**8), 0, 0
        else:
            total, whole, section, digit = total + (whole + section + digit) * parts[c], 0, 0, 0
    return total


@given(AMOUNTS)
def test_capitals_say_the_same_number_to_another_reader(amount: Decimal) -> None:
    text = money.capitals(amount)
    assert read_capitals(text) == amount
    assert "零零" not in text
    assert not text.startswith("人民币零") or amount == 0
    assert text.endswith("整") == (int(amount * 100) % 10 == 0)


@given(AMOUNTS)
def test_every_printed_amount_is_read_back(amount: Decimal) -> None:
    assert money.parse_amount(money.yuan(amount)) == amount
    assert money.parse_amount(money.plain(amount)) == amount
    assert Decimal(money.wan(amount).replace(",", "")) * 10000 == amount


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        amount = money.parse_amount(text)
    except Refused:
        return
    assert money.parse_amount(money.plain(amount)) == amount


_WORDS = {word: n for n, word in enumerate(money._ONES)} | {w: n * 10 for n, w in enumerate(money._TENS) if w}
_SIZES = {name: size for size, name in money._SCALES}


def read_words(text: str) -> Decimal:
    """Another reader: numbers between hyphens and spaces added up, scales multiplied in."""
    *whole, last = text.split(" yuan")
    parts = [*whole, last] if whole else ["", text]
    return Decimal(_count(parts[0])) + Decimal(_count(parts[-1].removesuffix(" fen"))) / 100


def _count(text: str) -> int:
    total = here = 0
    for word in text.replace("-", " ").split():
        if word == "hundred":
            here *= 100
        elif word in _SIZES:
            total, here = total + here * _SIZES[word], 0
        elif word != "and":
            here += _WORDS[word]
    return total + here


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "zero yuan"),
        ("0.05", "five fen"),
        ("1409.50", "one thousand four hundred and nine yuan and fifty fen"),
        ("107000.53", "one hundred and seven thousand yuan and fifty-three fen"),
        ("68000", "sixty-eight thousand yuan"),
    ],
)
def test_amounts_in_english_words(amount: str, text: str) -> None:
    assert money.in_words(Decimal(amount)) == text


@given(AMOUNTS)
def test_english_words_say_the_same_number_to_another_reader(amount: Decimal) -> None:
    assert read_words(money.in_words(amount)) == amount
