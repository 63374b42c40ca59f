"""The log written out as anybody may have it: C2SP tiles, checkpoint, verifier key, envelopes, timestamps."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select

from registry.database import db
from registry.errors import Conflict
from registry.ledger import tiles
from registry.ledger.chain import TILE_WIDTH, tiles_of
from registry.ledger.checkpoints import (
    checkpoint,
    note_head,
    own_keys,
    publish_checkpoint,
    vkeys_of,
)
from registry.ledger.cosignatures import cosignatures_of
from registry.ledger.keyring import Key, handovers
from registry.ledger.models import Envelope, LedgerEntry
from registry.ledger.notes import first_alone, tile_path
from registry.ledger.timestamps import stamped_sizes, timestamps_of


def export(folder: Path) -> int:
    """Publish the head and write the whole log up to it.

    Answers its size. Disclosures are not part of it. Raises Conflict export_not_empty.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Conflict("export_not_empty", folder=str(folder))
    note = publish_checkpoint()
    size = note_head(note).size
    for level, index, width in tiles_of(size):
        _write(folder / tile_path(level, index, width), tiles.tile(level, index, width))
    for first in range(0, size, TILE_WIDTH):
        width = min(TILE_WIDTH, size - first)
        index = first // TILE_WIDTH
        _write(folder / tile_path("entries", index, width), tiles.bundle(index, width))
        _write_envelopes(folder / "envelopes", first, width)
    own = own_keys()
    _write_handovers(folder, [at for at in handovers(own) if at <= size], own)
    _write(folder / "vkey", f"{vkeys_of(own, size)[0]}\n".encode())
    _write_timestamps(folder / "timestamps", size)
    cosigned = first_alone(note) + "".join(one.line for one in cosignatures_of(size))
    _write(folder / "checkpoint", cosigned.encode())  # last: a folder without it was not finished
    return size


def _write_handovers(folder: Path, sizes: Sequence[int], own: Sequence[Key]) -> None:
    """For whoever pinned an older key: the heads both keys signed, and all keys, oldest first."""
    for size in sizes:
        kept = checkpoint(size, exact=True)
        _write(folder / "handover" / str(size), None if kept is None else kept.encode())
    if sizes:
        chain = [vkeys_of(own, sizes[0])[-1], *(vkeys_of(own, size)[0] for size in sizes)]
        _write(folder / "vkeys", "".join(f"{key}\n" for key in chain).encode())


def _write_envelopes(folder: Path, first: int, width: int) -> None:
    query = (
        select(Envelope.digest, Envelope.bytes)
        .join(LedgerEntry, LedgerEntry.envelope_digest == Envelope.digest)
        .where(LedgerEntry.seq >= first, LedgerEntry.seq < first + width)
    )
    for digest, data in db.session.execute(query):
        _write(folder / digest, data)


def _write_timestamps(folder: Path, size: int) -> None:
    """Every head that was stamped, as it was stamped, with what the authority answered."""
    for at in stamped_sizes():
        if at <= size:
            note = checkpoint(at, exact=True)
            _write(folder / f"{at}.checkpoint", None if note is None else first_alone(note).encode())
            _write(folder / f"{at}.tsr", timestamps_of(at)[0].token)


def _write(path: Path, data: bytes | None) -> None:
    if data is None:
        raise RuntimeError(f"the log does not hold what its checkpoint covers: {path.name}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
