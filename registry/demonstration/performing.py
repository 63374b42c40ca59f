"""Scenes after a license: reports and their answers, hand-overs, notices of default, an ending."""

from decimal import Decimal
from typing import Any

from registry.contracts import default_notices, duties, endings, handovers, royalty_reports
from registry.contracts.duty_models import DefaultNotice
from registry.contracts.models import Acceptance
from registry.demonstration.stage import Stage

MATERIALS = "臂架总装图一套（公开部分，8 张）、关键尺寸与公差说明一份，电子文件，已按清单逐项核对。（演示）"


def report(
    stage: Stage, key: str, number: int, *, gross: str = "", deductions: str = "", words: str = ""
) -> None:
    """The licensee reports a period; without figures there was nothing to sell."""
    acceptance = stage.acceptance(key)
    taker = _taker(stage, acceptance)
    figures: dict[str, Any] = {
        "gross": Decimal(gross or "0"),
        "deductions": Decimal(deductions) if deductions else None,
    }
    facts: dict[str, Any] = {"nil": not gross, "parts": [figures] if gross else [], "deduction_words": words}
    act = royalty_reports.report_act(stage.actor(taker), acceptance, number, facts)
    royalty_reports.report(
        stage.actor(taker), acceptance, number, facts, act, stage.sign(taker, act.statement)
    )


def ask_about(stage: Stage, key: str, number: int, question: str, answer: str) -> None:
    """The holder asks about a report, the licensee answers."""
    acceptance = stage.acceptance(key)
    for who, words in ((_holder(stage, acceptance), question), (_taker(stage, acceptance), answer)):
        royalty_reports.ask(stage.actor(who), royalty_reports.newest(acceptance)[number], words)


def answer_report(stage: Stage, key: str, number: int, *, reason: str = "") -> None:
    """The holder agrees, or with a reason disputes."""
    acceptance = stage.acceptance(key)
    holder, found = _holder(stage, acceptance), royalty_reports.newest(acceptance)[number]
    facts = {"outcome": "dispute" if reason else "agree", "reason": reason}
    act = royalty_reports.answer_act(stage.actor(holder), found, facts)
    royalty_reports.answer(stage.actor(holder), found, facts, act, stage.sign(holder, act.statement))


def hand_over(stage: Stage, key: str, *, days: int) -> None:
    """The holder hands over what its declaration promises."""
    acceptance = stage.acceptance(key)
    holder = _holder(stage, acceptance)
    actor = stage.actor(holder)
    list_ = stage.upload(actor, "other", ("事项", "技术资料交接清单"), ("合同", acceptance.contract.number))
    facts = {"day": stage.before(days), "items": MATERIALS, "files": [list_.id]}
    act = handovers.record_act(actor, acceptance, facts)
    handovers.record(actor, acceptance, facts, act, stage.sign(holder, act.statement))


def confirm_receipt(stage: Stage, key: str) -> None:
    """The licensee gives the receipt."""
    acceptance = stage.acceptance(key)
    taker, found = _taker(stage, acceptance), handovers.of_acceptance(acceptance)[-1]
    facts = {"outcome": "confirm"}
    act = handovers.answer_act(stage.actor(taker), found, facts)
    handovers.answer(stage.actor(taker), found, facts, act, stage.sign(taker, act.statement))


def notice_default(stage: Stage, key: str, duty: str, *, words: str) -> None:
    """The holder gives notice that a duty is late, and the time the law wants to perform it."""
    acceptance = stage.acceptance(key)
    holder, late = _holder(stage, acceptance), duties.find(acceptance, duty)
    if late is None:
        raise LookupError(f"{key} has no duty {duty}")
    facts = {"key": duty, "due_on": late.day, "days": 15, "words": words}
    act = default_notices.notice_act(stage.actor(holder), acceptance, facts)
    default_notices.notice(
        stage.actor(holder), acceptance, facts, act, stage.sign(holder, act.statement)
    )


def answer_notice(stage: Stage, key: str, *, outcome: str, words: str) -> None:
    """The licensee answers the notice."""
    acceptance = stage.acceptance(key)
    taker, facts = _taker(stage, acceptance), {"outcome": outcome, "words": words}
    act = default_notices.answer_act(stage.actor(taker), _notice(acceptance), facts)
    default_notices.answer(
        stage.actor(taker), _notice(acceptance), facts, act, stage.sign(taker, act.statement)
    )


def end(stage: Stage, key: str, *, words: str) -> None:
    """The time to perform has run out: the holder ends the license (CC 563(3))."""
    acceptance = stage.acceptance(key)
    holder = _holder(stage, acceptance)
    facts = {"ground": "not_cured", "words": words, "notice": _notice(acceptance).id}
    act = endings.end_act(stage.actor(holder), acceptance, facts)
    endings.end(stage.actor(holder), acceptance, facts, act, stage.sign(holder, act.statement))


def accept_ending(stage: Stage, key: str, *, words: str) -> None:
    """The licensee lets the ending stand."""
    acceptance = stage.acceptance(key)
    taker, found = _taker(stage, acceptance), endings.of_acceptance(acceptance)[-1]
    facts = {"outcome": "accept", "words": words}
    act = endings.answer_act(stage.actor(taker), found, facts)
    endings.answer(stage.actor(taker), found, facts, act, stage.sign(taker, act.statement))


def _notice(acceptance: Acceptance) -> DefaultNotice:
    return default_notices.of_acceptance(acceptance)[-1]


def _taker(stage: Stage, acceptance: Acceptance) -> str:
    return stage.key_of(acceptance.licensee_id)


def _holder(stage: Stage, acceptance: Acceptance) -> str:
    return stage.key_of(acceptance.holder_id)
