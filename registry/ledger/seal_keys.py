"""Whose seal it is and where its signatures come from: the third key, for papers alone, with a certificate.

`keys/seal.crt` (PEM) holds the certificate, then those above it. The key signs as `REGISTRY_SEAL` says: from
the file `keys/seal.pem` (PKCS#8, mode 0600), a program, or a module for a device (see `signers`). Without a
certificate nothing is sealed, and that is said; a self-made one says of itself that it is.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509 import Certificate
from cryptography.x509.oid import NameOID

from registry.errors import Unavailable
from registry.ledger.cms import issued
from registry.ledger.keyfiles import check_folder, check_owned, make_folder, write_once
from registry.ledger.seals import common_name, fingerprint, fits, may_seal, read_certificates
from registry.ledger.signers import EXEC, FILE, PROBE, factory_of, program_of
from registry.ledger.signing import KeysUnsafe

SEAL = "seal"
CERTIFICATE, KEY = "seal.crt", "seal.pem"
SELF_MADE_FOR = timedelta(days=3 * 365)
SOON = timedelta(days=30)
MOST_NAME = 64  # of a common name (RFC 5280, ub-common-name); the library counts bytes, so we do
DEMONSTRATION = "明许演示印章（自签 · 仅供演示）"
SELF_MADE = "（自签 · 未经认证）"


class Raw(Protocol):
    """Something that signs: RSA PKCS#1 v1.5 or ECDSA (DER), both with SHA-256 over the message."""

    def sign(self, message: bytes) -> bytes: ...


class State(StrEnum):
    """What stands of the seal, for whoever runs the registry."""

    MISSING = "missing"  # no certificate: certificates go out unsealed
    UNUSABLE = "unusable"  # it is there, and does not serve
    USAGE = "usage"  # its certificate is not one for signatures
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    EXPIRES_SOON = "expires_soon"
    SELF_MADE = "self_made"
    READY = "ready"


SEALS = (State.EXPIRES_SOON, State.SELF_MADE, State.READY)
"""The states in which papers are sealed."""


@dataclass(frozen=True, slots=True)
class SealKey:
    """The certificate, those above it, and what signs under it."""

    certificate: Certificate
    above: tuple[Certificate, ...]
    raw: Raw

    def sign(self, message: bytes) -> bytes:
        """Raises Unavailable signer_failed when nothing comes back, or something else than a signature."""
        try:
            signature = self.raw.sign(message)
            _check(self.certificate, message, signature)
        except Exception:  # a driver may raise anything; its words may hold what must not be logged
            raise Unavailable("signer_failed", purpose=SEAL) from None
        return signature


@dataclass(frozen=True, slots=True, kw_only=True)
class SealState:
    """A state, and of the certificate what there is to say. `detail` is for those who run the registry."""

    state: State
    by: str = ""
    fingerprint: str = ""
    until: datetime | None = None
    self_made: bool = False
    detail: str = ""


def state_of(setting: str, folder: Path, *, now: datetime) -> SealState:
    """What stands of the seal. Signs a probe; never raises for a seal that does not serve."""
    if not (folder / CERTIFICATE).exists():
        return SealState(state=State.MISSING)
    try:
        key = open_seal(setting, folder)
    except KeysUnsafe as error:
        return SealState(state=State.UNUSABLE, detail=str(error))
    leaf = key.certificate
    return SealState(
        state=_state(leaf, now),
        by=common_name(leaf),
        fingerprint=fingerprint(leaf),
        until=leaf.not_valid_after_utc,
        self_made=issued(leaf, leaf),
    )


def open_seal(setting: str, folder: Path) -> SealKey:
    """The seal, after it signed a probe that nothing else can mean. Raises KeysUnsafe."""
    check_folder(folder)  # whoever can change the certificate can change who we are
    try:
        leaf, *above = read_certificates((folder / CERTIFICATE).read_bytes())
        if not fits(leaf):
            raise ValueError("its key is neither RSA of 2048 bits or more nor P-256")
        _check_chain([leaf, *above])
        key = SealKey(leaf, tuple(above), _raw(setting, folder))
        key.sign(PROBE + secrets.token_bytes(32))
    except Unavailable as error:
        raise KeysUnsafe("the seal does not sign under the key of its certificate") from error
    except (OSError, ValueError) as error:
        raise KeysUnsafe(f"the seal cannot serve: {error}") from error
    return key


def make_self_made(folder: Path, *, operator: str, demo: bool, at: datetime) -> Certificate:
    """A key and a certificate that it signed itself, named as such. Raises KeysUnsafe over one that is there.

    If we crash between the two files the key lies there alone and the next call says so.
    """
    make_folder(folder)
    if (folder / CERTIFICATE).exists() or (folder / KEY).exists():
        raise KeysUnsafe("a seal is already there; nothing is written over it")
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    name = DEMONSTRATION if demo else _cut(operator, MOST_NAME - len(SELF_MADE.encode())) + SELF_MADE
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, operator[:MOST_NAME]),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(minutes=5))
        .not_valid_after(at + SELF_MADE_FOR)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    write_once(folder / KEY, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    write_once(folder / CERTIFICATE, made.public_bytes(Encoding.PEM))
    return made


def request_for(folder: Path, *, operator: str) -> bytes:
    """A request (PKCS#10, PEM) to have a certificate made for the seal's key, which is made if there is none.

    Raises KeysUnsafe.
    """
    make_folder(folder)
    if not (folder / KEY).exists():
        key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
        write_once(folder / KEY, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    private = _private(folder)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _cut(operator, MOST_NAME))])
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    request = builder.add_extension(_usage(), critical=True).sign(private, hashes.SHA256())
    return request.public_bytes(Encoding.PEM)


def put_certificate(folder: Path, pem: bytes, *, setting: str) -> Certificate:
    """Put a certificate with those above it in place, or another for a key that stays. Raises KeysUnsafe.

    The one before it is kept beside it; if we crash between the two, it is there under its other name.
    """
    check_folder(folder)
    try:
        leaf, *above = read_certificates(pem)
        _check_chain([leaf, *above])
        key = SealKey(leaf, tuple(above), _raw(setting, folder))
        key.sign(PROBE + secrets.token_bytes(32))
    except Unavailable as error:
        raise KeysUnsafe("the certificate is of another key than the seal's") from error
    except (OSError, ValueError) as error:
        raise KeysUnsafe(f"the certificate cannot serve: {error}") from error
    if not may_seal(leaf) or not fits(leaf):
        raise KeysUnsafe("the certificate is not one for signatures under RSA or P-256")
    path = folder / CERTIFICATE
    if path.exists():
        path.replace(folder / f"seal.{fingerprint(read_certificates(path.read_bytes())[0])[:16]}.old.crt")
    write_once(path, b"".join(one.public_bytes(Encoding.PEM) for one in (leaf, *above)))
    return leaf


def carry_over(aside: Path, folder: Path) -> bool:
    """Bring the seal from a key folder that is set aside into the one that follows; whether there was one."""
    files = sorted(aside.glob(f"{SEAL}.*"))
    for path in files:
        path.replace(folder / path.name)
    return bool(files)


def _state(leaf: Certificate, now: datetime) -> State:
    if not may_seal(leaf):
        return State.USAGE
    if now < leaf.not_valid_before_utc:
        return State.NOT_YET
    if now > leaf.not_valid_after_utc:
        return State.EXPIRED
    if now > leaf.not_valid_after_utc - SOON:
        return State.EXPIRES_SOON
    return State.SELF_MADE if issued(leaf, leaf) else State.READY


def _cut(text: str, most: int) -> str:
    """As much of a name as fits, no character halved."""
    return text.encode()[:most].decode(errors="ignore")


def _usage() -> x509.KeyUsage:
    named = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"), False
    )
    return x509.KeyUsage(
        digital_signature=True, content_commitment=True, encipher_only=False, decipher_only=False, **named
    )


def _check_chain(chain: list[Certificate]) -> None:
    if any(not issued(below, above) for below, above in pairwise(chain)):
        raise ValueError("the certificates do not stand one above the other")


def _raw(setting: str, folder: Path) -> Raw:
    if setting == FILE:
        return _File(_private(folder))
    if setting.startswith(EXEC):
        return program_of(setting)
    made: Raw = factory_of(setting)(SEAL)
    return made


@dataclass(frozen=True, slots=True)
class _File:
    private: Any

    def sign(self, message: bytes) -> bytes:
        if isinstance(self.private, rsa.RSAPrivateKey):
            return self.private.sign(message, padding.PKCS1v15(), hashes.SHA256())
        signature: bytes = self.private.sign(message, ec.ECDSA(hashes.SHA256()))
        return signature


def _private(folder: Path) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    check_owned(folder / KEY, f"the key {KEY}", "chmod 600")
    try:
        key = load_pem_private_key((folder / KEY).read_bytes(), password=None)
    except (ValueError, TypeError, OSError) as error:
        raise KeysUnsafe(f"the key {KEY} is malformed") from error
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise KeysUnsafe(f"the key {KEY} is neither RSA nor P-256")
    return key


def _check(leaf: Certificate, message: bytes, signature: bytes) -> None:
    key = leaf.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise ValueError("no signature under the certificate's key") from error
