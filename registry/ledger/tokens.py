"""RFC 3161 timestamps: what to ask an authority for, and whether its answer holds.

Two checks that share no code. `open_token` reads the answer strictly and checks that it is signed, as it
stands, by the certificate it carries (RFC 5652, RFC 5816): who altered a byte is found out even by a reader
who trusts no authority. `vouched` asks whether pinned roots stand behind that certificate.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.x509 import Certificate
from cryptography.x509.oid import ExtendedKeyUsageOID
from rfc3161_client import (
    HashAlgorithm,
    TimeStampRequest,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from registry.ledger.cms import (
    SIGNED_DATA,
    STRANGE,
    TST_INFO,
    VERSION_3,
    SignedData,
    Signer,
    certificate,
    issued,
    signed_data,
)
from registry.ledger.der import CONTEXT_0, SEQUENCE, Item, read, write

GRANTED = bytes.fromhex("3003020100")  # PKIStatusInfo: granted, without a word
SHA256_OID = "2.16.840.1.101.3.4.2.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An answer that is signed as it stands. `authority` is its certificate's subject (RFC 4514).

    `accuracy` is how far from `at` the true time may lie, as the authority says.
    """

    authority: str
    at: datetime
    accuracy: timedelta
    response: TimeStampResponse
    leaf: Certificate
    others: tuple[Certificate, ...]


def read_roots(pem: bytes) -> tuple[Certificate, ...]:
    """The certificates of a file: roots to trust, and intermediates. Raises ValueError without a root."""
    found = tuple(x509.load_pem_x509_certificates(pem))
    if not any(issued(one, one) for one in found):
        raise ValueError("no root certificate, which signed itself")
    return found


def request_over(message: bytes) -> TimeStampRequest:
    """What to ask: the imprint SHA-256 of the message, a fresh nonce, the certificate with the answer."""
    builder = TimestampRequestBuilder(hash_algorithm=HashAlgorithm.SHA256, nonce=True, cert_req=True)
    return builder.data(message).build()


def open_token(token: bytes, message: bytes) -> Token:
    """The answer, checked as far as it can be without trusting anybody.

    Raises ValueError when malformed, not granted, over another message, or not signed by the certificate
    in it, which must be one for timestamps.
    """
    try:
        return _open(token, message)
    except STRANGE as error:
        raise ValueError("a certificate that cannot be read") from error


def _open(token: bytes, message: bytes) -> Token:
    status, info = read(token, SEQUENCE).items(SEQUENCE, SEQUENCE)
    if status.raw != GRANTED:
        raise ValueError("not granted, or not in its plain form")
    signed = _signed_data(info)
    signer = _signer(signed)
    leaf = signer.certificate(signed.certificates)
    if signed.content is None:
        raise ValueError("not a timestamp")
    signer.check(hashlib.new(signer.digest.name, signed.content).digest(), leaf, kind=TST_INFO)
    _check_purpose(leaf)
    others = tuple(one for one in map(certificate, signed.certificates) if one != leaf)
    if any(one.issuer == one.subject for one in others):
        raise ValueError("a root does not come with what it is to vouch for")
    response = decode_timestamp_response(token)
    stated = response.tst_info
    imprint = stated.message_imprint
    if imprint.hash_algorithm.dotted_string != SHA256_OID:
        raise ValueError("the imprint is not SHA-256")
    if imprint.message != hashlib.sha256(message).digest():
        raise ValueError("a timestamp of something else")
    return Token(
        authority=leaf.subject.rfc4514_string(),
        at=stated.gen_time.astimezone(UTC),
        accuracy=_accuracy(response),
        response=response,
        leaf=leaf,
        others=others,
    )


def vouched(token: Token, roots: Sequence[Certificate], *, nonce: int | None = None) -> bool:
    """Whether one of the roots stands behind the token's certificate, valid when it was made.

    Raises ValueError for another nonce than the one asked with, or a certificate nobody vouches for.
    """
    if nonce is not None and token.response.tst_info.nonce != nonce:
        raise ValueError("an answer to another question")
    imprint = token.response.tst_info.message_imprint.message
    trusted = [one for one in roots if issued(one, one)]
    between = [one for one in roots if one not in trusted]
    try:
        VerifierBuilder(roots=trusted, intermediates=between).build().verify(token.response, imprint)
    except VerificationError:
        return False
    if any(not _known(one, (*token.others, *roots)) for one in token.others):
        raise ValueError("a certificate that nobody vouches for")
    return True


def plain(response: bytes, roots: Sequence[Certificate]) -> bytes:
    """An authority's answer without what its signature does not cover and no check needs.

    The status goes down to "granted", and of the certificates those go that no root vouches for (a cross
    certificate, say), and roots: otherwise somebody could alter them without being found out. The rest is
    put in DER's order, which not every authority keeps. Raises ValueError.
    """
    try:
        return _plain(response, roots)
    except STRANGE as error:
        raise ValueError("a certificate that cannot be read") from error


def _plain(response: bytes, roots: Sequence[Certificate]) -> bytes:
    status, info = read(response, SEQUENCE).items(SEQUENCE, SEQUENCE)
    if status.first().raw != b"\x02\x01\x00":
        raise ValueError("not granted")
    signed = _signed_data(info)
    signer = _signer(signed)
    leaf = signer.certificate(signed.certificates)
    known = [(one.raw, certificate(one)) for one in signed.certificates]
    everybody = (*(one for _, one in known), *roots)
    needed = [raw for raw, one in known if one == leaf or (_known(one, everybody) and not issued(one, one))]
    kept = sorted(needed)  # DER: a SET OF
    version, digests, content, _, signers = signed.fields
    data = write(SEQUENCE, version.raw, digests.raw, content.raw, write(CONTEXT_0, *kept), signers.raw)
    return write(SEQUENCE, GRANTED, write(SEQUENCE, SIGNED_DATA, write(CONTEXT_0, data)))


def _signed_data(info: Item) -> SignedData:
    return signed_data(info, kind=TST_INFO, version=VERSION_3)


def _signer(signed: SignedData) -> Signer:
    """Without unsigned attributes: a byte of those could be changed by anybody."""
    signer = Signer.of(signed)
    if signer.unsigned is not None:
        raise ValueError("not the expected fields")
    return signer


def _check_purpose(leaf: Certificate) -> None:
    """RFC 3161 section 2.3: a certificate for timestamps and for nothing else, critically."""
    try:
        usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound as error:
        raise ValueError("not a certificate for timestamps") from error
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise ValueError("not a certificate for timestamps alone")


def _known(certificate: Certificate, others: Iterable[Certificate]) -> bool:
    return any(issued(certificate, other) for other in others)


def _accuracy(response: TimeStampResponse) -> timedelta:
    stated = response.tst_info.accuracy
    if stated is None:
        return timedelta()
    return timedelta(
        seconds=stated.seconds or 0, milliseconds=stated.millis or 0, microseconds=stated.micros or 0
    )
