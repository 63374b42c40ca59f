"""The whole log checked from the database: every entry, and each table that only repeats entries.

One pass over one snapshot, on a connection of its own: filing goes on meanwhile, and of the log only a mark
of each signed statement is kept in memory (about 110 MB for a million). What was said of its heads is checked
in audit_heads.py.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Row, bindparam, distinct, func, select

from registry.database import db, in_transaction
from registry.ledger.anchor_audit import Outside, check_anchor_rows
from registry.ledger.audit_heads import HeadsPass
from registry.ledger.canonical import commitment, strict
from registry.ledger.chain import HASH, TILE_HEIGHT, TILE_WIDTH, complete_root
from registry.ledger.keyring import Key
from registry.ledger.models import (
    Disclosure,
    Envelope,
    LedgerEntry,
    LedgerHead,
    LedgerKey,
    StatementUse,
    Tile,
)
from registry.ledger.notes import Head
from registry.ledger.report import Report
from registry.ledger.setup import LedgerSetup, ledger_setup
from registry.ledger.verdicts import failed, passed
from registry.ledger.walk import INTEGRITY, SIGNATURES, Fault, Pair, Walk

BATCH = 500
_BATCH = (
    select(LedgerEntry.__table__, Envelope.bytes)
    .outerjoin(Envelope, Envelope.digest == LedgerEntry.envelope_digest)
    .where(LedgerEntry.seq > bindparam("last"))
    .order_by(LedgerEntry.seq)
    .limit(BATCH)
)
_OPENED = select(Disclosure.__table__).where(Disclosure.seq.between(bindparam("first"), bindparam("last")))
_TILE = select(Tile.hashes, Tile.root).where(
    Tile.level == bindparam("level"), Tile.index == bindparam("index")
)


def audit() -> Report:
    """Check the log in the database from its first entry to its head; reads in batches, changes nothing.

    Raises RuntimeError inside a writing transaction.
    """
    setup = ledger_setup()
    with _snapshot() as connection:
        audited = _Audit(setup, connection)
        try:
            audited.run()
        except Fault as fault:
            return failed("database", fault, origin=setup.origin, pinned=True)
    frontier = audited.walk.frontier
    head = Head(setup.origin, frontier.size, frontier.root)
    return passed("database", audited.outside.seen(head), compared=False)


@contextmanager
def _snapshot() -> Iterator[Connection]:
    """See the log at one moment, while others go on filing."""
    if in_transaction():
        raise RuntimeError("an audit reads for a long time: never inside a writing transaction")
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        yield connection
        connection.rollback()


class _Audit:
    """One audit on its way through the log."""

    def __init__(self, setup: LedgerSetup, connection: Connection) -> None:
        self.connection = connection
        self.walk = Walk(setup.origin)
        self.heads = HeadsPass(connection, setup)
        self.filling: list[bytearray] = []  # by level, the hashes of the tile that is not full yet
        self.tiles = 0
        self.outside = Outside()

    def run(self) -> None:
        for rows in self._batches():
            first = self.walk.frontier.size
            opened = self._disclosures(first, first + len(rows) - 1)
            self.heads.expect(first + 1, first + len(rows))
            for row in rows:
                pair = self._step(row)
                _check_disclosures(pair, opened.get(row.seq, ()))
                self._grow(0, pair.leaf)
                self.heads.reach(self.walk.frontier, self.walk.keyring)
        self._check_strays()
        self._check_head()
        self._check_keys()
        self._check_statements()
        self.outside = check_anchor_rows(self.connection)

    def _batches(self) -> Iterator[Sequence[Row[Any]]]:
        last = -(2**62)  # a row with a negative number is a fault to be found, not to be passed over
        while rows := self.connection.execute(_BATCH, {"last": last}).all():
            yield rows
            last = rows[-1].seq

    def _step(self, row: Row[Any]) -> Pair:
        seq, before = self.walk.frontier.size, self.walk.leaf
        if row.seq != seq:
            raise Fault(INTEGRITY, "sequence_broken", seq)
        if row.bytes is None:
            raise Fault(INTEGRITY, "envelope_differs", seq)
        pair = self.walk.step(row.entry, row.bytes)
        told = (row.prev, row.leaf, row.envelope_digest, row.subject)
        if told != (before, pair.leaf, pair.entry.envelope, pair.entry.subject):
            raise Fault(INTEGRITY, "entry_row_differs", seq)
        return pair

    def _disclosures(self, first: int, last: int) -> dict[int, list[Row[Any]]]:
        opened: dict[int, list[Row[Any]]] = {}
        for row in self.connection.execute(_OPENED, {"first": first, "last": last}):
            opened.setdefault(row.seq, []).append(row)
        return opened

    def _grow(self, level: int, leaf: bytes) -> None:
        """Take a hash into the tile that is filling up; a full one must be the one that was stored."""
        if level == len(self.filling):
            self.filling.append(bytearray())
        row = self.filling[level]
        row += leaf
        if len(row) < TILE_WIDTH * HASH:
            return
        end = self.walk.frontier.size
        hashes, root = bytes(row), complete_root(bytes(row))
        where = {"level": level, "index": (end >> (TILE_HEIGHT * (level + 1))) - 1}
        stored = self.connection.execute(_TILE, where).one_or_none()
        if stored is None or (stored.hashes, stored.root) != (hashes, root):
            raise Fault(INTEGRITY, "tile_differs", end - (1 << (TILE_HEIGHT * (level + 1))))
        self.tiles += 1
        row.clear()
        self._grow(level + 1, root)

    def _check_statements(self) -> None:
        """Every statement of the log is marked as used, or the append could let it in again."""
        stated = self.walk.keyring.stated
        rows = self.connection.execute(select(StatementUse.once)).scalars()
        if sum(_raw(once) in stated for once in rows) != len(stated):
            raise Fault(SIGNATURES, "statement_unmarked")

    def _check_strays(self) -> None:
        """Rows no entry accounts for."""
        size = self.walk.frontier.size
        if self._count(select(func.count()).select_from(Tile)) != self.tiles:
            raise Fault(INTEGRITY, "tile_differs", size)
        if self._count(select(func.count()).where(~Disclosure.seq.between(0, size - 1))):
            raise Fault(INTEGRITY, "disclosure_differs", size)
        if self._count(select(func.count(distinct(LedgerEntry.envelope_digest)))) != size:
            raise Fault(INTEGRITY, "filing_repeated")
        if self._count(select(func.count()).select_from(Envelope)) != size:
            raise Fault(INTEGRITY, "envelope_unlisted")
        reused = select(func.min(Disclosure.seq)).group_by(Disclosure.salt).having(func.count() > 1).limit(1)
        found = self.connection.execute(reused).scalar()
        if found is not None:
            raise Fault(INTEGRITY, "salt_reused", found)
        self.heads.check_end(self.walk.frontier, self.walk.keyring)

    def _count(self, query: Any) -> int:
        return int(self.connection.execute(query).scalar_one())

    def _check_head(self) -> None:
        walk, size = self.walk, self.walk.frontier.size
        head = self.connection.execute(select(LedgerHead.__table__)).one_or_none()
        told = None if head is None else (head.seq, head.leaf, head.time, head.size, head.frontier)
        if told != (size - 1, walk.leaf, walk.time, size, walk.frontier.encode()):
            raise Fault(INTEGRITY, "head_differs", None if head is None else min(head.seq, size))

    def _check_keys(self) -> None:
        keys = self.walk.keyring.keys
        table = {row.kid: Key(**row._mapping) for row in self.connection.execute(select(LedgerKey.__table__))}
        for kid in sorted(table.keys() | keys.keys()):
            if table.get(kid) != keys.get(kid):
                raise Fault(SIGNATURES, "key_table_differs", (keys.get(kid) or table[kid]).enrolled_seq)


def _check_disclosures(pair: Pair, rows: Sequence[Row[Any]]) -> None:
    for row in rows:
        try:
            opened = commitment(row.salt, row.path, strict(row.value.encode()))
        except ValueError as error:
            raise Fault(INTEGRITY, "disclosure_differs", row.seq) from error
        if opened not in pair.filed.commitments:
            raise Fault(INTEGRITY, "disclosure_differs", row.seq)


def _raw(hexadecimal: str) -> bytes:
    try:
        return bytes.fromhex(hexadecimal)
    except ValueError:
        return b""
