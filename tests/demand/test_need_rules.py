"""What a need may say, how it moves, and which offers fit one."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.demand.need_rules import (
    LIVE,
    LONGEST,
    NEED,
    NeedState,
    Subject,
    contact_in,
    fits,
    pieces,
    refusals,
)

TODAY = date(2026, 11, 22)
BRIDGES = "桥梁监测数据压缩方法：监测数据按结构模态压缩，十年原始记录可存入一块硬盘。"


def subject(industry: str, field: str, *words: str) -> Subject:
    return Subject(industry=industry, field=field, pieces=pieces(*words))


def test_a_need_can_be_withdrawn_and_ends_from_every_live_state_and_from_no_other() -> None:
    for state in NeedState:
        for verb in ("withdraw", "end"):
            assert NEED.allows(state, verb) == (state in LIVE)
    assert not NEED.allows(NeedState.PUBLIC, "publish")
    assert not NEED.allows(NeedState.RETURNED, "publish"), "a person reads it again first"


@pytest.mark.parametrize(
    "words",
    [
        "联系 a.b@example.cn", "手机１３８００１３８０００", "021-63211234", "加微信详谈", "见 https://a.example",
        "身份证 11010519491231002X", "qq 群",
    ],
)  # fmt: skip
def test_contacts_and_personal_numbers_do_not_become_public(words: str) -> None:
    found = refusals({"title": "找方法", "problem": words}, TODAY + timedelta(days=30), TODAY)
    assert [(one.code, one.field) for one in found] == [("contact_in_words", "problem")]


@pytest.mark.parametrize(
    "words", ["每年 20000000000 条数据", "2026-11-22 至 2027-01-01", "ZL201919999002.6", ""]
)
def test_figures_days_and_patent_numbers_are_no_contacts(words: str) -> None:
    assert contact_in(words) == ""


@pytest.mark.parametrize(
    ("days", "bad"), [(0, True), (1, False), (LONGEST.days, False), (LONGEST.days + 1, True)]
)
def test_a_need_lasts_from_tomorrow_to_a_year(days: int, bad: bool) -> None:
    assert bool(list(refusals({}, TODAY + timedelta(days=days), TODAY))) is bad


def test_what_fits_shares_words_and_is_near_in_industry_or_field() -> None:
    need = subject("E48", "11", "降低桥梁监测数据的存储量")
    assert fits(need, subject("E48", "11", BRIDGES))
    assert fits(need, subject("I65", "11", BRIDGES)), "another industry, but its field and many words"
    assert not fits(need, subject("E48", "11", "混凝土裂缝自修复微胶囊")), "no word in common"
    assert not fits(need, subject("C27", "04", "一种方法和装置")), "common words say nothing"
    assert not fits(subject("", "", "桥梁"), subject("", "", "桥梁")), "one word alone is not enough"


@given(st.text(max_size=80), st.text(max_size=80))
def test_fitting_never_fails_and_needs_a_word_in_common(one: str, two: str) -> None:
    left, right = subject("E48", "11", one), subject("E48", "11", two)
    assert fits(left, right) == bool(left.pieces & right.pieces)
