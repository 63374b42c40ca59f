"""A register with rows in it is upgraded: tables that others refer to are rebuilt and nothing is lost."""

from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine

from registry import schema
from tests.conftest import settings_for
from tests.contracts.test_stamps_migrated import migrate, put

BEFORE = "0033"


def register(folder: Path, *, organisation: str, referred: str) -> str:
    """A database of an earlier release: an organisation, and a membership that refers to one."""
    url = f"sqlite:///{folder}/registry.sqlite"
    engine, account = create_engine(url), uuid4().hex
    with engine.begin() as connection:
        migrate(connection, BEFORE)
        put(connection, "organisation", id=organisation, kind="organisation", name="申城理工大学")
        put(connection, "account", id=account, email="a@example.cn")
        put(connection, "membership", account_id=account, organisation_id=referred, role="owner")
    engine.dispose()
    return url


def test_tables_that_others_refer_to_are_rebuilt_and_keep_their_rows(tmp_path: Path) -> None:
    one = uuid4().hex
    url = register(tmp_path, organisation=one, referred=one)
    schema.upgrade(settings_for(tmp_path, url))
    engine = create_engine(url)
    with engine.begin() as connection:
        found = connection.exec_driver_sql(
            "SELECT name, suspended_ground FROM organisation o JOIN membership m ON m.organisation_id = o.id"
        ).all()
        assert [tuple(row) for row in found] == [("申城理工大学", "")]
    engine.dispose()


def test_an_upgrade_that_leaves_a_reference_to_nothing_is_rolled_back(tmp_path: Path) -> None:
    url = register(tmp_path, organisation=uuid4().hex, referred=uuid4().hex)
    with pytest.raises(RuntimeError, match="membership"):
        schema.upgrade(settings_for(tmp_path, url))
    engine = create_engine(url)
    with engine.begin() as connection:
        version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
    engine.dispose()
    assert version == BEFORE


def test_whoever_administered_keeps_both_roles_until_they_are_divided(tmp_path: Path) -> None:
    one = uuid4().hex
    url = register(tmp_path, organisation=one, referred=one)
    engine = create_engine(url)
    with engine.begin() as connection:
        account = connection.exec_driver_sql("SELECT id FROM account").scalar_one()
        put(connection, "membership", account_id=account, role="administrator")
    engine.dispose()
    schema.upgrade(settings_for(tmp_path, url))
    with engine.begin() as connection:
        query = (
            "SELECT role, account_id, organisation_id, ended_at FROM membership "
            "WHERE role <> 'owner' ORDER BY role"
        )
        found = [tuple(row) for row in connection.exec_driver_sql(query)]
    engine.dispose()
    assert found == [("administrator", account, None, None), ("security", account, None, None)]
