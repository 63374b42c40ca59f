"""Codes of authenticator apps: six digits that change every thirty seconds (RFC 6238 over RFC 4226).

Apps know SHA-1 and no other digest by heart; nothing here rests on its collisions.
"""

import base64
import hmac
import secrets
import unicodedata
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

SECONDS, DIGITS = 30, 6
SECRET_BYTES = 20
"""As long as the digest (RFC 4226 section 4, R6)."""
WINDOW = 1
"""Steps a clock may be away on either side (RFC 6238 section 5.2)."""
RECOVERY_CODES = 10
FEW = 3
"""With so many recovery codes left their owner is told to draw new ones."""
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _LONG = 6, 4
"""118 bits: a plain digest hides no less (OWASP ASVS 5.0, 6.5.2)."""


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def step_of(instant: datetime) -> int:
    """The number of the thirty seconds an instant lies in."""
    return int(instant.timestamp()) // SECONDS


def code_at(secret: bytes, step: int) -> str:
    """The six digits of one step."""
    return _generator(secret).generate(step * SECONDS).decode()


def fitting_step(secret: bytes, typed: str, *, now: datetime, last: int | None) -> int | None:
    """The step whose code was typed, within a step of now and after the `last` one used; None for a wrong
    code and for one used before (RFC 6238 section 5.2: a code is taken once).
    """
    present, found = step_of(now), None
    for step in range(present - WINDOW, present + WINDOW + 1):  # all of them: the time says nothing
        if hmac.compare_digest(code_at(secret, step).encode(), typed.encode()):
            found = step
    return None if found is None or (last is not None and found <= last) else found


def address(secret: bytes, *, person: str, place: str) -> str:
    """What the square of the enrolment says to the app: `otpauth://totp/…`."""
    return _generator(secret).get_provisioning_uri(person, place)


def in_text(secret: bytes) -> str:
    """The secret for those who type it: base32 in groups of four."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def new_recovery_code() -> str:
    """Sixteen letters and digits no eye confuses, 79 bits."""
    drawn = [secrets.choice(_LETTERS) for _ in range(_GROUPS * _LONG)]
    return "-".join("".join(drawn[at : at + _LONG]) for at in range(0, len(drawn), _LONG))


def plain(typed: str) -> str:
    """What was typed without blanks, hyphens, capitals and full-width forms."""
    text = unicodedata.normalize("NFKC", typed).lower()
    return "".join(one for one in text if one.isalnum())


def _generator(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), SECONDS)  # noqa: S303 - the digest authenticator apps know
