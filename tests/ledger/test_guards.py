"""The database itself refuses, whoever writes: here its owner, with every right there is."""

from collections.abc import Iterator
from typing import cast

import pytest
from flask import Flask
from sqlalchemy import Connection, Table, create_engine, insert, text
from sqlalchemy.exc import DBAPIError

from registry import clock, database
from registry.database import db, transaction
from registry.ledger import service as ledger
from registry.ledger.guards import UNCHANGING, apply_guards, missing_guards
from registry.ledger.models import LedgerHead, TimestampToken
from registry.ledger.signing import Ed25519Signer
from tests.ledger.making import effective, enrolment, file, notice, signed, witnessed

COLUMNS = {
    "ledger_entry": "entry",
    "envelope": "bytes",
    "statement_use": "once",
    "tile": "hashes",
    "checkpoint": "note",
    "cosignature": "line",
    "timestamp_token": "authority",
    "disclosure": "value",
    "ledger_key": "public",
    "ledger_head": "leaf",
}


@pytest.fixture
def filled(app: Flask) -> Flask:
    signer = Ed25519Signer.generate()
    file(enrolment(signer), signed(notice("C-1"), signer), *(effective(f"C-{n}") for n in range(260)))
    ledger.publish_checkpoint()
    return app


def anchored() -> None:
    """One row in each table about what others said of our heads; the token itself is nonsense."""
    witnessed(1)
    row = {"size": 1, "stamped_at": clock.now(), "skew_ms": 0, "authority": "CN=a", "token": b"token"}
    db.session.execute(insert(cast(Table, TimestampToken.__table__)), row)


@pytest.fixture
def owner(filled: Flask) -> Iterator[Connection]:
    transaction(anchored)
    engine = create_engine(filled.extensions["settings"].owner_database_url)
    database.prepare_engine(engine)
    with engine.connect() as connection:
        yield connection
        connection.rollback()
    engine.dispose()


def refused(connection: Connection, statement: str) -> None:
    with pytest.raises(DBAPIError, match=r"guard|permission denied"):
        connection.execute(text(statement))
    connection.rollback()


def test_rows_are_never_changed_even_by_the_owner(owner: Connection) -> None:
    for table, column in COLUMNS.items():
        refused(owner, f"UPDATE {table} SET {column} = substr({column} || {column}, 2, 64)")
        if table != "disclosure":
            refused(owner, f"DELETE FROM {table}")
        if owner.dialect.name == "postgresql":
            refused(owner, f"TRUNCATE {table} CASCADE")


def test_replace_does_not_pass_for_an_insert(owner: Connection) -> None:
    if owner.dialect.name != "sqlite":
        pytest.skip("INSERT OR REPLACE is SQLite's")
    owner.exec_driver_sql("PRAGMA recursive_triggers=OFF")  # a connection that is not ours
    for table in {name for name in UNCHANGING if not name.startswith("closed_")} - {"checkpoint"}:
        refused(owner, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE rowid = 1 OR rowid = 0")
    other = "SELECT size, 'other', created_at, frontier FROM checkpoint"
    refused(owner, f"INSERT OR REPLACE INTO checkpoint {other}")


def test_an_entry_that_does_not_follow_is_refused(owner: Connection) -> None:
    copy = (
        "INSERT INTO ledger_entry SELECT seq + {by}, {prev}, {leaf}, entry, envelope_digest, subject "
        "FROM ledger_entry WHERE seq = 5"
    )
    cast = "CAST('x' AS BLOB)" if owner.dialect.name == "sqlite" else "'x'::bytea"
    refused(owner, copy.format(by=1, prev="prev", leaf="leaf"))
    refused(owner, copy.format(by=100_000, prev=cast, leaf=cast))
    last = "(SELECT max(seq) + 1 FROM ledger_entry) - seq"
    refused(owner, copy.format(by=f"{last}", prev=cast, leaf=cast))


def test_the_head_never_moves_back_or_elsewhere(owner: Connection) -> None:
    refused(owner, "UPDATE ledger_head SET seq = seq - 1, size = size - 1")
    refused(owner, "UPDATE ledger_head SET seq = seq + 1, size = size + 1")
    refused(owner, "UPDATE ledger_head SET time = '2000'")


def test_the_applications_role_may_not_even_try(filled: Flask) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no roles")
    for statement in ("UPDATE ledger_entry SET seq = seq", "DELETE FROM disclosure", "TRUNCATE envelope"):
        with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
            transaction(lambda query=statement: db.session.execute(text(query)))


def test_erasing_forgets_the_value_and_leaves_every_hash(filled: Flask) -> None:
    seq = next(
        n
        for n in range(ledger.size())
        if len(ledger.disclosures(n)) == 2 and ledger.filed_at(n)[1].type == "license.noticed"
    )
    assert transaction(lambda: ledger.erase(seq, "licensee"))
    assert not transaction(lambda: ledger.erase(seq, "licensee"))
    assert [row["path"] for row in ledger.disclosures(seq)] == ["record"]
    assert ledger.audit().ok


def test_guards_are_all_there_and_a_dropped_one_is_missed(owner: Connection) -> None:
    assert missing_guards(owner) == []
    on = "" if owner.dialect.name == "sqlite" else " ON envelope"
    owner.execute(text(f"DROP TRIGGER guard_envelope_no_delete{on}"))
    assert missing_guards(owner) == ["guard_envelope_no_delete"]
    apply_guards(owner)
    assert missing_guards(owner) == []


def test_a_head_that_moved_under_its_lock_stops_the_append(lite: Flask) -> None:
    from unittest.mock import patch

    from registry.ledger import append as module

    real = module._lock_head

    def stale(connection: Connection, *, starts: bool) -> object:
        return _Moved(real(connection, starts=starts))

    with patch.object(module, "_lock_head", stale), pytest.raises((RuntimeError, DBAPIError)):
        file(effective("C-x"))
    assert db.session.get(LedgerHead, 1) is not None
    assert ledger.audit().ok


class _Moved:
    """A head as it was one filing ago."""

    def __init__(self, head: object) -> None:
        self._head = head

    def __getattr__(self, name: str) -> object:
        value = getattr(self._head, name)
        return b"\x01" * 32 if name == "leaf" else value
