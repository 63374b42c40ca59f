"""A contract's bundle and its certificate to save; and a page where a party picks what to show to others."""

from uuid import UUID

import flask
from flask import render_template, request
from flask.typing import ResponseReturnValue

from registry.contracts import bundles, disclosure, register, schemas, sealing
from registry.contracts.models import Contract
from registry.contracts.registration_pages import own
from registry.forms import FormState, labels, load, nested
from registry.parties import doors
from registry.parties.permissions import allow

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
    paper, data = sealing.sealed(contract, paper_id)
    response = doors.plain_response(data, "application/pdf")
    return doors.named(response, f"{contract.number}-{paper.kind}-{paper.version}-bundle.pdf")


@blueprint.get("/contracts/<number>/disclosure")
@doors.signed_in
def disclose(number: str) -> ResponseReturnValue:
    """Pick what to show of the license; nothing is changed by it, so the form is read from the address."""
    contract = _own(number)
    return render_template(
        "contracts/disclosure.html",
        contract=contract,
        offered=disclosure.offered(contract),
        missing=[name for name in ("licensor", "patents") if name not in disclosure.offered(contract)],
        form=FormState({"show": _chosen()}, (), labels(schemas.DisclosureSchema)),
    )


@blueprint.get("/contracts/<number>/disclosure.json")
@doors.signed_in
def disclosed(number: str) -> ResponseReturnValue:
    """The bundle that opens what was picked, and no more."""
    contract = _own(number)
    response = doors.plain_response(disclosure.bundle(contract, _chosen()), "application/json")
    return doors.named(response, f"{contract.number}-disclosed.json")


def _own(number: str) -> Contract:
    contract = own(number)
    allow(doors.actor(), "contract.disclose", contract)
    register.check_kept(contract)
    return contract


def _chosen() -> list[str]:
    """Raises Invalid for what is none of the parts."""
    return list(load(schemas.DisclosureSchema, nested(request.args))["show"])
