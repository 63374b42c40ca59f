"""Bundles for machines: a contract's filings in one file, and its certificate with them."""

from typing import Any
from uuid import UUID

from registry import openapi
from registry.contracts import bundles, disclosure, register, schemas, sealing
from registry.contracts.api import readable
from registry.parties import doors
from registry.parties.permissions import allow

blueprint = openapi.Blueprint(
    "bundles-api", __name__, url_prefix="/api/v1", description="License bundles, checkable offline"
)


@blueprint.route("/contracts/<number>/bundle")
@blueprint.response(200, description="open-license-bundle/1: docs/formats.md, section 6")
@doors.signed_in
def bundle(number: str) -> Any:
    """All that was filed about a contract, with what the asker may see of it."""
    return doors.plain_response(bundles.of(doors.actor(), readable(number)), "application/json")


@blueprint.route("/contracts/<number>/certificates/<uuid:paper_id>")
@blueprint.response(200, description="The PDF with its bundle attached", content_type="application/pdf")
@doors.signed_in
def certificate(number: str, paper_id: UUID) -> Any:
    """A certificate as it was printed, its bundle attached behind it (section 7)."""
    _, data = sealing.sealed(readable(number), paper_id)
    return doors.plain_response(data, "application/pdf")


@blueprint.route("/contracts/<number>/disclosure")
@blueprint.arguments(schemas.DisclosureSchema, location="query")
@blueprint.response(200, description="open-license-bundle/1 that opens what was picked, and no more")
@doors.signed_in
def disclosed(given: dict[str, Any], number: str) -> Any:
    """Show part of a license: `show` may stand several times. Filings that are not needed stay out."""
    contract = readable(number)
    allow(doors.actor(), "contract.disclose", contract)
    register.check_kept(contract)
    return doors.plain_response(disclosure.bundle(contract, given["show"]), "application/json")
