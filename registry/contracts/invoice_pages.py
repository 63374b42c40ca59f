"""Invoices, page by page: asked for by the licensee, issued or reversed by the seller, listed until then."""

from typing import Any
from uuid import UUID

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry import clock, language, problems
from registry.codes.tables import table
from registry.contracts import dues, invoices, money_schemas
from registry.contracts.debts import START
from registry.contracts.models import Acceptance
from registry.contracts.money_models import Invoice
from registry.contracts.pages import again, own
from registry.errors import Refused
from registry.forms import FormState, labels, load, nested
from registry.parties import attachments, doors
from registry.parties import service as parties
from registry.parties.permissions import allow, may

blueprint = flask.Blueprint("invoices", __name__)


# --- the licensee ------------------------------------------------------------------------------------


@blueprint.route("/acceptances/<number>/invoice", methods=["GET", "POST"])
@doors.signed_in
def ask(number: str) -> ResponseReturnValue:
    """The data of the invoice for one due (`?due=`, the start unless told)."""
    actor, acceptance = doors.actor(), own(number)
    due = request.args.get("due", START)
    allow(actor, "invoice.ask", acceptance)
    dues.find(acceptance, due)
    if request.method == "GET":
        return _asking(acceptance, due, FormState(_known(acceptance, due)))
    try:
        given = load(money_schemas.InvoiceAskSchema, nested(request.form))
        doors.submit(
            "invoice.ask",
            {"number": number, "due": due, **given},
            lambda: str(invoices.ask(actor, own(number), due, given).id),
        )
    except Refused as refused:
        page = money_schemas.InvoiceAskSchema
        return again(refused, page, lambda form: _asking(own(number), due, form))
    return redirect(url_for("invoices.ask", number=number, due=due), 303)


def _known(acceptance: Acceptance, due: str) -> dict[str, Any]:
    """What was asked for before, else what the organisation's own data say."""
    asked = invoices.live(acceptance, due)
    if asked is not None:
        return {name: getattr(asked, name) for name in (*invoices.ASKED, "tax_number")}
    mine = acceptance.licensee
    return {
        "kind": "ordinary",
        "title": mine.name,
        "tax_number": mine.uscc or "",
        "email": mine.contact_email,
        "address": "" if mine.is_person else mine.address,
        "phone": "" if mine.is_person else mine.contact_phone,
        "bank": mine.bank_name,
        "bank_account": mine.bank_account,
    }


def _asking(acceptance: Acceptance, due: str, form: FormState) -> str:
    return render_template(
        "contracts/invoice_ask.html",
        acceptance=acceptance,
        due=due,
        asked=invoices.live(acceptance, due),
        found=invoices.of_acceptance(acceptance),
        hint=_hint(),
        form=FormState(form.values, form.errors, form.labels or labels(money_schemas.InvoiceAskSchema)),
    )


# --- who sells ---------------------------------------------------------------------------------------


@blueprint.get("/holder/invoices")
@doors.signed_in
def of_holder() -> ResponseReturnValue:
    parties.organisation_of(doors.actor())
    return render_template("contracts/invoices.html", found=invoices.waiting(doors.actor()), venue=False)


@blueprint.get("/venue/invoices")
@doors.signed_in
def of_venue() -> ResponseReturnValue:
    allow(doors.actor(), "payment.decide", doors.actor())
    return render_template("contracts/invoices.html", found=invoices.waiting(doors.actor()), venue=True)


@blueprint.get("/invoices/<uuid:invoice_id>")
@doors.signed_in
def show(invoice_id: UUID) -> ResponseReturnValue:
    invoice = _invoice(invoice_id)
    rest = {"kind": invoice.kind, "amount": _amount(invoice)} if invoice.state == "asked" else {}
    return _page(invoice, FormState(rest))


def _amount(invoice: Invoice) -> Any:
    return next((one.amount for one in dues.of(invoice.acceptance) if one.key == invoice.due_key), None)


@blueprint.post("/invoices/<uuid:invoice_id>")
@doors.signed_in
def issue(invoice_id: UUID) -> ResponseReturnValue:
    """Number, day and file of the invoice that was issued."""
    return _done(invoice_id, "issue", money_schemas.InvoiceSchema)


@blueprint.post("/invoices/<uuid:invoice_id>/reverse")
@doors.signed_in
def reverse(invoice_id: UUID) -> ResponseReturnValue:
    """The red-letter invoice for a wrong one."""
    return _done(invoice_id, "reverse", money_schemas.RedInvoiceSchema)


def _done(invoice_id: UUID, verb: str, schema: Any) -> ResponseReturnValue:
    actor, posted = doors.actor(), attachments.received()
    act = {"issue": invoices.issue, "reverse": invoices.reverse}[verb]
    try:
        given = posted.load(schema)
        work = {"invoice": str(invoice_id), **given}
        doors.submit(f"invoice.{verb}", work, lambda: str(act(actor, _invoice(invoice_id), given).id))
    except Refused as refused:
        return _page(_invoice(invoice_id), posted.failed(refused, schema)), problems.status(refused)
    return redirect(url_for("invoices.show", invoice_id=invoice_id), 303)


def _page(invoice: Invoice, form: FormState) -> str:
    schema = money_schemas.InvoiceSchema if invoice.state == "asked" else money_schemas.RedInvoiceSchema
    return render_template(
        "contracts/invoice.html",
        invoice=invoice,
        acceptance=invoice.acceptance,
        hint=_hint(),
        can_issue=may(doors.actor(), "invoice.issue", invoice.acceptance),
        form=FormState(form.values, form.errors, form.labels or labels(schema)),
    )


def _hint() -> str:
    """What a seller should know before issuing, in the words in force today."""
    return table("tax_hint").get("exemption_order", on=clock.today()).name(language.current())


def _invoice(invoice_id: UUID) -> Invoice:
    found = invoices.find(invoice_id)
    allow(doors.actor(), "acceptance.view", found.acceptance)
    return found
