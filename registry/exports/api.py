"""Doors for a venue's machines: make a batch, look at it, fetch its archive."""

from typing import Any

from flask import url_for
from werkzeug.wrappers import Response as AnyResponse

from registry import clock, openapi
from registry.exports import service as exports
from registry.exports.download import archive_response
from registry.exports.models import Batch
from registry.exports.recordal_pages import pack_response
from registry.exports.schemas import BatchAnswer, BatchSchema, choice_of
from registry.parties import doors

blueprint = openapi.Blueprint(
    "exports-api", __name__, url_prefix="/api/v1", description="Batches of contracts for registration"
)
RETRY_AFTER = "2"


@blueprint.route("/batches", methods=["POST"])
@blueprint.arguments(BatchSchema)
@blueprint.response(201, BatchAnswer)
@doors.signed_in
def make(asked: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Make a batch of ready contracts. Needs an Idempotency-Key; the same key answers with the same batch."""
    actor, choice = doors.actor(), choice_of(asked)
    number = doors.once(
        "batch.make",
        {"choice": repr(choice)},
        lambda: exports.make(actor, choice).number,
        key=doors.idempotency_header(),
    )
    batch = exports.find(actor, number)
    return _answer(batch), 201, {"Location": url_for("exports-api.show", number=number)}


@blueprint.route("/batches/<number>")
@blueprint.response(200, BatchAnswer)
@doors.signed_in
def show(number: str) -> dict[str, Any]:
    """A batch and the contracts in it."""
    return _answer(exports.find(doors.actor(), number))


@blueprint.route("/batches/<number>/archive")
@blueprint.doc(responses={200: {"description": "ZIP"}, 202: {"description": "still being packed"}})
@doors.signed_in
def archive(number: str) -> AnyResponse:
    """The archive, byte for byte the same every time; 202 while the worker is packing it."""
    batch = exports.find(doors.actor(), number)
    if not batch.digest:
        answer = openapi.json_answer({"number": batch.number, "state": "packing"}, 202)
        answer.headers["Retry-After"] = RETRY_AFTER
        return answer
    return archive_response(batch)


@blueprint.route("/contracts/<number>/recordal-pack")
@blueprint.doc(responses={200: {"description": "ZIP"}})
@doors.signed_in
def recordal_pack(number: str) -> AnyResponse:
    """What CNIPA asks to record a license, as far as there is any; 00 in it says what is missing."""
    return pack_response(number)


def _answer(batch: Batch) -> dict[str, Any]:
    return {
        "number": batch.number,
        "state": "packed" if batch.digest else "packing",
        "count": batch.count,
        "total_amount": str(batch.total_amount),
        "technology_amount": str(batch.technology_amount),
        "registrar": batch.choices.get("registrar", ""),
        "created_at": clock.rfc3339(batch.created_at),
        "packed_at": clock.rfc3339(batch.packed_at) if batch.packed_at else None,
        "sha256": batch.digest or None,
        "size": batch.size or None,
        "manifest_sha256": batch.manifest_digest or None,
        "archive": url_for("exports-api.archive", number=batch.number),
        "contracts": [
            {
                "position": item.position,
                "contract": item.row["contract"],
                "total_amount": item.row["form"]["total_amount"],
                "missing": [one["slot"] for one in item.row["missing"]],
                "registration": item.contract.registration,
            }
            for item in batch.items
        ],
    }
