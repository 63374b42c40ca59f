"""Where lines may break."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.documents.lines import CANNOT_END, CANNOT_START, break_lines


def broken(text: str, width: float, *, first: float | None = None) -> list[str]:
    advances = [10.0 if ord(char) >= 0x2000 else 5.0 for char in text]
    lines = break_lines(text, advances, width=width, first_width=first or width)
    return [text[line.start : line.end] for line in lines]


def test_closing_punctuation_never_starts_a_line() -> None:
    assert broken("一二三四，五六", 40) == ["一二三", "四，五六"]


def test_opening_punctuation_never_ends_a_line() -> None:
    assert broken("一二三（四）", 40) == ["一二三", "（四）"]


def test_a_code_is_never_torn_when_it_fits_a_line() -> None:
    assert broken("代码是91310115000000027G。完", 110) == ["代码是", "91310115000000027G。完"]


def test_a_code_wider_than_the_line_is_cut_after_a_separator() -> None:
    assert broken("https://a.cn/abc", 70) == ["https://a.cn/", "abc"]


def test_a_first_line_may_be_shorter() -> None:
    assert broken("一二三四五六", 40, first=20) == ["一二", "三四五六"]


def test_newlines_end_lines_and_empty_lines_stay() -> None:
    assert broken("一\n\n二", 40) == ["一", "", "二"]


def test_empty_text_is_one_empty_line() -> None:
    assert broken("", 40) == [""]


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="一二三，。（）“”abc019-/ \n　", max_size=60), st.integers(20, 200))
def test_breaking_loses_nothing_but_spaces_and_keeps_the_width(text: str, width: int) -> None:
    lines = broken(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "").replace("\n", "")
    for line in lines:
        assert sum(10.0 if ord(char) >= 0x2000 else 5.0 for char in line.rstrip(" ")) <= width


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="一二三四五，。（）《》a1", max_size=60))
def test_wide_lines_respect_punctuation(text: str) -> None:
    lines = [line for line in broken(text, 600) if line]
    for before, after in itertools.pairwise(lines):
        assert not (after[0] in CANNOT_START or before[-1] in CANNOT_END) or len(before) >= 60
