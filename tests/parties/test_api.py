"""The machines' door: bearer keys, idempotent posts, problem documents, keys enrolled in two steps."""

import base64
import io
from typing import Any

import pytest
from flask import Flask

from registry.database import db, transaction
from registry.ledger.signing import Ed25519Signer
from registry.parties import service as parties
from registry.parties.bearer import checksum
from registry.parties.machine_models import ApiKey
from registry.parties.models import Key, Upload
from registry.parties.rules import Actor
from tests.browser import Browser, as_request
from tests.parties.people import PDF, owner


class Machine:
    """A client with a bearer key."""

    def __init__(self, app: Flask, bearer: str) -> None:
        self.client, self.bearer = app.test_client(), bearer

    def call(self, method: str, path: str, *, key: str = "", **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.bearer}", **({"Idempotency-Key": key} if key else {})}
        return as_request(self.client.open, f"/api/v1{path}", method=method, headers=headers, **options)


def machine(app: Flask, actor: Actor) -> Machine:
    return Machine(app, transaction(lambda: parties.create_api_key(actor, label="test")))


def test_a_machine_learns_who_it_is_and_its_use_is_noted(app: Flask) -> None:
    actor = owner("u1")
    answer = machine(app, actor).call("GET", "/me")
    assert answer.status_code == 200
    assert answer.json["role"] == "owner"
    assert answer.json["organisation"]["name"] == "单位u1"
    assert db.session.query(ApiKey).one().used_at is not None


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer mx0.nothing", "Basic eDp5", "Bearer 0"])
def test_without_a_live_key_the_answer_is_401_and_a_problem(lite: Flask, header: str) -> None:
    answer = lite.test_client().get("/api/v1/me", headers={"Authorization": header} if header else {})
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert answer.json is not None
    assert answer.json["code"] == "not_signed_in"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_cookie_opens_no_machine_door(lite: Flask) -> None:
    browser = Browser(lite).sign_in(owner("u1").email)
    assert browser.client.get("/api/v1/me").status_code == 401


def test_a_revoked_key_and_another_ones_secret_are_refused(lite: Flask) -> None:
    actor, other = owner("u1"), owner("c1")
    first, second = machine(lite, actor), machine(lite, other)
    mixed = first.bearer[:12] + second.bearer[12:-6]
    mixed += checksum(mixed)
    assert Machine(lite, mixed).call("GET", "/me").status_code == 401
    row = db.session.query(ApiKey).filter_by(account_id=actor.account_id).one().id
    transaction(lambda: parties.revoke_api_key(actor, row))
    assert first.call("GET", "/me").status_code == 401
    assert second.call("GET", "/me").status_code == 200


def test_a_machine_enrolls_its_organisations_key_in_two_steps(app: Flask) -> None:
    actor, signer = owner("u1"), Ed25519Signer.generate()
    client = machine(app, actor)
    asked = {"public_key": signer.public.hex()}
    prepared = client.call("POST", "/keys", key="k1", json=asked)
    assert prepared.status_code == 201
    assert prepared.json["enrolled_seq"] is None
    signature = base64.b64encode(signer.sign(base64.b64decode(prepared.json["pae"]))).decode()
    path = f"/keys/{prepared.json['kid']}/signature"
    done = client.call("POST", path, key="k2", json={"signature": signature})
    assert done.status_code == 201
    again = client.call("POST", path, key="k2", json={"signature": signature})
    assert again.json == done.json
    assert again.headers["Idempotency-Replayed"] == "true"
    assert client.call("GET", f"/keys/{signer.kid}").json["enrolled_seq"] == done.json["enrolled_seq"]
    assert db.session.get_one(Key, signer.kid).enrolled_seq is not None


@pytest.mark.parametrize(
    ("body", "key", "code"),
    [
        ({"public_key": "zz"}, "k", "key_form"),
        ({"public_key": "00" * 32, "more": 1}, "k", "invalid"),
        ({}, "k", "invalid"),
        ({"public_key": "11" * 32}, "", "idempotency_missing"),
        ({"public_key": "11" * 32}, "x" * 81, "idempotency_missing"),
    ],
)
def test_what_a_machine_sends_wrongly_is_a_422_with_a_code(
    lite: Flask, body: dict[str, object], key: str, code: str
) -> None:
    answer = machine(lite, owner("u1")).call("POST", "/keys", key=key, json=body)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert answer.json["code"] == code


def test_what_is_not_json_is_said_to_be_not_json(lite: Flask) -> None:
    answer = machine(lite, owner("u1")).call(
        "POST", "/keys", key="k", data="{broken", content_type="application/json"
    )
    assert answer.status_code == 422
    assert answer.json["code"] == "not_json"


def test_a_machine_brings_a_file_once(app: Flask) -> None:
    client = machine(app, owner("u1"))

    def bring(data: bytes = PDF, *, key: str = "f1", purpose: str = "certificate") -> Any:
        form = {"purpose": purpose, "file": (io.BytesIO(data), "证书.pdf")}
        return client.call("POST", "/files", key=key, data=form, content_type="multipart/form-data")

    first, second = bring(), bring()
    assert (first.status_code, first.json["media_type"]) == (201, "application/pdf")
    assert first.json == second.json
    assert db.session.query(Upload).count() == 1
    assert bring(PDF + b"\n%%EOF").json["code"] == "idempotency_reused"
    assert bring(b"<html>", key="f2").json["code"] == "wrong_type"
    assert bring(key="f3", purpose="fun").json["code"] == "not_a_choice"
    assert bring(PDF + b" " * 11 * 1024 * 1024, key="f4").status_code == 413


def test_the_document_describes_every_machine_door(lite: Flask) -> None:
    document = lite.test_client().get("/api/openapi.json").json
    assert document is not None
    assert document["openapi"] == "3.1.0"
    machines = {rule.rule for rule in lite.url_map.iter_rules() if rule.rule.startswith("/api/v1/")}
    assert len(document["paths"]) == len(machines)
