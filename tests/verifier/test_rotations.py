"""Across rotations of the registry's own keys Python and the browser say the same, P-256 included."""

import pytest
from flask import Flask

from registry.ledger import service as ledger
from registry.ledger.bundles import bundle
from registry.ledger.canonical import jcs
from registry.ledger.notes import Vkey
from registry.ledger.policy import Policy, policy_of
from registry.ledger.setup import ledger_setup
from registry.ledger.verify import verify_bytes
from tests.ledger.making import effective, file
from tests.verifier.checking import Checker


@pytest.fixture
def rotated(lite: Flask) -> list[Vkey]:
    """The checkpoint keys of a log whose every key was rotated, the oldest first."""
    setup = ledger_setup()
    keys = [setup.vkey]
    file(effective("C-1", "2026-11-22T00:00:00.000Z"))
    for day, purpose in enumerate(("checkpoint", "countersign", "checkpoint", "countersign")):
        ledger.rotate(purpose, alg="p256" if purpose == "countersign" else "")
        keys += [setup.vkey] if purpose == "checkpoint" else []
        file(effective("C-1", f"2026-11-2{day + 3}T00:00:00.000Z"))
    return keys


def agree(checker: Checker, data: bytes, *keys: Vkey) -> bool:
    """Whether it is fine; the two must say the same of integrity and signatures."""
    trust = "" if not keys else "".join(f"log {key}\n" for key in keys) + "quorum none\n"
    here = checker.verify({"file": data}, trust)
    there = verify_bytes(data, Policy(logs=keys) if len(keys) > 1 else policy_of(*keys) if keys else None)
    for name in ("integrity", "signatures"):
        said = here["verdicts"][name]
        assert (said["state"], said["code"], said["seq"]) == (
            there[name].state.value,
            there[name].code,
            there[name].seq,
        )
    assert here["ok"] is there.ok
    return there.ok


def test_receipts_hold_under_the_newest_key_or_all_of_them_and_under_no_older_one(
    checker: Checker, rotated: list[Vkey]
) -> None:
    for seq in range(ledger.size()):
        data = jcs(ledger.receipt(seq))
        assert agree(checker, data, rotated[-1]), seq
        assert agree(checker, data, *rotated), seq
        assert not agree(checker, data, rotated[0]), seq
        assert not agree(checker, data), seq


def test_a_handover_head_is_signed_by_both_keys(checker: Checker, lite: Flask) -> None:
    old = ledger_setup().vkey
    size = ledger.rotate("checkpoint").enrolled_seq + 1
    note = ledger.checkpoint(size)
    assert note is not None
    for keys in ((old, ledger_setup().vkey), (old,), ()):
        agree(checker, note.encode(), *keys)
    assert agree(checker, note.encode(), old, ledger_setup().vkey)


def test_a_bundle_holds_and_lacks_nothing_that_its_head_needs(checker: Checker, rotated: list[Vkey]) -> None:
    value = bundle("C-1")
    assert agree(checker, jcs(value), rotated[-1])
    assert not agree(checker, jcs(value))
    for at in range(len(value["filings"])):
        poor = {**value, "filings": value["filings"][:at] + value["filings"][at + 1 :]}
        agree(checker, jcs(poor), rotated[-1])
        agree(checker, jcs(poor))


def test_a_receipt_without_the_rotation_of_its_head_s_key_is_refused(
    checker: Checker, rotated: list[Vkey]
) -> None:
    value = ledger.receipt(1)
    for at in range(len(value["keys"])):
        poor = {**value, "keys": value["keys"][:at] + value["keys"][at + 1 :]}
        assert not agree(checker, jcs(poor), rotated[-1]), at
        assert not agree(checker, jcs(poor)), at
    assert not agree(checker, jcs({**value, "keys": value["keys"][::-1]}), rotated[-1])
