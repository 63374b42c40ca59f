"""What the answer to a payment makes of it, of its due and of the license, as the bank states it."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from registry import clock
from registry.contracts import dues, register, rules, splitting
from registry.contracts import record as records
from registry.contracts.debts import COUNTS, START
from registry.contracts.models import Acceptance, Payment
from registry.contracts.payment_filings import check_day
from registry.contracts.refunds import owe, owe_all, owed
from registry.contracts.rules import AcceptanceState, Arrival, PaymentState
from registry.database import db
from registry.errors import Refused
from registry.ledger.filings import Filing
from registry.licenses.fees import LatePayment
from registry.licenses.offers import standing
from registry.parties.rules import Actor

ZERO = Decimal("0.00")


def settle(actor: Actor, payment: Payment, facts: Mapping[str, Any]) -> None:
    """Write down what the bank states."""
    if facts.get("result") != "not_arrived":
        check_day(facts["arrived_on"], "arrived_on")
        payment.arrived_amount = facts["amount"]
        payment.arrived_on = facts["arrived_on"]
        payment.arrived_at = facts.get("arrived_at")
        payment.arrived_serial = facts.get("serial") or ""
    payment.outcome_note = facts.get("note") or ""
    payment.settled_by, payment.settled_at = actor.account_id, clock.now()


def arrived(payment: Payment) -> date | datetime:
    """The bank's instant, or its day where it states no time."""
    found = payment.arrived_at or payment.arrived_on
    assert found is not None
    return found


def outstanding(acceptance: Acceptance, due: str = START) -> Decimal:
    """What of a due is still to be paid, after what arrived short and was not given back, in yuan."""
    if due != START:
        return dues.find(acceptance, due).rest
    short = [p for p in acceptance.payments if p.state == PaymentState.SHORT and p.due_key == START]
    came = sum(((p.arrived_amount or ZERO) - owed(p) for p in short), ZERO)
    return max(acceptance.amount_due - came, ZERO)


def left(acceptance: Acceptance, due: str) -> Decimal:
    """What was still to be paid of a due before this payment, in yuan; zero when it was settled already."""
    if due == START:
        return outstanding(acceptance)
    debt = dues.find(acceptance, due)
    return max((debt.amount or ZERO) - debt.paid, ZERO)


def state_of(acceptance: Acceptance, due: str, facts: Mapping[str, Any]) -> str:
    """What this answer makes of the payment; the word that stands open in the filing."""
    result = facts["result"]
    if result in ("not_arrived", "duplicate"):
        return str(result)
    if due != START:  # a debt of a license that was obtained: nothing closes it, nothing makes it late
        rest = left(acceptance, due)
        return str(rules.compare(rest, facts["amount"])) if rest else "duplicate"
    day: date | datetime = facts.get("arrived_at") or facts["arrived_on"]
    when = register.arrival(acceptance, day)
    if when is Arrival.TOO_LATE or _closed_meanwhile(acceptance, day):
        return "late"
    if when is Arrival.DECISION:
        return "same_day"
    return str(rules.compare(outstanding(acceptance), facts["amount"]))


def _closed_meanwhile(acceptance: Acceptance, day: date | datetime) -> bool:
    """Money after the last day counts while the offer is open, unless the declaration sends it back."""
    lapsed = acceptance.state == AcceptanceState.LAPSED
    if not lapsed and (acceptance.pay_by is None or not rules.is_late(day, acceptance.pay_by)):
        return False
    if records.fee_of(acceptance.record).late_payment is LatePayment.REFUND:
        return True
    on = clock.legal_day(day) if isinstance(day, datetime) else day
    if lapsed and _taken_again(acceptance):
        return True
    return isinstance(standing(acceptance.declaration, on), Refused)


def _taken_again(acceptance: Acceptance) -> bool:
    """Whether a newer notice of the same licensee stands in the place of one that lapsed."""
    query = select(Acceptance.id).where(
        Acceptance.declaration_id == acceptance.declaration_id,
        Acceptance.licensee_id == acceptance.licensee_id,
        Acceptance.state.in_(rules.LIVE_STATES),
    )
    return db.session.scalars(query).first() is not None


def consequence(actor: Actor, acceptance: Acceptance, payment: Payment, state: str) -> Filing | None:
    """What the answer does to the acceptance; a filing when the license becomes effective."""
    if payment.due_key != START:
        _settle_due(actor, acceptance, payment, state)
        return None
    lapsed = acceptance.state == AcceptanceState.LAPSED
    if state in ("confirmed", "over"):
        return make_effective(actor, acceptance, payment, "confirm_late" if lapsed else "confirm")
    if state == "late":
        owe_all(acceptance, reason="arrived_late")
        register.move(actor, acceptance, "arrive_late")
        splitting.split_off(actor, acceptance, ground="arrived_late")
    elif lapsed:
        owe_all(acceptance, reason="lapsed")  # short or twice: nothing is left that it could complete
    elif state in ("short", "duplicate"):
        if acceptance.state == AcceptanceState.CLAIMED:  # else nobody had claimed it: it waits as before
            register.move(actor, acceptance, "fall_short")
        if state == "duplicate":
            owe(payment, payment.arrived_amount or ZERO, reason="duplicate")
    else:
        ground = "same_day" if state == "same_day" else "money_not_received"
        register.move(actor, acceptance, "dispute", ground=ground)
        register.open_decision(actor, acceptance, ground, reason=payment.outcome_note, payment=payment)
    return None


def _settle_due(actor: Actor, acceptance: Acceptance, payment: Payment, state: str) -> None:
    """A later due: the surplus goes back, what did not arrive goes before the venue; the license stands."""
    came = payment.arrived_amount or ZERO
    if state == "over":
        debt = dues.find(acceptance, payment.due_key)  # this payment counts already: what is over its amount
        owe(payment, debt.paid - (debt.amount or ZERO), reason="over")
    elif state == "duplicate":
        owe(payment, came, reason="duplicate")
    elif state == "not_arrived":
        ground = "money_not_received"
        register.open_decision(actor, acceptance, ground, reason=payment.outcome_note, payment=payment)


def return_surplus(acceptance: Acceptance) -> None:
    """What was paid for later dues beyond what they have come to goes back, the newest payment's first."""
    for debt in dues.later(acceptance):
        surplus = debt.paid - debt.amount if debt.amount is not None else ZERO
        for payment in reversed(acceptance.payments):
            if payment.due_key != debt.key or payment.state not in COUNTS:
                continue
            back = min((payment.arrived_amount or ZERO) - owed(payment), surplus)
            if back > 0:
                owe(payment, back, reason="over")
                surplus -= back


def make_effective(actor: Actor, acceptance: Acceptance, payment: Payment, verb: str) -> Filing:
    """Move to effective at the bank's instant, what is too much goes back; returns the filing to append."""
    assert acceptance.noticed_at is not None
    surplus = (payment.arrived_amount or ZERO) - outstanding(acceptance) - owed(payment)
    if surplus > 0:
        owe(payment, surplus, reason="over")
    effective = rules.effective(acceptance.noticed_at, arrived(payment))
    register.move(actor, acceptance, verb)
    return register.become_effective(acceptance, effective, ground="payment")
