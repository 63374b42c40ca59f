"""Notices of default: one side tells the other what is late and until when it may still be done (CC 563(3)).

The time to perform is never shorter than the rules' least. A notice changes no state of the license: it is
answered, the duty is performed, or the party that gave it ends the license (endings).
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from registry import clock, history
from registry.contracts import duty_acts as acts
from registry.contracts import performance, register
from registry.contracts.duty_models import DefaultNotice
from registry.contracts.models import Acceptance
from registry.contracts.performance import NoticeState
from registry.database import db, new_id
from registry.errors import Conflict, Refused
from registry.ledger.filings import Filing, Statement
from registry.parties.permissions import allow
from registry.parties.prepared import Act, act_of
from registry.parties.rules import Actor

PAPER = "default_notice"
ANSWERS = ("performed", "asks_time", "denies")
"""What the other side can answer to a notice of default."""
OPEN = (NoticeState.OPEN, NoticeState.ANSWERED)


def find(notice_id: UUID) -> DefaultNotice:
    """Raises NotFound."""
    found: DefaultNotice = acts.found(DefaultNotice, notice_id)
    return found


def of_acceptance(acceptance: Acceptance) -> Sequence[DefaultNotice]:
    """All notices about a license, oldest first."""
    query = select(DefaultNotice).where(DefaultNotice.acceptance_id == acceptance.id)
    return db.session.scalars(query.order_by(DefaultNotice.noticed_at)).all()


def notice_act(actor: Actor, acceptance: Acceptance, facts: Mapping[str, Any]) -> Act:
    """The notice as a filing, for the party to sign. A plain read; raises as `notice`."""
    allow(actor, "default.notice", acceptance)
    return act_of(_filing(actor, acceptance, facts), role=acts.stated_by(actor, acceptance))


def notice(
    actor: Actor, acceptance: Acceptance, facts: Mapping[str, Any], act: Act, statement: Statement
) -> DefaultNotice:
    """Give notice. `facts`: key, due_on (of the late duty, as the pages know it), days, words, files.

    Raises Refused `not_late` for a duty that is not late, `cure_too_short`; Conflict `notice_open` while one
    about the same duty is open.
    """
    allow(actor, "default.notice", acceptance)
    acceptance = register.lock(acceptance.id)
    acts.same(act, _filing(actor, acceptance, facts))
    side = acts.side_of(actor, acceptance)
    row = DefaultNotice(
        id=new_id(),
        acceptance_id=acceptance.id,
        acceptance=acceptance,
        key=facts["key"],
        side=side,
        state=NoticeState.OPEN,
        due_on=facts["due_on"],
        cure_by=performance.cure_by(clock.today(), facts["days"]).day,
        words=facts["words"],
        signer=actor.name,
        noticed_by=actor.account_id,
        noticed_at=clock.now(),
    )
    db.session.add(row)
    try:
        db.session.flush()
    except IntegrityError as error:  # two people of one side pressed at once
        raise Conflict("notice_open", article="CC 563(3)") from error
    row.seq = register.enter(act.signed(statement))[0].seq
    acts.keep_files(acceptance, row.id, acts.brought(actor, facts.get("files") or ()))
    changes = {"seq": row.seq, "fields": [row.key]}
    history.record(actor, "notice_default", acceptance, changes=changes)
    acts.print_later(acceptance, PAPER, row.id)
    register.tell(acceptance, "default_noticed", acts.other(side), notice=row.id)
    return row


def _filing(actor: Actor, acceptance: Acceptance, facts: Mapping[str, Any]) -> Filing:
    acts.check_in_force(acceptance)
    if facts["due_on"] is None or facts["due_on"] >= clock.today():
        raise Refused("not_late", "key", "CC 563(3)")
    if any(one.state in OPEN and one.key == facts["key"] for one in of_acceptance(acceptance)):
        raise Conflict("notice_open", "key", "CC 563(3)")
    cure = performance.cure_by(clock.today(), facts["days"])
    fields = {
        "key": facts["key"],
        "side": acts.other(acts.side_of(actor, acceptance)),
        "cure_by": cure.day.isoformat(),
    }
    secrets = {
        "reason": acts.said(facts["words"]),
        "evidence": acts.digests(acts.brought(actor, facts.get("files") or ())),
    }
    return acts.filing("default.noticed", acceptance, fields, secrets)


def answer_act(actor: Actor, notice: DefaultNotice, facts: Mapping[str, Any]) -> Act:
    """The other side's answer as a filing, for it to sign. A plain read; raises as `answer`."""
    _may_answer(actor, notice)
    return act_of(_answer_filing(notice, facts), role=acts.stated_by(actor, notice.acceptance))


def answer(
    actor: Actor, notice: DefaultNotice, facts: Mapping[str, Any], act: Act, statement: Statement
) -> DefaultNotice:
    """Answer a notice. `facts`: outcome (ANSWERS), words. Whether the duty is done, the duty itself shows."""
    _may_answer(actor, notice)
    acceptance, notice = _locked(notice)
    acts.same(act, _answer_filing(notice, facts))
    _move(actor, notice, "answer")
    notice.answer_seq = register.enter(act.signed(statement))[0].seq
    notice.answer_words = f"{facts['outcome']}: {facts['words']}"
    notice.answered_by, notice.answered_at = actor.account_id, clock.now()
    history.record(actor, "answer_default", acceptance, changes={"seq": notice.answer_seq})
    register.tell(acceptance, "default_answered", notice.side, notice=notice.id)
    return notice


def close(actor: Actor, notice: DefaultNotice, verb: str) -> None:
    """Say that the duty was performed (`cure`) or take the notice back (`withdraw`): who gave it does."""
    allow(actor, "default.notice", notice.acceptance)
    acceptance, notice = _locked(notice)
    if acts.side_of(actor, acceptance) != notice.side:
        raise Conflict("not_your_notice")
    _move(actor, notice, verb)
    history.record(actor, f"{verb}_default", acceptance, changes={"seq": notice.seq})
    register.tell(acceptance, "default_closed", acts.other(notice.side), notice=notice.id)


def end(actor: Actor, notice: DefaultNotice) -> None:
    """Mark a notice as the one a license was ended by."""
    _move(actor, notice, "end")


def _may_answer(actor: Actor, notice: DefaultNotice) -> None:
    allow(actor, "default.notice", notice.acceptance)
    if acts.side_of(actor, notice.acceptance) == notice.side:
        raise Conflict("own_notice")


def _answer_filing(notice: DefaultNotice, facts: Mapping[str, Any]) -> Filing:
    register.check_kept(notice.acceptance.contract)
    performance.NOTICE.move(notice.state, "answer")
    if facts["outcome"] not in ANSWERS:
        raise Refused("not_a_choice", "outcome")
    fields = {"about": "notice", "outcome": facts["outcome"]}
    return acts.filing(
        "default.answered", notice.acceptance, fields, {"reason": acts.said(facts["words"])}
    )


def _locked(notice: DefaultNotice) -> tuple[Acceptance, DefaultNotice]:
    acceptance = register.lock(notice.acceptance_id)
    fresh: DefaultNotice = acts.found(DefaultNotice, notice.id, locked=True)
    return acceptance, fresh


def _move(actor: Actor, notice: DefaultNotice, verb: str) -> None:
    """The only place that writes a notice's state."""
    line = performance.NOTICE.found(notice.state, verb)
    before, notice.state = notice.state, line.to
    history.record(
        actor, verb, notice, before=before, after=notice.state, changes={"article": line.article}
    )
