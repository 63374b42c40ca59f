"""Scans brought before there were seats are moved to them, with what the clerk had read; and back again."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, Table, create_engine, select

from registry import schema
from tests.contracts.papers import CO_OWNER, record

BEFORE, AFTER = "0014", "0015"


def migrate(connection: Connection, revision: str, *, down: bool = False) -> None:
    alembic = Config()
    alembic.set_main_option("script_location", str(schema.MIGRATIONS))
    alembic.attributes["connection"] = connection
    (command.downgrade if down else command.upgrade)(alembic, revision)


def put(connection: Connection, table: str, **values: Any) -> None:
    """A row with whatever else must not be empty; nothing else of it matters here."""
    found = Table(table, MetaData(), autoload_with=connection)
    row = {one.name: _filler(one) for one in found.columns if not one.nullable and one.server_default is None}
    whole = {**row, **values}
    marks = ", ".join("?" * len(whole))
    connection.exec_driver_sql(
        f"INSERT INTO {table} ({', '.join(whole)}) VALUES ({marks})", tuple(whole.values())
    )


def _filler(column: Any) -> Any:
    name = str(column.type).upper()
    if "CHAR" in name and "32" in name:
        return uuid4().hex
    if name.startswith(("DATE", "TIMESTAMP")):
        return "2026-01-01 00:00:00.000000"
    return {"JSON": "{}", "INTEGER": 0}.get(name, "0" if "NUMERIC" in name else "")


def test_a_scan_of_the_whole_becomes_a_sheet_for_each_seat_read_as_it_was(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/old.sqlite")
    contract, upload, made = uuid4().hex, uuid4().hex, record(co_owners=[CO_OWNER])
    names = [made["licensor"]["name"], CO_OWNER["name"], made["licensee"]["name"]]
    read = [[names[0], names[0]], [names[2], "另一家公司"]]
    with engine.begin() as connection:
        migrate(connection, BEFORE)
        state = {"registration": "draft", "stamp": "mismatch", "seal_names": json.dumps(read)}
        put(connection, "contract", id=contract, number="C-1", **state)
        put(
            connection,
            "acceptance",
            contract_id=contract,
            record=json.dumps(made),
            state="effective",
            track="local",
        )
        put(connection, "attachment", contract_id=contract, slot="02b", upload_id=upload)
        put(connection, "attachment", contract_id=contract, slot="05", upload_id=uuid4().hex)
    with engine.begin() as connection:
        migrate(connection, AFTER)
        sheets = _rows(connection, "stamped_sheet")
        assert sorted(one.seat for one in sheets) == ["co_owner.1", "licensee", "licensor"]
        assert {one.upload_id for one in sheets} == {upload}
        seats = {one.id: one.seat for one in sheets}
        readings = {
            seats[one.sheet_id]: (one.sealed, one.agrees) for one in _rows(connection, "seal_reading")
        }
        assert readings == {"licensor": (names[0], True), "licensee": ("另一家公司", False)}
        assert [one.slot for one in _rows(connection, "attachment")] == ["05"]
    with engine.begin() as connection:
        migrate(connection, BEFORE, down=True)
        kept = {one.slot: one.upload_id for one in _rows(connection, "attachment")}
        assert kept["02b"] == upload
    engine.dispose()


def _rows(connection: Connection, table: str) -> list[Any]:
    found = Table(table, MetaData(), autoload_with=connection)
    return list(connection.execute(select(found)).all())
