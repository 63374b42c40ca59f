"""The patent's present state and evaluation report: steps 2 and 3 of a declaration, kept with the patent."""

from uuid import UUID

import flask
from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from registry import problems
from registry.errors import Refused
from registry.forms import FormState, labels
from registry.licenses.bars import BARS
from registry.parties import attachments, doors
from registry.patents import questions, schemas
from registry.patents import service as patents
from registry.patents.models import Patent
from registry.text import local_path

blueprint = flask.Blueprint("patent_state", __name__)


@blueprint.route("/patents/<number>/state", methods=["GET", "POST"])
@doors.signed_in
def state(number: str) -> ResponseReturnValue:
    actor = doors.actor()
    patent = patents.own(actor, number)
    if request.method == "GET":
        form = FormState(questions.answers(patent), labels=labels(schemas.StateSchema))
        return _state(patent, form)
    posted = attachments.received()
    try:
        loaded = posted.load(schemas.StateSchema, {name: {} for name in schemas.QUESTIONS})
        stated = questions.yes(loaded)

        def work() -> str:
            row = patents.own(actor, number)
            patents.set_state(
                actor,
                row,
                annuity_paid_to=loaded["annuity_paid_to"],
                annuity_upload=_new(loaded["annuity_upload"], row.annuity_upload),
                facts=questions.facts(loaded, row),
            )
            return row.number

        try:
            doors.submit("patent.state", {"number": number, **loaded}, work)
        except Refused as refused:
            raise _asked(refused, stated)
    except Refused as refused:
        form = posted.failed(refused, schemas.StateSchema)
        return _state(patents.own(actor, number), form), problems.status(refused)
    return redirect(_next(number), 303)


@blueprint.route("/patents/<number>/report", methods=["GET", "POST"])
@doors.signed_in
def report(number: str) -> ResponseReturnValue:
    actor = doors.actor()
    if request.method == "GET":
        return _report(patents.own(actor, number), FormState(labels=labels(schemas.ReportSchema)))
    posted = attachments.received()
    try:
        facts = posted.load(schemas.ReportSchema)

        def work() -> str:
            return str(patents.add_report(actor, patents.own(actor, number), facts).id)

        doors.submit("patent.report", {"number": number, **facts}, work)
    except Refused as refused:
        form = posted.failed(refused, schemas.ReportSchema)
        return _report(patents.own(actor, number), form), problems.status(refused)
    return redirect(_next(number), 303)


def _state(patent: Patent, form: FormState) -> str:
    asked = {name: BARS[name.upper()] for name in schemas.QUESTIONS}
    return render_template(
        "licenses/state.html", patent=patent, form=form, asked=asked, kinds=schemas.QUESTIONS, next=_next("")
    )


def _report(patent: Patent, form: FormState) -> str:
    return render_template("licenses/report.html", patent=patent, form=form, next=_next(""))


def _new(given: UUID | None, before: UUID | None) -> UUID | None:
    """A file that was there already need not be the actor's own again."""
    return None if given == before else given


def _asked(refused: Refused, stated: list[str]) -> Refused:
    """The same refusal beside the question its fact came from."""
    head, _, rest = refused.field.partition(".")
    n, _, field = rest.partition(".")
    if head != "facts" or not n.isdigit() or int(n) >= len(stated):
        return refused
    return type(refused)(refused.code, f"{stated[int(n)]}.{field}", refused.article, **refused.params)


def _next(number: str) -> str:
    default = f"/patents/{number}" if number else ""
    wanted = request.form.get("_next") or request.args.get("next", "")
    return local_path(wanted, default) if wanted else default
