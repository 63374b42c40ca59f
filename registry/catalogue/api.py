"""Doors for machines that look for licenses: search, and one offer. No key is needed."""

from typing import Any

from flask import Response, current_app

from registry import language, openapi
from registry.catalogue import offer_json
from registry.catalogue import service as catalogue
from registry.catalogue.models import OfferIndex
from registry.catalogue.schemas import OffersAnswer, OffersSchema, query_of
from registry.parties import doors

blueprint = openapi.Blueprint(
    "catalogue-api", __name__, url_prefix="/api/v1", description="Published declarations"
)


@blueprint.route("/offers")
@blueprint.arguments(OffersSchema, location="query")
@blueprint.response(200, OffersAnswer)
@doors.public
def offers(asked: dict[str, Any]) -> dict[str, Any]:
    """Search the offers: words of any length, numbers in any spelling, filters, twenty a page."""
    with_facets = asked.pop("facets")
    found = catalogue.search(query_of(asked))
    return ({"facets": found.facets} if with_facets else {}) | {
        "offers": [offer_row(row) for row in found.rows],
        "count": found.count,
        "count_is_capped": found.more_than_counted,
        "page": found.page,
        "pages": found.pages,
    }


@blueprint.route("/offers/<number>")
@blueprint.doc(responses={200: {"description": "JSON-LD: schema.org Offer with the declaration's fields"}})
@doors.public
def offer(number: str) -> Response:
    """One offer with everything its page shows: fields, state with its time, digests, place in the log."""
    return openapi.json_answer(offer_json.document(catalogue.listing(number, language.current()), _base()))


@blueprint.route("/offers/<number>/bundle")
@blueprint.doc(responses={200: {"description": "open-license-bundle/1: docs/formats.md, section 6"}})
@doors.public
def bundle(number: str) -> Response:
    """All that was filed about the declaration, to be checked offline; nothing confidential."""
    return doors.plain_response(catalogue.bundle(number), "application/json")


def offer_row(row: OfferIndex) -> dict[str, Any]:
    """An offer as lists tell it."""
    columns = (
        *("number", "patent_number", "patent_kind", "title", "main_class", "industry", "technology_field"),
        *("stage", "region", "fee_method", "amount", "duration_months", "offer_last_day", "license_last_day"),
        *("patent_last_day", "announced_on", "published_at"),
    )
    return {name: getattr(row, name) for name in columns} | {
        "url": f"{_base()}/offers/{row.number}",
        "patentees": row.holder_name,
        "price": row.price_en if language.current() == "en" else row.price_zh,
        "status": str(catalogue.offer_tag(row)),
    }


def _base() -> str:
    return str(current_app.extensions["settings"].base_url)
