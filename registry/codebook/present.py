"""The changed tables of this process, laid out for each request and each job.

Workers see each other's changes by the number of the newest one, asked for once a second at most: a change
counts everywhere a second after it was made, and in its own process at once. `registry.codes` stays pure.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import cast

from flask import Flask, current_app, g, request
from sqlalchemy import func, select

from registry import clock, jobs
from registry.codebook.models import CodeChange
from registry.codes import overlay, tables
from registry.codes.overlay import Change
from registry.codes.tables import Table
from registry.database import db

CHECK_EVERY = 1.0  # seconds


@dataclass(slots=True)
class _Held:
    """What a process knows: up to which change, laid for which day, when it last asked."""

    version: int = 0
    day: date | None = None
    asked: float = float("-inf")
    tables: Mapping[str, Table] = field(default_factory=dict)


def init_app(app: Flask) -> None:
    """Lay the changed tables out before each request and take them away after it."""
    app.extensions["codebook"] = _Held()
    app.before_request(_open)
    app.teardown_request(_close)


def _open() -> None:
    if (request.endpoint or "").endswith("static") or request.blueprint == "health":
        return  # whether a process lives is answered without a database
    stack = ExitStack()
    stack.enter_context(laid_out())
    g.codebook = stack


def _close(_error: BaseException | None) -> None:
    stack = g.pop("codebook", None)
    if stack is not None:
        stack.close()


@jobs.around
@contextmanager
def laid_out() -> Iterator[None]:
    """The tables as they stand now, for the time of one request or one job."""
    with tables.laid_out(current()):
        yield


def current() -> Mapping[str, Table]:
    """The tables that were changed, as of today. One statement a second at most where nothing changed."""
    held = _held()
    now, today = time.monotonic(), clock.today()
    if held.day == today and 0 <= now - held.asked < CHECK_EVERY:
        return held.tables
    version = db.session.scalar(select(func.max(CodeChange.version))) or 0
    if version != held.version or held.day != today:
        held.tables = lay_all(today) if version else {}
    held.version, held.day, held.asked = version, today, now
    return held.tables


def forget() -> None:
    """Ask again at the next request: this process has just made a change."""
    _held().asked = float("-inf")


def lay_all(today: date) -> dict[str, Table]:
    """Every table that was changed, with its changes."""
    names = db.session.scalars(select(CodeChange.table_name).distinct()).all()
    return {name: lay(name, today).table for name in names if name in tables.names()}


def lay(name: str, today: date) -> overlay.Laid:
    """One table with its changes, in a fresh look at the database. Raises KeyError for an unknown name."""
    return overlay.lay(tables.shipped(name), [change_of(row) for row in changes(name)], today)


def changes(name: str) -> list[CodeChange]:
    """The changes of a table in their order."""
    query = select(CodeChange).where(CodeChange.table_name == name).order_by(CodeChange.version)
    return list(db.session.scalars(query))


def change_of(row: CodeChange) -> Change:
    """A kept change as the rules see it."""
    return Change(verb=row.verb, code=row.code, day=row.day, **row.row)


def _held() -> _Held:
    return cast(_Held, current_app.extensions["codebook"])
