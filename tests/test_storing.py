"""Columns written past the unit of work: at once, or together at the end."""

import pytest
from flask import Flask
from sqlalchemy import event, select

from registry import clock
from registry.database import db, new_id, store, stored_once, transaction, value_of
from registry.idempotency import Idempotency


def _row() -> Idempotency:
    account = new_id()
    row = Idempotency(id=new_id(), account_id=account, key="k", fingerprint="f", created_at=clock.now())
    transaction(lambda: db.session.add(row))
    return row


def _kept(row: Idempotency) -> tuple[int, str]:
    found = db.session.connection().execute(
        select(Idempotency.status, Idempotency.reference).where(Idempotency.id == row.id)
    )
    status, reference = found.one()
    return status, reference


def test_what_is_stored_of_a_row_is_written_at_the_end_by_one_statement(lite: Flask) -> None:
    one, other, said = _row(), _row(), []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _u, text, *_: said.append(text))

    def work() -> None:
        with stored_once([one]):
            store(one, status=1)
            store(other, status=7)
            store(one, status=2, reference="A-1")
            assert (one.status, one.reference) == (2, "A-1")
            assert (_kept(one), _kept(other)) == ((0, ""), (7, ""))
        assert _kept(one) == (2, "A-1")

    transaction(work)
    assert sum(text.startswith("UPDATE") for text in said) == 2


def test_of_work_that_failed_nothing_is_written(lite: Flask) -> None:
    row = _row()

    def fail() -> None:
        with stored_once([row]):
            store(row, status=1)
            raise ZeroDivisionError

    def work() -> None:
        with pytest.raises(ZeroDivisionError):
            fail()
        assert _kept(row) == (0, "")
        store(row, status=3)  # and nothing is held back any more
        assert _kept(row) == (3, "")

    transaction(work)


def test_a_value_is_asked_for_after_what_waits_to_be_written(lite: Flask) -> None:
    row = _row()

    def work() -> None:
        row.reference = "A-2"
        assert value_of(select(Idempotency.reference).where(Idempotency.id == row.id)) == "A-2"
        assert value_of(select(Idempotency.reference).where(Idempotency.id == new_id())) is None

    transaction(work)
