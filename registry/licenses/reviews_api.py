"""The venue's verbs for machines: the queue, findings and decision, CNIPA's announcements."""

from typing import Any

from registry import openapi
from registry.licenses import (
    announcing,
    outgoing,
    register,
    review_queue,
    reviewing,
    reviews,
    reviews_schemas,
    signing_schemas,
)
from registry.licenses.models import Declaration
from registry.parties import doors
from registry.parties.permissions import allow

blueprint = openapi.Blueprint(
    "reviews-api", __name__, url_prefix="/api/v1", description="A venue's review of declarations"
)


@blueprint.route("/reviews", methods=["GET"])
@blueprint.response(200, reviews_schemas.ReviewOut(many=True))
@doors.machine("declaration.review")
def queue() -> list[dict[str, Any]]:
    """What waits at the venue, oldest first."""
    waiting = review_queue.queue(doors.actor())
    return [outgoing.review(one.declaration, age=one.age, flags=one.flags) for one in waiting]


@blueprint.route("/reviews/<number>", methods=["GET"])
@blueprint.response(200, reviews_schemas.ReviewOut)
@doors.machine("declaration.review")
def show(number: str) -> dict[str, Any]:
    """One declaration's findings, and what keeps it from being published."""
    return outgoing.review(_reviewed(number))


@blueprint.route("/reviews/<number>/decision", methods=["POST"])
@blueprint.arguments(reviews_schemas.DecisionSchema)
@blueprint.response(201, reviews_schemas.ReviewOut)
@doors.machine("declaration.review")
def decide(given: dict[str, Any], number: str) -> dict[str, Any]:
    """Note findings and, unless `decision` is `none`, approve, return or refuse. Needs Idempotency-Key."""
    actor = doors.actor()

    def work() -> str:
        reviewing.note_lines(actor, _reviewed(number), given["lines"])
        declaration = _reviewed(number)
        if given["decision"] == "approve":
            reviews.approve(actor, declaration)
        elif given["decision"] == "return":
            reviews.send_back(actor, declaration, given["note"])
        elif given["decision"] == "refuse":
            reviews.refuse(actor, declaration, ground=given["ground"], words=given["words"])
        return number

    doors.once("review.decide", {"number": number, **given}, work, key=doors.idempotency_header())
    return outgoing.review(_reviewed(number))


@blueprint.route("/reviews/<number>/announcement", methods=["POST"])
@blueprint.arguments(reviews_schemas.CnipaSchema)
@blueprint.response(201, signing_schemas.DeclarationLine)
@doors.machine("declaration.announce")
def announce(given: dict[str, Any], number: str) -> dict[str, Any]:
    """Record what CNIPA has done. Needs Idempotency-Key."""
    actor = doors.actor()

    def work() -> str:
        announcing.cnipa(actor, _reviewed(number), given)
        return number

    doors.once("declaration.cnipa", {"number": number, **given}, work, key=doors.idempotency_header())
    return outgoing.declaration(_reviewed(number), checked=False)


def _reviewed(number: str) -> Declaration:
    declaration = register.find(number)
    allow(doors.actor(), "declaration.review", declaration)
    return declaration
