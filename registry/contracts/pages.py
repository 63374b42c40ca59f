"""Taking a license, page by page: who and what for, the text and the signature, then the license or where
to pay.
"""

from collections.abc import Callable, Mapping
from typing import Any

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry import clock, language, money, problems
from registry.contracts import (
    conditions,
    decisions,
    dues,
    duties,
    invoices,
    joint_payments,
    papers_shown,
    payment_requests,
    preview,
    print_progress,
    refunds,
    register,
    rules,
    schemas,
    sealing,
)
from registry.contracts import service as contracts
from registry.contracts.debts import START
from registry.contracts.models import Acceptance
from registry.contracts.payments import outstanding
from registry.contracts.words import choices, due_name, said, tone_of
from registry.database import transaction
from registry.errors import Conflict, Invalid, NotFound, Refused
from registry.forms import FormState, labels, load, nested
from registry.ledger import service as ledger
from registry.ledger.canonical import jcs
from registry.licenses import register as offers
from registry.licenses.models import Declaration
from registry.licenses.offers import standing
from registry.parties import approvals, doors
from registry.parties import service as parties
from registry.parties.permissions import allow, may
from registry.parties.rules import Act

blueprint = flask.Blueprint("contracts", __name__)
FIGURES = ("expected_input", "expected_output")


@blueprint.record_once
def _words(state: Any) -> None:
    state.app.jinja_env.globals.update(
        said=said,
        tone_of=tone_of,
        said_choices=choices,
        today=clock.today,
        capitals=money.capitals,
        due_name=due_name,
    )


# --- page 1: who takes it, for what ------------------------------------------------------------------


@blueprint.get("/offers/<number>/accept")
@doors.signed_in
def ask(number: str) -> ResponseReturnValue:
    declaration = offers.find(number)
    stopped = _stopped(declaration)
    return stopped or _ask(declaration, FormState(known()))


@blueprint.post("/offers/<number>/accept")
@doors.signed_in
def draft(number: str) -> ResponseReturnValue:
    actor = doors.actor()
    try:
        given = schemas.answers(load(schemas.NoticeSchema, nested(request.form)))
        drafted = doors.submit(
            "acceptance.draft",
            {"offer": number, **given},
            lambda: contracts.draft(actor, offers.find(number), given).number,
        )
    except Refused as refused:
        return again(refused, schemas.NoticeSchema, lambda form: _ask(offers.find(number), form))
    return redirect(url_for("contracts.check", number=drafted), 303)


@blueprint.route("/acceptances/<number>/edit", methods=["GET", "POST"])
@doors.signed_in
def edit(number: str) -> ResponseReturnValue:
    actor, acceptance = doors.actor(), own(number)
    allow(actor, "acceptance.draft", acceptance)
    if request.method == "GET":
        return _ask(acceptance.declaration, FormState(acceptance.answers), acceptance)
    try:
        given = schemas.answers(load(schemas.NoticeSchema, nested(request.form)))
        kept = {name: acceptance.answers.get(name, "") for name in FIGURES}
        transaction(lambda: contracts.redraft(actor, own(number), {**given, **kept}).number)
    except Refused as refused:
        return again(
            refused, schemas.NoticeSchema, lambda form: _ask(own(number).declaration, form, own(number))
        )
    return redirect(url_for("contracts.check", number=number), 303)


def _ask(declaration: Declaration, form: FormState, acceptance: Acceptance | None = None) -> str:
    return render_template(
        "contracts/ask.html",
        declaration=declaration,
        acceptance=acceptance,
        licensee=parties.organisation_of(doors.actor()),
        track=standing(declaration),
        form=FormState(form.values, form.errors, form.labels or labels(schemas.NoticeSchema)),
    )


def known() -> dict[str, Any]:
    """What is known already: the organisation's contact, and who acts for a natural person."""
    mine = parties.organisation_of(doors.actor())
    contact = {"name": mine.contact_name, "phone": mine.contact_phone, "email": mine.contact_email}
    said: dict[str, Any] = {"contact": contact, "abroad": mine.outside_mainland}
    return {**said, "capacity": "self"} if mine.is_person else said


def _stopped(declaration: Declaration) -> ResponseReturnValue | None:
    """The page of an obstacle that is known before anybody types: a live license is shown, the rest is its
    own page.
    """
    actor = doors.actor()
    live = contracts.live_license(actor, declaration)
    if live is not None:
        return render_template("contracts/already.html", acceptance=live), 409
    contracts.check_open(actor, declaration)
    return None


# --- page 2: the text, and the signature -------------------------------------------------------------


@blueprint.get("/acceptances/<number>/check")
@doors.signed_in
def check(number: str) -> ResponseReturnValue:
    acceptance = own(number)
    if acceptance.state != rules.AcceptanceState.DRAFTED:
        return redirect(url_for("contracts.show", number=number), 303)
    if acceptance.checkout is not None:
        return redirect(url_for("checkout.check", number=acceptance.checkout.number), 303)
    return _check(acceptance, FormState(acceptance.answers))


@blueprint.post("/acceptances/<number>/check")
@doors.signed_in
def send(number: str) -> ResponseReturnValue:
    if own(number).state != rules.AcceptanceState.DRAFTED:
        return redirect(
            url_for("contracts.show", number=number), 303
        )  # a second press shows the first result
    try:
        _send(number, load(schemas.SigningSchema, nested(request.form)))
    except Conflict as conflict:
        return _moved_on(number, conflict)
    except Refused as refused:
        return again(refused, schemas.SigningSchema, lambda form: _check(own(number), form))
    return redirect(url_for("contracts.show", number=number), 303)


@blueprint.post("/acceptances/<number>/refresh")
@doors.signed_in
def refresh(number: str) -> ResponseReturnValue:
    """Read the offer's present text: the notice is prepared anew."""
    actor = doors.actor()
    transaction(lambda: contracts.redraft(actor, own(number)).number)
    return redirect(url_for("contracts.check", number=number), 303)


def _send(number: str, given: Mapping[str, Any]) -> None:
    """Keep the figures, sign outside any transaction what they complete, send once."""
    actor, acceptance = doors.actor(), own(number)
    allow(actor, "acceptance.send", acceptance)
    if not given["consent"]:
        raise Refused("consent_data", "consent", "PIPL 13, 23")
    if acceptance.version.digest != given["digest"]:
        raise Conflict("stale_digest", "digest", number=number)
    contracts.check_current(acceptance)
    figures = schemas.answers({name: given[name] for name in FIGURES})
    other_signer = not contracts.prepared_for(actor, acceptance)  # who prepared it did not sign it
    if other_signer or any(acceptance.answers.get(name, "") != value for name, value in figures.items()):
        answers = {**acceptance.answers, **figures}
        transaction(lambda: contracts.redraft(actor, own(number), answers).number)
    statement = parties.sign(actor, given["password"], own(number).statement_fields)
    digest = own(number).record_digest
    doors.submit(
        "acceptance.send",
        {"number": number, "record": digest},
        lambda: contracts.accept(actor, own(number), statement).number,
    )


def _check(acceptance: Acceptance, form: FormState) -> ResponseReturnValue:
    try:
        contracts.check_current(acceptance)
    except Conflict as conflict:
        return _moved_on(acceptance.number, conflict)
    return render_template(
        "contracts/check.html",
        acceptance=acceptance,
        approval=approvals.standing(doors.actor(), Act.ACCEPT, acceptance.number),
        licensee=acceptance.licensee,
        preview=preview.of(acceptance, language.current()),
        form=FormState(form.values, form.errors, form.labels or labels(schemas.SigningSchema)),
        standard=acceptance.record["declaration"],
    )


def _moved_on(number: str, conflict: Conflict) -> ResponseReturnValue:
    """The world moved on while the page was read: another text, another live license, or an obstacle with
    its own page.
    """
    acceptance = own(number)
    if conflict.code == "stale_digest":
        return render_template("contracts/stale.html", acceptance=acceptance), 409
    if conflict.code == "already_sent":
        return redirect(url_for("contracts.show", number=number), 303)
    live = contracts.live_license(doors.actor(), acceptance.declaration)
    if conflict.code == "already_licensed" and live is not None:
        return render_template("contracts/already.html", acceptance=live), 409
    raise conflict


# --- page 3: the license, or what it waits for -------------------------------------------------------


@blueprint.get("/acceptances/<number>")
@doors.signed_in
def show(number: str) -> ResponseReturnValue:
    acceptance = own(number)
    if acceptance.state == rules.AcceptanceState.DRAFTED:
        return redirect(url_for("contracts.check", number=number), 303)
    actor, joint = doors.actor(), joint_payments.of(acceptance)
    return render_template(
        "contracts/acceptance.html",
        acceptance=acceptance,
        side=side_of(acceptance),
        duties=duties.of_side(acceptance, side_of(acceptance)),
        papers=papers_shown.of(acceptance.contract),
        newer=papers_shown.newer(papers_shown.of(acceptance.contract)),
        paper_readable=papers_shown.readable,
        progress=print_progress.of(acceptance.contract),
        seals=sealing.shown(acceptance.contract),
        by_words=conditions.waits(acceptance),
        condition=conditions.words(acceptance) if conditions.waits(acceptance) else "",
        refunds=refunds.of_acceptance(acceptance),
        decisions=decisions.of_acceptance(acceptance),
        outstanding=outstanding(acceptance),
        joint=joint is not None and len(joint_payments.waiting(joint)) > 1,
        dues=dues.of(acceptance),
        payee=payment_requests.account(acceptance, START),
        reissued=payment_requests.of(acceptance, START),
        invoices=invoices.of_acceptance(acceptance),
        closed=isinstance(standing(acceptance.declaration), Refused),
        can=lambda verb: may(actor, verb, acceptance),
        form=FormState(),
    )


@blueprint.get("/acceptances/<number>/receipt.json")
@doors.signed_in
def receipt(number: str) -> ResponseReturnValue:
    """The receipt of the notice, or with `?of=effective` of its effect, with what opens its commitments."""
    acceptance = own(number)
    seq = acceptance.effective_seq if request.args.get("of") == "effective" else acceptance.noticed_seq
    if seq is None:
        raise NotFound("not_found")
    response = doors.plain_response(jcs(receipt_of(seq)), "application/json")  # the bytes verifiers read
    name = f"{acceptance.contract.number}-{seq}.json"
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response


def receipt_of(seq: int) -> dict[str, Any]:
    """A receipt for a party of the contract: every commitment opened, as far as it has not been erased."""
    return ledger.receipt(seq, disclose={row["path"] for row in ledger.disclosures(seq)})


# --- for the other pages of this folder --------------------------------------------------------------


def own(number: str) -> Acceptance:
    """An acceptance the actor may see; a draft is its licensee's alone. Raises NotFound."""
    acceptance, actor = register.find(number), doors.actor()
    allow(actor, "acceptance.view", acceptance)
    if acceptance.state == rules.AcceptanceState.DRAFTED and side_of(acceptance) != register.LICENSEE:
        raise NotFound("not_found")
    return acceptance


def side_of(acceptance: Acceptance) -> str:
    """Which side of a license the actor is on."""
    actor = doors.actor()
    if actor.organisation_id == acceptance.licensee_id:
        return register.LICENSEE
    return register.HOLDER if actor.organisation_id == acceptance.holder_id else register.VENUE


def again(refused: Refused, schema: Any, page: Callable[[FormState], Any]) -> ResponseReturnValue:
    """The same page with the errors beside their fields; what names no field has its own page."""
    if not refused.field and not isinstance(refused, Invalid):
        raise refused
    shown = page(FormState.failed(request.form, refused, schema))
    return shown if isinstance(shown, tuple) else (shown, problems.status(refused))
