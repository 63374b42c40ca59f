"""A registry moved from SQLite into PostgreSQL: every row, each compared again, then the whole log audited.

The file is ours alone from the first look to the end: nobody else may have it open, so nothing is filed there
meanwhile and no service of it goes on afterwards. What is written is one transaction of the owner, under the
guards, in the order of the references. If we crash before it is committed, PostgreSQL holds empty tables and
the file is as it was: begin again. After it, too, until the file has been renamed: it is only then that the
registry has moved. Files, keys and anchor stay where they are, in the instance folder.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, StaticPool, Table, create_engine, func, insert, inspect, select

from registry import schema
from registry.catalogue import service as catalogue
from registry.catalogue.models import OfferIndex
from registry.config import Settings
from registry.database import Model, transaction
from registry.errors import Conflict
from registry.ledger import service as ledger
from registry.ledger.models import LedgerHead
from registry.ledger.report import Report

AT_ONCE = 500  # rows
PATIENCE_MS = 2000
MADE_ANEW = frozenset({str(OfferIndex.__tablename__)})
"""The index of words differs between the databases: it is made from the offers, not copied."""
OURS = ("alembic_version", "offer_words", "sqlite_")
"""What else stands in such a file: by how its name begins."""
Say = Callable[[str], None]


class NotMoved(Exception):
    """Nothing has moved, and the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What was copied: rows by table, and the head of the log they came with."""

    rows: Mapping[str, int]
    size: int
    leaf: bytes


class Source:
    """The file we alone hold."""

    def __init__(self, path: Path, connection: Connection) -> None:
        self.path, self.connection = path, connection

    def retire(self) -> Path:
        """Give the file a name under which no service looks for it: it may never be served again."""
        left = self.path.with_name(f"{self.path.name}.moved")
        if left.exists():
            raise NotMoved(f"{left} is there already: the registry has moved, put one of the two away")
        self.path.rename(left)
        return left


@contextmanager
def held(path: Path) -> Iterator[Source]:
    """The file, opened by nobody else until the end. Raises NotMoved while a service or a worker has it."""
    raw = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        raw.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
        try:  # leaving the write-ahead log takes a lock that no other connection lets go of
            raw.execute("PRAGMA journal_mode=DELETE")
            raw.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise NotMoved(f"{path} is in use ({error}): stop the service and its workers first") from error
        except sqlite3.DatabaseError as error:
            raise NotMoved(f"{path} is no database: {error}") from error
        engine = create_engine("sqlite://", creator=lambda: raw, poolclass=StaticPool)
        with engine.connect() as connection:
            yield Source(path, connection)
    finally:
        raw.close()


def copy(settings: Settings, source: Source, *, say: Say) -> Moved:
    """Bring every row into the empty database of the settings, and compare each as it was read back.

    Raises NotMoved: the target is no PostgreSQL or holds something, the file stands at another revision, is
    of another registry, damaged, or holds what PostgreSQL does not take.
    """
    _check_source(settings, source.connection)
    target = schema.owner_engine(settings)
    try:
        if target.dialect.name != "postgresql":
            raise NotMoved("REGISTRY_DATABASE_URL names no PostgreSQL: that is where a registry moves to")
        with target.connect() as connection:
            _refuse_rows(connection, "before")
        say("making the tables, guards and grants")
        schema.upgrade(settings)
        with target.begin() as connection:
            _refuse_rows(connection, "after the migrations")
            rows = {}
            for table in _tables():
                rows[table.name] = _copy_table(source.connection, connection, table)
                if rows[table.name]:
                    say(f"  {table.name}: {rows[table.name]}")
            size, leaf = connection.execute(select(LedgerHead.size, LedgerHead.leaf)).one()
        return Moved(rows=rows, size=size, leaf=bytes(leaf))
    finally:
        target.dispose()


def prove(moved: Moved) -> Report:
    """Make the index of offers, then a start's own checks and the audit of the whole log, where it is now.

    Needs the moved registry's application context. Raises Conflict as a start does.
    """
    transaction(catalogue.index_all)
    schema.check_guards()
    ledger.check_start()
    if ledger.size() != moved.size:
        raise Conflict("ledger_differs", origin=str(moved.size))
    return ledger.audit()


def _check_source(settings: Settings, connection: Connection) -> None:
    """Whole, of this program's revision, of this registry, and without a table we do not know."""
    said = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").first() if said == "ok" else None
    if said != "ok" or lost is not None:
        raise NotMoved(f"the file is damaged: {said if said != 'ok' else tuple(lost or ())}")
    there = set(inspect(connection).get_table_names())
    known = {table.name for table in Model.metadata.sorted_tables}
    strange = sorted(name for name in there - known if not name.startswith(OURS))
    if strange or known - there:
        raise NotMoved(f"unknown or missing tables: {[*strange, *sorted(known - there)][:5]}")
    revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if revision != schema.newest():
        raise NotMoved(f"the file stands at {revision}, this program at {schema.newest()}: upgrade it first")
    origin = connection.exec_driver_sql("SELECT subject FROM ledger_entry WHERE seq = 0").scalar()
    if origin != settings.origin:
        raise NotMoved(f"the file is of {origin}, not of {settings.origin}")


def _refuse_rows(connection: Connection, when: str) -> None:
    """Raises NotMoved unless there is no row in any table, ours or not."""
    for name in inspect(connection).get_table_names():
        if name == "alembic_version":
            continue
        known = Model.metadata.tables.get(name)
        if known is None or connection.execute(select(known.c[0]).limit(1)).first() is not None:
            raise NotMoved(f"the database is not empty {when}: {name}")


def _tables() -> list[Table]:
    """In the order of the references: what a row names stands there before it."""
    return [table for table in Model.metadata.sorted_tables if table.name not in MADE_ANEW]


def _copy_table(source: Connection, target: Connection, table: Table) -> int:
    """Copy and compare one table; how many rows. Raises NotMoved naming it."""
    count, read = 0, Sum()
    try:
        for some in source.execute(_ordered(table)).partitions():
            rows = [dict(row._mapping) for row in some]
            target.execute(insert(table), rows)
            count += len(rows)
            read.add(rows)
    except Exception as error:
        raise NotMoved(f"{table.name}, behind row {count}: {error}") from error
    written = Sum()
    for some in target.execute(_few(select(table))).partitions():
        written.add([dict(row._mapping) for row in some])
    if written != read or target.scalar(select(func.count()).select_from(table)) != count:
        raise NotMoved(f"{table.name}: what PostgreSQL gives back is not what was read")
    return count


def _ordered(table: Table) -> Select[*tuple[Any, ...]]:
    """By key, so that the log's entries follow each other; a row that names another of its table comes behind
    those that name none.
    """
    own = [key.parent for key in table.foreign_keys if key.column.table is table]
    keys = table.primary_key.columns
    return _few(select(table).order_by(*(column.is_not(None) for column in own), *keys))


def _few(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Some rows at a time: memory does not grow with the registry."""
    return query.execution_options(yield_per=AT_ONCE)


class Sum:
    """What rows come to, whatever their order: the databases sort texts differently."""

    def __init__(self) -> None:
        self.value = 0

    def add(self, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            digest = hashlib.sha256(repr({name: _plain(one) for name, one in row.items()}).encode())
            self.value = (self.value + int.from_bytes(digest.digest())) % 2**256

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sum) and self.value == other.value

    __hash__ = None  # type: ignore[assignment]


def _plain(value: Any) -> Any:
    """One spelling of what both databases give: 1.00 is 1, bytes are bytes, an instant is in UTC already."""
    if isinstance(value, Decimal):
        return str(value.normalize())
    if isinstance(value, memoryview):
        return bytes(value)
    if isinstance(value, dict):
        return {name: _plain(value[name]) for name in sorted(value)}
    return [_plain(one) for one in value] if isinstance(value, list) else value
