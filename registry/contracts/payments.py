"""Money as the licensee claims it and the bank states it. The registry holds none; arrival in the named
account counts.

A claim and its answer are filings: amounts, references and days are committed, only the state is open (GL
7(3)).
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from registry import clock, history
from registry.contracts import dues, payment_requests, register, rules
from registry.contracts.debts import START
from registry.contracts.models import Acceptance, Payment
from registry.contracts.payment_filings import check_day, check_same, filing
from registry.contracts.refunds import owe, owe_all, owed
from registry.contracts.rules import AcceptanceState, Arrival, PaymentState
from registry.database import db, new_id
from registry.errors import Conflict, NotFound, Refused
from registry.ledger.filings import Filing, Statement
from registry.licenses.offers import standing
from registry.parties import service as parties
from registry.parties.models import Upload
from registry.parties.permissions import allow
from registry.parties.prepared import Act, act_of
from registry.parties.rules import Actor

RESULTS = ("agrees", "other_payer", "not_arrived", "duplicate")
"""What somebody who looks at the account can say; short and over follow from the amount, late from the day.
"""
ZERO = Decimal("0.00")
_PAYABLE = (AcceptanceState.AWAITING_PAYMENT, AcceptanceState.LAPSED)


def find(payment_id: UUID) -> Payment:
    """Raises NotFound."""
    found = db.session.get(Payment, payment_id)
    if found is None:
        raise NotFound("not_found")
    return found


# --- the licensee's claim ----------------------------------------------------------------------------


def claim_act(actor: Actor, acceptance: Acceptance, facts: Mapping[str, Any]) -> Act:
    """The filing of a claim, for the licensee to sign. A plain read; raises as `claim`."""
    allow(actor, "payment.claim", acceptance)
    _check_claim(acceptance, facts)
    return act_of(_claim_filing(acceptance, facts, _files(actor, facts)), role="licensee")


def claim(
    actor: Actor, acceptance: Acceptance, facts: Mapping[str, Any], act: Act, statement: Statement
) -> Payment:
    """Say that the money has been sent, with the bank slip. `facts`: amount, paid_on, payer, serial,
    slip_upload, `due` (its key, the start unless told) …

    Raises Refused for a day in the future, Conflict while another claim waits for its answer. Money sent
    after the last payment day may be claimed too; whether it still counts, the offer says (journeys 3.5).
    A later due changes nothing about the license: it was obtained by its start.
    """
    allow(actor, "payment.claim", acceptance)
    acceptance = register.lock(acceptance.id)
    files = _files(actor, facts)
    _check_claim(acceptance, facts)
    check_same(act, _claim_filing(acceptance, facts, files))
    if _due(facts) == START and acceptance.state != AcceptanceState.LAPSED:
        register.move(actor, acceptance, "claim")
    payment = Payment(
        id=new_id(),
        acceptance_id=acceptance.id,
        acceptance=acceptance,
        due_key=_due(facts),
        account=payment_requests.account(acceptance, _due(facts)),
        state=PaymentState.CLAIMED,
        claimed_amount=facts["amount"],
        claimed_on=facts["paid_on"],
        claimed_at=facts.get("paid_at"),
        payer=facts["payer"],
        payer_reason=facts.get("payer_reason") or "",
        payer_account=facts.get("payer_account") or "",
        payer_statement=files["payer_statement"].id if "payer_statement" in files else None,
        bank_serial=facts["serial"],
        slip_upload=files["slip"].id,
        answer_due=rules.answer_due(clock.today(), register.settings().confirmation_days).day,
        created_at=clock.now(),
    )
    db.session.add(payment)
    payment.claimed_seq = register.enter(act.signed(statement))[0].seq
    history.record(actor, "claim", payment, after=payment.state)
    register.tell(acceptance, "payment_claimed", register.HOLDER, register.VENUE, payment=payment.id)
    return payment


def _due(facts: Mapping[str, Any]) -> str:
    return str(facts.get("due") or START)


def _files(actor: Actor, facts: Mapping[str, Any]) -> dict[str, Upload]:
    """The bank slip, and where another paid and says so on paper, that paper."""
    found = {"slip": parties.uploaded(actor, facts["slip_upload"], field="slip_upload")}
    if facts.get("payer_statement_upload"):
        said = facts["payer_statement_upload"]
        found["payer_statement"] = parties.uploaded(actor, said, field="payer_statement_upload")
    return found


def _claim_filing(acceptance: Acceptance, facts: Mapping[str, Any], files: Mapping[str, Upload]) -> Filing:
    due, digests = _due(facts), {name: upload.digest for name, upload in files.items()}
    reference = payment_requests.reference(acceptance, due)
    return filing(
        "payment.claimed", acceptance, "claimed", facts, due=due, reference=reference, files=digests
    )


def _check_claim(acceptance: Acceptance, facts: Mapping[str, Any]) -> None:
    register.check_kept(acceptance.contract)
    due = _due(facts)
    if due != START:
        dues.payable(acceptance, due)
    elif acceptance.state not in _PAYABLE:
        raise Conflict("wrong_state", state=acceptance.state, verb="claim")
    if any(one.state == PaymentState.CLAIMED for one in acceptance.payments if one.due_key == due):
        raise Conflict("claim_waiting", article="GL 7(3)")
    check_day(facts["paid_on"], "paid_on")
    if not facts["amount"] and outstanding(acceptance, due):
        raise Refused("amount_zero_claimed", "amount")
    if facts["payer"] != acceptance.licensee.name and not facts.get("payer_reason"):
        raise Refused("other_payer_reason", "payer_reason", "CC 523, 524")
    if any(payment.bank_serial == facts["serial"] for payment in acceptance.payments):
        raise Conflict("payment_known", "serial")


# --- what the account shows --------------------------------------------------------------------------


def confirm_act(actor: Actor, payment: Payment, facts: Mapping[str, Any]) -> Act:
    """The filing of what the account showed, for the holder or the venue to sign. A plain read; raises as
    `confirm`.
    """
    allow(actor, "payment.confirm", payment.acceptance)
    parties.impartial(actor, payment.acceptance.licensee_id)
    _check_answer(payment, facts)
    role = register.VENUE if actor.venue_id else register.HOLDER
    return act_of(_answer_filing(payment, facts), role=role)


def confirm(
    actor: Actor, payment: Payment, facts: Mapping[str, Any], act: Act, statement: Statement | None = None
) -> Payment:
    """Answer a claim with what the account shows; the license becomes effective when the condition is met
    (PL 51).

    `facts`: result (RESULTS), amount, arrived_on, arrived_at (optional, aware), serial, note.
    """
    allow(actor, "payment.confirm", payment.acceptance)
    parties.impartial(actor, payment.acceptance.licensee_id)
    acceptance = register.lock(payment.acceptance_id)
    db.session.refresh(payment, with_for_update=True)
    _check_answer(payment, facts)
    state = _state_of(payment, facts)
    check_same(act, _answer_filing(payment, facts))
    filings = [act.signed(statement)]
    register.move_payment(actor, payment, _VERBS[state])
    settle(actor, payment, facts)
    effect = _consequence(actor, acceptance, payment, state)
    if effect:
        filings.append(effect)
    appended = register.enter(*filings)
    payment.settled_seq = appended[0].seq
    if effect:
        register.after_effective(acceptance, appended[1].seq)
    else:
        register.tell(acceptance, "payment_answered", register.LICENSEE, payment=payment.id)
    return payment


def settle(actor: Actor, payment: Payment, facts: Mapping[str, Any]) -> None:
    """Write down what the bank states."""
    if facts.get("result") != "not_arrived":
        check_day(facts["arrived_on"], "arrived_on")
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


def outstanding(acceptance: Acceptance, due: str = START) -> Decimal:
    """What of a due is still to be paid, after what arrived short and was not given back, in yuan."""
    if due != START:
        return dues.find(acceptance, due).rest
    short = [p for p in acceptance.payments if p.state == PaymentState.SHORT and p.due_key == START]
    came = sum(((p.arrived_amount or ZERO) - owed(p) for p in short), ZERO)
    return max(acceptance.amount_due - came, ZERO)


def make_effective(actor: Actor, acceptance: Acceptance, payment: Payment, verb: str) -> Filing:
    """Move to effective at the bank's instant, what is too much goes back; returns the filing to append."""
    assert acceptance.noticed_at is not None
    surplus = (payment.arrived_amount or ZERO) - outstanding(acceptance) - owed(payment)
    if surplus > 0:
        owe(payment, surplus, reason="over")
    effective = rules.effective(acceptance.noticed_at, arrived(payment))
    register.move(actor, acceptance, verb)
    return register.become_effective(acceptance, effective, ground="payment")


# --- reading -----------------------------------------------------------------------------------------


def waiting_for_holder(actor: Actor) -> Sequence[Payment]:
    """Claims on the actor's offers that wait for an answer, oldest first."""
    return db.session.scalars(_claimed().where(Acceptance.holder_id == actor.organisation_id)).all()


def waiting_for_venue(actor: Actor) -> Sequence[Payment]:
    """Claims at the actor's venue that wait for an answer, oldest first."""
    return db.session.scalars(_claimed().where(Acceptance.venue_id == actor.venue_id)).all()


def _claimed() -> Select[Payment]:
    query = select(Payment).join(Acceptance, Acceptance.id == Payment.acceptance_id)
    return query.where(Payment.state == PaymentState.CLAIMED).order_by(Payment.created_at)


# --- inside ------------------------------------------------------------------------------------------

_VERBS = {
    "confirmed": "confirm", "over": "over", "short": "short", "late": "late", "other_payer": "other_payer",
    "not_arrived": "not_arrived", "duplicate": "duplicate", "same_day": "dispute",
}  # fmt: skip


def _check_answer(payment: Payment, facts: Mapping[str, Any]) -> None:
    if payment.state != PaymentState.CLAIMED:
        raise Conflict("payment_settled", state=payment.state)
    if facts["result"] not in RESULTS:
        raise Refused("not_a_choice", "result")
    if facts["result"] == "not_arrived":
        return
    for name in ("amount", "arrived_on"):
        if facts.get(name) is None:
            raise Refused("required", name)
    check_day(facts["arrived_on"], "arrived_on")
    at = facts.get("arrived_at")
    if at is not None and (clock.legal_day(at) != facts["arrived_on"] or at > clock.now()):
        raise Refused("arrival_time", "arrived_at")
    if not facts["amount"] and _left(payment):
        raise Refused("amount_zero_claimed", "amount")
    if facts["result"] == "other_payer" and not facts.get("note"):
        raise Refused("other_payer_reason", "note", "CC 523, 524")


def _state_of(payment: Payment, facts: Mapping[str, Any]) -> str:
    """What this answer makes of the payment; the word that stands open in the filing."""
    acceptance, result = payment.acceptance, facts["result"]
    if result in ("not_arrived", "duplicate"):
        return str(result)
    if (
        payment.due_key != START
    ):  # a debt of a license that was obtained: nothing closes it, nothing makes it late
        left = _left(payment)
        return str(rules.compare(left, facts["amount"])) if left else "duplicate"
    day: date | datetime = facts.get("arrived_at") or facts["arrived_on"]
    when = register.arrival(acceptance, day)
    if when is Arrival.TOO_LATE or _closed_meanwhile(acceptance, day):
        return "late"
    if when is Arrival.DECISION:
        return "same_day"
    return str(rules.compare(outstanding(acceptance), facts["amount"]))


def _closed_meanwhile(acceptance: Acceptance, day: date | datetime) -> bool:
    """Money after the last payment day counts while the offer is open (the holder's rule, default yes)."""
    lapsed = acceptance.state == AcceptanceState.LAPSED
    if not lapsed and (acceptance.pay_by is None or not rules.is_late(day, acceptance.pay_by)):
        return False
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


def _left(payment: Payment) -> Decimal:
    """What was still to be paid of its due before this payment, in yuan; zero when it was settled already."""
    if payment.due_key == START:
        return outstanding(payment.acceptance)
    debt = dues.find(payment.acceptance, payment.due_key)
    return max((debt.amount or ZERO) - debt.paid, ZERO)


def _consequence(actor: Actor, acceptance: Acceptance, payment: Payment, state: str) -> Filing | None:
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
    elif lapsed:
        owe_all(acceptance, reason="lapsed")  # short or twice: nothing is left that it could complete
    elif state in ("short", "duplicate"):
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


def _answer_filing(payment: Payment, facts: Mapping[str, Any]) -> Filing:
    reference = payment_requests.reference(payment.acceptance, payment.due_key)
    state = _state_of(payment, facts)
    return filing(
        "payment.confirmed", payment.acceptance, state, facts, due=payment.due_key, reference=reference
    )
