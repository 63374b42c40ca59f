"""Declarations through the machines' doors, signatures made outside with an enrolled key."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from registry.database import transaction
from registry.ledger.filings import statement_bytes
from registry.ledger.signing import Ed25519Signer
from registry.licenses import register
from registry.licenses.service import STEPS
from registry.parties import service as parties
from tests import factories
from tests.factories import Person

TICKS = dict.fromkeys(("undertaking", "standing_authorisation", "receives_here", "internal_check"), True)


class Machine:
    """A client with a bearer key and, for organisations, an enrolled signing key."""

    def __init__(self, app: Flask, who: Person) -> None:
        self.client, self.calls, self.signer = app.test_client(), 0, Ed25519Signer.generate()
        self.kid = ""
        if who.actor.organisation_id:
            key = transaction(lambda: parties.prepare_key(who.actor, self.signer.public).kid)
            statement = factories.reading(
                lambda: parties.organisation_key(who.actor, key).enrolment["statement"]
            )
            signature = self.signer.sign(statement_bytes(statement))
            self.kid = transaction(lambda: parties.enroll_key(who.actor, key, signature).kid)
        self.bearer = transaction(
            lambda: parties.create_api_key(who.actor, label="test", kid=self.kid or None)
        )

    def call(self, method: str, path: str, body: Any = None, *, key: str = "") -> TestResponse:
        self.calls += 1
        headers = {"Authorization": f"Bearer {self.bearer}", "Idempotency-Key": key or f"call-{self.calls}"}
        return self.client.open(f"/api/v1{path}", method=method, json=body, headers=headers)

    def do(self, method: str, path: str, body: Any = None, *, status: int = 200, key: str = "") -> Any:
        answer = self.call(method, path, body, key=key)
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.json

    def signed(self, prepared: Mapping[str, Any]) -> dict[str, str]:
        pae = base64.b64decode(prepared["pae"])
        assert pae == statement_bytes(prepared["statement"])
        signature = base64.b64encode(self.signer.sign(pae)).decode()
        return {"kid": self.kid, "signature": signature, "digest": prepared["digest"]}


@pytest.fixture
def machines(app: Flask) -> tuple[Machine, Machine]:
    return (
        Machine(app, factories.make_organisation(app, "u1")),
        Machine(app, factories.make_venue(app, "v1")),
    )


@pytest.fixture
def two(lite: Flask) -> tuple[Machine, Machine]:
    return (
        Machine(lite, factories.make_organisation(lite, "u1")),
        Machine(lite, factories.make_venue(lite, "v1")),
    )


def patent(holder: Machine, **changes: Any) -> str:
    described = {
        "number": factories.patent_number().removeprefix("ZL").replace(".", ""),
        "kind": "invention",
        "title": "一种分布式文件共享方法",
        "filing_date": "2019-03-01",
        "grant_date": "2021-06-01",
        "main_class": "G06F 16/176",
        "owners": [{"name": "申城理工大学", "uscc": "12310000000000019X"}],
        "inventors": ["张三", "李四"],
        **changes,
    }
    number = str(holder.do("POST", "/patents", described, status=201)["number"])
    answers: dict[str, Any] = {name: {"answer": False} for name in ("b1", "b2", "b4", "b5", "b6", "b9")}
    holder.do("PUT", f"/patents/{number}/state", {"annuity_paid_to": "2090-01-01", **answers})
    return number


def draft(holder: Machine, **changes: Any) -> str:
    steps = json.loads(json.dumps(factories.steps(**changes)))
    body = {"patent": patent(holder), "venue": "v1", **steps}
    return str(holder.do("POST", "/declarations", body, status=201)["number"])


def submit(holder: Machine, number: str) -> dict[str, str]:
    prepared = holder.do("POST", f"/declarations/{number}/prepare", TICKS)
    body = {**TICKS, **holder.signed(prepared)}
    holder.do("POST", f"/declarations/{number}/submission", body, status=201, key=f"submit-{number}")
    return body


def publish(holder: Machine, venue: Machine) -> str:
    number = draft(holder)
    submit(holder, number)
    lines = {name: {"verdict": "pass"} for name in factories.reviews.LINES}
    venue.do("POST", f"/reviews/{number}/decision", {"lines": lines, "decision": "approve"}, status=201)
    return number


def test_a_machine_declares_and_the_venue_publishes(machines: tuple[Machine, Machine]) -> None:
    holder, venue = machines
    number = draft(holder)
    assert holder.do("GET", f"/declarations/{number}")["state"] == "draft"
    submit(holder, number)
    assert [one["number"] for one in venue.do("GET", "/reviews")] == [number]
    lines = {name: {"verdict": "pass"} for name in factories.reviews.LINES}
    decided = venue.do(
        "POST", f"/reviews/{number}/decision", {"lines": lines, "decision": "approve"}, status=201
    )
    assert decided["state"] == "published"
    assert holder.do("GET", f"/declarations/{number}")["published_seq"] > 0


def test_steps_come_one_at_a_time_too(two: tuple[Machine, Machine]) -> None:
    holder, _ = two
    body = {"patent": patent(holder), "venue": "v1"}
    answer = holder.call("POST", "/declarations", body)
    assert answer.headers["Location"].endswith(answer.json["number"])
    number = answer.json["number"]
    for step, given in factories.steps().items():
        shown = holder.do("PATCH", f"/declarations/{number}", {step: json.loads(json.dumps(given))})
        assert step in shown["steps"]
    assert {one["step"] for one in shown["problems"]} == {"check"}
    assert set(shown["steps"]) == set(STEPS)


def test_an_unknown_field_is_refused_with_its_name(two: tuple[Machine, Machine]) -> None:
    number = draft(two[0])
    answer = two[0].call("PATCH", f"/declarations/{number}", {"fee": {"method": "FREE", "colour": "red"}})
    assert answer.status_code == 422
    assert [(one["field"], one["code"]) for one in answer.json["errors"]] == [("fee.colour", "unknown_field")]


def test_three_decimals_are_refused_beside_the_amount(two: tuple[Machine, Machine]) -> None:
    number = draft(two[0])
    fee = {"method": "LUMP", "amount": "1.234", "tax_included": True}
    answer = two[0].call("PATCH", f"/declarations/{number}", {"fee": fee})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "fee.amount"


def test_instalments_that_do_not_add_up_name_their_field(two: tuple[Machine, Machine]) -> None:
    number = draft(two[0])
    parts = [{"amount": "40000", "anchor": "notice", "after_days": 15}]
    fee = {"method": "INSTALMENTS", "amount": "120000", "instalments": parts}
    answer = two[0].call("PATCH", f"/declarations/{number}", {"fee": fee})
    assert answer.json["errors"][0]["field"] == "fee.instalments"


def test_a_signature_over_an_older_text_is_a_conflict(two: tuple[Machine, Machine]) -> None:
    holder, _ = two
    number = draft(holder)
    prepared = holder.do("POST", f"/declarations/{number}/prepare", TICKS)
    holder.do("PATCH", f"/declarations/{number}", {"fee": {"method": "LUMP", "amount": "1.00"}})
    answer = holder.call("POST", f"/declarations/{number}/submission", {**TICKS, **holder.signed(prepared)})
    assert (answer.status_code, answer.json["code"]) == (409, "stale_digest")
    assert register.find(number).state == "draft"


def test_a_wrong_signature_is_refused_and_nothing_is_written(two: tuple[Machine, Machine]) -> None:
    holder, _ = two
    number = draft(holder)
    body = {**TICKS, **holder.signed(holder.do("POST", f"/declarations/{number}/prepare", TICKS))}
    body["signature"] = base64.b64encode(bytes(64)).decode()
    answer = holder.call("POST", f"/declarations/{number}/submission", body)
    assert (answer.status_code, answer.json["code"]) == (422, "signature_invalid")
    assert register.find(number).state == "draft"


def test_the_same_submission_again_shows_the_first(two: tuple[Machine, Machine]) -> None:
    holder, _ = two
    number = draft(holder)
    body = submit(holder, number)
    answer = holder.call("POST", f"/declarations/{number}/submission", body, key=f"submit-{number}")
    assert (answer.status_code, answer.headers["Idempotency-Replayed"]) == (201, "true")
    assert len(register.find(number).versions) == 1


def test_a_submission_without_a_key_of_its_own_is_refused(two: tuple[Machine, Machine]) -> None:
    holder, _ = two
    headers = {"Authorization": f"Bearer {holder.bearer}"}
    answer = holder.client.post("/api/v1/declarations", json={"patent": "x", "venue": "v1"}, headers=headers)
    assert answer.json["code"] == "idempotency_missing"


def test_the_venue_records_an_announcement(two: tuple[Machine, Machine]) -> None:
    number = publish(*two)
    body = {"fact": "announced", "day": "2026-03-02", "cnipa_number": "KF2026000001"}
    shown = two[1].do("POST", f"/reviews/{number}/announcement", body, status=201)
    assert (shown["cnipa_status"], shown["cnipa_announced_on"]) == ("announced", "2026-03-02")


def test_a_machine_withdraws(machines: tuple[Machine, Machine]) -> None:
    holder, venue = machines
    number = publish(holder, venue)
    asked = holder.do("POST", f"/declarations/{number}/withdrawals", {"ground": "assignment"}, status=201)
    assert asked["missing"] == []
    filed = holder.do(
        "POST",
        f"/declarations/{number}/withdrawals/{asked['number']}/filing",
        holder.signed(asked),
        status=201,
    )
    assert (filed["filed"], filed["declaration_state"]) == (True, "withdrawn")


def test_a_condition_cannot_be_attached_to_a_withdrawal(two: tuple[Machine, Machine]) -> None:
    number = publish(*two)
    body = {"ground": "assignment", "condition": "退还费用"}
    answer = two[0].call("POST", f"/declarations/{number}/withdrawals", body)
    assert answer.json["errors"][0]["code"] == "unknown_field"


def test_the_venue_returns_with_reasons(two: tuple[Machine, Machine]) -> None:
    holder, venue = two
    number = draft(holder)
    submit(holder, number)
    lines = {"fee": {"verdict": "problem", "note": "说明不足"}}
    shown = venue.do(
        "POST", f"/reviews/{number}/decision", {"lines": lines, "decision": "return"}, status=201
    )
    assert shown["state"] == "returned"
    submit_again = holder.do("POST", f"/declarations/{number}/prepare", TICKS)
    assert submit_again["digest"]


def test_strangers_and_the_nameless_learn_nothing(two: tuple[Machine, Machine], lite: Flask) -> None:
    number = draft(two[0])
    stranger = Machine(lite, factories.make_organisation(lite, "c1"))
    assert stranger.call("GET", f"/declarations/{number}").status_code == 404
    assert stranger.call("GET", f"/reviews/{number}").status_code == 404
    assert lite.test_client().get(f"/api/v1/declarations/{number}").status_code == 401


def test_the_document_describes_these_doors(lite: Flask) -> None:
    paths = lite.test_client().get("/api/openapi.json").json["paths"]
    for path in (
        "/api/v1/patents", "/api/v1/declarations", "/api/v1/declarations/{number}/prepare",
        "/api/v1/declarations/{number}/submission", "/api/v1/declarations/{number}/withdrawals",
        "/api/v1/reviews/{number}/decision", "/api/v1/reviews/{number}/announcement",
    ):  # fmt: skip
        assert path in paths, path
