"""Connections to PostgreSQL between two transactions, against a server."""

from collections.abc import Iterator

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, make_url, text

from registry import connections
from registry.connections import keep

PREPARED = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%' || :mark || '%'")
ASKED = text("SELECT 'a question', CAST(:n AS int)")


pytestmark = pytest.mark.parametrize("app", ["postgresql"], indirect=True)


@pytest.fixture
def engine(app: Flask) -> Iterator[Engine]:
    """An engine of its own with one connection."""
    made = create_engine(app.extensions["settings"].database_url, pool_size=1, max_overflow=0)
    keep(made)
    yield made
    made.dispose()


def _ask(engine: Engine, times: int) -> None:
    for number in range(times):
        with engine.connect() as connection:  # ends with a rollback, as everything that only reads does
            connection.execute(ASKED, {"n": number})


def _backend(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


def _end(engine: Engine, backend: int) -> None:
    url = make_url(str(engine.url))
    there = f"postgresql://{url.username}@{url.host}:{url.port}/{url.database}"
    with psycopg.connect(there, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])


def test_what_the_server_has_prepared_outlives_a_rollback(engine: Engine) -> None:
    _ask(engine, 8)
    with engine.connect() as connection:
        assert connection.execute(PREPARED, {"mark": "a question"}).scalar() == 1


def test_a_rollback_takes_back_what_was_written(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("CREATE TEMPORARY TABLE kept (n int)"))
        connection.commit()
        connection.execute(text("INSERT INTO kept VALUES (1)"))
        connection.rollback()
        assert connection.execute(text("SELECT count(*) FROM kept")).scalar() == 0


def test_after_an_error_the_connection_is_as_good_as_new(engine: Engine) -> None:
    backend = _backend(engine)
    with engine.connect() as connection, pytest.raises(Exception, match="division by zero"):
        connection.execute(text("SELECT 1 / 0"))
    assert _backend(engine) == backend


def test_a_connection_that_rested_is_tried_before_it_is_used(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "RESTED", 0.0)
    backend = _backend(engine)
    _end(engine, backend)
    assert _backend(engine) != backend


def test_one_used_a_moment_ago_is_not_asked_again(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(engine.dialect, "do_ping", asked.append)
    _ask(engine, 3)
    assert asked == []


def test_a_server_that_went_has_rolled_back_by_itself(engine: Engine) -> None:
    """What was answered before stays answered, and the next question meets no dead line."""
    backend = _backend(engine)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        _end(engine, backend)
        connection.rollback()
    assert _backend(engine) != backend


def test_a_line_that_was_lost_while_nobody_asked_is_opened_anew(engine: Engine) -> None:
    backend = _backend(engine)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        _end(engine, backend)
    assert _backend(engine) != backend


def test_the_server_learns_within_seconds_that_we_are_gone(engine: Engine) -> None:
    """Its own silence before it asks is two hours, and our locks would be held as long."""
    with engine.connect() as connection:
        told = {name: connection.execute(text(f"SHOW {name}")).scalar() for name in connections.SETTINGS}
    silence = sum(int(str(told[name])) for name in ("tcp_keepalives_idle", "tcp_keepalives_interval"))
    assert 0 < silence < 10, told
    assert (told["tcp_user_timeout"], told["jit"]) == ("6000", "off")
