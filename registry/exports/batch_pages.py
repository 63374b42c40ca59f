"""A batch's own page: download and hand over, type in one contract after another, take one back."""

from typing import Any

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry import forms, problems
from registry.contracts import register
from registry.contracts.registration_form import COLUMNS, RESULT_KEYS
from registry.errors import Refused
from registry.exports import places, ticks
from registry.exports import service as exports
from registry.exports.download import archive_response, csv_response
from registry.exports.models import Batch
from registry.exports.rules import PlaceState
from registry.exports.schemas import TakeBackSchema
from registry.exports.standings import refusal
from registry.exports.sums import GROUPS
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
    item = places.item(batch, position)
    register.check_kept(item.contract)
    days = ticks.date_form(item, request.args.get("days", ""))
    typed = request.args.get("fields", "") == "typed"
    listed = [column for column in COLUMNS if column.key not in RESULT_KEYS]
    done = ticks.ticked(doors.actor(), batch)
    return render_template(
        "exports/rekey.html",
        batch=batch,
        item=item,
        before=places.next_position(batch, position, step=-1),
        after=places.next_position(batch, position),
        columns=[column for column in listed if column.typed or not typed],
        values=ticks.values(item.row["form"], days),
        days=days,
        typed=typed,
        done=position in done,
        ticked=len(done),
    )


@blueprint.post("/venue/batches/<number>/rekey/<int:position>/tick")
@doors.signed_in
def tick(number: str, position: int) -> ResponseReturnValue:
    """This clerk has typed the contract in, or has not after all; on to the next when it is done."""
    actor, done = doors.actor(), request.form.get("done") == "yes"

    def work() -> str:
        batch = exports.find(actor, number)
        places.item(batch, position)
        ticks.tick(actor, batch, position, done=done)
        return f"{number}/{position}"

    doors.submit("batch.tick", {"batch": number, "position": position, "done": done}, work)
    batch = exports.find(actor, number)
    kept: dict[str, Any] = {key: request.args[key] for key in ("days", "fields") if key in request.args}
    after = places.next_position(batch, position) if done else None
    return redirect(url_for("batches.rekey", number=number, position=after or position, **kept), 303)


@blueprint.post("/venue/batches/<number>/rekey/<int:position>")
@doors.signed_in
def submitted(number: str, position: int) -> ResponseReturnValue:
    """This contract is typed in and handed over; on to the next."""
    actor = doors.actor()

    def work() -> str:
        exports.submitted(actor, exports.find(actor, number), position)
        return f"{number}/{position}"

    doors.submit("batch.submitted", {"batch": number, "position": position}, work)
    after = places.next_position(exports.find(actor, number), position)
    if after is not None:
        return redirect(url_for("batches.rekey", number=number, position=after), 303)
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
        return _show(exports.find(actor, number), form, position), problems.status(refused)
    return redirect(url_for("batches.show", number=number), 303)


@blueprint.post("/venue/batches/<number>/go-on")
@doors.signed_in
def go_on(number: str) -> ResponseReturnValue:
    """The worker had given up: let it try again from where it was."""
    actor = doors.actor()

    def work() -> str:
        exports.go_on(actor, exports.find(actor, number))
        return number

    doors.submit("batch.go_on", {"batch": number}, work)
    return redirect(url_for("batches.show", number=number), 303)


@blueprint.get("/venue/batches/<number>/rekey.csv")
@doors.signed_in
def csv(number: str) -> ResponseReturnValue:
    """The list as CSV, in UTF-8 or, for programs that ask for it, GB18030."""
    batch = exports.find(doors.actor(), number)
    return csv_response(batch, "gb18030" if request.args.get("encoding") == "gb18030" else "utf-8")


def _show(batch: Batch, form: FormState, taken_back: int = 0) -> str:
    page = max(request.args.get("page", 1, type=int), 1)
    found = places.page(batch, page)
    return render_template(
        "exports/batch.html",
        batch=batch,
        form=form,
        items=found.items,
        page=page,
        pages=found.pages,
        refused=places.items(batch, PlaceState.REFUSED, limit=places.MOST_REFUSED),
        reason=refusal,
        counts=places.counts(batch),
        stuck=places.stuck(batch),
        groups=GROUPS,
        taken_back=taken_back,
    )
