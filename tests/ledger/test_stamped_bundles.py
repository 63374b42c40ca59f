"""A bundle's timestamp proves by when its head existed, under the roots a reader pinned, and nothing more."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from registry import jobs
from registry.commands import cli
from registry.database import db
from registry.ledger import service as ledger
from registry.ledger.canonical import b64, jcs, unb64
from registry.ledger.policy import policy_of
from registry.ledger.report import Report
from registry.ledger.setup import ledger_setup
from registry.ledger.verify import verify_bytes, verify_path
from tests.ledger.authority import authority_at, make, shared
from tests.ledger.cases import Value, timestamp
from tests.ledger.licensed import Licensed, licensed
from tests.ledger.making import effective, file
from tests.ledger.outsiders import anchors_with, policy_with, witness_at


@pytest.fixture(scope="module")
def made() -> Licensed:
    return licensed()


@pytest.fixture(scope="module")
def stamped(made: Licensed) -> Value:
    return {**made.bundle(), "timestamps": [timestamp(made.log.note())]}


def checked(made: Licensed, value: Value, *, pinned: bool = True) -> Report:
    return verify_bytes(jcs(value), policy_of(made.log.log_key), roots=shared().roots if pinned else ())


def said(report: Report) -> tuple[str, str]:
    return report["time"].state.value, report["time"].code


def test_a_pinned_authority_makes_the_time_valid(made: Licensed, stamped: Value, tmp_path: Path) -> None:
    report = checked(made, stamped)
    assert said(report) == ("valid", "timestamped")
    assert report.ok
    assert report.facts["existed_by_size"] == made.log.head().size
    assert str(report.facts["existed_by"]).endswith("Z")
    assert said(checked(made, stamped, pinned=False)) == ("not_checkable", "timestamp_unpinned")
    other = make(tmp_path / "other").roots
    report = verify_bytes(jcs(stamped), policy_of(made.log.log_key), roots=other)
    assert said(report) == ("not_checkable", "timestamp_unpinned")
    assert said(verify_bytes(jcs(stamped), None, roots=shared().roots)) == ("valid", "timestamped")


def test_witnesses_lines_are_no_part_of_what_is_stamped(made: Licensed, stamped: Value) -> None:
    value = {**made.bundle(witnesses=("a", "b")), "timestamps": stamped["timestamps"]}
    assert said(checked(made, value)) == ("valid", "timestamped")
    over_all = {**value, "timestamps": [timestamp(made.log.note("a", "b"))]}
    assert said(checked(made, over_all)) == ("invalid", "timestamp_wrong")


def test_a_timestamp_of_another_head_or_in_another_name_is_wrong(made: Licensed, stamped: Value) -> None:
    (right,) = stamped["timestamps"]
    for wrong in (timestamp("another\n1\nhead\n\n— x AAAAAAAA\n"), {**right, "authority": "CN=Somebody"}):
        for pinned in (True, False):
            for stamps in ([wrong], [right, wrong]):
                report = checked(made, {**stamped, "timestamps": stamps}, pinned=pinned)
                assert said(report) == ("invalid", "timestamp_wrong")
                assert report.exit_code == 1


def test_no_byte_of_a_token_can_be_changed_unnoticed(made: Licensed, stamped: Value) -> None:
    (right,) = stamped["timestamps"]
    token = unb64(right["token"])
    for at in range(0, len(token), 29):
        changed = token[:at] + bytes([token[at] ^ 1 << at % 8]) + token[at + 1 :]
        report = checked(made, {**stamped, "timestamps": [{**right, "token": b64(changed)}]}, pinned=False)
        assert said(report) == ("invalid", "timestamp_wrong"), at


def test_the_command_takes_the_roots_from_a_file(made: Licensed, stamped: Value, tmp_path: Path) -> None:
    bundle, roots, none = tmp_path / "bundle.json", tmp_path / "roots.pem", tmp_path / "none.pem"
    bundle.write_bytes(jcs(stamped))
    roots.write_bytes(shared().pem)
    none.write_text("nothing")
    asked = ["verify", str(bundle), "--vkey", str(made.log.log_key), "--tsa-roots"]
    done = CliRunner().invoke(cli, [*asked, str(roots)])
    assert done.exit_code == 0
    assert "existed by" in done.output
    assert CliRunner().invoke(cli, [*asked, str(none)]).exit_code == 1


def test_what_the_registry_hands_out_holds_for_who_trusts_only_those_outside(
    lite: Flask, tmp_path: Path
) -> None:
    """From filing to checking, with a real witness and a real authority: bundle and exported log."""
    setup = ledger_setup()
    with (
        witness_at(tmp_path / "w", "witness.example/a", setup.vkey) as (witness, at),
        authority_at(shared()) as (_, url),
    ):
        policy = policy_with(setup.vkey, (witness.vkey, at))
        setup.anchors = replace(
            anchors_with(policy), tsa_url=url, tsa_roots=shared().roots, stamp_within=timedelta(hours=4)
        )
        file(effective("C-1"))
        ledger.publish_checkpoint()
        jobs.run_all()
    bundle = jcs(ledger.bundle("C-1"))
    ledger.export(tmp_path / "log")
    outside = {"policy": policy, "roots": shared().roots}
    for report in (verify_bytes(bundle, **outside), verify_path(tmp_path / "log", **outside)):
        assert report.ok
        assert said(report) == ("valid", "timestamped")
        assert report.facts["existed_by_size"] == ledger.size()
    assert said(verify_bytes(bundle, policy)) == ("valid", "witnessed")
    assert said(verify_path(tmp_path / "log", policy)) == ("valid", "witnessed")
    file(effective("C-2"))  # a head nobody outside has seen yet
    ledger.publish_checkpoint()
    assert jcs(ledger.bundle("C-1")) == bundle, "what others vouch for gave way to what nobody has seen"
    later = verify_bytes(jcs(ledger.bundle("C-2")), **outside)
    assert (later["integrity"].code, later.exit_code) == ("quorum_missing", 1)
    db.session.rollback()
