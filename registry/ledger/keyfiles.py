"""The registry's own keys in files: made, read, retired, copied for safekeeping, and brought back.

A folder of mode 0700 holds one file of mode 0600 for each key, never in the database and never in the
checkout. While a key is being rotated there are two of its purpose: which of them signs is for the log to
say, so that no crash between a filing and a renaming can leave the registry with the wrong one.
"""

import contextlib
import os
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from registry.ledger.signing import (
    COUNTERSIGN,
    OWN,
    Ed25519Signer,
    KeysUnsafe,
    P256Signer,
    RegistryKeys,
    check_purpose,
)

RETIRED = "retired"
ALGORITHMS = ("ed25519", "p256")
FileSigner = Ed25519Signer | P256Signer


@dataclass(frozen=True, slots=True)
class KeyFile:
    """One key of the folder, opened."""

    purpose: str
    path: Path
    signer: FileSigner

    @property
    def mode(self) -> str:
        return f"{stat.S_IMODE(self.path.stat().st_mode):04o}"


def create_keys(folder: Path, *, alg: str = "ed25519") -> RegistryKeys:
    """Make the keys that are missing, never replacing one; `alg` is the countersigning key's."""
    make_folder(folder)
    for purpose in OWN:
        if not _paths(folder, purpose):
            wanted = alg if purpose == COUNTERSIGN else "ed25519"
            _write(folder / f"{purpose}.{wanted}.pem", generate(purpose, wanted))
    return load_keys(folder)


def load_keys(folder: Path) -> RegistryKeys:
    """The only key of each purpose. Raises KeysUnsafe: missing, doubled, malformed, within others' reach."""
    found = {purpose: read_keys(folder, purpose) for purpose in OWN}
    for purpose, keys in found.items():
        if len(keys) > 1:
            raise KeysUnsafe(f"several {purpose} keys: which one signs is for the log to say")
    return RegistryKeys(*(found[purpose][0].signer for purpose in OWN))


def read_keys(folder: Path, purpose: str) -> list[KeyFile]:
    """Every key of that purpose, at least one. Raises KeysUnsafe."""
    check_folder(folder)
    paths = _paths(folder, purpose)
    if not paths:
        raise KeysUnsafe(f"cannot read the {purpose} key: there is none in the key folder")
    return [KeyFile(purpose, path, _read(path, purpose)) for path in paths]


def has_keys(folder: Path, purpose: str) -> bool:
    return bool(_paths(folder, purpose))


def retired_keys(folder: Path) -> Iterator[KeyFile]:
    """Keys that sign no more and are kept for the record. Raises KeysUnsafe."""
    for purpose in OWN:
        for path in _paths(folder / RETIRED, purpose):
            yield KeyFile(purpose, path, _read(path, purpose))


def add_key(folder: Path, purpose: str, *, alg: str) -> KeyFile:
    """A further key beside the present one: it signs nothing until the log says so. Raises KeysUnsafe."""
    signer = generate(purpose, alg)
    path = folder / f"{purpose}.{signer.kid}.pem"
    _write(path, signer)
    return KeyFile(purpose, path, signer)


def retire(folder: Path, key: KeyFile) -> None:
    """Put a key's file aside under its kid; nothing is deleted. Safe to repeat after a crash."""
    place = folder / RETIRED
    make_folder(place)
    with contextlib.suppress(FileNotFoundError):  # another start was faster
        key.path.replace(place / f"{key.purpose}.{key.signer.kid}.pem")
    _sync(place)
    _sync(folder)


def generate(purpose: str, alg: str) -> FileSigner:
    """A fresh key of this purpose. Raises KeysUnsafe for an algorithm it cannot have."""
    if alg not in ALGORITHMS:
        raise KeysUnsafe(f"unknown algorithm {alg}")
    try:
        check_purpose(purpose, alg)
    except ValueError as error:
        raise KeysUnsafe(str(error)) from error
    return Ed25519Signer.generate() if alg == "ed25519" else P256Signer.generate()


def make_folder(folder: Path) -> None:
    """A folder of mode 0700, ours alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)


def check_folder(folder: Path) -> None:
    """Raises KeysUnsafe unless the folder is there and nobody else can reach into it."""
    check_owned(folder, "the key folder", "chmod 700")


def back_up(key: KeyFile, folder: Path, passphrase: bytes) -> Path:
    """Write an encrypted copy (PKCS#8) and prove that it opens again. Raises KeysUnsafe, FileExistsError."""
    path = folder / f"{key.purpose}.{key.signer.kid}.backup.pem"
    write_once(path, _pem(key.signer, BestAvailableEncryption(passphrase)))
    if open_backup(path, passphrase).signer.kid != key.signer.kid:
        raise KeysUnsafe(f"the copy {path.name} does not open to the key it was made of")
    return path


def open_backup(path: Path, passphrase: bytes) -> KeyFile:
    """An encrypted copy opened. Raises KeysUnsafe for a wrong passphrase, what is no copy of a key, and a
    copy that was changed: its cipher alone would not tell.
    """
    purpose, _, rest = path.name.partition(".")
    if purpose not in OWN:
        raise KeysUnsafe(f"{path.name} is no copy of a key of the registry's")
    signer = _signer(path.read_bytes(), path.name, purpose, passphrase)
    if rest != f"{signer.kid}.backup.pem":
        raise KeysUnsafe(f"{path.name} holds another key than its name says: {signer.kid}")
    return KeyFile(purpose, path, signer)


def restore(folder: Path, copy: KeyFile) -> KeyFile:
    """Put a copy's key in its place; never over or beside one that is there. Raises KeysUnsafe."""
    make_folder(folder)
    if _paths(folder, copy.purpose):
        raise KeysUnsafe(f"a {copy.purpose} key is already there; nothing is written over or beside it")
    path = folder / f"{copy.purpose}.{copy.signer.kid}.pem"
    _write(path, copy.signer)
    return KeyFile(copy.purpose, path, copy.signer)


def _paths(folder: Path, purpose: str) -> list[Path]:
    return sorted(folder.glob(f"{purpose}.*.pem"))


def _write(path: Path, signer: FileSigner) -> None:
    with contextlib.suppress(FileExistsError):  # two starts at once agree on one key
        write_once(path, _pem(signer, NoEncryption()))


def write_once(path: Path, pem: bytes) -> None:
    """Put a file of mode 0600 there, never over another. Raises FileExistsError."""
    # Whole or not at all: a key cut short by a crash would be found at the next start and never replaced.
    unfinished = path.with_suffix(f".{secrets.token_hex(4)}.new")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        os.link(unfinished, path)  # unlike rename, never overwrites
    finally:
        unfinished.unlink()
    _sync(path.parent)


def _pem(signer: FileSigner, encryption: KeySerializationEncryption) -> bytes:
    return signer.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def _read(path: Path, purpose: str) -> FileSigner:
    check_owned(path, f"the key {path.name}", "chmod 600")
    try:
        pem = path.read_bytes()
    except OSError as error:
        raise KeysUnsafe(f"cannot read the key {path.name}: {error.strerror}") from error
    return _signer(pem, path.name, purpose, None)


def _signer(pem: bytes, name: str, purpose: str, passphrase: bytes | None) -> FileSigner:
    try:
        key = load_pem_private_key(pem, password=passphrase)
    except (ValueError, TypeError) as error:
        wrong = "malformed" if passphrase is None else "malformed, or the passphrase is wrong"
        raise KeysUnsafe(f"the key {name} is {wrong}") from error
    signer: FileSigner
    if isinstance(key, Ed25519PrivateKey):
        signer = Ed25519Signer(key)
    elif isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        signer = P256Signer(key)
    else:
        raise KeysUnsafe(f"the key {name} is neither an Ed25519 nor a P-256 key")
    try:
        check_purpose(purpose, signer.alg)
    except ValueError as error:
        raise KeysUnsafe(f"the key {name}: {error}") from error
    return signer


def check_owned(path: Path, what: str, remedy: str) -> None:
    """Raises KeysUnsafe unless it is there, ours, and within nobody else's reach."""
    try:
        found = path.stat()
    except OSError as error:
        raise KeysUnsafe(f"cannot read {what}: {error.strerror}") from error
    mode = stat.S_IMODE(found.st_mode)
    if mode & 0o077:
        raise KeysUnsafe(f"{what} may be read by others (mode {mode:04o}): {remedy}")
    if found.st_uid != os.geteuid():
        raise KeysUnsafe(f"{what} belongs to another user (id {found.st_uid}): chown it to the service's own")


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
