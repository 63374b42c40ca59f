"""Money as the licensee claims it and the bank states it. The registry holds none; arrival in the named
account counts.

A claim and its answer are filings: amounts, references and days are committed, only the state is open (GL
7(3)).
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select

from registry import clock, history
from registry.contracts import conditions, dues, payment_requests, register, rules
from registry.contracts.debts import START
from registry.contracts.models import Acceptance, Payment
from registry.contracts.payment_filings import check_day, check_same, filing
from registry.contracts.payment_outcomes import ZERO as ZERO
from registry.contracts.payment_outcomes import consequence, left, state_of
from registry.contracts.payment_outcomes import make_effective as make_effective
from registry.contracts.payment_outcomes import outstanding as outstanding
from registry.contracts.payment_outcomes import settle as settle
from registry.contracts.rules import AcceptanceState, PaymentState
from registry.database import db, new_id
from registry.errors import Conflict, NotFound, Refused
from registry.ledger.filings import Filing, Statement
from registry.licenses import register as offers
from registry.parties import agency
from registry.parties import service as parties
from registry.parties.models import Upload
from registry.parties.permissions import allow
from registry.parties.prepared import Act, act_of
from registry.parties.rules import Actor

RESULTS = ("agrees", "other_payer", "not_arrived", "duplicate")
"""What somebody who looks at the account can say; short and over follow from the amount, late from the day.
"""
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
    role = agency.stated(register.LICENSEE, actor.power)
    return act_of(_claim_filing(acceptance, facts, _files(actor, facts)), role=role)


def claim(
    actor: Actor,
    acceptance: Acceptance,
    facts: Mapping[str, Any],
    act: Act,
    statement: Statement,
    *,
    telling: bool = True,
) -> Payment:
    """Say that the money has been sent, with the bank slip. `facts`: amount, paid_on, payer, serial,
    slip_upload, `due` (its key, the start unless told) …

    Raises Refused for a day in the future, Conflict while another claim waits for its answer. Money sent
    after the last payment day may be claimed too; whether it still counts, the offer says (journeys 3.5).
    A later due changes nothing about the license: it was obtained by its start. One of several licenses that
    one transfer pays is claimed with `part_of`, the whole amount, and `transfer`, which joins the payments.
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
        transfer_id=facts.get("transfer"),
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
    if telling:
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
    elif acceptance.state not in _PAYABLE or conditions.waits(acceptance):
        raise Conflict("wrong_state", state=acceptance.state, verb="claim")
    if any(one.state == PaymentState.CLAIMED for one in acceptance.payments if one.due_key == due):
        raise Conflict("claim_waiting", article="GL 7(3)")
    check_day(facts["paid_on"], "paid_on")
    if not facts["amount"] and outstanding(acceptance, due):
        raise Refused("amount_zero_claimed", "amount")
    if facts["payer"] != acceptance.licensee.name and not facts.get("payer_reason"):
        raise Refused("other_payer_reason", "payer_reason", "CC 523, 524")
    if _serial_known(acceptance, due, facts):
        raise Conflict("payment_known", "serial")


def _serial_known(
    acceptance: Acceptance, due: str, facts: Mapping[str, Any], *, besides: Payment | None = None
) -> bool:
    """Whether the same transfer was brought before, for this license or any other into the same account: by
    the number the payer's bank gave it, or by the one the account shows. Its other parts are the same one.
    """
    serial, parts = (
        facts["serial"],
        {facts.get("transfer"), besides.transfer_id if besides else None} - {None},
    )
    together = {besides.id if besides else None, *facts.get("together", ())}
    number = payment_requests.account(acceptance, due).get("number")
    query = select(Payment).where(or_(Payment.bank_serial == serial, Payment.arrived_serial == serial))
    return any(
        one.acceptance_id == acceptance.id or (number and _paid_into(one) == number)
        for one in db.session.scalars(query)
        if one.id not in together and one.transfer_id not in parts
    )


def _paid_into(payment: Payment) -> str:
    """The number of the account a payment went to."""
    found = payment.account or payment.acceptance.record.get("account", {})
    return str(found.get("number") or "")


# --- what the account shows --------------------------------------------------------------------------


def confirm_act(actor: Actor, payment: Payment, facts: Mapping[str, Any]) -> Act:
    """The filing of what the account showed, for the holder or the venue to sign. A plain read; raises as
    `confirm`.
    """
    allow(actor, "payment.confirm", payment.acceptance)
    parties.impartial(actor, payment.acceptance.licensee_id)
    _check_answer(payment, facts)
    role = agency.stated(register.VENUE if actor.venue_id else register.HOLDER, actor.power)
    return act_of(_answer_filing(payment.acceptance, payment.due_key, facts), role=role)


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
    payment.transfer_id = facts.get("transfer") or payment.transfer_id
    state = state_of(acceptance, payment.due_key, facts)
    check_same(act, _answer_filing(acceptance, payment.due_key, facts))
    return _answer(actor, acceptance, payment, facts, state, act.signed(statement))


def _answer(
    actor: Actor,
    acceptance: Acceptance,
    payment: Payment,
    facts: Mapping[str, Any],
    state: str,
    filing: Filing,
) -> Payment:
    filings = [filing]
    register.move_payment(actor, payment, _VERBS[state])
    settle(actor, payment, facts)
    effect = consequence(actor, acceptance, payment, state)
    if effect:
        filings.append(effect)
    appended = register.enter(*filings)
    payment.settled_seq = appended[0].seq
    if effect:
        register.after_effective(acceptance, appended[1].seq)
    else:
        register.tell(acceptance, "payment_answered", register.LICENSEE, payment=payment.id)
    return payment


def arrival_act(actor: Actor, acceptance: Acceptance, due: str, facts: Mapping[str, Any]) -> Act:
    """The filing of money that came before anybody claimed it. A plain read; raises as `arrive`."""
    allow(actor, "payment.confirm", acceptance)
    parties.impartial(actor, acceptance.licensee_id)
    _check_arrival(acceptance, due, facts)
    role = agency.stated(register.VENUE if actor.venue_id else register.HOLDER, actor.power)
    return act_of(_answer_filing(acceptance, due, facts), role=role)


def arrive(
    actor: Actor, acceptance: Acceptance, due: str, facts: Mapping[str, Any], act: Act, statement: Statement
) -> Payment:
    """State what the account shows though nobody has claimed it: arrival counts, not the claim (PL 51).

    `facts` as for `confirm`, with payer. Raises Conflict `claim_waiting` where a claim waits for its answer.
    """
    allow(actor, "payment.confirm", acceptance)
    parties.impartial(actor, acceptance.licensee_id)
    acceptance = register.lock(acceptance.id)
    _check_arrival(acceptance, due, facts)
    state = state_of(acceptance, due, facts)
    check_same(act, _answer_filing(acceptance, due, facts))
    payment = Payment(
        id=new_id(),
        acceptance_id=acceptance.id,
        acceptance=acceptance,
        due_key=due,
        transfer_id=facts.get("transfer"),
        account=payment_requests.account(acceptance, due),
        state=PaymentState.DUE,
        claimed_amount=facts["amount"],
        claimed_on=facts["arrived_on"],
        payer=facts["payer"],
        bank_serial=facts.get("serial") or "",
        answer_due=clock.today(),
        created_at=clock.now(),
    )
    db.session.add(payment)
    return _answer(actor, acceptance, payment, facts, state, act.signed(statement))


def _check_arrival(acceptance: Acceptance, due: str, facts: Mapping[str, Any]) -> None:
    register.check_kept(acceptance.contract)
    if due != START:
        dues.payable(acceptance, due)
    elif acceptance.state == AcceptanceState.CLAIMED:
        raise Conflict("claim_waiting", article="GL 7(3)")
    elif acceptance.state != AcceptanceState.AWAITING_PAYMENT:
        raise Conflict("wrong_state", state=acceptance.state, verb="confirm")
    if facts.get("serial") and _serial_known(acceptance, due, facts):
        raise Conflict("payment_known", "serial")
    _check_facts(acceptance, due, facts)


# --- reading -----------------------------------------------------------------------------------------


def waiting_for_holder(actor: Actor) -> Sequence[Payment]:
    """Claims on the actor's offers that wait for an answer, oldest first."""
    mine = Acceptance.holder_id == actor.organisation_id
    query = _claimed().where(mine, *offers.within(actor, Acceptance.declaration_id))
    return db.session.scalars(query).all()


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
    _check_facts(payment.acceptance, payment.due_key, facts)
    if facts["result"] == "duplicate" or not facts.get("serial"):
        return
    if _serial_known(payment.acceptance, payment.due_key, facts, besides=payment):
        raise Conflict("payment_known", "serial")  # one transfer pays one due, whatever its payer typed


def _check_facts(acceptance: Acceptance, due: str, facts: Mapping[str, Any]) -> None:
    for name in ("amount", "arrived_on"):
        if facts.get(name) is None:
            raise Refused("required", name)
    check_day(facts["arrived_on"], "arrived_on")
    at = facts.get("arrived_at")
    if at is not None and (clock.legal_day(at) != facts["arrived_on"] or at > clock.now()):
        raise Refused("arrival_time", "arrived_at")
    if not facts["amount"] and not facts.get("part_of") and left(acceptance, due):
        raise Refused("amount_zero_claimed", "amount")  # of a transfer for several, a part may be nought
    if facts["result"] == "other_payer" and not facts.get("note"):
        raise Refused("other_payer_reason", "note", "CC 523, 524")


def _answer_filing(acceptance: Acceptance, due: str, facts: Mapping[str, Any]) -> Filing:
    reference, state = payment_requests.reference(acceptance, due), state_of(acceptance, due, facts)
    return filing("payment.confirmed", acceptance, state, facts, due=due, reference=reference)
