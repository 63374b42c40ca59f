"""The nightly audit: the worker checks the whole log, keeps what it found, and says so when it fails.

A run is one job; the next is asked for before it begins, so that a crash in the middle costs one night. It
runs in the worker's slow lane: signing heads and printing papers never wait for it.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select

from registry import clock
from registry.config import Settings
from registry.database import db, new_id, transaction
from registry.jobs import Job, enqueue, handler
from registry.ledger.audit import audit
from registry.ledger.models import AuditRun
from registry.ledger.report import Report, State
from registry.ledger.setup import ledger_setup

log = logging.getLogger(__name__)
AUDIT, ALERT = "ledger.audit", "audits.alert"
LATE = timedelta(hours=26)


@handler(AUDIT, slow=True)
def nightly(_: Mapping[str, Any]) -> None:
    """Ask for the next night's audit, then do this one."""
    transaction(lambda: start_audits(after=_next_night(clock.now()) - clock.now()))
    run()


def run() -> AuditRun:
    """Audit the log, keep the result, and have the operators told when it is not valid.

    What went wrong with the audit itself (a lost database, say) is a result too: nobody may take silence for
    an audit that passed.
    """
    started = clock.now()
    try:
        found = _found(audit())
    except Exception as error:
        log.exception("the audit could not be done")
        found = {"verdict": "error", "code": type(error).__name__[:60], "size": 0, "root": "", "seq": None}

    def work() -> AuditRun:
        row = AuditRun(
            id=new_id(), origin=ledger_setup().origin, started_at=started, ended_at=clock.now(), **found
        )
        db.session.add(row)
        if row.verdict != "valid":
            enqueue(ALERT, {"run": str(row.id)})
        return row

    return transaction(work)


def start_audits(*, after: timedelta | None = None) -> bool:
    """Queue an audit unless one waits already; the worker calls it when it starts, in a transaction.

    Without `after` it is due at once where the last one is older than a day, else in the coming night.
    """
    if db.session.scalar(select(Job.id).where(Job.name == AUDIT, Job.state == "waiting").limit(1)):
        return False
    now = clock.now()
    if after is None and not is_late(now):
        after = _next_night(now) - now
    enqueue(AUDIT, {}, after=after)
    return True


def runs(limit: int = 100) -> Sequence[AuditRun]:
    """The latest audits, the newest first."""
    return db.session.scalars(select(AuditRun).order_by(AuditRun.ended_at.desc()).limit(limit)).all()


def is_late(now: datetime) -> bool:
    """Whether no audit passed for more than a day: none was done, or the last ones failed."""
    query = select(AuditRun.ended_at).where(
        AuditRun.origin == ledger_setup().origin, AuditRun.verdict == "valid"
    )
    last = db.session.scalar(query.order_by(AuditRun.ended_at.desc()).limit(1))
    return last is None or now - last > LATE


def _next_night(now: datetime) -> datetime:
    settings: Settings = current_app.extensions["settings"]
    local = now.astimezone(clock.SHANGHAI)
    night = datetime.combine(local.date(), time(settings.audit_hour), tzinfo=clock.SHANGHAI)
    return night if night > now else night + timedelta(days=1)


def _found(report: Report) -> dict[str, Any]:
    bad = next((verdict for verdict in report.verdicts if verdict.state == State.INVALID), None)
    if bad is not None:
        return {"verdict": "invalid", "code": bad.code, "seq": bad.seq, "size": 0, "root": ""}
    return {
        "verdict": "valid",
        "code": report["integrity"].code,
        "seq": None,
        "size": report.size,
        "root": report.root,
    }
