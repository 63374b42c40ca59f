"""Jobs: in the transaction that wants them, tried again with growing pauses, taken over from dead workers."""

import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update

from registry import clock, jobs
from registry.database import db, transaction
from registry.jobs import Job

DONE: list[str] = []


@pytest.fixture(autouse=True)
def handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    DONE.clear()
    monkeypatch.setattr(jobs, "HANDLERS", {"note": _note, "fail": _fail})


def _note(payload: Mapping[str, Any]) -> None:
    DONE.append(payload["word"])


def _fail(payload: Mapping[str, Any]) -> None:
    raise ValueError("this went wrong")


def enqueue(name: str, **payload: str) -> None:
    transaction(lambda: jobs.enqueue(name, payload))


def only() -> Job:
    db.session.rollback()
    return db.session.query(Job).one()


def test_a_job_runs_once_after_the_commit(app: Flask) -> None:
    enqueue("note", word="a")
    assert jobs.run_all() == 1
    assert DONE == ["a"]
    assert (only().state, only().attempts) == ("done", 1)
    assert jobs.run_all() == 0


def test_jobs_asked_for_together_are_there_when_their_asker_is_done(app: Flask) -> None:
    def interrupted() -> None:
        with jobs.gathered():
            jobs.enqueue("note", {"word": "never"})
            raise KeyError("no")

    def work() -> None:
        with jobs.gathered():
            jobs.enqueue("note", {"word": "a"})
            jobs.enqueue("note", {"word": "b"}, after=timedelta(seconds=0))
            assert db.session.query(Job).count() == 0
        assert db.session.query(Job).count() == 2
        with pytest.raises(KeyError):
            interrupted()
        jobs.enqueue("note", {"word": "c"})

    transaction(work)
    jobs.run_all()
    assert sorted(DONE) == ["a", "b", "c"]


def test_a_job_of_a_transaction_that_failed_never_was(app: Flask) -> None:
    def work() -> None:
        jobs.enqueue("note", {"word": "never"})
        raise KeyError("no")

    with pytest.raises(KeyError):
        transaction(work)
    assert jobs.run_all() == 0
    assert DONE == []


def test_a_later_job_waits_its_time(lite: Flask) -> None:
    transaction(lambda: jobs.enqueue("note", {"word": "later"}, after=timedelta(minutes=5)))
    assert jobs.run_all() == 0
    with time_machine.travel(clock.now() + timedelta(minutes=6), tick=False):
        assert jobs.run_all() == 1


def test_a_failing_job_is_tried_eight_times_with_growing_pauses_and_stays_visible(app: Flask) -> None:
    enqueue("fail")
    pauses = []
    with time_machine.travel(clock.now(), tick=False) as travel:
        for _ in range(jobs.ATTEMPTS):
            assert jobs.run_one()
            assert not jobs.run_one()
            pauses.append((only().run_after - clock.now()).total_seconds())
            travel.move_to(only().run_after + timedelta(milliseconds=1))
        assert not jobs.run_one()
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256]
    dead = only()
    assert (dead.state, dead.attempts) == ("dead", 8)
    assert "this went wrong" in dead.error


def test_a_job_nobody_knows_costs_attempts_not_the_worker(lite: Flask) -> None:
    enqueue("unheard_of")
    assert jobs.run_one()
    assert only().state == "waiting"


def test_the_job_of_a_worker_that_died_is_taken_over_after_its_lease(app: Flask) -> None:
    enqueue("note", word="again")
    assert jobs.claim() is not None
    assert not jobs.run_one()
    with time_machine.travel(clock.now() + jobs.LEASE + timedelta(seconds=1), tick=False):
        assert jobs.run_one()
    assert DONE == ["again"]
    assert (only().state, only().attempts) == ("done", 2)


def test_who_lost_its_lease_does_not_speak_for_the_job(lite: Flask) -> None:
    enqueue("note", word="slow")
    chosen = jobs.claim()
    assert chosen is not None
    transaction(lambda: db.session.execute(update(Job).values(attempts=2)))  # somebody else has it now
    transaction(lambda: jobs._finish(chosen, 1))
    assert only().state == "running"
    transaction(lambda: jobs._finish(chosen, 2))
    assert only().state == "done"


def test_a_job_under_which_every_worker_dies_is_dead_at_last(lite: Flask) -> None:
    enqueue("note", word="bomb")
    with time_machine.travel(clock.now(), tick=False) as travel:
        for _ in range(jobs.ATTEMPTS):
            assert jobs.claim() is not None
            travel.shift(jobs.LEASE + timedelta(seconds=1))
        assert jobs.claim() is None
    assert only().state == "dead"
    assert DONE == []


def test_parallel_workers_share_the_work_and_repeat_none(app: Flask) -> None:
    words = [f"w{n}" for n in range(24)]
    transaction(lambda: [jobs.enqueue("note", {"word": word}) for word in words])

    def worker() -> None:
        with app.app_context():
            while jobs.run_one():
                pass
            db.session.remove()

    _together(worker, 4)
    jobs.run_all()  # what one of them left because the others were quicker
    assert sorted(DONE) == sorted(words)


def test_the_worker_rests_when_there_is_nothing_and_stops_when_told(lite: Flask) -> None:
    enqueue("note", word="one")
    stop = threading.Event()

    def beat() -> None:
        if DONE:
            stop.set()

    jobs.work_forever(stop, idle=0.01, beat=beat)
    assert DONE == ["one"]


def test_two_handlers_cannot_have_one_name() -> None:
    with pytest.raises(ValueError, match="two handlers"):
        jobs.handler("note")(_fail)


def _together(work: Any, count: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_one_work_that_fails_keeps_no_other_waiting_and_does_not_pass_unseen(lite: Flask) -> None:
    done: list[str] = []

    def broken() -> None:
        raise ValueError("the first")

    def broken_too() -> None:
        raise KeyError("the second")

    works = [lambda: done.append("before"), broken, lambda: done.append("between"), broken_too]
    with pytest.raises(ValueError, match="the first"):
        jobs.each([*works, lambda: done.append("after")])
    assert done == ["before", "between", "after"]
