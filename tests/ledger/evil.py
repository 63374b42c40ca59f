"""An operator with every key and the database: logs written from scratch, in memory, no check in the way.

Each log is self-consistent when it is made; a test then does its evil, and links and signs again whatever an
operator could. What the operator cannot have are the parties' keys, and what others kept.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from registry.clock import rfc3339
from registry.ledger.canonical import FILING_TYPE, b64, jcs, pae, sha256_hex
from registry.ledger.chain import (
    NOTHING,
    TILE_WIDTH,
    Entry,
    Frontier,
    complete_root,
    inclusion_proof,
    leaf_hash,
    nodes_from_tiles,
    tiles_of,
)
from registry.ledger.filings import Filing, build, envelope_bytes, parse_envelope
from registry.ledger.notes import Head, Proof, Vkey, entry_bundle, sign_note, tile_path
from registry.ledger.signing import CHECKPOINT, COUNTERSIGN, Ed25519Signer
from tests.ledger.making import ORIGIN, effective, enrolment, notice, signed

BEGAN = datetime(2026, 11, 22, 1, 2, tzinfo=UTC)


@dataclass(slots=True)
class Line:
    """One filing as it stands in the log."""

    entry: bytes
    envelope: bytes
    salts: tuple[tuple[str, str, Any], ...] = ()

    @property
    def said(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.entry)
        return said

    @property
    def payload(self) -> dict[str, Any]:
        payload: dict[str, Any] = json.loads(parse_envelope(self.envelope)[0])
        return payload


@dataclass(slots=True)
class Operator:
    """Who holds the registry's keys, and the log being written with them."""

    origin: str = ORIGIN
    countersigner: Ed25519Signer = field(default_factory=Ed25519Signer.generate)
    checkpoint_signer: Ed25519Signer = field(default_factory=Ed25519Signer.generate)
    lines: list[Line] = field(default_factory=list)

    @property
    def vkey(self) -> Vkey:
        return Vkey(self.origin, self.checkpoint_signer.public)

    def again(self) -> "Operator":
        """The same operator with a copy of the log, to be spoiled."""
        return replace(self, lines=[replace(line) for line in self.lines])

    # --- writing -------------------------------------------------------------------------------------

    def start(self) -> "Operator":
        described = [
            {"kid": signer.kid, "alg": signer.alg, "public": b64(signer.public), "purpose": purpose}
            for purpose, signer in ((COUNTERSIGN, self.countersigner), (CHECKPOINT, self.checkpoint_signer))
        ]
        fields = {"origin": self.origin, "name": "evil", "keys": described}
        return self.add(Filing(type="log.started", subject=self.origin, fields=fields))

    def add(self, *filings: Filing) -> "Operator":
        """Enter filings without asking whether anybody may, or whose signatures hold."""
        for filing in filings:
            made = build(filing)
            self.enter(made.payload, salts=tuple(tuple(opened) for opened in made.disclosures))  # type: ignore[misc]
        return self

    def enter(
        self,
        payload: bytes,
        *,
        salts: tuple[tuple[str, str, Any], ...] = (),
        by: Ed25519Signer | None = None,
        **changed: Any,
    ) -> None:
        """Enter any payload; `changed` overwrites what its entry says."""
        seq = len(self.lines)
        envelope = self.envelope(payload, by=by)
        value = json.loads(payload)
        subject = str(next(iter(_subjects(value))))
        self.lines.append(Line(b"", envelope, salts))
        said = {
            "seq": seq,
            "time": rfc3339(BEGAN + timedelta(seconds=seq)),
            "type": value["type"],
            "subject": subject,
        }
        self._write(seq, **{**said, **changed})

    def envelope(self, payload: bytes, *, by: Ed25519Signer | None = None) -> bytes:
        signer = by or self.countersigner
        return envelope_bytes(payload, kid=signer.kid, signature=signer.sign(pae(FILING_TYPE, payload)))

    def rewrite(self, seq: int, change: Callable[[dict[str, Any]], object], **entry: Any) -> "Operator":
        """Change a payload where it stands, countersign it anew, and link all that follows again."""
        payload = self.lines[seq].payload
        change(payload)
        self.lines[seq].envelope = self.envelope(jcs(payload))
        return self.relink(seq, **entry)

    def relink(self, first: int = 0, **changed: Any) -> "Operator":
        """Number and chain the entries from `first` on; `changed` overwrites what the first of them says."""
        for seq in range(first, len(self.lines)):
            said = self.lines[seq].said
            kept = {name: said[name] for name in ("time", "type", "subject")}
            self._write(seq, **{"seq": seq, **kept, **(changed if seq == first else {})})
        return self

    def _write(self, seq: int, /, **said: Any) -> None:
        line = self.lines[seq]
        prev = leaf_hash(self.lines[seq - 1].entry) if seq else NOTHING
        line.entry = Entry(**{"prev": prev, "envelope": sha256_hex(line.envelope), **said}).encode()

    # --- what others get to see ----------------------------------------------------------------------

    @property
    def leaves(self) -> list[bytes]:
        return [leaf_hash(line.entry) for line in self.lines]

    def head(self, size: int | None = None) -> Head:
        count = len(self.lines) if size is None else size
        return Head(self.origin, count, Frontier().extend(self.leaves[:count]).root)

    def checkpoint(self, size: int | None = None, *, by: Ed25519Signer | None = None) -> str:
        return sign_note(self.head(size).text, self.origin, by or self.checkpoint_signer)

    def tiles(self) -> Mapping[tuple[int, int], bytes]:
        found, row, level = {}, self.leaves, 0
        for at, index, width in tiles_of(len(self.lines)):
            if at != level:
                level, full = at, len(row) // TILE_WIDTH * TILE_WIDTH
                row = [complete_root(b"".join(row[n : n + TILE_WIDTH])) for n in range(0, full, TILE_WIDTH)]
            found[at, index] = b"".join(row[index * TILE_WIDTH : index * TILE_WIDTH + width])
        return found

    def folder(self, folder: Path, *, checkpoint: str | None = None) -> Path:
        """The log as `registry log export` writes it."""
        size, tiles = len(self.lines), self.tiles()
        for level, index, width in tiles_of(size):
            _put(folder / tile_path(level, index, width), tiles[level, index])
        for first in range(0, size, TILE_WIDTH):
            part = [line.entry for line in self.lines[first : first + TILE_WIDTH]]
            _put(folder / tile_path("entries", first // TILE_WIDTH, len(part)), entry_bundle(part))
        for line in self.lines:
            _put(folder / "envelopes" / line.said["env"], line.envelope)
        _put(folder / "vkey", f"{self.vkey}\n".encode())
        _put(folder / "checkpoint", (checkpoint or self.checkpoint()).encode())
        return folder

    def line(self, seq: int, note: str) -> dict[str, Any]:
        """A filing with its proof, as receipts and bundles hold it."""
        tiles = self.tiles()
        path = inclusion_proof(seq, len(self.lines), nodes_from_tiles(lambda *at: tiles[at]))
        entry, envelope = self.lines[seq].entry.decode(), self.lines[seq].envelope.decode()
        proof = Proof(seq, tuple(path), note).text
        return {"seq": seq, "entry": entry, "envelope": envelope, "proof": proof}

    def receipt(self, seq: int, *, note: str | None = None, **changed: Any) -> bytes:
        """The receipt of a filing with every enrolment it needs, disclosing all."""
        shown = note or self.checkpoint()
        keys = [self.line(at, shown) for at in self._enrolments(seq)]
        value = {"format": "open-license-receipt/1", "origin": self.origin, **self.line(seq, shown)}
        opened = [{"path": path, "salt": salt, "value": said} for path, salt, said in self.lines[seq].salts]
        value |= {"keys": keys} | ({"disclosures": opened} if opened else {}) | changed
        return jcs(value)

    def bundle(self, subject: str, *, note: str | None = None, **changed: Any) -> bytes:
        """The bundle of a subject: its filings, and every key filing about a key that signed in it."""
        shown = note or self.checkpoint()
        own = [at for at, line in enumerate(self.lines) if line.said["subject"] == subject]
        kids = {said["kid"] for at in own for said in self.lines[at].payload["statements"]}
        keys = [
            at
            for at, line in enumerate(self.lines)
            if line.said["type"].startswith("key.")
            and kids & {line.payload["fields"].get(name) for name in ("kid", "replaces")}
        ]
        places = sorted({0, *own, *keys})
        opened = [
            {"seq": at, "path": path, "salt": salt, "value": said}
            for at in own
            for path, salt, said in sorted(self.lines[at].salts)
        ]
        value = {
            "format": "open-license-bundle/1",
            "origin": self.origin,
            "subject": subject,
            "signers": [str(self.vkey)],
            "filings": [self.line(at, shown) for at in places],
            "disclosures": opened,
            "timestamps": [],
        }
        return jcs(value | changed)

    def _enrolments(self, seq: int) -> list[int]:
        found, waiting = {0} - {seq}, [seq]
        payloads = [(at, line.payload) for at, line in enumerate(self.lines) if at <= seq]
        enrolled = ("key.enrolled", "key.rotated")
        places = {said["fields"]["kid"]: at for at, said in payloads if said["type"] in enrolled}
        while waiting:
            payload = self.lines[waiting.pop()].payload
            for statement in payload["statements"]:
                at = places.get(statement["kid"])
                if at is not None and at < seq and at not in found:
                    found.add(at)
                    waiting.append(at)
        return sorted(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody with a key the operator does not have."""

    signer: Ed25519Signer = field(default_factory=Ed25519Signer.generate)

    def signs(self, filing: Filing) -> Filing:
        return signed(filing, self.signer)

    def enrols(self, holder: str = "organisation-1") -> Filing:
        return enrolment(self.signer, holder)


def honest(party: Party, *, count: int = 6) -> Operator:
    """A small log as it should be: the start, a party's key, its notice (seq 2), and what followed."""
    log = Operator().start().add(party.enrols(), party.signs(notice("C-1")))
    return log.add(*(effective(f"C-{n}") for n in range(1, count - 2)))


def _subjects(value: dict[str, Any]) -> list[Any]:
    fields = value["fields"]
    names = ("contract", "number", "kid", "origin", "subject")
    return [fields[name] for name in names if name in fields]


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
