"""Written authorities of an organisation: brought once, with scope and days, attached to packages while
valid.

Registrars ask for the legal representative's authority when an internal unit acts (08a), and for the
seller's when the venue applies for registration (08b) [second-hand].
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from registry import clock, history
from registry.database import db, new_id
from registry.errors import Conflict, NotFound, Refused
from registry.parties import agency, units
from registry.parties.models import Authority, Organisation, Upload, Venue
from registry.parties.permissions import allow
from registry.parties.rules import Actor, AuthorityKind

SLOT = {AuthorityKind.OFFICE: "08a", AuthorityKind.REGISTRATION: "08b", AuthorityKind.UNIT: "08a"}
SOON = timedelta(days=30)


def add(
    actor: Actor,
    organisation: Organisation,
    facts: Mapping[str, Any],
    upload: Upload,
    *,
    venue: Venue | None = None,
) -> Authority:
    """Bring a written authority. `facts`: kind, agent, scope, valid_from, valid_to; of a unit, whose name is
    `agent`, the matters. Raises Refused `required`, `days_reversed`, `already_over`, `unit_of_person`.
    """
    allow(actor, "organisation.edit", organisation)
    registration = facts["kind"] == AuthorityKind.REGISTRATION
    if registration and venue is None:
        raise Refused("required", "venue")
    first, last = facts["valid_from"], facts.get("valid_to")
    if last is not None and last < first:
        raise Refused("days_reversed", "valid_to")
    if last is not None and last < clock.today():
        raise Refused("already_over", "valid_to")
    name = facts.get("agent") or ""
    unit = units.named(organisation, name) if facts["kind"] == AuthorityKind.UNIT else None
    if unit is not None and not facts.get("matters"):
        raise Refused("required", "matters", "CC 61")
    row = Authority(
        id=new_id(),
        organisation_id=organisation.id,
        kind=facts["kind"],
        venue_id=venue.id if registration and venue else None,
        agent=facts.get("agent") or "",
        unit_id=unit.id if unit else None,
        matters=agency.written(facts["matters"]) if unit else [],
        scope=facts.get("scope") or "",
        valid_from=first,
        valid_to=last,
        upload_id=upload.id,
        added_by=actor.account_id,
        added_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    history.record(actor, "add_authority", organisation, changes={"slot": SLOT[AuthorityKind(row.kind)]})
    return row


def end(actor: Actor, authority_id: UUID) -> None:
    """Take an authority back from now on; packages made before keep it. Raises NotFound, Conflict."""
    row = db.session.get(Authority, authority_id, with_for_update=True)
    if row is None:
        raise NotFound("not_found")
    allow(actor, "organisation.edit", row)
    if row.ended_at is not None:
        raise Conflict("authority_ended")
    row.ended_at = clock.now()
    organisation = db.session.get_one(Organisation, row.organisation_id)
    history.record(actor, "end_authority", organisation, changes={"slot": SLOT[AuthorityKind(row.kind)]})


def of(organisation: Organisation) -> Sequence[Authority]:
    """Everything the organisation brought, newest first."""
    query = select(Authority).where(Authority.organisation_id == organisation.id)
    return db.session.scalars(query.order_by(Authority.added_at.desc(), Authority.id)).all()


def valid(organisation_id: UUID, venue_id: UUID, on: date) -> Sequence[Authority]:
    """What a package of this holder at this venue takes: 08a of the organisation, 08b for the venue."""
    return at_venue(valid_of([organisation_id], on), organisation_id, venue_id)


def valid_of(organisations: Iterable[UUID], on: date) -> Sequence[Authority]:
    """Everything valid that some organisations brought, for whichever venue, in one statement."""
    query = select(Authority).where(
        Authority.organisation_id.in_(set(organisations)),
        Authority.ended_at.is_(None),
        Authority.valid_from <= on,
        or_(Authority.valid_to.is_(None), Authority.valid_to >= on),
    )
    return db.session.scalars(query.order_by(Authority.added_at, Authority.id)).all()


def at_venue(found: Iterable[Authority], organisation_id: UUID, venue_id: UUID) -> list[Authority]:
    """Of what is valid, what one organisation's package at one venue takes."""
    return [
        one
        for one in found
        if one.organisation_id == organisation_id and one.venue_id in (None, venue_id)
    ]


def expiring(organisation_id: UUID, today: date) -> Sequence[Authority]:
    """Authorities that end within thirty days, or ended within the last thirty."""
    query = select(Authority).where(
        Authority.organisation_id == organisation_id,
        Authority.ended_at.is_(None),
        Authority.valid_to.between(today - SOON, today + SOON),
    )
    return [one for one in db.session.scalars(query) if not _followed(one)]


def _followed(row: Authority) -> bool:
    """Whether a later authority of the same kind takes over."""
    query = select(Authority.id).where(
        Authority.organisation_id == row.organisation_id,
        Authority.kind == row.kind,
        Authority.unit_id.is_(None) if row.unit_id is None else Authority.unit_id == row.unit_id,
        Authority.venue_id.is_(None) if row.venue_id is None else Authority.venue_id == row.venue_id,
        Authority.ended_at.is_(None),
        Authority.id != row.id,
        or_(Authority.valid_to.is_(None), Authority.valid_to > row.valid_to),
    )
    return db.session.scalar(query.limit(1)) is not None
