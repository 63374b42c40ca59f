"""Certificates are sealed once, behind their filing; without a seal they go out as before."""

from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from registry import clock, jobs
from registry.config import Settings
from registry.contracts import papers_shown, register, sealing
from registry.contracts.models import Paper
from registry.contracts.printed_models import SealedPaper
from registry.database import db, transaction
from registry.documents import store
from registry.ledger import seal_keys
from registry.ledger import service as ledger
from registry.ledger.policy import policy_of
from registry.ledger.setup import ledger_setup
from registry.ledger.verify import verify_bytes
from tests.exports.making import ready_paid
from tests.factories import reading
from tests.ledger.losing import renamed, restart


@cache
def a_seal() -> dict[str, bytes]:
    """Made once: a key of its length takes its time."""
    with TemporaryDirectory() as name:
        folder = Path(name) / "keys"
        seal_keys.make_self_made(folder, operator="测试", demo=False, at=clock.now() - timedelta(days=400))
        return {path.name: path.read_bytes() for path in folder.iterdir()}


def seal_of(app: Flask) -> None:
    settings: Settings = app.extensions["settings"]
    for name, data in a_seal().items():
        (settings.keys / name).write_bytes(data)
        (settings.keys / name).chmod(0o600)


@pytest.fixture
def sealing_app(lite: Flask) -> Flask:
    seal_of(lite)
    return lite


def rows() -> list[SealedPaper]:
    found = list(db.session.scalars(select(SealedPaper).order_by(SealedPaper.size)))
    db.session.rollback()
    return found


def handed_out(number: str) -> tuple[Paper, bytes]:
    contract = register.find_contract(number)
    held = [paper for paper in papers_shown.of(contract) if paper.kind == "certificate"]
    return sealing.sealed(contract, held[-1].id)


def row_of(number: str) -> UUID:
    found: UUID = reading(lambda: register.find_contract(number).id)
    return found


def checked(data: bytes) -> Any:
    return verify_bytes(data, policy_of(ledger_setup().vkey))


def test_a_certificate_is_sealed_behind_its_filing_on_both_databases(app: Flask) -> None:
    seal_of(app)
    _, number = ready_paid(app, "c1")
    paper, data = reading(lambda: handed_out(number))
    report = checked(data)
    assert report.ok
    assert (report["seal"].state.value, report["seal"].code) == ("lowered", "seal_self_made")
    (row,) = rows()
    assert (row.paper_id, row.level) == (paper.id, "B-B")
    assert row.digest != paper.digest
    assert data.startswith(reading(lambda: store.get(paper.digest)))
    assert reading(lambda: papers_shown.by_digest(row.digest)).id == paper.id
    sealing.seal_certificates({"contract": str(row_of(number))})  # the same job again
    assert [one.digest for one in rows()] == [row.digest]


def test_a_worker_that_died_before_the_file_leaves_no_file_that_no_row_names(
    sealing_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any, **__: Any) -> str:
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(
            sealing.store, "put", lambda data, kind: die() if b"/DocMDP" in data else put(data, kind)
        )
        _, number = ready_paid(sealing_app, "c1")
    (first,) = rows()
    assert not reading(lambda: store.is_there(first.digest))
    assert reading(lambda: checked(handed_out(number)[1]))["seal"].code == "seal_missing"
    with time_machine.travel(clock.now() + timedelta(seconds=2), tick=True):  # a seal tells its second
        sealing.seal_certificates({"contract": str(row_of(number))})
    (second,) = rows()
    assert second.digest != first.digest
    assert reading(lambda: store.is_there(second.digest))
    assert reading(lambda: checked(handed_out(number)[1]))["seal"].code == "seal_self_made"


put = store.put


def test_what_is_filed_later_is_sealed_anew_and_what_was_sealed_before_is_handed_out_no_more(
    sealing_app: Flask,
) -> None:
    _, number = ready_paid(sealing_app, "c1")
    acceptance_id = reading(lambda: register.find_contract(number).acceptances[0].id)

    def end() -> None:
        acceptance = register.lock(acceptance_id)
        register.enter(register.ending(acceptance, ground="agreement", on=clock.today()))

    transaction(end)
    assert reading(lambda: checked(handed_out(number)[1]))["seal"].code == "seal_missing"
    jobs.run_all()
    assert len(rows()) == 2
    report = reading(lambda: checked(handed_out(number)[1]))
    assert report["seal"].code == "seal_self_made"
    assert report.facts["license_state"] == "ended"


@pytest.mark.parametrize("state", ["missing", "expired"])
def test_without_a_seal_that_serves_certificates_go_out_unsealed(lite: Flask, state: str) -> None:
    settings: Settings = lite.extensions["settings"]
    if state == "expired":
        past = clock.now() - seal_keys.SELF_MADE_FOR - seal_keys.SOON
        seal_keys.make_self_made(settings.keys, operator="测试", demo=True, at=past)
    _, number = ready_paid(lite, "c1")
    assert rows() == []
    assert sealing.state().state == state
    report = reading(lambda: checked(handed_out(number)[1]))
    assert report.ok
    assert report["seal"].code == "seal_missing"
    assert not db.session.scalars(select(jobs.Job.id).where(jobs.Job.state == "dead")).all()


def test_what_was_sealed_before_a_log_was_lost_is_not_current_once_the_next_log_tells_more(
    sealing_app: Flask, tmp_path: Path
) -> None:
    _, number = ready_paid(sealing_app, "c1")
    acceptance_id = reading(lambda: register.find_contract(number).acceptances[0].id)
    restart(sealing_app, tmp_path)
    renamed(sealing_app)
    (row,) = rows()
    assert reading(lambda: sealing.is_current(row, register.find_contract(number)))

    def end() -> None:
        acceptance = register.lock(acceptance_id)
        register.enter(register.ending(acceptance, ground="agreement", on=clock.today()))

    transaction(end)
    told = reading(lambda: max(ledger.filings_about(number)))
    assert told < row.size  # a small number, of another log
    assert not reading(lambda: sealing.is_current(row, register.find_contract(number)))
