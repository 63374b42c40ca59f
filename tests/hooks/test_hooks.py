"""Events pushed to an address: written with the letter, delivered once taken, tried again, stopped, sent
again by hand; nobody else's, nothing personal in them.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask

from registry import clock, jobs
from registry.database import db, transaction
from registry.erasure import machines
from registry.errors import Conflict, NotAllowed, NotFound, Refused
from registry.hooks import outbox, rules, signature
from registry.hooks import service as hooks
from registry.hooks.models import Delivery, Endpoint
from registry.parties import mail
from registry.parties import service as parties
from registry.parties.models import Mail, Organisation
from registry.parties.rules import Role
from registry.parties.scopes import Scope
from tests.browser import Browser
from tests.factories import FREE, published
from tests.hooks.receiver import Receiver, receiving
from tests.parties.test_api import Machine
from tests.persons import Person, make_member, make_organisation, make_venue

EVENT, LETTER = "organisation", "declaration_announced"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as held:
        yield held


@pytest.fixture
def holder(app: Flask) -> Person:
    return reachable(app)


@pytest.fixture
def one(lite: Flask) -> Person:
    return reachable(lite)


def reachable(app: Flask) -> Person:
    app.extensions["settings"] = replace(app.extensions["settings"], outbound_loopback=True)
    return make_organisation(app, "u1")


def registered(who: Person, url: str, *events: str) -> UUID:
    wanted = events or ("declaration.announced", "declaration.expired")
    return transaction(lambda: hooks.register(who.actor, url=url, label="erp", events=wanted).id)


class Numbered:
    number, venue_id = "D-2026-1", None


def told(who: Person, letter: str = LETTER) -> None:
    """As a letter tells it, whatever became of the letter."""
    assert who.organisation_id is not None
    transaction(lambda: outbox.hear(EVENT, who.organisation_id, letter, {"declaration": Numbered}))


def deliveries() -> list[dict[str, Any]]:
    rows = db.session.query(Delivery).order_by(Delivery.created_at).all()
    found = [{name: getattr(row, name) for name in ("id", "state", "attempts", "status", "words", "next_at")}
             for row in rows]  # fmt: skip
    db.session.rollback()
    return found


def endpoint(endpoint_id: UUID) -> Endpoint:
    row = db.session.get_one(Endpoint, endpoint_id, populate_existing=True)
    db.session.expunge(row)
    db.session.rollback()
    return row


def work() -> None:
    while jobs.run_one(slow=True):
        pass


def test_an_event_is_pushed_signed_and_thin(app: Flask, holder: Person, receiver: Receiver) -> None:
    endpoint_id = registered(holder, receiver.url)
    told(holder)
    assert [row["state"] for row in deliveries()] == ["awaiting"]
    work()
    headers, body = receiver.came[0]
    secret = hooks.secret_of(endpoint(endpoint_id))
    assert signature.check(secret, headers, body, now=clock.now())
    said = json.loads(body)
    assert set(said) == {"id", "type", "timestamp", "data"}
    assert said["id"] == headers["webhook-id"]
    assert said["type"] == "declaration.announced"
    assert said["data"] == {"subject": "http://localhost/api/v1/declarations/D-2026-1"}
    assert [(row["state"], row["status"], row["words"]) for row in deliveries()] == [("delivered", 200, "ok")]
    work()
    assert len(receiver.came) == 1


def test_the_letter_of_a_real_move_brings_the_event_to_the_party_it_concerns_and_to_nobody_else(
    app: Flask, holder: Person
) -> None:
    venue, stranger = make_venue(app, "v1"), make_organisation(app, "c1")
    wanted = ("declaration.published", "declaration.submitted")
    for who in (holder, venue, stranger):
        registered(who, "https://hooks.example.com/", *wanted)
    number = published(app, holder, venue, fee=FREE).number
    rows = db.session.query(Delivery.kind, Delivery.subject, Endpoint.holder_id, Endpoint.venue_id)
    found = {tuple(row) for row in rows.join(Endpoint, Endpoint.id == Delivery.endpoint_id)}
    at = f"/api/v1/declarations/{number}"
    assert found == {
        ("declaration.published", at, holder.organisation_id, None),
        ("declaration.submitted", at, None, venue.actor.venue_id),
    }


def test_what_was_not_asked_for_is_not_pushed(lite: Flask, one: Person) -> None:
    registered(one, "https://hooks.example.com/", "license.effective")
    told(one)
    told(one, "payment_claimed")
    told(one, "no_such_letter")
    assert deliveries() == []


def test_a_job_that_runs_again_pushes_nothing_again_and_another_job_does(
    lite: Flask, one: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered(one, "https://hooks.example.com/")
    monkeypatch.setitem(jobs.HANDLERS, "say", lambda payload: told(one))
    for count in (1, 2):
        job_id = transaction(lambda: jobs.enqueue("say", {}))
        for _ in range(2):  # the second time as after a worker that died at its end
            transaction(lambda: setattr(db.session.get_one(jobs.Job, job_id), "state", "waiting"))  # noqa: B023
            jobs.run_one(slow=False)
        assert len(deliveries()) == count


def test_an_event_that_is_rolled_back_was_never_pushed(lite: Flask, one: Person) -> None:
    registered(one, "https://hooks.example.com/")

    def failing() -> None:
        mail.write_to_organisation(one.organisation_id, "declaration_announced", declaration=Numbered)  # type: ignore[arg-type]
        raise RuntimeError

    with pytest.raises(Exception):  # noqa: B017, PT011 - whichever comes first
        transaction(failing)
    assert deliveries() == []


@pytest.mark.parametrize("status", [199 + 101, 301, 302, 400, 404, 500, 503])
def test_anything_but_2xx_is_awaiting_and_no_redirect_is_followed(
    lite: Flask, one: Person, receiver: Receiver, status: int
) -> None:
    with receiving() as elsewhere:
        receiver.status, receiver.headers = status, {"Location": elsewhere.url}
        registered(one, receiver.url)
        told(one)
        work()
        assert [(row["state"], row["status"]) for row in deliveries()] == [("awaiting", status)]
        assert elsewhere.came == []


def test_a_receiver_that_is_down_is_left_alone_longer_each_time_then_gets_all_under_the_same_ids(
    lite: Flask, one: Person, receiver: Receiver
) -> None:
    endpoint_id = registered(one, receiver.url)
    receiver.status = 503
    told(one)
    work()
    told(one, "declaration_expired")  # while it is left alone: it waits along and loses no try
    work()
    assert len(receiver.came) == 1
    assert [row["attempts"] for row in deliveries()] == [1, 0]
    first = endpoint(endpoint_id).quiet_until
    assert first is not None
    with time_machine.travel(first + timedelta(seconds=1), tick=False):
        work()
        second = endpoint(endpoint_id).quiet_until
        assert second is not None
        assert second - clock.now() > (first - clock.now() + timedelta(seconds=31))
    receiver.status = 204
    with time_machine.travel(second + timedelta(seconds=1), tick=False):
        work()
    assert {row["state"] for row in deliveries()} == {"delivered"}
    assert receiver.came[0][0]["webhook-id"] in [sent[0]["webhook-id"] for sent in receiver.came[1:]]
    assert endpoint(endpoint_id).failures == 0


def test_pauses_double_to_six_hours_with_a_fifth_of_chance() -> None:
    assert [rules.pause(n, 0.5).total_seconds() for n in (1, 2, 3, 99)] == [30, 60, 120, 6 * 3600]
    assert rules.pause(1, 0).total_seconds() == 24
    assert rules.pause(1, 1).total_seconds() == 36


def test_after_three_days_a_delivery_is_given_up_and_can_be_sent_again_by_hand(
    lite: Flask, one: Person, receiver: Receiver
) -> None:
    endpoint_id = registered(one, receiver.url)
    receiver.status = 500
    told(one)
    with time_machine.travel(clock.now() + timedelta(hours=73), tick=False):
        work()
        (row,) = deliveries()
        assert row["state"] == "given_up"
        receiver.status = 200
        transaction(lambda: hooks.move(one.actor, endpoint_id, "pause"))
        transaction(lambda: hooks.move(one.actor, endpoint_id, "resume"))
        transaction(lambda: hooks.send_again(one.actor, endpoint_id, row["id"]))
        work()
    assert [row["state"] for row in deliveries()] == ["delivered"]
    assert receiver.came[0][0]["webhook-id"] == receiver.came[1][0]["webhook-id"]


def test_an_address_that_fails_for_days_is_stopped_and_its_owners_get_one_letter(
    lite: Flask, one: Person, receiver: Receiver
) -> None:
    endpoint_id = registered(one, receiver.url)
    receiver.status = 500
    told(one)
    work()
    with time_machine.travel(clock.now() + timedelta(days=5, minutes=1), tick=False):
        told(one)
        work()
        assert endpoint(endpoint_id).state == "stopped"
        assert {row["state"] for row in deliveries()} == {"given_up"}
        told(one)
        assert len(deliveries()) == 2
    assert [row.address for row in db.session.query(Mail).filter_by(letter="webhook_stopped")] == [one.email]


def test_a_receiver_that_says_gone_is_stopped_at_once(lite: Flask, one: Person, receiver: Receiver) -> None:
    endpoint_id = registered(one, receiver.url)
    receiver.status = 410
    told(one)
    work()
    assert endpoint(endpoint_id).state == "stopped"


def test_of_an_answer_two_hundred_characters_are_kept_on_one_line(
    lite: Flask, one: Person, receiver: Receiver
) -> None:
    receiver.body = ("好\n\x1b[31m" + "x" * 100_000).encode()
    registered(one, receiver.url)
    told(one)
    work()
    (row,) = deliveries()
    assert len(row["words"]) == 200
    assert row["words"].startswith("好 [31mx")


def test_after_a_rotation_deliveries_carry_both_signatures_until_the_time_is_over(
    lite: Flask, one: Person, receiver: Receiver
) -> None:
    endpoint_id = registered(one, receiver.url)
    old = hooks.secret_of(endpoint(endpoint_id))
    transaction(lambda: hooks.rotate(one.actor, endpoint_id, hours=24))
    told(one)
    work()
    new = hooks.secret_of(endpoint(endpoint_id))
    headers, body = receiver.came[0]
    assert new != old
    assert signature.check(old, headers, body, now=clock.now())
    assert signature.check(new, headers, body, now=clock.now())
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=False):
        told(one)
        work()
        headers, body = receiver.came[1]
        assert not signature.check(old, headers, body, now=clock.now())
        assert signature.check(new, headers, body, now=clock.now())


def test_a_worker_that_died_under_a_delivery_is_made_up_for_by_the_round(
    lite: Flask, one: Person, receiver: Receiver
) -> None:
    registered(one, receiver.url)
    told(one)
    db.session.query(jobs.Job).filter_by(name=outbox.DELIVER).delete()
    db.session.commit()
    settings = lite.extensions["settings"]
    with time_machine.travel(clock.now() + timedelta(minutes=3), tick=False):
        assert transaction(lambda: outbox.sweep(settings)) == 1
        work()
    assert [row["state"] for row in deliveries()] == ["delivered"]
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        transaction(lambda: outbox.sweep(settings))
    assert deliveries() == []


def test_only_the_owner_and_the_venues_operators_register_and_no_address_that_is_not_public(
    lite: Flask,
) -> None:
    owner = make_organisation(lite, "u1")
    signer = make_member(lite, owner, Role.SIGNER)
    with pytest.raises(NotAllowed):
        registered(signer, "https://hooks.example.com/")
    for url in ("http://127.0.0.1/", "https://169.254.169.254/", "https://localhost/"):
        with pytest.raises(Refused, match="address_"):
            registered(owner, url)
    endpoint_id = registered(owner, "https://hooks.example.com/")
    with pytest.raises(NotFound):
        hooks.find(make_organisation(lite, "c1").actor, endpoint_id)
    db.session.rollback()
    for _ in range(rules.MOST - 1):
        registered(owner, "https://hooks.example.com/")
    with pytest.raises(Conflict, match="too_many_webhooks"):
        registered(owner, "https://hooks.example.com/")


def test_with_a_party_its_addresses_go_and_what_they_answered(
    lite: Flask, one: Person, receiver: Receiver
) -> None:
    endpoint_id = registered(one, receiver.url)
    told(one)
    work()

    def erase() -> None:
        party = db.session.get_one(Organisation, one.organisation_id)
        for gone in list(machines.of_party(party)):
            gone.erase()

    transaction(erase)
    assert deliveries() == []
    left = endpoint(endpoint_id)
    assert (left.url, left.label, left.made_by, left.state) == ("—", "", None, "ended")
    told(one)
    assert deliveries() == []


def test_the_pages_register_show_the_secret_once_ping_and_end(
    lite: Flask, one: Person, receiver: Receiver
) -> None:
    browser = Browser(lite).sign_in(one.email).get("/webhooks/new")
    browser.submit({"url": "https://localhost/"}, action="/webhooks/new")
    assert browser.status == 422
    assert "公网" in browser.text or "https 地址" in browser.text
    untouched = browser.form("/webhooks/new").fields.to_dict()
    fields = {**untouched, "url": receiver.url, "events[]": "license.effective"}
    browser.post("/webhooks/new", fields)
    secret = hooks.secret_of(db.session.query(Endpoint).one())
    db.session.rollback()
    assert secret in browser.html
    browser.post("/webhooks/new", fields)
    assert secret not in browser.html
    at = browser.address
    browser.submit(action=f"{at}/ping")
    assert "测试推送已排队" in browser.text
    work()
    assert "已送达" in browser.get(at).text
    assert json.loads(receiver.came[0][1])["type"] == "endpoint.ping"
    browser.submit(action=f"{at}/end")
    assert browser.address == "/webhooks"
    assert "还没有接收地址" in browser.text


def test_machines_do_the_same_with_their_scope(lite: Flask, one: Person, receiver: Receiver) -> None:
    key = transaction(lambda: parties.create_api_key(one.actor, label="x", scopes=[Scope.WEBHOOK]))
    client, asked = Machine(lite, key), {"url": receiver.url, "events": ["license.effective"]}
    made = client.call("POST", "/webhooks", key="w1", json=asked)
    assert made.status_code == 201
    assert made.json["secret"].startswith("whsec_")
    assert client.call("POST", "/webhooks", key="w1", json=asked).json["secret"] is None
    at = f"/webhooks/{made.json['id']}"
    assert client.call("POST", f"{at}/pings", key="p1").json["state"] == "awaiting"
    work()
    (sent,) = client.call("GET", f"{at}/deliveries").json["deliveries"]
    assert (sent["state"], sent["type"], sent["status"]) == ("delivered", "endpoint.ping", 200)
    again = client.call("POST", f"{at}/deliveries/{sent['id']}/again")
    assert again.json["state"] == "awaiting"
    assert client.call("POST", f"{at}/rotation", key="r1", json={}).json["secret"] != made.json["secret"]
    assert client.call("POST", f"{at}/pause").json["state"] == "paused"
    assert client.call("POST", f"{at}/pings", key="p2").status_code == 409
    assert client.call("POST", f"{at}/resumption").json["state"] == "active"
    assert client.call("DELETE", at).status_code == 204
    assert client.call("GET", "/webhooks").json == {"webhooks": []}
