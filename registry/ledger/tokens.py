"""RFC 3161 timestamps: what to ask an authority for, and whether its answer holds.

Two checks that share no code. `open_token` reads the answer strictly and checks that it is signed, as it
stands, by the certificate it carries (RFC 5652, RFC 5816): who altered a byte is found out even by a reader
who trusts no authority. `vouched` asks whether pinned roots stand behind that certificate.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
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

from registry.ledger.der import CONTEXT_0, INTEGER, OCTETS, OID, SEQUENCE, SET, Item, read, write

GRANTED = bytes.fromhex("3003020100")  # PKIStatusInfo: granted, without a word
SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
TST_INFO = bytes.fromhex("060b2a864886f70d0109100104")
CONTENT_TYPE = bytes.fromhex("06092a864886f70d010903")
MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
SIGNING_CERTIFICATE = bytes.fromhex("060b2a864886f70d010910020c")  # ESSCertID: SHA-1 (RFC 2634)
SIGNING_CERTIFICATE_V2 = bytes.fromhex("060b2a864886f70d010910022f")  # ESSCertIDv2 (RFC 5816)
VERSION_1, VERSION_3 = b"\x02\x01\x01", b"\x02\x01\x03"
NULL = b"\x05\x00"
STRANGE = (
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    UnsupportedAlgorithm,
)
SHA256_OID = "2.16.840.1.101.3.4.2.1"

_HASHES: dict[bytes, hashes.HashAlgorithm] = {
    bytes.fromhex("0609608648016503040201"): hashes.SHA256(),
    bytes.fromhex("0609608648016503040202"): hashes.SHA384(),
    bytes.fromhex("0609608648016503040203"): hashes.SHA512(),
}
_RSA = bytes.fromhex("06092a864886f70d010101")  # the digest is named beside it
_RSA_WITH = {
    bytes.fromhex(f"06092a864886f70d0101{n:02x}"): size for n, size in ((11, 256), (12, 384), (13, 512))
}
_ECDSA_WITH = {
    bytes.fromhex(f"06082a8648ce3d0403{n:02x}"): size for n, size in ((2, 256), (3, 384), (4, 512))
}


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
    if not any(_issued(one, one) for one in found):
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
    signer = _Signer.of(signed)
    leaf = signer.certificate(signed.certificates)
    signer.check(signed.content, leaf)
    _check_purpose(leaf)
    others = tuple(one for one in map(_certificate, signed.certificates) if one != leaf)
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
    trusted = [one for one in roots if _issued(one, one)]
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
    signer = _Signer.of(signed)
    leaf = signer.certificate(signed.certificates)
    known = [(one.raw, _certificate(one)) for one in signed.certificates]
    everybody = (*(one for _, one in known), *roots)
    needed = [raw for raw, one in known if one == leaf or (_known(one, everybody) and not _issued(one, one))]
    kept = sorted(needed)  # DER: a SET OF
    version, digests, content, _, signers = signed.fields
    data = write(SEQUENCE, version.raw, digests.raw, content.raw, write(CONTEXT_0, *kept), signers.raw)
    return write(SEQUENCE, GRANTED, write(SEQUENCE, SIGNED_DATA, write(CONTEXT_0, data)))


@dataclass(frozen=True, slots=True)
class _SignedData:
    """RFC 5652 section 5.1: version, digests, content, certificates, signers; no revocation lists."""

    fields: tuple[Item, Item, Item, Item, Item]
    content: bytes
    certificates: tuple[Item, ...]


def _signed_data(info: Item) -> _SignedData:
    kind, inside = info.items(OID, CONTEXT_0)
    if kind.raw != SIGNED_DATA:
        raise ValueError("not signed data")
    version, digests, content, certificates, signers = inside.only(SEQUENCE).items(
        INTEGER, SET, SEQUENCE, CONTEXT_0, SET
    )
    content_type, wrapped = content.items(OID, CONTEXT_0)
    if version.raw != VERSION_3 or content_type.raw != TST_INFO:
        raise ValueError("not a timestamp")
    found = tuple(certificates.items())
    if not found or len({one.raw for one in found}) != len(found):
        raise ValueError("no certificate, or one twice")
    fields = (version, digests, content, certificates, signers)
    return _SignedData(fields, wrapped.only(OCTETS).content, found)


@dataclass(frozen=True, slots=True)
class _Signer:
    """RFC 5652 section 5.3, one signer with signed attributes and no unsigned ones."""

    identity: Item
    digest: hashes.HashAlgorithm
    attributes: Item
    named: Mapping[bytes, bytes]
    algorithm: Item
    signature: bytes

    @classmethod
    def of(cls, signed: _SignedData) -> "_Signer":
        _, digests, _, _, signers = signed.fields
        version, identity, digest, attributes, algorithm, signature = signers.only(SEQUENCE).items(
            INTEGER, SEQUENCE, SEQUENCE, CONTEXT_0, SEQUENCE, OCTETS
        )
        if version.raw != VERSION_1:
            raise ValueError("a signer of another version")
        named = _digest(digest)
        if _digest(digests.only(SEQUENCE)).name != named.name:
            raise ValueError("digests that differ")
        values = [_attribute(one) for one in attributes.items()]
        if len(dict(values)) != len(values):
            raise ValueError("an attribute twice")
        return cls(identity, named, attributes, dict(values), algorithm, signature.content)

    def certificate(self, certificates: Iterable[Item]) -> Certificate:
        """The certificate the signature names, by its digest before it is even read, and by its number."""
        issuer, serial = self.identity.items(SEQUENCE, INTEGER)
        digest, algorithm = _named(self.named)
        for one in certificates:
            if hashlib.new(algorithm, one.raw, usedforsecurity=False).digest() == digest:
                found = _certificate(one)
                number = int.from_bytes(serial.content, "big", signed=True)
                if found.issuer.public_bytes() == issuer.raw and found.serial_number == number:
                    return found
        raise ValueError("the signer's certificate is missing")

    def check(self, content: bytes, leaf: Certificate) -> None:
        """Raises ValueError unless the certificate's key signed this content as a timestamp."""
        digest = hashlib.new(self.digest.name, content).digest()
        if self.named.get(CONTENT_TYPE) != TST_INFO or self.named.get(MESSAGE_DIGEST) != write(
            OCTETS, digest
        ):
            raise ValueError("signed for something else")
        self._verify(write(SET, self.attributes.content), leaf)

    def _verify(self, message: bytes, leaf: Certificate) -> None:
        key, algorithm = leaf.public_key(), self.algorithm
        oid, *rest = algorithm.items()
        size = self.digest.digest_size * 8
        try:
            if (
                isinstance(key, rsa.RSAPublicKey)
                and _RSA_WITH.get(oid.raw, size if oid.raw == _RSA else 0) == size
            ):
                if [one.raw for one in rest] not in ([], [NULL]):
                    raise ValueError("parameters of the signature")
                key.verify(self.signature, message, padding.PKCS1v15(), self.digest)
            elif isinstance(key, ec.EllipticCurvePublicKey) and _ECDSA_WITH.get(oid.raw) == size and not rest:
                key.verify(self.signature, message, ec.ECDSA(self.digest))
            else:
                raise ValueError("a signature of another kind")
        except InvalidSignature as error:
            raise ValueError("the signature does not hold") from error


def _certificate(item: Item) -> Certificate:
    return x509.load_der_x509_certificate(item.raw)


def _digest(algorithm: Item) -> hashes.HashAlgorithm:
    oid, *rest = algorithm.items()
    if oid.raw not in _HASHES or [one.raw for one in rest] not in ([], [NULL]):
        raise ValueError("another digest")
    return _HASHES[oid.raw]


def _attribute(item: Item) -> tuple[bytes, bytes]:
    kind, values = item.items(OID, SET)
    (value,) = values.items()
    return kind.raw, value.raw


def _named(attributes: Mapping[bytes, bytes]) -> tuple[bytes, str]:
    """Digest of the certificate the signature is in the name of, and its algorithm (ESSCertID, v2)."""
    if SIGNING_CERTIFICATE_V2 in attributes:
        first, *rest = _first_named(attributes[SIGNING_CERTIFICATE_V2]).items()
        if first.tag == OCTETS:
            return first.content, "sha256"
        return read(rest[0].raw, OCTETS).content if rest else b"", _digest(first).name
    if SIGNING_CERTIFICATE in attributes:
        return _first_named(attributes[SIGNING_CERTIFICATE]).first().content, "sha1"
    raise ValueError("signed in nobody's name")


def _first_named(value: bytes) -> Item:
    return read(value, SEQUENCE).first().first()


def _check_purpose(leaf: Certificate) -> None:
    """RFC 3161 section 2.3: a certificate for timestamps and for nothing else, critically."""
    try:
        usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound as error:
        raise ValueError("not a certificate for timestamps") from error
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise ValueError("not a certificate for timestamps alone")


def _known(certificate: Certificate, others: Iterable[Certificate]) -> bool:
    return any(_issued(certificate, other) for other in others)


def _issued(certificate: Certificate, issuer: Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _accuracy(response: TimeStampResponse) -> timedelta:
    stated = response.tst_info.accuracy
    if stated is None:
        return timedelta()
    return timedelta(
        seconds=stated.seconds or 0, milliseconds=stated.millis or 0, microseconds=stated.micros or 0
    )
