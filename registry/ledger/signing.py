"""Keys and signatures: the signer port, signers in memory, and checking by algorithm name.

The registry signs with two keys, apart: one countersigns filings, one signs checkpoints. Where they live is
told in `keyfiles` (files) and `signers` (programs and devices).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from registry.ledger import assertions
from registry.ledger.canonical import sha256_hex

COUNTERSIGN = "countersign"
CHECKPOINT = "checkpoint"
PARTY = "party"
PASSKEY = "webauthn-p256"
"""ES256 inside a WebAuthn assertion: a key of a person's device, never one of the registry's own."""
OWN = (COUNTERSIGN, CHECKPOINT)
"""The purposes of the registry's own keys."""


class KeysUnsafe(Exception):
    """The registry's keys are missing, within reach of others, or not what they should be."""


class Signer(Protocol):
    """Something that signs under one key: a file, a sealed account key, a device."""

    @property
    def alg(self) -> str: ...

    @property
    def kid(self) -> str: ...

    @property
    def public(self) -> bytes: ...

    def sign(self, message: bytes) -> bytes: ...


def kid_of(alg: str, public: bytes) -> str:
    """The name of a key: 32 hex signs of SHA-256 over algorithm and key, so that nobody can choose it."""
    return kid_fingerprint(alg, public)[:32]


def kid_fingerprint(alg: str, public: bytes) -> str:
    """SHA-256 over algorithm and key as 64 hex signs; the kid is its first half."""
    return sha256_hex(alg.encode() + b"\0" + public)


class Ed25519Signer:
    """Signs with an Ed25519 private key held in memory (RFC 8032)."""

    alg = "ed25519"

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self.private = private
        self.public = private.public_key().public_bytes_raw()
        self.kid = kid_of(self.alg, self.public)

    @classmethod
    def generate(cls) -> "Ed25519Signer":
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_private_bytes(cls, raw: bytes) -> "Ed25519Signer":
        """From the 32 raw private bytes. Raises ValueError for another length."""
        return cls(Ed25519PrivateKey.from_private_bytes(raw))

    def private_bytes(self) -> bytes:
        """The 32 raw private bytes, for sealing."""
        return self.private.private_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message)


class P256Signer:
    """Signs with a P-256 private key held in memory: ECDSA with SHA-256, in DER."""

    alg = "p256"

    def __init__(self, private: ec.EllipticCurvePrivateKey) -> None:
        self.private = private
        self.public = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.kid = kid_of(self.alg, self.public)

    @classmethod
    def generate(cls) -> "P256Signer":
        return cls(ec.generate_private_key(ec.SECP256R1()))

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message, ec.ECDSA(hashes.SHA256()))


# A point of small order: RFC 8032 leaves open what its readers do with it, and programs differ. Under such a
# key one signature holds for message after message, so that everybody could sign with it.
_PRIME = 2**255 - 19
_ORDER_EIGHT = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_SMALL_ORDER = frozenset({0, 1, _PRIME - 1, _ORDER_EIGHT, _PRIME - _ORDER_EIGHT})


def _check_point(encoded: bytes) -> None:
    """Raises ValueError for a point of small order, or one that has another spelling too."""
    height = int.from_bytes(encoded, "little") & (2**255 - 1)
    if height >= _PRIME or height in _SMALL_ORDER:
        raise ValueError("a point of small order, or not in its one spelling")


@lru_cache(maxsize=1024)  # the same few sign most filings
def _read_ed25519(public: bytes) -> Ed25519PublicKey:
    _check_point(public)
    return Ed25519PublicKey.from_public_bytes(public)


def _ed25519(public: bytes, message: bytes, signature: bytes) -> None:
    _check_point(signature[:32])
    _read_ed25519(public).verify(signature, message)


def _p256(public: bytes, message: bytes, signature: bytes) -> None:
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    key.verify(signature, message, ec.ECDSA(hashes.SHA256()))


def _passkey(public: bytes, message: bytes, signature: bytes) -> None:
    signed, own = assertions.opened(signature, message)
    _p256(public, signed, own)


ALGORITHMS: dict[str, Callable[[bytes, bytes, bytes], None]] = {
    "ed25519": _ed25519,  # public: 32 bytes, signature: 64 bytes
    "p256": _p256,  # public: uncompressed point, signature: DER, SHA-256
    PASSKEY: _passkey,  # public: uncompressed point, signature: a WebAuthn assertion
}


def verify(alg: str, public: bytes, message: bytes, *, signature: bytes) -> bool:
    """Whether the signature is this key's over these bytes. An unknown algorithm or broken key never is."""
    check = ALGORITHMS.get(alg)
    if check is None:
        return False
    try:
        check(public, message, signature)
    except (InvalidSignature, ValueError):
        return False
    return True


def check_public(alg: str, public: bytes) -> None:
    """Raises ValueError unless the bytes are a public key of a known algorithm."""
    if alg == "ed25519" and len(public) == 32:
        _read_ed25519(public)
    elif alg in ("p256", PASSKEY) and len(public) == 65:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    else:
        raise ValueError("unknown algorithm or malformed public key")


@dataclass(frozen=True, slots=True)
class RegistryKeys:
    """The registry's two keys."""

    countersigner: Signer
    checkpoint_signer: Signer


def check_purpose(purpose: str, alg: str) -> None:
    """Raises ValueError for a key that cannot do this: C2SP checkpoints are signed by Ed25519 alone."""
    if purpose not in OWN or alg == PASSKEY or (purpose == CHECKPOINT and alg != "ed25519"):
        raise ValueError(f"a {alg} key cannot be the registry's {purpose} key")
