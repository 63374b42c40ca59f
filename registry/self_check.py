"""Is this registry fit to serve? One function a question; `registry check` and the administrators' page say
the answers.

A check never mends anything and never raises: what cannot be looked at is `fail`, with the reason. `warn` is
for what serves well enough today and should be seen to.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from flask import current_app
from sqlalchemy import func, select, text

from registry import clock, schema
from registry.config import Settings
from registry.contracts import sealing
from registry.contracts.reissue import OF_PAPERS
from registry.database import db
from registry.documents import foundry
from registry.errors import Stopped
from registry.jobs import Job
from registry.ledger import service as ledger
from registry.ledger.checkpoints import note_head
from registry.ledger.keyfiles import check_folder
from registry.ledger.models import LedgerHead
from registry.ledger.seal_keys import SEALS
from registry.ledger.seal_keys import State as SealState
from registry.ledger.setup import ledger_setup
from registry.ledger.signing import KeysUnsafe
from registry.parties import separation
from registry.parties.letters import DEAD, WAITING
from registry.parties.models import Mail

ROOM = 1024**3
"""Bytes that must be free: below it a warning, below a tenth of it a failure."""
QUEUE = timedelta(minutes=10)
"""A job that waits longer than this says that no worker runs, or that it does not keep up."""
SKEW = timedelta(seconds=2)
PUBLISHED_WITHIN = timedelta(minutes=5)


class State(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One answer. `code` has its sentence in the catalogue of messages (`check_<code>`), `facts` fill it."""

    name: str
    state: State
    code: str
    facts: dict[str, Any] = field(default_factory=dict)


Check = Callable[[Settings], Iterator[Checked]]
CHECKS: dict[str, Check] = {}


def check(name: str) -> Callable[[Check], Check]:
    """Register a check under a name; higher parts add theirs."""

    def register(function: Check) -> Check:
        CHECKS[name] = function
        return function

    return register


def run() -> list[Checked]:
    """All answers, in the order of registration. Needs an application context; writes nothing."""
    settings = cast(Settings, current_app.extensions["settings"])
    return [answer for name, one in CHECKS.items() for answer in _asked(name, one, settings)]


def worst(answers: list[Checked]) -> State:
    """The state of the whole: that of its worst part."""
    order = list(State)
    return max((one.state for one in answers), key=order.index, default=State.OK)


def _asked(name: str, one: Check, settings: Settings) -> list[Checked]:
    try:
        return list(one(settings))
    except Exception as error:
        db.session.rollback()
        said = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"[:200]
        return [Checked(name=name, state=State.FAIL, code="unreadable", facts={"said": said})]


def _ok(name: str, **facts: Any) -> Checked:
    return Checked(name=name, state=State.OK, code=name, facts=facts)


def _warn(name: str, code: str, **facts: Any) -> Checked:
    return Checked(name=name, state=State.WARN, code=code, facts=facts)


def _fail(name: str, code: str, **facts: Any) -> Checked:
    return Checked(name=name, state=State.FAIL, code=code, facts=facts)


@check("database")
def _database(settings: Settings) -> Iterator[Checked]:
    """It answers, and its schema is that of this program."""
    standing, absent = schema.standing(), schema.differences(settings)
    revision = standing.revision
    if standing.behind or standing.ahead:
        code = "schema_behind" if standing.behind else "schema_ahead"
        yield _fail("database", code, revision=revision or "—", wanted=standing.wanted)
    elif absent:
        yield _fail("database", "tables_absent", names=", ".join(absent[:5]))
    else:
        yield _ok("database", kind=db.engine.dialect.name, revision=revision)


@check("guards")
def _guards(_: Settings) -> Iterator[Checked]:
    """The database refuses changes of what was filed."""
    try:
        schema.check_guards()
    except Stopped as refused:
        yield _fail("guards", "guards_missing", **refused.params)
    else:
        yield _ok("guards")


@check("keys")
def _keys(settings: Settings) -> Iterator[Checked]:
    """The folder is closed to others; every signer signs."""
    try:
        if "file" in (settings.signer_countersign, settings.signer_checkpoint):
            check_folder(settings.keys)
        keys = ledger_setup().reload()
        for signer in (keys.countersigner, keys.checkpoint_signer):
            signer.sign(b"mingxu self-check")  # of no use to anybody: no filing or head reads like this
    except (KeysUnsafe, Stopped) as error:
        yield _fail("keys", "keys_unusable", said=str(error))
    else:
        yield _ok("keys")


@check("ledger")
def _ledger(_: Settings) -> Iterator[Checked]:
    """It holds every head that was published, and its head is on its way out within a minute."""
    try:
        ledger.check_kept()
    except Stopped as refused:
        yield _fail("ledger", "ledger_differs", reason=refused.code)
        return
    head = db.session.execute(select(LedgerHead.size, LedgerHead.time)).one()
    note = ledger.checkpoint()
    behind = head.size - (note_head(note).size if note else 0)
    since = clock.now() - datetime.fromisoformat(head.time)
    if behind and since > PUBLISHED_WITHIN:
        yield _warn("ledger", "head_unpublished", count=behind, minutes=int(since.total_seconds() // 60))
    else:
        yield _ok("ledger", size=head.size, time=head.time)


@check("audit")
def _audit(_: Settings) -> Iterator[Checked]:
    last = next(iter(ledger.audits(1)), None)
    if last is not None and last.verdict == "invalid":
        yield _fail("audit", "audit_invalid", seq=last.seq, reason=last.code)
    elif ledger.audit_is_late(clock.now()):
        yield _warn("audit", "audit_late")
    else:
        assert last is not None
        yield _ok("audit", ended=last.ended_at.isoformat(timespec="seconds"), size=last.size)


@check("clock")
def _clock(_: Settings) -> Iterator[Checked]:
    """This machine and the database's agree within two seconds; neither stands behind the log."""
    now, theirs = clock.now(), _database_now()
    last = db.session.scalar(select(LedgerHead.time))
    apart = abs(now - theirs) if theirs is not None else timedelta()
    if last is not None and now < datetime.fromisoformat(last) - SKEW:
        yield _fail("clock", "clock_behind_log", last=last)
    elif apart > SKEW:
        yield _warn("clock", "clocks_apart", seconds=round(apart.total_seconds(), 1))
    else:
        yield _ok("clock", now=now.isoformat(timespec="seconds"))


@check("queue")
def _queue(_: Settings) -> Iterator[Checked]:
    """Somebody works the jobs off; none has died."""
    dead = db.session.scalar(select(func.count()).select_from(Job).where(Job.state == "dead")) or 0
    oldest = db.session.scalar(select(func.min(Job.run_after)).where(Job.state == "waiting"))
    waited = clock.now() - oldest if oldest is not None else timedelta()
    if dead:
        yield _warn("queue", "jobs_dead", count=dead)
    if waited > QUEUE:
        yield _warn("queue", "jobs_wait", minutes=int(waited.total_seconds() // 60))
    if not dead and waited <= QUEUE:
        yield _ok("queue")


@check("administrators")
def _administrators(_settings: Settings) -> Iterator[Checked]:
    if several := separation.combined():
        yield _warn("administrators", "administrators_combined", count=several)
    else:
        yield _ok("administrators")


@check("mail")
def _mail(settings: Settings) -> Iterator[Checked]:
    if not settings.smtp_url:
        yield _warn("mail", "mail_to_folder")
        return
    query = select(Mail.state, func.count()).where(Mail.state.in_((*WAITING, *DEAD))).group_by(Mail.state)
    found: dict[str, int] = {row[0]: row[1] for row in db.session.execute(query)}
    waiting, failed = (found.get(state, 0) for state in WAITING)
    if dead := sum(found.get(state, 0) for state in DEAD):
        yield _warn("mail", "mail_dead", count=dead)
    if failed:
        yield _warn("mail", "mail_failing", count=failed)
    if not dead and not failed:
        yield _ok("mail", waiting=waiting)


@check("disk")
def _disk(settings: Settings) -> Iterator[Checked]:
    """Room for files, and for a SQLite database beside them."""
    free = shutil.disk_usage(settings.instance).free
    megabytes = free // 1024**2
    if free < ROOM // 10:
        yield _fail("disk", "disk_full", megabytes=megabytes)
    elif free < ROOM:
        yield _warn("disk", "disk_low", megabytes=megabytes)
    elif not os.access(settings.files if settings.files.exists() else settings.instance, os.W_OK):
        yield _fail("disk", "disk_read_only")
    else:
        yield _ok("disk", megabytes=megabytes)


@check("fonts")
def _fonts(settings: Settings) -> Iterator[Checked]:
    if foundry.is_built(settings.fonts):
        yield _ok("fonts")
    else:
        yield _fail("fonts", "fonts_missing")


@check("seal")
def _seal(settings: Settings) -> Iterator[Checked]:
    """The seal on certificates signs, is named for signatures, and lasts a while."""
    found = sealing.state()
    facts = {
        "by": found.by,
        "until": found.until.date().isoformat() if found.until else "",
        "said": found.detail,
    }
    if found.state == SealState.READY:
        yield _ok("seal", **facts)
    elif found.state in (*SEALS, SealState.MISSING):
        yield _warn("seal", f"seal_{found.state}", **facts)
    else:
        yield _fail("seal", f"seal_{found.state}", **facts)
    left = sealing.unsealed() if found.state in SEALS else 0
    if left:
        yield _warn("seal", "certificates_unsealed", count=left)


@check("printing")
def _printing(_: Settings) -> Iterator[Checked]:
    """No paper was given up by the worker."""
    query = select(func.count()).select_from(Job).where(Job.state == "dead", Job.name.in_(OF_PAPERS))
    count = db.session.scalar(query) or 0
    if count:
        yield _warn("printing", "papers_given_up", count=count)
    else:
        yield _ok("printing")


@check("address")
def _address(settings: Settings) -> Iterator[Checked]:
    """Outside the demonstration the public address must be https: cookies and QR codes rest on it."""
    if settings.demo:
        yield _warn("address", "demonstration")
    elif not settings.base_url.startswith("https://"):
        yield _warn("address", "address_open", address=settings.base_url)
    else:
        yield _ok("address", address=settings.base_url)


@check("witnesses")
def _witnesses(settings: Settings) -> Iterator[Checked]:
    """Somebody outside vouches that the heads we publish are one log."""
    yield _ok("witnesses") if settings.witness_policy is not None else _warn("witnesses", "no_witness")


@check("timestamps")
def _timestamps(settings: Settings) -> Iterator[Checked]:
    """Somebody outside vouches for when they were."""
    yield _ok("timestamps") if settings.tsa_url else _warn("timestamps", "no_timestamps")


def _database_now() -> datetime | None:
    """PostgreSQL's clock; SQLite has none of its own."""
    if db.engine.dialect.name == "sqlite":
        return None
    return cast(datetime, db.session.scalar(text("SELECT clock_timestamp()")))
