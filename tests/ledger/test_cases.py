"""Every case gets the verdicts it must, and no changed byte of a bundle goes unnoticed."""

import random
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from registry.ledger.policy import Policy, parse_policy
from registry.ledger.report import Report
from registry.ledger.seals import read_certificates
from registry.ledger.verify import read_vkey, verify_bytes
from registry.log_commands import verify
from tests.ledger.cases import Case
from tests.ledger.every import MAKERS, every_case, made
from tests.ledger.licensed import PAPER

FLIPS = 800


def trust(case: Case) -> Policy | None:
    if case.policy:
        return parse_policy(case.policy)
    return read_vkey(case.vkey) if case.vkey else None


def check(case: Case) -> Report:
    seals = read_certificates(case.seals) if case.seals else ()
    return verify_bytes(case.data, trust(case), entry=case.entry, seals=seals)


@pytest.mark.parametrize("kind", MAKERS)
def test_a_case_gets_its_verdicts(kind: str) -> None:
    for case in made(kind).values():
        report = check(case)
        said = {one: (report[one].state.value, report[one].code) for one in case.verdicts}
        assert said == case.verdicts, case.name
        assert report.ok is case.ok, case.name
        assert report.first_bad == case.seq, case.name
        assert report.to_text("en") != report.to_text("zh"), case.name


@pytest.mark.parametrize(
    "name", ["bundle", "bundle with a quorum of witnesses", "bundle without the key", "extract"]
)
def test_no_changed_byte_of_a_bundle_goes_unnoticed(name: str) -> None:
    case, chance = every_case()[name], random.Random(17)
    policy, before = trust(case), check(case)
    assert before.size == 12
    missed = []
    for _ in range(FLIPS):
        at, to = chance.randrange(len(case.data)), chance.randrange(1, 256)
        spoiled = case.data[:at] + bytes([case.data[at] ^ to]) + case.data[at + 1 :]
        report = verify_bytes(spoiled, policy)
        if report.exit_code == 0 or all(v.state != "invalid" for v in report.verdicts):
            missed.append((at, to))
    assert missed == []


def test_no_changed_byte_of_a_certificate_goes_unnoticed() -> None:
    case = every_case()["certificate"]
    policy, size = trust(case), len(case.data)
    seal = case.data.index(b"\nstream\n{") + 9  # the printed part and what stands before the bundle
    places = [*range(0, seal, 7), *range(seal, size, 97), *range(size - 900, size)]
    missed = [at for at in places if verify_bytes(flipped(case.data, at), policy).exit_code == 0]
    assert missed == []


def test_no_changed_byte_of_a_sealed_certificate_goes_unnoticed() -> None:
    case = every_case()["sealed: RSA"]
    policy, size = trust(case), len(case.data)
    seal = case.data.index(b"/Contents <")
    empty = case.data.index(b"000000", seal + 3000)  # behind the signature the hole is filled with noughts
    places = [*range(0, seal - 700, 211), *range(seal - 700, empty, 13), *range(empty, size - 1200, 1009)]
    places += range(size - 1200, size, 3)
    missed = [
        at
        for at in places
        if verify_bytes(flipped(case.data, at), policy)["integrity"].state != "not_checkable"
        and verify_bytes(flipped(case.data, at), policy)["integrity"].state != "invalid"
    ]
    assert missed == []


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def test_a_bundle_tells_what_stands_in_it() -> None:
    facts = check(every_case()["bundle"]).facts
    assert facts["license_state"] == "effective"
    assert [one["type"] for one in facts["filings"]][-1] == "papers.issued"
    assert facts["filings"][1]["by"][0]["level"] == "account"
    assert facts["papers"][0]["paper"] == "contract"
    assert {one["path"] for one in facts["disclosed"]} == {"licensee", "contacts", "amount"}
    assert "上海某某科技有限公司" in check(every_case()["bundle"]).to_text()


def test_the_command_takes_policies_papers_and_entries(tmp_path: Path) -> None:
    case, proof = every_case()["bundle with a quorum of witnesses"], every_case()["proof"]
    for name, data in (
        ("bundle", case.data),
        ("policy", case.policy.encode()),
        ("paper", PAPER),
        ("foreign", b"%PDF-1.4"),
        ("proof", proof.data),
        ("entry", proof.entry or b""),
    ):
        (tmp_path / name).write_bytes(data)

    def run(*words: str) -> Result:
        said = [str(tmp_path / word) if (tmp_path / word).exists() else word for word in words]
        return CliRunner().invoke(verify, [*said, "--json"])

    assert run("bundle", "--policy", "policy", "--paper", "paper").exit_code == 0
    assert (
        "paper_unknown"
        in run("bundle", "--policy", "policy", "--paper", "paper", "--paper", "foreign").output
    )
    assert run("bundle").exit_code == 1
    assert run("proof", "--vkey", proof.vkey, "--entry", "entry").exit_code == 0
    assert "needs the entry" in run("proof", "--vkey", proof.vkey).output
    assert run("bundle", "--policy", "policy", "--vkey", proof.vkey).exit_code == 2
    earlier = run("proof", "--vkey", proof.vkey, "--entry", "entry", "--earlier", "bundle")
    assert "compared_with_earlier" in earlier.output
