"""A finance office's scenes: invoices asked for, issued and reversed; another receiving account."""

from decimal import Decimal
from typing import Any

from registry.contracts import account_changes, invoices
from registry.contracts.debts import START
from registry.contracts.models import Acceptance
from registry.contracts.money_models import Invoice
from registry.demonstration.cast import address, party
from registry.demonstration.stage import Stage


def ask_invoice(stage: Stage, key: str, *, kind: str = "special", title: str = "") -> None:
    """The licensee asks for the invoice of the start, under its own name unless told otherwise."""
    acceptance = stage.acceptance(key)
    taker = stage.key_of(acceptance.licensee_id)
    one = party(taker)
    facts: dict[str, Any] = {
        "kind": kind, "title": title or acceptance.licensee.name, "tax_number": one.uscc,
        "email": address(taker), "address": one.address, "phone": one.facts()["contact_phone"],
        "bank": one.facts()["bank_name"], "bank_account": one.facts()["bank_account"],
    }  # fmt: skip
    invoices.ask(stage.actor(taker), acceptance, START, facts)


def issue_invoice(stage: Stage, key: str, *, days: int, amount: str, by: str = "") -> None:
    """The holder says which invoice it issued; the number is of no real form."""
    acceptance = stage.acceptance(key)
    actor, invoice = stage.actor(by or stage.key_of(acceptance.holder_id)), _last(acceptance)
    number = f"DEMO{stage.before(days):%Y%m%d}{acceptance.contract.number[-4:]}"
    shown = (("发票号码", number), ("购买方", invoice.title), ("价税合计（元）", amount))
    file = stage.upload(actor, "other", ("事项", "发票"), *shown)
    facts = {"number": number, "day": stage.before(days), "kind": invoice.kind, "amount": Decimal(amount)}
    invoices.issue(actor, invoice, {**facts, "file_upload": file.id})


def reverse_invoice(stage: Stage, key: str, *, days: int, reason: str) -> None:
    """A wrong invoice is reversed by a red-letter one."""
    acceptance = stage.acceptance(key)
    actor, invoice = stage.actor(stage.key_of(acceptance.holder_id)), _last(acceptance)
    number = f"DEMO{stage.before(days):%Y%m%d}{acceptance.contract.number[-4:]}R"
    file = stage.upload(actor, "other", ("事项", "红字发票"), ("发票号码", number), ("冲红", invoice.number))
    facts = {"number": number, "day": stage.before(days), "reason": reason, "file_upload": file.id}
    invoices.reverse(actor, invoice, facts)


def ask_account(stage: Stage, offer: str, *, number: str, reason: str) -> None:
    """The holder asks for another account; the first signature."""
    declaration = stage.declaration(offer)
    holder = stage.key_of(declaration.holder_id)
    facts = {
        "name": declaration.holder.name,
        "bank": declaration.holder.bank_name,
        "number": number,
        "reason": reason,
    }
    act = account_changes.ask_act(stage.actor(holder), declaration, facts)
    account_changes.ask(
        stage.actor(holder), declaration, facts, act, stage.sign(holder, act.statement)
    )


def approve_account(stage: Stage, offer: str, *, by: str) -> None:
    """The second person signs; two working days begin."""
    change = account_changes.open_of(stage.declaration(offer))
    if change is None:
        raise LookupError(f"no change of {offer}'s account waits")
    account_changes.approve(
        stage.actor(by), change, stage.sign(by, account_changes.second_statement(change))
    )


def _last(acceptance: Acceptance) -> Invoice:
    return invoices.of_acceptance(acceptance)[-1]
