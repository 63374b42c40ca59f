"""The worlds tests begin with are what they would be if each test had made its own."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select

from registry import clock, jobs
from registry.database import db, new_id, transaction
from registry.parties.models import Account, Organisation
from tests.conftest import fresh
from tests.kept import COPIES, Kept
from tests.persons import make_organisation
from tests.refilling import Refilled

GUARDS = "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"


def registries(request: pytest.FixtureRequest, times: int) -> Iterator[tuple[str, int, Flask]]:
    """One after the other, as tests get them."""
    for kind in ("sqlite", "postgresql"):
        for n in range(times):
            for app in fresh(request, kind):
                yield kind, n, app


def names() -> list[str]:
    found = list(db.session.scalars(select(Organisation.name)))
    db.session.rollback()
    return found


def rename(name: str) -> None:
    db.session.scalars(select(Organisation)).one().name = name


def test_what_one_test_wrote_the_next_does_not_find(request: pytest.FixtureRequest) -> None:
    for _, _, app in registries(request, 2):
        assert names() == []
        make_organisation(app)
        assert len(names()) == 1


def test_a_copy_is_the_world_that_was_kept_and_goes_its_own_way(request: pytest.FixtureRequest) -> None:
    for kind, n, app in registries(request, 3):
        copies: Kept = app.extensions[COPIES]
        made, found = make_organisation(app, "u1"), names()
        story = next(one for one in copies.made if one.startswith(kind) and "'u1'" in one)
        assert copies.made[story].value is made
        assert found != [str(n - 1)]
        transaction(lambda n=n: rename(str(n)))
        assert names() == [str(n)]


def test_what_was_written_before_the_first_world_is_not_lost(request: pytest.FixtureRequest) -> None:
    for _, n, app in registries(request, 2):
        job_id = transaction(lambda: jobs.enqueue("mail.send", {})) if n else None
        make_organisation(app, "u1")
        assert job_id is None or db.session.get(jobs.Job, job_id) is not None


def test_after_something_else_was_written_no_copy_takes_its_place(lite: Flask) -> None:
    make_organisation(lite, "u1")
    address, now = "stranger@example.cn", clock.now()
    stranger = Account(id=new_id(), email=address, name="x", password_hash="x", created_at=now)
    transaction(lambda: db.session.add(stranger))
    make_organisation(lite, "c1")
    assert set(db.session.scalars(select(Account.email))) == {address, "u1@example.cn", "c1@example.cn"}


def test_a_file_that_a_test_brings_makes_another_world(lite: Flask) -> None:
    copies: Kept = lite.extensions[COPIES]
    make_organisation(lite, "u1")
    Path(lite.extensions["settings"].instance / "brought").write_text("a seal")
    before = set(copies.made)
    make_organisation(lite, "c1")
    assert set(copies.made) == before
    assert len(names()) == 2


# --- PostgreSQL, emptied and filled -------------------------------------------------------------------


def by_hand(refilled: Refilled, *said: str) -> list[Any]:
    """What a test may do that knows no bounds; the rows of the last sentence."""
    with closing(refilled.cluster.admin(refilled.name)) as connection:
        done = [connection.execute(one) for one in said][-1]
        return done.fetchall() if done.description else []


def test_rows_come_back_as_they_were(refilled: Refilled) -> None:
    refilled.fill(refilled.empty)
    by_hand(refilled, "SET session_replication_role = replica", "DELETE FROM standard_terms")
    assert "standard_terms" not in refilled.contents().rows
    refilled.fill(refilled.empty)
    assert refilled.contents() == refilled.empty
    assert refilled.empty.rows["standard_terms"]


def test_who_was_connected_to_what_another_test_had_is_so_no_longer(refilled: Refilled) -> None:
    with closing(refilled.cluster.admin(refilled.name)) as left:
        left.autocommit = False
        left.execute("SELECT * FROM standard_terms FOR UPDATE")
        refilled.fill(refilled.empty)
        with pytest.raises(psycopg.OperationalError):
            left.execute("SELECT")


def test_a_guard_that_a_test_took_away_is_back(refilled: Refilled) -> None:
    before = by_hand(refilled, GUARDS)
    table, guard = before[0]
    by_hand(refilled, f'DROP TRIGGER "{guard}" ON {table}')
    assert len(by_hand(refilled, GUARDS)) == len(before) - 1
    refilled.fill(refilled.empty)
    assert by_hand(refilled, GUARDS) == before
