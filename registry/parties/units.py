"""Internal units: named by an authority of their legal person, with the people who act for them.

A unit is no party: the legal person is, and the unit's people bind it only within a written authority that is
kept here and stands that day (CC 61, 170). What they may not do at all is what would widen their own power.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, or_, select

from registry import clock, history
from registry.database import db, new_id
from registry.errors import NotFound, Refused
from registry.parties.models import Authority, Membership, Organisation
from registry.parties.permissions import allow
from registry.parties.rules import Actor, Role
from registry.parties.unit_models import InternalUnit


def of(organisation: Organisation) -> Sequence[InternalUnit]:
    """Its units, by name."""
    query = select(InternalUnit).where(InternalUnit.organisation_id == organisation.id)
    return db.session.scalars(query.order_by(InternalUnit.name)).all()


def find(organisation: Organisation, unit_id: UUID) -> InternalUnit:
    """A unit of this organisation. Raises NotFound."""
    found = db.session.get(InternalUnit, unit_id)
    if found is None or found.organisation_id != organisation.id:
        raise NotFound("not_found")
    return found


def sizes(organisation: Organisation) -> Mapping[UUID, int]:
    """How many people act for each unit."""
    query = select(Membership.unit_id, func.count()).where(
        Membership.organisation_id == organisation.id,
        Membership.unit_id.is_not(None),
        Membership.ended_at.is_(None),
    )
    return {unit: n for unit, n in db.session.execute(query.group_by(Membership.unit_id)) if unit is not None}


def named(organisation: Organisation, name: str) -> InternalUnit:
    """The unit of this name, written down if it is new. Raises Refused `required`, `unit_of_person`."""
    if organisation.is_person:
        raise Refused("unit_of_person", "kind", "CC 61")
    if not name.strip():
        raise Refused("required", "agent")
    query = select(InternalUnit).where(
        InternalUnit.organisation_id == organisation.id, InternalUnit.name == name.strip()
    )
    found = db.session.scalar(query)
    if found is None:
        found = InternalUnit(
            id=new_id(), organisation_id=organisation.id, name=name.strip(), created_at=clock.now()
        )
        db.session.add(found)
        db.session.flush()
    return found


def place(actor: Actor, membership_id: UUID, unit_id: UUID | None) -> Membership:
    """Say for which unit somebody acts; for none, they act for the whole organisation again.

    Raises NotFound, Refused `unit_owner`: an owner acts for all of it.
    """
    row = db.session.get(Membership, membership_id)
    if row is None or row.organisation_id is None or row.ended_at is not None:
        raise NotFound("not_found")
    organisation = db.session.get_one(Organisation, row.organisation_id)
    allow(actor, "member.manage", organisation)
    unit = db.session.get(InternalUnit, unit_id) if unit_id else None
    if unit_id and (unit is None or unit.organisation_id != organisation.id):
        raise NotFound("not_found")
    if unit is not None and row.role == Role.OWNER:
        raise Refused("unit_owner", "unit")
    row.unit_id = unit.id if unit else None
    changes = {"unit": unit.name if unit else ""}
    history.record(actor, "place_member", organisation, changes=changes)
    return row


def standing(organisation: Organisation) -> Mapping[UUID, frozenset[str]]:
    """What each unit may do today, by its id."""
    today = clock.today()
    query = select(Authority).where(
        Authority.organisation_id == organisation.id,
        Authority.unit_id.is_not(None),
        Authority.ended_at.is_(None),
        Authority.valid_from <= today,
        or_(Authority.valid_to.is_(None), Authority.valid_to >= today),
    )
    found: dict[UUID, frozenset[str]] = {}
    for one in db.session.scalars(query):
        assert one.unit_id is not None
        found[one.unit_id] = found.get(one.unit_id, frozenset()) | frozenset(one.matters)
    return found
