"""A licensee's scenes: take a license, pay, wait; the holder answers, the venue decides, money goes back."""

from datetime import date
from decimal import Decimal
from typing import Any

from registry.contracts import decisions, payment_requests, payments, refunds
from registry.contracts import service as contracts
from registry.contracts.debts import START
from registry.contracts.models import Acceptance
from registry.demonstration.cast import party
from registry.demonstration.stage import Stage

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


def draft(stage: Stage, offer: str, taker: str, *, key: str = "", related: bool = False) -> None:
    """Fill in page 1; binds nobody."""
    use, product = USES[taker]
    one = party(taker)
    facts = one.facts()
    capacity = "self" if one.person else "legal_representative"
    answers: dict[str, Any] = {
        "capacity": capacity, "use": use, "product": product, "region": "中国大陆", "contractor": "",
        "abroad": one.country != "CN", "related": related,
        "contact": {"name": one.contact, "phone": facts["contact_phone"], "email": facts["contact_email"]},
        "expected_input": "300000.00", "expected_output": "1200000.00",
    }  # fmt: skip
    acceptance = contracts.draft(stage.actor(taker), stage.declaration(offer), answers)
    stage.acceptances[key or f"{offer}×{taker}"] = acceptance.id


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
