"""For the venue's staff: what the worker gave up, and a paper printed anew for a reason."""

from uuid import UUID

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.contracts import papers_shown, reissue, schemas
from registry.contracts.pages import again as once_more
from registry.contracts.registration_pages import own
from registry.database import transaction
from registry.errors import Refused
from registry.forms import FormState, labels, load, nested
from registry.parties import doors
from registry.parties.permissions import allow

blueprint = flask.Blueprint("printing", __name__)


@blueprint.get("/venue/printing")
@doors.signed_in
def index() -> ResponseReturnValue:
    actor = doors.actor()
    allow(actor, "contract.reissue", actor)
    return render_template("contracts/printing.html", found=reissue.given_up(actor))


@blueprint.post("/contracts/<number>/papers/again")
@doors.signed_in
def again(number: str) -> ResponseReturnValue:
    """The worker tries once more what it gave up."""
    actor = doors.actor()
    transaction(lambda: reissue.again(actor, own(number)))
    return redirect(url_for("registration.show", number=number, _anchor="papers"), 303)


@blueprint.get("/contracts/<number>/papers/<uuid:paper_id>/reissue")
@doors.signed_in
def ask(number: str, paper_id: UUID) -> ResponseReturnValue:
    return _page(number, paper_id, FormState())


@blueprint.post("/contracts/<number>/papers/<uuid:paper_id>/reissue")
@doors.signed_in
def print_anew(number: str, paper_id: UUID) -> ResponseReturnValue:
    """Another edition; the one before stays and is handed out as superseded."""
    actor = doors.actor()

    def work() -> str:
        contract = own(number)
        reissue.reissue(actor, contract, papers_shown.row(contract, paper_id), **given)
        return number

    try:
        given = load(schemas.ReissueSchema, nested(request.form))
        doors.submit("paper.reissue", {"number": number, "paper": str(paper_id), **given}, work)
    except Refused as refused:
        return once_more(refused, schemas.ReissueSchema, lambda form: _page(number, paper_id, form))
    return redirect(url_for("registration.show", number=number, _anchor="papers"), 303)


def _page(number: str, paper_id: UUID, form: FormState) -> str:
    contract = own(number)
    allow(doors.actor(), "contract.reissue", contract)
    return render_template(
        "contracts/reissue.html",
        contract=contract,
        paper=papers_shown.row(contract, paper_id),
        form=FormState(form.values, form.errors, form.labels or labels(schemas.ReissueSchema)),
    )
