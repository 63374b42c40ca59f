"""The migrated database is what the models say, on both databases; guards and grants stand."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DatabaseError

from registry import schema
from registry.database import Model, db, prepare_engine
from registry.ledger import guards

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
    with pytest.raises(DatabaseError, match=r"permission denied|guard"):
        db.session.execute(text(f"DELETE FROM {table}"))
    db.session.rollback()


def test_upgrading_twice_changes_nothing(lite: Flask) -> None:
    schema.upgrade(lite.extensions["settings"])
    schema.seed()
    with db.engine.connect() as connection:
        assert guards.missing_guards(connection, schema.FROZEN) == []
