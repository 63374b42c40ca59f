"""Standard Webhooks 1.0: what a delivery is signed with, and how its receiver checks it.

`check` is what docs/webhooks.md gives to receivers; our own tests refuse forgeries with it.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime

SECRET = "whsec_"  # noqa: S105 - the prefix of a secret, none itself
WINDOW = 300
"""Seconds a delivery's time may differ from its receiver's clock."""
ID, TIME, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"


def secret_of(root: str, endpoint: str, serial: int) -> str:
    """An endpoint's secret of one generation. Derived, so that it stands in no table and in no backup."""
    said = f"webhook:{endpoint}:{serial}"
    return SECRET + base64.b64encode(hmac.new(root.encode(), said.encode(), hashlib.sha256).digest()).decode()


def sign(secret: str, event_id: str, instant: datetime, body: bytes) -> str:
    """`v1,` and the base64 of the HMAC-SHA256 over id, seconds and body."""
    return "v1," + base64.b64encode(_mac(secret, event_id, str(int(instant.timestamp())), body)).decode()


def headers(secrets: Iterable[str], event_id: str, instant: datetime, body: bytes) -> dict[str, str]:
    """The three headers; during a rotation one signature for each secret."""
    signed = " ".join(sign(one, event_id, instant, body) for one in secrets)
    return {ID: event_id, TIME: str(int(instant.timestamp())), SIGNATURE: signed}


def check(
    secret: str, sent: Mapping[str, str], body: bytes, *, now: datetime, seen: Iterable[str] = ()
) -> bool:
    """Whether a delivery is ours, of the last five minutes, and of an id not `seen` before."""
    given = {name.lower(): value for name, value in sent.items()}
    event_id, seconds = given.get(ID, ""), given.get(TIME, "")
    if not (seconds.isascii() and seconds.isdecimal()) or len(seconds) > 12:
        return False
    if abs(int(now.timestamp()) - int(seconds)) > WINDOW or event_id in set(seen):
        return False
    try:
        expected = _mac(secret, event_id, seconds, body)
        offered = [base64.b64decode(one[3:], validate=True) for one in _of_v1(given.get(SIGNATURE, ""))]
    except (binascii.Error, ValueError):
        return False
    fits = [hmac.compare_digest(expected, one) for one in offered]  # all compared, whichever fits
    return any(fits)


def _of_v1(text: str) -> list[str]:
    return [one for one in text.split(" ")[:10] if one.startswith("v1,")]


def _mac(secret: str, event_id: str, seconds: str, body: bytes) -> bytes:
    key = base64.b64decode(secret.removeprefix(SECRET), validate=True)
    return hmac.new(key, f"{event_id}.{seconds}.".encode() + body, hashlib.sha256).digest()
