"""A registry moves from SQLite to PostgreSQL whole, or not at all."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import make_url, text

from registry import moving
from registry.app import create_app
from registry.config import Settings
from registry.contracts.models import Contract
from registry.database import db, transaction
from registry.ledger import service as ledger
from registry.moving import NotMoved
from tests import postgres
from tests.conftest import TEMPLATE
from tests.contracts import taking
from tests.exports import making
from tests.factories import LUMP, make_organisation, published, reading
from tests.ledger.making import effective

SPOILT = {
    "UPDATE alembic_version SET version_num = '0051'": "upgrade it first",
    "CREATE TABLE strange (id INTEGER)": "strange",
}


def say(_: str) -> None:
    return None


@pytest.fixture
def empty(lite: Flask, cluster: postgres.Cluster) -> Iterator[Settings]:
    """The same registry's settings over an empty PostgreSQL of the present schema."""
    name = "moved_to"
    cluster.create(name, TEMPLATE)
    with cluster.admin(name) as owner:
        tables = owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        named = ", ".join(f'"{one}"' for (one,) in tables if one != "alembic_version")
        owner.execute(f"SET session_replication_role = replica; TRUNCATE {named}")  # past the guards
    urls = [cluster.url(name, role) for role in (postgres.APPLICATION, postgres.OWNER)]
    yield replace(lite.extensions["settings"], database_url=urls[0], owner_database_url=urls[1])
    cluster.drop(name)


def let_go(app: Flask) -> Path:
    """The application's database, open nowhere."""
    db.session.remove()
    db.engine.dispose()
    return Path(make_url(app.extensions["settings"].database_url).database or "")


def test_every_row_moves_and_the_registry_files_on_where_it_is_now(lite: Flask, empty: Settings) -> None:
    offer, licensee = published(lite, fee=LUMP), make_organisation(lite, "c1")
    takers = licensee, make_organisation(lite, "c2")
    numbers = [making.contract_of(taking.taken(one, offer)) for one in takers]

    def split() -> None:
        first, second = (db.session.query(Contract).filter_by(number=one).one() for one in numbers)
        first.split_from_id = second.id

    transaction(split)
    size, connection = reading(ledger.size), db.engine.connect()
    connection.execute(text("SELECT 1"))
    file = Path(make_url(str(db.engine.url)).database or "")
    with pytest.raises(NotMoved, match="in use"), moving.held(file):
        pass
    connection.close()
    file = let_go(lite)
    with moving.held(file) as source:
        with pytest.raises(NotMoved, match="no PostgreSQL"):
            moving.copy(lite.extensions["settings"], source, say=say)
        with pytest.raises(NotMoved, match="not of another"):
            moving.copy(replace(empty, origin="another.invalid"), source, say=say)
        for spoil, words in SPOILT.items():
            source.connection.exec_driver_sql("SAVEPOINT before")
            source.connection.exec_driver_sql(spoil)
            with pytest.raises(NotMoved, match=words):
                moving.copy(empty, source, say=say)
            source.connection.exec_driver_sql("ROLLBACK TO before")
        moved = moving.copy(empty, source, say=say)
        assert (moved.size, moved.rows["ledger_entry"], moved.rows["contract"]) == (size, size, 2)
        with pytest.raises(NotMoved, match="not empty before"):
            moving.copy(empty, source, say=say)
        other = create_app(empty)
        with other.app_context():
            audit = moving.prove(moved)
            assert audit.exit_code == 0, audit.to_text("en")
            found = db.session.query(Contract).filter_by(number=numbers[0]).one()
            assert found.split_from is not None
            assert found.split_from.number == numbers[1]
            transaction(lambda: ledger.append([effective("C-X77")]))
            assert ledger.size() == size + 1
            db.session.remove()
            db.engine.dispose()
        left = source.retire()
    assert (file.exists(), left.name) == (False, "registry.sqlite.moved")
    left.rename(file)  # the fixture takes leave of it
