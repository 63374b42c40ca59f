"""Laws as papers cite them: own names, articles in words, and always those of the contract's day."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.codes.laws import Laws, chinese_number
from registry.errors import Refused

TODAY = date(2026, 11, 22)
_DIGITS = {one: n for n, one in enumerate("零一二三四五六七八九")}


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "一"), (10, "十"), (15, "十五"), (20, "二十"), (47, "四十七"), (100, "一百"), (103, "一百零三"),
        (110, "一百一十"), (137, "一百三十七"), (203, "二百零三"), (845, "八百四十五"), (1001, "一千零一"),
    ],
)  # fmt: skip
def test_articles_are_numbered_as_laws_number_them(number: int, words: str) -> None:
    assert chinese_number(number) == words


@given(st.integers(1, 9999))
def test_a_number_in_words_can_be_read_back(number: int) -> None:
    total, digit = 0, 1
    for one in chinese_number(number):
        place = {"十": 10, "百": 100, "千": 1000}.get(one)
        if place:
            total, digit = total + digit * place, 0
        else:
            digit = _DIGITS[one]
    assert total + (digit if chinese_number(number)[-1] in _DIGITS else 0) == number


@pytest.mark.parametrize("number", [0, -1, 10**4])
def test_what_is_no_articles_number_is_an_error(number: int) -> None:
    with pytest.raises(ValueError, match="not an article"):
        chinese_number(number)


def test_articles_and_paragraphs_are_cited_in_both_languages() -> None:
    zh, en = Laws(on=TODAY), Laws(on=TODAY, lang="en")
    assert zh.cite("PL", 50, 51) == "专利法第五十条、第五十一条"
    assert zh.cite("CC", "845(3)") == "民法典第八百四十五条第三款"
    assert zh.full("PL", 12) == "《中华人民共和国专利法》第十二条"
    assert en.cite("CC", 137, 483, 491) == "Civil Code, Articles 137, 483 and 491"
    assert en.cite("GL") == "Patent Examination Guidelines"
    with pytest.raises(ValueError, match="not an article"):
        zh.cite("CC", "845条")


def test_an_older_contract_cites_the_older_measures() -> None:
    assert "2000" in Laws(on=date(2026, 2, 28)).full("registration_measures")
    assert "2026" in Laws(on=date(2026, 3, 1)).full("registration_measures")
    assert "2010" in Laws(on=date(2024, 1, 19)).full("GL")


def test_a_rule_that_was_not_in_force_is_never_cited() -> None:
    with pytest.raises(Refused):
        Laws(on=date(2020, 6, 1)).cite("CC", 845)
