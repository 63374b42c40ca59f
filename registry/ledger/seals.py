"""The seal on a certificate, checked offline: what it covers, whose it is, and whether anybody named it.

A seal proves that a file is as somebody sealed it. Who that is, the reader decides: a certificate it was
given (itself, or one above it) counts, one that signed itself and was not given is said to be just that.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import Certificate

from registry.clock import rfc3339
from registry.ledger.cms import (
    DATA,
    SIGNING_CERTIFICATE_V2,
    STRANGE,
    VERSION_1,
    Signer,
    attributes_of,
    certificate,
    issued,
    signed_data,
)
from registry.ledger.der import OCTETS, SEQUENCE, Item, read, write
from registry.ledger.report import State, Verdict
from registry.ledger.seal_frame import Appended, Sealed, unseal
from registry.ledger.stamps import Roots
from registry.ledger.tokens import GRANTED, open_token, vouched
from registry.ledger.verdicts import SEAL
from registry.ledger.walk import Fault

MISSING = Verdict(name=SEAL, state=State.NOT_CHECKABLE, code="seal_missing")
LEAST_RSA = 2048  # bits
LONGEST_CHAIN = 8
_TIMESTAMP = bytes.fromhex("060b2a864886f70d010910020e")
_COMMON_NAME = bytes.fromhex("0603550403")
_TEXTS = {0x0C: "utf-8", 0x13: "ascii", 0x16: "ascii"}  # UTF8String, PrintableString, IA5String


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A seal that holds: its verdict, and what is told of it."""

    verdict: Verdict
    facts: dict[str, Any]


def opened(data: bytes) -> Sealed | None:
    """A sealed certificate taken apart, None without a seal. Raises Fault seal_appended, seal_differs."""
    try:
        return unseal(data)
    except Appended as error:
        raise Fault(SEAL, "seal_appended") from error
    except ValueError as error:
        raise Fault(SEAL, "seal_differs") from error


def check_seal(sealed: Sealed, *, given: Sequence[Certificate], roots: Roots, now: datetime) -> Seal:
    """Whether the seal covers the file and holds, and whose it is.

    `given` are the certificates the reader trusts, `roots` those of timestamp authorities. Raises Fault
    seal_wrong, seal_timestamp_wrong.
    """
    try:
        leaf, others, signer = _signed(sealed)
        stamp = _stamp(signer)
    except (ValueError, KeyError, *STRANGE) as error:
        raise Fault(SEAL, "seal_wrong") from error
    try:
        token = open_token(stamp, signer.signature) if stamp else None
        stamped = token is not None and bool(roots) and vouched(token, roots)
    except ValueError as error:
        raise Fault(SEAL, "seal_timestamp_wrong") from error
    facts = {
        "by": common_name(leaf),
        "at": rfc3339(sealed.at),
        "fingerprint": fingerprint(leaf),
        "self_made": issued(leaf, leaf),
    }
    if token is not None and stamped:
        facts["stamped_at"] = rfc3339(token.at)
    at = token.at if token is not None and stamped else sealed.at
    state, code = _judged(leaf, others, given, at=at, until=at if stamped else max(now, at))
    return Seal(verdict=Verdict(name=SEAL, state=state, code=code), facts=facts)


def read_certificates(pem: bytes) -> tuple[Certificate, ...]:
    """The certificates of a PEM file. Raises ValueError when there is none."""
    try:
        found = tuple(x509.load_pem_x509_certificates(pem))
    except STRANGE as error:
        raise ValueError("a certificate that cannot be read") from error
    if not found:
        raise ValueError("no certificate")
    return found


def fingerprint(leaf: Certificate) -> str:
    """SHA-256 over the certificate, lowercase hex."""
    return leaf.fingerprint(SHA256()).hex()


def common_name(leaf: Certificate) -> str:
    """The last common name of its subject, empty when there is none in plain text."""
    name = ""
    for part in read(leaf.subject.public_bytes(), SEQUENCE).items():
        for pair in part.items():
            kind, value = pair.items()
            if kind.raw == _COMMON_NAME and value.tag in _TEXTS:
                name = value.content.decode(_TEXTS[value.tag], "replace")
    return name


def may_seal(leaf: Certificate) -> bool:
    """Whether its use, where it names one, includes signatures (RFC 5280, 4.2.1.3)."""
    try:
        usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    except (ValueError, *STRANGE):
        return False
    return usage.digital_signature or usage.content_commitment


def fits(leaf: Certificate) -> bool:
    """Whether its key is one that seals are checked with: RSA of 2048 bits and more, or P-256."""
    key = leaf.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= LEAST_RSA
    return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)


def _signed(sealed: Sealed) -> tuple[Certificate, list[Certificate], Signer]:
    """The certificate whose key signed these bytes, and those above it; nothing extra, SHA-256 alone."""
    signed = signed_data(read(sealed.signature, SEQUENCE), kind=DATA, version=VERSION_1)
    signer = Signer.of(signed)
    if signed.content is not None or signer.digest.name != "sha256":
        raise ValueError("not a detached signature over SHA-256")
    leaf = signer.certificate(signed.certificates)
    if not fits(leaf):
        raise ValueError("a key of another kind")
    digest = hashlib.sha256(sealed.frame.before)
    digest.update(sealed.frame.after)
    signer.check(digest.digest(), leaf, kind=DATA)
    others = _others(signer, signed.certificates)
    return leaf, others, signer


def _others(signer: Signer, certificates: Sequence[Item]) -> list[Certificate]:
    """Those above it. The signature names every certificate there is: none can be altered or added."""
    (listed,) = read(signer.named[SIGNING_CERTIFICATE_V2], SEQUENCE).items(SEQUENCE)
    digests = [one.items(OCTETS)[0].content for one in listed.items()]
    found = {hashlib.sha256(one.raw).digest(): one for one in certificates}
    if not digests or len(digests) > LONGEST_CHAIN or set(digests) != set(found):
        raise ValueError("other certificates than the signature names")
    if len(digests) != len(found):
        raise ValueError("a certificate named twice")
    return [certificate(found[digest]) for digest in digests[1:]]


def _stamp(signer: Signer) -> bytes:
    """The timestamp of the signature (RFC 3161, appendix A), the only unsigned attribute there may be."""
    if signer.unsigned is None:
        return b""
    attributes = attributes_of(signer.unsigned)
    if set(attributes) != {_TIMESTAMP}:
        raise ValueError("an unsigned attribute that anybody could have added")
    return write(SEQUENCE, GRANTED, attributes[_TIMESTAMP])


def _judged(
    leaf: Certificate,
    others: Sequence[Certificate],
    given: Sequence[Certificate],
    *,
    at: datetime,
    until: datetime,
) -> tuple[State, str]:
    if not _valid(leaf, at):
        return State.LOWERED, "seal_out_of_time"
    if not may_seal(leaf):
        return State.LOWERED, "seal_usage"
    if not _known(leaf, others, given, at):
        return State.LOWERED, "seal_self_made" if issued(leaf, leaf) else "seal_unknown"
    if not _valid(leaf, until):
        return State.LOWERED, "seal_expired"
    return State.VALID, "seal_known"


def _known(
    leaf: Certificate, others: Sequence[Certificate], given: Sequence[Certificate], at: datetime
) -> bool:
    """Whether a certificate that was given is this one, or stands above it; the chain is in order."""
    if leaf in given:
        return True
    for below, above in zip([leaf, *others], [*others, None], strict=True):
        if any(_issued(below, one, at) for one in given):
            return True
        if above is None or not _issued(below, above, at):
            return False
    return False


def _issued(below: Certificate, above: Certificate, at: datetime) -> bool:
    return _is_authority(above) and _valid(above, at) and issued(below, above)


def _is_authority(one: Certificate) -> bool:
    try:
        return one.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError, *STRANGE):
        return False


def _valid(leaf: Certificate, at: datetime) -> bool:
    return leaf.not_valid_before_utc <= at <= leaf.not_valid_after_utc
