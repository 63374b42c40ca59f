"""What the venue decides: claims nobody answered, money on the day of a withdrawal, objections on closed grounds.

Nobody has a right of refusal (PL 51): a holder may object, the venue decides with reasons, and the outcome is filed.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry import clock, history
from registry.contracts import payments, register, rules
from registry.contracts.models import Acceptance, Decision, Payment
from registry.contracts.refunds import owe
from registry.contracts.rules import AcceptanceState, PaymentState
from registry.database import db
from registry.errors import Conflict, Refused
from registry.jobs import enqueue
from registry.ledger import service as ledger
from registry.ledger.filings import Filing, Statement
from registry.licenses.models import Declaration
from registry.parties import mail
from registry.parties.permissions import allow
from registry.parties.prepared import Act, act_of
from registry.parties.rules import CLOCK, Actor

OUTCOMES = ("paid", "unpaid", "void", "stands")
GROUNDS = (*rules.OBJECTION_GROUNDS, "no_answer", "same_day", "after_withdrawal")


def open_of_venue(actor: Actor) -> Sequence[Decision]:
    """Questions that wait for the actor's venue, oldest first."""
    query = select(Decision).join(Acceptance, Acceptance.id == Decision.acceptance_id)
    query = query.where(Acceptance.venue_id == actor.venue_id, Decision.decided_at.is_(None))
    return db.session.scalars(query.order_by(Decision.asked_at)).all()


def ask_for_answer(actor: Actor, acceptance: Acceptance) -> Decision:
    """Ask the venue because nobody has answered the claim in its working days (GL 7(3)). Raises Refused `answer_not_due`."""
    allow(actor, "payment.claim", acceptance)
    acceptance = register.lock(acceptance.id)
    waiting = [payment for payment in acceptance.payments if payment.state == PaymentState.CLAIMED]
    if not waiting:
        raise Conflict("wrong_state", state=acceptance.state, verb="dispute")
    if clock.today() <= waiting[-1].answer_due:
        raise Refused("answer_not_due", article="GL 7", day=waiting[-1].answer_due.isoformat())
    register.move(actor, acceptance, "dispute")
    register.move_payment(actor, waiting[-1], "dispute")
    return register.open_decision(actor, acceptance, "no_answer")


def object_to(actor: Actor, acceptance: Acceptance, *, ground: str, reason: str) -> Decision:
    """The holder objects on one of the closed grounds; nothing changes until the venue has decided."""
    allow(actor, "acceptance.object", acceptance)
    if ground not in rules.OBJECTION_GROUNDS:
        raise Refused("not_a_choice", "ground", "GL 6")
    if not reason.strip():
        raise Refused("required", "reason")
    acceptance = register.lock(acceptance.id)
    register.move(actor, acceptance, "dispute", ground=ground)
    return register.open_decision(actor, acceptance, ground, reason=reason)


def decide_act(decision: Decision, *, outcome: str, reasons: str) -> Act:
    """The filing of the decision, for the venue's operator to sign."""
    contract = _acceptance(decision).contract.number
    fields = {"contract": contract, "ground": decision.ground, "outcome": outcome}
    filing = Filing(type="objection.decided", subject=contract, fields=fields, secrets={"reasons": reasons})
    return act_of(filing, role="venue")


def decide(
    actor: Actor, decision: Decision, facts: Mapping[str, Any], act: Act, statement: Statement | None = None
) -> Decision:
    """Decide with reasons. `facts`: outcome (OUTCOMES), reasons, and for `paid` amount and arrived_on/arrived_at.

    `paid`: effective at the bank's instant. `unpaid`: stays due. `void`: no license, money goes back. `stands`: as it was.
    """
    acceptance = register.lock(decision.acceptance_id)
    allow(actor, "acceptance.decide", acceptance)
    db.session.refresh(decision, with_for_update=True)
    if decision.decided_at is not None:
        raise Conflict("already_decided")
    if facts["outcome"] not in OUTCOMES or not str(facts.get("reasons", "")).strip():
        raise Refused("required", "reasons")
    filings = [act.signed(statement)]
    effect = _APPLY[facts["outcome"]](actor, acceptance, decision, facts)
    if effect:
        filings.append(effect)
    appended = ledger.append(filings)
    decision.outcome, decision.reasons = facts["outcome"], facts["reasons"]
    decision.decided_by, decision.decided_at, decision.seq = actor.account_id, clock.now(), appended[0].seq
    if effect:
        register.after_effective(acceptance, appended[1].seq)
    history.record(actor, "decide", decision, after=decision.outcome)
    enqueue("ledger.publish", {})
    for organisation_id in (acceptance.licensee_id, acceptance.holder_id):
        mail.write_to_organisation(organisation_id, "decided", acceptance=acceptance, decision=decision)
    return decision


def after_withdrawal(declaration_id: UUID) -> int:
    """List for decision what became effective on or after a withdrawal's day that was entered late (journeys 1.6)."""
    declaration = db.session.get_one(Declaration, declaration_id)
    day = declaration.cnipa_withdrawn_on
    if day is None:
        return 0
    query = select(Acceptance.id).where(
        Acceptance.declaration_id == declaration_id,
        Acceptance.state == AcceptanceState.EFFECTIVE,
        Acceptance.effective_on >= day,
        Acceptance.id.not_in(select(Decision.acceptance_id).where(Decision.ground == "after_withdrawal")),
    )
    found = list(db.session.scalars(query))
    for acceptance_id in found:
        acceptance = register.lock(acceptance_id)
        register.move(CLOCK, acceptance, "dispute")
        register.open_decision(CLOCK, acceptance, "after_withdrawal")
    return len(found)


def has_open_claim(declaration_id: UUID) -> bool:
    """Whether somebody has paid and waits for an answer: decided before a withdrawal is completed (journeys 1.6)."""
    states = (AcceptanceState.CLAIMED, AcceptanceState.IN_DECISION)
    query = select(Acceptance.id).where(Acceptance.declaration_id == declaration_id, Acceptance.state.in_(states))
    return db.session.scalar(query.limit(1)) is not None


def _paid(actor: Actor, acceptance: Acceptance, decision: Decision, facts: Mapping[str, Any]) -> Filing:
    payment = _payment(acceptance)
    payments.settle(actor, payment, {**facts, "result": "agrees"})
    if payment.state == PaymentState.NOT_ARRIVED:
        register.move_payment(actor, payment, "dispute")
    register.move_payment(actor, payment, "decide_paid")
    surplus = (payment.arrived_amount or acceptance.amount_due) - payments.outstanding(acceptance)
    if surplus < 0:
        raise Refused("amount_short", "amount", "PL 51")
    if surplus > 0:
        owe(payment, surplus, reason="over")
    return payments.make_effective(actor, acceptance, payment, "decide_paid")


def _unpaid(actor: Actor, acceptance: Acceptance, decision: Decision, facts: Mapping[str, Any]) -> None:
    payment = _payment(acceptance)
    if payment.state == PaymentState.DISPUTED:
        register.move_payment(actor, payment, "decide_unpaid")
    register.move(actor, acceptance, "decide_unpaid")


def _void(actor: Actor, acceptance: Acceptance, decision: Decision, facts: Mapping[str, Any]) -> None:
    paid = [p for p in acceptance.payments if p.arrived_amount and p.state != PaymentState.DUPLICATE]
    if acceptance.state == AcceptanceState.IN_DECISION and paid and decision.ground == "same_day":
        register.move(actor, acceptance, "arrive_late")
    else:
        register.move(actor, acceptance, "decide_void")
    for payment in paid:
        if payment.state == PaymentState.DISPUTED:
            register.move_payment(actor, payment, "decide_unpaid")
        assert payment.arrived_amount is not None
        owe(payment, payment.arrived_amount, reason=decision.ground)
    if acceptance.effective_seq is not None:
        register.ended(acceptance, ground=decision.ground, on=clock.today(), reason=str(facts["reasons"]))


def _stands(actor: Actor, acceptance: Acceptance, decision: Decision, facts: Mapping[str, Any]) -> None:
    if acceptance.state != AcceptanceState.EFFECTIVE:
        raise Refused("outcome_not_possible", "outcome")


_APPLY = {"paid": _paid, "unpaid": _unpaid, "void": _void, "stands": _stands}


def _payment(acceptance: Acceptance) -> Payment:
    if not acceptance.payments:
        raise Refused("no_payment", "outcome", "GL 7")
    return acceptance.payments[-1]


def _acceptance(decision: Decision) -> Acceptance:
    return db.session.get_one(Acceptance, decision.acceptance_id)
