"""What both doors of a review share: many findings at once, an override by its rule, open offers."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from registry.database import db
from registry.errors import NotFound
from registry.licenses import register, reviews
from registry.licenses.models import Declaration, Override
from registry.licenses.rules import OFFERED_STATES, DeclarationState
from registry.parties.rules import Actor


def note_lines(actor: Actor, declaration: Declaration, found: Mapping[str, Mapping[str, Any]]) -> None:
    """Take the review up where nobody has, and keep every answered line."""
    if declaration.state == DeclarationState.SUBMITTED:
        reviews.take_up(actor, declaration)
        declaration = register.find(declaration.number)
    for line, said in found.items():
        if said["verdict"]:
            reviews.note_line(actor, declaration, line, said["verdict"], said["note"])


def override(declaration: Declaration, rule: str) -> Override:
    """The override that was asked for the present text. Raises NotFound."""
    found = reviews.overrides_of(declaration).get(rule)
    if found is None:
        raise NotFound("not_found")
    return found


def offered(actor: Actor) -> Sequence[Declaration]:
    """The offers that stand at the actor's venue, newest first."""
    query = select(Declaration).where(
        Declaration.venue_id == actor.venue_id, Declaration.state.in_(OFFERED_STATES)
    )
    return db.session.scalars(query.order_by(Declaration.published_at.desc()).limit(100)).all()
