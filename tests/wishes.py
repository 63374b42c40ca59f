"""Offers that wait for their announcement, and what people wish for, for tests."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask

from registry import clock
from registry.catalogue import collections
from registry.catalogue import service as catalogue
from registry.database import transaction
from registry.demand import interests, needs
from registry.demand.interests import key_of
from registry.licenses import register
from registry.parties import service as parties
from registry.parties.rules import Actor
from tests.browser import as_request
from tests.factories import FREE, Offer, Person, published, reading

WAITING: dict[str, Any] = {"opening": {"open_from": "announcement"}}
SAID: dict[str, Any] = {"name": "王明", "use": "用于大桥的在线监测。", "may_contact": False}
WANTED: dict[str, Any] = {
    "title": "降低桥梁监测数据的存储量",
    "problem": "每座桥每年产生几百亿条数据，压缩之后仍要能还原。",
    "industry": "E48",
    "technology_field": "11",
    "budget": None,
    "named": False,
}


def waiting_offer(
    app: Flask, holder: Person | None = None, venue: Person | None = None, **changes: Any
) -> Offer:
    """A published offer that opens with its announcement."""
    return published(app, holder, venue, fee=FREE, **{**WAITING, **changes})


def interested(offer: Offer, actor: Actor | None, *, place: str = "203.0.113.9", **given: Any) -> str:
    """Register an interest; its id."""
    said = {**SAID, **given}
    return transaction(
        lambda: str(interests.register(actor, register.find(offer.number), said, place=place).id)
    )


def need(who: Person, **changes: Any) -> str:
    """Post a need; its number. It waits for a person."""
    said = {**WANTED, "until": clock.today() + timedelta(days=90), **changes}
    return transaction(lambda: needs.post(who.actor, said).number)


def machine(app: Flask, person: Person) -> Callable[..., Any]:
    """Knock at the API with a key of this person's: method, path, body."""
    bearer = transaction(lambda: parties.create_api_key(person.actor, label="test"))

    def knock(method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {bearer}", "Idempotency-Key": f"{method} {path}"[-80:]}
        sent = {} if method == "GET" else {"json": body or {}}
        return as_request(app.test_client().open, path, method=method, headers=headers, **sent)

    return knock


def add_to(world: Any) -> None:
    """One of everything, for the access matrix: `world` is a tests.world.World."""
    holder, venue = world.people["holder.owner"], world.people["venue"]
    offer = waiting_offer(world.app, holder, venue)
    interest = interested(offer, world.people["licensee.owner"].actor)
    key = reading(lambda: key_of(interests.find(UUID(interest))))
    numbers = [world.things["offer"], offer.number]
    transaction(catalogue.index_all)
    said = {"title": "两件（演示）", "words": "", "offers": numbers}
    world.things["collection"] = transaction(lambda: collections.make(holder.actor, said).number)
    posted = need(world.people["licensee.owner"])
    transaction(lambda: needs.publish(venue.actor, needs.find(posted)))
    tomorrow = clock.today() + timedelta(days=1)
    world.things |= {"need": posted, "tomorrow": tomorrow.isoformat()}
    world.things |= {"waiting": offer.number, "interest": interest, "interest_key": key}
