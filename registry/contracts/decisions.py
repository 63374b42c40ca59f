"""What the venue decides: claims nobody answered, money on the day of a withdrawal, objections.

Nobody has a right of refusal (PL 51): a holder may object, the venue decides with reasons, it is filed.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from registry import clock, history
from registry.contracts import conditions, dues, payments, register, rules, splitting
from registry.contracts.debts import START
from registry.contracts.models import Acceptance, Decision, Payment
from registry.contracts.refunds import owe, owe_all
from registry.contracts.rules import AcceptanceState, Arrival, PaymentState
from registry.database import db
from registry.errors import Conflict, NotFound, Refused
from registry.ledger.filings import Filing, Statement
from registry.licenses.models import Declaration
from registry.money import plain
from registry.parties import service as parties
from registry.parties.permissions import allow
from registry.parties.prepared import Act, act_of
from registry.parties.rules import CLOCK, Actor

PAID, UNPAID, VOID, STANDS, MET, UNMET = "paid", "unpaid", "void", "stands", "met", "unmet"
OUTCOMES = (PAID, UNPAID, VOID, STANDS, MET, UNMET)
AMOUNT, LATE, DUPLICATE = "amount_disputed", "late_disputed", "duplicate_disputed"
ANSWERS: Mapping[str, str] = {AMOUNT: "decide_short", LATE: "decide_late", DUPLICATE: "decide_duplicate"}
"""Questions whether an answer about money was right, and what becomes of the payment where it was."""
GROUNDS = (
    *rules.OBJECTION_GROUNDS, "no_answer", "same_day", "after_withdrawal", *ANSWERS, conditions.GROUND,
)  # fmt: skip
OPEN_PAYMENTS = (PaymentState.CLAIMED, PaymentState.DISPUTED, PaymentState.NOT_ARRIVED)
"""Payments about which a decision can still say that the money came, or that it did not."""


# --- asking ------------------------------------------------------------------------------------------


def ask_for_answer(actor: Actor, acceptance: Acceptance, due: str = START) -> Decision:
    """Ask the venue because nobody has answered the claim in its working days (GL 7(3)). Raises Refused
    `answer_not_due`.
    """
    allow(actor, "payment.claim", acceptance)
    acceptance = register.lock(acceptance.id)
    waiting = [one for one in acceptance.payments if one.state == PaymentState.CLAIMED and one.due_key == due]
    if not waiting or (due == START and acceptance.state != AcceptanceState.CLAIMED):
        raise Conflict("wrong_state", state=acceptance.state, verb="dispute")
    if clock.today() <= waiting[-1].answer_due:
        raise Refused("answer_not_due", article="GL 7(3)", day=waiting[-1].answer_due)
    if due == START:
        register.move(actor, acceptance, "dispute", ground="no_answer")
    register.move_payment(actor, waiting[-1], "dispute")
    return register.open_decision(actor, acceptance, "no_answer", payment=waiting[-1])


def object_to(actor: Actor, acceptance: Acceptance, *, ground: str, reason: str) -> Decision:
    """The holder objects on one of the closed grounds; nothing changes until the venue has decided.

    Raises Refused for another ground or without a reason, Conflict while a question on it is open already.
    """
    allow(actor, "acceptance.object", acceptance)
    register.check_kept(acceptance.contract)
    if ground not in rules.OBJECTION_GROUNDS:
        raise Refused("not_a_choice", "ground", "GL 6")
    if not reason.strip():
        raise Refused("required", "reason")
    acceptance = register.lock(acceptance.id)
    if open_of(acceptance) is not None:
        raise Conflict("decision_open", article="GL 6")
    register.move(actor, acceptance, "dispute", ground=ground)
    return register.open_decision(actor, acceptance, ground, reason=reason.strip())


def after_withdrawal(declaration_id: UUID) -> int:
    """List for decision what became effective on or after a withdrawal's day that was entered late
    (journeys 1.6).
    """
    declaration = db.session.get_one(Declaration, declaration_id)
    day = declaration.cnipa_withdrawn_on
    if day is None:
        return 0
    asked = select(Decision.acceptance_id).where(Decision.ground == "after_withdrawal")
    query = select(Acceptance.id).where(
        Acceptance.declaration_id == declaration_id,
        Acceptance.state == AcceptanceState.EFFECTIVE,
        Acceptance.effective_on >= day,
        Acceptance.id.not_in(asked),
    )
    found = list(db.session.scalars(query.order_by(Acceptance.number)))
    for acceptance_id in found:
        acceptance = register.lock(acceptance_id)
        register.move(CLOCK, acceptance, "dispute", ground="after_withdrawal")
        register.open_decision(CLOCK, acceptance, "after_withdrawal")
    return len(found)


def has_open_claim(declaration_id: UUID) -> bool:
    """Whether somebody has paid and waits for an answer: decided before a withdrawal is completed (journeys
    1.6).
    """
    states = (AcceptanceState.CLAIMED, AcceptanceState.IN_DECISION)
    claimed = select(Payment.acceptance_id).where(
        Payment.state == PaymentState.CLAIMED, Payment.due_key == START
    )
    query = select(Acceptance.id).where(
        Acceptance.declaration_id == declaration_id,
        or_(Acceptance.state.in_(states), Acceptance.id.in_(claimed)),
    )
    return db.session.scalar(query.limit(1)) is not None


# --- reading -----------------------------------------------------------------------------------------


def find(decision_id: UUID) -> Decision:
    """Raises NotFound."""
    found = db.session.get(Decision, decision_id)
    if found is None:
        raise NotFound("not_found")
    return found


def acceptance_of(decision: Decision) -> Acceptance:
    """What is decided about."""
    return db.session.get_one(Acceptance, decision.acceptance_id)


def open_of(acceptance: Acceptance) -> Decision | None:
    """The question about an acceptance that waits for the venue, if any; later dues have their own."""
    query = select(Decision).where(Decision.acceptance_id == acceptance.id, Decision.decided_at.is_(None))
    return next((one for one in db.session.scalars(query) if later_payment(one) is None), None)


def later_payment(decision: Decision) -> Payment | None:
    """The payment of a later due a question is about: whether it came, and nothing about the license."""
    if decision.payment_id is None:
        return None
    payment = db.session.get_one(Payment, decision.payment_id)
    return payment if payment.due_key != START else None


def payment_of(decision: Decision, acceptance: Acceptance) -> Payment | None:
    """The payment a decision would be about, if one is claimed or in doubt."""
    return later_payment(decision) or open_payment(acceptance)


def of_acceptance(acceptance: Acceptance) -> Sequence[Decision]:
    """All questions about an acceptance, oldest first."""
    query = select(Decision).where(Decision.acceptance_id == acceptance.id)
    return db.session.scalars(query.order_by(Decision.asked_at)).all()


def open_of_venue(actor: Actor) -> Sequence[Decision]:
    """Questions that wait for the actor's venue, oldest first."""
    query = select(Decision).join(Acceptance, Acceptance.id == Decision.acceptance_id)
    query = query.where(Acceptance.venue_id == actor.venue_id, Decision.decided_at.is_(None))
    return db.session.scalars(query.order_by(Decision.asked_at)).all()


def outcomes(decision: Decision, acceptance: Acceptance) -> tuple[str, ...]:
    """What the venue can decide here: about money only where some is claimed, about a given license only
    whether it stands.
    """
    if later_payment(decision) is not None:
        return PAID, UNPAID
    if acceptance.state == AcceptanceState.EFFECTIVE:
        return STANDS, VOID
    if decision.ground == conditions.GROUND:
        return MET, UNMET, VOID
    if decision.ground == "same_day":
        return PAID, VOID
    if decision.ground in ANSWERS:
        return PAID, UNPAID
    if decision.ground in ("no_answer", "money_not_received"):
        return (PAID, UNPAID, VOID) if open_payment(acceptance) else (UNPAID, VOID)
    return STANDS, VOID


# --- deciding ----------------------------------------------------------------------------------------


def decide_act(actor: Actor, decision: Decision, facts: Mapping[str, Any]) -> Act:
    """The filing of the decision with everything `decide` will act on, for the venue's operator to sign. A
    plain read.
    """
    acceptance = acceptance_of(decision)
    _may_decide(actor, acceptance)
    _check(decision, acceptance, facts)
    return act_of(_filing(decision, acceptance, facts), role=register.VENUE)


def decide(
    actor: Actor, decision: Decision, facts: Mapping[str, Any], act: Act, statement: Statement | None = None
) -> Decision:
    """Decide with reasons. `facts`: outcome (OUTCOMES), reasons, and for `paid` amount and
    arrived_on/arrived_at.

    `paid`: effective at the bank's instant. `unpaid`: stays due. `void`: no license, money goes back.
    `stands`: as it was.
    """
    acceptance = register.lock(decision.acceptance_id)
    _may_decide(actor, acceptance)
    db.session.refresh(decision, with_for_update=True)
    _check(decision, acceptance, facts)
    filing = _filing(decision, acceptance, facts)
    if act.filing.fields != filing.fields or act.filing.secrets != filing.secrets:
        raise Conflict("stale_digest", "statement")
    apply = _APPLY if later_payment(decision) is None else _APPLY_LATER
    effect = apply[facts["outcome"]](actor, acceptance, decision, facts)
    appended = register.enter(act.signed(statement), *([effect] if effect else []))
    decision.outcome, decision.reasons = facts["outcome"], facts["reasons"]
    decision.decided_by, decision.decided_at, decision.seq = (
        actor.account_id,
        clock.now(),
        appended[0].seq,
    )
    if effect is not None and effect.type == "license.effective":
        register.after_effective(acceptance, appended[1].seq)
    history.record(actor, "decide", decision, after=decision.outcome)
    register.tell(acceptance, "decided", *register.BOTH, decision=decision.id)
    return decision


def _check(decision: Decision, acceptance: Acceptance, facts: Mapping[str, Any]) -> None:
    if decision.decided_at is not None:
        raise Conflict("already_decided")
    if not str(facts.get("reasons") or "").strip():
        raise Refused("required", "reasons")
    if facts["outcome"] not in outcomes(decision, acceptance):
        raise Refused("outcome_not_possible", "outcome")


def _may_decide(actor: Actor, acceptance: Acceptance) -> None:
    allow(actor, "acceptance.decide", acceptance)
    parties.impartial(actor, acceptance.holder_id, acceptance.licensee_id)


def _filing(decision: Decision, acceptance: Acceptance, facts: Mapping[str, Any]) -> Filing:
    fields = {**acceptance.filed_as, "ground": decision.ground, "outcome": facts["outcome"]}
    secrets: dict[str, Any] = {"reasons": facts["reasons"]}
    payment = payment_of(decision, acceptance)
    if facts["outcome"] == PAID and payment is not None:
        secrets["evidence"] = _money(_stated(payment, facts))
    if facts["outcome"] == MET and facts.get("arrived_on"):
        secrets["evidence"] = {"met_on": facts["arrived_on"].isoformat()}
    return Filing(type="objection.decided", subject=acceptance.filed_under, fields=fields, secrets=secrets)


def _stated(payment: Payment, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What arrived and when: as the venue states it, else as the account's answer did."""
    return {
        "amount": facts.get("amount") if facts.get("amount") is not None else payment.arrived_amount,
        "arrived_on": facts.get("arrived_on") or payment.arrived_on,
        "arrived_at": facts.get("arrived_at") or payment.arrived_at,
    }


def _money(stated: Mapping[str, Any]) -> dict[str, str]:
    """The same as text, as it is committed and signed."""
    amount, day, instant = stated["amount"], stated["arrived_on"], stated["arrived_at"]
    found = {
        "amount": plain(amount) if amount is not None else "",
        "bank_day": clock.rfc3339(instant) if instant else day.isoformat() if day else "",
    }
    return {name: value for name, value in found.items() if value}


def _paid(actor: Actor, acceptance: Acceptance, decision: Decision, facts: Mapping[str, Any]) -> Filing:
    payment = open_payment(acceptance)
    assert payment is not None
    stated = _checked(payment, facts)
    if register.arrival(acceptance, stated["arrived_at"] or stated["arrived_on"]) is Arrival.TOO_LATE:
        raise Refused("arrived_too_late", "arrived_on", "PL 50; GL 4")
    if stated["amount"] < payments.outstanding(acceptance):
        raise Refused("amount_short", "amount", "PL 51", due=payments.outstanding(acceptance))
    _came(actor, payment, stated, facts)
    return payments.make_effective(actor, acceptance, payment, "decide_paid")


def _checked(payment: Payment, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What the venue states about the money, complete and consistent."""
    stated = _stated(payment, facts)
    for name in ("amount", "arrived_on"):
        if stated[name] is None:
            raise Refused("required", name)
    if stated["arrived_at"] and clock.legal_day(stated["arrived_at"]) != stated["arrived_on"]:
        raise Refused("arrival_time", "arrived_at")
    return stated


def _came(actor: Actor, payment: Payment, stated: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
    payments.settle(actor, payment, {**stated, "note": facts["reasons"]})
    if payment.state != PaymentState.DISPUTED:
        register.move_payment(actor, payment, "dispute")
    register.move_payment(actor, payment, "decide_paid")


def _paid_later(actor: Actor, acceptance: Acceptance, decision: Decision, facts: Mapping[str, Any]) -> None:
    """Money of a later due: it counts with what it was; the rest stays due, what is too much goes back."""
    payment = later_payment(decision)
    assert payment is not None
    _came(actor, payment, _checked(payment, facts), facts)
    debt = dues.find(acceptance, payment.due_key)
    surplus = debt.paid - (debt.amount or payments.ZERO)
    if surplus > 0:
        owe(payment, surplus, reason="over")


def _unpaid_later(actor: Actor, acceptance: Acceptance, decision: Decision, facts: Mapping[str, Any]) -> None:
    payment = later_payment(decision)
    assert payment is not None
    _close(actor, payment, decision)
    if decision.ground == DUPLICATE:
        owe(payment, payment.arrived_amount or payments.ZERO, reason="duplicate")


def _met(actor: Actor, acceptance: Acceptance, decision: Decision, facts: Mapping[str, Any]) -> Filing:
    """Found to be met: on the day the venue names, which the reasons account for."""
    met_on = facts.get("arrived_on")
    if met_on is None:
        raise Refused("required", "arrived_on")
    conditions.check_day(acceptance, met_on, field="arrived_on")
    return conditions.take_effect(actor, acceptance, met_on, verb="decide_met")


def _unmet(actor: Actor, acceptance: Acceptance, decision: Decision, facts: Mapping[str, Any]) -> None:
    register.move(actor, acceptance, "decide_unpaid")
    _give_back_time(acceptance, decision)


def _unpaid(actor: Actor, acceptance: Acceptance, decision: Decision, facts: Mapping[str, Any]) -> None:
    payment = open_payment(acceptance)
    if payment is not None:
        _close(actor, payment, decision)
    if decision.ground == LATE:  # as it was answered: all of it goes back after all
        owe_all(acceptance, reason="arrived_late")
        register.move(actor, acceptance, "arrive_late")
        splitting.split_off(actor, acceptance, ground=LATE)
        return
    if decision.ground == DUPLICATE and payment is not None:
        owe(payment, payment.arrived_amount or payments.ZERO, reason="duplicate")
    register.move(actor, acceptance, "decide_unpaid")
    _give_back_time(acceptance, decision)


def _void(
    actor: Actor, acceptance: Acceptance, decision: Decision, facts: Mapping[str, Any]
) -> Filing | None:
    payment = open_payment(acceptance)
    if payment is not None:
        _close(actor, payment, decision)
    owed = owe_all(acceptance, reason=decision.ground)
    late = acceptance.state == AcceptanceState.IN_DECISION and decision.ground == "same_day" and owed
    register.move(actor, acceptance, "arrive_late" if late else "decide_void")
    splitting.split_off(actor, acceptance, ground=decision.ground)
    return register.ending(acceptance, ground=decision.ground, on=clock.today(), reason=str(facts["reasons"]))


def _stands(actor: Actor, acceptance: Acceptance, decision: Decision, facts: Mapping[str, Any]) -> None:
    """A license given stays as it is; a notice goes on waiting for its money where it stood."""
    if acceptance.state == AcceptanceState.EFFECTIVE:
        return
    register.move(actor, acceptance, "decide_unpaid")
    _give_back_time(acceptance, decision)
    if any(payment.state == PaymentState.CLAIMED for payment in acceptance.payments):
        register.move(actor, acceptance, "claim")


_APPLY: Mapping[str, Callable[[Actor, Acceptance, Decision, Mapping[str, Any]], Filing | None]] = {
    PAID: _paid, UNPAID: _unpaid, VOID: _void, STANDS: _stands, MET: _met, UNMET: _unmet,
}  # fmt: skip
_APPLY_LATER: Mapping[str, Callable[[Actor, Acceptance, Decision, Mapping[str, Any]], None]] = {
    PAID: _paid_later, UNPAID: _unpaid_later,
}  # fmt: skip


def _close(actor: Actor, payment: Payment, decision: Decision) -> None:
    """The money did not come, or does not count; where its amount alone was in doubt, it stays as said."""
    if payment.state == PaymentState.CLAIMED:
        register.move_payment(actor, payment, "dispute")
    if payment.state == PaymentState.DISPUTED:
        register.move_payment(actor, payment, ANSWERS.get(decision.ground, "decide_unpaid"))


def _give_back_time(acceptance: Acceptance, decision: Decision) -> None:
    """The days a question was open do not count against the licensee [ours]."""
    if acceptance.pay_by is not None:
        acceptance.pay_by += clock.today() - clock.legal_day(decision.asked_at)


def open_payment(acceptance: Acceptance) -> Payment | None:
    """The payment of the start that is claimed or in doubt, if there is one."""
    start = (one for one in acceptance.payments if one.due_key == START)
    found = [payment for payment in start if payment.state in OPEN_PAYMENTS]
    return found[-1] if found else None
