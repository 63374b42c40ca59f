"""The demonstration: loaded once, through the real services, and then looked at from outside."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from registry import clock, schema
from registry.app import create_app
from registry.config import Misconfigured, Settings
from registry.contracts.models import Acceptance, Contract
from registry.database import db
from registry.demonstration import load
from registry.demonstration.cast import DOMAIN, MARK, PERSONAS
from registry.demonstration.load import DemoAccount
from registry.jobs import Job
from registry.ledger import service as ledger
from registry.ledger.keyfiles import create_keys
from registry.ledger.models import LedgerEntry
from registry.licenses.models import Declaration
from registry.parties import keys
from registry.parties.models import Account, Mail, Organisation
from registry.patents import numbers
from registry.patents.models import Patent
from tests.conftest import settings_for
from tests.fonts import font_folder


def demo_settings(folder: Path) -> Settings:
    settings = settings_for(folder, f"sqlite:///{folder / 'registry.sqlite'}")
    return replace(settings, demo=True, origin="demo.mingxu.invalid", operator_name="演示")


def prepared(folder: Path) -> Settings:
    """An instance whose database has its tables and whose log has not begun."""
    settings = demo_settings(folder)
    create_keys(settings.keys)
    (folder / "fonts").symlink_to(font_folder(), target_is_directory=True)
    schema.upgrade(settings)
    return settings


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, list[DemoAccount]]:
    settings = prepared(tmp_path_factory.mktemp("demo"))
    app = create_app(settings)
    with app.app_context():
        accounts = load.load(settings, lambda _line: None)
        db.session.remove()
        db.engine.dispose()
    return settings, accounts


@pytest.fixture
def demo(told: tuple[Settings, list[DemoAccount]]) -> Iterator[Flask]:
    app = create_app(told[0])
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_the_log_holds_and_its_times_never_run_back(demo: Flask) -> None:
    assert ledger.audit().exit_code == 0
    entries = db.session.scalars(select(LedgerEntry.entry).order_by(LedgerEntry.seq))
    times = [json.loads(entry)["time"] for entry in entries]
    assert times == sorted(times)
    assert times[0][:10] < clock.today().isoformat() > times[-1][:10]


def test_every_state_of_the_story_is_there(demo: Flask) -> None:
    declared = Counter(db.session.scalars(select(Declaration.state)))
    taken = Counter(db.session.scalars(select(Acceptance.state)))
    registered = Counter(db.session.scalars(select(Contract.registration)))
    assert {"draft", "submitted", "under_review", "returned", "refused", "published"} <= set(declared)
    assert {"paused", "withdrawal_filed", "withdrawn", "terminated", "revoked", "expired"} <= set(declared)
    assert {"drafted", "awaiting_payment", "claimed", "effective", "lapsed"} <= set(taken)
    assert {"manual_review", "void", "terminated"} <= set(taken)
    assert {"draft", "ready", "exported", "submitted", "registered"} <= set(registered)
    assert {"correction", "refused", "changed", "cancelled"} <= set(registered)
    assert sum(declared.values()) == 50


def test_nothing_waits_that_belongs_to_the_past(demo: Flask) -> None:
    assert not db.session.scalars(select(Job.name).where(Job.state != "done")).all()
    assert not db.session.scalars(select(Mail.id).where(Mail.sent_at.is_(None))).all()


def test_nobody_and_no_patent_of_it_is_real(demo: Flask) -> None:
    names = [*db.session.scalars(select(Organisation.name)), *db.session.scalars(select(Account.name))]
    assert all(name.endswith(MARK) for name in names)
    addresses = set(db.session.scalars(select(Mail.address)))
    assert all(address.endswith(DOMAIN) for address in addresses)
    serials = {numbers.parse(number).serial for number in db.session.scalars(select(Patent.number))}
    assert all(serial.startswith("9999") for serial in serials)
    public = [*db.session.scalars(select(Declaration.number)), *db.session.scalars(select(Contract.number))]
    assert all(number.startswith("DEMO-") for number in public)


def test_licensees_of_the_paused_offer_are_told_and_nobody_twice(demo: Flask) -> None:
    letters = select(Mail.address).where(Mail.subject.startswith("您的许可有新情况"))
    assert sorted(db.session.scalars(letters)) == [f"c1@{DOMAIN}", f"c3@{DOMAIN}"]


def test_every_persona_can_sign_in_with_the_printed_password(
    demo: Flask, told: tuple[Settings, list[DemoAccount]]
) -> None:
    _, accounts = told
    assert [one.email for one in accounts] == [f"{one.key.lower()}@{DOMAIN}" for one in PERSONAS]
    first = db.session.scalars(select(Account).where(Account.email == accounts[0].email)).one()
    assert keys.password_fits(first.password_hash, accounts[0].password)
    table = load.account_table(accounts)
    assert accounts[0].password in table
    assert all(one.email in table for one in accounts)


def test_a_second_start_keeps_the_data_and_prints_the_same_accounts(
    demo: Flask, told: tuple[Settings, list[DemoAccount]]
) -> None:
    settings, accounts = told
    before = ledger.size()
    assert load.load(settings, lambda _line: None) == accounts
    assert ledger.size() == before


def test_a_half_loaded_demonstration_is_refused_loudly(tmp_path: Path) -> None:
    settings = prepared(tmp_path / "half")
    app = create_app(settings)
    with app.app_context():
        schema.seed()
        with pytest.raises(Misconfigured, match="not the whole demonstration"):
            load.load(settings, lambda _line: None)
        db.session.remove()
        db.engine.dispose()
