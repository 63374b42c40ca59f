"""Bundles out of the database: complete up to their checkpoint, and showing what the caller allows."""

from typing import Any

import pytest
from flask import Flask

from registry.errors import NotFound
from registry.ledger import service as ledger
from registry.ledger.canonical import jcs
from registry.ledger.filings import Filing
from registry.ledger.policy import policy_of
from registry.ledger.report import Report
from registry.ledger.setup import ledger_setup
from registry.ledger.signing import Ed25519Signer
from registry.ledger.verify import verify_bytes
from tests.ledger.making import effective, enrolment, file, notice, revocation, rotation, signed

DECLARATION = "MX-D26-K7QM-3X9R"


@pytest.fixture
def keys(app: Flask) -> dict[str, Ed25519Signer]:
    """A license between strangers' filings, one key of it rotated and lost since."""
    keys = {name: Ed25519Signer.generate() for name in ("first", "second", "stranger")}
    file(enrolment(keys["first"]), enrolment(keys["stranger"]), rotation(keys["second"], keys["first"]))
    file(withdrawn(), signed(notice("C-2"), keys["stranger"]), signed(notice("C-1"), keys["second"]))
    file(effective("C-2"), effective("C-1"), revocation(keys["second"].kid), revocation(keys["stranger"].kid))
    return keys


def withdrawn() -> Filing:
    instant = "2026-11-22T01:02:03.004Z"
    fields = {"number": DECLARATION, "ground": "holder", "instant": instant}
    return Filing(
        type="declaration.withdrawn", subject=DECLARATION, fields=fields, secrets={"reason": "秘密"}
    )


def checked(value: dict[str, Any]) -> Report:
    return verify_bytes(jcs(value), policy_of(ledger_setup().vkey))


def seqs(value: dict[str, Any]) -> list[int]:
    return [line["seq"] for line in value["filings"]]


def test_a_bundle_holds_what_is_the_contracts_and_no_strangers(keys: dict[str, Ed25519Signer]) -> None:
    value = ledger.bundle("C-1")
    report = checked(value)
    assert report.ok, report.to_text()
    types = [ledger.filed_at(seq)[1].type for seq in seqs(value)]
    assert types == [
        "log.started",
        "key.enrolled",
        "key.rotated",
        "declaration.withdrawn",
        "license.noticed",
        "license.effective",
        "key.revoked",
    ]
    assert value["disclosures"] == []
    assert report.facts["license_state"] == "effective"


def test_the_caller_decides_what_is_shown_and_left_out(keys: dict[str, Ed25519Signer]) -> None:
    def shown(filed: Filing, path: str) -> bool:
        return filed.subject == "C-1" and path == "licensee"

    value = ledger.bundle("C-1", shown=shown, without=("declaration.withdrawn",))  # type: ignore[arg-type]
    report = checked(value)
    assert report.ok
    assert [row["path"] for row in report.facts["disclosed"]] == ["licensee"]
    assert DECLARATION not in [row["subject"] for row in report.facts["filings"]]


def test_a_declarations_bundle_knows_no_contract(keys: dict[str, Ed25519Signer]) -> None:
    value = ledger.bundle(DECLARATION)
    assert checked(value).ok
    assert b"C-1" not in jcs(value)


def test_a_bundle_covers_what_was_filed_a_moment_ago(keys: dict[str, Ed25519Signer]) -> None:
    ledger.publish_checkpoint()
    place = file(effective("C-1", "2026-11-23T01:02:03.004Z"))[0].seq
    value = ledger.bundle("C-1")
    assert place in seqs(value)
    assert checked(value).size == place + 1


def test_nothing_is_bundled_about_nobody(app: Flask) -> None:
    with pytest.raises(NotFound):
        ledger.bundle("C-404")
