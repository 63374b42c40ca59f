"""A log in memory, the same bytes whenever it is made again: what the readers outside are tried on."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from registry.ledger.bundle_file import FORMAT
from registry.ledger.canonical import FILING_TYPE, b64, jcs, pae, sha256_hex, strict
from registry.ledger.chain import HASH, NOTHING, Entry, Frontier, inclusion_proof, leaf_hash, nodes_from_tiles
from registry.ledger.filings import (
    Filing,
    build,
    envelope_bytes,
    signed_statement,
    statement_fields,
)
from registry.ledger.notes import COSIGNATURE, Head, Proof, Vkey, cosign, sign_note
from registry.ledger.signing import CHECKPOINT, COUNTERSIGN, PARTY, Ed25519Signer

ORIGIN = "log.example/vectors"
WITNESSED_AT = 1_795_000_000


def signer(name: str) -> Ed25519Signer:
    """A key that everybody can make again from its name."""
    return Ed25519Signer.from_private_bytes(hashlib.sha256(name.encode()).digest())


def vkey(name: str, kind: bytes = COSIGNATURE) -> Vkey:
    return Vkey(f"{name}.example/w", signer(name).public, kind)


@dataclass(slots=True)
class MemoryLog:
    """Entries and envelopes in a row, filed without any check: a hostile operator's log can be made too."""

    origin: str = ORIGIN
    entries: list[bytes] = field(default_factory=list)
    envelopes: list[bytes] = field(default_factory=list)
    opened: dict[tuple[int, str], dict[str, Any]] = field(default_factory=dict)
    drawn: int = 0

    def started(self) -> "MemoryLog":
        keys = [
            {"kid": key.kid, "alg": key.alg, "public": b64(key.public), "purpose": purpose}
            for purpose, key in ((COUNTERSIGN, signer(COUNTERSIGN)), (CHECKPOINT, signer(CHECKPOINT)))
        ]
        fields = {"origin": self.origin, "name": "登记处", "keys": keys}
        self.file(Filing(type="log.started", subject=self.origin, fields=fields))
        return self

    def enrol(self, name: str) -> int:
        key = signer(name)
        said = {
            "alg": key.alg,
            "public": b64(key.public),
            "purpose": PARTY,
            "holder": name,
            "level": "account",
        }
        fields = {"kid": key.kid, **said}
        return self.file(Filing(type="key.enrolled", subject=key.kid, fields=fields), name, role="holder")

    def rotate(self, name: str, old: str) -> int:
        key = signer(name)
        said = {
            "alg": key.alg,
            "public": b64(key.public),
            "purpose": PARTY,
            "holder": old,
            "level": "account",
        }
        fields = {"kid": key.kid, "replaces": signer(old).kid, **said}
        return self.file(Filing(type="key.rotated", subject=key.kid, fields=fields), old, role="holder")

    def revoke(self, name: str) -> int:
        fields = {"kid": signer(name).kid, "reason": "lost"}
        return self.file(Filing(type="key.revoked", subject=fields["kid"], fields=fields))

    def file(self, filing: Filing, *names: str, role: str = "licensee", **changes: Any) -> int:
        """Enter a filing stated under these keys; `changes` spoil its entry. Answers its place."""
        stated = self._stated(filing, *names, role=role)
        return self._enter(stated, **changes)

    def file_as(self, filing: Filing, *names: str, **fields: Any) -> int:
        """Enter on other terms what was stated on these."""
        stated = self._stated(filing, *names, role="licensee")
        return self._enter(replace(stated, fields={**stated.fields, **fields}))

    def _stated(self, filing: Filing, *names: str, role: str) -> Filing:
        salts = {path: self.hex(64) for path in filing.secrets} | dict(filing.salts)
        filing = replace(filing, salts=salts)
        said = [
            signed_statement(
                statement_fields(filing, origin=self.origin, role=role, nonce=self.hex(32)),
                signer(name),
                level="account",
            )
            for name in names
        ]
        return replace(filing, statements=said)

    def _enter(self, filing: Filing, *, version: int | None = None, **changes: Any) -> int:
        built, seq, key = build(filing), len(self.entries), signer(COUNTERSIGN)
        payload = built.payload if version is None else jcs({**strict(built.payload), "version": version})
        envelope = envelope_bytes(payload, kid=key.kid, signature=key.sign(pae(FILING_TYPE, payload)))
        entry = Entry(
            seq=seq,
            prev=leaf_hash(self.entries[-1]) if seq else NOTHING,
            time=f"2026-11-22T01:02:{seq % 60:02d}.000Z",
            type=filing.type,
            subject=filing.subject,
            envelope=sha256_hex(envelope),
        )
        self.entries.append(replace(entry, **changes).encode())
        self.envelopes.append(envelope)
        for path, salt, value in built.disclosures:
            self.opened[seq, path] = {"seq": seq, "path": path, "salt": salt, "value": value}
        return seq

    def hex(self, length: int) -> str:
        self.drawn += 1
        return hashlib.sha256(f"{self.drawn}".encode()).hexdigest()[:length]

    def digest(self, seq: int) -> str:
        return sha256_hex(self.envelopes[seq])

    def head(self) -> Head:
        root = Frontier().extend(leaf_hash(entry) for entry in self.entries).root
        return Head(self.origin, len(self.entries), root)

    def note(self, *witnesses: str) -> str:
        text = self.head().text
        note = sign_note(text, self.origin, signer(CHECKPOINT))
        return note + "".join(
            cosign(text, vkey(name).name, signer(name), time=WITNESSED_AT) for name in witnesses
        )

    @property
    def log_key(self) -> Vkey:
        return Vkey(self.origin, signer(CHECKPOINT).public)

    def line(self, seq: int, note: str) -> dict[str, Any]:
        hashes = b"".join(leaf_hash(entry) for entry in self.entries)
        nodes = nodes_from_tiles(lambda level, index: hashes[index * 256 * HASH :][: 256 * HASH])
        proof = Proof(seq, tuple(inclusion_proof(seq, len(self.entries), nodes)), note)
        return {
            "seq": seq,
            "entry": self.entries[seq].decode(),
            "envelope": self.envelopes[seq].decode(),
            "proof": proof.text,
        }

    def bundle(
        self,
        subject: str,
        places: Iterable[int],
        *,
        witnesses: Sequence[str] = (),
        opened: Iterable[tuple[int, str]] = (),
    ) -> dict[str, Any]:
        """A bundle of exactly these filings and disclosures."""
        note = self.note(*witnesses)
        return {
            "format": FORMAT,
            "origin": self.origin,
            "subject": subject,
            "signers": [str(self.log_key), *(str(vkey(name)) for name in witnesses)],
            "filings": [self.line(seq, note) for seq in places],
            "disclosures": [dict(self.opened[place]) for place in opened],
            "timestamps": [],
        }

    def receipt(self, seq: int, keys: Iterable[int]) -> dict[str, Any]:
        note = self.note()
        lines = [self.line(at, note) for at in keys]
        return {
            "format": "open-license-receipt/1",
            "origin": self.origin,
            **self.line(seq, note),
            "keys": lines,
        }
