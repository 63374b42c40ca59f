"""Taking licenses in tests, through the real services: draft, send, pay, answer."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Flask

from registry import clock
from registry.contracts import decisions, payments, register
from registry.contracts import service as contracts
from registry.contracts.models import Acceptance, Payment, Refund
from registry.database import db, transaction
from registry.ledger import service as ledger
from registry.ledger.filings import RELAYED
from registry.licenses import register as offers
from registry.parties import service as parties
from tests.factories import Offer, Person, make_upload, reading
from tests.kept import remembered

ANSWERS: dict[str, Any] = {
    "capacity": "legal_representative",
    "use": "用于本公司的文件服务器产品。",
    "product": "",
    "region": "",
    "contractor": "",
    "abroad": False,
    "related": False,
    "contact": {"name": "周工", "phone": "13900139000", "email": ""},
}
PER_YEAR = {"method": "PER_YEAR", "amount": "8000.00", "tax_included": True, "pay_within_days": 15}
INSTALMENTS = {
    "method": "INSTALMENTS",
    "amount": "120000.00",
    "tax_included": True,
    "pay_within_days": 15,
    "instalments": [
        {"amount": "40000.00", "anchor": "notice", "after_days": 15},
        {"amount": "40000.00", "anchor": "effective", "after_months": 12},
        {"amount": "40000.00", "anchor": "effective", "after_months": 24},
    ],
}
FIRST_FREE = {
    "method": "INSTALMENTS",
    "amount": "20000.00",
    "tax_included": True,
    "pay_within_days": 15,
    "instalments": [{"amount": "20000.00", "anchor": "effective", "after_months": 6}],
}
_ROYALTY = {
    "base_words": "含税销售额扣除增值税、退货和运费",
    "rate": "3",
    "period": "quarter",
    "report_within_days": 15,
    "pay_within_days": 30,
}
ROYALTY_SALES = {"method": "ROYALTY_SALES", "royalty": {**_ROYALTY, "base": "sales"}}
ROYALTY_PROFIT = {"method": "ROYALTY_PROFIT", "royalty": {**_ROYALTY, "base": "profit"}}
ADVANCE = {
    "method": "ROYALTY_SALES",
    "pay_within_days": 15,
    "royalty": {**_ROYALTY, "base": "sales", "minimum": "10000.00", "minimum_due_at_start": True},
}
ENTRY_ROYALTY = {
    "method": "ENTRY_ROYALTY",
    "amount": "30000.00",
    "pay_within_days": 15,
    "royalty": {**_ROYALTY, "base": "sales"},
}


@remembered
def drafted(who: Person, offer: Offer, **changes: Any) -> str:
    """A prepared notice; returns its number."""
    answers = {**ANSWERS, **changes}
    return transaction(lambda: contracts.draft(who.actor, offers.find(offer.number), answers).number)


def send(who: Person, number: str) -> None:
    """Sign a prepared notice and send it."""
    statement = who.sign(reading(lambda: register.find(number).statement_fields))
    transaction(lambda: contracts.accept(who.actor, register.find(number), statement).number)


@remembered
def taken(who: Person, offer: Offer, **changes: Any) -> str:
    """A notice drafted and sent; returns its number."""
    number = drafted(who, offer, **changes)
    send(who, number)
    return number


def claim_facts(app: Flask, who: Person, **changes: Any) -> dict[str, Any]:
    """What a licensee says about its payment; a fresh slip and serial unless told."""
    slip = changes.pop("slip_upload", None) or make_upload(app, who, "bank_slip")
    return {
        "amount": Decimal("68000.00"),
        "paid_on": clock.today(),
        "payer": reading(lambda: _name(who)),
        "serial": str(slip),
        "slip_upload": slip,
        **changes,
    }


def _name(who: Person) -> str:
    return parties.organisation_of(who.actor).name


@remembered
def claim(app: Flask, who: Person, number: str, **changes: Any) -> UUID:
    """Claim a payment; returns its id."""
    facts = claim_facts(app, who, **changes)
    act = reading(lambda: payments.claim_act(who.actor, register.find(number), facts))
    statement = who.sign(act.statement)
    return transaction(lambda: payments.claim(who.actor, register.find(number), facts, act, statement).id)


@remembered
def answer(who: Person, payment_id: UUID, **changes: Any) -> None:
    """Say what the account shows: the whole amount, today, unless told."""
    facts = {"result": "agrees", "amount": Decimal("68000.00"), "arrived_on": clock.today(), **changes}
    act = reading(lambda: payments.confirm_act(who.actor, payments.find(payment_id), facts))
    statement = who.sign(act.statement)
    transaction(lambda: payments.confirm(who.actor, payments.find(payment_id), facts, act, statement).id)


def decide(who: Person, number: str, outcome: str, **facts: Any) -> None:
    """Decide the open question about an acceptance."""
    decision_id = reading(lambda: open_question(number))
    given = {"outcome": outcome, "reasons": "经核对回单与账户明细。", **facts}
    act = reading(lambda: decisions.decide_act(who.actor, decisions.find(decision_id), given))
    statement = who.sign(act.statement)
    transaction(
        lambda: decisions.decide(who.actor, decisions.find(decision_id), given, act, statement).outcome
    )


def open_question(number: str) -> UUID:
    found = decisions.open_of(register.find(number))
    assert found is not None
    return found.id


def state(number: str) -> str:
    return reading(lambda: register.find(number).state)


def seen(number: str, *names: str) -> tuple[Any, ...]:
    """Columns of an acceptance."""
    return reading(lambda: tuple(getattr(register.find(number), name) for name in names))


def refunds(number: str) -> list[tuple[Decimal, str, str]]:
    """Amount, reason and state of the refunds of an acceptance."""

    def work() -> list[tuple[Decimal, str, str]]:
        query = db.session.query(Refund).join(Payment).join(Acceptance).filter(Acceptance.number == number)
        return [(one.amount, one.reason, one.state) for one in query.order_by(Refund.created_at)]

    return reading(work)


def filings(since: int = 0) -> list[tuple[str, Mapping[str, Any]]]:
    """Types and open fields of the filings from a place on, without the keys made for one statement."""

    def work() -> list[tuple[str, Mapping[str, Any]]]:
        found = [ledger.filed_at(seq)[1] for seq in range(since, ledger.size())]
        return [(one.type, one.fields) for one in found if one.fields.get("level") != RELAYED]

    return reading(work)


def days(n: int) -> date:
    return clock.today() + timedelta(days=n)


def refund_ids(number: str) -> list[UUID]:
    query = db.session.query(Refund.id).join(Payment).join(Acceptance).filter(Acceptance.number == number)
    return [row.id for row in query.order_by(Refund.created_at)]
