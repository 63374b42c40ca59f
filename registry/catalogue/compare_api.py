"""Comparing for machines: the same four at most, the same figures as the page."""

from typing import Any

from registry import language, openapi
from registry.catalogue import comparing
from registry.catalogue import service as catalogue
from registry.catalogue.comparing import Column
from registry.catalogue.schemas import CompareAnswer, CompareManySchema
from registry.licenses.estimates import Assumed
from registry.parties import doors

blueprint = openapi.Blueprint(
    "compare-api", __name__, url_prefix="/api/v1", description="Offers side by side"
)


@blueprint.route("/comparisons")
@blueprint.arguments(CompareManySchema, location="query")
@blueprint.response(200, CompareAnswer)
@doors.public
def compare(asked: dict[str, Any]) -> dict[str, Any]:
    """Two to four offers, `offers=a,b`; `total` is the cost over the term of a license taken today for the
    assumed yearly `sales` and `profit`, null where no figure can be told.
    """
    numbers = [catalogue.number_meant(one) for one in asked["offers"].split(",") if one.strip()]
    comparing.check_count(len(numbers))
    assumed = Assumed(sales=asked["sales"], profit=asked["profit"])
    found = catalogue.compare(list(dict.fromkeys(numbers)), assumed, language.current())
    return {"offers": [_column(one) for one in found.columns], "differs": sorted(found.differs)}


def _column(one: Column) -> dict[str, Any]:
    listing, today = one.listing, one.listing.today
    return {
        "number": listing.number,
        "title": listing.patent["title"],
        "patentees": listing.patentees,
        "status": str(listing.tag),
        "price": listing.price.line,
        "capitals": listing.price.capitals,
        "fee": listing.fields["fee"],
        "total": one.estimate.total if one.estimate else None,
        "fixed": one.estimate.fixed if one.estimate else None,
        "royalties": list(one.estimate.years) if one.estimate else [],
        "first_day": today.term.first_day if today else None,
        "last_day": today.term.last_day if today else None,
        "acts": listing.fields["acts"],
        "made_by_contractor": listing.fields["made_by_contractor"],
        "handover": listing.fields["handover"],
        "recordal_by": listing.fields["recordal_by"],
        "registration_by": listing.fields["registration_by"],
        "industry": listing.description["industry"],
        "stage": listing.description["stage"],
        "offer_last_day": listing.offer.offer_last_day,
        "patent_last_day": listing.offer.patent_last_day,
        "licenses": listing.licensees,
    }
