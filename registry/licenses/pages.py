"""A holder's declarations: list, start, task list and steps, text, the sheet for CNIPA's own form."""

from typing import Any

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from registry import clock, history, language, problems
from registry.database import db
from registry.errors import Refused
from registry.forms import FormState, labels, nested
from registry.licenses import (
    assembly,
    holdings,
    offers,
    register,
    schemas,
    task_list,
    term_sets,
    timeline,
    words,
)
from registry.licenses import service as licenses
from registry.licenses.models import Declaration
from registry.licenses.service import STEPS
from registry.parties import attachments, doors
from registry.parties.models import Venue
from registry.parties.permissions import allow
from registry.patents import service as patents

blueprint = flask.Blueprint("licenses", __name__)
STEP = f"<any({', '.join(STEPS)}):step>"
MORE_ROWS = 2
USUAL_FEE = {"tax_included": True, "royalty": {"inspection": True, "minimum_due_at_start": False}}
"""What is ticked beforehand on the fee's page; the holder sees it and may change it."""
blueprint.add_app_template_global(words.options, "options")
blueprint.add_app_template_filter(words.tone)
for spoken in (words.fee_words, words.rule_name, words.evidence, words.word):
    blueprint.add_app_template_filter(language.late(spoken))


@blueprint.get("/declarations")
@doors.signed_in
def index() -> ResponseReturnValue:
    """One's declarations, narrowed as asked; a long list in pages."""
    shown = request.args.get("state", "")
    held = holdings.of_holder(doors.actor(), shown=shown, page=request.args.get("page", 1, type=int))
    return render_template(
        "licenses/index.html", held=held, shown=shown, groups=("", *words.GROUPS, holdings.CONSENTS)
    )


@blueprint.route("/declarations/new", methods=["GET", "POST"])
@doors.signed_in
def start() -> ResponseReturnValue:
    actor = doors.actor()
    if request.method == "GET":
        return _start(FormState({name: request.args.get(name, "") for name in ("patent", "term_set")}))
    posted = attachments.received()
    try:
        wanted = posted.load(schemas.NewDeclarationSchema)
        number = doors.submit("declaration.draft", wanted, lambda: task_list.begin(actor, wanted).number)
    except Refused as refused:
        form = posted.failed(refused, schemas.NewDeclarationSchema)
        return _start(form), problems.status(refused)
    return redirect(url_for("licenses.show", number=number), 303)


def _start(form: FormState) -> str:
    venues = db.session.scalars(select(Venue).order_by(Venue.code)).all()
    return render_template(
        "licenses/start.html",
        form=form,
        patents=patents.of_holder(doors.actor()),
        venues=venues,
        term_sets=term_sets.of_holder(doors.actor()),
    )


@blueprint.get("/declarations/<number>")
@doors.signed_in
def show(number: str) -> ResponseReturnValue:
    declaration = own(number)
    if declaration.state not in assembly.EDITABLE:
        return render_template("licenses/show.html", **_standing(declaration))
    found = task_list.problems(declaration)
    tasks = task_list.tasks(declaration, found)
    return render_template(
        "licenses/tasks.html", declaration=declaration, tasks=tasks, ready=task_list.ready(tasks),
        reasons=timeline.reasons(declaration),
    )  # fmt: skip


@blueprint.get(f"/declarations/<number>/{STEP}")
@doors.signed_in
def step(number: str, step: str) -> ResponseReturnValue:
    declaration = own(number)
    answers = declaration.draft.get(step) or {}
    if step == "fee" and "method" in request.args and request.args["method"] != answers.get("method"):
        answers = {**USUAL_FEE, "method": request.args["method"]}  # another method has other fields
    return _step(declaration, step, FormState({step: answers}))


@blueprint.post(f"/declarations/<number>/{STEP}")
@doors.signed_in
def save(number: str, step: str) -> ResponseReturnValue:
    actor, posted = doors.actor(), attachments.received()
    schema = schemas.StepsSchema(only=(step,))
    if request.form.get("_more"):
        return _step(own(number), step, FormState(nested(posted.form)), more=True)
    try:
        answers = posted.load(schema, {step: {}})[step]

        def work() -> str:
            licenses.save_step(actor, own(number), step, answers)
            return number

        doors.submit("declaration.step", {"number": number, step: answers}, work)
    except Refused as refused:
        return _step(own(number), step, posted.failed(refused, schema)), problems.status(refused)
    left = task_list.of_step(task_list.problems(own(number)), step)
    if any(one.code not in task_list.WAITING for one in left) or task_list.of_words(own(number), step):
        return redirect(url_for("licenses.step", number=number, step=step, saved=1), 303)
    return redirect(url_for("licenses.show", number=number), 303)


def _step(declaration: Declaration, step: str, form: FormState, *, more: bool = False) -> str:
    found = task_list.problems(declaration) if declaration.draft.get(step) and not form.errors else ()
    names = form.labels or labels(schemas.StepsSchema)
    words = task_list.of_words(declaration, step) if not form.errors else ()
    return render_template(
        f"licenses/steps/{step}.html",
        declaration=declaration,
        about=f"{declaration.number} · {declaration.patent.title}",
        home=url_for("licenses.show", number=declaration.number),
        home_words=_("任务列表"),
        step=step,
        title=task_list.TITLES[step],
        form=FormState(form.values, form.errors, names, words),
        problems=task_list.of_step(found, step),
        warnings=task_list.of_step(task_list.warnings(declaration), step) if not form.errors else (),
        more=2 * MORE_ROWS if more else MORE_ROWS,
        **_particulars(declaration, step),
    )


def _particulars(declaration: Declaration, step: str) -> dict[str, Any]:
    """What one step's page shows beside its form."""
    if step == "term":
        last_day = patents.last_day(declaration.patent)
        return {"patent_last_day": last_day, "line": timeline.line(declaration.draft.get("term"), last_day)}
    if step == "fee":
        return {"choosing": FormState({"method": (declaration.draft.get("fee") or {}).get("method")})}
    if step == "owners":
        return {"declarant": assembly.declarant_position(declaration)}
    if step == "account":
        return {"fee_method": (declaration.draft.get("fee") or {}).get("method")}
    if step == "declarant":
        return {"holder": declaration.holder, "several_owners": len(declaration.patent.owners) > 1}
    return {}


@blueprint.get("/declarations/<number>/text")
@doors.signed_in
def text(number: str) -> ResponseReturnValue:
    declaration = own(number)
    return render_template("licenses/text.html", declaration=declaration, public=assembly.public(declaration))


@blueprint.get("/declarations/<number>/sheet")
@doors.signed_in
def sheet(number: str) -> ResponseReturnValue:
    """The values to copy into CNIPA's own form, in its order of items (GL 3.3) and always in Chinese."""
    declaration = own(number)
    fields = assembly.public(declaration).fields
    with force_locale("zh"):
        method, fee = words.word(fields["fee"]["method"], "method"), words.fee_words(fields["fee"])
    return render_template(
        "licenses/sheet.html", declaration=declaration, fields=fields, method=method, fee=fee
    )


def _standing(declaration: Declaration) -> dict[str, Any]:
    published = declaration.published_seq is not None
    return {
        "declaration": declaration,
        "public": assembly.public(declaration),
        "standing": offers.standing(declaration) if published else None,
        "history": timeline.moves(history.of(declaration)),
        "today": clock.today(),
        "reviewed_by": timeline.reviewed_by(declaration),
        "reasons": timeline.reasons(declaration),
    }


def own(number: str) -> Declaration:
    """A declaration the actor may see. Raises NotFound."""
    declaration = register.find(number)
    allow(doors.actor(), "declaration.view", declaration)
    return declaration
