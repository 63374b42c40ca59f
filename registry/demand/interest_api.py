"""Doors for machines about interests: register and withdraw one's own, count an offer's, read a holder's."""

from typing import Any
from uuid import UUID

from flask import request

from registry import openapi
from registry.catalogue import service as catalogue
from registry.catalogue import visits
from registry.demand import interests, reasons
from registry.demand.models import Interest
from registry.demand.schemas import (
    AttentionAnswer,
    InterestAnswer,
    InterestCountAnswer,
    InterestsAnswer,
    InterestSchema,
)
from registry.licenses import register
from registry.parties import doors

blueprint = openapi.Blueprint(
    "interests-api", __name__, url_prefix="/api/v1", description="Interest before the announcement"
)


@blueprint.route("/offers/<number>/interests")
@blueprint.response(200, InterestCountAnswer)
@doors.public
def count(number: str) -> dict[str, Any]:
    """How many want to be told when the offer opens. Nothing else about them is public."""
    offer = catalogue.listing(number)
    return {"offer": offer.number, "count": interests.count_of(offer.number)}


@blueprint.route("/offers/<number>/interests", methods=["POST"])
@blueprint.arguments(InterestSchema)
@blueprint.response(201, InterestAnswer)
@doors.machine("interest.register")
def add(given: dict[str, Any], number: str) -> Any:
    """Be told by mail when the offer opens; binds nobody. Needs an Idempotency-Key. 409 where it is open."""
    actor, place = doors.actor(), request.remote_addr or ""
    made = doors.once(
        "interest.register",
        {"offer": number, **given},
        lambda: str(interests.register(actor, register.find(number), given, place=place).id),
        key=doors.idempotency_header(),
    )
    return _answer(interests.find(UUID(made))), 201


@blueprint.route("/interests")
@blueprint.response(200, InterestsAnswer)
@doors.machine("interest.view")
def mine() -> dict[str, Any]:
    """The account's own interests, newest first."""
    return {"interests": [_answer(one) for one in interests.of_account(doors.actor())]}


@blueprint.route("/interests/<uuid:interest_id>/withdraw", methods=["POST"])
@blueprint.response(200, InterestAnswer)
@doors.machine("interest.withdraw")
def withdraw(interest_id: UUID) -> dict[str, Any]:
    """Take an interest back; name, mail and use are deleted at once. Needs an Idempotency-Key."""
    actor = doors.actor()

    def work() -> str:
        interests.withdraw(actor, interests.find(interest_id))
        return str(interest_id)

    doors.once("interest.withdraw", {"interest": str(interest_id)}, work, key=doors.idempotency_header())
    return _answer(interests.find(interest_id))


@blueprint.route("/declarations/<number>/attention")
@blueprint.response(200, AttentionAnswer)
@doors.machine("interest.view")
def attention(number: str) -> dict[str, Any]:
    """For the holder: interests in its offer, name and mail only where ticked, and why it was not taken."""
    actor, declaration = doors.actor(), register.find(number)
    return {
        "offer": declaration.number,
        "interests": interests.seen_by_holder(actor, declaration),
        "opened": visits.of_offer(actor, declaration).total,
        "not_taken": dict(reasons.for_holder(actor, declaration).counts),
    }


def _answer(row: Interest) -> dict[str, Any]:
    return {
        "id": row.id,
        "offer": row.declaration.number,
        "state": row.state,
        "use": row.use,
        "may_contact": row.may_contact,
        "created_at": row.created_at,
    }
