"""Passkey assertions: each holds for the one message it was made for, and no byte of it may change."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.ledger import assertions, signing
from registry.ledger.signing import CHECKPOINT, COUNTERSIGN, PASSKEY
from tests.ledger.asserted import FAILS, HOLDS, PUBLIC, Device

MESSAGE = b"what is signed"
SIGNED = Device().sign(MESSAGE)


@pytest.mark.parametrize(("name", "device"), HOLDS, ids=[name for name, _ in HOLDS])
def test_an_assertion_over_the_message_holds(name: str, device: Device) -> None:
    assert signing.verify(PASSKEY, PUBLIC, MESSAGE, signature=device.sign(MESSAGE))


@pytest.mark.parametrize(("name", "device"), FAILS, ids=[name for name, _ in FAILS])
def test_no_other_assertion_does(name: str, device: Device) -> None:
    assert not signing.verify(PASSKEY, PUBLIC, MESSAGE, signature=device.sign(MESSAGE))


def test_an_assertion_is_no_bare_signature_nor_the_other_way_round() -> None:
    whole = Device().sign(MESSAGE)
    assert not signing.verify("p256", PUBLIC, MESSAGE, signature=whole)
    assert not signing.verify(PASSKEY, PUBLIC, MESSAGE, signature=assertions.opened(whole, MESSAGE)[1])


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_byte_of_an_assertion_can_change(data: st.DataObject) -> None:
    whole = bytearray(SIGNED)
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    assert not signing.verify(PASSKEY, PUBLIC, MESSAGE, signature=bytes(whole))


@given(st.binary(max_size=60), st.binary(min_size=1, max_size=60))
@settings(max_examples=60, deadline=None)
def test_what_holds_for_one_message_holds_for_no_other(one: bytes, other: bytes) -> None:
    assert signing.verify(PASSKEY, PUBLIC, one, signature=Device().sign(one))
    if one != other:
        assert not signing.verify(PASSKEY, PUBLIC, other, signature=Device().sign(one))


@given(st.binary(max_size=40))
@settings(max_examples=60, deadline=None)
def test_base64url_has_one_spelling(data: bytes) -> None:
    text = assertions.b64url(data)
    assert assertions.unb64url(text) == data
    for wrong in (text + "=", text + " ", text.replace("A", "/", 1) if "A" in text else text + "+"):
        with pytest.raises(ValueError, match="base64"):
            assertions.unb64url(wrong)


@pytest.mark.parametrize("purpose", [CHECKPOINT, COUNTERSIGN])
def test_a_passkey_is_never_the_registrys(purpose: str) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        signing.check_purpose(purpose, PASSKEY)
