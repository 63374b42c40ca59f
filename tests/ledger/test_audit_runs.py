"""The nightly audit: kept for good, loud when it fails, out of everybody's way."""

from datetime import UTC, datetime, timedelta
from threading import Thread
from unittest.mock import patch

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from registry import clock, jobs
from registry.database import db, transaction
from registry.jobs import Job
from registry.ledger import audit_runs
from registry.ledger import service as ledger
from registry.ledger.models import LedgerHead
from registry.ledger.walk import Walk
from tests.ledger.making import effective, file


def queued(name: str) -> list[Job]:
    return list(db.session.scalars(select(Job).where(Job.name == name, Job.state == "waiting")))


def test_an_audit_that_passed_is_kept_with_the_head_it_found(app: Flask) -> None:
    file(effective("C-1"))
    run = audit_runs.run()
    head = db.session.get_one(LedgerHead, 1)
    assert (run.verdict, run.code, run.size, run.seq) == ("valid", "whole_log", head.size, None)
    assert run.root == ledger.audit().root
    assert run.started_at <= run.ended_at
    assert queued(audit_runs.ALERT) == []
    assert not audit_runs.is_late(clock.now())


def test_a_run_is_never_changed_nor_removed(app: Flask) -> None:
    audit_runs.run()
    for statement in ("UPDATE audit_run SET code = 'x'", "DELETE FROM audit_run"):
        with pytest.raises(DBAPIError, match=r"guard|permission denied"):
            transaction(lambda said=statement: db.session.execute(text(said)))
    assert len(audit_runs.runs()) == 1


def test_an_audit_that_failed_names_the_place_and_has_people_told(lite: Flask) -> None:
    file(effective("C-1"))
    db.session.execute(text("DROP TRIGGER guard_envelope_no_update"))
    db.session.execute(text("UPDATE envelope SET bytes = x'00' WHERE rowid = 2"))
    db.session.commit()
    run = audit_runs.run()
    assert (run.verdict, run.code, run.seq, run.root) == ("invalid", "envelope_differs", 1, "")
    assert [job.payload for job in queued(audit_runs.ALERT)] == [{"run": str(run.id)}]
    assert audit_runs.is_late(clock.now())


def test_an_audit_that_broke_down_is_no_silence(lite: Flask) -> None:
    with patch.object(audit_runs, "audit", side_effect=OSError("the disk")):
        run = audit_runs.run()
    assert (run.verdict, run.code) == ("error", "OSError")
    assert len(queued(audit_runs.ALERT)) == 1


def test_a_log_that_is_shorter_than_an_earlier_audit_found_it_is_refused(lite: Flask) -> None:
    file(effective("C-1"))
    run = audit_runs.run()
    row = {"size": run.size + 1, "root": "ab" * 32, "verdict": "valid", "code": "whole_log", "seq": None}
    with patch.object(audit_runs, "_found", return_value=row):
        audit_runs.run()
    assert ledger.audit()["integrity"].code == "audit_differs"


def test_filing_goes_on_during_an_audit(app: Flask) -> None:
    file(effective("C-1"))
    size, real, seen = ledger.size(), Walk.step, []
    db.session.rollback()

    def step(walk: Walk, entry: bytes, envelope: bytes) -> object:
        if walk.frontier.size == 0:
            writer = Thread(target=_file_elsewhere, args=(app, seen))
            writer.start()
            writer.join(20)
            assert seen == [size], "the audit held up a filing"
        return real(walk, entry, envelope)

    with patch.object(Walk, "step", step):
        run = audit_runs.run()
    assert (run.verdict, run.size) == ("valid", size)  # it saw the log at one moment
    assert ledger.size() == size + 1


def _file_elsewhere(app: Flask, seen: list[int]) -> None:
    with app.app_context():
        seen.append(file(effective("C-meanwhile"))[0].seq)
        db.session.remove()


def test_each_audit_asks_for_the_next_night_and_only_once(lite: Flask) -> None:
    assert transaction(audit_runs.start_audits)
    assert not transaction(audit_runs.start_audits)
    assert jobs.run_one(slow=True)
    (job,) = queued(audit_runs.AUDIT)
    local = job.run_after.astimezone(clock.SHANGHAI)
    assert (local.hour, local.minute) == (3, 0)
    assert timedelta() < job.run_after - clock.now() <= timedelta(days=1)
    assert [run.verdict for run in audit_runs.runs()] == ["valid"]


@pytest.mark.parametrize(
    ("now", "night"),
    [
        (datetime(2026, 11, 22, 18, 59, tzinfo=UTC), datetime(2026, 11, 22, 19, 0, tzinfo=UTC)),
        (datetime(2026, 11, 22, 19, 0, tzinfo=UTC), datetime(2026, 11, 23, 19, 0, tzinfo=UTC)),
    ],
)
def test_the_night_is_shanghais(lite: Flask, now: datetime, night: datetime) -> None:
    assert audit_runs._next_night(now) == night


def test_a_worker_that_was_away_for_a_day_audits_at_once(lite: Flask) -> None:
    audit_runs.run()
    with clock.pretend(clock.now() + timedelta(hours=27)):
        assert audit_runs.is_late(clock.now())
        transaction(audit_runs.start_audits)
        (job,) = queued(audit_runs.AUDIT)
        assert job.run_after <= clock.now()


def test_the_slow_lane_and_the_quick_one_take_each_their_own(lite: Flask) -> None:
    transaction(audit_runs.start_audits)
    transaction(lambda: jobs.enqueue("ledger.publish", {}) and None)
    assert jobs.run_one(slow=False)
    assert not jobs.run_one(slow=False)  # the audit is not for this lane
    assert len(queued(audit_runs.AUDIT)) == 1
    assert jobs.run_one(slow=True)
    assert not jobs.run_one(slow=True)
