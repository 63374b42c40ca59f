"""Where the registry's signatures come from: key files, a program, or a module for a device.

`file` reads the key folder. `exec:/path args` runs a program that gets the message on its standard input and
answers a base64 signature; `package.module:factory` calls a factory with the purpose and gets a `Signer`
(HSM, KMS). Whatever answers from outside is checked against its public key before anybody uses it, and what
it was given or said is never logged.
"""

import importlib
import logging
import secrets
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from registry.errors import Unavailable
from registry.ledger.canonical import unb64
from registry.ledger.keyfiles import check_folder
from registry.ledger.signing import KeysUnsafe, Signer, check_public, check_purpose, kid_of, verify

FILE, EXEC = "file", "exec:"
SIGNS_WITHIN = 5.0
"""Seconds a program may take; on SQLite the database waits meanwhile."""
PROBE = b"open-license-signer-probe-v1\0"
log = logging.getLogger(__name__)


def open_signer(setting: str, purpose: str, *, folder: Path) -> Signer:
    """The signer a setting other than `file` names, after it signed a probe that nothing else can mean.

    Raises KeysUnsafe when there is no such thing or it does not sign under the key it should.
    """
    try:
        inner = _program(setting, purpose, folder) if setting.startswith(EXEC) else _made(setting, purpose)
        check_public(inner.alg, inner.public)
        check_purpose(purpose, inner.alg)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeysUnsafe(f"the {purpose} signer cannot serve: {error}") from error
    signer = Checked(inner, purpose)
    try:
        signer.sign(PROBE + secrets.token_bytes(32))
    except Unavailable as error:
        raise KeysUnsafe(f"the {purpose} signer does not sign under its public key") from error
    return signer


def read_public(pem: bytes) -> tuple[str, bytes]:
    """Algorithm and bytes of a public key in PEM. Raises ValueError unless Ed25519 or P-256."""
    key = load_pem_public_key(pem)
    if isinstance(key, Ed25519PublicKey):
        return "ed25519", key.public_bytes_raw()
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return "p256", key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    raise ValueError("the public key is neither Ed25519 nor P-256")


class Checked:
    """Lets no signature out that does not hold: a wrong answer must never reach the log."""

    def __init__(self, inner: Signer, purpose: str) -> None:
        self._inner, self._purpose = inner, purpose
        self.alg, self.public = inner.alg, inner.public
        self.kid = kid_of(self.alg, self.public)

    def sign(self, message: bytes) -> bytes:
        """Raises Unavailable signer_failed when nothing comes back, or something else than a signature."""
        try:
            signature = self._inner.sign(message)
        except Exception as error:  # a driver may raise anything; its words may hold what must not be logged
            raise self._failed(f"raised {type(error).__name__}") from None
        if not isinstance(signature, bytes) or not verify(
            self.alg, self.public, message, signature=signature
        ):
            raise self._failed("answered with what is no signature under its key")
        return signature

    def _failed(self, what: str) -> Unavailable:
        log.error("the %s signer %s", self._purpose, what)
        return Unavailable("signer_failed", purpose=self._purpose)


class ProgramSigner:
    """Runs a program for each signature; its public key stands in the key folder."""

    def __init__(self, command: list[str], alg: str, public: bytes) -> None:
        self._command = command
        self.alg, self.public, self.kid = alg, public, kid_of(alg, public)

    def sign(self, message: bytes) -> bytes:
        """Raises OSError, SubprocessError, ValueError; no shell is involved."""
        done = subprocess.run(  # noqa: S603 - the operator's own program, from the settings
            self._command, input=message, capture_output=True, timeout=SIGNS_WITHIN, check=True
        )
        return unb64(done.stdout.decode("ascii").strip())


def public_path(folder: Path, purpose: str) -> Path:
    """Where the public key of a program's signer is expected."""
    return folder / f"{purpose}.public"


def program_of(setting: str, alg: str = "", public: bytes = b"") -> ProgramSigner:
    """The signer of a setting `exec:…`. Raises ValueError when it names no program."""
    command = shlex.split(setting.removeprefix(EXEC))
    if not command:
        raise ValueError("exec: names no program")
    return ProgramSigner(command, alg, public)


def factory_of(setting: str) -> Callable[[str], Any]:
    """The factory a setting `package.module:factory` names. Raises ValueError."""
    name, colon, factory = setting.partition(":")
    if not colon or not name or not factory:
        raise ValueError("expected `file`, `exec:/path args` or `package.module:factory`")
    try:
        found: Callable[[str], Any] = getattr(importlib.import_module(name), factory)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"no such factory: {setting}") from error
    return found


def _program(setting: str, purpose: str, folder: Path) -> Signer:
    program_of(setting)
    check_folder(folder)  # whoever can change the public key can change who we are
    path = public_path(folder, purpose)
    try:
        alg, public = read_public(path.read_bytes())
    except OSError as error:
        raise ValueError(f"its public key is expected in {path.name}: {error.strerror}") from error
    return program_of(setting, alg, public)


def _made(setting: str, purpose: str) -> Signer:
    made: Signer = factory_of(setting)(purpose)
    return made
