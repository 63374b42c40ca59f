"""What a reader's policy changes: witnesses and their quorum, and small files that need a key."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from registry.ledger import service as ledger
from registry.ledger.canonical import jcs
from registry.ledger.notes import COSIGNATURE, Vkey, cosign, split_note
from registry.ledger.policy import Policy, policy_of
from registry.ledger.report import State
from registry.ledger.setup import ledger_setup
from registry.ledger.signing import Ed25519Signer
from registry.ledger.verify import read_policy, verify_bytes, verify_path
from tests.ledger.making import effective, file

WITNESS = "witness.example/w"


@dataclass(frozen=True)
class Witnessed:
    """An exported log whose checkpoint a witness has cosigned."""

    log: Path
    witness: Vkey
    checkpoint: bytes

    @property
    def policy(self) -> Policy:
        return Policy(logs=(ledger_setup().vkey,), witnesses={"w": self.witness}, quorum="w")


@pytest.fixture
def witnessed(lite: Flask, tmp_path: Path) -> Witnessed:
    file(*(effective(f"A-{n}") for n in range(5)))
    ledger.export(tmp_path / "log")
    signer, path = Ed25519Signer.generate(), tmp_path / "log" / "checkpoint"
    note = path.read_text()
    path.write_text(note + cosign(split_note(note)[0], WITNESS, signer, time=1_795_000_000))
    return Witnessed(tmp_path / "log", Vkey(WITNESS, signer.public, COSIGNATURE), path.read_bytes())


def states(report: object) -> dict[str, tuple[str, str]]:
    return {v.name: (v.state.value, v.code) for v in report.verdicts}  # type: ignore[attr-defined]


def test_a_witness_of_the_policy_makes_the_time_hold(witnessed: Witnessed, tmp_path: Path) -> None:
    (tmp_path / "policy").write_text(f"log {ledger_setup().vkey}\nwitness w {witnessed.witness}\nquorum w\n")
    report = verify_path(witnessed.log, read_policy(tmp_path / "policy"))
    assert states(report)["integrity"] == ("valid", "whole_log")
    assert states(report)["time"] == ("valid", "witnessed")
    assert "self_consistent_only" not in report.notes
    assert report.ok


def test_a_witness_the_reader_does_not_know_lowers_the_verdict(witnessed: Witnessed) -> None:
    report = verify_path(witnessed.log, policy_of(ledger_setup().vkey))
    assert states(report)["integrity"] == ("lowered", "unlisted_signature")
    assert states(report)["time"] == ("not_checkable", "witness_unpinned")


def test_too_few_witnesses_are_refused(witnessed: Witnessed) -> None:
    bare = "".join(witnessed.checkpoint.decode().splitlines(keepends=True)[:-1])
    (witnessed.log / "checkpoint").write_text(bare)
    report = verify_path(witnessed.log, witnessed.policy)
    assert states(report)["integrity"] == ("invalid", "quorum_missing")
    assert report.exit_code == 1


def test_a_wrong_cosignature_of_a_known_witness_is_refused(witnessed: Witnessed) -> None:
    lines = witnessed.checkpoint.decode().splitlines(keepends=True)
    body = split_note(witnessed.checkpoint.decode())[0]
    wrong = cosign(body, WITNESS, Ed25519Signer.generate(), time=1_795_000_000)
    stolen = Vkey(WITNESS, witnessed.witness.public, COSIGNATURE)
    _, name, encoded = wrong.split(" ")
    from registry.ledger.canonical import b64, unb64

    forged = f"— {name} {b64(stolen.key_id + unb64(encoded.strip())[4:])}\n"
    (witnessed.log / "checkpoint").write_text("".join(lines[:-1]) + forged)
    assert states(verify_path(witnessed.log, witnessed.policy))["integrity"] == (
        "invalid",
        "checkpoint_signature",
    )


def test_a_receipt_never_meets_a_quorum_of_witnesses(witnessed: Witnessed) -> None:
    report = verify_bytes(jcs(ledger.receipt(2)), witnessed.policy)
    assert states(report)["integrity"] == ("invalid", "quorum_missing")


def test_a_bare_checkpoint_says_only_that_the_head_is_signed(witnessed: Witnessed) -> None:
    report = verify_bytes(witnessed.checkpoint, witnessed.policy)
    assert report.kind == "checkpoint"
    assert report.ok
    assert states(report) == {
        "integrity": ("valid", "head_alone"),
        "signatures": ("not_checkable", "envelope_not_here"),
        "time": ("valid", "witnessed"),
        "registration": ("not_checkable", "later_filings_unknown"),
    }
    unpinned = verify_bytes(witnessed.checkpoint)
    assert states(unpinned)["integrity"] == ("not_checkable", "key_not_pinned")
    assert unpinned.exit_code == 1


def test_a_proof_holds_for_its_entry_and_no_other(witnessed: Witnessed, tmp_path: Path) -> None:
    policy = policy_of(ledger_setup().vkey)
    receipt = ledger.receipt(3)
    for name in ("proof", "entry"):
        (tmp_path / name).write_text(receipt[name])
    report = verify_path(tmp_path / "proof", policy, entry=tmp_path / "entry")
    assert (report.kind, states(report)["integrity"]) == ("proof", ("valid", "one_entry"))
    assert report["signatures"].state == State.NOT_CHECKABLE
    assert report.facts["subject"] == "A-2"
    (tmp_path / "entry").write_text(ledger.receipt(2)["entry"])
    assert (
        verify_path(tmp_path / "proof", policy, entry=tmp_path / "entry")["integrity"].code == "proof_wrong"
    )
    assert verify_path(tmp_path / "proof", entry=tmp_path / "proof")["integrity"].code == "entry_malformed"
    with pytest.raises(ValueError, match="needs the entry"):
        verify_path(tmp_path / "proof", policy)


def test_every_changed_byte_of_a_checkpoint_or_a_proof_is_told(witnessed: Witnessed) -> None:
    receipt = ledger.receipt(3)
    proof, entry = receipt["proof"].encode(), receipt["entry"].encode()
    for data, policy in ((witnessed.checkpoint, witnessed.policy), (proof, policy_of(ledger_setup().vkey))):
        for at in range(len(data)):
            spoiled = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
            assert verify_bytes(spoiled, policy, entry=entry).exit_code == 1, spoiled


def test_a_policy_without_a_log_is_no_trust_at_all(tmp_path: Path) -> None:
    (tmp_path / "policy").write_text("quorum none\n")
    with pytest.raises(ValueError, match="no log"):
        read_policy(tmp_path / "policy")
