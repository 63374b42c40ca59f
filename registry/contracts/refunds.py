"""Money that goes back, to the account of origin only. Who received it sends it; the registry watches the
day.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, inspect, select

from registry import clock, history, money
from registry.contracts import register, rules
from registry.contracts.models import Acceptance, Payment, Refund
from registry.contracts.rules import AcceptanceState, RefundState
from registry.database import db, new_id
from registry.errors import NotFound, Refused
from registry.ledger.filings import Filing
from registry.licenses import register as offers
from registry.parties import service as parties
from registry.parties.permissions import allow
from registry.parties.rules import Actor

ZERO = Decimal("0.00")


def owe(payment: Payment, amount: Decimal, *, reason: str) -> Refund:
    """Note that an amount has to go back within the set working days."""
    refund = Refund(
        id=new_id(),
        payment_id=payment.id,
        payment=payment,
        state=RefundState.TO_REFUND,
        amount=amount,
        reason=reason,
        due_on=rules.refund_due(clock.today(), register.settings().refund_days).day,
        created_at=clock.now(),
    )
    db.session.add(refund)
    register.tell(payment.acceptance, "refund_due", *register.BOTH, refund=refund.id)
    return refund


def owe_all(acceptance: Acceptance, *, reason: str) -> Decimal:
    """Everything that has arrived and is not owed back yet goes back (CC 985). Returns the sum in yuan."""
    total = ZERO
    for payment in acceptance.payments:
        left = (payment.arrived_amount or ZERO) - owed(payment)
        if left > 0:
            owe(payment, left, reason=reason)
            total += left
    return total


def owed(payment: Payment) -> Decimal:
    """What of a payment goes back or went back already, in yuan; read with the list where pages read many."""
    if "refunds" not in inspect(payment).unloaded:
        return sum((one.amount for one in payment.refunds if one.state != RefundState.DROPPED), ZERO)
    goes = Refund.payment_id == payment.id, Refund.state != RefundState.DROPPED
    found = db.session.scalar(select(func.sum(Refund.amount)).where(*goes))
    return Decimal(found or 0)


def find(refund_id: UUID) -> Refund:
    """Raises NotFound."""
    found = db.session.get(Refund, refund_id)
    if found is None:
        raise NotFound("not_found")
    return found


def send(actor: Actor, refund: Refund, facts: Mapping[str, Any]) -> None:
    """Record that the money has been sent back, with the slip; filed as payment.refunded. `facts`: sent_on,
    slip_upload.
    """
    allow(actor, "refund.send", refund.payment.acceptance)
    parties.impartial(actor, refund.payment.acceptance.licensee_id)
    acceptance = register.lock(refund.payment.acceptance_id)
    refund = _fresh(refund)
    if facts["sent_on"] > clock.today():
        raise Refused("day_in_future", "sent_on")
    slip = parties.uploaded(actor, facts["slip_upload"], field="slip_upload")
    _move(actor, refund, "send")
    refund.slip_upload, refund.sent_on = slip.id, facts["sent_on"]
    refund.seq = register.enter(_filing(refund, slip.digest))[0].seq
    if acceptance.state == AcceptanceState.REFUND_DUE and not _waiting(acceptance):
        register.move(actor, acceptance, "refunded")
    register.tell(acceptance, "refund_sent", register.LICENSEE, refund=refund.id)


def answer(actor: Actor, refund: Refund, *, received: bool) -> None:
    """The licensee says whether the refund has come; else who sent it and the venue are told."""
    allow(actor, "payment.claim", refund.payment.acceptance)
    acceptance = register.lock(refund.payment.acceptance_id)
    refund = _fresh(refund)
    _move(actor, refund, "confirm" if received else "dispute")
    if not received:
        register.tell(acceptance, "refund_due", register.HOLDER, register.VENUE, refund=refund.id)


def decide(actor: Actor, refund: Refund, *, received: bool, reason: str) -> None:
    """The venue settles a refund one side sent and the other misses: it came, or it has to be sent again.

    Raises Refused without a reason, Conflict when nothing is disputed.
    """
    allow(actor, "payment.decide", refund.payment.acceptance)
    acceptance = refund.payment.acceptance
    parties.impartial(actor, acceptance.holder_id, acceptance.licensee_id)
    if not reason.strip():
        raise Refused("required", "reason")
    acceptance = register.lock(acceptance.id)
    refund = _fresh(refund)
    _move(actor, refund, "confirm" if received else "send_again")
    refund.decided_reason = reason.strip()
    if not received:
        refund.due_on = rules.refund_due(clock.today(), register.settings().refund_days).day
        refund.told_on = None
    register.tell(acceptance, "refund_decided", *register.BOTH, refund=refund.id)


def drop(actor: Actor, acceptance: Acceptance, payments: Sequence[Payment]) -> None:
    """Whether this money has to go back at all is before the venue: nobody sends it meanwhile.

    Raises Conflict for one that has been sent: what went back cannot have paid for anything.
    """
    ids = {payment.id for payment in payments}
    for refund in [one for one in of_acceptance(acceptance) if one.payment_id in ids]:
        if refund.state != RefundState.DROPPED:
            _move(actor, _fresh(refund), "drop")


def tell_overdue() -> int:
    """Tell who has to pay, and the venue, once for each refund whose day has passed. Returns how many."""
    late = _all().where(
        Refund.state == RefundState.TO_REFUND, Refund.due_on < clock.today(), Refund.told_on.is_(None)
    )
    found = db.session.scalars(late.with_for_update(of=Refund)).all()
    for refund in found:
        refund.told_on = clock.today()
        about = {"refund": refund.id}
        register.tell(refund.payment.acceptance, "refund_overdue", register.HOLDER, register.VENUE, **about)
    return len(found)


def of_acceptance(acceptance: Acceptance) -> Sequence[Refund]:
    """Refunds of one acceptance, oldest first."""
    return db.session.scalars(_all().where(Acceptance.id == acceptance.id)).all()


def of_holder(actor: Actor) -> Sequence[Refund]:
    """Refunds on the actor's offers that are not settled, the earliest day first."""
    mine = _open().where(
        Acceptance.holder_id == actor.organisation_id, *offers.within(actor, Acceptance.declaration_id)
    )
    return db.session.scalars(mine.order_by(None).order_by(Refund.due_on, Refund.created_at)).all()


def of_venue(actor: Actor) -> Sequence[Refund]:
    """Refunds the actor's venue watches, the earliest day first."""
    mine = _open().where(Acceptance.venue_id == actor.venue_id)
    return db.session.scalars(mine.order_by(None).order_by(Refund.due_on, Refund.created_at)).all()


def _all() -> Select[Refund]:
    joined = select(Refund).join(Payment, Payment.id == Refund.payment_id)
    return joined.join(Acceptance, Acceptance.id == Payment.acceptance_id).order_by(Refund.created_at)


def _open() -> Select[Refund]:
    return _all().where(Refund.state.not_in((RefundState.CONFIRMED, RefundState.DROPPED)))


def _fresh(refund: Refund) -> Refund:
    query = select(Refund).where(Refund.id == refund.id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def _move(actor: Actor, refund: Refund, verb: str) -> None:
    found = rules.REFUND.found(refund.state, verb)
    before, refund.state = refund.state, found.to
    history.record(actor, verb, refund, before=before, after=refund.state, changes={"article": found.article})


def _waiting(acceptance: Acceptance) -> bool:
    return any(refund.state == RefundState.TO_REFUND for refund in of_acceptance(acceptance))


def _filing(refund: Refund, slip_digest: str) -> Filing:
    assert refund.sent_on is not None
    acceptance = refund.payment.acceptance
    return Filing(
        type="payment.refunded",
        subject=acceptance.filed_under,
        fields={**acceptance.filed_as, "state": "sent", "ground": refund.reason},
        secrets={
            "amount": money.plain(refund.amount),
            "bank_day": refund.sent_on.isoformat(),
            "due": refund.payment.due_key,
            "evidence": {"slip": slip_digest},
        },
    )
