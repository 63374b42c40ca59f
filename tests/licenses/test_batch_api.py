"""Batches by machine: rows in, one signature made outside over the list, one declaration checked alone."""

import base64
from typing import Any
from uuid import UUID

from flask import Flask
from playwright import sync_api as playwright

from registry import verifier_page
from registry.database import transaction
from registry.ledger import service as ledger
from registry.ledger.canonical import jcs
from registry.ledger.policy import policy_of
from registry.ledger.setup import ledger_setup
from registry.ledger.verify import verify_bytes
from registry.licenses import batch_reviews, register
from tests import factories
from tests.factories import make_organisation, make_venue, patent_number, reading
from tests.licenses import batching
from tests.licenses.batching import found
from tests.licenses.test_api import TICKS, Machine
from tests.verifier.checking import opened


def rows(count: int, **changes: Any) -> list[dict[str, Any]]:
    plain = {
        "title": "一种分布式文件共享方法",
        "filing_date": "2019-03-01",
        "grant_date": "2021-06-01",
        "owners": [{"name": "申城理工大学"}],
        "main_class": "G06F 16/176",
        "annuity_paid_to": "2089-12-31",
        "application": "01",
        "industry": "I65",
        "inventors": ["张三"],
    }
    return [{**plain, "number": patent_number(), **changes} for _ in range(count)]


def test_a_machine_signs_a_list_and_one_declaration_is_checked_without_the_others(
    lite: Flask, chromium: playwright.Browser, tmp_path: Any
) -> None:
    owner, venue = make_organisation(lite, "u1"), make_venue(lite, "v1")
    machine = Machine(lite, owner)
    made = machine.do("POST", "/term-sets", {"name": "标准模板", "steps": batching.steps()}, status=201)
    assert made["version"] == 1
    body = {"venue": "v1", "term_set": "标准模板", "rows": [*rows(3), *rows(1, title="", number="x")]}
    machine.do("POST", "/declarations/batches", body, status=422)  # a number that is none
    body["rows"] = [*rows(3), *rows(1, title="")]
    batch = machine.do("POST", "/declarations/batches", body, status=202)
    assert batch["standings"] == {"ready": 3, "refused": 1}
    assert [one["verdict"] for one in batch["rows_found"]] == ["ready"] * 3 + ["refused"]
    assert batch["rows_found"][3]["reasons"][0]["field"] == "title"
    numbers = [one["declaration"] for one in batch["rows_found"][:3]]
    at = f"/declarations/batches/{batch['id']}"
    prepared = machine.do("POST", f"{at}/prepare", {**TICKS, "numbers": numbers})
    signature = machine.signer.sign(base64.b64decode(prepared["pae"]))
    given = {
        **TICKS,
        "numbers": numbers,
        "kid": machine.kid,
        "digest": prepared["digest"],
        "signature": base64.b64encode(signature).decode(),
    }
    spoilt = {**given, "signature": base64.b64encode(bytes(64)).decode()}
    failed = machine.do("POST", f"{at}/signature", spoilt, status=202)
    assert (failed["done"], failed["failed"]) == (0, 3)
    signing = machine.do("POST", f"{at}/signature", given, status=202, key="once")
    assert signing == machine.do("POST", f"{at}/signature", given, status=202, key="once")
    assert (signing["done"], signing["failed"], signing["root"]) == (3, 0, prepared["head"]["root"])
    for number in numbers:
        factories.pass_all(venue, number)
    transaction(lambda: batch_reviews.begin(venue.actor, found(UUID(batch["id"])), "publish"))
    ledger.publish_checkpoint()
    data = reading(lambda: _alone(numbers[1]))
    report = verify_bytes(data, policy_of(ledger_setup().vkey))
    assert report.ok, report.to_text()
    assert numbers[0].encode() not in data
    page = tmp_path / "verifier.html"
    page.write_bytes(verifier_page.page())
    context = chromium.new_context()
    there = opened(context, page).verify({"bundle.json": data}, str(ledger_setup().vkey))
    context.close()
    assert there["ok"] is True
    assert there["verdicts"]["signatures"] == {
        **there["verdicts"]["signatures"], "state": "valid", "code": "signatures_in_bundle",
    }  # fmt: skip


def _alone(number: str) -> bytes:
    """The bundle of one declaration, as anybody may ask for it."""
    return jcs(ledger.bundle(number))


def test_corrected_rows_and_another_organisation_s_batch(lite: Flask) -> None:
    machine = Machine(lite, make_organisation(lite, "u1"))
    stranger = Machine(lite, make_organisation(lite, "c1"))
    make_venue(lite, "v1")
    machine.do("POST", "/term-sets", {"name": "标准模板", "steps": batching.steps()}, status=201)
    some = rows(2, term_set="标准模板")
    batch = machine.do("POST", "/declarations/batches", {"venue": "v1", "rows": some}, status=202)
    some[1] = {**some[1], "method": "PER_YEAR", "amount": "8000.00"}
    after = machine.do("POST", f"/declarations/batches/{batch['id']}/rows", {"rows": some[1:]}, status=202)
    assert after["edition"] == 2
    assert sorted(one["declaration"] for one in after["rows_found"]) == sorted(
        one["declaration"] for one in batch["rows_found"]
    )
    methods = {
        reading(lambda n=n["declaration"]: register.find(n).draft["fee"]["method"])
        for n in after["rows_found"]
    }
    assert methods == {"LUMP", "PER_YEAR"}
    at = f"/declarations/batches/{batch['id']}"
    assert stranger.call("GET", at).status_code == 404
    assert stranger.call("POST", f"{at}/rows", {"rows": some}).status_code == 404
    numbers = [one["declaration"] for one in after["rows_found"]]
    assert stranger.call("POST", f"{at}/prepare", {**TICKS, "numbers": numbers}).status_code == 404
    for more in ({"state": "drafted"}, {"holder_id": batch["id"]}):
        body = {"venue": "v1", "rows": some, **more}
        assert machine.call("POST", "/declarations/batches", body).status_code == 422
    many = {"venue": "v1", "rows": [{"number": some[0]["number"]}] * 1001}
    assert machine.call("POST", "/declarations/batches", many).status_code == 422
