"""Declarations for machines: prepare says what to sign, a POST brings the signature."""

from typing import Any

from flask import url_for

from registry import openapi
from registry.database import transaction
from registry.errors import Conflict
from registry.licenses import assembly, outgoing, register, schemas, signing_schemas, task_list
from registry.licenses import service as licenses
from registry.licenses.answers import TICKS
from registry.licenses.models import Declaration
from registry.licenses.service import STEPS
from registry.parties import doors
from registry.parties import service as parties
from registry.parties.permissions import allow

blueprint = openapi.Blueprint(
    "declarations-api", __name__, url_prefix="/api/v1", description="Open-licensing declarations"
)


@blueprint.route("/declarations", methods=["GET"])
@blueprint.response(200, signing_schemas.DeclarationLine(many=True))
@doors.machine("declaration.view")
def index() -> list[dict[str, Any]]:
    """The organisation's declarations, newest first."""
    return [outgoing.declaration(one, checked=False) for one in register.of_holder(doors.actor())]


@blueprint.route("/declarations", methods=["POST"])
@blueprint.arguments(schemas.NewDeclarationSchema)
@blueprint.response(201, signing_schemas.DeclarationOut)
@doors.machine("declaration.draft")
def begin(wanted: dict[str, Any]) -> Any:
    """Open a draft for one patent at one venue, with any of the steps. Needs Idempotency-Key."""
    actor = doors.actor()
    number = doors.once(
        "declaration.draft",
        wanted,
        lambda: task_list.begin(actor, wanted).number,
        key=doors.idempotency_header(),
    )
    return outgoing.declaration(_own(number)), 201, _location(number)


@blueprint.route("/declarations/<number>", methods=["GET"])
@blueprint.response(200, signing_schemas.DeclarationOut)
@doors.machine("declaration.view")
def show(number: str) -> dict[str, Any]:
    """One declaration: its steps, and what still stands against signing it."""
    return outgoing.declaration(_own(number))


@blueprint.route("/declarations/<number>", methods=["PATCH"])
@blueprint.arguments(schemas.StepsSchema)
@blueprint.response(200, signing_schemas.DeclarationOut)
@doors.machine("declaration.draft")
def edit(given: dict[str, Any], number: str) -> dict[str, Any]:
    """Replace the steps that are sent, each as a whole; consents to another text fall."""
    actor = doors.actor()

    def work() -> None:
        for step in STEPS:
            if step in given:
                licenses.save_step(actor, _own(number), step, given[step])

    transaction(work)
    return outgoing.declaration(_own(number))


@blueprint.route("/declarations/<number>/prepare", methods=["POST"])
@blueprint.arguments(schemas.TicksSchema)
@blueprint.response(200, signing_schemas.PreparedOut)
@doors.machine("declaration.draft")
def prepare(ticks: dict[str, Any], number: str) -> dict[str, Any]:
    """Keep the ticks and say what the declarant signs: text, digest, statement and its exact bytes."""
    actor = doors.actor()
    transaction(lambda: licenses.tick(actor, _own(number), ticks))
    declaration = _own(number)
    shown = assembly.present(declaration)
    statement = licenses.prepare(actor, declaration)
    return outgoing.prepared(statement, text=shown.text_zh, digest=shown.digest)


@blueprint.route("/declarations/<number>/submission", methods=["POST"])
@blueprint.arguments(signing_schemas.SubmissionSchema)
@blueprint.response(201, signing_schemas.DeclarationOut)
@doors.machine("declaration.sign")
def submit(given: dict[str, Any], number: str) -> Any:
    """Hand the signed declaration in. Needs Idempotency-Key; 409 when the text has changed since."""
    actor = doors.actor()
    signature = parties.parse_signature(given["signature"])

    def work() -> str:
        licenses.tick(actor, _own(number), {name: given[name] for name in TICKS})
        declaration = _own(number)
        if assembly.present(declaration).digest != given["digest"]:
            raise Conflict("stale_digest", "digest")
        statement = parties.external(actor, given["kid"], signature, licenses.prepare(actor, declaration))
        licenses.submit(actor, declaration, statement, digest=given["digest"])
        return number

    doors.once("declaration.submit", {"number": number, **given}, work, key=doors.idempotency_header())
    return outgoing.declaration(_own(number)), 201, _location(number)


def _own(number: str) -> Declaration:
    declaration = register.find(number)
    allow(doors.actor(), "declaration.view", declaration)
    return declaration


def _location(number: str) -> dict[str, str]:
    return {"Location": url_for("declarations-api.show", number=number)}
