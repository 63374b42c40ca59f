"""Term sets: list, make, fill in step by step, take out of use."""

from typing import Any
from uuid import UUID

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry import problems
from registry.errors import Refused
from registry.forms import FormState, labels, load, nested
from registry.licenses import batch_schemas, schemas, task_list, term_sets
from registry.licenses.batch_models import TermSet
from registry.licenses.pages import MORE_ROWS, USUAL_FEE
from registry.parties import attachments, doors
from registry.parties import service as parties

blueprint = flask.Blueprint("term_sets", __name__)
STEP = f"<any({', '.join(term_sets.STEPS)}):step>"


@blueprint.get("/term-sets")
@doors.signed_in
def index() -> ResponseReturnValue:
    return _index(FormState())


@blueprint.post("/term-sets")
@doors.signed_in
def create() -> ResponseReturnValue:
    actor = doors.actor()
    try:
        given = load(batch_schemas.TermSetNameSchema, nested(doors.form_data()))
        found = doors.submit("term_set.create", given, lambda: str(term_sets.create(actor, given["name"]).id))
    except Refused as refused:
        if not refused.field and not hasattr(refused, "refusals"):
            raise
        form = FormState.failed(doors.form_data(), refused, batch_schemas.TermSetNameSchema)
        return _index(form), problems.status(refused)
    return redirect(url_for("term_sets.show", term_set_id=found), 303)


@blueprint.get("/term-sets/<uuid:term_set_id>")
@doors.signed_in
def show(term_set_id: UUID) -> ResponseReturnValue:
    found = term_sets.find(doors.actor(), term_set_id)
    return render_template(
        "licenses/term_sets/show.html",
        one=found,
        steps=[
            (name, task_list.TITLES[name], bool(found.current.steps.get(name))) for name in term_sets.STEPS
        ],
    )


@blueprint.post("/term-sets/<uuid:term_set_id>/retire")
@doors.signed_in
def retire(term_set_id: UUID) -> ResponseReturnValue:
    actor = doors.actor()

    def work() -> str:
        term_sets.retire(actor, term_sets.find(actor, term_set_id))
        return str(term_set_id)

    doors.submit("term_set.retire", {"set": str(term_set_id)}, work)
    return redirect(url_for("term_sets.show", term_set_id=term_set_id), 303)


@blueprint.get(f"/term-sets/<uuid:term_set_id>/{STEP}")
@doors.signed_in
def step(term_set_id: UUID, step: str) -> ResponseReturnValue:
    found = term_sets.find(doors.actor(), term_set_id)
    answers = found.current.steps.get(step) or {}
    if step == "fee" and "method" in request.args and request.args["method"] != answers.get("method"):
        answers = {**USUAL_FEE, "method": request.args["method"]}
    return _step(found, step, FormState({step: answers}))


@blueprint.post(f"/term-sets/<uuid:term_set_id>/{STEP}")
@doors.signed_in
def save(term_set_id: UUID, step: str) -> ResponseReturnValue:
    actor, posted = doors.actor(), attachments.received()
    schema = schemas.StepsSchema(only=(step,))
    found = term_sets.find(actor, term_set_id)
    if request.form.get("_more"):
        return _step(found, step, FormState(nested(posted.form)), more=True)
    try:
        answers = posted.load(schema, {step: {}})[step]

        def work() -> str:
            term_sets.save(actor, term_sets.find(actor, term_set_id), {step: answers})
            return str(term_set_id)

        doors.submit("term_set.step", {"set": str(term_set_id), step: answers}, work)
    except Refused as refused:
        return _step(found, step, posted.failed(refused, schema)), problems.status(refused)
    return redirect(url_for("term_sets.show", term_set_id=term_set_id), 303)


def _index(form: FormState) -> str:
    return render_template(
        "licenses/term_sets/index.html",
        form=FormState(form.values, form.errors, form.labels or labels(batch_schemas.TermSetNameSchema)),
        found=term_sets.of_holder(doors.actor(), retired=True),
    )


def _step(found: TermSet, step: str, form: FormState, *, more: bool = False) -> str:
    return render_template(
        f"licenses/steps/{step}.html",
        step=step,
        title=task_list.TITLES[step],
        about=f"{_('条款模板')} · {found.name}",
        home=url_for("term_sets.show", term_set_id=found.id),
        home_words=found.name,
        form=FormState(form.values, form.errors, form.labels or labels(schemas.StepsSchema)),
        problems=(),
        warnings=(),
        more=2 * MORE_ROWS if more else MORE_ROWS,
        **_particulars(found, form),
    )


def _particulars(found: TermSet, form: FormState) -> dict[str, Any]:
    """What the pages of a declaration's steps show beside their forms, where a set knows it."""
    fee: Any = found.current.steps.get("fee") or {}
    return {
        "fee_method": fee.get("method"),
        "choosing": FormState({"method": form.value("fee.method")}),
        "holder": parties.organisation_of(doors.actor()),
        "several_owners": True,
        "patent_last_day": None,
        "line": (),
    }
