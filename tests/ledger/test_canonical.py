import json
import string

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from registry.ledger.canonical import b64, commitment, jcs, new_salt, pae, strict, unb64

TEXTS = st.text(alphabet=string.printable + "中文专利许可éüß😂\ue000", max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_is_read_back_and_has_one_spelling(value: object) -> None:
    data = jcs(value)
    assert strict(data) == value
    assert json.loads(data) == value
    assert jcs(strict(data)) == data


@given(VALUES)
def test_the_bytes_are_those_of_the_reference_encoder(value: object) -> None:
    assert jcs(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


def test_keys_outside_the_basic_plane_sort_as_utf_16() -> None:
    assert jcs({"\ue000": 1, "😂": 2}) == '{"😂":2,"\ue000":1}'.encode()


@given(st.dictionaries(TEXTS, st.integers(0, 9), max_size=6))
def test_the_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    assert jcs(dict(reversed(value.items()))) == jcs(value)


@given(VALUES, st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_byte_is_never_read_as_the_same_value(value: object, at: int, flip: int) -> None:
    data = bytearray(jcs(value))
    data[at % len(data)] ^= flip
    try:
        assert strict(bytes(data)) != value or isinstance(value, (bool, int))
    except ValueError:
        return
    assert jcs(strict(bytes(data))) == bytes(data)


@pytest.mark.parametrize(
    "spelling",
    [
        b'{"b":1,"a":2}',
        b'{"a":1, "b":2}',
        b'{"a":1,"a":1}',
        b'{"a":1.0}',
        b'{"a":1e3}',
        b'{"a":-0}',
        b'{"a":NaN}',
        b'{"a":"\\u0041"}',
        b'{"a":"e\xcc\x81"}',
        b'{"a":"\\ud800"}',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":1}\n',
        b'{"a":"\xff"}',
        b'{"a":9007199254740993}',
        b"",
        b"[" * 100_000,
        b"[" * 40 + b"]" * 40,
    ],
)
def test_every_other_spelling_is_refused(spelling: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - many messages, one kind
        strict(spelling)


@pytest.mark.parametrize(
    "value", [1.5, {"a": 0.1}, [float("nan")], {1: 2}, {"a": object()}, "e\u0301", 2**53]
)
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        jcs(value)


def test_pae_is_the_encoding_of_the_dsse_protocol() -> None:
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


@given(st.binary(max_size=40))
def test_base64_is_read_in_its_one_spelling(data: bytes) -> None:
    assert unb64(b64(data)) == data


@pytest.mark.parametrize("text", ["QQ", "QR==", "QQ==\n", "Q Q==", "QQ=", "-_==", "QQ==QQ=="])
def test_other_base64_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        unb64(text)


def test_a_commitment_depends_on_salt_path_and_value() -> None:
    salt = "ab" * 32
    one = commitment(salt, "licensee", {"name": "甲"})
    assert len(one) == 64
    assert one == commitment(salt, "licensee", {"name": "甲"})
    others = {
        commitment("cd" * 32, "licensee", {"name": "甲"}),
        commitment(salt, "contacts", {"name": "甲"}),
        commitment(salt, "licensee", {"name": "乙"}),
    }
    assert one not in others
    assert len(others) == 3
    assert len({new_salt() for _ in range(50)}) == 50
    with pytest.raises(ValueError, match="salt"):
        commitment("AB" * 32, "licensee", 1)
