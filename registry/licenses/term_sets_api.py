"""Term sets for machines."""

from typing import Any
from uuid import UUID

from flask import url_for

from registry import openapi
from registry.licenses import batch_schemas, term_sets
from registry.licenses.batch_models import TermSet
from registry.parties import doors

blueprint = openapi.Blueprint(
    "term-sets-api", __name__, url_prefix="/api/v1", description="Term sets to begin declarations from"
)


@blueprint.route("/term-sets", methods=["GET"])
@blueprint.response(200, batch_schemas.TermSetOut(many=True))
@doors.machine("declaration.view")
def index() -> list[dict[str, Any]]:
    """The organisation's term sets, those out of use last."""
    return [_shown(one) for one in term_sets.of_holder(doors.actor(), retired=True)]


@blueprint.route("/term-sets", methods=["POST"])
@blueprint.arguments(batch_schemas.NewTermSetSchema)
@blueprint.response(201, batch_schemas.TermSetOut)
@doors.machine("declaration.draft")
def create(given: dict[str, Any]) -> Any:
    """A new set with any of the steps. Needs Idempotency-Key."""
    actor = doors.actor()
    found = doors.once(
        "term_set.create",
        given,
        lambda: str(term_sets.create(actor, given["name"], given["steps"] or None).id),
        key=doors.idempotency_header(),
    )
    location = {"Location": url_for("term-sets-api.show", term_set_id=found)}
    return _shown(term_sets.find(actor, UUID(found))), 201, location


@blueprint.route("/term-sets/<uuid:term_set_id>", methods=["GET"])
@blueprint.response(200, batch_schemas.TermSetOut)
@doors.machine("declaration.view")
def show(term_set_id: UUID) -> dict[str, Any]:
    """One set as it stands."""
    return _shown(term_sets.find(doors.actor(), term_set_id))


@blueprint.route("/term-sets/<uuid:term_set_id>", methods=["PATCH"])
@blueprint.arguments(batch_schemas.TermStepsSchema)
@blueprint.response(200, batch_schemas.TermSetOut)
@doors.machine("declaration.draft")
def edit(given: dict[str, Any], term_set_id: UUID) -> dict[str, Any]:
    """Replace the steps that are sent, each as a whole: the next version. Needs Idempotency-Key. No draft
    changes.
    """
    actor = doors.actor()

    def work() -> str:
        term_sets.save(actor, term_sets.find(actor, term_set_id), given)
        return str(term_set_id)

    asked = {"set": str(term_set_id), **given}
    doors.once("term_set.step", asked, work, key=doors.idempotency_header())
    return _shown(term_sets.find(actor, term_set_id))


@blueprint.route("/term-sets/<uuid:term_set_id>/retirement", methods=["POST"])
@blueprint.response(201, batch_schemas.TermSetOut)
@doors.machine("declaration.draft")
def retire(term_set_id: UUID) -> dict[str, Any]:
    """Take a set out of use. Needs Idempotency-Key."""
    actor = doors.actor()

    def work() -> str:
        term_sets.retire(actor, term_sets.find(actor, term_set_id))
        return str(term_set_id)

    doors.once("term_set.retire", {"set": str(term_set_id)}, work, key=doors.idempotency_header())
    return _shown(term_sets.find(actor, term_set_id))


def _shown(found: TermSet) -> dict[str, Any]:
    return {
        "id": found.id,
        "name": found.name,
        "version": found.current.version,
        "retired": found.retired_at is not None,
        "steps": found.current.steps,
    }
