"""Events on their way: written with the letter that says the same, handed over one at a time, and what the
receiver answered written down.

A delivery is `delivered` only by an answer of 2xx. A worker that dies after the answer and before our note
sends it again under the same id; one that dies before sends it later; none is lost.
"""

import json
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import delete, select

from registry import clock, jobs, outbound
from registry.config import Settings
from registry.database import db, new_id, transaction
from registry.errors import Refused
from registry.hooks import rules, signature
from registry.hooks.events import OF_LETTER, PING
from registry.hooks.models import Delivery, Endpoint
from registry.hooks.rules import DELIVERY, ENDPOINT, DeliveryState, EndpointState
from registry.jobs import enqueue
from registry.outbound import NotReached, Reply
from registry.parties import mail

DELIVER = "hooks.deliver"
LEASE = timedelta(minutes=2)
AT_ONCE = 200
_API = "/api/v1"


@mail.also
def hear(side: str, owner_id: UUID, letter: str, facts: dict[str, Any]) -> None:
    """A letter is written to a party or a venue: its endpoints that asked for the event get a delivery."""
    event = OF_LETTER.get(letter)
    if event is None:
        return
    owner = Endpoint.holder_id if side == "organisation" else Endpoint.venue_id
    query = select(Endpoint).where(owner == owner_id, Endpoint.state == EndpointState.ACTIVE)
    wanting = [one for one in db.session.scalars(query) if event.kind in one.events.split()]
    for subject in subjects(facts) if wanting else ():
        once = jobs.once("event", side, str(owner_id), letter, subject)
        said = UUID(once[:32]) if once else new_id()
        there = _hearing(said, wanting) if once else set()  # of this job, before it died at its end
        for endpoint in (one for one in wanting if one.id not in there):
            add(endpoint, event.kind, subject, said)


def _hearing(event_id: UUID, among: Sequence[Endpoint]) -> set[UUID]:
    """Which of these have this event in their outbox already."""
    ids = [one.id for one in among]
    query = select(Delivery.endpoint_id).where(Delivery.endpoint_id.in_(ids), Delivery.event_id == event_id)
    return set(db.session.scalars(query))


def subjects(facts: dict[str, Any]) -> list[str]:
    """What the event is about, as paths of the API; nothing but public numbers stands in them."""
    if facts.get("declarations"):
        return [f"{_API}/declarations/{one.number}" for one in facts["declarations"]]
    for name in ("acceptance", "contract", "declaration", "batch"):
        number = getattr(facts.get(name), "number", None)
        if number:
            return [f"{_API}/{'batches' if name == 'batch' else name + 's'}/{number}"]
    return [""]


def add(endpoint: Endpoint, kind: str, subject: str, said: UUID) -> Delivery:
    """Put one event into the outbox, in the present transaction."""
    instant = clock.now()
    row = Delivery(
        id=new_id(),
        endpoint_id=endpoint.id,
        event_id=said,
        kind=kind,
        subject=subject,
        created_at=instant,
        wanted_at=instant,
        next_at=instant,
    )
    db.session.add(row)
    _ask(row)
    return row


def payload(row: Delivery, settings: Settings) -> bytes:
    """Thin on purpose: what has become of the subject is asked with a key, by whoever may read it."""
    said = {
        "id": event_id(row),
        "type": row.kind,
        "timestamp": clock.rfc3339(row.created_at),
        "data": {"subject": f"{settings.base_url}{row.subject}" if row.subject else None},
    }
    return json.dumps(said, separators=(",", ":")).encode()


def event_id(row: Delivery) -> str:
    """The same at every try: by it a receiver knows what it has had."""
    return f"evt_{row.event_id.hex}"


def secrets_of(endpoint: Endpoint, settings: Settings) -> list[str]:
    """The secrets that sign now, the newest first: two of them during a rotation."""
    serials = [endpoint.serial]
    if endpoint.old_until is not None and endpoint.old_until > clock.now():
        serials.append(endpoint.serial - 1)
    return [signature.secret_of(settings.secret_key, str(endpoint.id), one) for one in serials]


def policy(settings: Settings) -> outbound.Policy:
    """What may be reached from here."""
    return outbound.Policy(
        ports=settings.outbound_ports,
        loopback=settings.outbound_loopback,
        authority=settings.outbound_ca,
    )


def deliver(delivery_id: UUID) -> None:
    """Try one delivery that is due; nothing is locked while the receiver thinks."""
    settings = _settings()
    if not transaction(lambda: _claim(delivery_id, settings.webhook_hours)):
        return
    row = db.session.get_one(Delivery, delivery_id)
    instant, body, endpoint = clock.now(), payload(row, settings), row.endpoint
    url, secrets = endpoint.url, secrets_of(endpoint, settings)
    headers = signature.headers(secrets, event_id(row), instant, body)
    db.session.rollback()
    reply, why = _post(url, headers, body, settings)
    transaction(lambda: _note(delivery_id, reply, why, settings))


def sweep(settings: Settings) -> int:
    """Ask for what is due and has no job, give up what was tried long enough, forget old deliveries."""
    instant = clock.now()
    missed = (Delivery.state == DeliveryState.AWAITING, Delivery.next_at <= instant - LEASE)
    query = select(Delivery).where(*missed).order_by(Delivery.next_at).limit(AT_ONCE)
    found = list(db.session.scalars(query))
    for row in found:
        _ask(row)
    kept = timedelta(days=settings.webhook_kept_days)
    old = delete(Delivery).where(Delivery.created_at < instant - kept)
    db.session.execute(old.where(Delivery.state != DeliveryState.AWAITING))
    return len(found)


def ask_again(row: Delivery) -> None:
    """A delivery that is awaiting once more is due now and tried as long as a new one."""
    row.wanted_at = row.next_at = clock.now()
    row.leased_until = row.delivered_at = None
    _ask(row)


def ask_all(endpoint: Endpoint) -> None:
    """What awaited while an endpoint was paused is due now."""
    for row in _awaiting(endpoint):
        row.next_at = clock.now()
        _ask(row)


def give_up_all(endpoint: Endpoint) -> None:
    """Nothing more goes to an endpoint that was stopped or ended; each may be sent again by hand."""
    for row in _awaiting(endpoint):
        _give_up(row)


def _awaiting(endpoint: Endpoint) -> list[Delivery]:
    query = select(Delivery).where(
        Delivery.endpoint_id == endpoint.id, Delivery.state == DeliveryState.AWAITING
    )
    return list(db.session.scalars(query.order_by(Delivery.created_at)))


def _give_up(row: Delivery) -> None:
    row.state, row.next_at, row.leased_until = DELIVERY.move(row.state, "give_up"), None, None


def _claim(delivery_id: UUID, hours: int) -> bool:
    """Take a delivery for one lease. One whose endpoint is left alone waits with it and loses no try."""
    row = db.session.get(Delivery, delivery_id, with_for_update=True)
    instant = clock.now()
    if row is None or row.state != DeliveryState.AWAITING or (row.leased_until or instant) > instant:
        return False
    if row.endpoint.state != EndpointState.ACTIVE:
        if row.endpoint.state != EndpointState.PAUSED:
            _give_up(row)
        return False  # a paused one's deliveries are asked for again when it resumes
    until = row.endpoint.quiet_until
    if until is not None and until > instant and row.kind != PING:
        if rules.is_spent(row.wanted_at, instant, hours=hours):
            _give_up(row)
            return False
        row.next_at = until
        _ask(row)
        return False
    row.leased_until = instant + LEASE
    return True


def _post(url: str, headers: dict[str, str], body: bytes, settings: Settings) -> tuple[Reply | None, str]:
    try:
        target = outbound.parse(url, policy(settings))
        sent = {**headers, "Content-Type": "application/json"}
        reply = outbound.call("POST", target, policy(settings), body=body, headers=sent)
        return reply, reply.words()
    except Refused as refused:
        return None, refused.code  # the settings have become stricter since it was registered
    except NotReached as error:
        return None, str(error)[:200]


def _note(delivery_id: UUID, reply: Reply | None, why: str, settings: Settings) -> None:
    row = db.session.get(Delivery, delivery_id, with_for_update=True)
    if row is None or row.state != DeliveryState.AWAITING:
        return
    endpoint = db.session.get_one(Endpoint, row.endpoint_id, with_for_update=True)
    instant = clock.now()
    row.attempts, row.tried_at, row.leased_until = row.attempts + 1, instant, None
    row.status, row.words = reply.status if reply else None, why
    if reply is not None and 200 <= reply.status < 300:
        row.state, row.next_at, row.delivered_at = DELIVERY.move(row.state, "deliver"), None, instant
        endpoint.failures, endpoint.failing_since, endpoint.quiet_until = 0, None, None
        endpoint.answered_at = instant
        return
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or instant
    after = rules.pause(endpoint.failures, random.random())  # noqa: S311 - jitter, not a secret
    endpoint.quiet_until = instant + after
    if row.kind == PING or rules.is_spent(row.wanted_at, instant, hours=settings.webhook_hours):
        _give_up(row)
    else:
        row.next_at = endpoint.quiet_until
        _ask(row)
    gone = reply is not None and reply.status == 410  # the receiver says that it wants no more
    if gone or rules.should_stop(endpoint.failing_since, instant, days=settings.webhook_days):
        _stop(endpoint)


def _stop(endpoint: Endpoint) -> None:
    if endpoint.state != EndpointState.ACTIVE:
        return
    endpoint.state = ENDPOINT.move(endpoint.state, "stop")
    db.session.flush()
    give_up_all(endpoint)
    if endpoint.holder_id is not None:
        mail.write_to_organisation(endpoint.holder_id, "webhook_stopped", endpoint=endpoint)
    elif endpoint.venue_id is not None:
        mail.write_to_venue(endpoint.venue_id, "webhook_stopped", endpoint=endpoint)


def _ask(row: Delivery) -> None:
    assert row.next_at is not None
    after = max(row.next_at - clock.now(), timedelta())
    enqueue(DELIVER, {"delivery": str(row.id)}, subject_id=row.id, after=after)


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found
