"""The same operator, seen through a license bundle: one contract's filings, and nothing else of the log."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from registry.ledger.notes import sign_note
from registry.ledger.policy import policy_of
from registry.ledger.report import Report, State
from registry.ledger.signing import Ed25519Signer
from registry.ledger.verify import verify_path
from tests.ledger.evil import Operator, Party, honest
from tests.ledger.making import ORIGIN, effective, notice, revocation, rotation

SUBJECT, NOTICE = "C-1", 2


@pytest.fixture
def party() -> Party:
    return Party()


@pytest.fixture
def mine(party: Party) -> Operator:
    return honest(party)


def judged(data: bytes, log: Operator, tmp_path: Path, earlier: Path | None = None) -> Report:
    (tmp_path / "bundle").write_bytes(data)
    return verify_path(tmp_path / "bundle", policy_of(log.vkey), earlier=earlier)


def codes(report: Report) -> list[str]:
    assert report.exit_code == (0 if report.ok else 1)
    return [verdict.code for verdict in report.verdicts if verdict.state == State.INVALID]


def fields(payload: dict[str, Any], **changed: Any) -> None:
    payload["fields"].update(changed)


SPOILED: dict[str, tuple[Callable[[Operator, Party], Operator], str]] = {
    "other terms": (
        lambda log, _: log.rewrite(NOTICE, lambda said: fields(said, track="statutory")),
        "statement_mismatch",
    ),
    "a dropped statement": (
        lambda log, _: log.rewrite(NOTICE, lambda said: said["statements"].clear()),
        "envelope_malformed",
    ),
    "another type": (lambda log, _: log.relink(3, type="license.ended"), "entry_mislabelled"),
    "back-dated": (lambda log, _: log.relink(3, time="2020-01-01T00:00:00.000Z"), "time_runs_back"),
    "a key before its enrolment": (
        lambda _, party: Operator().start().add(party.signs(notice(SUBJECT)), party.enrols()),
        "key_unknown",
    ),
    "a key after its rotation": (
        lambda _, party: (
            Operator()
            .start()
            .add(party.enrols(), rotation(Ed25519Signer.generate(), party.signer))
            .add(party.signs(notice(SUBJECT)))
        ),
        "key_revoked",
    ),
    "a key after its revocation": (
        lambda _, party: (
            Operator().start().add(party.enrols(), revocation(party.signer.kid), party.signs(notice(SUBJECT)))
        ),
        "key_revoked",
    ),
    "a key nobody enrolled": (
        lambda log, _: log.add(Party().signs(notice(SUBJECT, track="statutory"))),
        "key_unknown",
    ),
    "countersigned by another key": (
        lambda log, party: replace(log, countersigner=party.signer).rewrite(3, lambda said: None),
        "key_unknown",
    ),
    "a reused salt": (
        lambda _, party: (
            Operator()
            .start()
            .add(
                party.enrols(),
                party.signs(
                    replace(notice(SUBJECT), salts=dict.fromkeys(notice(SUBJECT).secrets, "5a" * 32))
                ),
            )
        ),
        "salt_reused",
    ),
}


@pytest.mark.parametrize("name", SPOILED)
def test_what_an_operator_does_to_single_filings_shows_in_the_bundle(
    mine: Operator, party: Party, tmp_path: Path, name: str
) -> None:
    assert codes(judged(mine.bundle(SUBJECT), mine, tmp_path)) == []
    spoil, code = SPOILED[name]
    evil = spoil(mine.again(), party)
    assert codes(judged(evil.bundle(SUBJECT), evil, tmp_path)) == [code]


def test_a_rewritten_log_shows_against_an_earlier_head_alone(mine: Operator, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text(mine.checkpoint())
    evil = mine.again().rewrite(3, lambda said: fields(said, ground="another"))
    assert codes(judged(evil.bundle(SUBJECT), evil, tmp_path)) == []
    assert "self_consistent_only" in judged(evil.bundle(SUBJECT), evil, tmp_path).notes
    assert codes(judged(evil.bundle(SUBJECT), evil, tmp_path, tmp_path / "kept")) == ["earlier_differs"]


def test_a_filing_of_a_fork_does_not_pass_among_those_of_the_log(mine: Operator, tmp_path: Path) -> None:
    fork = mine.again().rewrite(3, lambda said: fields(said, ground="another"))
    good, forked = mine.checkpoint(), fork.line(3, mine.checkpoint())
    lines = [mine.line(at, good) for at in (0, 1, 2)]
    assert codes(judged(mine.bundle(SUBJECT, filings=[*lines, forked]), mine, tmp_path)) == ["proof_wrong"]


def test_a_filing_of_somebody_elses_contract_does_not_belong_here(mine: Operator, tmp_path: Path) -> None:
    note = mine.checkpoint()
    lines = [mine.line(at, note) for at in range(5)]  # seq 4 is about C-2
    assert codes(judged(mine.bundle(SUBJECT, filings=lines), mine, tmp_path)) == ["file_unexpected"]


def test_a_bundle_under_another_logs_head_or_a_strangers_is_refused(mine: Operator, tmp_path: Path) -> None:
    other = replace(mine, origin="other.example")
    stranger = sign_note(mine.head().text, "stranger.example", Ed25519Signer.generate()).rpartition("\n\n")[2]
    for note in (other.checkpoint(), mine.checkpoint(by=mine.countersigner), mine.checkpoint() + stranger):
        assert codes(judged(mine.bundle(SUBJECT, note=note), mine, tmp_path)) == ["checkpoint_signature"]


def test_a_swapped_disclosure_is_refused(mine: Operator, tmp_path: Path) -> None:
    opened = [
        {"seq": NOTICE, "path": path, "salt": salt, "value": "x"}
        for path, salt, _ in mine.lines[NOTICE].salts
    ]
    assert codes(judged(mine.bundle(SUBJECT, disclosures=opened[:1]), mine, tmp_path)) == [
        "disclosure_differs"
    ]


def test_an_unpinned_bundle_is_never_a_green_tick(mine: Operator, tmp_path: Path) -> None:
    (tmp_path / "bundle").write_bytes(mine.bundle(SUBJECT))
    report = verify_path(tmp_path / "bundle")
    assert report.exit_code == 1
    assert {report[name].state for name in ("integrity", "signatures")} == {State.LOWERED}


def test_what_a_bundle_leaves_out_only_the_whole_log_can_tell(mine: Operator, tmp_path: Path) -> None:
    """The end of the license is left out: the bundle holds, and says that it cannot know."""
    log = mine.again().add(effective("C-1", instant="2026-11-23T01:02:03.004Z"))
    note = log.checkpoint()
    without = log.bundle(SUBJECT, filings=[log.line(at, note) for at in (0, 1, 2, 3)])
    report = judged(without, log, tmp_path)
    assert codes(report) == []
    assert report["integrity"].code == "filings_listed"
    assert report.origin == ORIGIN
