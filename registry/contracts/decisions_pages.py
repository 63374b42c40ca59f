"""What waits for the venue's decision: open questions, acceptances in manual review; each answered with
reasons.
"""

from typing import Any
from uuid import UUID

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.contracts import decisions, payments, schemas
from registry.contracts import service as contracts
from registry.contracts.debts import START
from registry.contracts.models import Acceptance, Decision
from registry.contracts.pages import again, own
from registry.errors import Refused
from registry.forms import FormState, labels, load, nested
from registry.parties import doors
from registry.parties import service as parties
from registry.parties.permissions import allow

blueprint = flask.Blueprint("decisions", __name__)


@blueprint.get("/venue/decisions")
@doors.signed_in
def index() -> ResponseReturnValue:
    actor = doors.actor()
    allow(actor, "acceptance.decide", actor)
    found = decisions.open_of_venue(actor)
    return render_template(
        "contracts/decisions.html",
        found=[(one, decisions.acceptance_of(one)) for one in found],
        reviews=contracts.in_review(actor),
    )


@blueprint.get("/venue/decisions/<uuid:decision_id>")
@doors.signed_in
def show(decision_id: UUID) -> ResponseReturnValue:
    found = _decision(decision_id)
    payment = decisions.payment_of(found, decisions.acceptance_of(found))
    known: dict[str, Any] = {}
    if payment is not None:
        amount = payment.claimed_amount if payment.arrived_amount is None else payment.arrived_amount
        known = {"amount": amount, "arrived_on": payment.arrived_on or payment.claimed_on}
    return _page(found, FormState(known))


@blueprint.post("/venue/decisions/<uuid:decision_id>")
@doors.signed_in
def decide(decision_id: UUID) -> ResponseReturnValue:
    try:
        _decide(decision_id, load(schemas.DecisionSchema, nested(request.form)))
    except Refused as refused:
        return again(refused, schemas.DecisionSchema, lambda form: _page(_decision(decision_id), form))
    return redirect(url_for("decisions.show", decision_id=decision_id), 303)


def _decide(decision_id: UUID, given: dict[str, Any]) -> None:
    actor, password = doors.actor(), given.pop("password")
    clock_time = given.pop("arrived_time")
    asked = {"decision": str(decision_id), **given}
    if doors.first("acceptance.decide", asked):
        return
    facts = {**given, "arrived_at": schemas.instant_of(given["arrived_on"], clock_time)}
    found = _decision(decision_id)
    act = decisions.decide_act(actor, found, facts)
    statement = parties.sign(actor, password, act.statement)
    doors.submit(
        "acceptance.decide",
        asked,
        lambda: str(decisions.decide(actor, _decision(decision_id), facts, act, statement).id),
    )


def _page(found: Decision, form: FormState) -> str:
    acceptance = decisions.acceptance_of(found)
    later = decisions.later_payment(found)
    due = START if later is None else later.due_key
    return render_template(
        "contracts/decision.html",
        due=due,
        decision=found,
        acceptance=acceptance,
        outcomes=decisions.outcomes(found, acceptance),
        outstanding=payments.outstanding(acceptance, due),
        form=FormState(form.values, form.errors, form.labels or labels(schemas.DecisionSchema)),
    )


def _decision(decision_id: UUID) -> Decision:
    found = decisions.find(decision_id)
    allow(doors.actor(), "acceptance.decide", decisions.acceptance_of(found))
    return found


# --- a party outside the mainland --------------------------------------------------------------------


@blueprint.route("/acceptances/<number>/review", methods=["GET", "POST"])
@doors.signed_in
def review(number: str) -> ResponseReturnValue:
    acceptance = own(number)
    allow(doors.actor(), "acceptance.review", acceptance)
    if request.method == "GET":
        return _review(acceptance, FormState())
    try:
        given = load(schemas.ReviewSchema, nested(request.form))
        doors.submit("acceptance.review", {"number": number, **given}, lambda: _reviewed(number, given))
    except Refused as refused:
        return again(refused, schemas.ReviewSchema, lambda form: _review(own(number), form))
    return redirect(url_for("contracts.show", number=number), 303)


def _reviewed(number: str, given: dict[str, Any]) -> str:
    verb = contracts.clear if given["verdict"] == "clear" else contracts.refuse_review
    verb(doors.actor(), own(number), reason=given["reason"])
    return number


def _review(acceptance: Acceptance, form: FormState) -> str:
    shown = FormState(form.values, form.errors, form.labels or labels(schemas.ReviewSchema))
    return render_template("contracts/review.html", acceptance=acceptance, form=shown)
