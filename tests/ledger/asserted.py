"""A device that makes passkey assertions in memory, and filings stated by one: what holds, what is none."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from registry.ledger import assertions
from registry.ledger.canonical import b64, jcs
from registry.ledger.filings import Filing, Statement, salted, statement_bytes, statement_fields
from registry.ledger.signing import PARTY, PASSKEY, kid_of
from tests.ledger.attacks import filed_raw
from tests.ledger.cases import Case
from tests.ledger.licensed import DECLARATION, declaration
from tests.ledger.memory_log import ORIGIN, MemoryLog

HOST = "register.example"
_PRIVATE = ec.derive_private_key(0x6D78, ec.SECP256R1())
PUBLIC = _PRIVATE.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
KID = kid_of(PASSKEY, PUBLIC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What the device and its browser say beside the signature."""

    party: str = HOST
    origin: str = f"https://{HOST}"
    flags: int = assertions.PRESENT | assertions.VERIFIED
    kind: str = "webauthn.get"
    cross: Any = False
    more: Mapping[str, Any] | None = None
    head: int = 37
    challenge: bytes | None = None

    def sign(self, message: bytes) -> bytes:
        said = assertions.b64url(self.challenge or assertions.challenge(message))
        client = {"type": self.kind, "challenge": said, "origin": self.origin, "crossOrigin": self.cross}
        text = json.dumps({**client, **(self.more or {})}, separators=(",", ":")).encode()
        data = (sha256(self.party.encode()).digest() + bytes([self.flags]) + bytes(4))[: self.head]
        signature = _PRIVATE.sign(data + sha256(text).digest(), ec.ECDSA(hashes.SHA256()))
        return assertions.encode(authenticator_data=data, client_data=text, signature=signature)


HOLDS = (
    ("of a page", Device()),
    ("of a page under the name", Device(origin=f"https://www.{HOST}:8443")),
    ("of a browser that says more", Device(more={"other_keys_can_be_added_here": "do not compare"})),
    ("on this machine", Device(party="localhost", origin="http://localhost:8000")),
)
FAILS = (
    ("of another's page", Device(origin="https://register.example.org")),
    ("of a name that only ends alike", Device(origin="https://notregister.example")),
    ("with nobody verified", Device(flags=assertions.PRESENT)),
    ("with nobody there", Device(flags=assertions.VERIFIED)),
    ("made as a key was enrolled", Device(kind="webauthn.create")),
    ("inside another's page", Device(cross=True)),
    ("with false in quotes", Device(cross="false")),
    ("over another text", Device(challenge=assertions.challenge(b"another text"))),
    ("cut short", Device(head=36)),
)


def asserted_cases() -> Iterator[Case]:
    """A declaration stated by a passkey, whole and broken."""
    holds = {
        "integrity": ("valid", "filings_listed"),
        "signatures": ("valid", "signatures_in_bundle"),
        "time": ("not_checkable", "registry_clock_only"),
    }
    for name, device in HOLDS:
        yield _case(f"passkey, {name}", device.sign, holds)
    for name, device in FAILS:
        yield _case(f"passkey, {name}", device.sign, _no("signatures", "signature_invalid"))
    forged = _no("integrity", "envelope_malformed")
    yield _case("passkey, as an account's key", Device().sign, forged, level="account")
    for name, spoil in SPOILED:
        spoiled = partial(_spoilt, spoil)
        yield _case(f"passkey, {name}", spoiled, _no("signatures", "signature_invalid"))


def _spoilt(spoil: Callable[[bytes], bytes], message: bytes) -> bytes:
    return spoil(Device().sign(message))


def _no(verdict: str, code: str) -> dict[str, tuple[str, str]]:
    said = dict.fromkeys(("integrity", "signatures", "time"), ("not_checkable", "not_reached"))
    return {**said, verdict: ("invalid", code)}


def _case(
    name: str,
    sign: Callable[[bytes], bytes],
    verdicts: Mapping[str, tuple[str, str]],
    *,
    level: str = "passkey",
) -> Case:
    ok = verdicts["signatures"][0] == "valid"
    log, value = bundle(sign, level=level)
    return Case(
        name=name,
        data=jcs(value),
        vkey=str(log.log_key),
        verdicts=verdicts,
        seq=None if ok else 2,
        ok=ok,
    )


def bundle(sign: Callable[[bytes], bytes], *, level: str = "passkey") -> tuple[MemoryLog, dict[str, Any]]:
    """A log with this passkey and a declaration it stated, and the bundle of the two."""
    log = MemoryLog().started()
    filed_raw(log, *_stated(_enrolment(), role="holder", sign=Device().sign))
    filing, said = _stated(_declaration(), role="declarant", sign=sign)
    said[0]["level"] = level
    seq = filed_raw(log, filing, said)
    return log, log.bundle(DECLARATION, [0, 1, seq])


def _declaration() -> Filing:
    plain = declaration()
    return replace(plain, salts=dict.fromkeys(plain.secrets, "07" * 32))


def _enrolment() -> Filing:
    fields = {
        "kid": KID,
        "alg": PASSKEY,
        "public": b64(PUBLIC),
        "purpose": PARTY,
        "holder": "holder",
        "level": "passkey",
    }
    return salted(Filing(type="key.enrolled", subject=KID, fields=fields, secrets={}))


def _stated(
    filing: Filing, *, role: str, sign: Callable[[bytes], bytes]
) -> tuple[Filing, list[dict[str, Any]]]:
    fields = statement_fields(filing, origin=ORIGIN, role=role, nonce=sha256(role.encode()).hexdigest()[:32])
    said = Statement(
        fields=fields, alg=PASSKEY, kid=KID, signature=sign(statement_bytes(fields)), level="passkey"
    )
    return filing, [said.encode()]


def _respelled(assertion: bytes) -> bytes:
    return assertion.replace(b'","', b'", "', 1)


def _padded(assertion: bytes) -> bytes:
    return assertion.replace(b'","clientDataJSON"', b'=","clientDataJSON"', 1)


def _more(assertion: bytes) -> bytes:
    return jcs({**json.loads(assertion), "userHandle": ""})


def _bare(assertion: bytes) -> bytes:
    return assertions.unb64url(json.loads(assertion)["signature"])


SPOILED: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
    ("written in another way", _respelled),
    ("padded", _padded),
    ("with a part more", _more),
    ("the bare signature alone", _bare),
    ("nothing at all", lambda assertion: b""),
)
