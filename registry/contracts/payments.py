"""Money as the licensee claims it and the bank states it. The registry holds none; arrival in the named account counts.

A claim and its answer are filings: amounts, references and days are committed, only the state is open (GL 7(3)).
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from registry import clock, history, money
from registry.contracts import register, rules
from registry.contracts.models import Acceptance, Payment
from registry.contracts.refunds import owe
from registry.contracts.rules import AcceptanceState, Arrival, PaymentState
from registry.database import db, new_id
from registry.errors import Conflict, Refused
from registry.jobs import enqueue
from registry.ledger import service as ledger
from registry.ledger.filings import Filing, Statement
from registry.licenses.offers import standing
from registry.parties import mail
from registry.parties import service as parties
from registry.parties.permissions import allow
from registry.parties.prepared import Act, act_of
from registry.parties.rules import Actor

RESULTS = ("agrees", "other_payer", "not_arrived", "duplicate")
"""What somebody who looks at the account can say; short and over follow from the amount, late from the day."""


def claim_act(acceptance: Acceptance, facts: Mapping[str, Any]) -> Act:
    """The filing of a claim, for the licensee to sign."""
    return act_of(_filing("payment.claimed", acceptance, "claimed", facts, digest=facts["slip_digest"]), role="licensee")


def claim(actor: Actor, acceptance: Acceptance, facts: Mapping[str, Any], act: Act, statement: Statement) -> Payment:
    """Say that the money has been sent, with the bank slip. `facts`: amount, paid_on, payer, serial, slip_upload …

    Raises Refused for a day before the notice or in the future, Conflict while another claim waits for its answer.
    """
    allow(actor, "payment.claim", acceptance)
    acceptance = register.lock(acceptance.id)
    slip = parties.uploaded(actor, facts["slip_upload"], field="slip_upload")
    _check_day(facts["paid_on"], "paid_on")
    if any(payment.bank_serial == facts["serial"] for payment in acceptance.payments):
        raise Conflict("payment_known", "serial")
    register.move(actor, acceptance, "claim")
    payment = Payment(
        id=new_id(),
        acceptance_id=acceptance.id,
        claimed_amount=facts["amount"],
        claimed_on=facts["paid_on"],
        claimed_at=facts.get("paid_at"),
        payer=facts["payer"],
        payer_reason=facts.get("payer_reason") or "",
        bank_serial=facts["serial"],
        slip_upload=slip.id,
        answer_due=rules.answer_due(clock.today(), parties.settings().confirmation_days).day,
        created_at=clock.now(),
    )
    payment.claimed_seq = ledger.append([act.signed(statement)])[0].seq
    db.session.add(payment)
    history.record(actor, "claim", payment, after=payment.state)
    enqueue("ledger.publish", {})
    mail.write_to_organisation(acceptance.holder_id, "payment_claimed", acceptance=acceptance, payment=payment)
    mail.write_to_venue(acceptance.venue_id, "payment_claimed", acceptance=acceptance, payment=payment)
    return payment


def confirm_act(payment: Payment, facts: Mapping[str, Any], *, role: str) -> Act:
    """The filing of what the account showed, for the holder or the venue to sign."""
    return act_of(_filing("payment.confirmed", payment.acceptance, _state_of(payment, facts), facts), role=role)


def confirm(
    actor: Actor, payment: Payment, facts: Mapping[str, Any], act: Act, statement: Statement | None = None
) -> Payment:
    """Answer a claim with what the account shows; the license becomes effective when the condition is met (PL 51).

    `facts`: result (RESULTS), amount, arrived_on, arrived_at (optional, aware), note.
    """
    acceptance = payment.acceptance
    allow(actor, "payment.confirm", acceptance)
    acceptance = register.lock(acceptance.id)
    db.session.refresh(payment)
    if payment.state != PaymentState.CLAIMED:
        raise Conflict("payment_settled", state=payment.state)
    state = _state_of(payment, facts)
    if act.filing.fields["state"] != state:
        raise Conflict("stale_digest", "statement")
    filings = [act.signed(statement)]
    register.move_payment(actor, payment, _VERBS[state])
    settle(actor, payment, facts)
    effect = _consequence(actor, acceptance, payment, state)
    if effect:
        filings.append(effect)
    appended = ledger.append(filings)
    payment.settled_seq = appended[0].seq
    if effect:
        register.after_effective(acceptance, appended[1].seq)
    else:
        mail.write_to_organisation(acceptance.licensee_id, "payment_answered", acceptance=acceptance, payment=payment)
    enqueue("ledger.publish", {})
    return payment


def settle(actor: Actor, payment: Payment, facts: Mapping[str, Any]) -> None:
    """Write down what the bank states."""
    if facts["result"] != "not_arrived":
        _check_day(facts["arrived_on"], "arrived_on")
        payment.arrived_amount = facts["amount"]
        payment.arrived_on = facts["arrived_on"]
        payment.arrived_at = facts.get("arrived_at")
    payment.outcome_note = facts.get("note") or ""
    payment.settled_by, payment.settled_at = actor.account_id, clock.now()


def arrived(payment: Payment) -> date | datetime:
    """The bank's instant, or its day where it states no time."""
    found = payment.arrived_at or payment.arrived_on
    assert found is not None
    return found


def outstanding(acceptance: Acceptance) -> Decimal:
    """What is still due at the start, after what arrived short."""
    short = (p.arrived_amount or Decimal(0) for p in acceptance.payments if p.state == PaymentState.SHORT)
    return max(acceptance.amount_due - sum(short, Decimal(0)), Decimal("0.00"))


def make_effective(actor: Actor, acceptance: Acceptance, payment: Payment, verb: str) -> Filing:
    """Move to effective at the bank's instant; returns the filing to append."""
    assert acceptance.noticed_at is not None
    effective = rules.effective(acceptance.noticed_at, arrived(payment))
    register.move(actor, acceptance, verb)
    return register.become_effective(acceptance, effective, ground="payment")


_VERBS = {
    "confirmed": "confirm", "over": "over", "short": "short", "late": "late", "other_payer": "other_payer",
    "not_arrived": "not_arrived", "duplicate": "duplicate", "same_day": "dispute",
}  # fmt: skip


def _state_of(payment: Payment, facts: Mapping[str, Any]) -> str:
    """What this answer makes of the payment; the word that stands open in the filing."""
    acceptance, result = payment.acceptance, facts["result"]
    if result in ("not_arrived", "duplicate"):
        return str(result)
    day: date | datetime = facts.get("arrived_at") or facts["arrived_on"]
    when = register.arrival(acceptance, day)
    if when is Arrival.TOO_LATE or (when is Arrival.IN_TIME and _closed_meanwhile(acceptance, day)):
        return "late"
    if when is Arrival.DECISION:
        return "same_day"
    if result == "other_payer" and not facts.get("note"):
        raise Refused("other_payer_reason", "note", "CC 523, 524")
    return str(rules.compare(outstanding(acceptance), facts["amount"]))


def _closed_meanwhile(acceptance: Acceptance, day: date | datetime) -> bool:
    """Money after the last payment day counts while the offer is open (the holder's rule, default yes)."""
    if acceptance.pay_by is None or not rules.is_late(day, acceptance.pay_by):
        return False
    on = clock.legal_day(day) if isinstance(day, datetime) else day
    return isinstance(standing(acceptance.declaration, on), Refused)


def _consequence(actor: Actor, acceptance: Acceptance, payment: Payment, state: str) -> Filing | None:
    """What the answer does to the acceptance; a filing when the license becomes effective."""
    late = acceptance.state == AcceptanceState.LAPSED
    if state in ("confirmed", "over"):
        surplus = (payment.arrived_amount or Decimal(0)) - outstanding(acceptance)
        if surplus > 0:
            owe(payment, surplus, reason="over")
        return make_effective(actor, acceptance, payment, "confirm_late" if late else "confirm")
    if state == "late":
        register.move(actor, acceptance, "arrive_late")
        owe(payment, payment.arrived_amount or Decimal(0), reason="after_withdrawal")
    elif state == "duplicate":
        owe(payment, payment.arrived_amount or Decimal(0), reason="duplicate")
        register.move(actor, acceptance, "fall_short")
    elif state == "short":
        register.move(actor, acceptance, "fall_short")
    else:
        ground = "same_day" if state == "same_day" else "money_not_received"
        register.move(actor, acceptance, "dispute")
        register.open_decision(actor, acceptance, ground, reason=payment.outcome_note)
    return None


def _filing(
    kind: str, acceptance: Acceptance, state: str, facts: Mapping[str, Any], *, digest: str = ""
) -> Filing:
    day = facts.get("paid_on") or facts.get("arrived_on")
    instant = facts.get("paid_at") or facts.get("arrived_at")
    secrets: dict[str, Any] = {"reference": acceptance.reference or ""}
    if facts.get("amount") is not None:
        secrets["amount"] = money.plain(facts["amount"])
    if day is not None:
        secrets["bank_day"] = clock.rfc3339(instant) if instant else day.isoformat()
    if facts.get("serial"):
        secrets["bank_serial"] = facts["serial"]
    if facts.get("note"):
        secrets["reason"] = facts["note"]
    if digest:
        secrets["evidence"] = {"slip": digest}
    contract = acceptance.contract.number
    return Filing(type=kind, subject=contract, fields={"contract": contract, "state": state}, secrets=secrets)


def _check_day(day: date, field: str) -> None:
    if day > clock.today():
        raise Refused("day_in_future", field)
