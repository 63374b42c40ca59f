"""What is done later: a job is a row inserted in the transaction that wants it, run by a worker after the
commit.

Handlers are registered by name, so that a lower folder can ask a higher one for something without importing
it. A handler must be idempotent: after a crash between its work and its row the same job runs again. (Of
its letters `parties.mail` sees to it: `once`.) Attempts are bounded with growing pauses; a job that used
them up stays visible as `dead` until somebody acts.
"""

import contextlib
import hashlib
import json
import logging
import time
import traceback
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from contextvars import ContextVar
from datetime import datetime, timedelta
from threading import Event
from typing import Any, cast

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    Index,
    String,
    Table,
    Text,
    insert,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from registry import clock
from registry.database import Model, UtcDateTime, db, new_id, transaction, uuid_key
from registry.errors import Paused

log = logging.getLogger(__name__)
ATTEMPTS = 8
LEASE = timedelta(minutes=5)
PUT_OFF = timedelta(minutes=1)
SLOW_LEASE = timedelta(hours=6)
Handler = Callable[[Mapping[str, Any]], None]
HANDLERS: dict[str, Handler] = {}
SLOW: set[str] = set()
"""Names of jobs that take minutes or more: they have a lane of their own, so that nothing waits for them."""
SLICED: set[str] = set()
"""Slow jobs that stop after a minute and ask for the rest: a worker that died under one is missed soon."""


class Job(Model):
    """A piece of work waiting, running, done or dead."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'running', 'done', 'dead')", name="state"),
        Index(None, "state", "run_after"),
        Index(None, "subject_id"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    name: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    subject_id: Mapped[uuid.UUID | None]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    run_after: Mapped[datetime] = mapped_column(UtcDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


_ADD = insert(cast(Table, Job.__table__))
"""Built once, and run on rows: nobody needs the objects, and every act asks for several jobs."""
_GATHERED: ContextVar[list[dict[str, Any]] | None] = ContextVar("gathered", default=None)
_RUNNING: ContextVar[uuid.UUID | None] = ContextVar("running", default=None)
Surround = Callable[[], AbstractContextManager[None]]
_AROUND: list[Surround] = []


def around(surround: Surround) -> Surround:
    """Register what stands around every job while it runs, as a door's own work stands around a request."""
    _AROUND.append(surround)
    return surround


def handler(name: str, *, slow: bool = False, sliced: bool = False) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of this name. Handlers open their own transactions.

    `sliced` jobs run in the slow lane on an ordinary lease.
    """

    def register(function: Handler) -> Handler:
        if HANDLERS.get(name, function) is not function:
            raise ValueError(f"two handlers for job {name!r}")
        HANDLERS[name] = function
        if slow or sliced:
            SLOW.add(name)
        if sliced:
            SLICED.add(name)
        return function

    return register


def each(works: Iterable[Callable[[], object]]) -> None:
    """Do every one, whatever becomes of the others, then raise the first error: one thing that cannot be done
    must not keep a round's other things waiting, and must not pass unseen either.
    """
    first: Exception | None = None
    for work in works:
        try:
            work()
        except Exception as error:
            db.session.rollback()
            log.exception("one of several failed; the others go on")
            first = first or error
    if first is not None:
        raise first


def once(*parts: str) -> str | None:
    """A name for one thing the present job does, the same in every run of this job; None outside a job.

    Kept under a unique key with what was done, it keeps a job that died at its end from doing it again.
    """
    running = _RUNNING.get()
    if running is None:
        return None
    said = json.dumps([str(running), *parts], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def enqueue(
    name: str,
    payload: Mapping[str, Any],
    *,
    subject_id: uuid.UUID | None = None,
    after: timedelta | None = None,
) -> uuid.UUID:
    """Add a job to the present transaction and answer its id; it exists only if that commits. The payload
    must be JSON.
    """
    instant = clock.now()
    row = {
        "id": new_id(),
        "name": name,
        "payload": dict(payload),
        "subject_id": subject_id,
        "state": "waiting",
        "attempts": 0,
        "run_after": instant + (after or timedelta()),
        "error": "",
        "created_at": instant,
    }
    waiting = _GATHERED.get()
    if waiting is None:
        db.session.connection().execute(_ADD, row)
    else:
        waiting.append(row)
    return row["id"]  # type: ignore[return-value]


@contextlib.contextmanager
def gathered() -> Iterator[None]:
    """The jobs asked for in here are added by one statement at its end; nobody looks for them before."""
    rows: list[dict[str, Any]] = []
    token = _GATHERED.set(rows)
    try:
        yield
    finally:
        _GATHERED.reset(token)
    if rows:
        db.session.connection().execute(_ADD, rows)


def claim(*, slow: bool | None = None) -> uuid.UUID | None:
    """Take the oldest job that is due, for one lease; a lease that ran out is taken over.

    `slow` picks one of the two lanes; None takes from both.
    """
    lane = true() if slow is None else Job.name.in_(SLOW) == slow

    def work() -> uuid.UUID | None:
        instant = clock.now()
        _bury(instant)
        query = select(Job.id, Job.name).where(_due(instant), lane).order_by(Job.run_after).limit(1)
        chosen = db.session.execute(query.with_for_update(skip_locked=True)).one_or_none()
        if chosen is None:
            return None
        lease = SLOW_LEASE if chosen.name in SLOW - SLICED else LEASE
        db.session.execute(
            update(Job)
            .where(Job.id == chosen.id)
            .values(state="running", leased_until=instant + lease, attempts=Job.attempts + 1)
        )
        return cast(uuid.UUID, chosen.id)

    if db.session.scalar(select(Job.id).where(_due(clock.now()), lane).limit(1)) is None:
        db.session.rollback()  # nothing to do: an idle worker takes no write lock
        return None
    return transaction(work)


def _due(instant: datetime) -> ColumnElement[bool]:
    return or_(
        (Job.state == "waiting") & (Job.run_after <= instant),
        (Job.state == "running") & (Job.leased_until < instant),
    )


def _bury(instant: datetime) -> None:
    """A job whose worker died under it every time (out of memory, say) is as dead as one that raised."""
    spent = (Job.state == "running") & (Job.leased_until < instant) & (Job.attempts >= ATTEMPTS)
    db.session.execute(
        update(Job).where(spent).values(state="dead", leased_until=None, error="the worker died every time")
    )


def run_one(*, slow: bool | None = None) -> bool:
    """Run one due job; say whether there was one. A failing handler costs an attempt, never the worker."""
    chosen = claim(slow=slow)
    if chosen is None:
        return False
    job = db.session.get_one(Job, chosen)
    name, payload, attempts = job.name, dict(job.payload), job.attempts
    db.session.rollback()
    token = _RUNNING.set(chosen)
    try:
        with contextlib.ExitStack() as stack:
            for surround in _AROUND:
                stack.enter_context(surround())
            db.session.rollback()  # what was read around it holds no transaction open
            HANDLERS[name](payload)
    except Paused as paused:
        db.session.rollback()
        reason = paused.code
        log.warning("job %s %s waits: %s", name, chosen, reason)
        transaction(lambda: _put_off(chosen, attempts, reason))
    except Exception:
        db.session.rollback()
        log.exception("job %s %s failed, attempt %d", name, chosen, attempts)
        error = traceback.format_exc(limit=-4)
        transaction(lambda: _fail(chosen, attempts, error))
    else:
        transaction(lambda: _finish(chosen, attempts))
    finally:
        _RUNNING.reset(token)
    return True


def run_all(limit: int = 10_000) -> int:
    """Run due jobs until none is left (or `limit`); return how many. For tests, the demonstration and
    commands.
    """
    for count in range(limit):
        if not run_one():
            return count
    return limit


def work_forever(
    stop: Event, *, idle: float = 0.5, beat: Callable[[], None] | None = None, slow: bool | None = None
) -> None:
    """The worker's loop: run what is due, rest when there is nothing, stop when told. Survives a lost
    database.
    """
    while not stop.is_set():
        try:
            busy = run_one(slow=slow)
            if beat is not None:
                beat()
        except Exception:
            log.exception("worker: could not reach the job table")
            with contextlib.suppress(Exception):
                db.session.rollback()
            busy = False
            time.sleep(1)
        if not busy:
            db.session.remove()
            stop.wait(idle)


def _finish(job_id: uuid.UUID, attempts: int) -> None:
    job = db.session.get_one(Job, job_id, with_for_update=True)
    if job.attempts != attempts:
        return  # our lease ran out and another worker has it now: its word counts
    job.state, job.done_at, job.leased_until, job.error = "done", clock.now(), None, ""


def _put_off(job_id: uuid.UUID, attempts: int, reason: str) -> None:
    """Filing is paused for all: that is nothing a job did wrong, and no attempt of it."""
    job = db.session.get_one(Job, job_id, with_for_update=True)
    if job.attempts != attempts:
        return
    job.state, job.leased_until, job.error = "waiting", None, reason
    job.attempts, job.run_after = attempts - 1, clock.now() + PUT_OFF


def _fail(job_id: uuid.UUID, attempts: int, error: str) -> None:
    job = db.session.get_one(Job, job_id, with_for_update=True)
    if job.attempts != attempts:
        return
    job.error, job.leased_until = error, None
    job.state = "dead" if attempts >= ATTEMPTS else "waiting"
    job.run_after = clock.now() + timedelta(seconds=min(2**attempts, 600))
