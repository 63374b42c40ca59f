"""The checking page and the Python verifier say the same of receipts, whole and broken, byte by byte."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from registry.ledger import service as ledger
from registry.ledger.canonical import jcs
from registry.ledger.notes import Vkey
from registry.ledger.policy import policy_of
from registry.ledger.setup import ledger_setup
from registry.ledger.signing import Ed25519Signer
from registry.ledger.verify import verify_bytes
from tests.ledger.making import effective, enrolment, file, notice, revocation, rotation, signed
from tests.verifier.checking import Checker

FLIPS = 300


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


def both(checker: Checker, data: bytes, key: Vkey | None) -> Iterator[tuple[Any, Any]]:
    """What each of the two says, verdict by verdict, and as a whole."""
    here = checker.verify({"receipt.json": data}, str(key) if key else None)
    there = verify_bytes(data, policy_of(key) if key else None)
    for name in ("integrity", "signatures", "time", "registration"):
        said = here["verdicts"][name]
        yield (
            (said["state"], said["code"], said["seq"]),
            (
                there[name].state.value,
                there[name].code,
                there[name].seq,
            ),
        )
    yield (here["ok"], here["size"], here["root"]), (there.ok, there.size, there.root)
    yield (here["facts"], here["notes"]), (dict(there.facts), list(there.notes))


def test_a_receipt_holds_in_both_with_and_without_the_key(checker: Checker, receipt: dict[str, Any]) -> None:
    for key in (ledger_setup().vkey, None):
        assert [pair for pair in both(checker, jcs(receipt), key) if pair[0] != pair[1]] == []


def test_a_receipt_of_every_kind_of_filing_holds_in_both(checker: Checker, signer: Ed25519Signer) -> None:
    newer = Ed25519Signer.generate()
    file(effective("A-1"), rotation(newer, signer), signed(notice("C-2"), newer), revocation(newer.kid))
    ledger.publish_checkpoint()
    for seq in range(ledger.size()):
        pairs = list(both(checker, jcs(ledger.receipt(seq)), ledger_setup().vkey))
        assert [pair for pair in pairs if pair[0] != pair[1]] == [], seq
        assert pairs[4][0][0] is True, seq


def test_what_is_missing_or_needless_is_refused_by_both(checker: Checker, receipt: dict[str, Any]) -> None:
    other = Vkey(ledger_setup().origin, Ed25519Signer.generate().public)
    opened = receipt["disclosures"][0]
    for key, value in (
        (other, receipt),
        (ledger_setup().vkey, {**receipt, "keys": receipt["keys"][:1]}),
        (ledger_setup().vkey, {**receipt, "keys": receipt["keys"][1:]}),
        (ledger_setup().vkey, {**receipt, "keys": receipt["keys"][::-1]}),
        (ledger_setup().vkey, {**receipt, "origin": "log.example/other"}),
        (ledger_setup().vkey, {**receipt, "disclosures": []}),
        (ledger_setup().vkey, {**receipt, "disclosures": [opened, opened]}),
        (ledger_setup().vkey, {**receipt, "disclosures": [{**opened, "value": "x"}]}),
        (ledger_setup().vkey, {**receipt, "more": 1}),
    ):
        pairs = list(both(checker, jcs(value), key))
        assert [(here[0], there[0]) for here, there in pairs if here[0] != there[0]] == []
        assert pairs[4][0][0] is False


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", b'{"format":1}', b"null", b"1", b"a\n\nb\n"])
def test_what_is_nothing_of_ours_is_refused_by_both(checker: Checker, data: bytes) -> None:
    pairs = list(both(checker, data, None))
    assert pairs[0][0][0] == pairs[0][1][0] == "invalid"


def test_no_changed_byte_of_a_receipt_passes_in_either(checker: Checker, receipt: dict[str, Any]) -> None:
    data, chance, key = jcs(receipt), random.Random(7), ledger_setup().vkey
    flips = [(chance.randrange(len(data)), chance.randrange(1, 256)) for _ in range(FLIPS)]
    for (at, to), (ok, integrity, signatures) in zip(
        flips, checker.flipped(data, str(key), flips), strict=True
    ):
        spoiled = data[:at] + bytes([data[at] ^ to]) + data[at + 1 :]
        there = verify_bytes(spoiled, policy_of(key))
        assert (integrity, signatures) == (there["integrity"].state, there["signatures"].state), (at, to)
        assert ok is there.ok is False, (at, to)
        assert "invalid" in (integrity, signatures), (at, to)


def test_receipts_from_before_and_after_rotations_hold_in_both(checker: Checker, lite: Flask) -> None:
    old = ledger_setup().vkey
    file(effective("A-1"))
    kept = jcs(ledger.receipt(1))
    for purpose in ("countersign", "checkpoint"):
        ledger.rotate(purpose, alg="p256" if purpose == "countersign" else "")
    file(effective("A-2"))
    new = ledger_setup().vkey
    forged = ledger.receipt(1)
    forged["keys"] = forged["keys"][:1]
    for data, key in (
        (kept, old),
        (kept, new),
        *((jcs(ledger.receipt(seq)), key) for seq in range(5) for key in (new, old, None)),
        (jcs(forged), new),
    ):
        assert [pair for pair in both(checker, data, key) if pair[0] != pair[1]] == []
