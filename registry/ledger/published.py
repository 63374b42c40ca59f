"""What anybody may read of the log: all up to the newest signed head, and nothing behind it.

An entry behind that head is committed but not signed yet; seconds later it is. Files are C2SP tlog-tiles:
whole tiles for ever the same, partial ones for each size of which a head was signed.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, current_app
from sqlalchemy import select

from registry.database import db
from registry.errors import NotFound
from registry.ledger import tiles
from registry.ledger.canonical import is_hex
from registry.ledger.chain import TILE_HEIGHT, TILE_WIDTH, Entry, parse_entry
from registry.ledger.checkpoints import checkpoint_covering
from registry.ledger.filings import parse_envelope, parse_filing
from registry.ledger.models import Checkpoint, Envelope, LedgerEntry
from registry.ledger.notes import parse_tile_path

BATCH = 200
_NEWEST = select(Checkpoint.size, Checkpoint.note, Checkpoint.created_at).order_by(Checkpoint.size.desc())


@dataclass(frozen=True, slots=True)
class SignedHead:
    """The newest signed head: its size, the note as the registry alone signed it, when it was signed."""

    size: int
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Published:
    """An entry of the signed log in its exact bytes; the envelope where it was asked for."""

    entry: Entry
    data: bytes
    leaf: bytes
    envelope: bytes | None


def newest() -> SignedHead | None:
    """The newest signed head; None before the first."""
    row = db.session.execute(_NEWEST.limit(1)).one_or_none()
    return None if row is None else SignedHead(row.size, row.note, row.created_at)


def published_size() -> int:
    """How many entries the newest signed head covers."""
    head = newest()
    return 0 if head is None else head.size


def tile_file(path: str) -> tuple[bytes, bool]:
    """The bytes at `tile/…` and whether the tile is whole, so that it never changes.

    Raises NotFound, also for a partial tile with which no signed head's tree ended.
    """
    try:
        level, index, width = parse_tile_path(path)
    except ValueError as error:
        raise NotFound("not_found") from error
    whole, height = width == TILE_WIDTH, 0 if level == "entries" else TILE_HEIGHT * int(level)
    if not _stands(index * TILE_WIDTH + width << height, whole=whole, height=height):
        raise NotFound("not_found")
    data = tiles.bundle(index, width) if level == "entries" else tiles.tile(int(level), index, width)
    if data is None:
        raise RuntimeError(f"the log does not hold what its signed head covers: {path}")
    return data, whole


def _stands(size: int, *, whole: bool, height: int) -> bool:
    """Whether the signed log has a tile that ends at this size; a partial one only at a signed size."""
    if size > published_size():
        return False
    signed = select(Checkpoint.size).where(Checkpoint.size >= size, Checkpoint.size < size + (1 << height))
    return whole or db.session.execute(signed.limit(1)).first() is not None


def envelope(digest: str) -> bytes:
    """A published filing's envelope. Raises NotFound."""
    found = _enveloped(digest)
    if found is None or found[0] >= published_size():
        raise NotFound("not_found")
    return found[1]


def place_of(digest: str) -> tuple[int, str]:
    """Where a digest stands in the signed log, and as what: `leaf` or `envelope`. Raises NotFound."""
    if not is_hex(digest, 64):
        raise NotFound("not_found")
    leaf = select(LedgerEntry.seq).where(LedgerEntry.leaf == bytes.fromhex(digest))
    seq, kind = db.session.execute(leaf).scalar(), "leaf"
    if seq is None and (found := _enveloped(digest)) is not None:
        seq, kind = found[0], "envelope"
    if seq is None or seq >= published_size():
        raise NotFound("not_found")
    return seq, kind


def _enveloped(digest: str) -> tuple[int, bytes] | None:
    """Place and bytes of an envelope; its subject leads to its entry, so that digests need no index."""
    data = db.session.execute(select(Envelope.bytes).where(Envelope.digest == digest)).scalar()
    if data is None:
        return None
    subject = parse_filing(parse_envelope(data)[0]).subject
    query = select(LedgerEntry.seq).where(
        LedgerEntry.subject == subject, LedgerEntry.envelope_digest == digest
    )
    return db.session.execute(query).scalar_one(), data


def entry(seq: int) -> Published:
    """An entry with its envelope. A head is signed first if none covers it, so outside a transaction.

    Raises NotFound.
    """
    checkpoint_covering(seq)
    return entries(seq, seq + 1, envelopes=True)[0]


def count_until(instant: datetime) -> int:
    """How many entries of the signed log stand up to an instant: times never fall, so halving finds it."""
    places = range(published_size())
    return bisect_right(places, instant, key=lambda seq: entries(seq, seq + 1)[0].entry.instant)


def entries(first: int, end: int, *, envelopes: bool = False) -> Sequence[Published]:
    """The entries first..end-1 at once; callers stay below the newest signed head."""
    columns = (LedgerEntry.entry, LedgerEntry.leaf, *((Envelope.bytes,) if envelopes else ()))
    query = select(*columns).where(LedgerEntry.seq >= first, LedgerEntry.seq < end).order_by(LedgerEntry.seq)
    if envelopes:
        query = query.join(Envelope, Envelope.digest == LedgerEntry.envelope_digest)
    rows = db.session.execute(query)
    return [Published(parse_entry(row[0]), row[0], row[1], row[2] if envelopes else None) for row in rows]


def stream(first: int, end: int, *, envelopes: bool = False) -> Iterator[Published]:
    """The entries first..end-1 in batches, so that memory does not grow with their number.

    Nothing is held between two batches, no transaction and no context of the request: a reader may take its
    time or go away, and what is filed meanwhile stands behind `end`.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def batches() -> Iterator[Published]:
        at = first
        while at < end:
            with app.app_context():
                found = entries(at, min(end, at + BATCH), envelopes=envelopes)
            if not found:
                raise RuntimeError(f"the log does not hold what its signed head covers: entry {at}")
            yield from found
            at += len(found)

    return batches()
