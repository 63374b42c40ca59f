"""Tiles in the database: full ones stored when an append completes them, partial ones computed."""

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from registry.database import db
from registry.ledger.chain import (
    HASH,
    TILE_HEIGHT,
    TILE_WIDTH,
    Frontier,
    Node,
    complete_root,
    nodes_from_tiles,
    tree_root,
)
from registry.ledger.models import LedgerEntry, Tile
from registry.ledger.notes import entry_bundle


def store_full(connection: Connection, old: int, new: int) -> None:
    """Store every tile completed by growing from `old` to `new` entries, which are inserted."""
    level = 0
    while new >> (TILE_HEIGHT * (level + 1)):
        shift = TILE_HEIGHT * (level + 1)
        for index in range(old >> shift, new >> shift):
            hashes = read_row(connection, level, index)
            row = {"level": level, "index": index, "hashes": hashes, "root": complete_root(hashes)}
            connection.execute(insert(Tile), row)
        level += 1


def read_row(connection: Connection, level: int, index: int) -> bytes:
    """The hashes of a tile so far, from what it is made of: leaves, or roots of the level below."""
    first = index * TILE_WIDTH
    if level == 0:
        query = select(LedgerEntry.leaf).where(LedgerEntry.seq >= first, LedgerEntry.seq < first + TILE_WIDTH)
        return b"".join(connection.execute(query.order_by(LedgerEntry.seq)).scalars())
    roots = select(Tile.root).where(
        Tile.level == level - 1, Tile.index >= first, Tile.index < first + TILE_WIDTH
    )
    return b"".join(connection.execute(roots.order_by(Tile.index)).scalars())


def read_tile(level: int, index: int) -> bytes:
    """The hashes of a tile, all of them when it is full."""
    connection = db.session.connection()
    stored = connection.execute(select(Tile.hashes).where(Tile.level == level, Tile.index == index)).scalar()
    return stored if stored is not None else read_row(connection, level, index)


def tile(level: int, index: int, width: int = TILE_WIDTH) -> bytes | None:
    """The first `width` hashes of a tile, or None while the log is not that far."""
    hashes = read_tile(level, index)[: width * HASH]
    return hashes if len(hashes) == width * HASH else None


def bundle(index: int, width: int = TILE_WIDTH) -> bytes | None:
    """The first `width` entries of a bundle, or None while the log is not that far."""
    entries = entries_from(index * TILE_WIDTH, width)
    return entry_bundle(entries) if len(entries) == width else None


def entries_from(seq: int, count: int) -> Sequence[bytes]:
    """The entries seq, seq + 1, … as far as they exist."""
    query = select(LedgerEntry.entry).where(LedgerEntry.seq >= seq, LedgerEntry.seq < seq + count)
    return db.session.connection().execute(query.order_by(LedgerEntry.seq)).scalars().all()


def nodes() -> Node:
    """Subtree hashes of the log as it stands, each tile read once."""
    return nodes_from_tiles(read_tile)


def root_at(size: int) -> bytes:
    """The root of the first `size` entries. Raises ValueError when the log is shorter."""
    return tree_root(size, nodes())


def frontier_at(size: int) -> Frontier:
    """The compact range of the first `size` entries, which exist."""
    node, found, start = nodes(), [], 0
    for height in reversed(range(size.bit_length())):
        if size >> height & 1:
            found.append(node(height, start >> height))
            start += 1 << height
    return Frontier(size, tuple(found))
