"""When the two sides say different things about money: the bank's stamped receipt, and the venue asked."""

from typing import Any
from uuid import UUID

from registry import history
from registry.contracts import decisions, register
from registry.contracts.debts import START
from registry.contracts.models import Decision, Payment
from registry.contracts.rules import AcceptanceState, PaymentState
from registry.database import db
from registry.errors import Conflict, Refused
from registry.parties import service as parties
from registry.parties.permissions import allow
from registry.parties.rules import Actor

DOUBTED = (PaymentState.NOT_ARRIVED, PaymentState.DISPUTED, PaymentState.CLAIMED)
"""Payments for which the bank's own word can still be brought."""


def bring_receipt(actor: Actor, payment: Payment, upload_id: UUID | str) -> Payment:
    """The licensee brings the receipt its bank stamped: what the venue decides on (GL 7(3)).

    Raises Refused, Conflict `payment_settled` when nothing about the payment is in doubt.
    """
    allow(actor, "payment.claim", payment.acceptance)
    register.lock(payment.acceptance_id)
    db.session.refresh(payment)
    register.check_kept(payment.acceptance.contract)
    if payment.state not in DOUBTED:
        raise Conflict("payment_settled", state=payment.state)
    upload = parties.uploaded(actor, upload_id, field="receipt_upload")
    payment.receipt_upload = upload.id
    history.record(actor, "bring_receipt", payment, changes={"digest": upload.digest})
    register.tell(payment.acceptance, "receipt_brought", register.VENUE, register.HOLDER, payment=payment.id)
    return payment


def dispute(actor: Actor, payment: Payment, *, reason: str) -> Decision:
    """The licensee does not agree that too little came: the venue decides. Raises Refused, Conflict."""
    allow(actor, "payment.claim", payment.acceptance)
    if not reason.strip():
        raise Refused("required", "reason")
    acceptance = register.lock(payment.acceptance_id)
    register.check_kept(acceptance.contract)
    db.session.refresh(payment, with_for_update=True)
    if payment.due_key == START:
        if acceptance.state != AcceptanceState.AWAITING_PAYMENT or payment.state != PaymentState.SHORT:
            raise Conflict("wrong_state", state=acceptance.state, verb="dispute")
        register.move(actor, acceptance, "dispute", ground=decisions.AMOUNT)
    register.move_payment(actor, payment, "dispute")
    why: dict[str, Any] = {"reason": reason.strip(), "payment": payment}
    return register.open_decision(actor, acceptance, decisions.AMOUNT, **why)
