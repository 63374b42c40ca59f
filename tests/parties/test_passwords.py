"""New passwords: any long sentence in any script, and none of those that are guessed first."""

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import Refused
from registry.parties import passwords
from registry.problems import sentence
from tests.browser import PASSWORD, Browser, open_account

OWN = ("王明", "wang.ming@shencheng.example", "浦东智焊装备有限公司")


@pytest.mark.parametrize(
    "good",
    [
        "correct horse battery",
        "another long sentence",
        "雨后的屋檐滴着七只茶杯",
        "сорок зелёных чайников",
        "🐢🍵🎻🪁🧭🌧🔑📐🛶🧶",
        "tumbler orchid, seven small kettles " * 5,
        "aaaa bbbb kettle orchid tumbler",
    ],
)
def test_a_long_sentence_in_any_script_is_taken_without_capitals_digits_or_signs(good: str) -> None:
    passwords.check_new(good[:200], OWN)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("password123", "password_common"),
        ("iloveyou1314", "password_common"),
        ("wangming1990", "password_own"),
        ("shencheng88", "password_own"),
        ("mingxu2026!", "password_own"),
        ("qwertyuiop[]", "password_pattern"),
        ("abcdefghijklmno", "password_pattern"),
        ("短一点", "password_short"),
        ("1111111111", "password_simple"),
        ("甲" * 201, "too_long"),
    ],
)
def test_what_is_guessed_first_is_refused_with_its_reason_in_both_languages(bad: str, why: str) -> None:
    with pytest.raises(Refused) as refused:
        passwords.check_new(bad, OWN)
    assert (refused.value.code, refused.value.field) == (why, "password")


def test_a_company_in_chinese_is_as_near_to_a_guesser_as_a_name() -> None:
    with pytest.raises(Refused, match="password_own"):
        passwords.check_new("浦东智焊装备有限公司1", OWN)
    passwords.check_new("浦东智焊装备有限公司1")


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=220))
def test_whatever_is_typed_is_taken_or_refused_and_nothing_else(typed: str) -> None:
    code = ""
    try:
        passwords.check_new(typed, OWN)
    except Refused as refused:
        code = refused.code
    assert code.startswith(("password_", "too_long")) if code else 10 <= len(typed) <= 200


def test_the_reason_stands_beside_the_field_wherever_a_password_is_set(lite: Flask) -> None:
    with lite.test_request_context():
        said = sentence(Refused("password_own"))
    weak = {"password": "wangming1990", "password_again": "wangming1990"}
    browser = Browser(lite).get("/register").submit({"name": "wang ming", "email": "wm@example.cn", **weak})
    assert (browser.status, said in browser.text) == (422, True)
    open_account("wangming@example.cn", name="wang ming")
    browser = Browser(lite).get("/reset").submit({"email": "wangming@example.cn"})
    browser.submit({"code": "000000", **weak})
    assert (browser.status, said in browser.text) == (422, True)
    browser = Browser(lite).sign_in("wangming@example.cn").get("/account/password")
    browser.submit({"present_password": PASSWORD, **weak})
    assert (browser.status, said in browser.text) == (422, True)
