"""For every write step the pair "failed and not stored" and "reported failed but stored", then a whole-log
check. The steps are found by running into them, so that a new statement is covered on the day it is written.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from registry import clock, jobs
from registry.codebook import present
from registry.contracts import tasks
from registry.database import db, transaction
from registry.errors import Conflict, Refused
from registry.jobs import Job
from registry.ledger import service as ledger
from registry.ledger.checkpoints import note_head
from registry.ledger.models import Checkpoint, LedgerEntry, Tile
from registry.ledger.setup import ledger_setup
from registry.ledger.signing import Ed25519Signer
from tests.contracts import taking
from tests.contracts.test_api import drafted
from tests.contracts.test_api import signed as notice_signed
from tests.factories import make_organisation, published
from tests.ledger.injecting import COMMIT, READS, Passing, Steps, cut_before, failing
from tests.ledger.making import effective, enrolment, file, notice, revocation, signed
from tests.licenses.test_api import Machine
from tests.refilling import Refilled


def whole(size: int) -> None:
    """The log holds, it has that many filings, and its head is its last entry."""
    report = ledger.audit()
    assert report.ok, report
    assert ledger.size() == size
    last = db.session.execute(select(LedgerEntry.seq).order_by(LedgerEntry.seq.desc()).limit(1)).scalar()
    assert last == size - 1
    db.session.rollback()


def pairs() -> Iterator[tuple[int, bool]]:
    """Each step twice: not done, and done but reported failed."""
    return ((at, done) for at in count(1) for done in (False, True))


def each_step(work: Callable[[Steps], None]) -> Iterator[Steps]:
    """Run `work` again and again, its first step failing, then its second, until none is left; each twice:
    not done, and done but reported failed. The last run, which nothing disturbs, is yielded too.
    """
    for at, done in pairs():
        with failing(at, done=done) as steps, suppress(OperationalError):
            work(steps)
        yield steps
        if not steps.fired:
            return


def writes(steps: Steps) -> set[str]:
    return {step for step in steps.seen if not step.startswith(READS)}


# --- an acceptance over the machines' door -----------------------------------------------------------


def test_an_acceptance_fails_whole_at_each_of_its_statements_and_then_succeeds_once(app: Flask) -> None:
    offer = published(app)
    machine = Machine(app, make_organisation(app, "c1"))
    draft = drafted(machine, offer)
    path, body = f"/acceptances/{draft['number']}/notice", notice_signed(machine, draft)
    with _the_same_minute(app):
        _fails_whole(machine, path, body)


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_wherever_the_line_is_cut_the_answer_is_busy_and_the_last_try_is_filed_once(
    app: Flask, refilled: Refilled
) -> None:
    offer = published(app)
    machine = Machine(app, make_organisation(app, "c1"))
    draft = drafted(machine, offer)
    path, body = f"/acceptances/{draft['number']}/notice", notice_signed(machine, draft)
    size, answers = ledger.size(), []
    with _the_same_minute(app):
        for step in count(1):
            with cut_before(step, refilled) as seen:
                answers.append(machine.call("POST", path, body, key="once").status_code)
            if len(seen) < step:
                break
    assert set(answers[:-1]) == {503}, answers
    assert answers[-1] == 201
    assert len(answers) > 20
    whole(size + 3)  # the key made for the statement, the notice, its effect


@contextmanager
def _the_same_minute(app: Flask) -> Iterator[None]:
    """What is done now and then would shift the steps: a key's last use, its quota, a look at the tables."""
    settings = app.extensions["settings"]
    app.extensions["settings"] = replace(settings, rate_key=0, rate_address=0)
    tables = patch.object(present, "CHECK_EVERY", 1e9)
    with tables, time_machine.travel(clock.now(), tick=False):
        yield
    app.extensions["settings"] = settings


def _fails_whole(machine: Machine, path: str, body: Mapping[str, str]) -> None:
    size, failures = ledger.size(), 0
    answers: list[Any] = []
    for steps in each_step(lambda _: answers.append(machine.call("POST", path, body, key="once"))):
        if steps.stored:
            break
        assert answers[-1].status_code == 503, (steps.seen[-1], answers[-1].text)
        assert answers[-1].headers["Retry-After"]
        whole(size)
        failures += 1
    assert steps.seen[steps.at - 1] == COMMIT  # its answer was lost, and it is stored
    assert answers[-1].status_code == 503
    assert failures > 40
    assert {"INSERT INTO ledger_entry", "INSERT INTO envelope", "INSERT INTO idempotency"} <= writes(steps)
    assert {"UPDATE ledger_head SET", "INSERT INTO job", COMMIT} <= writes(steps)
    _is_replayed(machine, path, body, size)


def _is_replayed(machine: Machine, path: str, body: Mapping[str, str], size: int) -> None:
    """The first answer comes again, whatever fails on the way to it; nothing is filed twice."""
    answers: list[Any] = []
    for steps in each_step(lambda _: answers.append(machine.call("POST", path, body, key="once"))):
        assert answers[-1].status_code == (503 if steps.fired else 201), steps.seen
    last = answers[-1]
    assert last.headers["Idempotency-Replayed"] == "true"
    whole(size + 3)
    kinds = [kind for kind, _ in taking.filings(size)]
    assert kinds == ["license.noticed", "license.effective"]  # behind the key made for the statement
    assert last.json["noticed_seq"] == size + 1
    row = db.session.get_one(LedgerEntry, size + 1)
    assert last.json["leaf"] == row.leaf.hex()
    other = machine.call("POST", path, {**body, "signature": "AA=="}, key="once")
    assert (other.status_code, ledger.size()) == (422, size + 3)


def test_a_held_lock_is_told_and_the_same_key_succeeds_when_it_is_let_go(lite: Flask) -> None:
    offer = published(lite)
    machine = Machine(lite, make_organisation(lite, "c1"))
    draft = drafted(machine, offer)
    path, body = f"/acceptances/{draft['number']}/notice", notice_signed(machine, draft)
    size, file_name = ledger.size(), db.engine.url.database
    assert file_name is not None
    db.session.rollback()

    @event.listens_for(db.engine, "checkout")
    def _impatient(connection: Any, *_: Any) -> None:
        connection.execute("PRAGMA busy_timeout=100")

    with closing(sqlite3.connect(file_name, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = machine.call("POST", path, body, key="once")
        assert (answer.status_code, answer.json["code"]) == (503, "busy")
        assert answer.headers["Retry-After"]
        other.execute("ROLLBACK")
    assert machine.call("POST", path, body, key="once").status_code == 201
    whole(size + 3)


# --- the append, with everything an append can write ------------------------------------------------


def test_an_append_fails_whole_at_each_of_its_statements(app: Flask) -> None:
    signer = Ed25519Signer.generate()
    filings, size = [enrolment(signer), signed(notice("C-1"), signer), revocation(signer.kid)], ledger.size()
    for steps in each_step(lambda _: file(*filings)):
        if steps.stored:
            break
        assert steps.fired
        whole(size)
    assert steps.seen[-1] == COMMIT
    wanted = {"envelope", "ledger_entry", "disclosure", "ledger_key", "statement_use"}
    assert {step.split()[2] for step in writes(steps) if step.startswith("INSERT")} == wanted
    whole(size + 3)
    with pytest.raises(Refused, match="key_known"):
        file(*filings)
    whole(size + 3)


def test_an_append_that_fails_at_its_tile_leaves_neither_filing_nor_tile(lite: Flask) -> None:
    file(*(effective(f"C-{n}") for n in range(255 - ledger.size())))
    reached = []
    for steps in each_step(lambda _: file(effective("C-last"))):
        if steps.stored:
            break
        if "tile" in steps.seen[-1]:
            reached.append(steps.done)
            assert db.session.execute(select(Tile.root)).first() is None
            whole(255)
    assert reached == [False, True]
    assert db.session.execute(select(Tile.level, Tile.index)).all() == [(0, 0)]
    whole(256)


def test_a_conflict_of_locks_at_any_statement_is_tried_again_and_filed_once(app: Flask) -> None:
    for at in count(1):
        size = ledger.size()
        with failing(at, done=False, error=Passing()) as steps:
            done = file(effective(f"C-{at}"))
        assert [item.seq for item in done] == [size]
        whole(size + 1)
        if not steps.fired:
            break
    assert at > 5


# --- the checkpoint and the anchor ------------------------------------------------------------------


def test_a_checkpoint_that_failed_anywhere_is_repaired_by_the_next_call(app: Flask) -> None:
    signed_sizes, anchor = [], ledger_setup().anchor
    for at, done in pairs():
        size = file(effective(f"C-{at}-{done}"))[0].seq + 1
        with failing(at, done=done) as steps, suppress(OperationalError):
            ledger.publish_checkpoint()
        ledger.check_start()  # whatever was left behind, the service may start on it
        assert (ledger.checkpoint(size, exact=True) is not None) == (steps.stored or not steps.fired)
        note = ledger.publish_checkpoint()
        signed_sizes.append(note_head(note).size)
        assert (anchor.read_text(), signed_sizes[-1]) == (note, size)
        whole(size)
        if not steps.fired:
            break
    kept = db.session.execute(select(Checkpoint.size).order_by(Checkpoint.size)).scalars().all()
    assert kept[-len(signed_sizes) :] == signed_sizes
    assert "INSERT INTO checkpoint" in writes(steps)


@pytest.mark.parametrize(("call", "moved"), [(1, False), (2, True)])
def test_an_anchor_that_could_not_be_written_or_whose_writing_was_not_confirmed(
    lite: Flask, monkeypatch: pytest.MonkeyPatch, call: int, moved: bool
) -> None:
    old, anchor = ledger.publish_checkpoint(), ledger_setup().anchor
    size = file(effective("C-1"))[0].seq + 1
    calls, fsync = count(1), os.fsync

    def broken(handle: int) -> None:
        if next(calls) == call:  # the first flushes the file, the second its folder after the rename
            raise OSError(28, "No space left on device")
        fsync(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", broken)
        with pytest.raises(OSError, match="No space"):
            ledger.publish_checkpoint()
    note = ledger.checkpoint(size, exact=True)
    assert anchor.read_text() == (note if moved else old)
    ledger.check_start()
    assert ledger.publish_checkpoint() == note == anchor.read_text()
    whole(size)


# --- jobs ---------------------------------------------------------------------------------------------


def test_a_head_whose_signer_died_is_signed_when_the_next_worker_starts(app: Flask) -> None:
    size = file(effective("C-1"))[0].seq + 1
    transaction(lambda: jobs.enqueue("ledger.publish", {}))
    assert jobs.claim() is not None  # and here the worker dies: its lease runs on for minutes
    assert not jobs.run_one()
    transaction(tasks.catch_up)
    jobs.run_all()
    assert ledger_setup().anchor.read_text() == ledger.checkpoint(size, exact=True)
    db.session.rollback()
    whole(size)


def _file_once(payload: Mapping[str, Any]) -> None:
    with suppress(Conflict):  # filing_repeated: an earlier run got this far
        file(effective(payload["number"], payload["instant"]))


def test_a_job_whose_claim_or_end_failed_is_done_in_the_end_and_files_once(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "HANDLERS", {"file": _file_once})
    with time_machine.travel(clock.now(), tick=False) as travel:
        for at, done in pairs():
            size, payload = ledger.size(), {"number": f"C-{at}-{done}", "instant": clock.rfc3339(clock.now())}
            job_id = transaction(lambda what=payload: jobs.enqueue("file", what))  # type: ignore[misc]
            with failing(at, done=done) as steps, suppress(OperationalError):
                jobs.run_one()
            for _ in range(3):
                travel.shift(jobs.LEASE + timedelta(seconds=1))
                jobs.run_all()
            job = db.session.get_one(Job, job_id)
            assert (job.state, job.error) == ("done", ""), steps.seen
            assert job.attempts <= 2
            db.session.rollback()
            whole(size + 1)
            if not steps.fired:
                break
    assert steps.seen.count(COMMIT) == 3  # claimed, filed, finished
