"""An operator with all the keys and the database, and everything it might do: what a checker says to it.

What breaks no rule of the log can only be found by comparing with something kept elsewhere; where that is so,
the test says it both ways: self-consistent alone, refused against what others kept. What is done to single
filings stands in test_evil_filings.py.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from registry.ledger.canonical import jcs
from registry.ledger.filings import Filing
from registry.ledger.notes import COSIGNATURE, Vkey, cosign, sign_note
from registry.ledger.policy import Policy, open_checkpoint, policy_of
from registry.ledger.report import State
from registry.ledger.signing import Ed25519Signer
from registry.ledger.verify import verify_path
from tests.ledger.evil import Operator, Party, honest
from tests.ledger.judging import fault_of, folder_report, only_self_consistent, receipt_report, refused
from tests.ledger.making import ORIGIN, effective, enrolment, notice, revocation, rotation, signed

NOTICE = 2  # where the honest log's one party filing stands


@pytest.fixture
def party() -> Party:
    return Party()


@pytest.fixture
def mine(party: Party) -> Operator:
    return honest(party)


@pytest.fixture
def kept(mine: Operator, tmp_path: Path) -> dict[str, Path]:
    """What others kept from before: a checkpoint, and a receipt, of the honest log."""
    (tmp_path / "kept.checkpoint").write_text(mine.checkpoint())
    (tmp_path / "kept.receipt").write_bytes(mine.receipt(NOTICE))
    return {"checkpoint": tmp_path / "kept.checkpoint", "receipt": tmp_path / "kept.receipt"}


def test_the_honest_log_holds_in_every_form(mine: Operator, tmp_path: Path, kept: dict[str, Path]) -> None:
    for earlier in (None, *kept.values()):
        assert folder_report(mine, tmp_path, earlier).ok
    for seq in range(len(mine.lines)):
        assert receipt_report(mine.receipt(seq), mine, tmp_path).ok
    assert fault_of(mine) is None


# --- the whole log ---------------------------------------------------------------------------------------


def test_a_rewritten_and_resigned_log_is_self_consistent_only(
    mine: Operator, tmp_path: Path, kept: dict[str, Path]
) -> None:
    evil = mine.again().rewrite(3, lambda payload: payload["fields"].update(ground="another"))
    only_self_consistent(evil, tmp_path, kept)
    again = receipt_report(evil.receipt(3), evil, tmp_path, kept["checkpoint"])
    assert again["integrity"].code == "earlier_differs"


def test_a_cosignature_cannot_be_carried_over_to_a_rewritten_log(mine: Operator) -> None:
    witness = Ed25519Signer.generate()
    key = Vkey("witness.example", witness.public, COSIGNATURE)
    policy = Policy(logs=(mine.vkey,), witnesses={"w": key}, quorum="w")
    line = cosign(mine.head().text, key.name, witness, time=1_795_000_000)
    assert policy.met_by(open_checkpoint(mine.checkpoint() + line, policy).cosigned)
    evil = mine.again().rewrite(3, lambda payload: payload["fields"].update(ground="another"))
    with pytest.raises(ValueError, match="wrong signature"):
        open_checkpoint(evil.checkpoint() + line, policy)
    assert not policy.met_by(open_checkpoint(evil.checkpoint(), policy).cosigned)


def test_a_fork_shows_as_soon_as_both_branches_are_seen(
    mine: Operator, tmp_path: Path, kept: dict[str, Path]
) -> None:
    fork = mine.again()
    fork.lines.pop()
    fork.add(effective("C-other"))
    only_self_consistent(fork, tmp_path, kept)
    assert receipt_report(fork.receipt(5), fork, tmp_path, kept["receipt"]).exit_code == 1


def test_a_fork_that_grew_on_is_refused_too(mine: Operator, tmp_path: Path, kept: dict[str, Path]) -> None:
    fork = mine.again()
    fork.lines.pop()
    fork.add(*(effective(f"other-{n}") for n in range(9)))
    only_self_consistent(fork, tmp_path, kept)


def test_a_log_rolled_back_is_refused_against_what_came_later(
    mine: Operator, tmp_path: Path, kept: dict[str, Path]
) -> None:
    old = mine.again()
    del old.lines[4:]
    only_self_consistent(old, tmp_path, kept)


def test_a_cut_tail_does_not_fit_the_checkpoint_it_had(mine: Operator, tmp_path: Path) -> None:
    cut = mine.again()
    cut.lines.pop()
    report = folder_report(cut, tmp_path, checkpoint=mine.checkpoint())
    assert (report["integrity"].code, report.first_bad) == ("file_missing", 0)  # the bundle of that width
    short = folder_report(mine, tmp_path / "b", checkpoint=cut.checkpoint())
    assert short.exit_code == 1


def test_filings_in_another_order_do_not_chain(mine: Operator, tmp_path: Path) -> None:
    evil = mine.again()
    evil.lines[3], evil.lines[4] = evil.lines[4], evil.lines[3]
    refused(evil, tmp_path, "sequence_broken", 3, receipt="sequence_broken")


def test_filings_in_another_order_chained_anew_run_back_in_time(mine: Operator, tmp_path: Path) -> None:
    evil = mine.again()
    evil.lines[3], evil.lines[4] = evil.lines[4], evil.lines[3]
    refused(evil.relink(3), tmp_path, "time_runs_back", 4, receipt=None)


def test_filings_in_another_order_with_new_times_are_self_consistent_only(
    mine: Operator, tmp_path: Path, kept: dict[str, Path]
) -> None:
    evil = mine.again()
    first, second = (evil.lines[seq].said["time"] for seq in (3, 4))
    evil.lines[3], evil.lines[4] = evil.lines[4], evil.lines[3]
    evil.relink(3, time=first).relink(4, time=second)
    only_self_consistent(evil, tmp_path, kept)


def test_a_filing_entered_twice_is_refused(mine: Operator, tmp_path: Path) -> None:
    evil = mine.again()
    evil.lines.append(replace(evil.lines[NOTICE]))
    evil.relink(6, time=evil.lines[5].said["time"])
    refused(evil, tmp_path, "filing_repeated", 6, receipt=None)


def test_a_dropped_filing_leaves_a_gap(mine: Operator, tmp_path: Path, kept: dict[str, Path]) -> None:
    evil = mine.again()
    del evil.lines[3]
    refused(evil, tmp_path, "sequence_broken", 3)
    only_self_consistent(evil.relink(3), tmp_path / "linked", kept)


def test_a_filing_slipped_in_between_is_self_consistent_only(
    mine: Operator, tmp_path: Path, kept: dict[str, Path]
) -> None:
    evil = mine.again().add(effective("C-slipped"))
    line = evil.lines.pop()
    evil.lines.insert(3, line)
    only_self_consistent(evil.relink(3, time=evil.lines[2].said["time"]), tmp_path, kept)


@pytest.mark.parametrize("seq", [1, 3, 5])
def test_a_back_dated_time_runs_back(mine: Operator, tmp_path: Path, seq: int) -> None:
    evil = mine.again().relink(seq, time="2020-01-01T00:00:00.000Z")
    refused(evil, tmp_path, "time_runs_back", seq, receipt="time_runs_back")


def test_a_log_that_starts_twice_or_as_another_is_refused(mine: Operator, tmp_path: Path) -> None:
    again = mine.again()
    again.enter(jcs({**again.lines[0].payload, "fields": {**again.lines[0].payload["fields"], "name": "x"}}))
    refused(again, tmp_path / "twice", "start_misplaced", 6, receipt="start_misplaced")
    other = mine.again().rewrite(0, lambda payload: payload["fields"].update(origin="other.example"))
    other.relink(0, subject="other.example")
    assert fault_of(other) == ("origin_differs", 0)


# --- what is around the entries ---------------------------------------------------------------------------


def test_an_envelope_swapped_under_the_same_entry_is_refused(mine: Operator, tmp_path: Path) -> None:
    evil = mine.again()
    evil.lines[3].envelope = evil.lines[4].envelope
    folder = evil.folder(tmp_path / "evil")
    (folder / "envelopes" / evil.lines[3].said["env"]).write_bytes(evil.lines[4].envelope)
    report = verify_path(folder, policy_of(mine.vkey))
    assert (report["integrity"].code, report.first_bad) == ("envelope_differs", 3)
    alone = receipt_report(evil.receipt(3), mine, tmp_path)
    assert (alone["integrity"].code, alone.first_bad) == ("envelope_differs", 3)


def test_an_altered_tile_is_refused(mine: Operator, tmp_path: Path) -> None:
    folder = mine.folder(tmp_path / "evil")
    tile = next((folder / "tile" / "0").rglob("6"))
    data = bytearray(tile.read_bytes())
    data[100] ^= 1
    tile.write_bytes(bytes(data))
    assert verify_path(folder, policy_of(mine.vkey))["integrity"].code == "tile_differs"


def test_a_checkpoint_of_another_log_is_refused(mine: Operator, tmp_path: Path) -> None:
    other = replace(mine, origin="other.example")
    for note in (
        other.checkpoint(),
        sign_note(mine.head().text, "other.example", mine.checkpoint_signer),
        sign_note(other.head().text, ORIGIN, mine.checkpoint_signer),
    ):
        report = folder_report(mine, tmp_path, checkpoint=note)
        assert report["integrity"].code in {"checkpoint_signature", "origin_differs"}
        alone = receipt_report(mine.receipt(3, note=note), mine, tmp_path)
        assert alone["integrity"].code in {"checkpoint_signature", "origin_differs"}


def test_a_checkpoint_by_the_wrong_one_of_the_registrys_keys_is_refused(
    mine: Operator, tmp_path: Path
) -> None:
    note = mine.checkpoint(by=mine.countersigner)
    assert folder_report(mine, tmp_path, checkpoint=note)["integrity"].code == "checkpoint_signature"
    alone = receipt_report(mine.receipt(3, note=note), mine, tmp_path)
    assert alone["integrity"].code == "checkpoint_signature"


def test_a_second_signature_by_a_stranger_is_never_taken_for_trust(mine: Operator, tmp_path: Path) -> None:
    text, stranger = mine.head().text, Ed25519Signer.generate()
    line = sign_note(text, "stranger.example", stranger).rpartition("\n\n")[2]
    report = folder_report(mine, tmp_path, checkpoint=mine.checkpoint() + line)
    assert report["integrity"].state == State.LOWERED
    alone = receipt_report(mine.receipt(3, note=mine.checkpoint() + line), mine, tmp_path)
    assert alone["integrity"].code == "checkpoint_signature"
    posing = sign_note(text, ORIGIN, stranger)
    assert folder_report(mine, tmp_path, checkpoint=posing)["integrity"].code == "checkpoint_signature"


def test_an_unpinned_key_is_never_a_green_tick(mine: Operator, tmp_path: Path) -> None:
    (tmp_path / "r").write_bytes(mine.receipt(3))
    for path in (mine.folder(tmp_path / "evil"), tmp_path / "r"):
        report = verify_path(path)
        assert report.exit_code == 1
        assert {report[name].state for name in ("integrity", "signatures")} == {State.LOWERED}
    (tmp_path / "c").write_text(mine.checkpoint())
    with pytest.raises(ValueError, match="needs the verifier key"):
        verify_path(tmp_path / "evil", earlier=tmp_path / "c")


# --- keys outside their range ------------------------------------------------------------------------------


def test_a_key_cannot_sign_before_it_was_enrolled(party: Party, tmp_path: Path) -> None:
    evil = Operator().start().add(party.signs(notice("C-1")), party.enrols())
    refused(evil, tmp_path, "key_unknown", 1)


def test_a_key_cannot_sign_after_its_rotation(party: Party, tmp_path: Path) -> None:
    new = Ed25519Signer.generate()
    evil = Operator().start().add(party.enrols(), rotation(new, party.signer), party.signs(notice("C-1")))
    refused(evil, tmp_path, "key_revoked", 3, receipt=None)  # a receipt holds no rotation away from its keys
    assert fault_of(Operator().start().add(party.enrols(), rotation(new, party.signer))) is None


def test_a_key_cannot_sign_after_its_revocation(party: Party, tmp_path: Path) -> None:
    evil = Operator().start().add(party.enrols(), revocation(party.signer.kid), party.signs(notice("C-1")))
    refused(evil, tmp_path, "key_revoked", 3, receipt=None)  # "as the registry says", says its verdict
    assert receipt_report(evil.receipt(3), evil, tmp_path)["signatures"].code == "signatures_at_filing"


def test_a_key_nobody_enrolled_signs_nothing(mine: Operator, tmp_path: Path) -> None:
    refused(mine.again().add(signed(notice("C-9"), Ed25519Signer.generate())), tmp_path, "key_unknown", 6)


def test_the_registrys_keys_sign_for_no_party(mine: Operator, tmp_path: Path) -> None:
    refused(mine.again().add(signed(notice("C-9"), mine.countersigner)), tmp_path, "key_unknown", 6)


@pytest.mark.parametrize("which", ["checkpoint_signer", "party"])
def test_only_the_countersigning_key_countersigns(
    mine: Operator, party: Party, tmp_path: Path, which: str
) -> None:
    evil = mine.again()
    payload = jcs({**evil.lines[3].payload, "fields": {**evil.lines[3].payload["fields"], "contract": "C-9"}})
    evil.enter(payload, by=party.signer if which == "party" else mine.checkpoint_signer)
    refused(evil, tmp_path, "key_unknown", 6)


def test_the_operator_enrols_no_key_in_a_partys_stead(mine: Operator, tmp_path: Path) -> None:
    theirs, own = Ed25519Signer.generate(), Ed25519Signer.generate()
    fields = enrolment(theirs).fields
    posed = signed(Filing(type="key.enrolled", subject=theirs.kid, fields=fields), own)
    refused(mine.again().add(posed), tmp_path, "key_malformed", 6)


def test_the_operator_rotates_no_key_away_from_a_party(mine: Operator, party: Party, tmp_path: Path) -> None:
    own = Ed25519Signer.generate()
    fields = rotation(own, party.signer).fields
    posed = signed(Filing(type="key.rotated", subject=own.kid, fields=fields), own)
    refused(mine.again().add(posed), tmp_path, "key_malformed", 6, receipt="key_unknown")


def test_a_new_key_of_the_registrys_comes_only_from_the_old(mine: Operator, tmp_path: Path) -> None:
    own = Ed25519Signer.generate()
    fields = {**enrolment(own).fields, "purpose": "countersign"}
    crowned = signed(Filing(type="key.enrolled", subject=own.kid, fields=fields), own)
    refused(mine.again().add(crowned), tmp_path, "key_malformed", 6)
