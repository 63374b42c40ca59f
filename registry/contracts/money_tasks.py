"""What is done later about money: dues planned and asked for when their time comes."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from registry.contracts import (
    account_changes,
    bank_lines,
    joint_printing,
    payment_requests,
    refunds,
    register,
    request_printing,
)
from registry.contracts.models import Acceptance
from registry.database import db, transaction
from registry.jobs import each, handler

REGISTERED = (request_printing, joint_printing)
"""Imported for the jobs they register."""


@handler("dues.plan")
def plan(payload: Mapping[str, Any]) -> None:
    """Plan the later dues of a license just obtained; asking looks again, so planning twice does no harm."""
    acceptance_id = UUID(payload["acceptance"])
    transaction(lambda: payment_requests.plan(db.session.get_one(Acceptance, acceptance_id)))


@handler(payment_requests.ASK)
def ask(payload: Mapping[str, Any]) -> None:
    """Ask for one due."""
    transaction(lambda: payment_requests.ask_planned(payload))


def money_round() -> None:
    """The clock's round: accounts take effect, late refunds are told, old bank lines are forgotten."""
    works: list[Callable[[], object]] = [
        *(partial(account_changes.take_effect, one) for one in account_changes.due_to_take_effect()),
        refunds.tell_overdue,
        partial(bank_lines.forget, register.settings().statement_days),
    ]
    each(partial(transaction, work) for work in works)
