"""Signed data (RFC 5652) read strictly: one signer, one digest, its certificate named and present.

What timestamps (`tokens`) and seals (`seals`) have in common. It says whether the certificate's key signed
this content as it stands; whether anybody should trust that certificate is asked elsewhere.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import Certificate

from registry.ledger.der import CONTEXT_0, CONTEXT_1, INTEGER, OCTETS, OID, SEQUENCE, SET, Item, read, write

SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
DATA = bytes.fromhex("06092a864886f70d010701")
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
PSS = bytes.fromhex(  # RFC 4055: SHA-256, MGF1 with SHA-256, 32 bytes of salt; no other spelling is read
    "304106092a864886f70d01010a3034a00f300d06096086480165030402010500"
    "a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120"
)


@dataclass(frozen=True, slots=True)
class SignedData:
    """RFC 5652 section 5.1: version, digests, content, certificates, signers; no revocation lists."""

    fields: tuple[Item, Item, Item, Item, Item]
    content: bytes | None  # None when it is detached
    certificates: tuple[Item, ...]


def signed_data(info: Item, *, kind: bytes, version: bytes) -> SignedData:
    """The signed data in a ContentInfo, its content of this kind. Raises ValueError."""
    outer, inside = info.items(OID, CONTEXT_0)
    if outer.raw != SIGNED_DATA:
        raise ValueError("not signed data")
    said, digests, content, certificates, signers = inside.only(SEQUENCE).items(
        INTEGER, SET, SEQUENCE, CONTEXT_0, SET
    )
    content_type, *wrapped = content.items()
    if said.raw != version or content_type.raw != kind or len(wrapped) > 1:
        raise ValueError("not the kind of content it must be")
    found = tuple(certificates.items())
    if not found or len({one.raw for one in found}) != len(found):
        raise ValueError("no certificate, or one twice")
    fields = (said, digests, content, certificates, signers)
    return SignedData(fields, _content(wrapped), found)


def _content(wrapped: Sequence[Item]) -> bytes | None:
    if not wrapped:
        return None
    return read(wrapped[0].raw, CONTEXT_0).only(OCTETS).content


@dataclass(frozen=True, slots=True)
class Signer:
    """RFC 5652 section 5.3, one signer with signed attributes. `unsigned` is as it stands, or None."""

    identity: Item
    digest: hashes.HashAlgorithm
    attributes: Item
    named: Mapping[bytes, bytes]
    algorithm: Item
    signature: bytes
    unsigned: Item | None

    @classmethod
    def of(cls, signed: SignedData) -> "Signer":
        """The one signer. Raises ValueError."""
        _, digests, _, _, signers = signed.fields
        parts = signers.only(SEQUENCE).items()
        more = parts[6:]
        if [one.tag for one in parts[:6]] != [INTEGER, SEQUENCE, SEQUENCE, CONTEXT_0, SEQUENCE, OCTETS]:
            raise ValueError("not the fields of a signer")
        if [one.tag for one in more] not in ([], [CONTEXT_1]):
            raise ValueError("not the fields of a signer")
        version, identity, digest, attributes, algorithm, signature = parts[:6]
        if version.raw != VERSION_1:
            raise ValueError("a signer of another version")
        named = digest_of(digest)
        if digest_of(digests.only(SEQUENCE)).name != named.name:
            raise ValueError("digests that differ")
        values = attributes_of(attributes)
        unsigned = more[0] if more else None
        return cls(identity, named, attributes, values, algorithm, signature.content, unsigned)

    def certificate(self, certificates: Iterable[Item]) -> Certificate:
        """The certificate the signature names, by its digest before it is even read, and by its number."""
        issuer, serial = self.identity.items(SEQUENCE, INTEGER)
        digest, algorithm = _named(self.named)
        for one in certificates:
            if hashlib.new(algorithm, one.raw, usedforsecurity=False).digest() == digest:
                found = certificate(one)
                number = int.from_bytes(serial.content, "big", signed=True)
                if found.issuer.public_bytes() == issuer.raw and found.serial_number == number:
                    return found
        raise ValueError("the signer's certificate is missing")

    def check(self, digest: bytes, leaf: Certificate, *, kind: bytes) -> None:
        """Raises ValueError unless the certificate's key signed content of this kind and digest."""
        if self.named.get(CONTENT_TYPE) != kind or self.named.get(MESSAGE_DIGEST) != write(OCTETS, digest):
            raise ValueError("signed for something else")
        self._verify(write(SET, self.attributes.content), leaf)

    def _verify(self, message: bytes, leaf: Certificate) -> None:
        key, algorithm = leaf.public_key(), self.algorithm
        oid, *rest = algorithm.items()
        size = self.digest.digest_size * 8
        try:
            if isinstance(key, rsa.RSAPublicKey) and algorithm.raw == PSS and size == 256:
                scheme = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
                key.verify(self.signature, message, scheme, hashes.SHA256())
            elif (
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


def certificate(item: Item) -> Certificate:
    """Raises ValueError, or one of STRANGE."""
    return x509.load_der_x509_certificate(item.raw)


def digest_of(algorithm: Item) -> hashes.HashAlgorithm:
    """SHA-256, SHA-384 or SHA-512. Raises ValueError for another, SHA-1 among them."""
    oid, *rest = algorithm.items()
    if oid.raw not in _HASHES or [one.raw for one in rest] not in ([], [NULL]):
        raise ValueError("another digest")
    return _HASHES[oid.raw]


def attributes_of(attributes: Item) -> dict[bytes, bytes]:
    """Each attribute's one value by its kind. Raises ValueError for one that stands twice."""
    values = [_attribute(one) for one in attributes.items()]
    if len(dict(values)) != len(values):
        raise ValueError("an attribute twice")
    return dict(values)


def issued(certificate: Certificate, issuer: Certificate) -> bool:
    """Whether the issuer's name and key stand behind the certificate; nothing is said of its right to."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


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
        return read(rest[0].raw, OCTETS).content if rest else b"", digest_of(first).name
    if SIGNING_CERTIFICATE in attributes:
        return _first_named(attributes[SIGNING_CERTIFICATE]).first().content, "sha1"
    raise ValueError("signed in nobody's name")


def _first_named(value: bytes) -> Item:
    return read(value, SEQUENCE).first().first()
