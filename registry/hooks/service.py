"""What can be done about addresses that events are pushed to: register, change the secret, pause, resume,
end, try, send again.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from registry import clock, history, outbound
from registry.config import Settings
from registry.database import db, new_id
from registry.errors import Conflict, NotFound, Refused
from registry.hooks import outbox
from registry.hooks.events import EVENTS, PING
from registry.hooks.models import Delivery, Endpoint
from registry.hooks.rules import DELIVERY, ENDPOINT, MOST, OVERLAP_HOURS, EndpointState
from registry.parties.permissions import allow
from registry.parties.rules import Actor

VERB, VIEW = "webhook.manage", "webhook.view"
SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Owner:
    """Whose endpoints the actor's are, for `allow` and for the row."""

    holder_id: UUID | None
    venue_id: UUID | None


def register(actor: Actor, *, url: str, label: str, events: Collection[str]) -> Endpoint:
    """Have events pushed to an address; its secret is `secret_of`.

    Raises Refused `address_form`, `address_port`, `address_not_public`, Conflict `too_many_webhooks`.
    """
    owner = may_register(actor)
    outbound.parse(url, outbox.policy(_settings()))
    if len(endpoints_of(actor)) >= MOST:
        raise Conflict("too_many_webhooks", max=MOST)
    row = Endpoint(
        id=new_id(),
        holder_id=owner.holder_id,
        venue_id=owner.venue_id,
        url=url,
        label=label,
        events=_kept(events),
        made_by=actor.account_id,
        created_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    history.record(actor, "register_webhook", row, after=row.state, changes={"events": row.events})
    return row


def may_register(actor: Actor) -> _Owner:
    """Whose address it would be. Raises NotAllowed, Refused `no_organisation`."""
    owner = _owner(actor)
    allow(actor, VERB, owner)
    return owner


def secret_of(endpoint: Endpoint) -> str:
    """The secret that signs now; for whoever has just registered or changed it."""
    return outbox.secrets_of(endpoint, _settings())[0]


def rotate(actor: Actor, endpoint_id: UUID, *, hours: int) -> Endpoint:
    """A new secret; for `hours` more, seven days at most, deliveries carry a signature of the one before too.

    Raises NotFound, Conflict `wrong_state`.
    """
    row = find(actor, endpoint_id, verb=VERB, locked=True)
    if row.state == EndpointState.ENDED:
        raise Conflict("wrong_state", state=row.state)
    hours = min(hours, OVERLAP_HOURS)
    row.serial += 1
    row.old_until = clock.now() + timedelta(hours=hours) if hours else None
    history.record(actor, "rotate_webhook", row, changes={"hours": hours})
    return row


def move(actor: Actor, endpoint_id: UUID, verb: str) -> Endpoint:
    """`pause`, `resume` or `end`. Raises NotFound, Conflict `wrong_state`."""
    row = find(actor, endpoint_id, verb=VERB, locked=True)
    before = row.state
    row.state = ENDPOINT.move(before, verb)
    if verb == "resume":
        row.failures, row.failing_since, row.quiet_until = 0, None, None
        outbox.ask_all(row)
    if verb == "end":
        row.ended_at = clock.now()
        outbox.give_up_all(row)
    history.record(actor, f"{verb}_webhook", row, before=before, after=row.state)
    return row


def ping(actor: Actor, endpoint_id: UUID) -> Delivery:
    """Push an event about nothing, to see whether it arrives. Raises NotFound, Conflict `wrong_state`."""
    row = find(actor, endpoint_id, verb=VERB)
    if row.state != EndpointState.ACTIVE:
        raise Conflict("wrong_state", state=row.state)
    made = outbox.add(row, PING, "", new_id())
    history.record(actor, "ping_webhook", row)
    return made


def send_again(actor: Actor, endpoint_id: UUID, delivery_id: UUID) -> Delivery:
    """Push a delivery once more, under the same id. Raises NotFound, Conflict `wrong_state`."""
    endpoint = find(actor, endpoint_id, verb=VERB)
    row = delivery(actor, endpoint_id, delivery_id, locked=True)
    if endpoint.state != EndpointState.ACTIVE:
        raise Conflict("wrong_state", state=endpoint.state)
    row.state = DELIVERY.move(row.state, "send_again")
    outbox.ask_again(row)
    history.record(actor, "resend_webhook", endpoint, changes={"delivery": str(row.id)})
    return row


def find(actor: Actor, endpoint_id: UUID, *, verb: str = VIEW, locked: bool = False) -> Endpoint:
    """One of the actor's side's endpoints. Raises NotFound, NotAllowed."""
    row = db.session.get(Endpoint, endpoint_id, with_for_update=locked or None)
    if row is None:
        raise NotFound("not_found")
    allow(actor, verb, row)
    return row


def delivery(actor: Actor, endpoint_id: UUID, delivery_id: UUID, *, locked: bool = False) -> Delivery:
    """One delivery of one of the side's endpoints. Raises NotFound, NotAllowed."""
    endpoint = find(actor, endpoint_id)
    row = db.session.get(Delivery, delivery_id, with_for_update=locked or None)
    if row is None or row.endpoint_id != endpoint.id:
        raise NotFound("not_found")
    return row


def endpoints_of(actor: Actor) -> list[Endpoint]:
    """Those of whom the actor acts for, without what was ended; newest first. Raises NotAllowed."""
    owner = _owner(actor)
    allow(actor, VIEW, owner)
    whose = Endpoint.holder_id == owner.holder_id if owner.holder_id else Endpoint.venue_id == owner.venue_id
    query = select(Endpoint).where(whose, Endpoint.state != EndpointState.ENDED)
    return list(db.session.scalars(query.order_by(Endpoint.created_at.desc())))


def deliveries_of(endpoint: Endpoint, *, most: int = SHOWN) -> list[Delivery]:
    """The newest deliveries of an endpoint."""
    query = select(Delivery).where(Delivery.endpoint_id == endpoint.id)
    return list(db.session.scalars(query.order_by(Delivery.created_at.desc(), Delivery.id).limit(most)))


def _owner(actor: Actor) -> _Owner:
    if actor.organisation_id is None and actor.venue_id is None:
        raise Refused("no_organisation")
    return _Owner(holder_id=actor.organisation_id, venue_id=actor.venue_id)


def _kept(events: Collection[str]) -> str:
    wanted = set(events)
    return " ".join(one for one in EVENTS if one in wanted)


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found
