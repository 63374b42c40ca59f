"""Public numbers, one fixed format: `MX-D26-K7QM-3X9R`. Never 14 or 16 bare digits, which a registrar's own
number has.

Kind letter, two digits of the year, seven random characters and a check character over all before it. The
alphabet of 31 leaves out I, L, O, U and Z, so that a number read aloud or copied by hand stays itself.
"""

import re
import secrets
from datetime import date

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXY"
KINDS = {
    "D": "declaration",
    "C": "contract",
    "A": "acceptance",
    "B": "batch",
    "V": "voucher",
    "W": "withdrawal",
    "G": "checkout",
    "K": "collection",
    "N": "need",
    "P": "power of attorney",
}
_FORM = re.compile(rf"(?:DEMO-)?MX-([{''.join(KINDS)}])(\d\d)-([{ALPHABET}]{{4}})-([{ALPHABET}]{{4}})")


def public_number(kind: str, day: date, *, prefix: str = "") -> str:
    """A fresh number of one kind; the database keeps it unique, 34 random bits make a clash rare."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind of number: {kind!r}")
    head = f"{kind}{day.year % 100:02d}"
    body = "".join(secrets.choice(ALPHABET) for _ in range(7))
    body += _check(head + body)
    return f"{prefix}MX-{head}-{body[:4]}-{body[4:]}"


def is_public_number(text: str) -> bool:
    """Whether a text is a number of ours with a right check character."""
    match = _FORM.fullmatch(text)
    if not match:
        return False
    kind, year, first, last = match.groups()
    return last[3] == _check(kind + year + first + last[:3])


def _check(text: str) -> str:
    """Position-weighted sum modulo 31, a prime: catches every single wrong character and every swap."""
    total = sum(weight * ALPHABET.index(character) for weight, character in enumerate(text, start=1))
    return ALPHABET[total % 31]
