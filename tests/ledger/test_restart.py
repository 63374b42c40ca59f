"""After a real loss: the old log closed with what is left of it, a new one that names its last known head."""

import json
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from registry import clock, schema, succession
from registry.contracts import printing, register
from registry.contracts import service as contracts
from registry.contracts.models import Paper
from registry.database import db, transaction
from registry.errors import Conflict, NotFound
from registry.ledger import seal_keys
from registry.ledger import service as ledger
from registry.ledger.canonical import jcs
from registry.ledger.guards import missing_guards
from registry.ledger.models import ClosedLog
from registry.ledger.notes import Head, sign_note
from registry.ledger.policy import policy_of
from registry.ledger.setup import ledger_setup
from registry.ledger.signing import Ed25519Signer as Signer
from registry.ledger.verify import verify_path
from registry.parties import service as parties
from tests.browser import PASSWORD, Browser, run_jobs
from tests.contracts import taking
from tests.contracts.test_sealing import seal_of
from tests.factories import make_organisation, published, reading
from tests.ledger.losing import NEXT, lost_head, renamed, restart
from tests.ledger.making import ORIGIN, effective, file
from tests.test_commands import run


def test_filing_goes_on_and_the_past_stays_checkable(app: Flask, tmp_path: Path) -> None:
    offer, c1, c2 = published(app), make_organisation(app, "c1"), make_organisation(app, "c2")
    number = taking.taken(c1, offer)
    run_jobs()  # papers are printed: their rows are frozen, and renumbered all the same
    seq = reading(lambda: register.find(number).noticed_seq)
    assert seq is not None
    old = policy_of(ledger_setup().vkey)
    (tmp_path / "old").write_bytes(jcs(reading(lambda: ledger.receipt(seq, disclose={"licensee"}))))
    held = reading(ledger.size)

    done = restart(app, tmp_path)
    assert done.exit_code == 0, done.output
    assert f"{ORIGIN} is closed with {held} filings; 3 of its last known head are lost" in done.output
    assert f"REGISTRY_ORIGIN={NEXT}" in done.output
    renamed(app)
    new = policy_of(ledger_setup().vkey)

    started = json.loads(reading(lambda: ledger.filed_at(0)[0]))
    assert (started["type"], started["subject"], reading(ledger.size)) == ("log.started", NEXT, 1)
    named = reading(lambda: ledger.filed_at(0)[1].fields["predecessor"])
    assert (named["origin"], named["size"], named["root"]) == (ORIGIN, held + 3, "11" * 32)
    assert named["note"] == (tmp_path / "last-head").read_text()
    reading(ledger.check_start)
    assert ledger.audit().ok

    # the old log, in its archive and filing by filing, under its own name and key
    assert verify_path(tmp_path / "archive", old).ok
    assert verify_path(tmp_path / "old", old, earlier=tmp_path / "archive" / "checkpoint").ok
    moved = reading(lambda: register.find(number).noticed_seq)
    assert moved == seq - held
    papers = reading(lambda: db.session.scalars(select(Paper.issued_seq)).all())
    assert papers
    assert all(-held <= place < 0 for place in papers if place is not None)
    (tmp_path / "again").write_bytes(jcs(reading(lambda: ledger.receipt(moved, disclose={"licensee"}))))
    again = verify_path(tmp_path / "again", old)
    assert (again.ok, again.origin, again.facts["seq"]) == (True, ORIGIN, seq)
    assert again.facts["disclosed.licensee"] == verify_path(tmp_path / "old", old).facts["disclosed.licensee"]
    assert not verify_path(tmp_path / "again", new).ok
    entered = reading(lambda: printing.entered(moved))
    assert (entered.seq, entered.leaf) == (seq, reading(lambda: register.leaf(moved)))

    # and filing goes on: a key of the old log states itself to the new one at its first signature there
    second = taking.drafted(c2, offer)
    said = reading(lambda: register.find(second).statement_fields)
    statement = reading(lambda: parties.sign(c2.actor, PASSWORD, said))
    transaction(lambda: contracts.accept(c2.actor, register.find(second), statement).number)
    assert reading(lambda: register.find(second).noticed_seq or 0) > 0
    assert ledger.audit().ok
    reading(lambda: ledger.export(tmp_path / "log"))
    assert verify_path(tmp_path / "log", new).ok


def test_nothing_is_closed_without_a_loss_a_persons_word_and_the_newest_head(
    lite: Flask, tmp_path: Path
) -> None:
    file(effective("C-1"))
    (tmp_path / "whole").write_text(reading(ledger.publish_checkpoint))
    assert "[restart_not_lost]" in restart(lite, tmp_path, head=tmp_path / "whole").output
    given = ("--last-head", str(lost_head(tmp_path)), "--archive", str(tmp_path / "archive"))
    assert run(lite, "log", "restart", *given).exit_code == 2
    ledger_setup().anchor.write_text(lost_head(tmp_path, 9).read_text())
    assert "[restart_newer]" in restart(lite, tmp_path, head=lost_head(tmp_path, 3)).output
    (tmp_path / "foreign").write_text(sign_note(Head(ORIGIN, 99, bytes(32)).text, ORIGIN, Signer.generate()))
    assert "[restart_head]" in restart(lite, tmp_path, head=tmp_path / "foreign").output
    assert reading(ledger.size) == 2
    assert reading(lambda: db.session.scalars(select(ClosedLog)).all()) == []


def test_a_crash_before_the_commit_leaves_the_old_log_as_it_was(app: Flask, tmp_path: Path) -> None:
    file(effective("C-1"))
    reading(ledger.publish_checkpoint)
    head = lost_head(tmp_path)
    with patch.object(schema, "guard", side_effect=KeyboardInterrupt):
        restart(app, tmp_path, head=head)
    db.session.rollback()
    assert reading(ledger.size) == 2
    assert missing_guards(db.session.connection(), schema.FROZEN) == []
    db.session.rollback()
    assert ledger.audit().ok
    file(effective("C-2"))


def test_a_crash_behind_the_commit_is_finished_by_the_next_start_under_the_new_name(
    app: Flask, tmp_path: Path
) -> None:
    file(effective("C-1"))
    reading(ledger.publish_checkpoint)
    with patch.object(succession.closing, "set_anchor_aside", side_effect=KeyboardInterrupt):
        restart(app, tmp_path)
    db.session.rollback()
    assert reading(ledger.size) == 0
    with pytest.raises(Conflict, match="ledger_restarted"):
        ledger.start()  # still under the old name
    renamed(app)
    reading(ledger.check_start)
    ledger.start()
    note = reading(ledger.publish_checkpoint)
    assert ledger_setup().anchor.read_text() == note
    assert reading(lambda: ledger.filed_at(0)[1].fields["predecessor"]["origin"]) == ORIGIN
    assert ledger.audit().ok


def test_new_keys_begin_with_the_new_log_and_the_old_stay_aside(lite: Flask, tmp_path: Path) -> None:
    old = ledger_setup().vkey
    file(effective("C-1"))
    reading(ledger.publish_checkpoint)
    done = restart(lite, tmp_path, "--new-keys")
    assert done.exit_code == 0
    assert "seal" not in done.output
    renamed(lite)
    assert ledger_setup().vkey.public != old.public
    reading(ledger.check_start)
    assert (ledger_setup().folder.parent / "keys.1" / "checkpoint.ed25519.pem").exists()
    (tmp_path / "old").write_bytes(jcs(reading(lambda: ledger.receipt(-1))))
    assert verify_path(tmp_path / "old", policy_of(old)).ok


def test_the_seal_stays_when_the_logs_keys_are_new_and_that_is_said(lite: Flask, tmp_path: Path) -> None:
    file(effective("C-1"))
    reading(ledger.publish_checkpoint)
    seal_of(lite)
    folder = ledger_setup().folder
    held = {path.name: path.read_bytes() for path in folder.glob("seal.*")}
    done = restart(lite, tmp_path, "--new-keys")
    assert "the seal on certificates stays" in done.output
    assert {path.name: path.read_bytes() for path in folder.glob("seal.*")} == held
    assert list(folder.with_name("keys.1").glob("seal.*")) == []
    assert seal_keys.state_of("file", folder, now=clock.now()).state == seal_keys.State.SELF_MADE


def test_a_second_loss_closes_the_second_log_too(lite: Flask, tmp_path: Path) -> None:
    file(effective("C-1"))
    reading(ledger.publish_checkpoint)
    restart(lite, tmp_path)
    renamed(lite)
    file(effective("C-2"))
    reading(ledger.publish_checkpoint)
    (tmp_path / "second").mkdir()
    head = Head(NEXT, 7, bytes(32))
    given = tmp_path / "second" / "last"
    given.write_text(sign_note(head.text, NEXT, ledger_setup().keys.checkpoint_signer))
    lite.extensions["settings"] = replace(lite.extensions["settings"], origin=NEXT)
    done = restart(lite, tmp_path / "second", head=given)
    assert f"REGISTRY_ORIGIN={ORIGIN}/3" in done.output
    ledger_setup().origin = f"{ORIGIN}/3"
    db.session.rollback()
    logs = reading(lambda: [(one.origin, one.first) for one in db.session.scalars(select(ClosedLog))])
    assert logs == [(ORIGIN, -4), (NEXT, -2)]
    places = reading(lambda: [ledger.closed_place(n) for n in range(-4, 0)])
    assert places == [(ORIGIN, 0), (ORIGIN, 1), (NEXT, 0), (NEXT, 1)]
    with pytest.raises(NotFound):
        ledger.closed_place(-5)
    assert ledger.audit().ok


def test_what_was_never_published_is_kept_and_has_no_receipt(lite: Flask, tmp_path: Path) -> None:
    file(effective("C-1"))
    reading(ledger.publish_checkpoint)
    file(effective("C-2"))  # no head over it was signed before the loss
    restart(lite, tmp_path)
    renamed(lite)
    assert reading(lambda: ledger.filed_at(-1)[1].subject) == "C-2"
    with pytest.raises(Conflict, match="ledger_never_published"):
        ledger.receipt(-1)
    assert reading(lambda: ledger.receipt(-2)["origin"]) == ORIGIN


def test_values_of_a_closed_log_can_be_erased_and_nothing_else_changed(app: Flask, tmp_path: Path) -> None:
    offer, c1 = published(app), make_organisation(app, "c1")
    number = taking.taken(c1, offer)
    restart(app, tmp_path)
    renamed(app)
    seq = reading(lambda: register.find(number).noticed_seq or 0)
    subject = reading(lambda: register.find(number).contract.number)
    assert (seq, "licensee") in reading(lambda: ledger.opened(subject))
    assert transaction(lambda: ledger.erase(seq, "licensee"))
    assert not transaction(lambda: ledger.erase(seq, "licensee"))
    assert "licensee" not in {row["path"] for row in reading(lambda: ledger.disclosures(seq))}
    for table, column in (("closed_log", "size"), ("closed_entry", "seq"), ("closed_disclosure", "salt")):
        with pytest.raises(DBAPIError, match=r"guard|permission denied"):
            transaction(lambda said=f"UPDATE {table} SET {column} = 9": db.session.execute(text(said)))


def test_a_closed_logs_rows_are_not_replaced_either(lite: Flask, tmp_path: Path) -> None:
    file(effective("C-1"))
    reading(ledger.publish_checkpoint)
    restart(lite, tmp_path)
    db.session.rollback()
    for table in ("closed_log", "closed_entry", "closed_key"):
        said = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
        with pytest.raises(DBAPIError, match="guard"):
            transaction(lambda said=said: db.session.execute(text(said)))


def test_every_column_that_names_a_filing_is_renumbered() -> None:
    assert schema.places() == {
        "contract": ["recordal_seq"],
        "declaration": ["published_seq", "withdrawn_seq"],
        "signing_key": ["enrolled_seq", "revoked_seq"],
        "registration_result": ["seq"],
        "withdrawal": ["filed_seq"],
        "acceptance": ["noticed_seq", "effective_seq"],
        "account_change": ["seq"],
        "code_change": ["seq"],
        "correction": ["corrects", "seq"],
        "decision": ["seq"],
        "default_notice": ["seq", "answer_seq"],
        "duty_paper": ["issued_seq"],
        "ending": ["seq", "answer_seq", "settled_seq"],
        "handover": ["seq", "answer_seq"],
        "joint_payment": ["issued_seq"],
        "paper": ["issued_seq", "corrected_seq"],
        "payment": ["claimed_seq", "settled_seq"],
        "payment_request": ["issued_seq"],
        "power_of_attorney": ["granted_seq", "ended_seq"],
        "refund": ["seq"],
        "royalty_report": ["seq", "answer_seq"],
        "terms_day": ["seq"],
    }


def test_pages_say_which_log_an_old_filing_stands_in(lite: Flask, tmp_path: Path) -> None:
    offer, c1 = published(lite), make_organisation(lite, "c1")
    number = taking.taken(c1, offer)
    seq = reading(lambda: register.find(number).noticed_seq)
    restart(lite, tmp_path)
    renamed(lite)
    page = Browser(lite).sign_in(c1.email).get(f"/acceptances/{number}")
    assert f"已关闭的账本 {ORIGIN} 存证序号 {seq}" in page.text
