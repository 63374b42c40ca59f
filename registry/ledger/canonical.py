"""Canonical bytes: what is hashed and signed, and the strict reading of it (RFC 8785, RFC 4648, DSSE PAE).

Every reader re-encodes what it parsed and compares, so that one meaning has exactly one spelling. Floats are
refused (money is a decimal string) and so is text that is not in Unicode normal form C.
"""

import base64
import binascii
import hashlib
import json
import secrets
import unicodedata
from collections.abc import Mapping
from typing import Any

import rfc8785

FILING_TYPE = "application/vnd.open-license.filing.v1+json"
STATEMENT_TYPE = "application/vnd.open-license.statement.v1+json"
COMMITMENT_TAG = b"open-license-sd-v1\0"
DEEPEST = 32


def jcs(value: Any) -> bytes:
    """The RFC 8785 bytes of a value. Raises ValueError for floats, non-NFC text, other types."""
    _check(value, DEEPEST)
    return rfc8785.dumps(value)


def strict(data: bytes) -> Any:
    """The value whose canonical bytes are exactly `data`. Raises ValueError for every other spelling."""
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_no_duplicates,
            parse_float=_no_number,
            parse_constant=_no_number,
        )
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if jcs(value) != data:
        raise ValueError("not canonical")
    return value


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
    return isinstance(text, str) and len(text) == length and set(text) <= set("0123456789abcdef")


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
    if not isinstance(value, dict) or set(value) != keys:
        raise ValueError(f"must be an object with exactly {sorted(keys)}")
    return value


def _check(value: Any, depth: int) -> None:
    if depth == 0:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        if not unicodedata.is_normalized("NFC", value):
            raise ValueError("text is not in normal form C")
    elif isinstance(value, float):
        raise ValueError("floats are not allowed: write decimals as text")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _check(key, depth)
            _check(item, depth - 1)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _check(item, depth - 1)


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("duplicate key")
    return value


def _no_number(text: str) -> Any:
    raise ValueError(f"number not allowed: {text}")
