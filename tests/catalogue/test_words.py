"""What the words of a search mean."""

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.catalogue import fulltext, labels, words
from registry.contracts.rules import RecordalState


def test_chinese_is_read_by_characters_and_pairs_and_latin_by_words_and_their_beginnings() -> None:
    assert words.tokens("焊接机") == ["_710a", "_63a5", "_673a", "_710a_63a5", "_63a5_673a"]
    assert words.tokens("Robot") == ["r_", "ro_", "rob_", "robo_", "robot"]
    assert words.tokens("5G") == ["5_", "5g_"]


def test_full_width_and_capitals_are_the_same_as_plain_ones() -> None:
    assert words.tokens("ＲＯＢＯＴ５") == words.tokens("robot5")


def test_a_rare_character_beyond_pythons_tables_is_a_letter_too() -> None:
    assert words.tokens("张𬱟") == ["_5f20", "_2cc5f", "_5f20_2cc5f"]
    assert words.tokens("\U000323b0") == ["_323b0"]


def test_a_check_digit_belongs_to_its_number_and_the_country_does_not() -> None:
    for spelling in ("ZL201719999007.X", "zl 201719999007．x", "201719999007X", "CN201719999007.x"):
        assert words.terms(spelling) == (words.Term(("201719999007x",), True),)
    assert words.terms("zl") == (words.Term(("zl_",), False),)


def test_marks_quotes_and_pictures_ask_for_nothing() -> None:
    assert words.terms("\"' * ( ) : ^ - 😀 \0 \\ %_") == ()


def test_a_run_of_chinese_asks_for_its_pairs_and_a_word_for_a_beginning() -> None:
    assert words.terms("5G通信网") == (
        words.Term(("5g_",), False),
        words.Term(("_901a_4fe1", "_4fe1_7f51"), False),
    )
    assert words.terms("welding") == (words.Term(("welding",), True),)
    assert words.terms("焊") == (words.Term(("_710a",), False),)


def test_no_pair_runs_over_from_one_text_into_the_next() -> None:
    assert words.indexed("甲", "", "乙", "甲") == "_7532 _4e59"


@settings(deadline=None)
@given(st.text(max_size=60))
def test_tokens_are_plain_ascii_whatever_is_typed(text: str) -> None:
    line = words.indexed(text, text)
    assert line.isascii()
    assert not set(line) & set("'\"\\:&|!()*<>")
    assert fulltext.vector(line).isascii()


@settings(deadline=None)
@given(st.text(max_size=40))
def test_every_text_contains_the_terms_it_asks_for(text: str) -> None:
    kept = set(words.indexed(text).split())
    for term in words.terms(text):
        for token in term.tokens:
            assert token in kept or (term.prefix and any(one.startswith(token) for one in kept))


@settings(deadline=None)
@given(
    st.text(st.characters(codec="ascii", categories=("Nd", "Ll")), min_size=1, max_size=20),
    st.integers(1, 20),
)
def test_a_word_is_found_by_each_of_its_beginnings(word: str, size: int) -> None:
    kept = words.tokens(word)
    for term in words.terms(word[:size]):
        assert any(one.startswith(term.tokens[0]) if term.prefix else one == term.tokens[0] for one in kept)


def test_what_is_indexed_of_one_offer_has_an_end() -> None:
    assert len(words.indexed("".join(map(chr, range(0x4E00, 0x9000)))).split()) == words.TOKENS_MAX


def test_every_state_of_recordal_is_said_on_the_verify_page() -> None:
    assert {str(state) for state in RecordalState} <= labels.RECORDALS.keys()
