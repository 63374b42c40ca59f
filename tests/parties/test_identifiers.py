"""Codes of organisations and people are checked as the standards say, and no further."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import Refused
from registry.parties.identifiers import (
    email,
    masked,
    mobile,
    organisation_check,
    phone,
    postcode,
    region_of,
    resident_id,
    uscc,
)

REAL = [
    "12100000425006117P", "12100000425006125J", "12100000470095016Q", "12100000400000624D",
    "9131011877976576X6", "91310000332725243Y", "91420100568359390C",
]  # fmt: skip
DEMONSTRATION = [
    "12310000000000019X", "91310115000000027G", "913101120000000350", "913100000000000439",
    "91310114000000051J", "9133010000000006X9", "91310104000000078T", "12310000000000094N",
    "91310118000000115A", "91440300000000123F",
]  # fmt: skip
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def refusal(call: object, text: object) -> str:
    with pytest.raises(Refused) as caught:
        call(text, field="it")
    assert caught.value.field == "it"
    return caught.value.code


def outer_check(body: str) -> str:
    """GB 32100 written out once more: weights are the powers of 3 modulo 31."""
    return ALPHABET[-sum(ALPHABET.index(c) * 3**i for i, c in enumerate(body)) % 31]


@pytest.mark.parametrize("code", REAL + DEMONSTRATION)
def test_real_and_demonstration_codes_pass_without_warning(code: str) -> None:
    assert str(uscc(code)) == code
    assert uscc(code).warnings == ()


@pytest.mark.parametrize(
    "text", ["12100000425006117p", " 1210 0000 4250 0611 7P ", "１２１０００００４２５００６１１７Ｐ"]
)
def test_common_spellings_become_one(text: str) -> None:
    assert uscc(text).code == "12100000425006117P"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("12100000425006117D", "uscc_check"),
        ("91310115MA1K3QXW2P", "uscc_check"),
        ("91310000MA1FL8X20A", "uscc_check"),
        ("1210000042500611", "uscc_form"),
        ("12100000425006117I", "uscc_form"),
        ("1210000O425006117P", "uscc_form"),
        ("", "required"),
        (None, "required"),
    ],
)
def test_wrong_codes_are_refused_with_the_reason(text: object, code: str) -> None:
    assert refusal(uscc, text) == code


def test_a_wrong_organisation_code_inside_only_warns() -> None:
    body = "9131011500000002" + "8"
    assert organisation_check("00000002") == "7"
    assert uscc(body + outer_check(body)).warnings == ("uscc_inner",)


def test_a_reviewer_may_override_the_outer_check_and_it_stays_visible() -> None:
    assert uscc("12100000425006117D", check_overridden=True).warnings == ("uscc_check",)


def test_codes_of_villages_and_the_military_begin_with_a_letter() -> None:
    body = "N2330106MF123456" + organisation_check("MF123456")
    assert uscc(body + outer_check(body)).warnings == ()


def test_the_region_comes_from_the_code() -> None:
    assert region_of("91310115000000027G").zh == "上海市浦东新区"
    assert region_of("12100000425006117P").code == "100000"
    unknown = region_of("91990101000000027G")
    assert (unknown.known, unknown.zh) == (False, "")


@given(st.text(ALPHABET, min_size=9, max_size=9), st.integers(0, 16), st.integers(1, 30))
def test_one_wrong_character_is_always_found(tail: str, place: int, step: int) -> None:
    body = "91310115" + tail
    check = outer_check(body)
    wrong = ALPHABET[(ALPHABET.index(body[place]) + step) % 31]
    assert outer_check(body[:place] + wrong + body[place + 1 :]) != check
    assert uscc(body + check).code == body + check


@pytest.mark.parametrize("text", ["11010519491231002X", "11010519491231002x", "110105 19491231 002X"])
def test_the_standards_resident_number_is_read(text: str) -> None:
    assert resident_id(text) == "11010519491231002X"


def resident_check(body: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(int(c) * w for c, w in zip(body, weights, strict=True)) % 11]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("11010519490231002", "resident_id_birth"),
        ("11010517491231002", "resident_id_birth"),
        ("99010519491231002", None),
        ("83010519491231002", None),
        ("77010519491231002", "resident_id_form"),
    ],
)
def test_resident_numbers_need_a_real_birthday_and_issuer(body: str, code: str | None) -> None:
    number = body + resident_check(body)
    if code:
        assert refusal(resident_id, number) == code
    else:
        assert resident_id(number) == number


def test_resident_numbers_of_the_future_and_with_wrong_check_are_refused() -> None:
    assert refusal(resident_id, "110105194912310021") == "resident_id_check"
    with pytest.raises(Refused, match="resident_id_birth"):
        resident_id("11010519491231002X", field="it", today=date(1949, 12, 30))


def test_personal_numbers_are_masked() -> None:
    assert masked("11010519491231002X") == "110*************2X"
    assert masked("1234") == "1234"


@pytest.mark.parametrize(
    "text", ["13812345678", "+86 138-1234-5678", "008613812345678", "１３８１２３４５６７８"]
)
def test_mobile_numbers_become_eleven_digits(text: str) -> None:
    assert mobile(text) == "13812345678"


@pytest.mark.parametrize("text", ["12812345678", "1381234567", "+1 13812345678", "13812345678;x"])
def test_what_is_no_mobile_number_is_refused(text: str) -> None:
    assert refusal(mobile, text) == "mobile_form"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("021-63211234", "021-63211234"),
        ("(021)63211234", "021-63211234"),
        ("0086 21 63211234", "021-63211234"),
        ("+86-571-88888888", "0571-88888888"),
        ("021-63211234转801", "021-63211234-801"),
        ("400 820 8820", "400-820-8820"),
        ("138 1234 5678", "13812345678"),
    ],
)
def test_telephone_numbers_are_read(text: str, number: str) -> None:
    assert phone(text) == number


@pytest.mark.parametrize("text", ["63211234", "021-1234567", "12345", "tel 021-63211234"])
def test_a_landline_needs_its_area(text: str) -> None:
    assert refusal(phone, text) == "phone_form"


def test_postcodes_have_six_digits() -> None:
    assert postcode("２００ ０４０") == "200040"
    assert refusal(postcode, "20004") == "postcode_form"


def test_mail_addresses_of_the_common_shape_are_read() -> None:
    assert email(" Li.Ming+tto@Example.EDU.cn ") == "Li.Ming+tto@example.edu.cn"


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "a@b",
        "a@@b.cn",
        "a b@c.cn",
        "a@c.cn\nBcc: x@y.cn",
        ".a@b.cn",
        "a.@b.cn",
        "a@-b.cn",
        "李@b.cn",
        "a" * 65 + "@b.cn",
    ],
)
def test_other_mail_addresses_are_refused(text: str) -> None:
    assert refusal(email, text) == "email_form"


@given(st.text())
def test_no_text_breaks_the_readers(text: str) -> None:
    for read in (uscc, resident_id, mobile, phone, postcode, email):
        with suppress(Refused):
            assert str(read(text))
