"""What the words of a search mean."""

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.catalogue import labels, search, words
from registry.contracts.rules import RecordalState


def test_chinese_is_read_character_by_character_and_latin_word_by_word() -> None:
    assert words.tokens("焊接 Robot5") == ["_710a", "_63a5", "robot5"]


def test_full_width_and_capitals_are_the_same_as_plain_ones() -> None:
    assert words.tokens("ＲＯＢＯＴ５") == words.tokens("robot5")


def test_a_rare_character_beyond_pythons_tables_is_a_letter_too() -> None:
    assert words.tokens("张𬱟") == ["_5f20", "_2cc5f"]
    assert words.tokens("\U000323b0") == ["_323b0"]


def test_a_check_digit_belongs_to_its_number() -> None:
    assert words.tokens("ZL201719999007.X") == ["zl201719999007x"]


def test_marks_quotes_and_pictures_ask_for_nothing() -> None:
    assert words.terms("\"' * ( ) : ^ - 😀 \0 \\ %_") == ()


def test_a_run_of_chinese_is_a_phrase_and_a_word_a_beginning() -> None:
    assert words.terms("5G通信") == (
        words.Term(("5g",), True),
        words.Term(("_901a", "_4fe1"), False),
    )


def test_a_phrase_does_not_run_over_from_one_text_into_the_next() -> None:
    assert words.indexed("甲", "", "乙") == "_7532 _ _4e59"


@settings(deadline=None)
@given(st.text(max_size=60))
def test_tokens_are_plain_ascii_whatever_is_typed(text: str) -> None:
    line = words.indexed(text, text)
    assert line.isascii()
    assert not set(line) & set("'\"\\:&|!()*<>")
    assert search.vector(line).isascii()


@settings(deadline=None)
@given(st.text(max_size=40))
def test_every_text_contains_the_terms_it_asks_for(text: str) -> None:
    line = f" {words.indexed(text)} "
    for term in words.terms(text):
        assert f" {' '.join(term.tokens)} " in line


def test_what_is_indexed_of_one_offer_has_an_end() -> None:
    assert len(words.indexed("字" * 100_000).split()) == words.TOKENS_MAX


def test_every_state_of_recordal_is_said_on_the_verify_page() -> None:
    assert {str(state) for state in RecordalState} <= labels.RECORDALS.keys()
