"""Money in doubt, page by page: the bank's receipt, a disputed amount, the statement of another payer."""

from uuid import UUID

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry import problems
from registry.contracts import money_schemas, payer_statement, payment_doubts, payment_requests, payments
from registry.contracts.blocks import rendered
from registry.contracts.debts import START
from registry.contracts.models import Payment
from registry.contracts.pages import again, own
from registry.contracts.printing import PDF, facts_of, font_set
from registry.errors import Refused
from registry.forms import FormState, labels, load, nested
from registry.parties import attachments, doors
from registry.parties.permissions import allow

blueprint = flask.Blueprint("doubts", __name__)


@blueprint.get("/payments/<uuid:payment_id>/doubt")
@doors.signed_in
def show(payment_id: UUID) -> ResponseReturnValue:
    return _page(_payment(payment_id), FormState())


@blueprint.post("/payments/<uuid:payment_id>/receipt")
@doors.signed_in
def bring_receipt(payment_id: UUID) -> ResponseReturnValue:
    actor, posted = doors.actor(), attachments.received()
    try:
        given = posted.load(money_schemas.ReceiptSchema)

        def work() -> str:
            payment_doubts.bring_receipt(actor, _payment(payment_id), given["receipt_upload"])
            return str(payment_id)

        doors.submit("payment.receipt", {"payment": str(payment_id), **given}, work)
    except Refused as refused:
        form = posted.failed(refused, money_schemas.ReceiptSchema)
        return _page(_payment(payment_id), form), problems.status(refused)
    return redirect(url_for("doubts.show", payment_id=payment_id), 303)


@blueprint.post("/payments/<uuid:payment_id>/dispute")
@doors.signed_in
def dispute(payment_id: UUID) -> ResponseReturnValue:
    """The amount the account is said to show is wrong: the venue decides."""
    actor = doors.actor()
    try:
        given = load(money_schemas.ReasonSchema, nested(request.form))
        doors.submit(
            "payment.dispute",
            {"payment": str(payment_id), **given},
            lambda: str(payment_doubts.dispute(actor, _payment(payment_id), **given).id),
        )
    except Refused as refused:
        schema = money_schemas.ReasonSchema
        return again(refused, schema, lambda form: _page(_payment(payment_id), form))
    return redirect(url_for("doubts.show", payment_id=payment_id), 303)


@blueprint.get("/acceptances/<number>/payer-statement.pdf")
@doors.signed_in
def payer_statement_form(number: str) -> ResponseReturnValue:
    """代付说明, to be filled in, signed and stamped by who pays for another."""
    acceptance, due = own(number), request.args.get("due", START)
    allow(doors.actor(), "payment.claim", acceptance)
    paid = payer_statement.Paid(
        reference=payment_requests.reference(acceptance, due),
        amount=payments.outstanding(acceptance, due),
        account=payment_requests.account(acceptance, due),
    )
    made = rendered(payer_statement.compose(facts_of(acceptance), paid), font_set())
    return doors.named(doors.plain_response(made.data, PDF), "payer-statement.pdf", inline=True)


def _page(payment: Payment, form: FormState) -> str:
    return render_template(
        "contracts/doubt.html",
        payment=payment,
        acceptance=payment.acceptance,
        doubted=payment.state in payment_doubts.DOUBTED,
        disputable=payment_doubts.disputable(payment),
        form=FormState(form.values, form.errors, form.labels or labels(money_schemas.ReceiptSchema)),
    )


def _payment(payment_id: UUID) -> Payment:
    found = payments.find(payment_id)
    allow(doors.actor(), "payment.claim", found.acceptance)
    return found
