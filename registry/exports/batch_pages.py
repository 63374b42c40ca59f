"""A batch's own page: download and hand over, type in one contract after another, take one back."""

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry import forms, problems
from registry.contracts import register
from registry.contracts.registration_form import COLUMNS, RESULT_KEYS
from registry.errors import Refused
from registry.exports import service as exports
from registry.exports.download import archive_response
from registry.exports.models import Batch
from registry.exports.schemas import TakeBackSchema
from registry.forms import FormState
from registry.parties import doors

blueprint = flask.Blueprint("batches", __name__)


@blueprint.get("/venue/batches/<number>")
@doors.signed_in
def show(number: str) -> ResponseReturnValue:
    return _show(exports.find(doors.actor(), number), FormState())


@blueprint.get("/venue/batches/<number>/archive")
@doors.signed_in
def archive(number: str) -> ResponseReturnValue:
    """The stored archive; the same bytes every time."""
    return archive_response(exports.find(doors.actor(), number))


@blueprint.get("/venue/batches/<number>/rekey/<int:position>")
@doors.signed_in
def rekey(number: str, position: int) -> ResponseReturnValue:
    """One contract a screen, in the order of the form, each value ready to be copied."""
    batch = exports.find(doors.actor(), number)
    item = exports.item(batch, position)
    register.check_kept(item.contract)
    return render_template(
        "exports/rekey.html",
        batch=batch,
        item=item,
        columns=[column for column in COLUMNS if column.key not in RESULT_KEYS],
    )


@blueprint.post("/venue/batches/<number>/rekey/<int:position>")
@doors.signed_in
def submitted(number: str, position: int) -> ResponseReturnValue:
    """This contract is typed in and handed over; on to the next."""
    actor = doors.actor()

    def work() -> str:
        exports.submitted(actor, exports.find(actor, number), position)
        return f"{number}/{position}"

    doors.submit("batch.submitted", {"batch": number, "position": position}, work)
    batch = exports.find(actor, number)
    if position < batch.count:
        return redirect(url_for("batches.rekey", number=number, position=position + 1), 303)
    return redirect(url_for("batches.show", number=number), 303)


@blueprint.post("/venue/batches/<number>/back/<int:position>")
@doors.signed_in
def take_back(number: str, position: int) -> ResponseReturnValue:
    actor = doors.actor()
    try:
        reason = forms.load(TakeBackSchema, forms.nested(doors.form_data()))["reason"]

        def work() -> str:
            exports.take_back(actor, exports.find(actor, number), position, reason)
            return f"{number}/{position}"

        doors.submit("batch.take_back", {"batch": number, "position": position, "reason": reason}, work)
    except Refused as refused:
        form = FormState.failed(request.form, refused, TakeBackSchema)
        return _show(exports.find(actor, number), form), problems.status(refused)
    return redirect(url_for("batches.show", number=number), 303)


def _show(batch: Batch, form: FormState) -> str:
    return render_template("exports/batch.html", batch=batch, form=form)
