"""Two signed heads that cannot both be true: found, proved in a file, and checked again by anybody."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from registry.commands import cli
from registry.ledger.canonical import b64, jcs, strict
from registry.ledger.equivocation import Verdict, check_report, compare_notes, keys_in
from registry.ledger.notes import sign_note
from registry.ledger.policy import policy_of
from registry.ledger.signing import Ed25519Signer
from tests.ledger.evil import Operator, Party, honest
from tests.ledger.making import effective


@pytest.fixture(scope="module")
def mine() -> Operator:
    return honest(Party(), count=9)


@pytest.fixture(scope="module")
def fork(mine: Operator) -> Operator:
    """The same log shown to others with another entry 5, and one filing longer."""
    fork = mine.again().rewrite(5, lambda payload: payload["fields"].update(ground="another"))
    return fork.add(effective("C-longer"))


def test_one_size_and_two_roots_prove_themselves(mine: Operator, fork: Operator) -> None:
    policy = policy_of(mine.vkey)
    found = compare_notes(mine.checkpoint(), fork.checkpoint(9), policy)
    assert found.verdict == Verdict.EQUIVOCATION
    assert found.report is not None
    report = jcs(dict(found.report))
    assert found.report["heads"] == [mine.checkpoint(), fork.checkpoint(9)]  # verbatim
    assert check_report(report, policy) == check_report(report, keys_in(report)) == found.heads


def test_two_sizes_are_held_against_the_log_of_the_larger(
    mine: Operator, fork: Operator, tmp_path: Path
) -> None:
    policy, log = policy_of(mine.vkey), fork.folder(tmp_path / "fork")
    found = compare_notes(fork.checkpoint(), mine.checkpoint(7), policy, logs=[log])
    assert found.verdict == Verdict.EQUIVOCATION
    assert check_report(jcs(dict(found.report or {})), policy) == found.heads
    assert [head.size for head in found.heads] == [7, 10]
    assert compare_notes(mine.checkpoint(5), fork.checkpoint(), policy, logs=[log]).verdict == "consistent"


def test_without_the_log_a_larger_head_is_only_ahead(mine: Operator, fork: Operator, tmp_path: Path) -> None:
    policy = policy_of(mine.vkey)
    assert compare_notes(mine.checkpoint(7), fork.checkpoint(), policy).verdict == Verdict.AHEAD
    other = mine.folder(tmp_path / "shorter")  # the smaller head's own log shows nothing of the larger
    assert compare_notes(mine.checkpoint(7), fork.checkpoint(), policy, logs=[other]).verdict == "ahead"
    assert compare_notes(mine.checkpoint(), mine.checkpoint(), policy).verdict == Verdict.CONSISTENT


def test_a_head_somebody_else_signed_proves_nothing(mine: Operator, fork: Operator) -> None:
    forged = fork.checkpoint(9, by=Ed25519Signer.generate())
    with pytest.raises(ValueError, match="no trusted log"):
        compare_notes(mine.checkpoint(), forged, policy_of(mine.vkey))
    other = Operator(origin="other.example", checkpoint_signer=mine.checkpoint_signer, lines=fork.lines)
    with pytest.raises(ValueError, match="different logs"):
        compare_notes(mine.checkpoint(), other.checkpoint(9), policy_of(mine.vkey, other.vkey))


def test_a_report_that_proves_nothing_is_refused(mine: Operator, fork: Operator, tmp_path: Path) -> None:
    """Nobody is accused by a report in which anything was changed, nor by two heads of one honest log."""
    policy, log = policy_of(mine.vkey), fork.folder(tmp_path / "fork")
    found = compare_notes(fork.checkpoint(), mine.checkpoint(7), policy, logs=[log])
    good = dict(found.report or {})
    honest_pair = {**good, "heads": [fork.checkpoint(7), fork.checkpoint()], "past": b64(fork.head(7).root)}
    wrong = [
        {**good, "heads": good["heads"][::-1]},
        {**good, "heads": [good["heads"][1]] * 2},
        {**good, "past": b64(bytes(32))},
        {**good, "past": b64(mine.head(7).root)},
        {**good, "proof": good["proof"][:-1]},
        {**good, "origin": "other.example"},
        {**good, "format": "x"},
        {**good, "more": 1},
        {
            **good,
            "heads": [sign_note(mine.head(7).text, mine.origin, Ed25519Signer.generate()), good["heads"][1]],
        },
        honest_pair,
    ]
    for value in wrong:
        with pytest.raises(ValueError):  # noqa: PT011 - many messages, one kind
            check_report(jcs(value), policy)
    check_report(jcs(good), policy)


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["log", "compare", *words])


def test_the_command_says_which_in_words_file_and_exit_code(
    mine: Operator, fork: Operator, tmp_path: Path
) -> None:
    vkey = ("--vkey", str(mine.vkey))
    (tmp_path / "a").write_text(mine.checkpoint(7))
    (tmp_path / "b").write_bytes(fork.receipt(6))
    proof = tmp_path / "proof.json"
    assert run(str(tmp_path / "a"), str(tmp_path / "b"), *vkey).exit_code == 3
    folder = str(fork.folder(tmp_path / "fork"))
    found = run(str(tmp_path / "a"), folder, *vkey, "--report", str(proof))
    assert found.exit_code == 4
    assert "EQUIVOCATION" in found.output
    assert strict(proof.read_bytes())["format"] == "open-license-equivocation/1"
    again = run(str(proof), *vkey)
    assert again.exit_code == 4
    assert json.loads(again.stdout)["verdict"] == "equivocation"
    assert run(str(tmp_path / "b"), folder, *vkey).exit_code == 0
    assert run(str(tmp_path / "a"), folder, *vkey, "--report", str(proof)).exit_code == 1  # never over a file
    assert run(str(tmp_path / "a"), folder).exit_code == 2  # click's own: no key was given
    assert "--vkey" in run(str(tmp_path / "a"), folder).output
