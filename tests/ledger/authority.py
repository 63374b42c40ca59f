"""A timestamp authority for tests: certificates made here, answers given by OpenSSL (`openssl ts -reply`)."""

import atexit
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import Certificate
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from registry.ledger.timestamps import REPLY
from tests.ledger.outsiders import Said, Teller, serving

Private = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
CONFIG = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/leaf.pem
signer_key = {folder}/leaf.key
certs = {folder}/others.pem
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha384, sha512
accuracy = secs:1
clock_precision_digits = 3
ordering = yes
tsa_name = yes
ess_cert_id_alg = sha256
"""


@dataclass
class Authority:
    """A root, and a certificate for timestamps under it, in a folder that OpenSSL reads."""

    folder: Path
    root: Certificate
    leaf: Certificate
    others: tuple[Certificate, ...] = field(default=())

    @property
    def roots(self) -> tuple[Certificate, ...]:
        return (self.root,)

    @property
    def pem(self) -> bytes:
        return self.root.public_bytes(Encoding.PEM)

    def reply(self, query: bytes) -> bytes:
        """The authority's answer (DER)."""
        (self.folder / "query").write_bytes(query)
        paths = [str(self.folder / name) for name in ("tsa.cnf", "query", "reply")]
        command = ["openssl", "ts", "-reply", "-config", paths[0], "-queryfile", paths[1], "-out", paths[2]]
        subprocess.run(command, check=True, capture_output=True)
        return (self.folder / "reply").read_bytes()

    def say(self, query: bytes) -> Said:
        return "200 OK", REPLY, self.reply(query)


def make(
    folder: Path,
    *,
    name: str = "Test authority",
    key: Private | None = None,
    usages: tuple[x509.ObjectIdentifier, ...] = (ExtendedKeyUsageOID.TIME_STAMPING,),
    ends: timedelta = timedelta(days=300),
) -> Authority:
    """An authority in that folder."""
    folder.mkdir(exist_ok=True)
    root_key = ec.generate_private_key(ec.SECP256R1())
    leaf_key = key or ec.generate_private_key(ec.SECP256R1())
    root = _certificate(f"{name} root", root_key, f"{name} root", root_key, usages=())
    leaf = _certificate(f"{name} 1", leaf_key, f"{name} root", root_key, usages=usages, ends=ends)
    made = Authority(folder, root, leaf, (root,))
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
    (folder / "leaf.pem").write_bytes(leaf.public_bytes(Encoding.PEM))
    (folder / "others.pem").write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in made.others))
    pem = leaf_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "leaf.key").write_bytes(pem)
    return made


@cache
def shared() -> Authority:
    """One authority for all tests that need only some authority."""
    folder = Path(mkdtemp(prefix="authority"))
    atexit.register(rmtree, folder)
    return make(folder)


@contextmanager
def authority_at(authority: Authority) -> Iterator[tuple[Teller, str]]:
    """The authority at an address of its own; what it says may be changed by the test."""
    teller = Teller(authority.say)
    with serving(teller) as url:
        yield teller, url


def _certificate(
    subject: str,
    key: Private,
    issuer: str,
    issuer_key: Private,
    *,
    usages: tuple[x509.ObjectIdentifier, ...],
    ends: timedelta = timedelta(days=3000),
) -> Certificate:
    own = subject == issuer
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=400))
        .not_valid_after(datetime.now(UTC) + ends)
        .add_extension(x509.BasicConstraints(ca=own, path_length=None), critical=True)
    )
    if usages:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=True)
    return builder.sign(issuer_key, hashes.SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
