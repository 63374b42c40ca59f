"""Signing keys: sealed under a password (`account`), or kept by the organisation itself (`external`).

An account's Ed25519 key is encrypted with a key derived from the person's password by argon2id and opened
only while that person signs. It is not sole control, since the registry runs the code that opens it; papers
say so. At most two derivations run at once in a process, and never inside a transaction: 64 MiB and a tenth
of a second each.
"""

import secrets
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from registry.database import in_transaction
from registry.errors import Refused
from registry.ledger.signing import Ed25519Signer

PASSES, MEMORY, LANES = 3, 64 * 1024, 2
"""argon2id's cost: passes over this many KiB in this many lanes (RFC 9106, second recommended option)."""

_HASHER = PasswordHasher()
_DERIVATIONS = BoundedSemaphore(2)
_COST = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
_ABSENT = f"$argon2id$v=19${_COST}${'A' * 22}${'A' * 43}"
"""What an unknown account's password is compared with, at the cost of all others: salt and hash of noughts,
which no password has. Not made by hashing, which every start of a command would pay for.
"""


def hash_password(password: str) -> str:
    """argon2id with the library's present defaults."""
    _outside_transactions()
    with _DERIVATIONS:
        return _HASHER.hash(password)


def password_fits(stored: str | None, password: str) -> bool:
    """Compare; an unknown account costs the same time as a wrong password (no enumeration)."""
    _outside_transactions()
    with _DERIVATIONS:
        try:
            return _HASHER.verify(stored or _ABSENT, password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def create_sealed(password: str) -> tuple[Ed25519Signer, bytes]:
    """A fresh Ed25519 key: the open signer, for its proof of possession, and the sealed private half."""
    private = Ed25519PrivateKey.generate()
    return Ed25519Signer(private), _seal(private, password)


def sign_sealed(sealed: bytes, password: str, message: bytes, *, field: str = "password") -> bytes:
    """Open the key, sign, forget. Raises Refused `password_wrong`."""
    return _open(sealed, password, field=field).sign(message)


def reseal(sealed: bytes, password: str, new: str, *, field: str = "password") -> bytes:
    """The same key sealed under a new password. Raises Refused `password_wrong`."""
    return _seal(_open(sealed, password, field=field), new)


def _seal(private: Ed25519PrivateKey, password: str) -> bytes:
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    body = ChaCha20Poly1305(_derive(password, salt)).encrypt(nonce, private.private_bytes_raw(), None)
    return salt + nonce + body


def _open(sealed: bytes, password: str, *, field: str) -> Ed25519PrivateKey:
    salt, nonce, body = sealed[:16], sealed[16:28], sealed[28:]
    try:
        raw = ChaCha20Poly1305(_derive(password, salt)).decrypt(nonce, body, None)
    except InvalidTag:
        raise Refused("password_wrong", field)
    return Ed25519PrivateKey.from_private_bytes(raw)


def _derive(password: str, salt: bytes) -> bytes:
    _outside_transactions()
    with _DERIVATIONS:
        return hash_secret_raw(password.encode(), salt, PASSES, MEMORY, LANES, 32, Type.ID)


def _outside_transactions() -> None:
    if in_transaction():
        raise RuntimeError("key derivation inside a transaction would hold every writer up")
