"""Asking for a due after the start: its own reference, the account in force, a paper for the finance office.

The start is asked for by the notice itself; its reference stands with the acceptance.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry import clock, history
from registry.contracts import dues, receiving_accounts, register
from registry.contracts.basket_models import JointPayment
from registry.contracts.debts import PAYABLE, START
from registry.contracts.models import Acceptance
from registry.contracts.money_models import PaymentRequest
from registry.database import db, new_id
from registry.errors import Conflict, NotFound
from registry.jobs import enqueue
from registry.parties.permissions import allow
from registry.parties.rules import CLOCK, Actor

PRINT, ASK = "payment_requests.print", "dues.ask"
AHEAD = timedelta(days=30)
"""How long before its last day a due is asked for by itself [ours]; a licensee may ask any time before."""


def of(acceptance: Acceptance, due: str) -> PaymentRequest | None:
    """The newest request for a due, if it was asked for."""
    query = select(PaymentRequest).where(
        PaymentRequest.acceptance_id == acceptance.id, PaymentRequest.due_key == due
    )
    return db.session.scalars(query.order_by(PaymentRequest.edition.desc())).first()


def find(request_id: UUID) -> PaymentRequest:
    """Raises NotFound."""
    found = db.session.get(PaymentRequest, request_id)
    if found is None:
        raise NotFound("not_found")
    return found


def by_reference(reference: str) -> tuple[Acceptance, str] | None:
    """The acceptance and the due a reference was drawn for."""
    started = db.session.scalar(select(Acceptance).where(Acceptance.reference == reference))
    if started is not None:
        return started, START
    asked = db.session.scalars(select(PaymentRequest).where(PaymentRequest.reference == reference)).first()
    return (asked.acceptance, asked.due_key) if asked is not None else None


def reference(acceptance: Acceptance, due: str) -> str:
    """What the transfer of a due has to carry; empty before it was asked for."""
    if due == START:
        return acceptance.reference or ""
    asked = of(acceptance, due)
    return asked.reference if asked is not None else ""


def account(acceptance: Acceptance, due: str) -> dict[str, Any]:
    """The account a due is paid into: as it was last asked for; the start else as the notice fixed it."""
    asked = of(acceptance, due)
    if asked is not None:
        return dict(asked.account)
    if due == START:
        return dict(acceptance.record.get("account", {}))
    return receiving_accounts.of(acceptance.declaration, acceptance.version)


def ask(actor: Actor, acceptance: Acceptance, due: str) -> PaymentRequest:
    """Ask for a later due now: the licensee may want to pay early. Asked twice it is the same request.

    Raises Refused `due_unknown`, Conflict when it cannot be paid: not reported yet, paid, fallen away.
    """
    allow(actor, "payment.ask", acceptance)
    acceptance = register.lock(acceptance.id)
    known = of(acceptance, due)
    if known is not None:
        return known
    if due == START:
        raise Conflict("wrong_state", state=acceptance.state, verb="ask")
    debt = dues.payable(acceptance, due)
    request = PaymentRequest(
        id=new_id(),
        acceptance_id=acceptance.id,
        acceptance=acceptance,
        due_key=due,
        reference=register.fresh_reference(),
        amount=debt.rest,
        pay_by=debt.due_on,
        account=account(acceptance, due),
        asked_at=clock.now(),
    )
    _enter(actor, request)
    return request


def ask_again(acceptance: Acceptance, due: str) -> PaymentRequest:
    """Ask once more for what is open, into the account now in force, under the same reference."""
    acceptance = register.lock(acceptance.id)
    debt, before = dues.find(acceptance, due), of(acceptance, due)
    if due == START and _joined(acceptance):
        # by itself from now on: the others go on into the account they were asked into
        acceptance.reference = register.fresh_reference()
    request = PaymentRequest(
        id=new_id(),
        acceptance_id=acceptance.id,
        acceptance=acceptance,
        due_key=due,
        # the paper that came with the notice was the start's first one
        edition=before.edition + 1 if before is not None else 2 if due == START else 1,
        reference=reference(acceptance, due) or register.fresh_reference(),
        amount=debt.rest,
        pay_by=debt.due_on,
        account=receiving_accounts.of(acceptance.declaration, acceptance.version),
        asked_at=clock.now(),
    )
    _enter(CLOCK, request)
    return request


def _joined(acceptance: Acceptance) -> bool:
    """Whether it shares its reference, and the paper that asks for its money, with others of its list."""
    query = select(JointPayment.id).where(JointPayment.reference == acceptance.reference)
    return acceptance.reference is not None and db.session.scalar(query.limit(1)) is not None


def _enter(actor: Actor, request: PaymentRequest) -> None:
    db.session.add(request)
    db.session.flush()
    history.record(actor, "ask_due", request.acceptance, changes={"due": request.due_key})
    enqueue(PRINT, {"request": str(request.id)}, subject_id=request.acceptance_id)
    register.tell(request.acceptance, "payment_requested", register.LICENSEE, request=request.id)


def plan(acceptance: Acceptance) -> int:
    """Have every later due of a fixed amount asked for a month before its last day. Returns how many."""
    found = [debt for debt in dues.later(acceptance) if debt.state in PAYABLE and debt.due_on is not None]
    for debt in found:
        assert debt.due_on is not None
        plan_one(acceptance, debt.key, debt.due_on - clock.today() - AHEAD)
    return len(found)


def plan_one(acceptance: Acceptance, due: str, after: timedelta = timedelta()) -> None:
    """Have one due asked for after a time; for whoever fixes an amount later."""
    payload = {"acceptance": str(acceptance.id), "due": due}
    enqueue(ASK, payload, subject_id=acceptance.id, after=max(after, timedelta()))


def ask_planned(payload: Mapping[str, Any]) -> bool:
    """What was planned: ask, unless it was paid, asked for, or fell away meanwhile."""
    acceptance = db.session.get_one(Acceptance, UUID(payload["acceptance"]))
    if acceptance.contract.erased_at is not None or of(acceptance, payload["due"]) is not None:
        return False
    debt = next((one for one in dues.of(acceptance) if one.key == payload["due"]), None)
    if debt is None or debt.state not in PAYABLE:
        return False
    ask(CLOCK, acceptance, payload["due"])
    return True
