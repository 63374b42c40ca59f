"""Machines' keys: narrowed by scopes, rotated with an overlap, ended, written of; and how often they may
ask.
"""

import re
import secrets
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask

from registry import clock
from registry.database import db, transaction
from registry.errors import Conflict, NotAllowed, NotFound
from registry.parties import access, quotas, scopes
from registry.parties import service as parties
from registry.parties.bearer import PATTERN
from registry.parties.machine_models import ApiKey, Quota
from registry.parties.models import Mail
from registry.parties.rules import Actor, Role
from registry.parties.scopes import Scope
from tests.browser import Browser
from tests.parties.people import actor_of, owner
from tests.parties.test_api import Machine
from tests.persons import make_member, make_organisation

DOORS = {
    Scope.READ: ("GET", "/declarations", {}),
    Scope.DRAFT: ("POST", "/searches", {}),
    Scope.SIGN: ("POST", "/acceptances/DEMO-1/notice", {}),
    Scope.PAY: ("POST", "/acceptances/DEMO-1/payments/prepare", {}),
    Scope.OFFICE: ("POST", "/registration-results", {}),
    Scope.EXPORT: ("POST", "/batches", {}),
    Scope.KEYS: ("GET", "/machine-keys", {}),
}
"""One door of each scope."""


@pytest.fixture(autouse=True)
def fresh_counts() -> None:
    quotas.start_anew()


def made(actor: Actor, only: Collection[str] = tuple(Scope), **more: Any) -> str:
    return transaction(lambda: parties.create_api_key(actor, label="erp", scopes=only, **more))


def row_of(bearer: str) -> UUID:
    found = db.session.query(ApiKey.id).filter_by(prefix=bearer[:12]).scalar()
    db.session.rollback()
    assert found is not None
    return UUID(str(found))


def opens(app: Flask, bearer: str) -> bool:
    return bool(Machine(app, bearer).call("GET", "/me").status_code == 200)


def limited(app: Flask, **changes: int) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], **changes)


def test_a_key_opens_the_doors_of_its_scopes_and_no_other(lite: Flask) -> None:
    actor = owner("u1")
    for held in DOORS:
        client = Machine(lite, made(actor, [held]))
        assert client.call("GET", "/me").json["scopes"] == [held]
        for wanted, (method, path, body) in DOORS.items():
            answer = client.call(method, path, **({"json": body, "key": "k"} if method == "POST" else {}))
            refused = answer.status_code == 403 and answer.json["code"] == "scope_missing"
            assert refused == (held != wanted), (held, wanted, answer.json)
            if refused:
                said = answer.headers["WWW-Authenticate"]
                assert said == f'Bearer error="insufficient_scope", scope="{wanted}"'


def test_a_machine_gives_no_more_than_it_has(lite: Flask) -> None:
    client = Machine(lite, made(owner("u1"), [Scope.KEYS, Scope.READ]))
    asked = {"label": "x", "scopes": ["read", "pay"]}
    refused = client.call("POST", "/machine-keys", key="k1", json=asked)
    assert (refused.status_code, refused.json["code"]) == (403, "scope_missing")
    given = client.call("POST", "/machine-keys", key="k2", json={**asked, "scopes": ["read"]})
    assert given.status_code == 201
    assert opens(lite, given.json["secret"])
    again = client.call("POST", "/machine-keys", key="k2", json={**asked, "scopes": ["read"]})
    assert again.json["secret"] is None
    assert again.json["id"] == given.json["id"]
    wider = row_of(made(actor_of("u1@example.cn")))
    stolen = client.call("POST", f"/machine-keys/{wider}/rotation", key="k3", json={"hours": 1})
    assert stolen.status_code == 403, "a rotation would hand out scopes this key has not"


def test_after_a_rotation_both_secrets_open_until_the_time_is_over(app: Flask) -> None:
    actor = owner("u1")
    old = made(actor)
    new = transaction(lambda: parties.rotate_api_key(actor, row_of(old), hours=24))
    assert new[:12] == old[:12]
    assert opens(app, old)
    assert opens(app, new)
    with time_machine.travel(clock.now() + timedelta(hours=24, minutes=1), tick=False):
        assert not opens(app, old)
        assert opens(app, new)


def test_a_rotation_at_once_ends_the_secret_before_and_none_lives_on_over_a_week(lite: Flask) -> None:
    actor = owner("u1")
    old = made(actor)
    row = row_of(old)
    newer = transaction(lambda: parties.rotate_api_key(actor, row, hours=0))
    assert not opens(lite, old)
    transaction(lambda: parties.rotate_api_key(actor, row, hours=10_000))
    assert opens(lite, newer)
    with time_machine.travel(clock.now() + timedelta(days=7, minutes=1), tick=False):
        assert not opens(lite, newer)


def test_a_key_that_is_over_is_not_rotated_and_anothers_is_not_there(lite: Flask) -> None:
    actor, other = owner("u1"), owner("c1")
    row = row_of(made(actor))
    with pytest.raises(NotFound):
        transaction(lambda: parties.rotate_api_key(other, row, hours=1))
    transaction(lambda: parties.revoke_api_key(actor, row))
    with pytest.raises(Conflict, match="machine_key_over"):
        transaction(lambda: parties.rotate_api_key(actor, row, hours=1))


def test_a_key_ends_with_its_days_and_two_years_are_the_most(lite: Flask) -> None:
    bearer = made(owner("u1"), days=5000)
    with time_machine.travel(clock.now() + timedelta(days=729), tick=False):
        assert opens(lite, bearer)
    with time_machine.travel(clock.now() + timedelta(days=731), tick=False):
        assert not opens(lite, bearer)


def test_a_key_of_the_form_before_opens_and_gets_the_new_form_by_rotation(lite: Flask) -> None:
    actor = owner("u1")
    row = row_of(made(actor))

    def as_before() -> None:
        found = db.session.get_one(ApiKey, row)
        found.prefix, found.secret_hash = "mx0123456789", access.sessions.digest("secret")

    transaction(as_before)
    assert opens(lite, "mx0123456789.secret")
    new = transaction(lambda: parties.rotate_api_key(actor, row, hours=24))
    assert new.startswith("mx_")
    assert opens(lite, new)
    assert not opens(lite, "mx0123456789.secret")


def letters(name: str) -> list[str]:
    found = [one.address for one in db.session.query(Mail).filter_by(letter=name).order_by(Mail.address)]
    db.session.rollback()
    return found


def test_the_person_and_the_owners_hear_of_a_key_made_and_no_secret_stands_in_the_letter(lite: Flask) -> None:
    holder = make_organisation(lite, "u1")
    clerk = make_member(lite, holder, Role.PREPARER)
    bearer = made(clerk.actor, ["read"])
    assert letters("machine_key_made") == sorted([clerk.email, holder.email])
    body = db.session.query(Mail).filter_by(letter="machine_key_made").first().body  # type: ignore[union-attr]
    assert bearer[:12] in body
    assert bearer[13:] not in body


def test_fourteen_days_before_its_end_one_letter_is_written_and_no_second(lite: Flask) -> None:
    actor = owner("u1")
    made(actor, days=30)
    assert transaction(access.warn_of_ends) == 0
    with time_machine.travel(clock.now() + timedelta(days=17), tick=False):
        assert transaction(access.warn_of_ends) == 1
        assert transaction(access.warn_of_ends) == 0
    assert letters("machine_key_ending") == [actor.email]


def test_use_is_noted_at_most_once_a_minute(lite: Flask) -> None:
    bearer = made(owner("u1"))
    start = clock.now()

    def used() -> Any:
        found = db.session.query(ApiKey.used_at).scalar()
        db.session.rollback()
        return found

    with time_machine.travel(start, tick=False) as travel:
        opens(lite, bearer)
        first = used()
        travel.move_to(start + timedelta(seconds=50))
        opens(lite, bearer)
        assert used() == first
        travel.move_to(start + timedelta(seconds=61))
        opens(lite, bearer)
        assert used() > first


def test_the_pages_make_a_key_show_it_once_and_change_its_secret(lite: Flask) -> None:
    browser = Browser(lite).sign_in(owner("u1").email).get("/account/machine-keys")
    untouched = browser.form("/account/machine-keys").fields.to_dict()
    browser.post("/account/machine-keys", {**untouched, "label": "同步"})
    assert browser.status == 422
    assert "权限范围" in browser.text
    browser.post("/account/machine-keys", {**untouched, "label": "同步", "scopes[]": "read"})
    shown = re.findall(PATTERN, browser.text)
    assert opens(lite, shown[0])
    row = row_of(shown[0])
    browser.get(f"/account/machine-keys/{row}/rotation")
    asked = {**browser.form(f"/account/machine-keys/{row}/rotation").fields.to_dict(), "hours": "0"}
    browser.post(f"/account/machine-keys/{row}/rotation", asked)
    newer = re.findall(PATTERN, browser.text)
    assert opens(lite, newer[0])
    assert not opens(lite, shown[0])
    browser.post(f"/account/machine-keys/{row}/rotation", asked)
    assert newer[0] not in browser.html
    assert browser.address == "/account/machine-keys"


def test_the_document_says_which_scope_each_operation_needs(lite: Flask) -> None:
    document = lite.test_client().get("/api/openapi.json").json
    assert document is not None
    paths = document["paths"]
    assert paths["/api/v1/acceptances/{number}/notice"]["post"]["security"] == [{"key": ["sign"]}]
    assert paths["/api/v1/offers"]["get"]["security"] == []
    named = {one for path in paths.values() for what in path.values() if isinstance(what, dict)
             for need in what.get("security", []) for one in need.get("key", [])}  # fmt: skip
    assert named <= set(Scope)
    assert named >= set(Scope) - {Scope.WEBHOOK}


@pytest.fixture
def still() -> Any:
    with time_machine.travel(clock.now().replace(second=10), tick=False) as travel:
        yield travel


def test_a_minute_ends_at_its_limit_and_the_next_begins_anew(app: Flask, still: Any) -> None:
    who = secrets.token_hex(4)

    def passed() -> int:
        return sum(not quotas.take("key", who, 20).spent for _ in range(25))

    assert passed() == 20
    subject = quotas.take("key", who, 20).subject
    assert db.session.get_one(Quota, subject).taken == 20
    db.session.rollback()
    still.shift(60)
    assert passed() == 20
    assert transaction(quotas.forget) == 0
    still.shift(180)
    assert transaction(quotas.forget) == 1


def test_processes_share_one_minute_within_a_slice_each(lite: Flask, still: Any) -> None:
    passed = 0
    for _ in range(4):  # four processes, one after another
        quotas.start_anew()
        passed += sum(not quotas.take("key", "shared", 40).spent for _ in range(40))
    assert 40 <= passed <= 40 + 4 * 4


def test_an_ordinary_visitor_costs_no_write(lite: Flask, still: Any) -> None:
    for _ in range(12):
        quotas.take("address", "192.0.2.1", 120)
    assert db.session.query(Quota).count() == 0


def test_an_address_of_ipv6_counts_with_its_network() -> None:
    assert quotas.subject_of("2001:db8::1") == quotas.subject_of("2001:db8::ffff:1")
    assert quotas.subject_of("2001:db8:0:1::1") != quotas.subject_of("2001:db8::1")
    assert quotas.subject_of("::ffff:192.0.2.1") == quotas.subject_of("192.0.2.1")


def test_too_many_requests_are_a_429_that_says_when_to_go_on(lite: Flask, still: Any) -> None:
    limited(lite, rate_key=3, rate_address=2)
    client = Machine(lite, made(owner("u1")))
    answers = [client.call("GET", "/me") for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert answers[0].headers["RateLimit-Policy"] == '"key";q=3;w=60'
    assert [one.headers["RateLimit"] for one in answers[:3]] == [f'"key";r={n};t=50' for n in (2, 1, 0)]
    refused = answers[-1]
    assert (refused.mimetype, refused.headers["Retry-After"]) == ("application/problem+json", "50")
    assert refused.json["code"] == "quota_used"
    assert refused.json["violated-policies"] == ["key"]
    bare: Callable[[], int] = lambda: lite.test_client().get("/api/v1/offers").status_code  # noqa: E731
    assert [bare(), bare(), bare()] == [200, 200, 429]
    wrong = Machine(lite, "mx_" + "a" * 59).call("GET", "/me")
    assert wrong.status_code == 429, "guessing keys is counted as asking without one"


def test_an_answer_that_nothing_has_changed_costs_nothing(lite: Flask, still: Any) -> None:
    standing = quotas.take("key", "reader", 100)
    quotas.give_back(standing)
    assert quotas.take("key", "reader", 100).left == standing.left


def test_no_more_than_twenty_keys_live_at_a_time(lite: Flask) -> None:
    actor = owner("u1")
    for _ in range(access.MOST):
        made(actor, ["read"])
    with pytest.raises(Conflict, match="too_many_machine_keys"):
        made(actor, ["read"])


def test_a_person_is_bound_by_no_scope_and_an_unknown_scope_is_no_scope(lite: Flask) -> None:
    actor = owner("u1")
    made(actor, list(scopes.EVERY))
    with pytest.raises(NotAllowed, match="scope_missing"):
        transaction(lambda: parties.create_api_key(replace(actor, scopes=frozenset({"read"})), label="x"))
