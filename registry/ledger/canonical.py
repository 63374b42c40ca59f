"""Canonical bytes: what is hashed and signed, and the strict reading of it (RFC 8785, RFC 4648, DSSE PAE).

Every reader re-encodes what it parsed and compares, so that one meaning has exactly one spelling. Floats are
refused (money is a decimal string) and so is text that is not in Unicode normal form C.
"""

import base64
import binascii
import hashlib
import json
import re
import secrets
import unicodedata
from typing import Any

import rfc8785

FILING_TYPE = "application/vnd.open-license.filing.v1+json"
STATEMENT_TYPE = "application/vnd.open-license.statement.v1+json"
COMMITMENT_TAG = b"open-license-sd-v1\0"
DEEPEST = 32
LARGEST = 2**53 - 1
_HEX = re.compile(r"[0-9a-f]*").fullmatch


def jcs(value: Any) -> bytes:
    """The RFC 8785 bytes of a value. Raises ValueError for floats, non-NFC text, other types."""
    _check(value, DEEPEST)
    return recode(value)


def recode(value: Any) -> bytes:
    """`jcs` of what `strict` has read, or a part of it: nothing is left to check."""
    text = _ENCODER.encode(value)
    if _sorts_alike(text):
        return text.encode()
    return rfc8785.dumps(value)


def strict(data: bytes) -> Any:
    """The value whose canonical bytes are exactly `data`. Raises ValueError for every other spelling."""
    value, text = loads(data), data.decode()
    # Text in normal form C as a whole is so in every part, and few brackets cannot nest deeply: that spares
    # a look at each value. Floats and large numbers were refused in reading; a second of two like keys, and
    # every other spelling, is missing from what is written again.
    if not unicodedata.is_normalized("NFC", text) or text.count("{") + text.count("[") >= DEEPEST:
        _check(value, DEEPEST)
    if recode(value) != data:
        raise ValueError("not canonical")
    return value


def loads(data: bytes) -> Any:
    """What JSON text says, whatever its spelling, without floats or large numbers. Raises ValueError.

    Only for readers who write it again and compare; `strict` does so for any value.
    """
    try:
        return _DECODER.decode(data.decode())
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def pae(payload_type: str, payload: bytes) -> bytes:
    """DSSE pre-authentication encoding: what is signed, its type bound in front (protocol.md)."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def new_salt() -> str:
    """32 random bytes as lowercase hex: without them a committed phone number is guessed in hours."""
    return secrets.token_hex(32)


def new_nonce() -> str:
    """128 random bits as lowercase hex: makes each statement, and each record's digest, one of its kind."""
    return secrets.token_hex(16)


def commitment(salt_hex: str, path: str, value: Any) -> str:
    """Lowercase hex SHA-256 that binds a value without showing it. Raises ValueError for a malformed salt."""
    if not is_hex(salt_hex, 64):
        raise ValueError("a salt is 32 bytes of lowercase hex")
    return sha256_hex(COMMITMENT_TAG + jcs([salt_hex, path, value]))


def sha256_hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def is_hex(text: object, length: int) -> bool:
    """Whether this is lowercase hex of exactly that many characters."""
    return isinstance(text, str) and len(text) == length and _HEX(text) is not None


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def unb64(text: str) -> bytes:
    """Standard base64 in its one canonical spelling. Raises ValueError for any other."""
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if b64(data) != text:
        raise ValueError("not canonical base64")
    return data


def exact_keys(value: Any, keys: set[str]) -> dict[str, Any]:
    """The value, an object with exactly these keys. Raises ValueError otherwise: no unknown fields."""
    if not isinstance(value, dict) or value.keys() != keys:
        raise ValueError(f"must be an object with exactly {sorted(keys)}")
    return value


def _check(value: Any, depth: int) -> None:
    if depth == 0:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        if not value.isascii() and not unicodedata.is_normalized("NFC", value):
            raise ValueError("text is not in normal form C")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise ValueError("keys are texts")
            if not key.isascii():
                _check(key, depth)
            _check(item, depth - 1)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _check(item, depth - 1)
    elif isinstance(value, float):
        raise ValueError("floats are not allowed: write decimals as text")
    elif not isinstance(value, int | None) or (value is not None and abs(value) > LARGEST):
        raise ValueError("neither text, list, object, truth value nor whole number within 53 bits")


def _sorts_alike(text: str) -> bool:
    """Whether code points and UTF-16 units (which RFC 8785 sorts keys by) sort this text's parts alike."""
    return text.isascii() or len(text.encode("utf-16-le")) == 2 * len(text)


def _integer(text: str) -> int:
    value = int(text)
    if abs(value) > LARGEST:
        raise ValueError("a whole number beyond 53 bits")
    return value


def _no_number(text: str) -> Any:
    raise ValueError(f"number not allowed: {text}")


# Python's own encoder writes what RFC 8785 asks for but for floats, which we refuse, and the order of keys
# outside the basic plane (see `_sorts_alike`); it is ten times as fast.
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"), check_circular=False
)
_DECODER = json.JSONDecoder(parse_float=_no_number, parse_constant=_no_number, parse_int=_integer)
