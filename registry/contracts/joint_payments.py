"""One transfer for several licenses of a list: one reference, one request, one claim, one answer.

The money of each license stays its own: the transfer is as many payments as licenses, each filed by itself
and each with what it means for its license. How much of it goes to which is `allocation.allocate`.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from registry import clock
from registry.contracts import conditions, payments, register
from registry.contracts.allocation import allocate, grouped
from registry.contracts.basket_models import Checkout, JointPayment
from registry.contracts.debts import START
from registry.contracts.models import Acceptance, Payment
from registry.contracts.rules import AcceptanceState, PaymentState
from registry.database import db, new_id
from registry.errors import Conflict, NotFound
from registry.jobs import enqueue
from registry.ledger.canonical import jcs
from registry.ledger.filings import Statement
from registry.licenses import register as offers
from registry.parties.prepared import Act
from registry.parties.rules import Actor

PRINT = "joint_payments.print"
ZERO = Decimal("0.00")
_OPEN = (AcceptanceState.AWAITING_PAYMENT, AcceptanceState.CLAIMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What of a transfer goes to one license; `claim` is its payment where the licensee has claimed it."""

    acceptance: Acceptance
    amount: Decimal
    claim: Payment | None = None


def join(found: Checkout) -> list[JointPayment]:
    """Give the notices of a list that pay into one account one reference; same transaction as the notices."""
    paying = [
        one
        for one in found.acceptances
        if one.state == AcceptanceState.AWAITING_PAYMENT and one.amount_due and not conditions.waits(one)
    ]
    made = []
    for together in grouped((one, jcs(one.record["account"])) for one in paying):
        if len(together) < 2:
            continue
        shared = together[0].reference
        assert shared is not None
        for one in together:
            one.reference = shared
        row = JointPayment(id=new_id(), checkout=found, reference=shared, asked_at=clock.now())
        db.session.add(row)
        enqueue(PRINT, {"joint": str(row.id)}, subject_id=together[0].id)
        made.append(row)
    db.session.flush()
    return made


def find(joint_id: uuid.UUID) -> JointPayment:
    """Raises NotFound."""
    found = db.session.get(JointPayment, joint_id)
    if found is None:
        raise NotFound("not_found")
    return found


def of_reference(reference: str | None) -> JointPayment | None:
    """The joint payment a reference was drawn for, if it was for one."""
    if not reference:
        return None
    return db.session.scalar(select(JointPayment).where(JointPayment.reference == reference))


def of(acceptance: Acceptance) -> JointPayment | None:
    """The joint payment a license is paid with, if it is."""
    return of_reference(acceptance.reference) if acceptance.checkout_id is not None else None


def lines(joint: JointPayment) -> Sequence[Acceptance]:
    """Every license that is or was to be paid with it, in the order of the list."""
    query = select(Acceptance).where(
        Acceptance.checkout_id == joint.checkout_id, Acceptance.reference == joint.reference
    )
    return db.session.scalars(query.order_by(Acceptance.place)).all()


def open_lines(joint: JointPayment) -> list[Acceptance]:
    """Those that still wait for their money, an answer to a claim among it."""
    return [one for one in lines(joint) if one.state in _OPEN and payments.outstanding(one)]


def waiting(joint: JointPayment) -> list[Acceptance]:
    """Those that can be paid now: nothing was claimed for them that has not been answered."""
    return [one for one in open_lines(joint) if one.state == AcceptanceState.AWAITING_PAYMENT]


def rest(joint: JointPayment) -> Decimal:
    """What is to be transferred now, in yuan."""
    return sum((payments.outstanding(one) for one in waiting(joint)), ZERO)


def account(joint: JointPayment) -> dict[str, Any]:
    """The account it is paid into, as the notices fixed it; empty once their data were erased."""
    found = lines(joint)
    return dict(found[0].record.get("account", {})) if found else {}


def shares(joint: JointPayment, amount: Decimal) -> list[Share]:
    """How an amount that is claimed now would go to the licenses that wait, in their order."""
    return _shared([(one, None) for one in waiting(joint)], amount)


# --- the licensee's claim ----------------------------------------------------------------------------


def claim_acts(actor: Actor, joint: JointPayment, facts: Mapping[str, Any]) -> list[tuple[Share, Act]]:
    """The filings of a claim of one transfer, one for each license it pays, for the licensee to sign.

    A plain read. Raises as `payments.claim`, Conflict `wrong_state` where nothing waits for money.
    """
    return [
        (share, payments.claim_act(actor, share.acceptance, _part(facts, share)))
        for share in _paid(joint, facts)
    ]


def claim(
    actor: Actor,
    joint: JointPayment,
    facts: Mapping[str, Any],
    acts: Sequence[Act],
    statements: Sequence[Statement],
) -> list[Payment]:
    """Say that one transfer has been sent for all that wait. `facts` as for `payments.claim`."""
    _lock(joint)
    found = _signed_for(_paid(joint, facts), acts)
    transfer = new_id()
    made = []
    for n, (share, act, statement) in enumerate(zip(found, acts, statements, strict=True)):
        given = {**_part(facts, share), "transfer": transfer}
        one = payments.claim(actor, share.acceptance, given, act, statement, telling=n == 0)
        made.append(one)
    return made


# --- what the account shows --------------------------------------------------------------------------


def transfer_of(payment: Payment) -> list[Payment]:
    """The payments claimed as one transfer with this one that wait for their answer, this included."""
    return [one for one in parts_of(payment) if one.state == PaymentState.CLAIMED] or [payment]


def parts_of(payment: Payment) -> list[Payment]:
    """Every payment of the transfer this one is part of, whatever became of it, in the order of the list."""
    if payment.transfer_id is None:
        return [payment]
    query = select(Payment).join(Acceptance, Acceptance.id == Payment.acceptance_id)
    query = query.where(Payment.transfer_id == payment.transfer_id)
    return list(db.session.scalars(query.order_by(Acceptance.place)))


def answer_shares(payment: Payment, facts: Mapping[str, Any]) -> list[Share]:
    """What of the money that arrived goes to which license: those claimed together, then others that wait."""
    claimed = transfer_of(payment)
    if facts["result"] in ("not_arrived", "duplicate"):
        parts = allocate(facts.get("amount") or ZERO, [one.claimed_amount for one in claimed])
        return [
            Share(acceptance=one.acceptance, amount=part, claim=one)
            for one, part in zip(claimed, parts, strict=True)
        ]
    joint = of(payment.acceptance)
    by_license = {one.acceptance_id: one for one in claimed}
    known = [one.acceptance for one in claimed]
    more = [one for one in waiting(joint) if one.id not in by_license] if joint is not None else []
    found = sorted([*known, *more], key=lambda one: one.place)
    shared = _shared([(one, by_license.get(one.id)) for one in found], facts.get("amount") or ZERO)
    return [share for share in shared if share.amount or share.claim is not None]


def confirm_acts(actor: Actor, payment: Payment, facts: Mapping[str, Any]) -> list[tuple[Share, Act]]:
    """The filings that answer a transfer, for the holder or the venue to sign. A plain read; raises as
    `payments.confirm`, and for whoever may not answer for all its licenses.
    """
    given = {**facts, "together": [one.id for one in transfer_of(payment)]}
    return [(share, _answer_act(actor, share, given)) for share in answer_shares(payment, facts)]


def confirm(
    actor: Actor,
    payment: Payment,
    facts: Mapping[str, Any],
    acts: Sequence[Act],
    statements: Sequence[Statement],
) -> list[Payment]:
    """Answer a transfer with what the account shows; each license is obtained when its part is whole."""
    joint = of(payment.acceptance)
    if joint is not None:
        _lock(joint)
    db.session.refresh(payment)
    found = _signed_for(answer_shares(payment, facts), acts)
    transfer = payment.transfer_id or new_id()
    given = {**facts, "together": [one.id for one in transfer_of(payment)]}
    pairs = zip(found, acts, statements, strict=True)
    return [_answer(actor, share, given, transfer, act, said) for share, act, said in pairs]


def arrival_acts(actor: Actor, joint: JointPayment, facts: Mapping[str, Any]) -> list[tuple[Share, Act]]:
    """The filings of a transfer nobody has claimed yet. A plain read; raises as `payments.arrive`."""
    return [(share, _answer_act(actor, share, facts)) for share in _paid(joint, facts)]


def arrive(
    actor: Actor,
    joint: JointPayment,
    facts: Mapping[str, Any],
    acts: Sequence[Act],
    statements: Sequence[Statement],
) -> list[Payment]:
    """State what the account shows though nobody has claimed it. `facts` as for `payments.arrive`."""
    _lock(joint)
    found = _signed_for(_paid(joint, facts), acts)
    transfer = new_id()
    pairs = zip(found, acts, statements, strict=True)
    return [_answer(actor, share, facts, transfer, act, said) for share, act, said in pairs]


def _answer_act(actor: Actor, share: Share, facts: Mapping[str, Any]) -> Act:
    part = _part(facts, share)
    if share.claim is not None:
        return payments.confirm_act(actor, share.claim, part)
    return payments.arrival_act(actor, share.acceptance, START, part)


def _answer(
    actor: Actor, share: Share, facts: Mapping[str, Any], transfer: uuid.UUID, act: Act, said: Statement
) -> Payment:
    part = {**_part(facts, share), "transfer": transfer}
    if share.claim is not None:
        return payments.confirm(actor, share.claim, part, act, said)
    payer = facts.get("payer") or share.acceptance.licensee.name
    return payments.arrive(actor, share.acceptance, START, {**part, "payer": payer}, act, said)


# --- inside ------------------------------------------------------------------------------------------


def _shared(ones: Sequence[tuple[Acceptance, Payment | None]], amount: Decimal) -> list[Share]:
    parts = allocate(amount, [payments.outstanding(one) for one, _ in ones]) if ones else []
    return [
        Share(acceptance=one, amount=part, claim=claimed)
        for (one, claimed), part in zip(ones, parts, strict=True)
    ]


def _paid(joint: JointPayment, facts: Mapping[str, Any]) -> list[Share]:
    """What a transfer of that amount pays. Raises Conflict `wrong_state` where nothing waits for money."""
    open_now = waiting(joint)
    if not open_now:
        raise Conflict("wrong_state", state=AcceptanceState.CLAIMED, verb="claim")
    found = [share for share in shares(joint, facts["amount"]) if share.amount]
    return found or [Share(acceptance=open_now[0], amount=facts["amount"])]  # nought is refused as for one


def _part(facts: Mapping[str, Any], share: Share) -> dict[str, Any]:
    """The facts of one license: its own amount, and that it is part of a transfer of so much."""
    if facts.get("amount") is None:
        return dict(facts)
    return {**facts, "amount": share.amount, "part_of": facts["amount"]}


def _signed_for(shares: list[Share], acts: Sequence[Act]) -> list[Share]:
    """The shares, as many as were signed for. Raises Conflict `stale_digest` when others wait now."""
    if len(shares) != len(acts):
        raise Conflict("stale_digest", "statement")
    return shares


def _lock(joint: JointPayment) -> None:
    """Every declaration in one order that everybody keeps, then the notices."""
    found = lines(joint)
    for declaration_id in sorted(one.declaration_id for one in found):
        offers.lock(declaration_id)
    for one in found:
        register.lock(one.id)
