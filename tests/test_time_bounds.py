"""What a request may take of PostgreSQL: what runs away is cut off and has changed nothing."""

import time
from dataclasses import replace
from unittest.mock import Mock

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from registry import database, serving
from registry.database import cut_off, db, transaction
from registry.errors import Unavailable
from registry.ledger import service as ledger
from registry.parties.doors import public
from tests.factories import make_organisation, reading

NAMES = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


def present(name: str) -> str:
    return str(reading(lambda: db.session.scalar(text(f"SHOW {name}"))))


def slowly(seconds: float) -> str:
    db.session.execute(text("SELECT pg_sleep(:n)"), {"n": seconds})
    return "done"


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_what_takes_too_long_is_503_and_changes_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    organisation = make_organisation(app).organisation_id
    size = reading(ledger.size)
    assert {present(name) for name in NAMES} == {"0"}, "the worker and commands take their time"
    db.session.remove()
    db.engine.dispose()
    settings = app.extensions["settings"]
    small = {"statement_seconds": 0.3, "lock_seconds": 0.1, "resting_seconds": 0.4}
    app.extensions["settings"] = replace(settings, **small)
    monkeypatch.setattr(serving, "gc", Mock())
    serving._settled(app)
    assert [present(name) for name in NAMES] == ["300ms", "100ms", "400ms"]
    monkeypatch.setitem(app.view_functions, "statistics-api.counted", public(lambda: slowly(5)))
    answer = app.test_client().get("/api/v1/statistics")
    assert (answer.status_code, answer.json and answer.json["code"]) == (503, "busy")
    assert int(answer.headers["Retry-After"]) > 0

    def work() -> str:
        rename = text("UPDATE organisation SET name = 'x' WHERE id = :id")
        db.session.execute(rename, {"id": organisation})
        return slowly(5)

    with pytest.raises(Unavailable, match="busy"):
        transaction(work)
    names = text("SELECT count(*) FROM organisation WHERE name = 'x'")
    assert reading(lambda: db.session.scalar(names)) == 0
    with db.engine.connect() as other:
        other.execute(text("SELECT 1 FROM organisation FOR UPDATE"))
        with pytest.raises(Unavailable, match="busy"):
            transaction(lambda: str(db.session.execute(text("UPDATE organisation SET name = 'y'"))))
    assert reading(lambda: slowly(0)) == "done"
    slowly(0)
    time.sleep(0.6)  # in its transaction, asking nothing
    with pytest.raises(DBAPIError) as ended:
        slowly(0)
    assert cut_off(ended.value)
    db.session.rollback()
    assert reading(ledger.size) == size


def test_sqlite_waits_as_it_always_has(lite: Flask) -> None:
    before = len(list(db.engine.pool.dispatch.connect))
    database.bound(db.engine, statement=1, lock=1, resting=1)
    assert len(list(db.engine.pool.dispatch.connect)) == before
