"""Internal units for machines: those there are, one named by its written authority, its authorities ended.

Who acts for which unit is said by a person, on the page of members.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import url_for

from registry import openapi
from registry.contracts import authorities
from registry.contracts.power_schemas import UnitAnswer, UnitsAnswer, UnitSchema
from registry.parties import agency, doors, units
from registry.parties import service as parties
from registry.parties.models import Authority, Organisation
from registry.parties.permissions import allow
from registry.parties.rules import AuthorityKind
from registry.parties.unit_models import InternalUnit

blueprint = openapi.Blueprint(
    "units-api", __name__, url_prefix="/api/v1/units", description="Internal units and their authorities"
)


@blueprint.route("")
@blueprint.response(200, UnitsAnswer)
@doors.machine("organisation.view")
def index() -> dict[str, Any]:
    """The organisation's units, with what each may do today."""
    organisation = _own()
    standing, held = units.standing(organisation), _by_unit(organisation)
    counted = units.sizes(organisation)
    return {"units": [_shown(one, standing, held, counted) for one in units.of(organisation)]}


@blueprint.route("", methods=["POST"])
@blueprint.arguments(UnitSchema)
@blueprint.response(201, UnitAnswer)
@doors.machine("organisation.edit")
def make(given: dict[str, Any]) -> Any:
    """Bring a unit's written authority, whose file came with POST /files; a new name is a new unit. Needs
    Idempotency-Key.
    """
    actor = doors.actor()

    def work() -> str:
        organisation = parties.organisation_of(actor)
        allow(actor, "organisation.edit", organisation)
        upload = parties.uploaded(actor, given["file_upload"], field="file_upload")
        facts = {**given, "kind": AuthorityKind.UNIT, "agent": given["name"]}
        return str(authorities.add(actor, organisation, facts, upload).unit_id)

    made = doors.once("unit.make", given, work, key=doors.idempotency_header())
    return _one(UUID(made)), 201, {"Location": url_for("units-api.show", unit_id=made)}


@blueprint.route("/<uuid:unit_id>")
@blueprint.response(200, UnitAnswer)
@doors.machine("organisation.view")
def show(unit_id: UUID) -> dict[str, Any]:
    """One unit of the organisation."""
    return _one(unit_id)


@blueprint.route("/<uuid:unit_id>/end", methods=["POST"])
@blueprint.response(200, UnitAnswer)
@doors.machine("organisation.edit")
def end(unit_id: UUID) -> dict[str, Any]:
    """Take every authority of the unit back from now on: its people bind nobody any more. Needs
    Idempotency-Key.
    """
    actor, key = doors.actor(), doors.idempotency_header()

    def work() -> str:
        organisation = _own()
        allow(actor, "organisation.edit", organisation)
        found = units.find(organisation, unit_id)
        for one in _by_unit(organisation).get(found.id, ()):
            if one.ended_at is None:
                authorities.end(actor, one.id)
        return str(unit_id)

    doors.once("unit.end", {"unit": str(unit_id)}, work, key=key)
    return _one(unit_id)


# --- inside ------------------------------------------------------------------------------------------


def _own() -> Organisation:
    organisation = parties.organisation_of(doors.actor())
    allow(doors.actor(), "organisation.view", organisation)
    return organisation


def _one(unit_id: UUID) -> dict[str, Any]:
    organisation = _own()
    found = units.find(organisation, unit_id)
    return _shown(found, units.standing(organisation), _by_unit(organisation), units.sizes(organisation))


def _by_unit(organisation: Organisation) -> Mapping[UUID, list[Authority]]:
    """A unit's authorities, newest first."""
    found: dict[UUID, list[Authority]] = {}
    for one in authorities.of(organisation):
        if one.unit_id is not None:
            found.setdefault(one.unit_id, []).append(one)
    return found


def _shown(
    unit: InternalUnit,
    standing: Mapping[UUID, frozenset[str]],
    held: Mapping[UUID, list[Authority]],
    counted: Mapping[UUID, int],
) -> dict[str, Any]:
    return {
        "id": unit.id,
        "name": unit.name,
        "matters": agency.written(standing.get(unit.id, ())),
        "members": counted.get(unit.id, 0),
        "authorities": [
            {
                "id": one.id,
                "matters": one.matters,
                "scope": one.scope,
                "valid_from": one.valid_from,
                "valid_to": one.valid_to,
                "ended_at": one.ended_at,
            }
            for one in held.get(unit.id, ())
        ],
    }
