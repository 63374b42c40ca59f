"""What attackers send: names that break databases, bodies that break parsers, forms that claim too much,
addresses that lead elsewhere. The answer is a refusal, never an error of ours.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from flask import Flask
from werkzeug.routing import Rule

from registry import clock
from registry.database import db, transaction
from registry.errors import TooOften
from registry.ledger.signing import Ed25519Signer
from registry.parties import keys, sessions
from registry.parties import service as parties
from registry.parties.accounts import CODES
from registry.parties.doors import SESSION_COOKIE
from registry.parties.models import Account
from registry.parties.rules import CONFIRM_TRIES, Role
from tests.browser import PASSWORD, as_request
from tests.factories import make_organisation, make_venue
from tests.test_doors import rules
from tests.world import Visitor

HOSTILE = ("a\x00b", "x' OR 1=1 --", "\\%", "x\r\nX-Evil: 1", "\u202e{{7*7}}<script>", "𠮷" * 900)
BODIES: tuple[bytes, ...] = (
    b"[]", b"null", b"1", b'"x"', b"{", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 50_000, b'{"\\ud800": 1}',
    b'{"number": "\\ud800"}', b'{"number": "\\u0000"}', b'{"a": ' + b"9" * 5000 + b"}", b'{"number": NaN}',
    b'{"amount": 1e400, "days": 99999999999999999999999}',
)  # fmt: skip
NO_BODY = {
    "contracts-api.prepare",
    "withdrawals-api.ask",
    "parties-api.bring_file",  # a form
    "letters-api.one_click",  # a form, as mail programs send it
    "letters-api.read",
    "collections-api.retire",
    "interests-api.withdraw",
    "needs-api.withdraw",
    "term-sets-api.retire",
    "basket-api.prepare",
    "approvals-api.drop",
    "declaration-batches-api.ask_approval",
    "powers-api.prepare",
    "powers-api.accept",
    "units-api.end",
    "hooks-api.pause",
    "hooks-api.resume",
    "hooks-api.ping",
    "hooks-api.again",
}


def visitor(app: Flask, person: Any) -> Visitor:
    settings = app.extensions["settings"]
    account_id = person.actor.account_id
    token = transaction(lambda: sessions.open_session(db.session.get_one(Account, account_id), settings))
    return Visitor(app, person, token, transaction(lambda: parties.create_api_key(person.actor, label="x")))


def knocks(app: Flask, hostile: str) -> Iterator[tuple[str, str]]:
    for rule in rules(app):
        if rule.arguments:
            values = {name: _filling(rule, name, hostile) for name in rule.arguments}
            built = rule.build(values, append_unknown=False)
            if built is not None:
                for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                    yield method, built[1]


def _filling(rule: Rule, name: str, hostile: str) -> Any:
    kind = type(rule._converters[name]).__name__
    if kind == "UUIDConverter":
        return "00000000-0000-4000-8000-000000000000"
    if kind == "AnyConverter":
        return sorted(rule._converters[name].items)[0]  # type: ignore[attr-defined]
    return 99999999999999999999 if kind == "IntegerConverter" else hostile


@pytest.fixture
def attackers(app: Flask) -> list[Visitor]:
    """Members who come far: an organisation's owner and a venue's operator."""
    return [visitor(app, make_organisation(app, "u1")), visitor(app, make_venue(app, "v1"))]


def test_no_name_in_an_address_breaks_anything(app: Flask, attackers: list[Visitor]) -> None:
    """An address that takes only numbers of things is the same for every hostile name: it is asked once.
    PostgreSQL, which refuses more, hears at every door the name it cannot store and two of the others, SQLite
    one: one after the other.
    """
    broken, doors = [], zip(*(knocks(app, hostile) for hostile in HOSTILE), strict=True)
    more = db.engine.dialect.name == "postgresql"
    chosen = ([one[0], *turn(one[1:], n, 2)] if more else turn(one, n, 1) for n, one in enumerate(doors))
    for method, path in dict.fromkeys(address for names in chosen for address in names):
        who = attackers[0] if "venue" not in path and "batches" not in path else attackers[1]
        answer = who.call(method, path)
        if answer.status_code >= 500 or "X-Evil" in answer.headers:
            broken.append((method, path[:80], answer.status_code))
    assert broken == []


def turn(names: tuple[tuple[str, str], ...], n: int, count: int) -> list[tuple[str, str]]:
    return [names[(n + further) % len(names)] for further in range(count)]


def test_no_body_breaks_a_machines_door(lite: Flask) -> None:
    who, broken = visitor(lite, make_organisation(lite, "u1")), []
    headers = {
        "Authorization": f"Bearer {who.bearer}",
        "Idempotency-Key": "k",
        "Content-Type": "application/json",
    }
    for method, path in unsafe(lite):
        for body in BODIES:
            answer = lite.test_client().open(path, method=method, data=body, headers=headers)
            if answer.status_code >= 500:
                broken.append((method, path, body[:20], answer.status_code))
    assert broken == []


def unsafe(app: Flask) -> Iterator[tuple[str, str]]:
    for rule in rules(app):
        if rule.rule.startswith("/api/"):
            values = {name: _filling(rule, name, "x") for name in rule.arguments}
            built = rule.build(values, append_unknown=False)
            assert built is not None
            for method in sorted((rule.methods or set()) & {"POST", "PUT", "PATCH"}):
                if rule.endpoint not in NO_BODY:
                    yield method, built[1]


def test_unknown_fields_are_refused_at_every_machines_door(lite: Flask) -> None:
    who, passed = visitor(lite, make_organisation(lite, "u1")), []
    for method, path in unsafe(lite):
        answer = who.call(
            method, path, body={"holder_id": "x", "state": "published", "verified_at": "2026-01-01"}
        )
        codes = {one["field"]: one["code"] for one in (answer.json or {}).get("errors", ())}
        if any(codes.get(name) != "unknown_field" for name in ("holder_id", "state", "verified_at")):
            passed.append((method, path, answer.status_code, json.dumps(answer.json)[:200]))
    assert passed == []


ELSEWHERE = (
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
)


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_signing_in_and_saving_never_lead_elsewhere(lite: Flask, elsewhere: str) -> None:
    person = make_organisation(lite, "u1")
    form = {"email": person.email, "password": PASSWORD, "next": elsewhere}
    answer = Visitor(lite, None).call("POST", "/login", form=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk")
    page = visitor(lite, person).get(f"/patents/new?next={quote(elsewhere)}&number=ZL201810323021.5")
    assert "evil.example" not in page.get_data(as_text=True).replace(quote(elsewhere, safe=""), "").replace(
        quote(elsewhere), ""
    )


def test_a_zero_or_foreign_letters_in_hidden_fields_are_refused_on_both_databases(app: Flask) -> None:
    who = visitor(app, make_organisation(app, "u1"))
    assert who.call("POST", "/organisation/new/person", form={"name": "a\x00b"}).status_code == 422
    assert who.get("/search?q=a%00b").status_code == 422
    assert who.call("POST", "/acting", form={"membership": "x"}, key="a\x00").status_code == 422
    client = app.test_client()
    client.set_cookie(SESSION_COOKIE, who.token)
    answer = as_request(client.post, "/acting", data={"csrf_token": "令牌", "membership": "x"})
    assert answer.status_code == 403


def test_codes_cannot_be_tried_for_ever_with_fresh_letters(lite: Flask) -> None:
    person = make_organisation(lite, "u1")
    signer, sealed = keys.create_sealed(PASSWORD)
    new, wrong = parties.NewPassword(hash="", signer=signer, sealed=sealed), 0
    with time_machine.travel(clock.now(), tick=False) as clock_now:
        for n in range(CODES - 1):  # confirming the account was the first
            if n % CONFIRM_TRIES == 0:
                clock_now.shift(timedelta(minutes=16))
                transaction(lambda: parties.send_code(person.email, "reset"))
            wrong += not transaction(lambda: parties.reset_password(person.email, "x", new))
        with pytest.raises(TooOften) as caught:
            transaction(lambda: parties.reset_password(person.email, "x", new))
        assert (wrong, caught.value.code) == (CODES - 1, "too_many_attempts")


def test_a_machines_key_in_another_membership_reads_no_answer_of_the_first(lite: Flask) -> None:
    first = make_organisation(lite, "u1")
    one = visitor(lite, first)
    venue = make_venue(lite, "v1")
    transaction(lambda: parties.join(first.actor.account_id, venue_id=venue.venue_id, role=Role.OPERATOR).id)
    operator = replace(first.actor, organisation_id=None, venue_id=venue.venue_id, role=Role.OPERATOR)
    bearer = transaction(lambda: parties.create_api_key(operator, label="v"))
    body = {"public_key": Ed25519Signer.generate().public.hex()}
    assert one.call("POST", "/api/v1/keys", body=body, key="same").status_code == 201
    answer = Visitor(lite, None, bearer=bearer).call("POST", "/api/v1/keys", body=body, key="same")
    assert answer.status_code in (409, 422)
    assert answer.json is not None
    assert "signed_bytes" not in answer.json
