"""The demonstration: loaded once, through the real services, and then looked at from outside."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from registry import clock, schema
from registry.app import create_app
from registry.catalogue import collections
from registry.catalogue import service as catalogue
from registry.catalogue.collection_models import Collection
from registry.catalogue.listing import drawing_of
from registry.config import Misconfigured, Settings
from registry.contracts import bank_rows, dues, payment_requests, reminders, result_rows
from registry.contracts.duty_models import DefaultNotice, Ending, Handover, RoyaltyReport
from registry.contracts.models import Acceptance, Contract, Refund
from registry.contracts.money_models import AccountChange, Invoice, PaymentRequest
from registry.database import Model, db
from registry.demand.models import Interest
from registry.demand.need_models import Need, NeedMatch, NotTaken
from registry.demonstration import load, samples
from registry.demonstration.cast import DOMAIN, MARK, PERSONAS
from registry.demonstration.load import DemoAccount
from registry.documents.tables_in import TableRow, find_headings, read_table
from registry.history import History
from registry.jobs import Job
from registry.ledger import service as ledger
from registry.ledger.canonical import b64
from registry.ledger.filings import RELAYED, Filed
from registry.ledger.keyfiles import create_keys
from registry.ledger.models import LedgerEntry
from registry.licenses.batch_models import BatchRow, BatchSigning, DeclarationBatch
from registry.licenses.models import Declaration, DeclarationVersion
from registry.parties import keys
from registry.parties.models import Account, Key, Mail, Organisation
from registry.parties.power_models import PowerOfAttorney
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


@pytest.fixture(scope="module")
def served(told: tuple[Settings, list[DemoAccount]]) -> Flask:
    return create_app(told[0])


@pytest.fixture
def demo(served: Flask) -> Iterator[Flask]:
    with served.app_context():
        yield served
        db.session.remove()
        db.engine.dispose()


def test_the_log_holds_and_its_times_never_run_back(demo: Flask) -> None:
    assert ledger.audit().exit_code == 0
    entries = db.session.scalars(select(LedgerEntry.entry).order_by(LedgerEntry.seq))
    times = [json.loads(entry)["time"] for entry in entries]
    assert times == sorted(times)
    assert times[0][:10] < clock.today().isoformat() > times[-1][:10]


def test_nobody_can_tell_from_the_public_log_that_two_licenses_have_one_licensee(demo: Flask) -> None:
    """Keys, holders and list heads: nothing but the registry's own stands in the filings of two contracts."""
    contracts = {one.filed_under: one for one in db.session.scalars(select(Contract))}
    licensees = Counter(one.licensee_id for one in contracts.values())
    assert licensees.most_common(1)[0][1] > 2  # one licensee has several, or the test says nothing
    told: dict[str, set[str]] = {}
    filed: list[Filed] = []
    for number in contracts:
        for one in ledger.filings_about(number).values():
            filed.append(one)
            for said in one.statements:
                if said.fields["role"] == "licensee":
                    enrolled = ledger.public_key(said.kid)
                    assert enrolled is not None
                    assert (said.level, said.place) == (RELAYED, None)
                    made = ledger.filed_at(enrolled.enrolled_seq)[1]
                    assert made.fields["holder"] == number
                    shown = {said.kid, b64(said.signature), *made.commitments, *one.commitments}
                    told.setdefault(number, set()).update(shown)
    assert len(told) > 2
    seen = Counter(value for values in told.values() for value in values)
    assert [value for value, times in seen.items() if times > 1] == []
    own = {key.kid for key in db.session.scalars(select(Key))}
    licensees_own = own - {
        said.kid for one in filed for said in one.statements if said.fields["role"] != "licensee"
    }
    assert licensees_own & {said.kid for one in filed for said in one.statements} == set()


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


def test_the_university_s_patents_come_from_one_table_and_are_signed_some_at_a_time(demo: Flask) -> None:
    batch = db.session.scalars(select(DeclarationBatch)).one()
    rows = db.session.scalars(select(BatchRow).where(BatchRow.batch_id == batch.id)).all()
    assert Counter(row.verdict for row in rows) == {"ready": 32, "incomplete": 4}
    drafts = [row for row in rows if row.declaration is not None and row.declaration.state == "draft"]
    assert [row.verdict for row in drafts] == ["incomplete"] * 4
    signings = db.session.scalars(select(BatchSigning)).all()
    assert {one.state for one in signings} == {"done"}
    assert sum(one.size for one in signings) == 32 > len(signings) > 2
    assert not [row.fault for row in rows if row.fault]
    published = [row.declaration for row in rows if row.declaration and row.declaration.published_seq]
    places = [ledger.filed_at(one.published_seq or 0)[1].statements[0].place for one in published]
    assert all(place is not None and place.size > 1 for place in places)


def test_what_follows_a_license_is_there(demo: Flask) -> None:
    def states(table: type[Model]) -> set[str]:
        return set(db.session.scalars(select(table.state)))  # type: ignore[attr-defined]

    assert states(RoyaltyReport) == {"reported", "agreed", "disputed"}
    assert db.session.scalars(select(RoyaltyReport.nil)).all().count(True) == 1
    assert states(DefaultNotice) == {"open", "ended"}
    assert states(Ending) == {"accepted"}
    assert states(Handover) == {"recorded", "confirmed"}
    assert states(Invoice) == {"asked", "issued", "reversed"}
    assert states(Refund) == {"to_refund", "sent"}
    assert {"mismatch", "complete", "waiting_licensee"} <= set(db.session.scalars(select(Contract.stamp)))


def test_some_offers_show_a_drawing(demo: Flask) -> None:
    versions = list(db.session.scalars(select(DeclarationVersion)))
    drawn = [one.declaration_id for one in versions if drawing_of(one) is not None]
    assert {db.session.get_one(Declaration, one).patent.title for one in drawn} == {
        "焊接机器人旋转臂架", "机器人焊接回转支撑装置", "便携检测仪外壳",
    }  # fmt: skip


def test_people_wish_for_things_and_say_why_not(demo: Flask) -> None:
    assert [one.state for one in db.session.scalars(select(Interest))] == ["open"] * 3
    (collection,) = db.session.scalars(select(Collection))
    tags = [str(catalogue.offer_tag(row)) for row in collections.offers_of(collection)]
    assert tags == ["announced", "announced", "ended"]
    assert sorted(db.session.scalars(select(Need.state))) == ["public", "waiting"]
    assert db.session.scalar(select(func.count(NeedMatch.id)).where(NeedMatch.told_at.is_not(None)))
    assert sorted(db.session.scalars(select(NotTaken.why))) == ["price", "price", "unclear"]


def test_a_new_account_waits_its_two_working_days(demo: Flask) -> None:
    change = db.session.scalars(select(AccountChange)).one()
    assert (change.state, change.seq) == ("approved", None)
    assert change.in_force_on is not None
    assert change.in_force_on > clock.today()


def test_a_later_due_is_overdue_was_asked_for_in_its_time_and_reminded_of(demo: Flask) -> None:
    request = db.session.scalars(select(PaymentRequest).where(PaymentRequest.due_key == "instalment:2")).one()
    debt = dues.find(request.acceptance, "instalment:2")
    assert debt.state == "overdue"
    assert request.pay_by is not None
    assert clock.legal_day(request.asked_at) >= request.pay_by - payment_requests.AHEAD
    told = [one.days for one in reminders.of_acceptance(request.acceptance) if one.key == "instalment:2"]
    assert told[:2] == [-7, 0]


def test_the_sample_files_fit_this_load(demo: Flask, told: tuple[Settings, list[DemoAccount]]) -> None:
    folder = samples.folder_of(told[0].instance)
    statement = bank_rows.read(bank_rows.headed(read_file(folder / samples.STATEMENT), bank_rows.names()))
    assert len(statement.credits) == 4
    assert (statement.passed_over, statement.faults) == (1, ())
    found = [one.remark.rpartition(" ")[2] for one in statement.credits[:3]]
    assert all(payment_requests.by_reference(reference) for reference in found)
    headed = find_headings(read_file(folder / samples.RESULTS), result_rows.NAMES, result_rows.REQUIRED)
    lines = result_rows.read_lines(headed, clock.today())
    assert not any(line.problems for line in lines)
    states = {one.number: one.registration for one in db.session.scalars(select(Contract))}
    assert [states.get(line.number) for line in lines] == ["submitted", "exported", "ready", None]
    assert all(str(folder / name) in samples.table(told[0].instance) for name in samples.BRINGS)


def read_file(path: Path) -> list[TableRow]:
    return read_table(path.read_bytes())


def test_nothing_waits_that_belongs_to_the_past(demo: Flask) -> None:
    late = select(Job.name).where(Job.state != "done", Job.run_after <= clock.now())
    assert not db.session.scalars(late).all()
    assert set(db.session.scalars(select(Job.name).where(Job.state != "done"))) == {"dues.ask"}
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


def test_an_agency_declares_under_a_firms_power_and_another_power_waits_for_it(demo: Flask) -> None:
    agency = select(Organisation.id).where(Organisation.uscc == "91310104000000078T").scalar_subquery()
    held = select(PowerOfAttorney).where(PowerOfAttorney.agent_id == agency)
    powers = {one.state: one for one in db.session.scalars(held)}
    assert set(powers) == {"active", "offered"}
    done = select(History.verb).where(History.changes["power"].as_string() == powers["active"].number)
    assert {"draft", "save_step", "submit"} <= set(db.session.scalars(done))


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
