"""The migrated database is what the models say, on both databases; guards and grants stand."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DatabaseError

from registry import schema
from registry.database import Model, db, prepare_engine
from registry.ledger import guards
from registry.ledger.chain import Frontier
from tests import postgres

SEARCH = ("offer_words", "ix_offer_index_tokens")
"""What the catalogue's search makes for itself on each database, beside the models."""


def test_the_migrations_make_what_the_models_say(app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, Model.metadata)
    strange = [str(one) for one in found if not any(name in str(one) for name in SEARCH)]
    assert strange == [], "run: make migration"
    assert schema.differences(app.extensions["settings"]) == []


def test_every_guard_stands(app: Flask) -> None:
    engine = create_engine(app.extensions["settings"].owner_database_url)
    prepare_engine(engine)
    with engine.connect() as connection:
        assert guards.missing_guards(connection, schema.FROZEN) == []
    engine.dispose()


@pytest.mark.parametrize("table", schema.FROZEN)
def test_what_is_written_once_is_not_changed_even_by_the_application(app: Flask, table: str) -> None:
    if app.extensions["settings"].database_url.startswith("sqlite"):
        pytest.skip("SQLite has no roles: its triggers are tried with rows, in the folders' own tests")
    old_ones_go = table in guards.AGING
    change = f"UPDATE {table} SET at = at" if old_ones_go else f"DELETE FROM {table}"
    with pytest.raises(DatabaseError, match=r"permission denied|guard"):
        db.session.execute(text(change))
    db.session.rollback()


def test_upgrading_twice_changes_nothing(lite: Flask) -> None:
    schema.upgrade(lite.extensions["settings"])
    schema.seed()
    with db.engine.connect() as connection:
        assert guards.missing_guards(connection, schema.FROZEN) == []


def test_heads_signed_before_get_their_compact_range_and_entries_their_subject(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    cluster: postgres.Cluster = request.getfixturevalue("cluster")
    cluster.create("migrated")
    for url in (f"sqlite:///{tmp_path}/old.sqlite", cluster.url("migrated", postgres.OWNER)):
        engine = create_engine(url, connect_args=schema._connect_args(url))
        prepare_engine(engine)
        _old_log(engine)
        _upgrade(engine, "0003")
        with engine.connect() as connection:
            found = connection.execute(text("SELECT size, frontier FROM checkpoint ORDER BY size")).all()
        expected = [(size, Frontier().extend(LEAVES[:size]).encode()) for size in (1, 6)]
        assert [(row.size, bytes(row.frontier)) for row in found] == expected
        _upgrade(engine, "0005")
        with engine.connect() as connection:
            subjects = (
                connection.execute(text("SELECT subject FROM ledger_entry ORDER BY seq")).scalars().all()
            )
        assert subjects == [f"C-{n}" for n in range(7)]
        engine.dispose()


LEAVES = [bytes([n + 1]) * 32 for n in range(7)]


def _old_log(engine: Engine) -> None:
    """Seven entries and two signed heads, as they were kept before, its guard in place."""
    _upgrade(engine, "0002")
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO envelope VALUES ('e', :data)"), {"data": b"x"})
        entry = text("INSERT INTO ledger_entry VALUES (:seq, :prev, :leaf, :entry, 'e')")
        before = [bytes(32), *LEAVES]
        rows = [
            {"seq": seq, "prev": before[seq], "leaf": leaf, "entry": b'{"subject":"C-%d"}' % seq}
            for seq, leaf in enumerate(LEAVES)
        ]
        connection.execute(entry, rows)
        connection.execute(
            text("INSERT INTO checkpoint VALUES (1, 'a', '2026-01-01'), (6, 'b', '2026-01-01')")
        )
        connection.execute(text("INSERT INTO cosignature VALUES (6, 'w', 'l', '2026-01-01')"))
        if engine.dialect.name == "sqlite":
            refuse = "BEFORE UPDATE ON checkpoint BEGIN SELECT RAISE(ABORT, 'no'); END"
            connection.exec_driver_sql(f"CREATE TRIGGER guard_checkpoint_no_update {refuse}")
            refuse = refuse.replace("checkpoint", "ledger_entry")
            connection.exec_driver_sql(f"CREATE TRIGGER guard_ledger_entry_no_update {refuse}")
        else:
            script = (Path(guards.__file__).parent / "guards_postgresql.sql").read_text(encoding="utf-8")
            connection.exec_driver_sql(script, execution_options={"no_parameters": True})
            for table in ("checkpoint", "ledger_entry"):
                connection.exec_driver_sql(
                    f"CREATE TRIGGER guard_{table}_no_update BEFORE UPDATE ON {table} "
                    "FOR EACH ROW EXECUTE FUNCTION guard_refuse()"
                )


def _upgrade(engine: Engine, revision: str) -> None:
    alembic = Config()
    alembic.set_main_option("script_location", str(schema.MIGRATIONS))
    with engine.begin() as connection:
        alembic.attributes["connection"] = connection
        command.upgrade(alembic, revision)
