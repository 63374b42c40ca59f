"""A contract's bundle and its certificate to save; and a page where a party picks what to show to others."""

from uuid import UUID

import flask
from flask.typing import ResponseReturnValue

from registry.contracts import bundles
from registry.contracts.registration_pages import own
from registry.parties import doors

blueprint = flask.Blueprint("bundles", __name__)


@blueprint.get("/contracts/<number>/bundle.json")
@doors.signed_in
def bundle(number: str) -> ResponseReturnValue:
    """All that was filed about the contract, to be checked without this site."""
    contract = own(number)
    response = doors.plain_response(bundles.of(doors.actor(), contract), "application/json")
    return doors.named(response, f"{contract.number}-bundle.json")


@blueprint.get("/contracts/<number>/certificates/<uuid:paper_id>.pdf")
@doors.signed_in
def certificate(number: str, paper_id: UUID) -> ResponseReturnValue:
    """The certificate as it was printed, with its bundle attached behind it."""
    contract = own(number)
    paper, data = bundles.certificate(contract, paper_id)
    response = doors.plain_response(data, "application/pdf")
    return doors.named(response, f"{contract.number}-{paper.kind}-{paper.version}-bundle.pdf")
