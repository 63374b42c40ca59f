"""What a machine's key looks like: `mx_`, nine characters that name it, its secret, a checksum.

The checksum lets secret scanners tell a key from a word that only looks like one, without asking anybody. It
proves nothing: the secret does.
"""

import secrets
import zlib
from dataclasses import dataclass

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
MARK = "mx_"
NAME, SECRET, SUM = 9, 43, 6
"""Characters; 43 of 62 are 256 bits."""
PATTERN = rf"\bmx_[0-9A-Za-z]{{{NAME}}}_[0-9A-Za-z]{{{SECRET + SUM}}}\b"
"""For secret scanners; told in docs/machines.md."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """A key taken apart. `prefix` finds the row, of `secret` only a digest is kept."""

    prefix: str
    secret: str


def mint(prefix: str = "") -> str:
    """A fresh key; a rotation keeps the `prefix`."""
    head = f"{prefix or MARK + _draw(NAME)}_{_draw(SECRET)}"
    return head + checksum(head)


def parse(text: str) -> Bearer | None:
    """The parts of a key, or None for what cannot be one. Keys of before (`prefix.secret`) still open."""
    if "." in text:
        prefix, _, secret = text.partition(".")
        return Bearer(prefix=prefix, secret=secret)
    head, total = text[:-SUM], text[-SUM:]
    prefix, secret = head[: len(MARK) + NAME], head[len(MARK) + NAME + 1 :]
    if not text.startswith(MARK) or len(secret) != SECRET or checksum(head) != total:
        return None
    return Bearer(prefix=prefix, secret=secret)


def checksum(text: str) -> str:
    """CRC-32 of the characters before it, in base 62, six characters."""
    left, made = zlib.crc32(text.encode()), ""
    for _ in range(SUM):
        left, rest = divmod(left, len(DIGITS))
        made = DIGITS[rest] + made
    return made


def _draw(count: int) -> str:
    return "".join(secrets.choice(DIGITS) for _ in range(count))
