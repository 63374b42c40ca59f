"""Readers across rotations: whoever pinned an older key follows, and the use of an old key is found."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from registry.database import db, transaction
from registry.errors import Conflict
from registry.ledger import service as ledger
from registry.ledger.append import Keyring, _prepare
from registry.ledger.canonical import jcs
from registry.ledger.filings import build
from registry.ledger.notes import Head, Vkey, sign_note
from registry.ledger.policy import Policy, policy_of
from registry.ledger.relayed import Piece
from registry.ledger.report import State
from registry.ledger.setup import ledger_setup
from registry.ledger.signing import RegistryKeys
from registry.ledger.tiles import root_at
from registry.ledger.verify import verify_path
from tests.ledger.making import ORIGIN, effective, exported, file, revocation


@pytest.fixture
def rotated(lite: Flask, tmp_path: Path) -> tuple[Path, list[Vkey]]:
    """A log whose every key was rotated, the checkpoint key twice; its export and its keys, oldest first."""
    setup = ledger_setup()
    keys = [setup.vkey]
    file(effective("C-1"))
    ledger.publish_checkpoint()
    for purpose in ("checkpoint", "countersign", "checkpoint", "countersign"):
        ledger.rotate(purpose, alg="p256" if purpose == "countersign" else "")
        keys += [setup.vkey] if purpose == "checkpoint" else []
        file(effective(f"{purpose}-{ledger.size()}"))
    return exported(tmp_path / "log"), keys


def test_a_reader_of_any_of_the_logs_keys_follows_to_the_newest(rotated: tuple[Path, list[Vkey]]) -> None:
    log, keys = rotated
    assert (log / "vkeys").read_text() == "".join(f"{key}\n" for key in keys)
    assert (log / "vkey").read_text() == f"{keys[-1]}\n"
    for key in keys:
        report = verify_path(log, policy_of(key))
        assert report.ok, report
        assert report["integrity"].state == State.VALID
        assert ("key_followed" in report.notes) == (key != keys[-1])
    assert verify_path(log, Policy(logs=tuple(keys)))["integrity"].state == State.VALID
    assert verify_path(log)["integrity"].code == "key_not_pinned"
    stranger = Vkey(ORIGIN, bytes(31) + b"\x01")
    assert verify_path(log, policy_of(stranger))["integrity"].code == "vkey_differs"


def test_a_log_without_its_handover_heads_is_refused(rotated: tuple[Path, list[Vkey]]) -> None:
    log, keys = rotated
    for path in [*(log / "handover").iterdir(), log / "vkeys"]:
        kept = path.read_bytes()
        path.unlink()
        assert verify_path(log, policy_of(keys[-1])).exit_code == 1, path
        path.write_bytes(kept)
    size, note = _first_handover(log)
    (log / "handover" / str(size)).write_text(_only_first_line(note))
    assert verify_path(log, policy_of(keys[-1]))["integrity"].code == "handover_signature"


def _first_handover(log: Path) -> tuple[int, str]:
    size = min(int(path.name) for path in (log / "handover").iterdir())
    return size, (log / "handover" / str(size)).read_text()


def _only_first_line(note: str) -> str:
    return "\n".join(note.split("\n")[:-2]) + "\n"


def test_a_receipt_of_every_filing_holds_across_rotations(
    rotated: tuple[Path, list[Vkey]], tmp_path: Path
) -> None:
    newest = policy_of(rotated[1][-1])
    for seq in range(ledger.size()):
        (tmp_path / "r").write_bytes(jcs(ledger.receipt(seq)))
        assert verify_path(tmp_path / "r", newest).ok, seq
        assert verify_path(tmp_path / "r")["integrity"].code == "key_not_pinned"
        assert verify_path(tmp_path / "r", policy_of(rotated[1][0]))["integrity"].state == State.INVALID


def test_a_receipt_on_a_handover_head_carries_one_signature(lite: Flask, tmp_path: Path) -> None:
    old = ledger_setup().vkey
    ledger.rotate("checkpoint")
    (tmp_path / "r").write_bytes(jcs(ledger.receipt(0)))
    assert verify_path(tmp_path / "r", policy_of(ledger_setup().vkey)).ok
    assert verify_path(tmp_path / "r", policy_of(old)).exit_code == 1


def test_a_receipt_from_before_a_rotation_still_holds_under_its_key(lite: Flask, tmp_path: Path) -> None:
    setup = ledger_setup()
    seq = file(effective("C-1"))[0].seq
    (tmp_path / "r").write_bytes(jcs(ledger.receipt(seq)))
    old = setup.vkey
    ledger.rotate("checkpoint")
    ledger.rotate("countersign")
    assert verify_path(tmp_path / "r", Policy(logs=(old, setup.vkey))).ok


def test_a_receipt_without_the_rotation_its_head_needs_is_refused(lite: Flask, tmp_path: Path) -> None:
    ledger.rotate("checkpoint")
    seq = file(effective("C-1"))[0].seq
    receipt = ledger.receipt(seq)
    assert [line["seq"] for line in receipt["keys"]] == [0, seq - 1]
    receipt["keys"] = receipt["keys"][:1]
    (tmp_path / "r").write_bytes(jcs(receipt))
    report = verify_path(tmp_path / "r", policy_of(ledger_setup().vkey))
    assert report["integrity"].code == "checkpoint_key_range"


# --- an evil operator --------------------------------------------------------------------------------


def test_a_head_signed_by_a_key_out_of_its_range_is_found_by_verify_and_audit(
    lite: Flask, tmp_path: Path
) -> None:
    setup = ledger_setup()
    thief, pinned = setup.keys.checkpoint_signer, setup.vkey
    ledger.rotate("checkpoint")
    seq = file(effective("C-1"))[0].seq
    log = exported(tmp_path / "log")
    forged = sign_note(Head(ORIGIN, seq + 1, root_at(seq + 1)).text, ORIGIN, thief)
    (log / "checkpoint").write_text(forged)
    (log / "vkey").write_text(f"{pinned}\n")
    report = verify_path(log, policy_of(pinned))
    assert (report["integrity"].code, report.first_bad) == ("checkpoint_key_range", seq)
    _unguarded("DROP TRIGGER guard_checkpoint_no_update")
    _unguarded("UPDATE checkpoint SET note = :note WHERE size = :size", note=forged, size=seq + 1)
    report = ledger.audit()
    assert (report["integrity"].code, report.first_bad) == ("checkpoint_key_range", seq)
    with pytest.raises(Conflict, match="ledger_anchor_unreadable"):
        ledger.check_start()


def test_a_missing_handover_head_is_found_by_the_audit(lite: Flask) -> None:
    size = ledger.rotate("checkpoint").enrolled_seq + 1
    file(effective("C-1"))
    ledger.publish_checkpoint()
    _unguarded("DROP TRIGGER guard_checkpoint_no_delete")
    _unguarded("DELETE FROM checkpoint WHERE size = :size", size=size)
    assert ledger.audit()["integrity"].code == "handover_missing"


def _unguarded(statement: str, **values: object) -> None:
    def work() -> None:
        db.session.execute(text(statement), values)

    transaction(work)


def test_a_filing_countersigned_by_a_key_out_of_its_range_is_found_by_verify_and_audit(
    lite: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup = ledger_setup()
    old = setup.keys
    ledger.rotate("countersign")
    with monkeypatch.context() as patch:
        patch.setattr("registry.ledger.append._standing", lambda _, kids: set(kids))
        setup._keys = RegistryKeys(old.countersigner, old.checkpoint_signer)
        seq = file(effective("C-1"))[0].seq
    setup.forget()
    report = ledger.audit()
    assert (report["signatures"].code, report.first_bad) == ("key_revoked", seq)
    report = verify_path(exported(tmp_path / "log"), policy_of(setup.vkey))
    assert (report["signatures"].code, report.first_bad) == ("key_revoked", seq)


def test_a_list_never_goes_on_behind_the_end_of_its_own_key(lite: Flask) -> None:
    keys = ledger_setup().keys
    ring = Keyring({key.kid: key for key in ledger.own_keys()})
    both = [Piece(built=build(one)) for one in (revocation(keys.countersigner.kid), effective("C-1"))]
    with pytest.raises(ValueError, match="last filing"):
        _prepare(both, ring, keys.countersigner)
