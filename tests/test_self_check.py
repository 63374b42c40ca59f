"""The self-check says what is wrong and what to do; health, readiness and metrics answer whom they should."""

import json
import logging
import shutil
import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from registry import clock, jobs, logs, schema, self_check, self_check_words, serving
from registry.database import db, transaction
from registry.documents import store
from registry.errors import Unavailable
from registry.ledger import audit_runs
from registry.self_check import State
from tests.test_commands import run


def answers() -> dict[str, self_check.Checked]:
    """The last answer by name."""
    return {one.name: one for one in self_check.run()}


def test_a_sound_registry_fails_nothing(app: Flask) -> None:
    audit_runs.run()
    found = answers()
    assert [one for one in found.values() if one.state is State.FAIL] == []
    assert set(found) == set(self_check.CHECKS)


def test_every_answer_has_its_words_in_both_languages(lite: Flask) -> None:
    for one in self_check.run():
        assert self_check_words.sentence(one, "zh")
        assert self_check_words.sentence(one, "en") != self_check_words.sentence(one, "zh")
        assert self_check_words.name(one, "en").isascii()


def test_a_schema_of_yesterday_is_said_and_not_served(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    owner = schema.owner_engine(app.extensions["settings"])
    with owner.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    owner.dispose()
    assert answers()["database"].code == "schema_behind"
    told = app.test_client().get("/ready")
    assert (told.status_code, b"registry db upgrade" in told.data) == (503, True)
    with pytest.raises(Unavailable, match="schema_behind"):
        serving.ready(app)
    assert "registry db upgrade" in caplog.text


def test_a_schema_of_tomorrow_is_said_and_still_served(lite: Flask) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert answers()["database"].code == "schema_ahead"
    assert lite.test_client().get("/ready").status_code == 200


def test_witnesses_and_timestamps_are_two_lines(lite: Flask) -> None:
    for lang in ("zh", "en"):
        names = [self_check_words.name(one, lang) for one in self_check.run()]
        assert len(set(names)) == len(names)


def test_guards_taken_away_are_said(lite: Flask) -> None:
    with db.engine.begin() as connection:
        schema.lift(connection)
    assert (answers()["guards"].state, answers()["guards"].code) == (State.FAIL, "guards_missing")


def test_keys_that_others_can_read_are_said(lite: Flask) -> None:
    lite.extensions["settings"].keys.chmod(0o755)
    assert answers()["keys"].code == "keys_unusable"


def test_a_log_shorter_than_its_anchor_is_said(lite: Flask) -> None:
    anchor = lite.extensions["settings"].instance / "anchor" / "checkpoint"
    anchor.write_text(anchor.read_text().replace("\n1\n", "\n9\n", 1))
    assert answers()["ledger"].code == "ledger_differs"


def test_a_queue_nobody_works_off_and_dead_jobs_are_said(lite: Flask) -> None:
    def work() -> None:
        late, dead = (db.session.get_one(jobs.Job, jobs.enqueue("mail.send", {})) for _ in range(2))
        late.run_after = clock.now() - timedelta(minutes=30)
        dead.state = "dead"

    transaction(work)
    assert {one.code for one in self_check.run() if one.name == "queue"} == {"jobs_dead", "jobs_wait"}


def test_a_nearly_full_disk_is_said(lite: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    room = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: room._replace(free=50 * 1024**2))
    assert (answers()["disk"].state, answers()["disk"].code) == (State.FAIL, "disk_full")


def test_what_cannot_be_looked_at_fails_and_stops_nothing(
    lite: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> object:
        raise OSError("the device is gone")

    monkeypatch.setitem(self_check.CHECKS, "disk", broken)
    found = answers()
    assert (found["disk"].state, found["disk"].code) == (State.FAIL, "unreadable")
    assert found["fonts"].state is State.OK


def test_the_command_ends_with_the_worst_state(lite: Flask) -> None:
    told = run(lite, "check", "--json", "--files")
    assert told.exit_code == 2, told.output  # no mail server, no witness: warnings
    states = {one["state"] for one in json.loads(told.output)["checks"]}
    assert states == {"ok", "warn"}
    digest = transaction(lambda: store.put(b"a paper", "application/pdf"))
    (lite.extensions["settings"].files / digest[:2] / digest[2:]).write_bytes(b"changed")
    harmed = run(lite, "check", "--files")
    assert harmed.exit_code == 1
    assert digest in harmed.output


# --- doors -------------------------------------------------------------------------------------------


def test_alive_and_ready_say_one_word(app: Flask) -> None:
    assert app.test_client().get("/health").data == b"ok\n"
    assert app.test_client().get("/ready").data == b"ready\n"


def test_without_a_database_it_is_alive_and_not_ready(lite: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> object:
        raise OSError("no route")

    monkeypatch.setattr(db.session, "scalar", gone)
    assert lite.test_client().get("/health").status_code == 200
    assert lite.test_client().get("/ready").status_code == 503


def test_figures_need_their_token_and_name_nobody(lite: Flask) -> None:
    client = lite.test_client()
    assert client.get("/metrics").status_code == 404
    lite.extensions["settings"] = replace(lite.extensions["settings"], metrics_token="t" * 32)
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer " + "u" * 32}).status_code == 404
    told = client.get("/metrics", headers={"Authorization": "Bearer " + "t" * 32})
    assert told.status_code == 200
    lines = told.get_data(as_text=True)
    assert "mingxu_ledger_size 1.0" in lines
    assert 'mingxu_answers_total{status="404"}' in lines
    assert 'endpoint="health.figures"' in lines


# --- the log -----------------------------------------------------------------------------------------


def record(message: str, *, level: int = logging.INFO) -> str:
    made = logging.LogRecord("registry.x", level, __file__, 1, "%s", (message,), None)
    return logs.JsonLines().format(made)


def test_one_event_is_one_line_whatever_its_words_hold() -> None:
    line = record('eaten\n{"event": "forged"}\r\x1b[2K\u2028')
    assert len(line.splitlines()) == 1
    assert json.loads(line)["event"].startswith("eaten\n")


def test_an_event_told_as_json_keeps_its_members() -> None:
    told = json.loads(record(json.dumps({"event": "audit", "size": 3})))
    assert (told["event"], told["size"], told["level"]) == ("audit", 3, "INFO")


def test_an_exception_stands_in_its_line() -> None:
    try:
        raise ValueError("no")
    except ValueError:
        made = logging.LogRecord("registry", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())
    assert "ValueError: no" in json.loads(logs.JsonLines().format(made))["traceback"]


def test_a_request_is_logged_without_its_query(lite: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "registry.request"):
        lite.test_client().get("/search?q=secret-word")
    told = json.loads(caplog.records[-1].getMessage())
    assert (told["event"], told["method"], told["status"]) == ("request", "GET", 200)
    assert "secret-word" not in caplog.text
    with caplog.at_level(logging.INFO, "registry.request"):
        for path in ("/calendar/opens-something.ics", "/consent/opens-something/answer"):
            lite.test_client().get(path)
    assert "opens-something" not in caplog.text
    assert json.loads(caplog.records[-1].getMessage())["path"] == "/consent/…/answer"
