"""Money that goes back, to the account of origin only. Who received it sends it; the registry watches the day."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from registry import clock, history, money
from registry.contracts import rules
from registry.contracts.models import Acceptance, Payment, Refund
from registry.contracts.rules import AcceptanceState
from registry.database import db, new_id
from registry.ledger import service as ledger
from registry.ledger.filings import Filing
from registry.parties import mail
from registry.parties import service as parties
from registry.parties.permissions import allow
from registry.parties.rules import Actor


def owe(payment: Payment, amount: Decimal, *, reason: str) -> Refund:
    """Note that an amount has to go back within the set working days."""
    refund = Refund(
        id=new_id(),
        payment_id=payment.id,
        amount=amount,
        reason=reason,
        due_on=rules.refund_due(clock.today(), parties.settings().refund_days).day,
        created_at=clock.now(),
    )
    db.session.add(refund)
    mail.write_to_organisation(payment.acceptance.holder_id, "refund_due", acceptance=payment.acceptance, refund=refund)
    return refund


def send(actor: Actor, refund: Refund, facts: Mapping[str, Any]) -> None:
    """Record that the money has been sent back, with the slip; filed as payment.refunded."""
    acceptance = refund.payment.acceptance
    allow(actor, "refund.send", acceptance)
    slip = parties.uploaded(actor, facts["slip_upload"], field="slip_upload")
    before, refund.state = refund.state, rules.REFUND.move(refund.state, "send")
    refund.slip_upload, refund.sent_on = slip.id, facts["sent_on"]
    history.record(actor, "send", refund, before=before, after=refund.state)
    contract = acceptance.contract.number
    secrets = {"amount": money.plain(refund.amount), "bank_day": facts["sent_on"].isoformat()}
    filing = Filing(
        type="payment.refunded",
        subject=contract,
        fields={"contract": contract, "state": "sent", "ground": refund.reason},
        secrets=secrets,
    )
    refund.seq = ledger.append([filing])[0].seq
    if acceptance.state == AcceptanceState.REFUND_DUE:
        before, acceptance.state = acceptance.state, rules.ACCEPTANCE.move(acceptance.state, "refunded")
        history.record(actor, "refunded", acceptance, before=before, after=acceptance.state)
    mail.write_to_organisation(acceptance.licensee_id, "refund_sent", acceptance=acceptance, refund=refund)


def answer(actor: Actor, refund: Refund, *, received: bool) -> None:
    """The licensee says whether the refund has come."""
    allow(actor, "payment.claim", refund.payment.acceptance)
    before, refund.state = refund.state, rules.REFUND.move(refund.state, "confirm" if received else "dispute")
    history.record(actor, "answer", refund, before=before, after=refund.state)


def of_acceptance(acceptance: Acceptance) -> Sequence[Refund]:
    query = select(Refund).join(Payment).where(Payment.acceptance_id == acceptance.id).order_by(Refund.created_at)
    return db.session.scalars(query).all()
