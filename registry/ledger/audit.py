"""The whole log checked from the database: every entry, and each table that only repeats entries."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import func, select

from registry.database import db, in_transaction
from registry.ledger import tiles
from registry.ledger.anchor_audit import check_anchor_rows
from registry.ledger.canonical import commitment, strict
from registry.ledger.chain import TILE_HEIGHT, Frontier, complete_root
from registry.ledger.heads import Seen
from registry.ledger.keyring import Key, handovers, head_keys
from registry.ledger.models import Checkpoint, Disclosure, Envelope, LedgerEntry, LedgerHead, LedgerKey, Tile
from registry.ledger.notes import Head, Vkey, open_note, open_strictly, parse_head
from registry.ledger.report import Report
from registry.ledger.setup import LedgerSetup, ledger_setup
from registry.ledger.signing import CHECKPOINT
from registry.ledger.verdicts import failed, passed
from registry.ledger.walk import INTEGRITY, SIGNATURES, Fault, Pair, Walk

BATCH = 500


def audit() -> Report:
    """Check the log in the database from its first entry to its head; reads in batches, changes nothing."""
    setup = ledger_setup()
    walk = Walk(setup.origin)
    _open_snapshot()
    try:
        frontiers = _walk_entries(walk)
        _check_head(walk)
        _check_keys(walk)
        _check_tiles(walk.frontier.size)
        _check_checkpoints(setup, frontiers, walk)
        check_anchor_rows()
        if db.session.execute(select(func.count()).select_from(Envelope)).scalar() != walk.frontier.size:
            raise Fault(INTEGRITY, "envelope_unlisted")
    except Fault as fault:
        return failed("database", fault, origin=setup.origin, pinned=True)
    finally:
        db.session.rollback()
    head = Head(setup.origin, walk.frontier.size, walk.frontier.root)
    return passed("database", Seen(head=head, pinned=True), compared=False)


def _open_snapshot() -> None:
    """See the log at one moment, while others go on filing."""
    if in_transaction():
        raise RuntimeError("an audit reads for a long time: never inside a writing transaction")
    db.session.rollback()
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _walk_entries(walk: Walk) -> dict[int, Frontier]:
    """Step through all entries; the tree at each size a checkpoint was signed for."""
    wanted = set(db.session.execute(select(Checkpoint.size)).scalars())
    frontiers: dict[int, Frontier] = {}
    for rows in _batches():
        opened = _disclosures(rows[0].seq, rows[-1].seq)
        for row in rows:
            pair = _step(walk, row)
            _check_disclosures(pair, opened.get(row.seq, []))
            if walk.frontier.size in wanted:
                frontiers[walk.frontier.size] = walk.frontier
    stray = select(Disclosure.seq).where(~Disclosure.seq.between(0, walk.frontier.size - 1))
    if db.session.execute(stray).first() is not None:
        raise Fault(INTEGRITY, "disclosure_differs", walk.frontier.size)
    return frontiers


def _step(walk: Walk, row: Any) -> Pair:
    seq, before = walk.frontier.size, walk.leaf
    if row.seq != seq:
        raise Fault(INTEGRITY, "sequence_broken", seq)
    if row.bytes is None:
        raise Fault(INTEGRITY, "envelope_differs", seq)
    pair = walk.step(row.entry, row.bytes)
    told = (row.prev, row.leaf, row.envelope_digest, row.subject)
    if told != (before, pair.leaf, pair.entry.envelope, pair.entry.subject):
        raise Fault(INTEGRITY, "entry_row_differs", seq)
    return pair


def _batches() -> Iterator[Sequence[Any]]:
    last = -(2**62)  # a row with a negative number is a fault to be found, not to be passed over
    while True:
        query = (
            select(LedgerEntry.__table__, Envelope.bytes)
            .outerjoin(Envelope, Envelope.digest == LedgerEntry.envelope_digest)
            .where(LedgerEntry.seq > last)
            .order_by(LedgerEntry.seq)
            .limit(BATCH)
        )
        rows = db.session.execute(query).all()
        if not rows:
            return
        yield rows
        last = rows[-1].seq


def _disclosures(first: int, last: int) -> dict[int, list[Any]]:
    opened: dict[int, list[Any]] = {}
    for row in db.session.execute(select(Disclosure.__table__).where(Disclosure.seq.between(first, last))):
        opened.setdefault(row.seq, []).append(row)
    return opened


def _check_disclosures(pair: Pair, rows: Sequence[Any]) -> None:
    for row in rows:
        try:
            opened = commitment(row.salt, row.path, strict(row.value.encode()))
        except ValueError as error:
            raise Fault(INTEGRITY, "disclosure_differs", row.seq) from error
        if opened not in pair.filed.commitments:
            raise Fault(INTEGRITY, "disclosure_differs", row.seq)


def _check_head(walk: Walk) -> None:
    head = db.session.execute(select(LedgerHead.__table__)).one_or_none()
    size = walk.frontier.size
    told = None if head is None else (head.seq, head.leaf, head.time, head.size, head.frontier)
    if told != (size - 1, walk.leaf, walk.time, size, walk.frontier.encode()):
        raise Fault(INTEGRITY, "head_differs", None if head is None else min(head.seq, size))


def _check_keys(walk: Walk) -> None:
    rows = db.session.execute(select(LedgerKey.__table__))
    table = {row.kid: Key(**row._mapping) for row in rows}
    for kid in sorted(table.keys() | walk.keyring.keys.keys()):
        if table.get(kid) != walk.keyring.keys.get(kid):
            key = walk.keyring.keys.get(kid) or table[kid]
            raise Fault(SIGNATURES, "key_table_differs", key.enrolled_seq)


def _check_tiles(size: int) -> None:
    connection = db.session.connection()
    rows = connection.execute(select(Tile.level, Tile.index, Tile.hashes, Tile.root))
    found = {(at, index): (hashes, root) for at, index, hashes, root in rows}
    level = 0
    while size >> (TILE_HEIGHT * (level + 1)):
        for index in range(size >> (TILE_HEIGHT * (level + 1))):
            hashes = tiles.read_row(connection, level, index)
            first = index << (TILE_HEIGHT * (level + 1))
            if found.pop((level, index), None) != (hashes, complete_root(hashes)):
                raise Fault(INTEGRITY, "tile_differs", first)
        level += 1
    if found:
        raise Fault(INTEGRITY, "tile_differs", size)


def _check_checkpoints(setup: LedgerSetup, frontiers: dict[int, Frontier], walk: Walk) -> None:
    """Each head is signed by exactly the keys valid there, the last of them ours, and no handover lacks."""
    own = walk.keyring.keys.values()
    newest = head_keys(own, walk.frontier.size)
    if newest and newest[0].public != setup.vkey.public:
        raise Fault(INTEGRITY, "vkey_differs", newest[0].enrolled_seq)
    missing = set(handovers(own)) - frontiers.keys()
    if missing and min(missing) < max(frontiers, default=0):
        raise Fault(INTEGRITY, "handover_missing", min(missing) - 1)
    for row in db.session.execute(select(Checkpoint.__table__).order_by(Checkpoint.size)):
        valid = [Vkey(setup.origin, key.public) for key in head_keys(own, row.size)]
        try:
            head = parse_head(open_strictly(row.note, *valid))
        except ValueError as error:
            code = "checkpoint_key_range" if _by_another(row.note, valid, own) else "checkpoint_signature"
            raise Fault(INTEGRITY, code, row.size - 1) from error
        frontier = frontiers.get(row.size)
        if frontier is None or head != Head(setup.origin, row.size, frontier.root):
            raise Fault(INTEGRITY, "root_differs", row.size - 1)
        if row.frontier != frontier.encode():
            raise Fault(INTEGRITY, "frontier_differs", row.size - 1)


def _by_another(note: str, valid: Sequence[Vkey], own: Iterable[Key]) -> bool:
    """Whether one of the log's checkpoint keys signed where it was not, or no longer, valid."""
    others = {Vkey(key.holder, key.public) for key in own if key.purpose == CHECKPOINT} - set(valid)
    try:
        return bool(open_note(note, others))
    except ValueError:
        return False
