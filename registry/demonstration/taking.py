"""A licensee's scenes: take a license, pay, wait; the holder answers, the venue decides, money goes back."""

from datetime import date
from decimal import Decimal
from typing import Any

from registry.contracts import (
    basket,
    checkout,
    decisions,
    joint_payments,
    payment_requests,
    payments,
    refunds,
)
from registry.contracts import service as contracts
from registry.contracts.debts import START
from registry.contracts.models import Acceptance
from registry.demonstration.cast import party
from registry.demonstration.stage import Stage
from registry.ledger.statement_lists import StatementList

Uses = dict[str, tuple[str, str]]
USES: Uses = {
    "C1": ("用于自产焊接工作站，在本厂制造和装配，随整机销售。", "焊接工作站"),
    "C2": ("集成到自有软件产品中，供企业客户部署使用。", "协同办公软件"),
    "C3": ("用于自有产线的工艺改造和配套产品的销售。", "复合板材产品线"),
    "C4": ("用于在研医疗器械及其配套软件。", "院内质控终端"),
    "C5": ("用于政务和行业数字化项目的交付。", "行业数字平台"),
    "R1": ("用于本院对外技术服务项目。", "检测服务"),
    "P2": ("个人开发的小工具中使用，面向基层医疗机构。", "质控小工具"),
    "HK": ("拟在内地合作方的产品中使用。", "企业文件服务"),
}
"""What each licensee intends, and for which product."""


def _answers(taker: str, *, related: bool = False) -> dict[str, Any]:
    use, product = USES[taker]
    one = party(taker)
    facts = one.facts()
    capacity = "self" if one.person else "legal_representative"
    return {
        "capacity": capacity, "use": use, "product": product, "region": "中国大陆", "contractor": "",
        "abroad": one.country != "CN", "related": related,
        "contact": {"name": one.contact, "phone": facts["contact_phone"], "email": facts["contact_email"]},
        "expected_input": "300000.00", "expected_output": "1200000.00",
    }  # fmt: skip


def draft(stage: Stage, offer: str, taker: str, *, key: str = "", related: bool = False) -> None:
    """Fill in page 1; binds nobody."""
    answers = _answers(taker, related=related)
    acceptance = contracts.draft(stage.actor(taker), stage.declaration(offer), answers)
    stage.acceptances[key or f"{offer}×{taker}"] = acceptance.id


def put_on_list(stage: Stage, taker: str, *wanted: str) -> None:
    """Offers that somebody means to take together and has not yet."""
    basket.add(stage.actor(taker), [stage.declaration(one).number for one in wanted])


def accept_list(stage: Stage, taker: str, *wanted: str) -> None:
    """Read a list, sign it once, send its notices together."""
    actor, answers = stage.actor(taker), _answers(taker)
    nothing = {"expected_input": "", "expected_output": ""}  # the first notice states them for all
    listed = [
        (stage.declaration(one), answers if n == 0 else {**answers, **nothing})
        for n, one in enumerate(wanted)
    ]
    made = checkout.draft(actor, listed)
    checkout.send(actor, made, stage.sign_list(taker, checkout.listed(made)))
    for one, acceptance in zip(wanted, made.acceptances, strict=True):
        stage.acceptances[f"{one}×{taker}"] = acceptance.id


def pay_list(stage: Stage, key: str, *, days: int) -> None:
    """One (labelled) slip for everything that is paid under a license's reference."""
    acceptance = stage.acceptance(key)
    joint = joint_payments.of(acceptance)
    if joint is None:
        raise LookupError(f"{key} is paid by itself")
    taker, on, sent = _taker(stage, acceptance), stage.before(days), joint_payments.rest(joint)
    actor, payer = stage.actor(taker), acceptance.licensee.name
    shown = ("金额（元）", f"{sent:.2f}"), ("附言", joint.reference), ("日期", on.isoformat())
    slip = stage.upload(actor, "bank_slip", ("付款人", payer), *shown)
    serial = f"DEMO{on:%Y%m%d}{joint.reference}"
    facts = {"amount": sent, "paid_on": on, "payer": payer, "serial": serial, "slip_upload": slip.id}
    acts = [act for _, act in joint_payments.claim_acts(actor, joint, facts)]
    said = stage.sign_list(taker, StatementList(statements=tuple(act.statement for act in acts)))
    joint_payments.claim(actor, joint, facts, acts, said)


def confirm_list(stage: Stage, key: str, *, days: int) -> None:
    """The holder looks at the account: the whole transfer arrived that many days before D."""
    acceptance = stage.acceptance(key)
    who, payment = stage.key_of(acceptance.holder_id), acceptance.payments[-1]
    claimed = sum((one.claimed_amount for one in joint_payments.transfer_of(payment)), Decimal("0.00"))
    facts = {
        "result": "agrees", "amount": claimed, "arrived_on": stage.before(days),
        "serial": payment.bank_serial, "note": "",
    }  # fmt: skip
    actor = stage.actor(who)
    acts = [act for _, act in joint_payments.confirm_acts(actor, payment, facts)]
    said = stage.sign_list(who, StatementList(statements=tuple(act.statement for act in acts)))
    joint_payments.confirm(actor, payment, facts, acts, said)


def accept(stage: Stage, offer: str, taker: str, *, key: str = "", related: bool = False) -> None:
    """Read, sign and send the notice."""
    draft(stage, offer, taker, key=key, related=related)
    acceptance = stage.acceptance(key or f"{offer}×{taker}")
    contracts.accept(stage.actor(taker), acceptance, stage.sign(taker, acceptance.statement_fields))


def pay(stage: Stage, key: str, *, days: int, amount: str = "", due: str = START) -> None:
    """Upload the (labelled) slip of a transfer for a due, made that many days before D."""
    acceptance = stage.acceptance(key)
    taker, on = _taker(stage, acceptance), stage.before(days)
    actor = stage.actor(taker)
    if due != START:
        payment_requests.ask(actor, acceptance, due)
    sent = Decimal(amount) if amount else payments.outstanding(acceptance, due)
    note = payment_requests.reference(acceptance, due)
    serial = f"DEMO{on:%Y%m%d}{note}{len(acceptance.payments)}"
    payer = acceptance.licensee.name
    shown = ("金额（元）", f"{sent:.2f}"), ("附言", note or "/"), ("日期", on.isoformat())
    slip = stage.upload(actor, "bank_slip", ("付款人", payer), *shown)
    facts: dict[str, Any] = {"amount": sent, "paid_on": on, "payer": payer, "serial": serial, "due": due}
    facts["slip_upload"] = slip.id
    act = payments.claim_act(actor, acceptance, facts)
    payments.claim(actor, acceptance, facts, act, stage.sign(taker, act.statement))


def confirm(
    stage: Stage,
    key: str,
    *,
    days: int,
    by: str = "",
    result: str = "agrees",
    amount: str = "",
    note: str = "",
) -> None:
    """The holder (or `by`) looks at the account: the money arrived that many days before D."""
    acceptance = stage.acceptance(key)
    who = by or stage.key_of(acceptance.holder_id)
    actor, payment = stage.actor(who), acceptance.payments[-1]
    facts = {
        "result": result, "amount": Decimal(amount) if amount else payment.claimed_amount,
        "arrived_on": stage.before(days), "serial": payment.bank_serial, "note": note,
    }  # fmt: skip
    act = payments.confirm_act(actor, payment, facts)
    payments.confirm(actor, payment, facts, act, stage.sign(who, act.statement))


def object_to(stage: Stage, key: str, *, ground: str, reason: str) -> None:
    acceptance = stage.acceptance(key)
    holder = stage.actor(stage.key_of(acceptance.holder_id))
    decisions.object_to(holder, acceptance, ground=ground, reason=reason)


def ask_for_answer(stage: Stage, key: str) -> None:
    acceptance = stage.acceptance(key)
    decisions.ask_for_answer(stage.actor(_taker(stage, acceptance)), acceptance)


def decide(stage: Stage, key: str, outcome: str, reasons: str, *, arrived: date | None = None) -> None:
    """The venue decides the open question, with reasons and a signature."""
    acceptance = stage.acceptance(key)
    operator, decision = stage.actor("operator"), decisions.open_of(acceptance)
    if decision is None:
        raise LookupError(f"nothing to decide about {key}")
    facts: dict[str, Any] = {"outcome": outcome, "reasons": reasons}
    if arrived is not None:
        facts |= {"amount": acceptance.amount_due, "arrived_on": arrived}
    act = decisions.decide_act(operator, decision, facts)
    decisions.decide(operator, decision, facts, act, stage.sign("operator", act.statement))


def refund(stage: Stage, key: str, *, days: int) -> None:
    """The holder sends back what is owed, with the (labelled) slip."""
    acceptance = stage.acceptance(key)
    holder = stage.actor(stage.key_of(acceptance.holder_id))
    for owed in refunds.of_acceptance(acceptance):
        slip = stage.upload(holder, "bank_slip", ("事项", "退款"), ("收款人", acceptance.licensee.name),
                            ("金额（元）", f"{owed.amount:.2f}"))  # fmt: skip
        refunds.send(holder, owed, {"sent_on": stage.before(days), "slip_upload": slip.id})


def _taker(stage: Stage, acceptance: Acceptance) -> str:
    return stage.key_of(acceptance.licensee_id)
