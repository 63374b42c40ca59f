"""Lists of results for a venue's machines: held against the contracts first, saved as they were shown."""

from typing import Any
from uuid import UUID

from flask import url_for

from registry import openapi
from registry.contracts import result_lists
from registry.contracts.registrar_schemas import ResultListAnswer, ResultListSchema, SaveListSchema
from registry.contracts.registration_models import ResultImport
from registry.errors import Conflict
from registry.parties import doors

blueprint = openapi.Blueprint(
    "results-api", __name__, url_prefix="/api/v1", description="Registrars' results, many at once"
)


@blueprint.route("/registration-results", methods=["POST"])
@blueprint.arguments(ResultListSchema)
@blueprint.response(201, ResultListAnswer)
@doors.machine("contract.register")
def bring(given: dict[str, Any]) -> Any:
    """Hold a list against the contracts; nothing of them is written. Needs an Idempotency-Key."""
    actor, read = doors.actor(), result_lists.read_given(given["results"])
    made = doors.once(
        "results.bring",
        {"lines": repr(read.lines)},
        lambda: str(result_lists.preview(actor, read, source="api").id),
        key=doors.idempotency_header(),
    )
    found = result_lists.find(actor, UUID(made))
    return _answer(found), 201, {"Location": url_for("results-api.show", import_id=made)}


@blueprint.route("/registration-results/<uuid:import_id>")
@blueprint.response(200, ResultListAnswer)
@doors.machine("contract.register")
def show(import_id: UUID) -> dict[str, Any]:
    """A list with each row's verdict, and how far saving has come."""
    return _answer(result_lists.find(doors.actor(), import_id))


@blueprint.route("/registration-results/<uuid:import_id>/save", methods=["POST"])
@blueprint.arguments(SaveListSchema)
@blueprint.response(200, ResultListAnswer)
@doors.machine("contract.register")
def save(given: dict[str, Any], import_id: UUID) -> Any:
    """Save exactly what was shown, named by its digest. 409 where something changed: fetch it again. 202
    while the worker is still writing. Needs an Idempotency-Key.
    """
    actor = doors.actor()

    def work() -> str:
        saved = result_lists.save(actor, result_lists.find(actor, import_id), given["digest"])
        return "saved" if saved else "changed"

    key = doors.idempotency_header()
    if doors.once("results.save", {"import": str(import_id), **given}, work, key=key) == "changed":
        raise Conflict("preview_changed", "digest")
    found = result_lists.find(actor, import_id)
    return _answer(found), 200 if found.state == "saved" else 202


def _answer(found: ResultImport) -> dict[str, Any]:
    return {
        "id": str(found.id),
        "state": found.state,
        "digest": found.digest,
        "counts": result_lists.counts(found),
        "rows": [
            {
                "position": row.position,
                "contract": row.number,
                "verdict": row.verdict,
                "reasons": [{"code": code, **params} for code, params in row.reasons],
                "proposals": row.proposals,
                "saved": row.result_id is not None,
            }
            for row in result_lists.rows_of(found)
        ],
    }
