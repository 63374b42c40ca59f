"""A proof out of a log of a million entries: `python -m tests.bench.proofs [entries]`, on SQLite.

The log is made up quickly (entries of one envelope, no guards, no signatures but the head's); what is
measured is the real reading: checkpoint, tiles, proof, against reading one entry by its number.
"""

import random
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import select

from registry import schema
from registry.app import create_app
from registry.database import db
from registry.ledger import service as ledger
from registry.ledger.chain import TILE_WIDTH, Frontier, complete_root, leaf_hash
from registry.ledger.keyfiles import create_keys
from registry.ledger.models import LedgerEntry
from tests.bench.measuring import Row, compare, table
from tests.conftest import settings_for

MILLION = 1_000_000
ENTRY = (
    '{"env":"%064x","prev":"%s","seq":%d,"subject":"MX-BENCH-%d","time":"2026-11-22T00:00:00.000Z",'
    '"type":"license.effective","v":1}'
)


def run(entries: int = MILLION) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="mxproofs") as folder:
        place = Path(folder)
        create_keys(place / "keys")
        settings = settings_for(place, f"sqlite:///{place / 'registry.sqlite'}")
        schema.upgrade(settings)
        app = create_app(settings)
        with app.app_context():
            schema.seed()
            db.session.remove()
            began = time.perf_counter()
            fill(place / "registry.sqlite", entries)
            print(f"{entries:,} entries made up in {time.perf_counter() - began:.0f} s", file=sys.stderr)
            ledger.publish_checkpoint()
            places = random.Random(1).choices(range(entries), k=2000)
            row = compare(
                f"inclusion proof among {entries:,} · SQLite",
                lambda number: _proof(places[number]),
                lambda number: _entry(places[number]),
                rounds=5,
                each=200,
            )
            db.session.remove()
            db.engine.dispose()
    return [row]


def _proof(seq: int) -> None:
    ledger.proof(seq)
    db.session.rollback()


def _entry(seq: int) -> None:
    db.session.execute(select(LedgerEntry.entry).where(LedgerEntry.seq == seq)).scalar_one()
    db.session.rollback()


def fill(path: Path, entries: int) -> None:
    """Lengthen the log to so many entries, tiles and head with it."""
    with sqlite3.connect(path) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        leaves = [leaf for (leaf,) in connection.execute("SELECT leaf FROM ledger_entry ORDER BY seq")]
        (digest,) = connection.execute("SELECT digest FROM envelope LIMIT 1").fetchone()
        rows = _rows(leaves, entries, digest)
        names = "seq, prev, leaf, entry, envelope_digest, subject"
        connection.executemany(f"INSERT INTO ledger_entry ({names}) VALUES (?, ?, ?, ?, ?, ?)", rows)
        connection.executemany("INSERT INTO tile VALUES (?, ?, ?, ?)", _tiles(leaves))
        frontier = Frontier().extend(leaves).encode()
        head = (entries - 1, leaves[-1], "2026-11-22T00:00:00.000Z", entries, frontier)
        connection.execute("UPDATE ledger_head SET seq = ?, leaf = ?, time = ?, size = ?, frontier = ?", head)
    connection.close()


def _rows(leaves, entries, digest):  # type: ignore[no-untyped-def]
    for seq in range(len(leaves), entries):
        prev = leaves[-1]
        entry = (ENTRY % (0, prev.hex(), seq, seq)).encode()
        leaves.append(leaf_hash(entry))
        yield seq, prev, leaves[-1], entry, digest, f"MX-BENCH-{seq}"


def _tiles(leaves):  # type: ignore[no-untyped-def]
    level, row = 0, leaves
    while len(row) >= TILE_WIDTH:
        roots = []
        for index in range(len(row) // TILE_WIDTH):
            hashes = b"".join(row[index * TILE_WIDTH : (index + 1) * TILE_WIDTH])
            roots.append(complete_root(hashes))
            yield level, index, hashes, roots[-1]
        level, row = level + 1, roots


if __name__ == "__main__":
    print(table(run(int(sys.argv[1]) if len(sys.argv) > 1 else MILLION)))
