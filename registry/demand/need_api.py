"""Doors for machines about needs: read the public ones, post, withdraw and answer."""

from typing import Any

from flask import current_app, url_for

from registry import openapi
from registry.demand import needs
from registry.demand.need_models import Need
from registry.demand.need_schemas import (
    AnsweredAnswer,
    NeedAnswer,
    NeedReplySchema,
    NeedsAnswer,
    NeedSchema,
    NeedsSchema,
)
from registry.parties import doors

blueprint = openapi.Blueprint("needs-api", __name__, url_prefix="/api/v1", description="What is looked for")


@blueprint.route("/needs")
@blueprint.arguments(NeedsSchema, location="query")
@blueprint.response(200, NeedsAnswer)
@doors.public
def index(asked: dict[str, Any]) -> dict[str, Any]:
    """Public needs, newest first, twenty a page; `industry` is a section or a class."""
    rows, pages = needs.public(asked["industry"], asked["page"])
    return {"needs": [_answer(one) for one in rows], "page": asked["page"], "pages": pages}


@blueprint.route("/needs/<number>")
@blueprint.response(200, NeedAnswer)
@doors.public
def show(number: str) -> dict[str, Any]:
    """A public need, or one's own in any state."""
    return _answer(needs.seen(doors.current_actor(), number))


@blueprint.route("/needs", methods=["POST"])
@blueprint.arguments(NeedSchema)
@blueprint.response(201, NeedAnswer)
@doors.machine("need.post")
def post(given: dict[str, Any]) -> Any:
    """Hand a need in; it is public once a person has read it. Needs an Idempotency-Key."""
    actor = doors.actor()
    key = doors.idempotency_header()
    number = doors.once("need.post", given, lambda: needs.post(actor, given).number, key=key)
    return _answer(needs.find(number)), 201, {"Location": url_for("needs-api.show", number=number)}


@blueprint.route("/needs/<number>/withdraw", methods=["POST"])
@blueprint.response(200, NeedAnswer)
@doors.machine("need.edit")
def withdraw(number: str) -> dict[str, Any]:
    """Take a need back. Needs an Idempotency-Key."""
    actor = doors.actor()

    def work() -> str:
        needs.withdraw(actor, needs.find(number))
        return number

    doors.once("need.withdraw", {"number": number}, work, key=doors.idempotency_header())
    return _answer(needs.find(number))


@blueprint.route("/needs/<number>/answers", methods=["POST"])
@blueprint.arguments(NeedReplySchema)
@blueprint.response(201, AnsweredAnswer)
@doors.machine("need.answer")
def answer(given: dict[str, Any], number: str) -> Any:
    """Write to whoever posted a need; it goes on by mail. Needs an Idempotency-Key."""
    actor = doors.actor()

    def work() -> str:
        return str(needs.answer(actor, needs.find(number), given).id)

    made = doors.once("need.answer", {"number": number, **given}, work, key=doors.idempotency_header())
    return {"need": number, "answer": made}, 201


def _answer(need: Need) -> dict[str, Any]:
    base = current_app.extensions["settings"].base_url
    names = ("number", "title", "problem", "industry", "technology_field", "budget", "until", "state")
    return {name: getattr(need, name) for name in (*names, "published_at")} | {
        "url": f"{base}/needs/{need.number}",
        "organisation": need.shown_name,
    }
