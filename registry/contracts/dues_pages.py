"""The dues of a license, page by page: all of them, and for each later one where to pay and its paper."""

from uuid import UUID

import flask
from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registry.contracts import dues, payment_requests
from registry.contracts.debts import PAYABLE
from registry.contracts.pages import own, side_of
from registry.documents import store
from registry.errors import NotFound
from registry.parties import doors
from registry.parties.permissions import allow, may

blueprint = flask.Blueprint("dues", __name__)


@blueprint.get("/acceptances/<number>/dues")
@doors.signed_in
def index(number: str) -> ResponseReturnValue:
    """Every due of a license, for both its sides and the venue."""
    acceptance = own(number)
    return render_template(
        "contracts/dues.html", acceptance=acceptance, dues=dues.of(acceptance), side=side_of(acceptance)
    )


@blueprint.get("/acceptances/<number>/dues/<key>")
@doors.signed_in
def show(number: str, key: str) -> ResponseReturnValue:
    acceptance, actor = own(number), doors.actor()
    debt = dues.find(acceptance, key)
    return render_template(
        "contracts/due.html",
        acceptance=acceptance,
        debt=debt,
        asked=payment_requests.of(acceptance, key),
        account=payment_requests.account(acceptance, key),
        payments=[one for one in acceptance.payments if one.due_key == key],
        can_pay=debt.state in PAYABLE and may(actor, "payment.claim", acceptance),
        side=side_of(acceptance),
        can=lambda verb: may(actor, verb, acceptance),
    )


@blueprint.post("/acceptances/<number>/dues/<key>")
@doors.signed_in
def ask(number: str, key: str) -> ResponseReturnValue:
    """Ask for a due before its time: the reference is drawn, the paper printed."""
    actor = doors.actor()
    doors.submit(
        "payment.ask",
        {"number": number, "due": key},
        lambda: str(payment_requests.ask(actor, own(number), key).id),
    )
    return redirect(url_for("dues.show", number=number, key=key), 303)


@blueprint.get("/payment-requests/<uuid:request_id>.pdf")
@doors.signed_in
def paper(request_id: UUID) -> ResponseReturnValue:
    """The printed request, the same bytes for ever."""
    found = payment_requests.find(request_id)
    allow(doors.actor(), "acceptance.view", found.acceptance)
    if not found.digest:
        raise NotFound("not_found")
    response = doors.plain_response(store.get(found.digest), "application/pdf")
    name = f"{found.acceptance.contract.number}-{found.reference}-{found.edition}.pdf"
    return doors.named(response, name, inline=True)
