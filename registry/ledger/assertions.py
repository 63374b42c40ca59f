"""Signatures made with a passkey: WebAuthn assertions (W3C Web Authentication Level 3) over a statement.

The challenge is the SHA-256 of what is signed. The signature that stands in a filing is the assertion's own
three parts as the standard writes them in JSON, and the key checks it alone. What the browser says of itself
is compared by the standard's limited verification (section 5.8.1.2), which reads no JSON: two checkers
cannot read it differently.
"""

import base64
import re
from hashlib import sha256

from registry.ledger.canonical import exact_keys, jcs, strict

PRESENT, VERIFIED = 0x01, 0x04
"""Flags of section 6.1: somebody was there, and showed the device who (by PIN, finger or face)."""
HEAD = 37  # bytes: digest of the party's name, flags, counter
LONGEST = 4096  # bytes of either part
PARTS = ("authenticatorData", "clientDataJSON", "signature")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*").fullmatch
_ORIGIN = rb"https?://([a-z0-9.-]{1,253})(?::[0-9]{1,5})?"
_CLIENT = rb'\{"type":"webauthn\.get","challenge":"%s","origin":"' + _ORIGIN + rb'","crossOrigin":false[,}]'


def challenge(message: bytes) -> bytes:
    """What a passkey is asked to sign for these bytes: 32 bytes."""
    return sha256(message).digest()


def encode(*, authenticator_data: bytes, client_data: bytes, signature: bytes) -> bytes:
    """The assertion as it stands in a filing: JCS of its three parts, each in unpadded base64url."""
    parts = (authenticator_data, client_data, signature)
    return jcs({name: b64url(part) for name, part in zip(PARTS, parts, strict=True)})


def opened(assertion: bytes, message: bytes) -> tuple[bytes, bytes]:
    """What the key signed, and its signature in DER, of an assertion over this message.

    Raises ValueError unless the assertion is whole, was made for this message in a page of the name the
    device signed for (section 7.2, steps 11 to 18), not inside another's page, by somebody it had verified.
    """
    parts = exact_keys(strict(assertion), set(PARTS))
    authenticator, client, signature = (unb64url(parts[name]) for name in PARTS)
    if len(authenticator) > LONGEST or len(client) > LONGEST:
        raise ValueError("longer than any assertion")
    said = re.match(_CLIENT % re.escape(b64url(challenge(message)).encode()), client)
    if said is None or len(authenticator) < HEAD:
        raise ValueError("not an assertion over this message")
    if authenticator[:32] not in _party_digests(said[1].decode()):
        raise ValueError("made for another's page")
    if authenticator[32] & (PRESENT | VERIFIED) != PRESENT | VERIFIED:
        raise ValueError("nobody was verified")
    return authenticator + sha256(client).digest(), signature


def _party_digests(host: str) -> set[bytes]:
    """The digests of the names a page on this host may ask for: its own, and those it lies under."""
    labels = host.split(".")
    return {sha256(".".join(labels[start:]).encode()).digest() for start in range(len(labels))}


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64url(text: object) -> bytes:
    """Unpadded base64url in its one canonical spelling. Raises ValueError for any other."""
    if not isinstance(text, str) or not _BASE64URL(text) or len(text) % 4 == 1:
        raise ValueError("not base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if b64url(data) != text:
        raise ValueError("not canonical base64url")
    return data
