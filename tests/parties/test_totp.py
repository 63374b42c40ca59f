"""Codes of authenticator apps against the RFC's own vectors, and what makes each count once."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.parties import totp

SECRET = b"12345678901234567890"
NOW = datetime(2026, 11, 26, 8, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "digits"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_vectors_of_rfc_6238_appendix_b_hold_in_their_last_six_digits(seconds: int, digits: str) -> None:
    assert totp.code_at(SECRET, seconds // totp.SECONDS) == digits[-6:]


@given(st.integers(min_value=-4, max_value=4))
def test_a_code_is_taken_one_step_early_or_late_and_not_two(away: int) -> None:
    step = totp.step_of(NOW) + away
    found = totp.fitting_step(SECRET, totp.code_at(SECRET, step), now=NOW, last=None)
    assert found == (step if abs(away) <= totp.WINDOW else None)


def test_a_step_is_used_once_and_no_earlier_one_after_it() -> None:
    step = totp.step_of(NOW)
    code = totp.code_at(SECRET, step)
    assert totp.fitting_step(SECRET, code, now=NOW, last=step) is None
    assert totp.fitting_step(SECRET, totp.code_at(SECRET, step - 1), now=NOW, last=step) is None
    after = NOW + timedelta(seconds=totp.SECONDS)
    assert totp.fitting_step(SECRET, totp.code_at(SECRET, step + 1), now=after, last=step) == step + 1


def test_the_address_in_the_square_and_the_text_beside_it_hold_the_same_secret() -> None:
    address = totp.address(SECRET, person="wm@example.cn", place="Mingxu")
    assert address.startswith("otpauth://totp/Mingxu:wm%40example.cn?")
    text = totp.in_text(SECRET).replace(" ", "")
    assert f"secret={text}" in address
    assert base64.b32decode(text) == SECRET


def test_recovery_codes_are_read_however_they_are_typed() -> None:
    drawn = {totp.new_recovery_code() for _ in range(100)}
    assert len(drawn) == 100
    for code in drawn:
        assert len(totp.plain(code)) == 24
        assert totp.plain(f"  {code.upper().replace('-', ' － ')} ") == totp.plain(code)
    assert totp.plain("１２３ ４５６") == "123456"


def test_a_recovery_code_holds_112_bits_or_more() -> None:
    code = totp.plain(totp.new_recovery_code())
    assert len(set(totp._LETTERS)) ** len(code) >= 2**112
