"""Money, page by page: the licensee's bank slip, what the account shows, and what goes back (journeys 3.4,
3.5).
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry import problems
from registry.contracts import (
    bank_lines,
    decisions,
    dues,
    joint_payments,
    money_schemas,
    payment_requests,
    payments,
    refunds,
    register,
    schemas,
    taken_list,
    yearly,
)
from registry.contracts.debts import START
from registry.contracts.models import Acceptance, Payment, Refund
from registry.contracts.money_models import BankLine
from registry.contracts.pages import again, own, side_of
from registry.errors import NotFound, Refused
from registry.forms import FormState, labels, load, nested
from registry.ledger.statement_lists import StatementList
from registry.parties import attachments, doors
from registry.parties import service as parties
from registry.parties.permissions import allow, may

blueprint = flask.Blueprint("payments", __name__)


# --- the licensee ------------------------------------------------------------------------------------


@blueprint.get("/acceptances/<number>/pay")
@doors.signed_in
def slip(number: str) -> ResponseReturnValue:
    acceptance = own(number)
    allow(doors.actor(), "payment.claim", acceptance)
    due = request.args.get("due", START)
    joint = joint_payments.of(acceptance) if due == START else None
    if joint is not None and len(joint_payments.waiting(joint)) > 1:  # one transfer, one slip for all of them
        return redirect(url_for("joint.slip", joint_id=joint.id), 303)
    known = {"amount": payments.outstanding(acceptance, due), "payer": acceptance.licensee.name, "due": due}
    return _slip(acceptance, FormState(known))


@blueprint.post("/acceptances/<number>/pay")
@doors.signed_in
def claim(number: str) -> ResponseReturnValue:
    posted = attachments.received()
    try:
        given = posted.load(money_schemas.ClaimFormSchema)
        _claim(number, given)
    except Refused as refused:
        form = posted.failed(refused, money_schemas.ClaimFormSchema)
        return _slip(own(number), form), problems.status(refused)
    if given["due"] != START:
        return redirect(url_for("dues.show", number=number, key=given["due"]), 303)
    return redirect(url_for("contracts.show", number=number), 303)


def _claim(number: str, given: dict[str, Any]) -> None:
    actor, password = doors.actor(), given.pop("password")
    asked = {"number": number, **given}
    if doors.first("payment.claim", asked):
        return
    facts = money_schemas.claim_facts(given)
    act = payments.claim_act(actor, own(number), facts)
    statement = parties.sign(actor, password, act.statement)
    doors.submit(
        "payment.claim",
        asked,
        lambda: str(payments.claim(actor, own(number), facts, act, statement).id),
    )


def _slip(acceptance: Acceptance, form: FormState) -> str:
    due = form.value("due", START)
    debt = None if due == START else dues.find(acceptance, due)
    return render_template(
        "contracts/slip.html",
        acceptance=acceptance,
        due=due,
        pay_by=acceptance.pay_by if debt is None else debt.due_on,
        reference=payment_requests.reference(acceptance, due),
        account=payment_requests.account(acceptance, due),
        outstanding=payments.outstanding(acceptance, due),
        form=FormState(form.values, form.errors, form.labels or labels(money_schemas.ClaimFormSchema)),
    )


@blueprint.post("/acceptances/<number>/ask")
@doors.signed_in
def ask_venue(number: str) -> ResponseReturnValue:
    """Nobody has answered in three working days: the venue decides on the slip (GL 7(3))."""
    actor, due = doors.actor(), request.form.get("due", START)
    doors.submit(
        "decision.ask",
        {"number": number, "due": due},
        lambda: str(decisions.ask_for_answer(actor, own(number), due).id),
    )
    if due != START:
        return redirect(url_for("dues.show", number=number, key=due), 303)
    return redirect(url_for("contracts.show", number=number), 303)


@blueprint.post("/refunds/<uuid:refund_id>/answer")
@doors.signed_in
def received(refund_id: UUID) -> ResponseReturnValue:
    actor = doors.actor()
    given = load(money_schemas.ReceivedSchema, nested(request.form))
    number = _refund(refund_id).payment.acceptance.number

    def work() -> str:
        refunds.answer(actor, _refund(refund_id), received=given["received"])
        return number

    doors.submit("refund.answer", {"refund": str(refund_id), **given}, work)
    return redirect(url_for("contracts.show", number=number), 303)


# --- who looks at the account ------------------------------------------------------------------------


@blueprint.get("/holder/payments")
@doors.signed_in
def of_holder() -> ResponseReturnValue:
    actor = doors.actor()
    parties.organisation_of(actor)
    return _listed(payments.waiting_for_holder(actor), refunds.of_holder(actor), venue=False)


@blueprint.get("/venue/payments")
@doors.signed_in
def of_venue() -> ResponseReturnValue:
    actor = doors.actor()
    allow(actor, "payment.decide", actor)
    return _listed(payments.waiting_for_venue(actor), refunds.of_venue(actor), venue=True)


def _listed(waiting: Sequence[Payment], open_refunds: Sequence[Refund], *, venue: bool) -> str:
    return render_template(
        "contracts/payments.html",
        waiting=waiting,
        references={one.id: payment_requests.reference(one.acceptance, one.due_key) for one in waiting},
        refunds=open_refunds,
        venue=venue,
    )


@blueprint.get("/holder/acceptances")
@doors.signed_in
def acceptances() -> ResponseReturnValue:
    """What came in on the holder's offers. Nothing has to be consented to."""
    actor, shown = doors.actor(), request.args.get("state", "")
    return render_template(
        "contracts/acceptances.html",
        taken=taken_list.of_holder(actor, shown=shown, page=request.args.get("page", 1, type=int)),
        shown=shown,
        groups=[one for one in ("", *taken_list.GROUPS) if one != "drafted"],
        years=yearly.years(actor),
    )


@blueprint.get("/payments/<uuid:payment_id>")
@doors.signed_in
def match(payment_id: UUID) -> ResponseReturnValue:
    payment = _payment(payment_id)
    line = _line(request.args.get("line", ""))
    known = {
        "amount": line.amount if line else _claimed(payment),
        "arrived_on": line.day if line else payment.claimed_on,
        "serial": line.serial if line else payment.bank_serial,
        "line": line.id if line else None,
    }
    return _match(payment, FormState(known))


def _claimed(payment: Payment) -> Decimal:
    """What the whole transfer is said to be, all its licenses together."""
    return sum((one.claimed_amount for one in joint_payments.transfer_of(payment)), payments.ZERO)


def _line(line_id: str) -> BankLine | None:
    """The line of a statement this payment is looked at with; the actor's own alone."""
    try:
        return bank_lines.find(doors.actor(), UUID(line_id)) if line_id else None
    except ValueError:
        raise NotFound("not_found")


@blueprint.post("/payments/<uuid:payment_id>")
@doors.signed_in
def answer(payment_id: UUID) -> ResponseReturnValue:
    try:
        _answer(payment_id, load(money_schemas.AnswerFormSchema, nested(request.form)))
    except Refused as refused:
        return again(refused, money_schemas.AnswerFormSchema, lambda form: _match(_payment(payment_id), form))
    return redirect(url_for("payments.match", payment_id=payment_id), 303)


def _answer(payment_id: UUID, given: dict[str, Any]) -> None:
    actor, password, line_id = doors.actor(), given.pop("password"), given.pop("line")
    asked = {"payment": str(payment_id), "line": str(line_id), **given}
    if doors.first("payment.confirm", asked):
        return
    facts = money_schemas.answer_facts(given)
    acts = [act for _, act in joint_payments.confirm_acts(actor, _payment(payment_id), facts)]
    listed = StatementList(statements=tuple(act.statement for act in acts))
    if len(acts) == 1:
        statements = [parties.sign(actor, password, acts[0].statement)]
    else:
        statements = parties.sign_list(actor, password, listed)

    def work() -> str:
        made = joint_payments.confirm(actor, _payment(payment_id), facts, acts, statements)
        if line_id is not None:
            bank_lines.take(actor, bank_lines.find(actor, line_id), *made)
        return str(payment_id)

    doors.submit("payment.confirm", asked, work)


def _match(payment: Payment, form: FormState) -> str:
    parts = joint_payments.transfer_of(payment)
    joint = joint_payments.of(payment.acceptance) if payment.due_key == START else None
    return render_template(
        "contracts/payment.html",
        payment=payment,
        parts=parts,
        claimed=_claimed(payment),
        lines=joint_payments.open_lines(joint) if joint is not None else [],
        rest_of=payments.outstanding,
        acceptance=payment.acceptance,
        due=None if payment.due_key == START else dues.find(payment.acceptance, payment.due_key),
        outstanding=payments.outstanding(payment.acceptance, payment.due_key),
        reference=payment_requests.reference(payment.acceptance, payment.due_key),
        line=_line(form.value("line")),
        account=payment.account or payment.acceptance.record["account"],
        can_answer=payment.state == "claimed" and may(doors.actor(), "payment.confirm", payment.acceptance),
        form=FormState(form.values, form.errors, form.labels or labels(money_schemas.AnswerFormSchema)),
    )


@blueprint.get("/refunds/<uuid:refund_id>")
@doors.signed_in
def refund(refund_id: UUID) -> ResponseReturnValue:
    return _refund_page(_refund(refund_id), FormState())


@blueprint.post("/refunds/<uuid:refund_id>")
@doors.signed_in
def send_refund(refund_id: UUID) -> ResponseReturnValue:
    actor, posted = doors.actor(), attachments.received()

    def work() -> str:
        refunds.send(actor, _refund(refund_id), given)
        return str(refund_id)

    try:
        given = posted.load(money_schemas.RefundSchema)
        doors.submit("refund.send", {"refund": str(refund_id), **given}, work)
    except Refused as refused:
        form = posted.failed(refused, money_schemas.RefundSchema)
        return _refund_page(_refund(refund_id), form), problems.status(refused)
    return redirect(url_for("payments.refund", refund_id=refund_id), 303)


@blueprint.post("/refunds/<uuid:refund_id>/decide")
@doors.signed_in
def decide_refund(refund_id: UUID) -> ResponseReturnValue:
    """The venue: the refund came, or it has to be sent again."""
    actor = doors.actor()

    def work() -> str:
        refunds.decide(actor, _refund(refund_id), **given)
        return str(refund_id)

    try:
        given = load(money_schemas.RefundDecisionSchema, nested(request.form))
        doors.submit("refund.decide", {"refund": str(refund_id), **given}, work)
    except Refused as refused:
        schema = money_schemas.RefundDecisionSchema
        return again(refused, schema, lambda form: _refund_page(_refund(refund_id), form))
    return redirect(url_for("payments.refund", refund_id=refund_id), 303)


def _refund_page(found: Refund, form: FormState) -> str:
    acceptance = found.payment.acceptance
    return render_template(
        "contracts/refund.html",
        refund=found,
        may_see_account=_pays_or_paid(acceptance),
        acceptance=acceptance,
        can_decide=found.state == "disputed" and may(doors.actor(), "payment.decide", acceptance),
        can_send=found.state in ("to_refund", "disputed") and may(doors.actor(), "refund.send", acceptance),
        form=FormState(form.values, form.errors, form.labels or labels(money_schemas.RefundSchema)),
    )


def _pays_or_paid(acceptance: Acceptance) -> bool:
    """The account of origin is for who has to pay it back, and for whose it is."""
    return may(doors.actor(), "refund.send", acceptance) or side_of(acceptance) == register.LICENSEE


def _payment(payment_id: UUID) -> Payment:
    found = payments.find(payment_id)
    allow(doors.actor(), "acceptance.view", found.acceptance)
    return found


def _refund(refund_id: UUID) -> Refund:
    found = refunds.find(refund_id)
    allow(doors.actor(), "acceptance.view", found.payment.acceptance)
    return found


# --- objections --------------------------------------------------------------------------------------


@blueprint.route("/acceptances/<number>/object", methods=["GET", "POST"])
@doors.signed_in
def object_to(number: str) -> ResponseReturnValue:
    actor, acceptance = doors.actor(), own(number)
    if side_of(acceptance) != register.HOLDER:
        raise NotFound("not_found")
    allow(actor, "acceptance.object", acceptance)
    if request.method == "GET":
        return _objection(acceptance, FormState())
    try:
        given = load(schemas.ObjectionSchema, nested(request.form))
        doors.submit(
            "acceptance.object",
            {"number": number, **given},
            lambda: str(decisions.object_to(actor, own(number), **given).id),
        )
    except Refused as refused:
        return again(refused, schemas.ObjectionSchema, lambda form: _objection(own(number), form))
    return redirect(url_for("contracts.show", number=number), 303)


def _objection(acceptance: Acceptance, form: FormState) -> str:
    shown = FormState(form.values, form.errors, form.labels or labels(schemas.ObjectionSchema))
    return render_template("contracts/objection.html", acceptance=acceptance, form=shown)
