"""A listing for machines: schema.org's Offer and Product around our own public fields, as JSON-LD.

A license to use a patent is not sold: `businessFunction` is LeaseOut, because schema.org's default is Sell.
"""

from typing import Any

from registry import clock, money
from registry.catalogue.listing import Listing
from registry.catalogue.rules import Tag

CONTEXT = {"@vocab": "https://schema.org/", "gr": "http://purl.org/goodrelations/v1#", "mx": "",
    "hasPolicy": "http://www.w3.org/ns/odrl/2/hasPolicy"}
AVAILABILITY = {
    Tag.ANNOUNCED: "InStock",
    Tag.LOCAL: "InStock",
    Tag.WITHDRAWAL_FILED: "LimitedAvailability",
    Tag.WAITING: "PreOrder",
    Tag.PAUSED: "OutOfStock",
    Tag.ENDED: "Discontinued",
}


def document(listing: Listing, base: str) -> dict[str, Any]:
    """The JSON-LD document. `base` is the site's address without a closing slash."""
    address = f"{base}/offers/{listing.number}"
    return {
        "@context": {**CONTEXT, "mx": f"{base}/ns/offer#"},
        "@type": "Offer",
        "@id": address,
        "url": address,
        "identifier": listing.number,
        "businessFunction": "gr:LeaseOut",
        "availability": AVAILABILITY[listing.tag],
        "availabilityStarts": clock.rfc3339(listing.published_at),
        "availabilityEnds": listing.offer.offer_last_day.isoformat(),
        "areaServed": {"@type": "Country", "name": "CN", "description": "中国境内（不含港澳台）"},
        "offeredBy": [{"@type": "Organization", "name": name} for name in listing.patentees],
        "itemOffered": _patent(listing),
        "priceSpecification": _price(listing),
        "hasPolicy": {"@id": f"{address}/policy.jsonld"},
        "mx:declaration": listing.fields,
        "mx:description": listing.description,
        "mx:status": _status(listing),
        "mx:proof": _proof(listing, address),
    }


def _patent(listing: Listing) -> dict[str, Any]:
    patent = listing.patent
    return {
        "@type": "CreativeWork",
        "additionalType": "Patent",
        "name": patent["title"],
        "identifier": patent["number"],
        "category": patent["main_class"],
        "dateCreated": patent["filing_date"],
        "datePublished": patent["grant_date"],
        "expires": listing.offer.patent_last_day.isoformat(),
    }


def _price(listing: Listing) -> dict[str, Any]:
    """The figure where there is one; the whole fee stands in `mx:declaration`."""
    told: dict[str, Any] = {"@type": "PriceSpecification", "description": " ".join(listing.price.sentences)}
    if listing.price.amount is not None:
        told |= {"price": money.plain(listing.price.amount), "priceCurrency": "CNY"}
        told["valueAddedTaxIncluded"] = listing.price.fee.tax_included
    return told


def _status(listing: Listing) -> dict[str, Any]:
    announced = listing.offer.announced_on
    return {
        "state": str(listing.tag),
        "takes_notices": listing.track is not None,
        "track": str(listing.track) if listing.track else None,
        "reason": listing.refusal.code if listing.refusal else None,
        "cnipa_status": listing.cnipa_status,
        "cnipa_number": listing.cnipa_number or None,
        "cnipa_day": announced.isoformat() if announced else None,
        "licenses": listing.licensees,
        "licenses_in_force": listing.in_force,
        "as_of": clock.rfc3339(listing.as_of),
    }


def _proof(listing: Listing, address: str) -> dict[str, Any]:
    return {
        "version": listing.version,
        "standard_terms": listing.terms_version,
        "text": f"{address}/text",
        "text_sha256": listing.digest,
        "envelope_sha256": listing.envelope,
        "seq": listing.seq,
        "receipt": f"{address}/proof",
    }
