"""Keys and signatures: the signer port, the registry's own keys in files, and checking by algorithm name.

The registry signs with two keys, apart: one countersigns filings, one signs checkpoints. They live in files
only their owner may read, never in the database and never in the checkout.
"""

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from registry.ledger.canonical import sha256_hex

COUNTERSIGN = "countersign"
CHECKPOINT = "checkpoint"
PARTY = "party"


class KeysUnsafe(Exception):
    """The registry's key files are missing, readable by others, or not what they should be."""


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
    return sha256_hex(alg.encode() + b"\0" + public)[:32]


class Ed25519Signer:
    """Signs with an Ed25519 private key held in memory (RFC 8032)."""

    alg = "ed25519"

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
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
        return self._private.private_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)


_read_ed25519 = lru_cache(maxsize=1024)(Ed25519PublicKey.from_public_bytes)  # the same few sign most filings


def _ed25519(public: bytes, message: bytes, signature: bytes) -> None:
    _read_ed25519(public).verify(signature, message)


def _p256(public: bytes, message: bytes, signature: bytes) -> None:
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    key.verify(signature, message, ec.ECDSA(hashes.SHA256()))


ALGORITHMS: dict[str, Callable[[bytes, bytes, bytes], None]] = {
    "ed25519": _ed25519,  # public: 32 bytes, signature: 64 bytes
    "p256": _p256,  # public: uncompressed point, signature: DER, SHA-256
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
        Ed25519PublicKey.from_public_bytes(public)
    elif alg == "p256" and len(public) == 65:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    else:
        raise ValueError("unknown algorithm or malformed public key")


@dataclass(frozen=True, slots=True)
class RegistryKeys:
    """The registry's two keys."""

    countersigner: Signer
    checkpoint_signer: Signer


def create_keys(folder: Path) -> RegistryKeys:
    """Make the keys that are missing, never replacing one; the folder gets mode 0700, files 0600."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    for purpose in (COUNTERSIGN, CHECKPOINT):
        if not _file(folder, purpose).exists():
            _write(_file(folder, purpose), Ed25519PrivateKey.generate())
    return load_keys(folder)


def load_keys(folder: Path) -> RegistryKeys:
    """Read the registry's keys. Raises KeysUnsafe when one is missing, malformed or readable by others."""
    return RegistryKeys(_read(_file(folder, COUNTERSIGN)), _read(_file(folder, CHECKPOINT)))


def _file(folder: Path, purpose: str) -> Path:
    return folder / f"{purpose}.ed25519.pem"


def _write(path: Path, private: Ed25519PrivateKey) -> None:
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    # Whole or not at all: a key cut short by a crash would be found at the next start and never replaced.
    unfinished = path.with_suffix(f".{os.getpid()}.new")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(unfinished, path)  # unlike rename, never overwrites: two starts at once agree on one key
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()


def _read(path: Path) -> Ed25519Signer:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        pem = path.read_bytes()
    except OSError as error:
        raise KeysUnsafe(f"cannot read the key {path.name}: {error.strerror}") from error
    if mode & 0o077:
        raise KeysUnsafe(f"the key {path.name} may be read by others (mode {mode:04o}): chmod 600")
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise KeysUnsafe(f"the key {path.name} is malformed") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeysUnsafe(f"the key {path.name} is not an Ed25519 key")
    return Ed25519Signer(key)
