"""Saved searches for machines; feeds stand at /search/feed.atom and /search/feed.json."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import current_app

from registry import openapi
from registry.catalogue import saved_searches
from registry.catalogue.saved_schemas import SavedAnswer, SavedChangeSchema, SavedListAnswer, SavedQuerySchema
from registry.database import transaction
from registry.parties import doors

blueprint = openapi.Blueprint(
    "saved-api", __name__, url_prefix="/api/v1", description="Saved searches of an account"
)


@blueprint.route("/searches")
@blueprint.response(200, SavedListAnswer)
@doors.machine("organisation.view")
def searches() -> dict[str, Any]:
    """The saved searches of the key's account, each with how many offers are new since it was looked at."""
    return {"searches": [_answer(one) for one in saved_searches.watched(doors.actor())]}


@blueprint.route("/searches", methods=["POST"])
@blueprint.arguments(SavedQuerySchema)
@blueprint.response(201, SavedAnswer)
@doors.machine("account.use")
def save(asked: dict[str, Any]) -> dict[str, Any]:
    """Save a search; the same one again changes its name and rhythm. Needs Idempotency-Key."""
    actor = doors.actor()

    def work() -> str:
        return str(saved_searches.save(actor, asked["query"], name=asked["name"], every=asked["every"]).id)

    made = doors.once("search.save", asked, work, key=doors.idempotency_header())
    return _answer(saved_searches.one(actor, UUID(made)))


@blueprint.route("/searches/<uuid:search_id>")
@blueprint.response(200, SavedAnswer)
@doors.machine("organisation.view")
def show(search_id: UUID) -> dict[str, Any]:
    """One saved search."""
    return _answer(saved_searches.one(doors.actor(), search_id))


@blueprint.route("/searches/<uuid:search_id>", methods=["PATCH"])
@blueprint.arguments(SavedChangeSchema)
@blueprint.response(200, SavedAnswer)
@doors.machine("account.use")
def change(asked: dict[str, Any], search_id: UUID) -> dict[str, Any]:
    """Another name, another rhythm."""
    actor = doors.actor()
    transaction(lambda: saved_searches.change(actor, search_id, asked).id)
    return _answer(saved_searches.one(actor, search_id))


@blueprint.route("/searches/<uuid:search_id>", methods=["DELETE"])
@blueprint.response(204)
@doors.machine("account.use")
def drop(search_id: UUID) -> str:
    """Delete a saved search."""
    actor = doors.actor()
    transaction(lambda: saved_searches.drop(actor, search_id))
    return ""


def _answer(one: saved_searches.Watched) -> dict[str, Any]:
    base, row = str(current_app.extensions["settings"].base_url), one.search
    columns = ("kind", "name", "query", "every", "created_at", "seen_at")
    return {name: getattr(row, name) for name in columns} | {
        "id": str(row.id),
        "url": f"{base}{one.address}",
        "feed": f"{base}/search/feed.json?{urlencode(row.query)}",
        "new": one.new,
    }
