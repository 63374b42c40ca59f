"""When the two sides say different things about money: the bank's stamped receipt, and the venue asked."""

from typing import Any
from uuid import UUID

from registry import history
from registry.contracts import decisions, refunds, register
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
GROUNDS = {
    PaymentState.SHORT: decisions.AMOUNT,
    PaymentState.LATE: decisions.LATE,
    PaymentState.DUPLICATE: decisions.DUPLICATE,
}
"""Answers the licensee may dispute, and what the venue is asked then."""
_STANDS = {
    PaymentState.SHORT: AcceptanceState.AWAITING_PAYMENT,
    PaymentState.LATE: AcceptanceState.REFUND_DUE,
    PaymentState.DUPLICATE: AcceptanceState.AWAITING_PAYMENT,
}


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
    """The licensee does not agree that too little came, or too late, or twice: the venue decides.

    What was to go back for that answer is dropped. Raises Refused, Conflict where it has gone back already.
    """
    allow(actor, "payment.claim", payment.acceptance)
    if not reason.strip():
        raise Refused("required", "reason")
    acceptance = register.lock(payment.acceptance_id)
    register.check_kept(acceptance.contract)
    db.session.refresh(payment, with_for_update=True)
    if not disputable(payment):
        raise Conflict("wrong_state", state=acceptance.state, verb="dispute")
    ground = GROUNDS[PaymentState(payment.state)]
    refunds.drop(actor, acceptance, acceptance.payments if ground == decisions.LATE else _returned(payment))
    if payment.due_key == START:
        register.move(actor, acceptance, "dispute", ground=ground)
    register.move_payment(actor, payment, "dispute")
    why: dict[str, Any] = {"reason": reason.strip(), "payment": payment}
    return register.open_decision(actor, acceptance, ground, **why)


def disputable(payment: Payment) -> bool:
    """Whether the answer can be put before the venue: a later due always, the start while it stands there."""
    if payment.state not in GROUNDS:
        return False
    return payment.due_key != START or payment.acceptance.state == _STANDS[PaymentState(payment.state)]


def _returned(payment: Payment) -> list[Payment]:
    """A payment that came short has nothing to give back."""
    return [payment] if payment.state == PaymentState.DUPLICATE else []
