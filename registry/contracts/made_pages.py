"""A file somebody asked for: how far it has come, and the file itself."""

from uuid import UUID

import flask
from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from registry.contracts import disclosure, made_files, register, schemas
from registry.contracts.models import Contract
from registry.contracts.registration_pages import own
from registry.database import transaction
from registry.forms import load, nested
from registry.parties import doors
from registry.parties.permissions import allow

blueprint = flask.Blueprint("made_files", __name__)


@blueprint.post("/contracts/<number>/disclosure")
@doors.signed_in
def disclose(number: str) -> ResponseReturnValue:
    """Have the bundle and its sheet made that open what was picked, and no more."""
    actor = doors.actor()
    chosen = load(schemas.DisclosureSchema, nested(doors.form_data()))["show"]
    made_id = transaction(lambda: disclosure.ask(actor, own(number), chosen).id)
    return redirect(url_for("made_files.show", number=number, made_id=made_id), 303)


@blueprint.get("/contracts/<number>/made/<uuid:made_id>")
@doors.signed_in
def show(number: str, made_id: UUID) -> ResponseReturnValue:
    contract = own(number)
    row = made_files.find(doors.actor(), contract, made_id)
    return render_template("contracts/made.html", contract=contract, made=row, state=made_files.state(row))


@blueprint.get("/contracts/<number>/made/<uuid:made_id>.zip")
@doors.signed_in
def download(number: str, made_id: UUID) -> Response:
    """The same bytes every time. Raises Conflict while the worker makes them."""
    return made_response(own(number), made_id)


def made_response(contract: Contract, made_id: UUID) -> Response:
    """The file as an attachment."""
    register.check_kept(contract)
    row = made_files.find(doors.actor(), contract, made_id)
    if row.kind == made_files.DISCLOSURE:
        allow(doors.actor(), "contract.disclose", contract)
    response = doors.plain_response(made_files.content(row), made_files.ZIP)
    return doors.named(response, f"{contract.number}-{row.kind}.zip")
