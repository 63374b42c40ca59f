"""Heads are stamped outside: what holds is kept, the rest reported, and too long without it stops filing."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
import time_machine
from flask import Flask
from sqlalchemy import Table, func, select, text

from registry import clock, jobs
from registry.database import db, transaction
from registry.errors import Paused
from registry.jobs import Job
from registry.ledger import anchors, timestamps
from registry.ledger import service as ledger
from registry.ledger.anchor_setup import Anchors
from registry.ledger.checkpoints import note_head
from registry.ledger.cosignatures import Cosigned, keep
from registry.ledger.models import Cosignature, TimestampToken
from registry.ledger.notes import COSIGNATURE, Vkey, cosign
from registry.ledger.outside import Unreached
from registry.ledger.policy import policy_of
from registry.ledger.report import Report
from registry.ledger.setup import ledger_setup
from registry.ledger.signing import Ed25519Signer
from registry.ledger.timestamps import REPLY
from registry.ledger.tokens import open_token, request_over, vouched
from registry.ledger.verify import verify_path
from tests.ledger.authority import Authority, authority_at, make, shared
from tests.ledger.making import effective, enrolment, file, revocation
from tests.ledger.outsiders import Said, Teller

HOURS = timedelta(hours=4)


@pytest.fixture
def teller(app: Flask) -> Iterator[Teller]:
    yield from stamping()


@pytest.fixture
def lite_teller(lite: Flask) -> Iterator[Teller]:
    yield from stamping()


def stamping() -> Iterator[Teller]:
    """An authority that the registry asks at most once a minute."""
    with authority_at(shared()) as (teller, url):
        ledger_setup().anchors = Anchors(tsa_url=url, tsa_roots=shared().roots, stamp_within=HOURS)
        yield teller


def published(*numbers: str) -> str:
    file(*(effective(number) for number in numbers))
    return ledger.publish_checkpoint()


def tokens() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(TimestampToken)) or 0


def only_waiting() -> Job:
    db.session.rollback()
    return db.session.scalars(select(Job).where(Job.state == "waiting")).one()


def down(_: bytes) -> Said:
    return "503 Service Unavailable", "text/plain", b"later"


def test_a_published_head_is_stamped_over_the_registrys_note_alone(teller: Teller) -> None:
    note = published("C-1")
    assert tokens() == 0, "publishing waited for the authority"
    jobs.run_all()
    (stamp,) = ledger.timestamps_of(ledger.size())
    token = open_token(stamp.token, note.encode())
    assert vouched(token, shared().roots)
    assert (stamp.authority, stamp.at) == (token.authority, token.at)
    assert stamp.authority == "CN=Test authority 1"
    assert ledger.publish_checkpoint() == note
    assert jobs.run_all() == 0
    assert len(teller.asked) == 1


def test_heads_are_stamped_at_most_once_a_minute_and_the_newest_of_them(lite_teller: Teller) -> None:
    published("C-1")
    jobs.run_all()
    for number in ("C-2", "C-3", "C-4"):
        published(number)
        jobs.run_all()
    assert tokens() == 1
    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        jobs.run_all()
    assert tokens() == 2
    assert anchors.stamped() == ledger.size()
    assert ledger.timestamps_of(ledger.size() - 1) == []


def test_an_authority_that_is_down_is_awaited_and_comes_back_without_a_restart(
    teller: Teller, caplog: pytest.LogCaptureFixture
) -> None:
    right, teller.say = teller.say, down
    published("C-1")
    jobs.run_all()
    (awaiting,) = ledger.awaited()
    assert (awaiting.size, awaiting.failed, awaiting.said) == (0, 1, "status_503")
    assert awaiting.since is not None
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    teller.say = right
    with time_machine.travel(clock.now() + timedelta(seconds=3)):
        jobs.run_all()
        (done,) = ledger.awaited()
    assert (done.size, done.since, done.failed) == (ledger.size(), None, 0)


# --- answers that must not count ---------------------------------------------------------------------


def test_an_answer_that_does_not_hold_is_never_kept(lite_teller: Teller, tmp_path: Path) -> None:
    note, setup = published("C-1"), ledger_setup()
    earlier = shared().reply(request_over(note.encode()).as_bytes())  # of this very note, to another question
    other = shared().reply(request_over(b"another head").as_bytes())
    stranger = make(tmp_path / "stranger")
    ended = make(tmp_path / "ended", ends=timedelta(days=-100))
    refusal = shared().reply(b"nonsense")
    answers: dict[str, tuple[Said, str]] = {
        "down": (down(b""), "status_503"),
        "a page": (("200 OK", "text/html", b"<html>"), "nonsense"),
        "a redirect": (("302 Found", REPLY, b""), "status_302"),
        "nonsense": (("200 OK", REPLY, b"nonsense"), "wrong_token"),
        "empty": (("200 OK", REPLY, b""), "wrong_token"),
        "an old answer": (("200 OK", REPLY, earlier), "wrong_token"),
        "another head": (("200 OK", REPLY, other), "wrong_token"),
        "a refusal": (("200 OK", REPLY, refusal), "wrong_token"),
        "too much": (("200 OK", REPLY, b"x" * 300_000), "answer_too_large"),
    }
    for name, (said, code) in answers.items():
        lite_teller.say = lambda _, said=said: said  # type: ignore[misc]
        assert refused() == code, name
    for authority in (stranger, ended):
        lite_teller.say = authority.say
        assert refused() == "wrong_token"
    setup.anchors = replace(setup.anchors, tsa_roots=ended.roots)
    assert refused() == "wrong_token", "a certificate that had ended was taken"
    assert tokens() == 0


def refused() -> str:
    with pytest.raises(Unreached) as failure:
        timestamps.stamp()
    return failure.value.code


def test_a_wrong_token_is_reported_as_an_error(
    lite_teller: Teller, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lite_teller.say = make(tmp_path / "stranger").say
    published("C-1")
    jobs.run_all()
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert json.loads(record.message)["said"] == "wrong_token"
    assert only_waiting().payload["said"] == "wrong_token"


def test_a_clock_that_is_off_by_more_than_two_seconds_is_reported(
    lite_teller: Teller, caplog: pytest.LogCaptureFixture
) -> None:
    published("C-1")
    jobs.run_all()
    assert abs(ledger.clock_skew()) < timedelta(seconds=2)
    assert caplog.records == []
    for number, ahead in (("C-2", 90), ("C-3", -70)):
        with time_machine.travel(clock.now() + timedelta(seconds=ahead)):
            published(number)
            timestamps.stamp()
        record = caplog.records.pop()
        said = json.loads(record.message)
        assert (record.levelno, said["event"]) == (logging.ERROR, "clock_skew")
        assert said["seconds"] == pytest.approx(-ahead, abs=3)
        assert ledger.clock_skew().total_seconds() == pytest.approx(-ahead, abs=3)


# --- stopping ----------------------------------------------------------------------------------------


def test_filing_stops_four_hours_after_the_first_filing_without_a_timestamp(teller: Teller) -> None:
    right, teller.say = teller.say, down
    published("C-1")
    jobs.run_all()
    size = ledger.size()
    with time_machine.travel(clock.now() + HOURS - timedelta(hours=1)):  # the log itself is minutes old
        file(effective("C-2"))
    with time_machine.travel(clock.now() + HOURS + timedelta(minutes=1)):
        with pytest.raises(Paused, match="timestamps_missing"):
            file(effective("C-3"))
        assert ledger.size() == size + 1, "something was written"
        assert ledger.checkpoint() is not None, "reading stopped too"
        teller.say = right
        jobs.run_all()
        file(effective("C-3"))


def test_a_stolen_key_can_be_ended_even_then(lite_teller: Teller) -> None:
    stolen = Ed25519Signer.generate()
    file(enrolment(stolen))
    lite_teller.say = down
    with time_machine.travel(clock.now() + timedelta(days=1)):
        with pytest.raises(Paused):
            file(enrolment(Ed25519Signer.generate()))
        with pytest.raises(Paused):
            file(revocation(stolen.kid), effective("C-1"))
        file(revocation(stolen.kid))


def test_in_a_quiet_night_nothing_is_too_old(lite_teller: Teller) -> None:
    published("C-1")
    jobs.run_all()
    with time_machine.travel(clock.now() + timedelta(days=30)):
        file(effective("C-2"))


def test_filings_that_nobody_publishes_are_noticed_too(lite_teller: Teller) -> None:
    published("C-1")
    jobs.run_all()
    file(effective("C-2"))  # no head is ever published for it
    with time_machine.travel(clock.now() + timedelta(hours=5)), pytest.raises(Paused):
        file(effective("C-3"))


def test_without_hours_it_never_stops(lite_teller: Teller) -> None:
    setup = ledger_setup()
    setup.anchors = replace(setup.anchors, stamp_within=timedelta())
    with time_machine.travel(clock.now() + timedelta(days=30)):
        file(effective("C-1"))


def test_a_job_that_meets_the_pause_waits_and_loses_no_attempt(
    lite_teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(jobs.HANDLERS, "file", lambda payload: file(effective(payload["number"])) and None)
    lite_teller.say = down
    transaction(lambda: jobs.enqueue("file", {"number": "C-1"}))
    with time_machine.travel(clock.now() + timedelta(hours=5)) as travel:
        for _ in range(jobs.ATTEMPTS + 2):
            assert jobs.run_one()
            job = only_waiting()
            assert (job.attempts, job.error) == (0, "timestamps_missing")
            travel.shift(timedelta(seconds=61))
        lite_teller.say = shared().say
        timestamps.stamp()
        assert jobs.run_one()
    db.session.rollback()
    assert db.session.scalars(select(Job).where(Job.name == "file")).one().state == "done"


# --- what a reader sees ------------------------------------------------------------------------------


def exported(tmp_path: Path) -> Path:
    folder = tmp_path / "log"
    ledger.export(folder)
    db.session.rollback()
    return folder


def checked(folder: Path, authority: Authority | None = None) -> Report:
    roots = authority.roots if authority else ()
    return verify_path(folder, policy_of(ledger_setup().vkey), roots=roots)


def said(report: Report) -> tuple[str, str]:
    return report["time"].state.value, report["time"].code


def test_an_exported_log_proves_by_when_it_existed(lite_teller: Teller, tmp_path: Path) -> None:
    published("C-1")
    jobs.run_all()
    first = ledger.timestamps_of(ledger.size())[0]
    folder = exported(tmp_path)
    report = checked(folder, shared())
    assert said(report) == ("valid", "timestamped")
    assert report.ok
    assert report.facts["existed_by"] == clock.rfc3339(first.at)
    assert report.facts["existed_by_size"] == ledger.size()
    assert "self_consistent_only" not in report.notes
    assert said(checked(folder)) == ("not_checkable", "timestamp_unpinned")
    assert said(checked(folder, make(tmp_path / "other"))) == ("not_checkable", "timestamp_unpinned")


def test_a_log_stamped_in_part_says_how_far(lite_teller: Teller, tmp_path: Path) -> None:
    published("C-1")
    jobs.run_all()
    stamped = ledger.size()
    published("C-2")
    report = checked(exported(tmp_path), shared())
    assert said(report) == ("lowered", "timestamped_in_part")
    assert report.facts["existed_by_size"] == stamped
    assert report.ok


def test_a_timestamp_that_is_altered_moved_or_strange_is_found(lite_teller: Teller, tmp_path: Path) -> None:
    published("C-1")
    jobs.run_all()
    published("C-2")
    folder = exported(tmp_path)
    size = ledger.size() - 1
    token, head = folder / f"timestamps/{size}.tsr", folder / f"timestamps/{size}.checkpoint"
    kept, note = token.read_bytes(), head.read_bytes()
    for at in range(0, len(kept), 97):
        token.write_bytes(kept[:at] + bytes([kept[at] ^ 4]) + kept[at + 1 :])
        assert said(checked(folder)) == ("invalid", "timestamp_wrong")
    token.write_bytes(kept)
    for at in range(0, len(note), 13):
        head.write_bytes(note[:at] + bytes([note[at] ^ 4]) + note[at + 1 :])
        assert said(checked(folder)) == ("invalid", "timestamp_wrong")
    head.write_bytes(note)
    assert said(checked(folder, shared()))[0] == "lowered"
    for name in ("0", "999", "01", "x"):
        strange = folder / f"timestamps/{name}.tsr"
        strange.write_bytes(kept)
        assert checked(folder).exit_code == 1
        strange.unlink()
    head.rename(folder / "timestamps/1.checkpoint")
    token.rename(folder / "timestamps/1.tsr")
    assert said(checked(folder, shared())) == ("invalid", "timestamp_wrong")


def test_the_audit_finds_a_changed_cosignature_or_token(lite_teller: Teller, tmp_path: Path) -> None:
    note = published("C-1")
    jobs.run_all()
    signer = Ed25519Signer.generate()
    vkey = Vkey("witness.example/a", signer.public, COSIGNATURE)
    line = cosign(note_head(note).text, vkey.name, signer, time=1_800_000_000)
    signed_at = datetime.fromtimestamp(1_800_000_000, UTC)
    transaction(lambda: keep(ledger.size(), Cosigned(witness=vkey, line=line, at=signed_at)))
    report = ledger.audit()
    assert (report.ok, report["time"].code) == (True, "timestamped")
    last = ledger.size() - 1
    for name in ("timestamp_token_no_update", "cosignature_no_update"):
        db.session.connection().execute(text(f"DROP TRIGGER guard_{name}"))
    db.session.commit()
    tokens, lines = cast(Table, TimestampToken.__table__), cast(Table, Cosignature.__table__)
    changes: tuple[tuple[Table, str, str], ...] = (
        (tokens, "token = CAST(substr(token, 1, 400) || x'00' || substr(token, 402) AS BLOB)", "timestamp"),
        (tokens, "authority = 'CN=Somebody'", "timestamp"),
        (tokens, "stamped_at = '2020-01-01 00:00:00.000000'", "timestamp"),
        (tokens, "size = 1", "timestamp"),
        (lines, "line = replace(line, 'a', 'b')", "cosignature"),
        (lines, "line = line || line", "cosignature"),
        (lines, "witness = replace(witness, 'example', 'exampel')", "cosignature"),
        (lines, "signed_at = '2020-01-01 00:00:00.000000'", "cosignature"),
        (lines, "size = 1", "cosignature"),
    )
    for table, change, kind in changes:
        row = db.session.execute(select(table)).one()._mapping
        db.session.connection().execute(text(f"UPDATE {table.name} SET {change}"))
        db.session.commit()
        found = ledger.audit()["time"]
        assert (found.code, found.seq) == (f"{kind}_wrong", 0 if change == "size = 1" else last), change
        db.session.connection().execute(table.update().values(**row))
        db.session.commit()
    for roots in (
        shared().roots,
        make(tmp_path / "other").roots,
        (),
    ):  # an authority that was changed, or left
        ledger_setup().anchors = Anchors(tsa_roots=roots)
        assert ledger.audit().ok


# --- settings ----------------------------------------------------------------------------------------
