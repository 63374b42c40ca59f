"""What a party's machines left: addresses that events were pushed to, and what they answered."""

from collections.abc import Iterator

from sqlalchemy import select

from registry import clock
from registry.database import db
from registry.erasure.listing import Goes, blanked, removed
from registry.hooks.models import Delivery, Endpoint
from registry.hooks.rules import EndpointState
from registry.parties.models import Organisation


def of_party(party: Organisation) -> Iterator[Goes]:
    """Its addresses end and go, with every delivery and the words that came back."""
    query = select(Endpoint).where(Endpoint.holder_id == party.id).order_by(Endpoint.id)
    for row in db.session.scalars(query):
        sent = select(Delivery).where(Delivery.endpoint_id == row.id).order_by(Delivery.id)
        yield from (removed(one) for one in db.session.scalars(sent))
        ended = row.ended_at or clock.now()
        yield from blanked(row, url="—", label="", made_by=None, state=EndpointState.ENDED, ended_at=ended)
