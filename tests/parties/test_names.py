"""Any Chinese name passes; what deceives or cannot be printed does not."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import Refused
from registry.parties.names import clean_name, clean_text, comparison_key, warnings


@pytest.mark.parametrize(
    "name", ["张𬱟", "㛃䶮", "𠀾", "林小满", "\U00031350", "阿卜杜拉·买买提", "O'Neill (China) Ltd."]
)
def test_names_with_rare_characters_are_kept_as_written(name: str) -> None:
    assert clean_name(name, "name") == name
    assert clean_text(name, "name") == name


def test_names_are_stored_composed_with_single_spaces() -> None:
    assert clean_name("  Cafe\u0301 　 Ltd ", "name") == "Café Ltd"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "required"),
        (" 　 ", "required"),
        ("上海\x00公司", "name_control"),
        ("上海\n公司", "name_control"),
        ("上海\u200b公司", "name_control"),
        ("上海\u202e公司", "name_bidi"),
        ("上海\u2067公司", "name_bidi"),
        ("上海\ue000公司", "name_private_use"),
        ("上海\U000f0000公司", "name_private_use"),
        ("上海\ud800公司", "name_unassigned"),
        ("上海\uffff公司", "name_unassigned"),
        ("上海\u3164公司", "name_invisible"),
        ("上海\ufe0f公司", "name_invisible"),
        ("上" + "\u0336" * 5, "name_marks"),
        ("长" * 201, "too_long"),
        (7, "not_text"),
    ],
)
def test_a_name_that_deceives_is_refused_with_the_reason(text: object, code: str) -> None:
    with pytest.raises(Refused) as caught:
        clean_name(text, "seller.name")
    assert (caught.value.code, caught.value.field) == (code, "seller.name")


def test_the_refused_character_is_named() -> None:
    with pytest.raises(Refused) as caught:
        clean_name("上海\ue123", "name")
    assert caught.value.params["character"] == "U+E123"


def test_texts_keep_their_lines() -> None:
    assert clean_text("一 \r\n\r\n二\t三\r", "text") == "一\n\n二 三"
    with pytest.raises(Refused, match="too_long"):
        clean_text("长" * 11, "text", longest=10)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("上海智焊（集团）有限公司", "上海智焊(集团)有限公司"),
        ("ＡＢＣ 公司", "abc公司"),
        ("阿卜杜拉·买买提", "阿卜杜拉•买买提"),
        ("凉山", "凉山".replace("凉", "\uf979")),
    ],
)
def test_spellings_of_one_name_compare_equal(one: str, other: str) -> None:
    assert comparison_key(one) == comparison_key(other)


def test_different_names_compare_different() -> None:
    assert comparison_key("上海智焊") != comparison_key("上海智汗")


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("上海智焊（集团)有限公司", ("name_mixed_width",)),
        ("Аcme", ("name_mixed_script",)),
        ("⼀公司", ("name_look_alike",)),
        ("阿卜杜拉•买买提", ("name_unusual_dot",)),
        ("上海智焊（集团）有限公司", ()),
        ("阿卜杜拉·买买提", ()),
    ],
)
def test_the_reviewer_is_warned(name: str, codes: tuple[str, ...]) -> None:
    assert warnings(name) == codes


@given(st.text())
def test_a_cleaned_name_is_clean(text: str) -> None:
    try:
        name = clean_name(text, "name")
    except Refused:
        return
    assert clean_name(name, "name") == name
    assert unicodedata.is_normalized("NFC", name)
    assert comparison_key(comparison_key(name)) == comparison_key(name)
