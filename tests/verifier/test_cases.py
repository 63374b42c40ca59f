"""Python and the browser give every case its verdicts, and no changed byte passes in either."""

import random
from pathlib import Path

import pytest

from registry.ledger.attach import attach
from registry.ledger.canonical import jcs, sha256_hex
from registry.ledger.filings import Filing
from registry.ledger.policy import Policy, parse_policy
from registry.ledger.verify import LARGEST, read_vkey, verify_bytes, verify_path
from tests.ledger.cases import Case, printed
from tests.ledger.every import every_case
from tests.ledger.licensed import CONTRACT, PAPER, licensed
from tests.verifier.checking import Checker

FLIPS = {
    "bundle": 900,
    "bundle with a quorum of witnesses": 700,
    "bundle without the key": 500,
    "bundle: signed in a list": 300,
    "extract": 300,
    "certificate": 200,
    "sealed: an authority nobody named": 200,
}
ALSO_IN_PYTHON = 5  # every fifth change is judged by both


def trust(case: Case) -> Policy | None:
    if case.policy:
        return parse_policy(case.policy)
    return read_vkey(case.vkey) if case.vkey else None


@pytest.fixture(scope="module", autouse=True)
def made_before_the_browser() -> None:
    """Sealing runs a loop of its own, which nothing can beside a browser's."""
    every_case()


def test_every_case_gets_the_verdicts_it_gets_in_python(checker: Checker) -> None:
    differing = {}
    for case in every_case().values():
        files = {"main": case.data, **({"entry": case.entry} if case.entry else {})}
        files |= {"seal.pem": case.seals} if case.seals else {}
        report = checker.verify(files, case.policy or case.vkey)
        said = {name: (v["state"], v["code"]) for name, v in report["verdicts"].items()}
        wanted = dict(case.verdicts)
        if wanted["time"][1].startswith("timestamp"):  # never checked here, and never shown as checked
            wanted["time"] = ("not_checkable", "timestamp_not_here")
        wrong = {name: one for name, one in wanted.items() if said[name] != one}
        if wrong or report["ok"] is not case.ok or report["first_bad_seq"] != case.seq:
            differing[case.name] = (wrong, said, report["first_bad_seq"])
    assert len(every_case()) > 60
    assert differing == {}


REPORTED = (
    "extract", "extract of a list", "bundle", "bundle without the key", "certificate", "sealed: RSA-PSS",
    "proof", "checkpoint",
)  # fmt: skip


@pytest.mark.parametrize("name", REPORTED)
def test_the_report_is_the_same_as_python_s(checker: Checker, name: str) -> None:
    case = every_case()[name]
    files = {"main": case.data, **({"entry": case.entry} if case.entry else {})}
    here, there = checker.verify(files, case.vkey), verify_bytes(case.data, trust(case), entry=case.entry)
    assert here["facts"] == dict(there.facts)
    assert (here["kind"], here["origin"], here["root"]) == (there.kind, there.origin, there.root)
    assert (here["size"], here["notes"]) == (there.size, list(there.notes))


@pytest.mark.parametrize("name", FLIPS)
def test_no_changed_byte_goes_unnoticed(checker: Checker, name: str) -> None:
    case, chance = every_case()[name], random.Random(17)
    flips = [(chance.randrange(len(case.data)), chance.randrange(1, 256)) for _ in range(FLIPS[name])]
    said = checker.flipped(case.data, case.policy or case.vkey, flips)
    missed = [flip for flip, (ok, *states) in zip(flips, said, strict=True) if ok or "invalid" not in states]
    assert missed == []
    for (at, to), (_, *states) in list(zip(flips, said, strict=True))[::ALSO_IN_PYTHON]:
        spoiled = case.data[:at] + bytes([case.data[at] ^ to]) + case.data[at + 1 :]
        there = verify_bytes(spoiled, trust(case))
        told = [one.state for one in there.verdicts if one.name in ("integrity", "signatures", "seal")]
        assert states == told, (at, to)


def test_papers_beside_a_bundle_are_those_it_says_were_issued(checker: Checker) -> None:
    case = every_case()["bundle"]
    report = checker.verify({"main": case.data, "contract.pdf": PAPER}, case.vkey)
    there = verify_bytes(case.data, trust(case), papers={"contract.pdf": PAPER})
    assert report["facts"]["papers_given"] == there.facts["papers_given"]
    assert report["ok"] is there.ok is True
    report = checker.verify({"main": case.data, "contract.pdf": PAPER + b"!"}, case.vkey)
    assert report["verdicts"]["integrity"] == {"state": "invalid", "code": "paper_unknown", "seq": None}


def test_a_bundle_is_checked_in_under_a_second(checker: Checker) -> None:
    case = every_case()["bundle with a quorum of witnesses"]
    checker.page.evaluate("window.begun = performance.now()")
    assert checker.verify({"main": case.data}, case.policy)["ok"]
    assert checker.page.evaluate("performance.now() - window.begun") < 1000


def test_a_certificate_filled_up_to_the_bound_is_judged_and_beyond_it_not_looked_into(
    checker: Checker, tmp_path: Path
) -> None:
    case = every_case()["sealed: self-made"]
    verdicts = {LARGEST: ("not_reached", "seal_appended"), LARGEST + 1: ("too_large", "not_reached")}
    for size, said in verdicts.items():
        (tmp_path / "padded.pdf").write_bytes(case.data.ljust(size, b"%"))
        there = verify_path(tmp_path / "padded.pdf", trust(case))
        assert (there["integrity"].code, there["seal"].code) == said
        assert checker.padded(case.data, case.vkey, size) == said
    assert "64 MB" in there.to_text("zh")
    assert "64 MB" in there.to_text("en")


def test_a_paper_of_an_earlier_edition_is_told_as_such(checker: Checker) -> None:
    first, second = printed("first"), printed("second")
    made = licensed({"certificate": first, "contract": PAPER})
    early = attach(first, jcs(made.bundle()))
    again = {"paper": "certificate", "version": 2, "digest": sha256_hex(second)}
    fields = {"number": CONTRACT, "papers": [again]}
    seq = made.log.file(Filing(type="papers.issued", subject=CONTRACT, fields=fields))
    bundle, key = jcs(made.log.bundle(CONTRACT, [*made.places(), seq])), str(made.log.log_key)
    for data, papers, said in (
        (early, {}, False),
        (attach(first, bundle), {}, True),
        (attach(second, bundle), {}, False),
        (bundle, {"first.pdf": first}, True),
        (bundle, {"contract.pdf": PAPER}, False),
        (bundle, {}, False),
    ):
        here = checker.verify({"main": data, **papers}, key)
        there = verify_bytes(data, read_vkey(key), papers=papers)
        assert (here["ok"], here["notes"]) == (there.ok, list(there.notes))
        assert here["ok"]
        assert ("newer_edition" in here["notes"]) is said
