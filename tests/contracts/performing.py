"""Acts after a license in tests, through the real services: report, answer, give notice, end, hand over."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Flask

from registry.contracts import default_notices as notices
from registry.contracts import duties, endings, handovers, register
from registry.contracts import royalty_reports as reports
from registry.contracts.models import Acceptance
from registry.database import transaction
from tests.contracts.taking import ROYALTY_SALES, taken
from tests.factories import Offer, Person, make_organisation, published, reading

MATERIALS = {"handover": "documents", "words": "技术交底书一份，样机图纸一套", "hours": None}
SALES = {"parts": [{"gross": Decimal("100000.00"), "deductions": None}], "nil": False}


def licensed(app: Flask, fee: dict[str, Any] | None = None, **changes: Any) -> tuple[Offer, Person, str]:
    """A license with a running royalty, effective on its notice."""
    offer = published(app, fee=fee or ROYALTY_SALES, **changes)
    licensee = make_organisation(app, "c1")
    return offer, licensee, taken(licensee, offer)


def acceptance(number: str) -> Acceptance:
    return register.find(number)


def day_of(number: str, key: str) -> date:
    """The day a duty of a license is due."""

    def read() -> date:
        found = duties.find(register.find(number), key)
        assert found is not None
        assert found.day is not None
        return found.day

    return reading(read)


def report(who: Person, number: str, period: int = 1, **facts: Any) -> UUID:
    given = {**SALES, **facts}
    act = reading(lambda: reports.report_act(who.actor, register.find(number), period, given))
    signed = who.sign(act.statement)
    return transaction(
        lambda: reports.report(who.actor, register.find(number), period, given, act, signed).id
    )


def answer_report(who: Person, report_id: UUID, outcome: str, reason: str = "") -> None:
    facts = {"outcome": outcome, "reason": reason}
    act = reading(lambda: reports.answer_act(who.actor, reports.find(report_id), facts))
    signed = who.sign(act.statement)
    transaction(lambda: reports.answer(who.actor, reports.find(report_id), facts, act, signed).id)


def notice(who: Person, number: str, key: str, **facts: Any) -> UUID:
    given = {"key": key, "due_on": day_of(number, key), "days": 15, "words": "请尽快履行。", **facts}
    act = reading(lambda: notices.notice_act(who.actor, register.find(number), given))
    signed = who.sign(act.statement)
    return transaction(lambda: notices.notice(who.actor, register.find(number), given, act, signed).id)


def answer_notice(who: Person, notice_id: UUID, outcome: str = "asks_time") -> None:
    facts = {"outcome": outcome, "words": "请宽限一个月。"}
    act = reading(lambda: notices.answer_act(who.actor, notices.find(notice_id), facts))
    signed = who.sign(act.statement)
    transaction(lambda: notices.answer(who.actor, notices.find(notice_id), facts, act, signed).id)


def end(who: Person, number: str, notice_id: UUID | None = None, ground: str = "not_cured") -> UUID:
    facts = {"ground": ground, "notice": notice_id, "words": "催告后仍未报告。"}
    act = reading(lambda: endings.end_act(who.actor, register.find(number), facts))
    signed = who.sign(act.statement)
    return transaction(lambda: endings.end(who.actor, register.find(number), facts, act, signed).id)


def answer_ending(who: Person, ending_id: UUID, outcome: str, words: str = "") -> None:
    facts = {"outcome": outcome, "words": words}
    act = reading(lambda: endings.answer_act(who.actor, endings.find(ending_id), facts))
    signed = who.sign(act.statement)
    transaction(lambda: endings.answer(who.actor, endings.find(ending_id), facts, act, signed).id)


def settle(who: Person, ending_id: UUID, outcome: str) -> None:
    facts = {"outcome": outcome, "words": "双方书面一致，2027年1月5日。"}
    act = reading(lambda: endings.settle_act(who.actor, endings.find(ending_id), facts))
    signed = who.sign(act.statement)
    transaction(lambda: endings.settle(who.actor, endings.find(ending_id), facts, act, signed).id)


def hand_over(who: Person, number: str, day: date, **facts: Any) -> UUID:
    given = {"day": day, "items": "技术交底书一份", **facts}
    act = reading(lambda: handovers.record_act(who.actor, register.find(number), given))
    signed = who.sign(act.statement)
    return transaction(lambda: handovers.record(who.actor, register.find(number), given, act, signed).id)


def answer_handover(who: Person, handover_id: UUID, outcome: str, missing: str = "") -> None:
    facts = {"outcome": outcome, "missing": missing}
    act = reading(lambda: handovers.answer_act(who.actor, handovers.find(handover_id), facts))
    signed = who.sign(act.statement)
    transaction(lambda: handovers.answer(who.actor, handovers.find(handover_id), facts, act, signed).id)


def after(day: date, days: int = 1) -> date:
    return day + timedelta(days=days)
