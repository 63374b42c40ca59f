"""Taking the list, page by page: who and what for, every text and one signature, then what stands and what to
pay. The same three pages as of one license.
"""

from collections.abc import Mapping
from typing import Any

import flask
from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registry import language, problems
from registry.contracts import basket, checkout, joint_payments, preview, schemas
from registry.contracts import service as contracts
from registry.contracts.basket_models import Checkout
from registry.contracts.basket_schemas import ListSigningSchema, TakeSchema
from registry.contracts.pages import FIGURES, again, known
from registry.contracts.payments import outstanding
from registry.contracts.rules import AcceptanceState
from registry.database import transaction
from registry.errors import Conflict, Refused
from registry.forms import FormState, labels, load, nested
from registry.parties import approvals, doors
from registry.parties import service as parties
from registry.parties.permissions import allow
from registry.parties.rules import Act

blueprint = flask.Blueprint("checkout", __name__)


# --- page 1: who takes them, for what ----------------------------------------------------------------


@blueprint.get("/basket/accept")
@doors.signed_in
def ask() -> ResponseReturnValue:
    return _ask(FormState(known()))


@blueprint.post("/basket/accept")
@doors.signed_in
def draft() -> ResponseReturnValue:
    try:
        given = load(TakeSchema, nested(doors.form_data()))
        number = doors.submit("checkout.draft", given, lambda: _draft(given))
    except Conflict as conflict:
        if conflict.code != "list_changed":
            raise
        return redirect(url_for("basket.show"), 303)
    except Refused as refused:
        if refused.field.startswith("lines"):
            return redirect(url_for("basket.show"), 303)  # the list itself says which line, and why
        return again(refused, TakeSchema, _ask)
    return redirect(url_for("checkout.check", number=number), 303)


def _draft(given: Mapping[str, Any]) -> str:
    actor = doors.actor()
    said = schemas.answers({name: value for name, value in given.items() if name != "uses"})
    wanted = [
        (one, {**said, "use": given["uses"].get(one.number) or said["use"]}) for one in basket.take(actor)
    ]
    return checkout.draft(actor, wanted).number


def _ask(form: FormState) -> ResponseReturnValue:
    actor = doors.actor()
    found = basket.of(actor)
    if not found.takeable or found.unconfirmed:
        return redirect(url_for("basket.show"), 303)
    return render_template(
        "contracts/take_list.html",
        basket=found,
        licensee=parties.organisation_of(actor),
        form=FormState(form.values, form.errors, form.labels or labels(TakeSchema)),
    )


# --- page 2: the texts, and one signature ------------------------------------------------------------


@blueprint.get("/checkouts/<number>/check")
@doors.signed_in
def check(number: str) -> ResponseReturnValue:
    found = own(number)
    if found.sent_at is not None:
        return redirect(url_for("checkout.show", number=number), 303)
    return _check(found, FormState(found.acceptances[0].answers))


@blueprint.post("/checkouts/<number>/check")
@doors.signed_in
def send(number: str) -> ResponseReturnValue:
    if own(number).sent_at is not None:
        return redirect(url_for("checkout.show", number=number), 303)  # a second press shows the first result
    try:
        _send(number, load(ListSigningSchema, nested(doors.form_data())))
    except Refused as refused:
        if isinstance(refused, Conflict) or refused.field.startswith("lines."):
            return _stopped(number, refused)
        return again(refused, ListSigningSchema, lambda form: _check(own(number), form))
    return redirect(url_for("checkout.show", number=number), 303)


@blueprint.post("/checkouts/<number>/refresh")
@doors.signed_in
def refresh(number: str) -> ResponseReturnValue:
    """Read the offers' present texts: all notices are prepared anew."""
    actor = doors.actor()
    try:
        transaction(lambda: checkout.redraft(actor, own(number)).number)
    except Refused as refused:
        return _stopped(number, refused)
    return redirect(url_for("checkout.check", number=number), 303)


def _send(number: str, given: Mapping[str, Any]) -> None:
    """Keep the figures, sign once outside any transaction what they complete, send once."""
    actor, found = doors.actor(), own(number)
    allow(actor, "acceptance.send", found)
    if not given["consent"]:
        raise Refused("consent_data", "consent", "PIPL 13, 23")
    if checkout.text_digest(found) != given["digest"]:
        raise Conflict("stale_digest", "digest", number=number)
    checkout.check_current(found)
    figures = schemas.answers({name: given[name] for name in FIGURES})
    first, answers = found.acceptances[0], found.acceptances[0].answers
    other_signer = not contracts.prepared_for(actor, first)  # who prepared it does not sign it
    if other_signer or any(answers.get(name, "") != value for name, value in figures.items()):
        transaction(lambda: checkout.redraft(actor, own(number), figures).number)
    listed = checkout.listed(own(number))
    statements = parties.sign_list(actor, given["password"], listed)
    doors.submit(
        "checkout.send",
        {"number": number, "root": listed.root.hex()},
        lambda: checkout.send(actor, own(number), statements).number,
    )


def _check(found: Checkout, form: FormState) -> ResponseReturnValue:
    stops = checkout.stops(found)
    if stops:
        return _stopped(found.number, next(iter(stops.values())))
    shown = [(one, preview.of(one, language.current())) for one in found.acceptances]
    return render_template(
        "contracts/check_list.html",
        checkout=found,
        approval=approvals.standing(doors.actor(), Act.LIST, found.number),
        shown=shown,
        contracts=checkout.contracts_of(found),
        sums=checkout.sums(found),
        digest=checkout.text_digest(found),
        form=FormState(form.values, form.errors, form.labels or labels(ListSigningSchema)),
    )


def _stopped(number: str, refused: Refused) -> ResponseReturnValue:
    """One line has changed or closed: the whole stays unsent, and each such line says why."""
    found = own(number)
    if found.sent_at is not None:
        return redirect(url_for("checkout.show", number=number), 303)
    page = render_template(
        "contracts/list_stopped.html", checkout=found, stops=checkout.stops(found), refused=refused
    )
    return page, problems.status(refused)


# --- page 3: what stands, and what to pay ------------------------------------------------------------


@blueprint.get("/checkouts/<number>")
@doors.signed_in
def show(number: str) -> ResponseReturnValue:
    found = own(number)
    if found.sent_at is None:
        return redirect(url_for("checkout.check", number=number), 303)
    alone = [
        one
        for one in found.acceptances
        if one.state == AcceptanceState.AWAITING_PAYMENT and joint_payments.of(one) is None
    ]
    return render_template(
        "contracts/checkout.html",
        checkout=found,
        contracts=checkout.contracts_of(found),
        transfers=[
            (one, joint_payments.open_lines(one), joint_payments.rest(one), joint_payments.account(one))
            for one in found.transfers
        ],
        alone=alone,
        outstanding=outstanding,
    )


def own(number: str) -> Checkout:
    """A list of the actor's own organisation. Raises NotFound."""
    found = checkout.find(number)
    allow(doors.actor(), "checkout.view", found)
    return found
