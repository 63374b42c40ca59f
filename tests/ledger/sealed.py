"""Sealed certificates, whole and broken: made here, and files by those who want to be believed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha1, sha256
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate
from cryptography.x509.oid import NameOID

from registry.ledger.attach import attach
from registry.ledger.canonical import jcs
from registry.ledger.cms import PSS
from registry.ledger.der import CONTEXT_0, INTEGER, OCTETS, OID, SEQUENCE, SET, write
from registry.ledger.seal_frame import HOLE, frame
from registry.ledger.seal_keys import SealKey
from registry.ledger.sealing import seal
from tests.ledger.cases import Case, Said, printed
from tests.ledger.licensed import CONTRACT, effective, licensed

AT = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
Private = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
HELD: Mapping[str, Said] = {
    "integrity": ("valid", "certificate_whole"),
    "signatures": ("valid", "signatures_in_bundle"),
    "time": ("not_checkable", "registry_clock_only"),
}
NAMES = ("integrity", "signatures", "time", "registration", "seal")


@dataclass(frozen=True, slots=True)
class Raw:
    private: Private

    def sign(self, message: bytes) -> bytes:
        if isinstance(self.private, rsa.RSAPrivateKey):
            return self.private.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return self.private.sign(message, ec.ECDSA(hashes.SHA256()))


@cache
def private(name: str) -> Private:
    if name.startswith("rsa"):
        return rsa.generate_private_key(public_exponent=65537, key_size=1024 if "short" in name else 2048)
    return ec.generate_private_key(ec.SECP384R1() if "p384" in name else ec.SECP256R1())


def made(name: str, *, by: str = "", ca: bool = False, **changes: Any) -> Certificate:
    """A certificate for the key of that name, by the key of another or its own."""
    begins, ends = changes.get("begins", AT - timedelta(days=10)), changes.get("ends", AT + timedelta(36500))
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(by or name))
        .public_key(private(name).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if "signs" in changes:
        flags = dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment"), False)
        more = dict.fromkeys(("key_agreement", "crl_sign", "encipher_only", "decipher_only"), False)
        usage = x509.KeyUsage(
            digital_signature=changes["signs"], key_cert_sign=not changes["signs"], **flags, **more
        )
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(private(by or name), hashes.SHA256())


def pem(*certificates: Certificate) -> bytes:
    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)


def key_of(name: str, *above: Certificate, certificate: Certificate | None = None) -> SealKey:
    return SealKey(certificate or made(name), above, Raw(private(name)))


def whole() -> tuple[bytes, str]:
    """A certificate with its bundle, and the log's key."""
    paper = printed("certificate")
    held = licensed({"certificate": paper})
    return attach(paper, jcs(held.bundle())), str(held.log.log_key)


def sealed_cases() -> Iterator[Case]:
    """Every case, in no order that matters."""
    yield from _by_whom()
    yield from _in_which_time()
    yield from _changed()
    yield from _forged()


def _by_whom() -> Iterator[Case]:
    data, vkey = whole()
    own = key_of("seal")
    yield _held("self-made", seal(data, own, AT).data, "lowered", "seal_self_made")
    yield _held("given", seal(data, own, AT).data, "valid", "seal_known", seals=pem(own.certificate))
    rsa_own = key_of("rsa")
    yield _held("RSA", seal(data, rsa_own, AT).data, "valid", "seal_known", seals=pem(rsa_own.certificate))
    other = pem(made("another"))
    yield _held("another was given", seal(data, own, AT).data, "lowered", "seal_self_made", seals=other)
    root = made("root", ca=True)
    middle = made("middle", by="root", ca=True)
    chained = key_of("leaf", middle, certificate=made("leaf", by="middle"))
    file = seal(data, chained, AT).data
    yield _held("an authority nobody named", file, "lowered", "seal_unknown")
    yield _held("an authority", file, "valid", "seal_known", seals=pem(root))
    yield _held("the authority between", file, "valid", "seal_known", seals=pem(middle))
    twin = x509.load_pem_x509_certificate(pem(made("root", ca=True)))
    yield _held("the authority's other paper", file, "valid", "seal_known", seals=pem(twin))
    sneaky = key_of("below", made("leaf2", by="root"), certificate=made("below", by="leaf2"))
    file = seal(data, sneaky, AT).data
    yield _held("issued by one who may not issue", file, "lowered", "seal_unknown", seals=pem(root))
    odd = made("odd", signs=False)
    usage = seal(data, key_of("odd", certificate=odd), AT).data
    yield _held("a certificate for something else", usage, "lowered", "seal_usage", seals=pem(odd))
    right = made("right", signs=True)
    fits = seal(data, key_of("right", certificate=right), AT).data
    yield _held("a certificate for signatures", fits, "valid", "seal_known", seals=pem(right))
    yield Case(name="sealed: none", data=data, vkey=vkey, verdicts={**HELD, "seal": _missing()})


def _in_which_time() -> Iterator[Case]:
    data, _ = whole()
    short = made("short", begins=datetime(2020, 1, 1, tzinfo=UTC), ends=datetime(2021, 1, 1, tzinfo=UTC))
    key = key_of("short", certificate=short)
    then, late = datetime(2020, 6, 1, tzinfo=UTC), datetime(2021, 6, 1, tzinfo=UTC)
    file = seal(data, key, then).data
    yield _held("expired since", file, "lowered", "seal_expired", seals=pem(short))
    file = seal(data, key, late).data
    yield _held("sealed after its end", file, "lowered", "seal_out_of_time", seals=pem(short))


def _changed() -> Iterator[Case]:
    data, _ = whole()
    file = seal(data, key_of("seal"), AT).data
    cut = file.index(b"/Contents <") + len(b"/Contents <")
    yield _wrong("a byte behind it", file + b"\n", "seal_appended")
    revision = b"9 0 obj\n<< /Type /Page >>\nendobj\ntrailer\n<< /Prev 9 >>\nstartxref\n9\n%%EOF\n"
    yield _wrong("a revision behind it", file + revision, "seal_appended")
    foreign = b"99 0 obj\n<< /Filter /Adobe.PPKLite /Type /Sig /ByteRange [ 0 1 2 3 ] >>\nendobj\n"
    yield _wrong("a second signature", file + foreign, "seal_appended")
    alike = file[file.rindex(b" 0 obj\n<< /Type /Sig ") - 1 :]
    yield _wrong("a second seal, alike", file + alike, "seal_differs")
    page = data.rindex(b"endobj\nxref")
    shadow = data[:page] + b"endobj\n2 0 obj\n<< /Type /Page >>\n" + data[page:]
    yield _wrong("a page put in before it", shadow + file[len(data) :], "seal_differs")
    ranges = file.replace(b"/ByteRange [ 0 ", b"/ByteRange [ 1 ")
    yield _wrong("a range that begins later", ranges, "seal_differs")
    wide = b"%-10d" % (len(data) + 700)
    start = file.index(b"/ByteRange [ 0 ") + len(b"/ByteRange [ 0 ")
    yield _wrong("a range that ends earlier", file[:start] + wide + file[start + 10 :], "seal_differs")
    end = cut + 2 * HOLE
    yield _wrong("something in the hole", file[: end - 2] + b"01" + file[end:], "seal_differs")
    yield _wrong("capitals in the hole", file[:cut] + file[cut:end].upper() + file[end:], "seal_differs")
    smaller = file[: end - 2] + file[end:]
    yield _wrong("a smaller hole", smaller, "seal_differs")
    instant = file.replace(b"/M (D:20261122030405Z)", b"/M (D:20261122030406Z)")
    yield _wrong("another instant", instant, "seal_wrong")
    yield _wrong("no instant of any day", file.replace(b"D:20261122", b"D:20261322"), "seal_differs")
    certified = file.replace(b"/P 1 /V /1.2", b"/P 2 /V /1.2")
    yield _wrong("changes allowed", certified, "seal_differs")


def _forged() -> Iterator[Case]:
    data, _ = whole()
    paper = printed("certificate")
    held = licensed({"certificate": paper})
    longer = attach(paper, jcs(held.log.bundle(CONTRACT, [*held.places(), held.log.file(effective())])))
    own, signature = frame(data, AT), cms(frame(data, AT).covered)
    assert seal(data, key_of("seal"), AT)
    yield _held("by hand", own.filled(signature), "lowered", "seal_self_made")
    yield _wrong("another bundle under the seal", frame(longer, AT).filled(signature), "seal_wrong")
    covered = own.covered
    for name, changes in (
        ("another certificate", {"carried": [made("another")]}),
        ("a certificate nobody named", {"carried": [made("seal"), made("another")]}),
        ("nobody's certificate", {"carried": []}),
        ("SHA-1", {"oid": "06052b0e03021a", "digest": sha1(covered).digest()}),
        ("another digest", {"digest": bytes(32)}),
        ("the content inside", {"content": covered[:64]}),
        ("a signature of something else", {"signed": b"something else"}),
        ("no name in the signature", {"named": False}),
        ("a key too short", {"key": "rsa short"}),
        ("a key of another curve", {"key": "p384"}),
        (
            "an attribute anybody added",
            {"unsigned": b"\xa1\x0d\x30\x0b\x06\x03\x2a\x03\x04\x31\x04\x04\x02hi"},
        ),
        ("no signature at all", {"signature": b"\x30\x06\x02\x01\x00\x02\x01\x00"}),
        ("another version", {"version": b"\x02\x01\x03"}),
    ):
        yield _wrong(name, own.filled(cms(covered, **changes)), "seal_wrong")
    pss = frame(data, AT).filled(cms(covered, key="rsa", pss=True))
    yield _held("RSA-PSS", pss, "lowered", "seal_self_made")
    salt = PSS[:-1] + b"\x14"
    yield _wrong(
        "RSA-PSS with another salt", own.filled(cms(covered, key="rsa", pss=True, salt=salt)), "seal_wrong"
    )
    yield _wrong("no DER", own.filled(b"\x30\x80\x00\x00"), "seal_differs")


def cms(covered: bytes, *, key: str = "seal", **changes: Any) -> bytes:
    """Signed data by hand, wrong in what is asked for."""
    leaf, held = made(key), private(key)
    carried = changes.get("carried", [leaf])
    named = (leaf if leaf in carried else made(key)) if "carried" not in changes else _own(key, carried)
    digest = changes.get("digest", sha256(covered).digest())
    algorithm = write(SEQUENCE, bytes.fromhex(changes.get("oid", "0609608648016503040201")))
    der = named.public_bytes(Encoding.DER)
    said = write(SEQUENCE, write(SEQUENCE, write(SEQUENCE, write(OCTETS, sha256(der).digest()))))
    data = bytes.fromhex("06092a864886f70d010701")
    attributes = [
        _attribute("06092a864886f70d010903", data),
        _attribute("06092a864886f70d010904", write(OCTETS, digest)),
        *([_attribute("060b2a864886f70d010910022f", said)] if changes.get("named", True) else []),
    ]
    message = changes.get("signed", write(SET, *attributes))
    signature, scheme = _signature(held, message, pss=changes.get("pss", False), salt=changes.get("salt"))
    content = write(CONTEXT_0, write(OCTETS, changes["content"])) if "content" in changes else b""
    identity = write(SEQUENCE, named.issuer.public_bytes(), write(INTEGER, _number(named.serial_number)))
    signer = write(
        SEQUENCE,
        b"\x02\x01\x01",
        identity,
        algorithm,
        write(CONTEXT_0, *attributes),
        scheme,
        write(OCTETS, changes.get("signature", signature)),
        changes.get("unsigned", b""),
    )
    held_here = [one.public_bytes(Encoding.DER) for one in carried]
    signed = write(
        SEQUENCE,
        changes.get("version", b"\x02\x01\x01"),
        write(SET, algorithm),
        write(SEQUENCE, data, content),
        write(CONTEXT_0, *held_here),
        write(SET, signer),
    )
    return write(SEQUENCE, bytes.fromhex("06092a864886f70d010702"), write(CONTEXT_0, signed))


def _own(key: str, carried: list[Certificate]) -> Certificate:
    mine = [one for one in carried if one.public_key() == private(key).public_key()]
    return mine[0] if mine else made(key)


def _signature(held: Private, message: bytes, *, pss: bool, salt: bytes | None) -> tuple[bytes, bytes]:
    if isinstance(held, ec.EllipticCurvePrivateKey):
        scheme = write(SEQUENCE, write(OID, bytes.fromhex("2a8648ce3d040302")))
        return held.sign(message, ec.ECDSA(hashes.SHA256())), scheme
    if pss:
        filled = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=(salt or PSS)[-1])
        return held.sign(message, filled, hashes.SHA256()), salt or PSS
    scheme = write(SEQUENCE, bytes.fromhex("06092a864886f70d01010b0500"))
    return held.sign(message, padding.PKCS1v15(), hashes.SHA256()), scheme


def _attribute(oid: str, value: bytes) -> bytes:
    return write(SEQUENCE, bytes.fromhex(oid), write(SET, value))


def _number(value: int) -> bytes:
    return value.to_bytes(value.bit_length() // 8 + 1, "big")


def _missing() -> Said:
    return "not_checkable", "seal_missing"


def _held(name: str, data: bytes, state: str, code: str, *, seals: bytes = b"") -> Case:
    verdicts = {**HELD, "seal": (state, code)}
    return Case(name=f"sealed: {name}", data=data, vkey=whole()[1], seals=seals, verdicts=verdicts)


def _wrong(name: str, data: bytes, code: str) -> Case:
    said = {**dict.fromkeys(NAMES, ("not_checkable", "not_reached")), "seal": ("invalid", code)}
    return Case(name=f"sealed: {name}", data=data, vkey=whole()[1], verdicts=said, ok=False)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
