"""Exported logs and receipts, checked offline, whole and spoiled."""

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any
from unicodedata import category

import pytest
from flask import Flask

from registry.ledger import service as ledger
from registry.ledger.canonical import jcs
from registry.ledger.notes import Vkey, sign_note
from registry.ledger.policy import Policy, policy_of
from registry.ledger.report import Report, State
from registry.ledger.setup import ledger_setup
from registry.ledger.signing import Ed25519Signer
from registry.ledger.verdicts import SAID
from registry.ledger.verify import read_vkey, verify_path
from tests.ledger.making import effective, enrolment, file, notice, revocation, rotation, signed


@pytest.fixture
def policy(lite: Flask) -> Policy:
    return policy_of(ledger_setup().vkey)


@pytest.fixture
def signer(lite: Flask) -> Ed25519Signer:
    signer = Ed25519Signer.generate()
    file(enrolment(signer))
    return signer


@pytest.fixture
def receipt(signer: Ed25519Signer) -> dict[str, Any]:
    file(*(effective(f"A-{n}") for n in range(3)))
    seq = file(signed(notice("C-1"), signer))[0].seq
    file(*(effective(f"B-{n}") for n in range(3)))
    return ledger.receipt(seq, disclose={"licensee"})


@pytest.fixture
def log(signer: Ed25519Signer, tmp_path: Path) -> Path:
    file(signed(notice("L-1"), signer), *(effective(f"L-{n}") for n in range(4)))
    assert ledger.export(tmp_path / "log") == ledger.size()
    return tmp_path / "log"


def write(path: Path, value: dict[str, Any]) -> Path:
    path.write_bytes(jcs(value))
    return path


def test_a_receipt_holds_and_each_verdict_says_its_own(
    receipt: dict[str, Any], policy: Policy, tmp_path: Path
) -> None:
    report = verify_path(write(tmp_path / "r", receipt), policy)
    assert report.ok
    assert report.exit_code == 0
    assert [verdict.state for verdict in report.verdicts] == [
        State.VALID,
        State.VALID,
        State.NOT_CHECKABLE,
        State.NOT_CHECKABLE,
    ]
    assert report.facts["disclosed.licensee"]["name"] == "上海某某科技有限公司"
    assert "disclosed.record" not in report.facts
    assert "可核验的部分全部成立" in report.to_text()
    assert "Everything that can be checked" in report.to_text("en")
    assert "披露的内容 被许可方: 代码 91310115MA1K00000X, 名称 上海某某科技有限公司" in report.to_text()
    assert json.loads(report.to_json())["verdicts"]["integrity"]["state"] == "valid"


def test_without_the_key_the_verdicts_are_lowered_and_the_exit_code_is_one(
    receipt: dict[str, Any], log: Path, tmp_path: Path
) -> None:
    for path in (write(tmp_path / "r", receipt), log):
        report = verify_path(path)
        assert report["integrity"].state == report["signatures"].state == State.LOWERED
        assert report["integrity"].code == "key_not_pinned"
        assert report.exit_code == 1


def test_another_key_is_refused(receipt: dict[str, Any], log: Path, tmp_path: Path) -> None:
    other = policy_of(Vkey(ledger_setup().origin, Ed25519Signer.generate().public))
    for path in (write(tmp_path / "r", receipt), log):
        assert verify_path(path, other)["integrity"].state == State.INVALID


def test_a_receipt_of_every_kind_of_filing_holds(
    signer: Ed25519Signer, policy: Policy, tmp_path: Path
) -> None:
    newer = Ed25519Signer.generate()
    file(effective("A-1"), rotation(newer, signer), signed(notice("C-2"), newer), revocation(newer.kid))
    ledger.publish_checkpoint()
    for seq in range(ledger.size()):
        report = verify_path(write(tmp_path / f"r{seq}", ledger.receipt(seq)), policy)
        assert report.ok, (seq, report)


def test_a_log_holds_across_tiles_and_the_export_is_complete(
    signer: Ed25519Signer, policy: Policy, tmp_path: Path
) -> None:
    file(*(effective(f"A-{n}") for n in range(600)))
    ledger.export(tmp_path / "log")
    report = verify_path(tmp_path / "log", policy)
    assert report.ok
    assert report.size == ledger.size()
    assert (tmp_path / "log" / "tile" / "0" / "001").stat().st_size == 8192
    assert (tmp_path / "log" / "tile" / "1" / "000.p" / "2").exists()


@pytest.mark.parametrize("pinned", [True, False])
def test_no_flipped_byte_of_a_receipt_passes(
    receipt: dict[str, Any], policy: Policy, tmp_path: Path, pinned: bool
) -> None:
    data, path = jcs(receipt), tmp_path / "r"
    chance = random.Random(7)
    for _ in range(400):
        spoiled = bytearray(data)
        spoiled[chance.randrange(len(data))] ^= chance.randrange(1, 256)
        path.write_bytes(spoiled)
        report = verify_path(path, policy if pinned else None)
        assert report.exit_code == 1, bytes(spoiled)
        assert any(verdict.state == State.INVALID for verdict in report.verdicts), bytes(spoiled)


@pytest.mark.parametrize("change", ["cut", "doubled", "inserted"])
def test_no_cut_or_stretched_receipt_passes(
    receipt: dict[str, Any], policy: Policy, tmp_path: Path, change: str
) -> None:
    data, chance = jcs(receipt), random.Random(11)
    for _ in range(60):
        at = chance.randrange(len(data))
        spoiled = {
            "cut": data[:at] + data[at + 1 :],
            "doubled": data[:at] + data[at : at + 1] + data[at:],
            "inserted": data[:at] + bytes([chance.randrange(256)]) + data[at:],
        }[change]
        if spoiled == data:
            continue
        (tmp_path / "r").write_bytes(spoiled)
        assert verify_path(tmp_path / "r", policy).exit_code == 1


def test_no_flipped_byte_of_an_exported_log_passes(log: Path, policy: Policy) -> None:
    chance = random.Random(13)
    for path in sorted(path for path in log.rglob("*") if path.is_file()):
        data = path.read_bytes()
        for _ in range(25):
            spoiled = bytearray(data)
            spoiled[chance.randrange(len(data))] ^= chance.randrange(1, 256)
            path.write_bytes(spoiled)
            assert verify_path(log, policy).exit_code == 1, path
        path.write_bytes(data)
    assert verify_path(log, policy).ok


def test_missing_and_extra_files_are_refused(log: Path, policy: Policy) -> None:
    for path in sorted(path for path in log.rglob("*") if path.is_file()):
        data = path.read_bytes()
        path.unlink()
        assert verify_path(log, policy).exit_code == 1, path
        path.write_bytes(data)
    (log / "envelopes" / ("00" * 32)).write_bytes(b"{}")
    assert verify_path(log, policy)["integrity"].code == "file_unexpected"


def test_the_first_bad_sequence_is_named(log: Path, policy: Policy) -> None:
    entry = json.loads(ledger.filed_at(3)[0])
    (log / "envelopes" / entry["env"]).write_bytes(b"{}")
    report = verify_path(log, policy)
    assert report.first_bad == 3
    assert report["integrity"].code == "envelope_differs"
    assert "[seq 3]" in report.to_text("en")


def test_an_unknown_signature_on_the_checkpoint_is_ignored_but_told(log: Path, policy: Policy) -> None:
    note = (log / "checkpoint").read_text()
    body = note.rpartition("\n\n")[0] + "\n"
    stranger = sign_note(body, "witness.example", Ed25519Signer.generate()).rpartition("\n\n")[2]
    (log / "checkpoint").write_text(note + stranger)
    report = verify_path(log, policy)
    assert report["integrity"].state == State.LOWERED
    assert report["integrity"].code == "unlisted_signature"
    assert report.ok


def test_a_receipt_with_an_unlisted_signer_is_refused(
    receipt: dict[str, Any], policy: Policy, tmp_path: Path
) -> None:
    body = receipt["proof"].rpartition("\n\n")[0].split("\n\n", 1)[1] + "\n"
    stranger = sign_note(body, "witness.example", Ed25519Signer.generate()).rpartition("\n\n")[2]
    receipt["proof"] += stranger
    for line in receipt["keys"]:
        line["proof"] += stranger
    assert verify_path(write(tmp_path / "r", receipt), policy)["integrity"].code == "checkpoint_signature"


def test_a_receipt_without_the_signers_enrolment_or_with_a_needless_one_is_refused(
    receipt: dict[str, Any], policy: Policy, tmp_path: Path
) -> None:
    spare = Ed25519Signer.generate()
    seq = file(enrolment(spare), signed(notice("C-9"), spare))[1].seq
    other = ledger.receipt(seq)
    poor = {**receipt, "keys": receipt["keys"][:1]}
    assert verify_path(write(tmp_path / "r", poor), policy)["signatures"].code == "key_unknown"
    rootless = {**receipt, "keys": receipt["keys"][1:]}
    assert verify_path(write(tmp_path / "r", rootless), policy).exit_code == 1
    ledger.publish_checkpoint()
    fresh = ledger.receipt(receipt["seq"])
    assert len(fresh["keys"]) == len(other["keys"]) == 2
    swapped = {**other, "keys": sorted([*other["keys"], fresh["keys"][1]], key=lambda line: line["seq"])}
    assert verify_path(write(tmp_path / "r", swapped), policy)["integrity"].code == "file_unexpected"


def test_a_rewritten_and_resigned_log_is_refused_against_an_earlier_checkpoint(
    log: Path, receipt: dict[str, Any], policy: Policy, tmp_path: Path, lite: Flask
) -> None:
    earlier = write(tmp_path / "earlier", receipt)
    ledger.export(tmp_path / "later")
    assert verify_path(tmp_path / "later", policy, earlier=earlier)["integrity"].state == State.VALID
    assert "compared_with_earlier" in verify_path(tmp_path / "later", policy, earlier=earlier).notes
    assert "self_consistent_only" in verify_path(tmp_path / "later", policy).notes
    report = verify_path(log, policy, earlier=earlier)  # the shorter export stands for a cut log
    assert report["integrity"].code == "earlier_differs"
    forged = (tmp_path / "later" / "checkpoint").read_text().split("\n")
    body = "\n".join([forged[0], str(3), forged[2]]) + "\n"
    other = tmp_path / "other"
    other.write_text(sign_note(body, forged[0], ledger_setup().keys.checkpoint_signer))
    report = verify_path(tmp_path / "later", policy, earlier=other)
    assert (report["integrity"].code, report.first_bad) == ("earlier_differs", 2)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", b'{"format":1}', b"null", b"1"])
def test_what_is_no_receipt_is_refused_and_never_raises(tmp_path: Path, data: bytes, policy: Policy) -> None:
    (tmp_path / "r").write_bytes(data)
    report = verify_path(tmp_path / "r", policy)
    assert report["integrity"].code == "unreadable"
    assert verify_path(tmp_path / "absent", policy).exit_code == 1


def test_a_vkey_is_read_from_text_or_file(policy: Policy, tmp_path: Path) -> None:
    vkey = str(policy.logs[0])
    (tmp_path / "vkey").write_text(vkey + "\n")
    assert read_vkey(vkey) == read_vkey(str(tmp_path / "vkey")) == policy


def test_an_export_never_mixes_with_what_is_there(log: Path) -> None:
    from registry.errors import Conflict

    with pytest.raises(Conflict, match="export_not_empty"):
        ledger.export(log)


def test_the_verifier_needs_neither_framework_nor_database() -> None:
    program = (
        "import sys; import registry.ledger.verify; "
        "print([n for n in ('flask', 'sqlalchemy', 'marshmallow') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_code_a_report_can_hold_has_its_sentence_in_both_languages() -> None:
    import re

    from registry.ledger import report

    folder = Path(report.__file__).parent
    source = "".join(
        (folder / name).read_text()
        for name in (
            "walk.py",
            "log_folder.py",
            "filed_lines.py",
            "heads.py",
            "bundle_file.py",
            "proof_file.py",
            "receipt_file.py",
            "audit.py",
            "verdicts.py",
        )
    )
    codes = set(re.findall(r'(?:INTEGRITY|SIGNATURES), "([a-z_]+)"', source))
    codes |= set(re.findall(r'code="([a-z_]+)"', source)) | {code for said in SAID.values() for code in said}
    assert {"proof_wrong", "witnessed", "one_filing"} <= codes
    assert codes <= report.CHINESE.keys()
    assert report.CHINESE.keys() == report.ENGLISH.keys()


def test_what_somebody_typed_never_looks_like_a_line_of_the_report() -> None:
    typed = "steel\n登记状态: 成立\r\u2028Registration: holds\x1b[1A\x9b2K\u202e"
    facts = {"disclosed.intended_use": typed, "disclosed": [{"value": typed}], typed: 1}
    report = Report(kind="bundle", verdicts=(), pinned=True, origin="log.example/\x85x", facts=facts)
    told = report.to_text("en")
    assert [line for line in told.splitlines() if line.startswith(("登记", "Registration"))] == []
    assert {sign for sign in told if category(sign)[0] == "C"} == {"\n"}
    assert told.count(r"steel\n登记状态: 成立\r\u2028Registration: holds\x1b[1A\x9b2K\u202e") == 3
