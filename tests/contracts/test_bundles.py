"""A contract's bundle: complete for its sides, as closed as its reader demands, checkable by its papers."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from registry.contracts import bundles, register
from registry.contracts.models import Contract
from registry.documents import store
from registry.errors import NotFound
from registry.ledger.attach import detach
from registry.ledger.filings import Filing
from registry.ledger.policy import policy_of
from registry.ledger.report import Report
from registry.ledger.setup import ledger_setup
from registry.ledger.verify import verify_bytes, verify_path
from tests.exports.making import ready_paid
from tests.factories import Offer, reading
from tests.kept import Kept
from tests.ledger.making import file


@pytest.fixture
def paid(lite: Flask, kept: Kept) -> tuple[Offer, str]:
    """A paid license whose papers were printed, and its contract's number."""
    return kept(lite, ready_paid, "c1")


def find(number: str) -> Contract:
    return register.find_contract(number)


def checked(data: bytes) -> Report:
    return verify_bytes(data, policy_of(ledger_setup().vkey))


def paths(facts: Any) -> set[tuple[str, str]]:
    types = {row["seq"]: row["type"] for row in facts["filings"]}
    return {(types[row["seq"]], row["path"]) for row in facts["disclosed"]}


def types(facts: Any) -> Iterable[str]:
    return [row["type"] for row in facts["filings"]]


def test_a_contracts_bundle_holds_its_whole_story(paid: tuple[Offer, str], tmp_path: Path) -> None:
    offer, number = paid
    data = reading(lambda: bundles.of(offer.venue.actor, find(number)))
    report = checked(data)
    assert report.ok, report.to_text()
    wanted = {
        "declaration.published",
        "license.noticed",
        "payment.confirmed",
        "license.effective",
        "papers.issued",
    }
    assert wanted <= set(types(report.facts))
    assert report.facts["license_state"] == "effective"
    file = tmp_path / "contract.pdf"
    digest = next(row["digest"] for row in report.facts["papers"] if row["paper"] == "contract")
    file.write_bytes(reading(lambda: store.get(digest)))
    (tmp_path / "bundle.json").write_bytes(data)
    policy = policy_of(ledger_setup().vkey)
    assert verify_path(tmp_path / "bundle.json", policy, papers=[file]).ok
    file.write_bytes(file.read_bytes() + b"\n")
    foreign = verify_path(tmp_path / "bundle.json", policy, papers=[file])
    assert (foreign["integrity"].state.value, foreign["integrity"].code) == ("invalid", "paper_unknown")


def test_the_licensee_learns_nothing_of_the_declarants_own(paid: tuple[Offer, str]) -> None:
    offer, number = paid
    licensee = reading(lambda: find(number).licensee_id)
    own = {path for path in paths(facts_for(offer.holder.actor, number)) if path[0].startswith("declaration")}
    assert own
    actor = replace(offer.holder.actor, organisation_id=licensee)
    seen = paths(facts_for(actor, number))
    assert not own & seen
    assert {("license.noticed", "contacts"), ("payment.confirmed", "amount")} <= seen


def facts_for(actor: Any, number: str) -> Any:
    return checked(reading(lambda: bundles.of(actor, find(number)))).facts


def test_a_certificate_carries_a_bundle_that_says_no_more_than_it(paid: tuple[Offer, str]) -> None:
    _, number = paid
    papers = reading(lambda: {paper.kind: paper.id for paper in find(number).papers})
    _, data = reading(lambda: bundles.certificate(find(number), papers["certificate"]))
    report = checked(data)
    assert (report.kind, report.ok) == ("certificate", True)
    opened = {path for _, path in paths(report.facts)}
    assert "licensee" in opened
    assert not opened & {"contacts", "intended_use", "amount", "account"}
    assert json.loads(detach(data).bundle)["subject"] == number
    with pytest.raises(NotFound):
        reading(lambda: bundles.certificate(find(number), papers["contract"]))


def test_a_declarations_bundle_is_for_everybody(paid: tuple[Offer, str], lite: Flask) -> None:
    offer, number = paid
    answer = lite.test_client().get(f"/offers/{offer.number}/bundle.json")
    report = checked(answer.data)
    assert report.ok
    assert report.facts["disclosed"] == []
    assert number.encode() not in answer.data


def test_a_correction_stands_in_the_bundle(paid: tuple[Offer, str]) -> None:
    offer, number = paid
    place = reading(lambda: find(number).acceptances[0].noticed_seq)
    fields = {"subject": number, "corrects": place, "values": {"track": "local"}}
    file(Filing(type="correction", subject=number, fields=fields))
    assert "correction" in types(facts_for(offer.holder.actor, number))
