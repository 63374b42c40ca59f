"""Bundles for machines: a contract's filings in one file, and its certificate with them."""

from typing import Any
from uuid import UUID

from flask import url_for
from werkzeug.wrappers import Response

from registry import openapi
from registry.contracts import bundles, disclosure, made_files, register, schemas, sealing
from registry.contracts.api import readable
from registry.contracts.made_pages import made_response
from registry.database import transaction
from registry.parties import doors
from registry.parties.permissions import allow

blueprint = openapi.Blueprint(
    "bundles-api", __name__, url_prefix="/api/v1", description="License bundles, checkable offline"
)


@blueprint.route("/contracts/<number>/bundle")
@blueprint.response(200, description="open-license-bundle/1: docs/formats.md, section 6")
@doors.machine("contract.view")
def bundle(number: str) -> Any:
    """All that was filed about a contract, with what the asker may see of it."""
    return doors.plain_response(bundles.of(doors.actor(), readable(number)), "application/json")


@blueprint.route("/contracts/<number>/certificates/<uuid:paper_id>")
@blueprint.response(200, description="The PDF with its bundle attached", content_type="application/pdf")
@doors.machine("contract.view")
def certificate(number: str, paper_id: UUID) -> Any:
    """A certificate as it was printed, its bundle attached behind it (section 7)."""
    _, data = sealing.sealed(readable(number), paper_id)
    return doors.plain_response(data, "application/pdf")


@blueprint.route("/contracts/<number>/disclosure")
@blueprint.arguments(schemas.DisclosureSchema, location="query")
@blueprint.response(200, description="open-license-bundle/1 that opens what was picked, and no more")
@doors.machine("contract.disclose")
def disclosed(given: dict[str, Any], number: str) -> Any:
    """Show part of a license: `show` may stand several times. Filings that are not needed stay out."""
    contract = readable(number)
    allow(doors.actor(), "contract.disclose", contract)
    register.check_kept(contract)
    return doors.plain_response(disclosure.bundle(contract, given["show"]), "application/json")


@blueprint.route("/contracts/<number>/disclosure", methods=["POST"])
@blueprint.arguments(schemas.DisclosureSchema)
@blueprint.doc(responses={202: {"description": "with the worker; Location says where the file will be"}})
@doors.machine("contract.disclose")
def disclosed_archive(given: dict[str, Any], number: str) -> Any:
    """Have the same bundle made into a ZIP with a sheet to print that names what is shown and what is not."""
    actor = doors.actor()
    made_id = transaction(lambda: disclosure.ask(actor, readable(number), given["show"]).id)
    return made_answer(number, made_id)


@blueprint.route("/contracts/<number>/made/<uuid:made_id>")
@blueprint.doc(responses={200: {"description": "ZIP"}, 202: {"description": "still with the worker"}})
@doors.machine("contract.view")
def made(number: str, made_id: UUID) -> Any:
    """A file that was asked for, the same bytes every time; 202 while the worker makes it."""
    contract = readable(number)
    row = made_files.find(doors.actor(), contract, made_id)
    return made_response(contract, made_id) if row.digest else made_answer(number, made_id)


def made_answer(number: str, made_id: UUID) -> Response:
    """202, and where the file will be."""
    answer = openapi.json_answer({"made": str(made_id), "state": "waiting"}, 202)
    answer.headers["Location"] = url_for("bundles-api.made", number=number, made_id=made_id)
    answer.headers["Retry-After"] = "2"
    return answer
