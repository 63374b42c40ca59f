"""Numbers are read in any spelling, kept in one, and a mistyped digit is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import Refused
from registry.patents.numbers import (
    Kind,
    application,
    check_character,
    ipc,
    locarno,
    main_class,
    parse,
    publication,
)

REAL = [
    ("ZL201810323021.5", Kind.INVENTION, False),
    ("ZL201911318037.8", Kind.INVENTION, False),
    ("ZL202010384831.9", Kind.INVENTION, False),
    ("ZL201280017678.X", Kind.INVENTION, True),
    ("ZL201510037277.6", Kind.INVENTION, False),
    ("ZL201921898050.0", Kind.UTILITY_MODEL, False),
    ("ZL201921897980.4", Kind.UTILITY_MODEL, False),
]
DEMONSTRATION = [
    "ZL201819999001.7", "ZL201919999002.6", "ZL202019999003.3", "ZL202129999004.8", "ZL202229999005.7",
    "ZL202139999006.2", "ZL201719999007.X", "ZL201919999008.3", "ZL202119999009.5", "ZL201819999010.6",
    "ZL200819999011.7", "ZL202089999012.0", "ZL202219999013.6", "ZL202019999014.1",
]  # fmt: skip
NEW_DIGITS = st.builds(
    lambda year, kind, serial: f"{year}{kind}{serial:07}",
    st.integers(2003, 2099),
    st.sampled_from("12389"),
    st.integers(0, 9_999_999),
)


def refused(call: object, text: object) -> Refused:
    with pytest.raises(Refused) as caught:
        call(text, field="number")
    assert caught.value.field == "number"
    return caught.value


@pytest.mark.parametrize(("text", "kind", "pct"), REAL)
def test_real_numbers_are_read(text: str, kind: Kind, pct: bool) -> None:
    number = parse(text)
    assert (str(number), number.kind, number.old_form) == (text, kind, False)
    assert number.year == int(text[2:6])
    assert number.serial == text[7:14]
    assert number.pct is pct


def test_the_kind_digit_tells_pct_applications() -> None:
    number = parse("ZL201280017678.X")
    assert (number.kind, number.pct) == (Kind.INVENTION, True)


@pytest.mark.parametrize("text", DEMONSTRATION)
def test_demonstration_numbers_have_right_check_characters(text: str) -> None:
    assert str(parse(text)) == text


def test_the_old_form_is_read_and_told_apart() -> None:
    number = parse("ZL95115608.X")
    assert (number.year, number.kind, number.serial, number.old_form) == (1995, Kind.INVENTION, "15608", True)
    assert str(number) == "ZL95115608.X"


@pytest.mark.parametrize(
    "text",
    [
        "201810323021.5", "2018103230215", "zl 2018 1032 3021.5", "CN201810323021.5", "CN ZL201810323021.5",
        "ＺＬ２０１８１０３２３０２１．５", "ZL201810323021。5", "　ZL201810323021.5\n",
    ],
)  # fmt: skip
def test_every_common_spelling_becomes_the_normal_form(text: str) -> None:
    assert str(parse(text)) == "ZL201810323021.5"


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        ("ZL201030100012.9", "patent_number_check", "4"),
        ("201810323021.4", "patent_number_check", "5"),
        ("ZL20181032302.5", "patent_number_form", None),
        ("", "required", None),
        ("ZL", "patent_number_form", None),
        ("ZL201840323021.5", "patent_number_form", None),
        ("ZL199910323021.5", "patent_number_form", None),
        ("ZL50115608.X", "patent_number_form", None),
        ("ZL2018103230215X", "patent_number_form", None),
        ("ZL20181032302१.5", "patent_number_form", None),
        (201810323021, "required", None),
    ],
)
def test_wrong_numbers_are_refused_with_the_reason(text: object, code: str, expected: str | None) -> None:
    found = refused(parse, text)
    assert (found.code, found.params.get("expected")) == (code, expected)


def test_an_application_number_carries_no_zl() -> None:
    assert application("CN201810323021.5").application == "201810323021.5"
    assert refused(application, "ZL201810323021.5").code == "application_number_form"
    assert refused(application, "201810323021.4").code == "application_number_check"


@given(NEW_DIGITS)
def test_every_number_with_its_check_character_is_read_back(digits: str) -> None:
    number = parse(digits + check_character(digits))
    assert parse(str(number)) == number
    assert number.application == f"{digits}.{check_character(digits)}"


@given(NEW_DIGITS, st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(digits: str, place: int, step: int) -> None:
    wrong = str((int(digits[place]) + step) % 10)
    assert check_character(digits[:place] + wrong + digits[place + 1 :]) != check_character(digits)


@given(NEW_DIGITS, st.integers(0, 10))
def test_two_swapped_neighbours_are_always_found(digits: str, place: int) -> None:
    swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    assert (check_character(swapped) != check_character(digits)) == (swapped != digits)


def test_two_wrong_digits_may_pass() -> None:
    """Weights 2 and 3: one more and three more is 2 + 9 = 11."""
    assert check_character("100000000000") == check_character("230000000000")


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        number = parse(text)
    except Refused:
        return
    assert parse(str(number)) == number


@pytest.mark.parametrize("text", ["CN108766507B", "cn 108766507 b", "108766507B", "ＣＮ108766507B"])
def test_publication_numbers_are_read(text: str) -> None:
    assert publication(text) == "CN108766507B"


def test_publication_numbers_have_seven_to_nine_digits_and_a_kind() -> None:
    assert publication("CN1234567A") == "CN1234567A"
    assert publication("CN108766507B2") == "CN108766507B2"
    for text in ("CN108766507", "CN123456B", "US108766507B", "CN1087665071B", "CN108766507Q"):
        assert refused(publication, text).code == "publication_number_form"


def test_ipc_classes_are_read_and_looked_up() -> None:
    assert ipc("g16h10/60") == "G16H 10/60"
    assert ipc("G06F 16/182") == "G06F 16/182"
    assert refused(ipc, "I01B 1/00").code == "ipc_form"
    assert refused(ipc, "G16H").code == "ipc_form"
    assert refused(ipc, "A99Z 1/0").code == "ipc_form"
    assert refused(ipc, "A05B 1/00").code == "ipc_class"


def test_locarno_classes_are_read() -> None:
    assert locarno("14-02") == "14-02"
    assert locarno("LOC (13) Cl. 10-04") == "10-04"
    for text in ("00-01", "33-01", "14-00", "1402", "14-2"):
        assert refused(locarno, text).code == "locarno_form"


def test_the_main_class_follows_the_kind() -> None:
    assert main_class(Kind.DESIGN, "10-04") == "10-04"
    assert (
        refused(lambda text, *, field: main_class(Kind.INVENTION, text, field=field), "10-04").code
        == "ipc_form"
    )
