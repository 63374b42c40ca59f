"""The line to PostgreSQL is cut before each statement of an acceptance and before its commit."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from registry.database import db
from registry.ledger import service as ledger
from tests.conftest import fresh
from tests.contracts.test_api import drafted
from tests.contracts.test_api import signed as notice_signed
from tests.factories import make_organisation, published
from tests.ledger.test_fail_pairs import _the_same_minute, whole
from tests.licenses.test_api import Machine
from tests.refilling import Refilled


@pytest.fixture
def app(request: pytest.FixtureRequest) -> Iterator[Flask]:
    yield from fresh(request, "postgresql")


@contextmanager
def cut_before(step: int, refilled: Refilled) -> Iterator[list[str]]:
    """Whoever takes that step, counted from 1, finds that the server has ended the connection."""
    seen: list[str] = []

    def cut(connection: Any, _cursor: Any = None, statement: str = "end", *_: Any) -> None:
        seen.append(statement)
        if len(seen) == step:
            pid = connection.connection.dbapi_connection.info.backend_pid
            with closing(refilled.cluster.admin(refilled.name)) as other:
                other.execute("SELECT pg_terminate_backend(%s, 2000)", (pid,))

    moments = ("before_cursor_execute", "commit")
    for one in moments:
        event.listen(db.engine, one, cut)
    try:
        yield seen
    finally:
        for one in moments:
            event.remove(db.engine, one, cut)
        db.session.rollback()


def test_wherever_the_line_is_cut_the_answer_is_busy_and_the_last_try_is_filed_once(
    app: Flask, refilled: Refilled
) -> None:
    offer = published(app)
    machine = Machine(app, make_organisation(app, "c1"))
    draft = drafted(machine, offer)
    path, body = f"/acceptances/{draft['number']}/notice", notice_signed(machine, draft)
    size, answers = ledger.size(), []
    with _the_same_minute(app):
        for step in range(1, 100):
            with cut_before(step, refilled) as seen:
                answers.append(machine.call("POST", path, body, key="once").status_code)
            if len(seen) < step:
                break
    assert set(answers[:-1]) == {503}, answers
    assert answers[-1] == 201
    assert len(answers) > 20
    whole(size + 3)  # the key made for the statement, the notice, its effect
