"""The database: naming, UTC instants, and `transaction(work)`, the only place that commits.

A transaction is a function taking a callable, because a `with` block cannot be retried. On SQLite whatever
may write opens with BEGIN IMMEDIATE before its first query: read-then-write in a plain BEGIN fails at once
with BUSY_SNAPSHOT and no timeout helps. Order of locks everywhere: the subject's row, then the ledger's head.
"""

import random
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar, cast

from flask import Flask, g, has_app_context
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    Select,
    Table,
    TypeDecorator,
    Update,
    Uuid,
    bindparam,
    event,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.orm.attributes import set_committed_value

from registry import connections
from registry.errors import Unavailable

T = TypeVar("T")
M = TypeVar("M", bound="Model")
RETRIES = 6
BUSY_TIMEOUT_MS = 5000
PAUSE = (0.0002, 0.002)  # seconds between two tries for SQLite's write lock
_PATIENCE = {"connect_timeout": 2, "tcp_user_timeout": 3000, "keepalives_idle": 5, "keepalives_interval": 2}
"""A server that went away is noticed within seconds, not when the kernel gives up (a quarter of an hour)."""
_ASKING = threading.Lock()
_writing: ContextVar[bool] = ContextVar("writing", default=False)
_STORED: ContextVar[Mapping[int, dict[str, Any]]] = ContextVar("stored", default=MappingProxyType({}))


class Model(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class OneEngine(FlaskSession):
    """A session of the one database there is: the library looks for an engine anew at every statement."""

    _engine: Engine | None = None

    def get_bind(
        self,
        mapper: Any | None = None,
        clause: Any | None = None,
        bind: Engine | Connection | None = None,
        **_: Any,
    ) -> Engine | Connection:
        if bind is not None:
            return bind
        if self._engine is None:
            self._engine = self._db.engine
        return self._engine


db = SQLAlchemy(model_class=Model, session_options={"class_": OneEngine})


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC instants in, aware UTC instants out. Raises ValueError for naive ones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive instant")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def new_id() -> uuid.UUID:
    return uuid.uuid4()


def uuid_key() -> Mapped[uuid.UUID]:
    """The primary key every table of ours has."""
    return mapped_column(Uuid, primary_key=True, default=new_id)


def init_app(app: Flask, url: str) -> None:
    """Bind the database to the application; SQLite gets its pragmas and explicit BEGINs."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    if url.startswith("sqlite"):
        arguments = {"timeout": BUSY_TIMEOUT_MS / 1000, "isolation_level": None}
        options: dict[str, Any] = {"connect_args": arguments}
    else:
        options = {"pool_size": 8, "connect_args": _PATIENCE}
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", options)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)


def prepare_engine(engine: Engine) -> None:
    """Make one engine behave as this module promises; also used by tests and benches for bare engines."""
    if engine.dialect.name != "sqlite":
        connections.keep(engine)
        return

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "recursive_triggers=ON",
            "secure_delete=ON",  # what is erased does not linger in free pages
            f"busy_timeout={BUSY_TIMEOUT_MS}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        if _writing.get():
            _begin_writing(connection)
        else:
            connection.exec_driver_sql("BEGIN")


def bound(engine: Engine, *, statement: float, lock: float, resting: float) -> None:
    """Let no statement on this engine's further connections take longer than so many seconds, nor wait longer
    for a lock, nor a transaction do nothing for longer; 0: no bound. PostgreSQL alone: SQLite has its own.

    For servers of pages: a query that runs away, or a lock nobody gives back, holds up one request and not
    every thread. A statement that is cut off has changed nothing (`Unavailable`).
    """
    if engine.dialect.name != "postgresql":
        return
    limits = {
        "statement_timeout": statement, "lock_timeout": lock, "idle_in_transaction_session_timeout": resting
    }  # fmt: skip

    @event.listens_for(engine, "connect")
    def _limits(connection: Any, _record: Any) -> None:
        for name, seconds in limits.items():
            connection.execute(f"SET {name} = {int(seconds * 1000)}")
        connection.commit()  # a setting made in a transaction falls with it


def _begin_writing(connection: Any) -> None:
    """BEGIN IMMEDIATE, asked for again at short random pauses until the write lock is ours.

    SQLite's own waiting sleeps up to a tenth of a second between two tries and serves nobody in turn: under
    eight writers some waited for seconds. One thread of a process asks at a time. Raises OperationalError
    "database is locked" after BUSY_TIMEOUT_MS.
    """
    raw = connection.connection.dbapi_connection
    patience = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    queued = _ASKING.acquire(timeout=BUSY_TIMEOUT_MS / 1000)
    raw.execute("PRAGMA busy_timeout=0")
    try:
        while time.monotonic() < patience:
            try:
                raw.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if "database is locked" not in str(error):
                    raise
            time.sleep(random.uniform(*PAUSE))  # noqa: S311 - jitter, not a secret
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # the last try, whose refusal is SQLAlchemy's own
    finally:
        raw.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        if queued:
            _ASKING.release()


def transaction(work: Callable[[], T]) -> T:
    """Run `work` and commit it: all or nothing, retried on lock conflicts a bounded number of times.

    `work` may run more than once, so it must not act outside the database. Raises what `work` raises
    after a rollback, and Unavailable when the database stays busy.
    """
    if in_transaction():
        raise RuntimeError("transactions do not nest: the door commits, services only flush")
    token = _writing.set(True)
    patience = time.monotonic() + BUSY_TIMEOUT_MS / 2000
    try:
        for attempt in range(RETRIES):
            try:
                db.session.rollback()  # end whatever reading came before, so that BEGIN IMMEDIATE comes first
                result = work()
                db.session.commit()
                return result
            except DBAPIError as error:
                db.session.rollback()
                if cut_off(error):
                    raise Unavailable("busy") from error
                if not _passing(error):
                    raise
                if attempt == RETRIES - 1 or time.monotonic() > patience:
                    raise Unavailable("busy") from error
                time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 - jitter, not a secret
            except BaseException:
                db.session.rollback()
                raise
        raise AssertionError("unreachable")
    finally:
        _writing.reset(token)


def locked(model: type[M], key: object, make: Callable[[], M]) -> M:
    """The row of a primary key, locked and read anew; `make` builds it where there is none. Of two who add it
    at one moment the later gets the earlier's.
    """
    row = db.session.get(model, key, with_for_update=True, populate_existing=True)
    if row is not None:
        return row
    made = make()
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:
        return db.session.get_one(model, key, with_for_update=True, populate_existing=True)
    return made


def value_of(statement: Select[Any], **named: Any) -> Any:
    """The one value a statement asks for, None without a row; past the unit of work, which costs half as much
    again as all the rest of such a question.
    """
    if db.session.autoflush:
        db.session.flush()
    return db.session.connection().execute(statement, named).scalar()


def store(row: Model, **values: Any) -> None:
    """Write columns of one loaded row by themselves, at once; the object keeps step. For rows that many
    others hang on, where the unit of work looks at all of these first.
    """
    for name, value in values.items():
        set_committed_value(row, name, value)
    waiting = _STORED.get().get(id(row))
    if waiting is None:
        _write(row, values)
    else:
        waiting.update(values)


@contextmanager
def stored_once(rows: Sequence[Model]) -> Iterator[None]:
    """What is stored of these rows in here is written at its end, each row by one statement. They must be
    locked: nobody may be waited for at that end, where other locks are held.
    """
    waiting: dict[int, dict[str, Any]] = {id(row): {} for row in rows}
    token = _STORED.set(waiting)
    try:
        yield
    finally:
        _STORED.reset(token)
    for row in rows:
        if values := waiting[id(row)]:
            _write(row, values)


def _write(row: Model, values: Mapping[str, Any]) -> None:
    which: uuid.UUID = row.id  # type: ignore[attr-defined]
    db.session.connection().execute(_storing(type(row), tuple(values)), {"which": which, **values})


@cache
def _storing(model: type[Model], names: tuple[str, ...]) -> Update:
    table = cast(Table, model.__table__)
    return (
        update(table).where(table.c.id == bindparam("which")).values({one: bindparam(one) for one in names})
    )


def in_transaction() -> bool:
    """Whether a writing transaction is open: slow work (key derivation, printing) must not run inside one."""
    return _writing.get()


def cut_off(error: BaseException) -> bool:
    """Whether the database stopped a statement for the time it took or waited for a lock, or ended a
    connection whose transaction did nothing (`bound`).
    """
    return getattr(getattr(error, "orig", None), "sqlstate", None) in {"57014", "55P03", "25P03"}


def _passing(error: DBAPIError) -> bool:
    """Serialization failure, deadlock, busy SQLite, a twin with the same idempotency key: try again."""
    state = getattr(error.orig, "sqlstate", None)
    text = str(error.orig)
    if isinstance(error, IntegrityError):
        return "uq_idempotency" in text or "idempotency." in text
    locked = isinstance(error, OperationalError) and "database is locked" in text
    return locked or state in {"40001", "40P01"}


def request_id() -> str:
    """The reference number of the present request or job, for history rows and error pages."""
    return str(g.get("request_id", "")) if has_app_context() else ""
