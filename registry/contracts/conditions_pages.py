"""A condition in words, page by page: the patentee states that it is met, the licensee asks the venue."""

from typing import Any

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.contracts import condition_schemas, conditions, register
from registry.contracts.models import Acceptance
from registry.contracts.pages import again, own, side_of
from registry.errors import NotFound, Refused
from registry.forms import FormState, labels, load, nested
from registry.parties import doors
from registry.parties import service as parties
from registry.parties.permissions import allow

blueprint = flask.Blueprint("conditions", __name__)
VERBS = {register.HOLDER: "acceptance.meet", register.LICENSEE: "acceptance.ask"}


@blueprint.get("/acceptances/<number>/condition")
@doors.signed_in
def show(number: str) -> ResponseReturnValue:
    return _page(_mine(number), FormState())


@blueprint.post("/acceptances/<number>/condition")
@doors.signed_in
def state(number: str) -> ResponseReturnValue:
    acceptance = _mine(number)
    meets = side_of(acceptance) == register.HOLDER
    schema = condition_schemas.MetSchema if meets else condition_schemas.AskSchema
    try:
        given = load(schema, nested(request.form))
        _meet(number, given) if meets else _ask(number, given)
    except Refused as refused:
        return again(refused, schema, lambda form: _page(_mine(number), form))
    return redirect(url_for("contracts.show", number=number), 303)


def _meet(number: str, given: dict[str, Any]) -> None:
    actor, password = doors.actor(), given.pop("password")
    asked = {"number": number, **given}
    if doors.first("acceptance.meet", asked):
        return
    act = conditions.meet_act(actor, own(number), given)
    statement = parties.sign(actor, password, act.statement)
    doors.submit(
        "acceptance.meet",
        asked,
        lambda: conditions.meet(actor, own(number), given, act, statement).number,
    )


def _ask(number: str, given: dict[str, Any]) -> None:
    doors.submit(
        "condition.ask",
        {"number": number, **given},
        lambda: str(conditions.ask(doors.actor(), own(number), reason=given["reason"]).id),
    )


def _mine(number: str) -> Acceptance:
    """Of the two parties, and only while such a condition is waited for. Raises NotFound."""
    acceptance = own(number)
    side = side_of(acceptance)
    if side not in VERBS or not conditions.waits(acceptance):
        raise NotFound("not_found")
    allow(doors.actor(), VERBS[side], acceptance)
    return acceptance


def _page(acceptance: Acceptance, form: FormState) -> str:
    meets = side_of(acceptance) == register.HOLDER
    schema = condition_schemas.MetSchema if meets else condition_schemas.AskSchema
    return render_template(
        "contracts/condition.html",
        acceptance=acceptance,
        words=conditions.words(acceptance),
        meets=meets,
        form=FormState(form.values, form.errors, form.labels or labels(schema)),
    )
