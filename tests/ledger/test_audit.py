"""An administrator who changes rows behind our back is found, and the place is named."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Connection, create_engine, text

from registry.database import transaction
from registry.ledger import audit_runs
from registry.ledger import service as ledger
from registry.ledger.report import State
from registry.ledger.signing import Ed25519Signer
from tests.ledger.making import effective, enrolment, file, notice, signed, witnessed

SPOILED = [
    ("ledger_entry", "seq", "seq = 5"),
    ("ledger_entry", "prev", "seq = 5"),
    ("ledger_entry", "leaf", "seq = 5"),
    ("ledger_entry", "entry", "seq = 5"),
    ("ledger_entry", "envelope_digest", "seq = 5"),
    ("ledger_entry", "subject", "seq = 5"),
    ("envelope", "digest", "digest = (SELECT envelope_digest FROM ledger_entry WHERE seq = 5)"),
    ("envelope", "bytes", "digest = (SELECT envelope_digest FROM ledger_entry WHERE seq = 5)"),
    ("disclosure", "seq", "seq = 2 AND path = 'record'"),
    ("disclosure", "path", "seq = 2 AND path = 'record'"),
    ("disclosure", "salt", "seq = 2 AND path = 'record'"),
    ("disclosure", "value", "seq = 2 AND path = 'record'"),
    ("statement_use", "once", "once > ''"),
    ("tile", "level", "level = 0"),
    ("tile", "index", "level = 0"),
    ("tile", "hashes", "level = 0"),
    ("tile", "root", "level = 0"),
    ("checkpoint", "size", "size = 1"),
    ("checkpoint", "note", "size > 1"),
    ("checkpoint", "frontier", "size > 1"),
    ("ledger_key", "kid", "purpose = 'party'"),
    ("ledger_key", "alg", "purpose = 'party'"),
    ("ledger_key", "public", "purpose = 'party'"),
    ("ledger_key", "holder", "purpose = 'party'"),
    ("ledger_key", "purpose", "purpose = 'party'"),
    ("ledger_key", "enrolled_seq", "purpose = 'party'"),
    ("ledger_key", "revoked_seq", "purpose = 'party'"),
    ("ledger_head", "seq", "id = 1"),
    ("ledger_head", "leaf", "id = 1"),
    ("ledger_head", "time", "id = 1"),
    ("ledger_head", "frontier", "id = 1"),
    ("cosignature", "size", "size > 1"),
    ("cosignature", "witness", "size > 1"),
    ("cosignature", "line", "size > 1"),
    ("cosignature", "signed_at", "size > 1"),
    ("audit_run", "size", "size > 1"),
    ("audit_run", "root", "size > 1"),
]


@pytest.fixture
def spoiler(lite: Flask) -> Iterator[Connection]:
    """A connection that got rid of guards, foreign keys and checks."""
    signer = Ed25519Signer.generate()
    file(enrolment(signer), signed(notice("C-1"), signer), *(effective(f"C-{n}") for n in range(260)))
    ledger.publish_checkpoint()
    transaction(lambda: witnessed(ledger.size()))
    audit_runs.run()
    engine = create_engine(lite.extensions["settings"].database_url)  # plain: no foreign keys checked
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
        names = (
            connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
        )
        for name in names:
            connection.execute(text(f"DROP TRIGGER {name}"))
        yield connection
    engine.dispose()


def test_a_change_in_any_column_of_any_ledger_table_is_found(spoiler: Connection) -> None:
    spoiler.commit()
    assert ledger.audit().ok
    for table, column, where in SPOILED:
        kept = spoiler.execute(text(f'SELECT "{column}", rowid FROM {table} WHERE {where} LIMIT 1')).one()
        spoil(spoiler, table, column, kept[1], spoilt(kept[0]))
        report = ledger.audit()
        assert not report.ok, (table, column)
        if (table, column) != ("ledger_head", "frontier") and table in ("ledger_entry", "envelope"):
            assert report.first_bad == 5, (table, column, report)
        if table == "disclosure" and column != "seq":
            assert report.first_bad == 2, (table, column, report)
        spoil(spoiler, table, column, kept[1], kept[0])
    assert ledger.audit().ok


def spoilt(value: object) -> object:
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:]
    if isinstance(value, str):
        return value[:-1] + chr(ord(value[-1]) ^ 1)
    return 7_000 if value is None else int(str(value)) + 1_000


def spoil(connection: Connection, table: str, column: str, row: int, value: object) -> None:
    changed = connection.execute(
        text(f'UPDATE {table} SET "{column}" = :value WHERE rowid = :row'), {"value": value, "row": row}
    )
    assert changed.rowcount == 1 or column in ("seq", "size")
    if changed.rowcount == 0:  # an INTEGER PRIMARY KEY is the rowid itself
        moved = {"value": value, "row": spoilt(value)}
        connection.execute(text(f'UPDATE {table} SET "{column}" = :value WHERE rowid = :row'), moved)
    connection.commit()


def test_a_lost_middle_entry_and_a_foreign_envelope_are_found(spoiler: Connection) -> None:
    spoiler.execute(text("INSERT INTO envelope (digest, bytes) VALUES ('x', x'00')"))
    spoiler.commit()
    assert ledger.audit()["integrity"].code == "envelope_unlisted"
    spoiler.execute(text("DELETE FROM ledger_entry WHERE seq = 7"))
    spoiler.commit()
    report = ledger.audit()
    assert (report["integrity"].state, report.first_bad) == (State.INVALID, 7)


def test_an_audit_is_never_part_of_a_writing_transaction(lite: Flask) -> None:
    with pytest.raises(RuntimeError, match="audit"):
        transaction(ledger.audit)
