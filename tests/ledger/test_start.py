"""The start is refused when anything that remembers a head of ours contradicts the log; silence is not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from registry import jobs, schema, serving
from registry.app import create_app
from registry.database import db
from registry.errors import Conflict
from registry.ledger import service as ledger
from registry.ledger import start
from registry.ledger.canonical import jcs
from registry.ledger.chain import Frontier
from registry.ledger.models import LedgerHead
from registry.ledger.notes import Head, sign_note
from registry.ledger.setup import ledger_setup
from tests.ledger.making import ORIGIN, effective, file
from tests.test_commands import run


@pytest.fixture
def elsewhere() -> Iterator[list[str]]:
    """Somebody outside who remembers these notes."""
    notes: list[str] = []
    source = lambda: [start.Elsewhere(source="witness.example", note=note) for note in notes]  # noqa: E731
    start.SOURCES.append(source)
    yield notes
    start.SOURCES.remove(source)


def signed_head(size: int, root: bytes) -> str:
    return sign_note(Head(ORIGIN, size, root).text, ORIGIN, ledger_setup().keys.checkpoint_signer)


def test_a_witness_that_saw_a_longer_log_stops_the_start(app: Flask, elsewhere: list[str]) -> None:
    file(effective("C-1"))
    elsewhere.append(ledger.publish_checkpoint())
    ledger.check_start()
    elsewhere.append(signed_head(ledger.size() + 3, bytes(32)))
    with pytest.raises(Conflict, match="ledger_behind_anchor") as caught:
        ledger.check_start()
    told = caught.value.params
    assert (told["size"], told["anchored"], told["lost"]) == (ledger.size(), ledger.size() + 3, 3)
    assert told["source"] == "witness.example"
    assert told["last"] == db.session.get_one(LedgerHead, 1).time


def test_a_witness_that_saw_another_log_stops_the_start(app: Flask, elsewhere: list[str]) -> None:
    elsewhere.append(signed_head(1, Frontier().extend([bytes(32)]).root))
    with pytest.raises(Conflict, match="ledger_differs_from_anchor"):
        ledger.check_start()


def test_a_witness_that_cannot_be_asked_stops_nothing(lite: Flask, elsewhere: list[str]) -> None:
    ledger.check_start()


def test_the_log_is_held_against_what_others_kept(lite: Flask, tmp_path: Path) -> None:
    file(effective("C-1"))
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "checkpoint-2").write_text(ledger.publish_checkpoint())
    (kept / "receipt.json").write_bytes(jcs(ledger.receipt(1)))
    file(effective("C-2"))
    db.session.rollback()
    done = run(lite, "log", "check", "--against", str(kept))
    assert (done.exit_code, done.output) == (0, "2 heads compared: the log holds all of them\n")
    (kept / "later").write_text(signed_head(9, bytes(32)))
    refused = run(lite, "log", "check", "--against", str(kept))
    assert refused.exit_code == 1
    assert "[ledger_behind_anchor]" in refused.output
    assert "at least 6 are missing" in refused.output
    (kept / "later").write_text("no checkpoint\n")
    assert run(lite, "log", "check", "--against", str(kept)).exit_code == 1


def test_a_restored_backup_is_told_what_it_lost(lite: Flask, tmp_path: Path) -> None:
    """The anchor was lost with the machine; a receipt that a party kept is enough."""
    file(effective("C-1"))
    receipt = tmp_path / "receipt.json"
    receipt.write_bytes(jcs(ledger.receipt(1)))
    for name in ("guard_ledger_head_update", "guard_ledger_entry_no_delete", "guard_checkpoint_no_delete"):
        db.session.execute(text(f"DROP TRIGGER {name}"))
    db.session.execute(text("DELETE FROM checkpoint WHERE size > 1"))
    db.session.execute(text("DELETE FROM ledger_entry WHERE seq = 1"))
    first = db.session.execute(text("SELECT leaf FROM ledger_entry")).scalar_one()
    frontier = {"leaf": first, "frontier": first}
    db.session.execute(
        text("UPDATE ledger_head SET seq = 0, size = 1, leaf = :leaf, frontier = :frontier"), frontier
    )
    db.session.commit()
    ledger_setup().anchor.unlink()
    ledger.check_start()
    with pytest.raises(Conflict, match="ledger_behind_anchor"):
        ledger.check_against([receipt])


def test_nothing_is_served_without_the_guards(app: Flask) -> None:
    schema.check_guards()
    engine = create_engine(app.extensions["settings"].owner_database_url)
    on = "" if engine.dialect.name == "sqlite" else " ON ledger_entry"
    with engine.begin() as connection:
        connection.execute(text(f"DROP TRIGGER guard_ledger_entry_no_delete{on}"))
    engine.dispose()
    with pytest.raises(Conflict, match="guards_missing") as caught:
        serving.ready(app)
    assert caught.value.params["names"] == "guard_ledger_entry_no_delete"
    schema.upgrade(app.extensions["settings"])
    assert serving.ready(app) is app


def test_a_wsgi_server_refuses_a_log_that_was_set_back(lite: Flask) -> None:
    ledger_setup().anchor.write_text(signed_head(9, bytes(32)))
    with pytest.raises(Conflict, match="ledger_behind_anchor"):
        serving.ready(lite)


def test_a_head_published_while_others_were_asked_is_no_loss(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker starts beside a web server that is filing."""

    def asked() -> Iterator[start.Elsewhere]:
        file(effective("C-2"))
        yield start.Elsewhere(source="anchor", note=ledger.publish_checkpoint())

    file(effective("C-1"))
    monkeypatch.setattr(start, "SOURCES", [asked])
    ledger.check_start()


def test_the_worker_does_not_continue_a_log_set_back(
    lite: Flask, elsewhere: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "work_forever", lambda *_, **__: pytest.fail("it went to work"))
    elsewhere.append(signed_head(ledger.size() + 3, bytes(32)))
    db.session.rollback()
    refused = run(lite, "worker")
    assert refused.exit_code == 1
    assert "[ledger_behind_anchor]" in refused.output


def test_a_server_started_without_its_database_checks_before_it_answers(
    lite: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = OperationalError("SELECT 1", {}, Exception("connection refused"))
    whole = schema.check_guards

    def gone() -> None:
        raise away

    monkeypatch.setattr(schema, "check_guards", gone)
    app = serving.ready(create_app(lite.extensions["settings"]))
    assert app.test_client().get("/search").status_code == 503
    monkeypatch.setattr(schema, "check_guards", whole)
    note = ledger_setup().anchor.read_text()
    ledger_setup().anchor.write_text(signed_head(9, bytes(32)))
    assert app.test_client().get("/search").status_code == 409
    ledger_setup().anchor.write_text(note)
    assert app.test_client().get("/search").status_code == 200
    monkeypatch.setattr(schema, "check_guards", gone)  # asked once: nobody is slowed down afterwards
    assert app.test_client().get("/search").status_code == 200
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize(
    "command", ["rotate countersign", "revoke checkpoint --reason stolen --closes-the-log"]
)
def test_no_key_is_changed_on_a_log_set_back(lite: Flask, command: str) -> None:
    size = ledger.size()
    ledger_setup().anchor.write_text(signed_head(size + 3, bytes(32)))
    db.session.rollback()
    refused = run(lite, "keys", *command.split())
    assert refused.exit_code == 1
    assert "[ledger_behind_anchor]" in refused.output
    assert ledger.size() == size


def test_what_a_server_has_loaded_rests_before_its_first_request(
    lite: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    rested: list[str] = []
    monkeypatch.setattr(serving.gc, "freeze", lambda: rested.append("rests"))
    monkeypatch.setattr(serving, "create_app", lambda: lite)
    assert (serving.application(), serving.ready(lite)) == (lite, lite)
    assert rested == ["rests", "rests"]
