"""Licenses through the machines' doors: prepared here, signed elsewhere with an enrolled key, sent once."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from registry import clock
from registry.contracts import register
from registry.contracts.models import Acceptance, Payment
from registry.database import db
from registry.ledger import receipt_file
from registry.ledger import service as ledger
from registry.ledger.canonical import jcs
from tests.browser import run_jobs
from tests.contracts import taking
from tests.contracts.test_duties import counted
from tests.factories import LUMP, Offer, announce, make_organisation, make_upload, published, reading
from tests.licenses.test_api import Machine

NOTICE: dict[str, Any] = {
    "capacity": "legal_representative",
    "use": "用于本公司文件服务器产品。",
    "abroad": False,
    "related": False,
    "contact": {"name": "周工", "phone": "13900139000"},
}


@pytest.fixture
def offer(lite: Flask) -> Offer:
    return published(lite)


def signed(machine: Machine, prepared: dict[str, Any]) -> dict[str, str]:
    signature = machine.signer.sign(base64.b64decode(prepared["pae"]))
    return {"kid": machine.kid, "signature": base64.b64encode(signature).decode()}


def drafted(machine: Machine, offer: Offer, **changes: Any) -> dict[str, Any]:
    answer: dict[str, Any] = machine.do(
        "POST", f"/offers/{offer.number}/acceptances", {**NOTICE, **changes}, status=201
    )
    return answer


def test_a_free_license_in_two_calls_on_both_databases(app: Flask) -> None:
    offer = published(app)
    machine = Machine(app, make_organisation(app, "c1"))
    draft = drafted(machine, offer)
    assert (draft["state"], draft["amount_due"]) == ("drafted", "0.00")
    assert draft["term"]["first_day"] == clock.today().isoformat()
    number = draft["number"]
    response = machine.call("POST", f"/acceptances/{number}/notice", signed(machine, draft))
    assert response.status_code == 201, response.text
    assert response.headers["Location"] == f"/api/v1/acceptances/{number}"
    body = response.json
    assert (body["state"], body["effective_on"]) == ("effective", clock.today().isoformat())
    assert body["leaf"] == reading(lambda: register.leaf(body["noticed_seq"]))
    assert body["record_digest"] == draft["record_digest"]
    assert reading(lambda: register.find(number).statement["level"]) == "external"
    assert reading(lambda: ledger.audit().exit_code) == 0


def test_a_notice_by_machine_is_read_once_and_written_by_rows(lite: Flask, offer: Offer) -> None:
    machine = Machine(lite, make_organisation(lite, "c1"))
    draft = drafted(machine, offer)
    path, body = f"/acceptances/{draft['number']}/notice", signed(machine, draft)
    with counted() as said:
        answer = machine.call("POST", path, body).json
    assert sum("FROM acceptance" in one and "acceptance.record" in one for one in said) == 1
    assert len(said) <= 30, said
    assert answer == {name: machine.do("GET", f"/acceptances/{draft['number']}")[name] for name in answer}


def test_the_receipt_waits_for_a_checkpoint_and_verifies(lite: Flask, offer: Offer) -> None:
    run_jobs()
    machine = Machine(lite, make_organisation(lite, "c1"))
    number = drafted(machine, offer)["number"]
    assert machine.call("GET", f"/acceptances/{number}/receipt").status_code == 404
    draft = machine.do("POST", f"/acceptances/{number}/prepare")
    machine.do("POST", f"/acceptances/{number}/notice", signed(machine, draft), status=201)
    waiting = machine.call("GET", f"/acceptances/{number}/receipt")
    assert (waiting.status_code, waiting.json["state"]) == (202, "waiting_for_checkpoint")
    reading(ledger.publish_checkpoint)
    ready = machine.call("GET", f"/acceptances/{number}/receipt")
    assert ready.status_code == 200
    assert ready.data == jcs(ready.json)
    assert ready.json["format"] == receipt_file.FORMAT
    effect = machine.do("GET", f"/acceptances/{number}/receipt?of=effective")
    assert effect["seq"] == ready.json["seq"] + 1


def test_the_same_key_replays_and_another_body_is_refused(lite: Flask, offer: Offer) -> None:
    machine = Machine(lite, make_organisation(lite, "c1"))
    draft = drafted(machine, offer)
    path, body = f"/acceptances/{draft['number']}/notice", signed(machine, draft)
    first = machine.call("POST", path, body, key="once")
    size = reading(ledger.size)
    again = machine.call("POST", path, body, key="once")
    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Idempotency-Replayed"] == "true"
    other = machine.call("POST", path, {**body, "kid": "0" * 32}, key="once")
    assert (other.status_code, other.json["code"]) == (422, "idempotency_reused")
    sent = machine.call("POST", path, body, key="another")
    assert (sent.status_code, sent.json["code"]) == (409, "already_sent")
    assert reading(ledger.size) == size


def test_refusals_are_problems_and_write_nothing(lite: Flask, offer: Offer) -> None:
    machine = Machine(lite, make_organisation(lite, "c1"))
    stranger = Machine(lite, make_organisation(lite, "c2"))
    size, rows = reading(ledger.size), reading(lambda: db.session.query(Acceptance).count())
    path = f"/offers/{offer.number}/acceptances"
    unknown = machine.call("POST", path, {**NOTICE, "price": "1"})
    assert (unknown.status_code, unknown.json["errors"][0]["field"]) == (422, "price")
    assert unknown.json["errors"][0]["code"] == "unknown_field"
    assert unknown.mimetype == "application/problem+json"
    empty = machine.call("POST", path, {**NOTICE, "use": "", "contact": {}})
    assert {one["field"] for one in empty.json["errors"]} == {"use", "contact.name", "contact.phone"}
    hidden = machine.call("POST", path, {**NOTICE, "use": "甲\u202e乙丙"})
    assert hidden.json["errors"][0]["code"] == "name_bidi"
    missing = machine.client.post(
        f"/api/v1{path}", json=NOTICE, headers={"Authorization": f"Bearer {machine.bearer}"}
    )
    assert missing.json["code"] == "idempotency_missing"
    assert reading(lambda: db.session.query(Acceptance).count()) == rows
    number = drafted(machine, offer)["number"]
    for method, where in (("GET", ""), ("POST", "/notice"), ("POST", "/prepare"), ("GET", "/receipt")):
        body = {"kid": "0" * 32, "signature": "AA=="} if where == "/notice" else None
        assert stranger.call(method, f"/acceptances/{number}{where}", body).status_code == 404, where
    assert reading(ledger.size) == size


def test_a_signature_over_mutated_fields_is_refused(lite: Flask, offer: Offer) -> None:
    machine = Machine(lite, make_organisation(lite, "c1"))
    draft = drafted(machine, offer)
    body = signed(machine, {"pae": base64.b64encode(b"something else").decode()})
    size = reading(ledger.size)
    answer = machine.call("POST", f"/acceptances/{draft['number']}/notice", body)
    assert (answer.status_code, answer.json["code"]) == (422, "signature_invalid")
    unknown = machine.call(
        "POST", f"/acceptances/{draft['number']}/notice", {**signed(machine, draft), "kid": "0" * 32}
    )
    assert unknown.json["code"] == "key_unknown"
    assert reading(ledger.size) == size
    assert taking.state(draft["number"]) == "drafted"


def test_a_stale_text_is_a_conflict_and_prepared_anew(lite: Flask, offer: Offer) -> None:
    machine = Machine(lite, make_organisation(lite, "c1"))
    draft = drafted(machine, offer)
    announce(offer)
    stale = machine.call("POST", f"/acceptances/{draft['number']}/notice", signed(machine, draft))
    assert (stale.status_code, stale.json["code"]) == (409, "stale_digest")
    fresh = machine.do("POST", f"/acceptances/{draft['number']}/prepare")
    assert fresh["track"] == "statutory"
    machine.do("POST", f"/acceptances/{draft['number']}/notice", signed(machine, fresh), status=201)


def test_a_second_license_and_a_party_abroad(lite: Flask, offer: Offer) -> None:
    machine = Machine(lite, make_organisation(lite, "c1"))
    draft = drafted(machine, offer, abroad=True)
    sent = machine.do("POST", f"/acceptances/{draft['number']}/notice", signed(machine, draft), status=201)
    assert (sent["state"], sent["effective_on"]) == ("manual_review", None)
    second = machine.call("POST", f"/offers/{offer.number}/acceptances", NOTICE)
    assert (second.status_code, second.json["code"]) == (409, "already_licensed")
    assert second.json["params"]["number"] == draft["number"]


def test_money_claimed_and_confirmed_by_machines(lite: Flask) -> None:
    offer = published(lite, fee=LUMP)
    c1 = make_organisation(lite, "c1")
    licensee, holder = Machine(lite, c1), Machine(lite, offer.holder)
    draft = drafted(licensee, offer)
    number = draft["number"]
    sent = licensee.do("POST", f"/acceptances/{number}/notice", signed(licensee, draft), status=201)
    assert (sent["state"], sent["amount_due"], len(sent["reference"])) == ("awaiting_payment", "68000.00", 8)
    facts = {
        "amount": "68000.00",
        "paid_on": clock.today().isoformat(),
        "payer": "浦东智焊装备有限公司",
        "serial": "SN-9",
        "slip_upload": str(make_upload(lite, c1, "bank_slip")),
    }
    prepared = licensee.do("POST", f"/acceptances/{number}/payments/prepare", facts, status=201)
    body = {"prepared": prepared["prepared"], **signed(licensee, prepared)}
    claimed = licensee.do("POST", f"/acceptances/{number}/payments", body, status=201)
    assert claimed["state"] == "claimed"
    used = licensee.call("POST", f"/acceptances/{number}/payments", body)
    assert (used.status_code, used.json["code"]) == (409, "prepared_used")
    answer = {"result": "agrees", "amount": "60000.00", "arrived_on": clock.today().isoformat()}
    path = f"/payments/{claimed['id']}/confirmation"
    foreign = licensee.call("POST", path + "/prepare", answer)
    assert foreign.status_code == 403
    prepared = holder.do("POST", path + "/prepare", answer, status=201)
    body = {"prepared": prepared["prepared"], **signed(holder, prepared)}
    assert holder.do("POST", path, body, status=201)["state"] == "short"
    shown = licensee.do("GET", f"/acceptances/{number}")
    assert (shown["outstanding"], shown["payments"][0]["state"]) == ("8000.00", "short")
    assert reading(lambda: db.session.query(Payment).count()) == 1


def test_a_contract_shows_what_is_missing_takes_facts_and_lists_papers(lite: Flask, offer: Offer) -> None:
    c1 = make_organisation(lite, "c1")
    number = taking.taken(c1, offer)
    contract = reading(lambda: register.find(number).contract.number)
    machine, venue = Machine(lite, c1), Machine(lite, offer.venue)
    shown = machine.do("GET", f"/contracts/{contract}")
    assert {"stamp_missing", "zero_view_missing"} <= {one["code"] for one in shown["findings"]}
    assert shown["total"] == {"amount": "0.00", "basis": "zero"}
    day = clock.today().isoformat()
    filed = machine.do("POST", f"/contracts/{contract}/recordal", {"verb": "file", "day": day})
    assert filed["recordal"]["state"] == "filed"
    early = venue.call("POST", f"/contracts/{contract}/results", {"result": "已登记", "day": day})
    assert early.status_code in (409, 422)
    future = (clock.today() + timedelta(days=2)).isoformat()
    wrong = {"result": "补正", "day": future, "words": "缺章"}
    assert venue.call("POST", f"/contracts/{contract}/results", wrong).json["code"] == "day_in_future"
    body = {"result": "补正", "day": day, "words": "缺章"}
    assert machine.call("POST", f"/contracts/{contract}/results", body).status_code == 403
    papers = machine.do("GET", f"/contracts/{contract}/papers")
    assert papers["printing"] == "waiting"


def test_the_document_describes_these_doors(lite: Flask) -> None:
    paths = lite.test_client().get("/api/openapi.json").json["paths"]
    assert {
        "/api/v1/offers/{number}/acceptances",
        "/api/v1/acceptances/{number}/notice",
        "/api/v1/acceptances/{number}/receipt",
        "/api/v1/payments/{payment_id}/confirmation",
        "/api/v1/contracts/{number}/results",
    } <= set(paths)
