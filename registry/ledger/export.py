"""The log written out as anybody may have it: C2SP tiles, checkpoint, verifier key, envelopes, timestamps."""

from pathlib import Path

from sqlalchemy import select

from registry.database import db
from registry.errors import Conflict
from registry.ledger import log_texts, tiles
from registry.ledger.chain import TILE_WIDTH, tiles_of
from registry.ledger.checkpoints import checkpoint, note_head, publish_checkpoint
from registry.ledger.models import Envelope, LedgerEntry
from registry.ledger.notes import tile_path


def export(folder: Path, *, signed: bool = False) -> int:
    """Publish the head and write the whole log up to it; `signed`: up to the newest head there is.

    Answers its size. Disclosures are not part of it. Raises Conflict export_not_empty, ledger_not_started.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Conflict("export_not_empty", folder=str(folder))
    note = checkpoint() if signed else publish_checkpoint()
    if note is None:
        raise Conflict("ledger_not_started")
    size = note_head(note).size
    for level, index, width in tiles_of(size):
        _write(folder / tile_path(level, index, width), tiles.tile(level, index, width))
    for first in range(0, size, TILE_WIDTH):
        width = min(TILE_WIDTH, size - first)
        index = first // TILE_WIDTH
        _write(folder / tile_path("entries", index, width), tiles.bundle(index, width))
        _write_envelopes(folder / "envelopes", first, width)
    for name in log_texts.names(size):
        _write(folder / name, log_texts.log_text(name, size))
    return size


def _write_envelopes(folder: Path, first: int, width: int) -> None:
    query = (
        select(Envelope.digest, Envelope.bytes)
        .join(LedgerEntry, LedgerEntry.envelope_digest == Envelope.digest)
        .where(LedgerEntry.seq >= first, LedgerEntry.seq < first + width)
    )
    for digest, data in db.session.execute(query):
        _write(folder / digest, data)


def _write(path: Path, data: bytes | None) -> None:
    if data is None:
        raise RuntimeError(f"the log does not hold what its checkpoint covers: {path.name}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
