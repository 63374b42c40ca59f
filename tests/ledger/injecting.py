"""Faults put between us and the database by SQLAlchemy's own events, as a disk or a network would cause them.

Nothing of ours is patched. A step is one statement, or one COMMIT; a step that fails either was not done, or
was done and its answer lost.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from registry.database import db
from tests.refilling import Refilled

COMMIT = "COMMIT"
READS = ("SELECT", "BEGIN", "SAVEPOINT", "RELEASE")


class Gone(Exception):
    """What a driver says when the disk or the line is gone: final, not to be tried again by itself."""


class Passing(Exception):
    """What a driver says of a conflict of locks, in both dialects: to be tried again by itself."""

    sqlstate = "40001"

    def __init__(self) -> None:
        super().__init__("database is locked")


@dataclass
class Steps:
    """What went to the database so far, and where it fails: at step `at`, counted from 1."""

    at: int
    done: bool
    error: Exception
    seen: list[str] = field(default_factory=list)

    @property
    def fired(self) -> bool:
        return len(self.seen) >= self.at > 0

    @property
    def stored(self) -> bool:
        """Whether the transaction the fault fell into, or one before it, has been committed."""
        return COMMIT in self.seen[: self.at if self.done else self.at - 1]

    def take(self, step: str) -> bool:
        self.seen.append(step)
        return len(self.seen) == self.at

    def fail(self) -> None:
        raise OperationalError(self.seen[-1], {}, self.error)


@contextmanager
def failing(at: int, *, done: bool, error: Exception | None = None) -> Iterator[Steps]:
    """Let one step fail: not done, or `done` and reported failed. With `at=0` the steps are only counted."""
    steps, engine = Steps(at, done, error or Gone("disk I/O error")), db.engine

    def before(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if steps.take(" ".join(statement.split()[:3])) and not done:
            steps.fail()

    def after(*_: Any) -> None:
        if done and len(steps.seen) == at:
            steps.fail()

    def commit(connection: Any) -> None:
        if steps.take(COMMIT):
            if done:
                connection.connection.dbapi_connection.commit()
            steps.fail()

    listeners = (("before_cursor_execute", before), ("after_cursor_execute", after), ("commit", commit))
    for name, listener in listeners:
        event.listen(engine, name, listener)
    try:
        yield steps
    finally:
        for name, listener in listeners:
            event.remove(engine, name, listener)
        db.session.rollback()


@contextmanager
def cut_before(step: int, refilled: Refilled) -> Iterator[list[str]]:
    """Whoever takes that step, counted from 1, finds that PostgreSQL has really ended the connection. Gives
    the steps taken.
    """
    seen: list[str] = []

    def cut(connection: Any, _cursor: Any = None, statement: str = COMMIT, *_: Any) -> None:
        seen.append(statement)
        if len(seen) == step:
            backend = connection.connection.dbapi_connection.info.backend_pid
            with closing(refilled.cluster.admin(refilled.name)) as other:
                other.execute("SELECT pg_terminate_backend(%s, 2000)", (backend,))

    moments, engine = ("before_cursor_execute", "commit"), db.engine
    for one in moments:
        event.listen(engine, one, cut)
    try:
        yield seen
    finally:
        for one in moments:
            event.remove(engine, one, cut)
        db.session.rollback()
