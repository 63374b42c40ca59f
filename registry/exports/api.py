"""Doors for a venue's machines: make a batch, look at it, fetch its archive."""

from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response as AnyResponse

from registry import clock, openapi
from registry.contracts.api import readable
from registry.contracts.bundle_api import made_answer
from registry.database import transaction
from registry.exports import places, recordal_tasks
from registry.exports import service as exports
from registry.exports.download import archive_response
from registry.exports.models import Batch, BatchContract
from registry.exports.rules import PlaceState
from registry.exports.schemas import BatchAnswer, BatchSchema, PackSchema, choice_of
from registry.parties import doors

blueprint = openapi.Blueprint(
    "exports-api", __name__, url_prefix="/api/v1", description="Batches of contracts for registration"
)
RETRY_AFTER = "2"
AT_ONCE = 500  # contracts in one answer


@blueprint.route("/batches", methods=["POST"])
@blueprint.arguments(BatchSchema)
@blueprint.response(201, BatchAnswer)
@doors.machine("batch.make")
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
@doors.machine("batch.view")
def show(number: str) -> dict[str, Any]:
    """A batch and its contracts, five hundred at once; `next` leads on. Asking again gives the same."""
    return _answer(exports.find(doors.actor(), number))


@blueprint.route("/batches/<number>/archive")
@blueprint.doc(responses={200: {"description": "ZIP"}, 202: {"description": "still being packed"}})
@doors.machine("batch.view")
def archive(number: str) -> AnyResponse:
    """The archive, byte for byte the same every time; 202 while the worker is packing it."""
    batch = exports.find(doors.actor(), number)
    if not batch.digest:
        answer = openapi.json_answer({"number": batch.number, "state": "packing"}, 202)
        answer.headers["Retry-After"] = RETRY_AFTER
        return answer
    return archive_response(batch)


@blueprint.route("/contracts/<number>/recordal-pack", methods=["POST"])
@blueprint.arguments(PackSchema)
@blueprint.doc(responses={202: {"description": "with the worker; Location says where the file will be"}})
@doors.machine("contract.view")
def recordal_pack(_asked: dict[str, Any], number: str) -> AnyResponse:
    """Have made what CNIPA asks to record a license, as far as there is any; 00 says what is missing."""
    actor = doors.actor()
    made_id = transaction(lambda: recordal_tasks.ask(actor, readable(number)).id)
    return made_answer(number, made_id)


def _answer(batch: Batch) -> dict[str, Any]:
    after = request.args.get("after", 0, type=int)
    items = places.items(batch, PlaceState.FROZEN, after=after, limit=AT_ONCE)
    refused = places.items(batch, PlaceState.REFUSED, limit=AT_ONCE)
    last = items[-1].position if items else 0
    further = len(items) == AT_ONCE and places.next_position(batch, last)
    return {
        "number": batch.number,
        "state": batch.state,
        "asked": batch.asked,
        "count": batch.count,
        "refused": places.counts(batch)[PlaceState.REFUSED],
        "packed": batch.packed,
        "total_amount": str(batch.total_amount),
        "technology_amount": str(batch.technology_amount),
        "registrar": batch.choices.get("registrar", ""),
        "created_at": clock.rfc3339(batch.created_at),
        "packed_at": clock.rfc3339(batch.packed_at) if batch.packed_at else None,
        "sha256": batch.digest or None,
        "size": batch.size or None,
        "manifest_sha256": batch.manifest_digest or None,
        "archive": url_for("exports-api.archive", number=batch.number),
        "sums": batch.sums,
        "contracts": [_package(item) for item in items],
        "refusals": [_refused(item) for item in refused],
        "next": url_for("exports-api.show", number=batch.number, after=last) if further else None,
    }


def _package(item: BatchContract) -> dict[str, Any]:
    return {
        "position": item.position,
        "contract": item.row["contract"],
        "total_amount": item.row["form"]["total_amount"] or None,
        "missing": [one["slot"] for one in item.row["missing"]],
        "registration": item.contract.registration,
    }


def _refused(item: BatchContract) -> dict[str, Any]:
    return {"position": item.position, "contract": item.contract.number, "reasons": item.refusals}
