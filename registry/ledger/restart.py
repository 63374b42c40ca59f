"""A new log after a real loss: the old one is closed with what is left of it, and never continued.

What we hold of the old log goes to tables of its own in one transaction of the owner, together with every
number by which a row names a filing. Only then the new log begins, with the old one's last known head in its
first filing. A crash before the commit leaves the old log as it was; after it, the new log is begun by the
next start (`service.start` finds the closed log and names it). Nothing is ever signed under the old name.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sqlalchemy import Connection, Engine, Table, delete, func, insert, literal, select, update

from registry import clock
from registry.database import Model, db
from registry.errors import Conflict
from registry.ledger import closed, tiles
from registry.ledger.checkpoints import checkpoint, own_keys, signers_of
from registry.ledger.export import export
from registry.ledger.models import (
    Checkpoint,
    ClosedDisclosure,
    ClosedEntry,
    ClosedKey,
    ClosedLog,
    Cosignature,
    Disclosure,
    Envelope,
    LedgerEntry,
    LedgerHead,
    LedgerKey,
    Tile,
    TimestampToken,
)
from registry.ledger.notes import Head, open_note, parse_head
from registry.ledger.setup import ledger_setup
from registry.ledger.start import SOURCES

EMPTIED = (
    TimestampToken, Cosignature, Disclosure, LedgerKey, Tile, Checkpoint, LedgerEntry, Envelope, LedgerHead,
)  # fmt: skip
"""The present log's tables, in an order that no foreign key forbids."""


def close(
    last_head: str,
    *,
    owner: Engine,
    places: Mapping[str, Sequence[str]],
    guards: tuple[Callable[[Connection], None], Callable[[Connection], None]],
    archive: Path,
) -> ClosedLog:
    """Close the present log, whose newest known head is `last_head`; answers what it is from now on.

    `places` are the columns, by table, that name filings by number; `guards` take the guards away and put
    them back. What was signed is exported to `archive` first. Raises Conflict restart_head, restart_newer,
    restart_not_lost, export_not_empty, restart_moved.
    """
    setup = ledger_setup()
    head = _read(last_head)
    for remembered in (found for source in SOURCES for found in source()):
        if _read(remembered.note).size > head.size:
            raise Conflict("restart_newer", source=remembered.source, size=head.size)
    held = db.session.execute(select(LedgerHead.seq, LedgerHead.leaf, LedgerHead.size)).one_or_none()
    size = held.size if held is not None else 0
    if head.size <= size and tiles.root_at(head.size) == head.root:
        raise Conflict("restart_not_lost", size=head.size)
    note = checkpoint()
    if note is not None:
        export(archive, signed=True)
    number = closed.count() + 1
    row = {
        "number": number,
        "origin": setup.origin,
        "successor": _successor(setup.origin, number),
        "first": -size,
        "size": size,
        "note": note or "",
        "last_head": last_head,
        "closed_at": clock.now(),
    }
    db.session.rollback()
    lift, put_back = guards
    with owner.begin() as connection:
        lift(connection)
        _check_unmoved(connection, None if held is None else (held.seq, held.leaf))
        _renumber(connection, places, by=size)
        _keep(connection, row)
        for model in EMPTIED:
            connection.execute(delete(_table(model)))
        put_back(connection)
    return db.session.get_one(ClosedLog, number)


def set_anchor_aside(anchor: Path, number: int) -> None:
    """The closed log's anchor keeps standing, beside that of the new one."""
    if anchor.exists():
        anchor.rename(anchor.with_name(f"{anchor.name}.{number}"))


def _read(note: str) -> Head:
    """Raises Conflict restart_head unless the present log signed it."""
    try:
        head = parse_head(open_note(note, signers_of(note, own_keys()))[0])
        if head.origin != ledger_setup().origin:
            raise ValueError("of another log")
    except ValueError as error:
        raise Conflict("restart_head") from error
    return head


def _successor(origin: str, number: int) -> str:
    """`log.example/2` after `log.example`, then `log.example/3`."""
    first = origin.removesuffix(f"/{number}") if number > 1 else origin
    return f"{first}/{number + 1}"


def _check_unmoved(connection: Connection, seen: tuple[int, bytes] | None) -> None:
    """Somebody filed meanwhile: what was exported is not all there is."""
    query = select(LedgerHead.seq, LedgerHead.leaf).with_for_update()
    row = connection.execute(query).one_or_none()
    if (None if row is None else (row.seq, row.leaf)) != seen:
        raise Conflict("restart_moved")


def _renumber(connection: Connection, places: Mapping[str, Sequence[str]], *, by: int) -> None:
    """The present log's numbers become those of a closed one; closed ones move further back."""
    for table, columns in places.items():
        for name in columns:
            column = Model.metadata.tables[table].c[name]
            moved = update(column.table).where(column.is_not(None)).values({name: column - by})
            connection.execute(moved)
    connection.execute(update(_table(ClosedLog)).values(first=ClosedLog.first - by))


def _keep(connection: Connection, row: Mapping[str, object]) -> None:
    number = literal(row["number"])
    connection.execute(insert(_table(ClosedLog)), row)
    entries = select(number, LedgerEntry.seq, LedgerEntry.leaf, LedgerEntry.entry, Envelope.bytes).join(
        Envelope, Envelope.digest == LedgerEntry.envelope_digest
    )
    names = ["log", "seq", "leaf", "entry", "envelope"]
    connection.execute(insert(_table(ClosedEntry)).from_select(names, entries))
    keys = select(number, LedgerKey.kid, LedgerKey.purpose, LedgerKey.enrolled_seq)
    names = ["log", "kid", "purpose", "enrolled_seq"]
    connection.execute(insert(_table(ClosedKey)).from_select(names, keys))
    opened = select(
        number,
        Disclosure.seq,
        Disclosure.path,
        LedgerEntry.subject,
        Disclosure.salt,
        Disclosure.value,
    ).join(LedgerEntry, LedgerEntry.seq == Disclosure.seq)
    names = ["log", "seq", "path", "subject", "salt", "value"]
    connection.execute(insert(_table(ClosedDisclosure)).from_select(names, opened))
    kept = connection.execute(select(func.count()).where(ClosedEntry.log == row["number"])).scalar_one()
    if kept != row["size"]:
        raise RuntimeError("not every entry was kept: nothing is closed")


def _table(model: type[Model]) -> Table:
    return Model.metadata.tables[model.__tablename__]
