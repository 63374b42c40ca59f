"""The command line: a command does one thing, says so, and refuses with a sentence and an exit code."""

import json
from contextlib import nullcontext
from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from registry import command_line, history
from registry.commands import cli
from registry.database import db
from registry.parties import sessions
from registry.parties.models import Membership, Organisation, Venue
from registry.parties.rules import Role
from tests.browser import Browser, open_account

USCC = "91310118000000115A"
NAME = "东海知识产权交易中心（演示）"


def run(app: Flask, *words: str) -> Result:
    """One command against the application's own database, by the application that serves the test: building
    one for each command takes longer than the command. `db upgrade` builds its own.
    """
    settings = app.extensions["settings"]
    environment = {
        "REGISTRY_INSTANCE": str(settings.instance),
        "REGISTRY_DATABASE_URL": settings.database_url,
        "REGISTRY_OWNER_DATABASE_URL": settings.owner_database_url,
        "REGISTRY_SECRET_KEY": settings.secret_key,
        "REGISTRY_ORIGIN": settings.origin,
        "REGISTRY_DEMO": None,
    }
    db.session.rollback()
    serves = nullcontext() if words[0] == "db" else patch.object(command_line, "create_app", lambda _: app)
    with serves:
        return CliRunner().invoke(cli, list(words), env=environment)


def open_venue(app: Flask, code: str = "DONGHAI", uscc: str = USCC) -> Result:
    return run(app, "venue", "create", code, "--name", NAME, "--uscc", uscc)


# --- venues and the people who work for them ---------------------------------------------------------


def test_a_venue_is_opened_with_its_organisation(app: Flask) -> None:
    done = open_venue(app)
    assert done.exit_code == 0, done.output
    venue = db.session.scalars(select(Venue)).one()
    assert (venue.code, venue.name) == ("DONGHAI", NAME)
    assert venue.organisation.region == "310118"
    assert venue.organisation.verified_at is not None
    assert [row.verb for row in history.of(venue)] == ["open_venue"]


def test_a_venue_code_is_given_once(lite: Flask) -> None:
    open_venue(lite)
    again = open_venue(lite)
    assert again.exit_code == 1
    assert "[venue_known]" in again.output
    assert len(db.session.scalars(select(Venue)).all()) == 1


def test_a_second_venue_of_the_same_organisation_founds_none(lite: Flask) -> None:
    open_venue(lite)
    assert open_venue(lite, code="DONGHAI-2").exit_code == 0
    assert len(db.session.scalars(select(Organisation)).all()) == 1


def test_a_wrong_credit_code_opens_no_venue(lite: Flask) -> None:
    refused = open_venue(lite, uscc="913101180000001150")
    assert refused.exit_code == 1
    assert "[uscc_check]" in refused.output
    assert db.session.scalars(select(Venue)).all() == []


def test_an_operator_sees_the_venue_after_being_appointed(app: Flask) -> None:
    open_venue(app)
    account = open_account("operator@example.cn")
    done = run(app, "operator", "add", "Operator@example.cn", "--venue", "DONGHAI")
    assert done.exit_code == 0, done.output
    member = db.session.scalars(select(Membership).where(Membership.account_id == account.id)).one()
    assert member.role == Role.OPERATOR
    assert Browser(app).sign_in("operator@example.cn").get("/venue/organisations").status == 200


def test_appointing_twice_changes_nothing(lite: Flask) -> None:
    open_venue(lite)
    account = open_account("operator@example.cn")
    for _ in range(2):
        assert run(lite, "operator", "add", "operator@example.cn", "--venue", "DONGHAI").exit_code == 0
    assert len(db.session.scalars(sessions.memberships_of(account.id)).all()) == 1


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_auditors_and_administrators_belong_to_no_venue(lite: Flask, role: str) -> None:
    account = open_account("staff@example.cn")
    assert run(lite, "operator", "add", "staff@example.cn", "--role", role).exit_code == 0
    member = db.session.scalars(sessions.memberships_of(account.id)).one()
    assert (member.role, member.venue_id, member.organisation_id) == (role, None, None)


@pytest.mark.parametrize(
    ("email", "venue", "code"),
    [
        ("nobody@example.cn", "DONGHAI", "account_unknown"),
        ("known@example.cn", "ELSEWHERE", "venue_unknown"),
        ("known@example.cn", "", "venue_unknown"),
        ("new@example.cn", "DONGHAI", "account_unconfirmed"),
    ],
)
def test_only_a_confirmed_account_is_appointed_to_a_venue_that_exists(
    lite: Flask, email: str, venue: str, code: str
) -> None:
    open_venue(lite)
    open_account("known@example.cn")
    account = open_account("new@example.cn")
    account.confirmed_at = None
    db.session.commit()
    refused = run(lite, "operator", "add", email, "--venue", venue)
    assert refused.exit_code == 1
    assert f"[{code}]" in refused.output
    assert db.session.scalars(select(Membership)).all() == []


def test_refusals_are_said_in_english(lite: Flask) -> None:
    said = run(lite, "operator", "add", "nobody@example.cn", "--venue", "DONGHAI").output
    assert said.startswith("Error: ")
    assert said.endswith("[account_unknown]\n")


# --- the log -----------------------------------------------------------------------------------------


@pytest.fixture
def exported(lite: Flask, tmp_path: Path) -> Path:
    """The exported log of an application with an account, so that there is more than its start."""
    open_account("somebody@example.cn")
    folder = tmp_path / "log"
    done = run(lite, "log", "export", str(folder))
    assert done.exit_code == 0, done.output
    assert "filings exported" in done.output
    return folder


def test_an_exported_log_verifies_under_its_key(lite: Flask, exported: Path) -> None:
    done = run(lite, "verify", str(exported), "--vkey", str(exported / "vkey"))
    assert done.exit_code == 0, done.output
    assert "Everything that can be checked here holds." in done.output


def test_a_report_comes_as_json_too(lite: Flask, exported: Path) -> None:
    done = run(lite, "verify", str(exported), "--vkey", str(exported / "vkey"), "--json")
    assert json.loads(done.output)["ok"] is True


def test_without_the_key_nothing_counts_as_verified(lite: Flask, exported: Path) -> None:
    done = run(lite, "verify", str(exported), "--lang", "zh")
    assert done.exit_code == 1
    assert "没有给出登记方的公钥" in done.output


def test_a_spoiled_envelope_names_its_place(lite: Flask, exported: Path) -> None:
    last = max((exported / "envelopes").iterdir(), key=lambda path: path.stat().st_size)
    last.write_bytes(last.read_bytes().replace(b"a", b"b", 1))
    done = run(lite, "verify", str(exported), "--vkey", str(exported / "vkey"), "--json")
    assert done.exit_code == 1
    assert json.loads(done.output)["first_bad_seq"] is not None


def test_a_log_is_compared_with_an_earlier_checkpoint(lite: Flask, exported: Path, tmp_path: Path) -> None:
    later = tmp_path / "later"
    open_account("another@example.cn")
    assert run(lite, "log", "export", str(later)).exit_code == 0
    key = str(exported / "vkey")
    grown = run(lite, "verify", str(later), "--vkey", key, "--earlier", str(exported / "checkpoint"))
    assert grown.exit_code == 0, grown.output
    assert "the log only grew" in grown.output
    cut = run(lite, "verify", str(exported), "--vkey", key, "--earlier", str(later / "checkpoint"))
    assert cut.exit_code == 1
    assert "rewritten or cut" in cut.output


def test_a_malformed_key_or_checkpoint_is_said_without_a_traceback(lite: Flask, exported: Path) -> None:
    for words in (["--vkey", "nonsense"], ["--earlier", str(exported / "checkpoint")]):
        done = run(lite, "verify", str(exported), *words)
        assert done.exit_code == 1
        assert done.output.startswith("Error: ")


def test_an_export_does_not_write_over_another(lite: Flask, exported: Path) -> None:
    again = run(lite, "log", "export", str(exported))
    assert again.exit_code == 1
    assert "[export_not_empty]" in again.output


def test_an_audit_finds_nothing_wrong_with_an_honest_database(app: Flask) -> None:
    open_account("somebody@example.cn")
    done = run(app, "audit")
    assert done.exit_code == 0, done.output
    assert "Integrity: holds" in done.output


# --- setting up --------------------------------------------------------------------------------------


def test_upgrading_twice_is_harmless(app: Flask) -> None:
    for _ in range(2):
        done = run(app, "db", "upgrade")
        assert done.exit_code == 0, done.output


def test_keys_are_never_made_over_existing_ones(lite: Flask) -> None:
    before = {path.name: path.read_bytes() for path in lite.extensions["settings"].keys.iterdir()}
    refused = run(lite, "keys", "create")
    assert refused.exit_code == 1
    assert "keys are already there" in refused.output
    assert {path.name: path.read_bytes() for path in lite.extensions["settings"].keys.iterdir()} == before


@pytest.mark.parametrize("words", [["audit"], ["worker"], ["db", "upgrade"], ["serve"]])
def test_without_its_secret_nothing_starts(tmp_path: Path, words: list[str]) -> None:
    environment = {
        "REGISTRY_INSTANCE": str(tmp_path),
        "REGISTRY_SECRET_KEY": None,
        "REGISTRY_DEMO": None,
        "REGISTRY_ORIGIN": "test.mingxu.invalid",
    }
    done = CliRunner().invoke(cli, words, env=environment)
    assert done.exit_code == 1
    assert "REGISTRY_SECRET_KEY" in done.output
