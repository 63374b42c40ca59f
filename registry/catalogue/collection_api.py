"""Doors for machines about collections: read them, make and change one's own."""

from typing import Any

from flask import current_app, url_for

from registry import openapi
from registry.catalogue import collections
from registry.catalogue.api import offer_row
from registry.catalogue.collection_models import Collection
from registry.catalogue.collection_schemas import (
    CollectionAnswer,
    CollectionsAnswer,
    CollectionSchema,
    PageSchema,
)
from registry.parties import doors

blueprint = openapi.Blueprint(
    "collections-api", __name__, url_prefix="/api/v1", description="Collections of offers, without a price"
)


@blueprint.route("/collections")
@blueprint.arguments(PageSchema, location="query")
@blueprint.response(200, CollectionsAnswer)
@doors.public
def index(asked: dict[str, Any]) -> dict[str, Any]:
    """Public collections, newest first, twenty a page."""
    rows, pages = collections.public(asked["page"])
    return {
        "collections": [_answer(one, members=False) for one in rows],
        "page": asked["page"],
        "pages": pages,
    }


@blueprint.route("/collections/<number>")
@blueprint.response(200, CollectionAnswer)
@doors.public
def show(number: str) -> dict[str, Any]:
    """One collection with its offers in order, ended ones too; a retired one has none."""
    return _answer(collections.find(number))


@blueprint.route("/collections", methods=["POST"])
@blueprint.arguments(CollectionSchema)
@blueprint.response(201, CollectionAnswer)
@doors.machine("collection.edit")
def make(given: dict[str, Any]) -> Any:
    """Group one's own open offers, or a venue's. Needs an Idempotency-Key."""
    actor = doors.actor()
    key = doors.idempotency_header()
    number = doors.once("collection.make", given, lambda: collections.make(actor, given).number, key=key)
    return (
        _answer(collections.find(number)),
        201,
        {"Location": url_for("collections-api.show", number=number)},
    )


@blueprint.route("/collections/<number>", methods=["PUT"])
@blueprint.arguments(CollectionSchema)
@blueprint.response(200, CollectionAnswer)
@doors.machine("collection.edit")
def edit(given: dict[str, Any], number: str) -> dict[str, Any]:
    """Change title, words and offers. Needs an Idempotency-Key."""
    actor = doors.actor()

    def work() -> str:
        collections.edit(actor, collections.find(number), given)
        return number

    asked = {"number": number, **given}
    doors.once("collection.edit", asked, work, key=doors.idempotency_header())
    return _answer(collections.find(number))


@blueprint.route("/collections/<number>/retire", methods=["POST"])
@blueprint.response(200, CollectionAnswer)
@doors.machine("collection.edit")
def retire(number: str) -> dict[str, Any]:
    """Show it no more; its address stays. Needs an Idempotency-Key."""
    actor = doors.actor()

    def work() -> str:
        collections.retire(actor, collections.find(number))
        return number

    doors.once("collection.retire", {"number": number}, work, key=doors.idempotency_header())
    return _answer(collections.find(number))


def _answer(row: Collection, *, members: bool = True) -> dict[str, Any]:
    base = current_app.extensions["settings"].base_url
    shown = members and row.state == "public"
    return {
        "number": row.number,
        "url": f"{base}/collections/{row.number}",
        "title": row.title,
        "words": row.words,
        "owner": row.owner,
        "state": row.state,
        "changed_at": row.changed_at,
        "offers": [offer_row(one) for one in collections.offers_of(row)] if shown else [],
    }
