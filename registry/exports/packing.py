"""Packing a batch: one package after another into an archive that grows on the disk, then the lists over all
of them, the hand-over sheet and the manifest.

A worker packs for a minute and asks for the rest, so that whoever dies is missed soon; what its archive's
index names is not packed again. Memory does not grow with the batch: rows are read a few at a time, and what
the manifest says of each package comes from the index.
"""

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from registry.config import Settings
from registry.database import db
from registry.documents import store
from registry.documents.archive import Member
from registry.documents.fonts import FontSet
from registry.documents.growing import GrowingZip
from registry.exports import handover, rekey, techcontract
from registry.exports.frozen import thawed
from registry.exports.models import BatchContract
from registry.exports.packages import json_bytes, members
from registry.exports.rules import PlaceState
from registry.exports.sums import Sums, line_of, summed
from registry.ledger.setup import ledger_setup

FORMAT = "mingxu-batch-1"
ZIP = "application/zip"
STEP = 20  # packages between two entries of the index
READ = 50  # rows read at once
Rows = Callable[[], Iterator[tuple[int, Mapping[str, Any]]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchFacts:
    """What the manifest and the hand-over sheet say of a batch. `made_at` is RFC 3339."""

    id: UUID
    number: str
    venue: str
    registrar: str
    made_at: str
    demonstration: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A finished archive in the store, before anybody was told."""

    digest: str
    size: int
    manifest_digest: str


def rows_of(batch_id: UUID, *, after: int = 0) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The frozen rows of a batch by position, a few in memory at a time."""
    while True:
        query = select(BatchContract.position, BatchContract.row).where(
            BatchContract.batch_id == batch_id,
            BatchContract.state == PlaceState.FROZEN,
            BatchContract.position > after,
        )
        found = db.session.execute(query.order_by(BatchContract.position).limit(READ)).all()
        yield from ((position, row) for position, row in found)
        if len(found) < READ:
            return
        after = found[-1].position


def pack(facts: BatchFacts, fonts: FontSet, *, more: Callable[[int], bool]) -> Packed | None:
    """Pack on from where the index ends. `more(packed)` hears of every step and says whether to go on.

    None when it was told to stop. Raises Busy while another worker packs the same batch.
    """
    with GrowingZip(_folder(), f".batch-{facts.id}") as archive:
        done = _adopted(archive)
        if done is not None:
            return done
        if not _packages(archive, facts, fonts, more=more):
            return None
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=_folder(), prefix=".tops-")))
            manifest_digest = _finish(archive, facts, fonts, folder=folder)
        return _adopt(archive, manifest_digest)


def tidy(batch_id: UUID) -> None:
    """Remove what packing left beside the archive, once the batch says where that is."""
    with GrowingZip(_folder(), f".batch-{batch_id}") as archive:
        _done(archive).unlink(missing_ok=True)
        archive.forget()


# --- packages ----------------------------------------------------------------------------------------


def _packages(archive: GrowingZip, facts: BatchFacts, fonts: FontSet, *, more: Callable[[int], bool]) -> bool:
    """Whether all are packed by now."""
    last, packed = 0, 0
    for notes in archive.notes():
        last, packed = notes[-1]["position"], packed + len(notes)
    waiting: list[dict[str, Any]] = []
    for position, row in rows_of(facts.id, after=last):
        waiting.append(_package(archive, position, row, fonts))
        db.session.rollback()  # what one package was made of is not needed for the next
        if len(waiting) == STEP:
            archive.step(waiting)
            packed, waiting = packed + len(waiting), []
            if not more(packed):
                return False
    if waiting:
        archive.step(waiting)
        more(packed + len(waiting))
    return True


def _package(archive: GrowingZip, position: int, row: Mapping[str, Any], fonts: FontSet) -> dict[str, Any]:
    """Add one package; what the batch's manifest and hand-over sheet say of it."""
    found, manifest = members(row, fonts)
    archive.add(found)
    return {
        "position": position,
        "contract": row["contract"],
        "total_amount": row["form"]["total_amount"] or None,
        "technology_amount": row["form"]["technology_amount"] or None,
        "missing": [one["slot"] for one in row["missing"]],
        "files": len(found),
        "pages": manifest["pages"],
        "manifest": f"packages/{row['contract']}/manifest.json",
        "manifest_sha256": hashlib.sha256(json_bytes(manifest)).hexdigest(),
    }


# --- the lists over all packages ---------------------------------------------------------------------


def _finish(archive: GrowingZip, facts: BatchFacts, fonts: FontSet, *, folder: Path) -> str:
    """Write the lists and the manifest, and close the archive; the manifest's digest."""

    def rows() -> Iterator[tuple[int, Mapping[str, Any]]]:
        return rows_of(facts.id)

    found = summed(line_of(row) for _, row in rows())
    tops = [
        _top(folder, "rekey.xlsx", lambda file: rekey.write_workbook(file, rows, found)),
        _top(folder, "rekey.csv", lambda file: rekey.write_csv(file, rows)),
        _top(folder, "contracts.ndjson", lambda file: _write_lines(file, rows())),
        _top(folder, "交接清单.pdf", lambda file: _handover(file, archive, facts, fonts, sums=found)),
    ]
    manifest = _top(
        folder, "manifest.json", lambda file: _write_manifest(file, archive, facts, sums=found, tops=tops)
    )
    archive.finish([*(one.member for one in tops), manifest.member])
    return manifest.digest


@dataclass(frozen=True, slots=True, kw_only=True)
class _Top:
    member: Member
    digest: str

    def said(self) -> dict[str, Any]:
        return {"name": self.member.name, "sha256": self.digest, "size": self.member.size}


def _top(folder: Path, name: str, write: Callable[[BinaryIO], None]) -> _Top:
    """One file beside the packages, written to the disk first: a list of ten thousand rows is long."""
    path = folder / name
    with path.open("w+b") as file:
        write(file)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    size = path.stat().st_size
    return _Top(member=Member(name=name, size=size, open=lambda: path.open("rb")), digest=digest)


def _write_lines(file: BinaryIO, rows: Iterator[tuple[int, Mapping[str, Any]]]) -> None:
    """Every contract as techcontract-export/1, one a line."""
    for _, row in rows:
        file.write(techcontract.line(techcontract.document(row, *thawed(row))))
        db.session.rollback()


def _handover(file: BinaryIO, archive: GrowingZip, facts: BatchFacts, fonts: FontSet, *, sums: Sums) -> None:
    said = {note["contract"]: note["pages"] for notes in archive.notes() for note in notes}
    lines = ((position, row, said[row["contract"]]) for position, row in rows_of(facts.id))
    head = handover.Head(
        number=facts.number,
        venue=facts.venue,
        registrar=facts.registrar,
        made_at=facts.made_at,
        watermark="演示" if facts.demonstration else "",
    )
    file.write(handover.printed(head, lines, sums, fonts).data)


def _write_manifest(
    file: BinaryIO, archive: GrowingZip, facts: BatchFacts, *, sums: Sums, tops: list[_Top]
) -> None:
    """The manifest, its list of packages written line by line from the index."""
    head = {
        "format": FORMAT,
        "batch": facts.number,
        "venue": facts.venue,
        "registrar": facts.registrar,
        "made_at": facts.made_at,
        **sums.texts(),
        "ledger": {"origin": ledger_setup().origin, "vkey": str(ledger_setup().vkey)},
        "files": [one.said() for one in tops],
    }
    begun = json.dumps(head, ensure_ascii=False, indent=2).removesuffix("\n}")
    file.write(f'{begun},\n  "packages": ['.encode())
    between = "\n    "
    for notes in archive.notes():
        for note in notes:
            file.write((between + json.dumps(note, ensure_ascii=False)).encode())
            between = ",\n    "
    file.write(b"\n  ]\n}\n")


# --- into the store ----------------------------------------------------------------------------------


def _adopt(archive: GrowingZip, manifest_digest: str) -> Packed:
    """Hand the finished file to the store. What it is called there is written down before it moves: a crash
    between here and the batch's own row costs nothing.
    """
    with archive.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    made = Packed(digest=digest, size=archive.path.stat().st_size, manifest_digest=manifest_digest)
    _done(archive).write_text(json.dumps(asdict(made)), encoding="utf-8")
    store.adopt(archive.path, digest)
    return made


def _adopted(archive: GrowingZip) -> Packed | None:
    """What an earlier run had finished before it died."""
    note = _done(archive)
    if not note.is_file():
        return None
    try:
        made = Packed(**json.loads(note.read_text(encoding="utf-8")))
    except (ValueError, TypeError):
        return None  # half written: the archive has not moved
    return made if store.holds(made.digest, made.size) else None


def _done(archive: GrowingZip) -> Path:
    return archive.path.with_suffix(".done")


def _folder() -> Path:
    settings: Settings = current_app.extensions["settings"]
    return settings.files
