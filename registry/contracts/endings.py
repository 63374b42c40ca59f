"""Ending a license for breach: a party does it with a signed filing, never the registry (CC 563, 565).

The ending takes effect when it reaches the other side, which is when it is entered here. The other side
accepts it or objects within fifteen days; about an objection the venue enters what the parties agreed or a
court said, and an ending that did not stand is reversed with a filing of its own. Dues that fall after the
last day cease (CC 566).
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from registry import clock, history
from registry.contracts import default_notices as notices
from registry.contracts import duty_acts as acts
from registry.contracts import performance, register
from registry.contracts.cures import cured
from registry.contracts.duty_models import DefaultNotice, Ending
from registry.contracts.models import Acceptance
from registry.contracts.performance import EndingState
from registry.contracts.rules import AcceptanceState
from registry.database import db, new_id
from registry.errors import Conflict, Refused
from registry.ledger.filings import Filing, Statement
from registry.parties import service as parties
from registry.parties.permissions import allow
from registry.parties.prepared import Act, act_of
from registry.parties.rules import Actor

PAPER = "ending"
BREACH, REINSTATED = "breach", "reinstated"
ANSWERS = ("accept", "object")
SETTLED = ("uphold", "reverse")


def find(ending_id: UUID) -> Ending:
    """Raises NotFound."""
    found: Ending = acts.found(Ending, ending_id)
    return found


def of_acceptance(acceptance: Acceptance) -> Sequence[Ending]:
    """All endings of a license, oldest first."""
    query = select(Ending).where(Ending.acceptance_id == acceptance.id)
    return db.session.scalars(query.order_by(Ending.declared_at)).all()


def of_venue(actor: Actor) -> Sequence[Ending]:
    """Endings the other side objected to, at the actor's venue, oldest first."""
    query = select(Ending).join(Acceptance, Acceptance.id == Ending.acceptance_id)
    query = query.where(Acceptance.venue_id == actor.venue_id, Ending.state == EndingState.OBJECTED)
    return db.session.scalars(query.order_by(Ending.declared_at)).all()


# --- ending ------------------------------------------------------------------------------------------


def end_act(actor: Actor, acceptance: Acceptance, facts: Mapping[str, Any]) -> Act:
    """The ending as a filing, for the party to sign. A plain read; raises as `end`."""
    allow(actor, "default.notice", acceptance)
    return act_of(_filing(actor, acceptance, facts), role=acts.stated_by(actor, acceptance))


def end(
    actor: Actor, acceptance: Acceptance, facts: Mapping[str, Any], act: Act, statement: Statement
) -> Ending:
    """End a license today. `facts`: ground (performance.ENDING_GROUNDS), words, notice (id of a notice of
    default, needed for `not_cured`), files.

    Raises Refused as performance.check_ending, Conflict `license_not_in_force`, `notice_performed` where the
    duty was done in the time the notice gave.
    """
    allow(actor, "default.notice", acceptance)
    acceptance = register.lock(acceptance.id)
    acts.same(act, _filing(actor, acceptance, facts), moving=("instant",))
    side, notice = acts.side_of(actor, acceptance), _notice(actor, acceptance, facts)
    register.move(actor, acceptance, "end_breach", ground=facts["ground"])
    register.ending(acceptance, ground=BREACH, on=clock.today())
    row = Ending(
        id=new_id(),
        acceptance_id=acceptance.id,
        acceptance=acceptance,
        notice_id=notice.id if notice else None,
        side=side,
        state=EndingState.DECLARED,
        ground=facts["ground"],
        ends_on=clock.today(),
        answer_by=performance.answer_by(clock.today()).day,
        words=facts["words"],
        signer=actor.name,
        declared_by=actor.account_id,
        declared_at=clock.now(),
    )
    db.session.add(row)
    row.seq = register.enter(act.signed(statement))[0].seq
    acts.keep_files(acceptance, row.id, acts.brought(actor, facts.get("files") or ()))
    if notice is not None:
        notices.end(actor, notice)
    acts.print_later(acceptance, PAPER, row.id)
    register.tell(acceptance, "license_ended", acts.other(side), register.VENUE, ending=row.id)
    return row


def _filing(actor: Actor, acceptance: Acceptance, facts: Mapping[str, Any]) -> Filing:
    acts.check_in_force(acceptance)
    notice = _notice(actor, acceptance, facts)
    if notice is not None and facts["ground"] == "not_cured" and cured(acceptance, notice):
        raise Conflict("notice_performed", "notice", "CC 563(3)", day=notice.cure_by)
    performance.check_ending(
        facts["ground"], today=clock.today(), cure_ends=notice.cure_by if notice else None
    )
    fields = {
        "instant": clock.rfc3339(clock.now()),
        "ground": BREACH,
        "last_day": clock.today().isoformat(),
    }
    secrets = {
        "reason": {"ground": facts["ground"], "words": acts.said(facts["words"])},
        "evidence": acts.digests(acts.brought(actor, facts.get("files") or ())),
    }
    return acts.filing("license.ended", acceptance, fields, secrets)


def _notice(actor: Actor, acceptance: Acceptance, facts: Mapping[str, Any]) -> DefaultNotice | None:
    """The notice the ending rests on: the party's own, about this license, still open."""
    if not facts.get("notice"):
        return None
    found = notices.find(facts["notice"])
    mine = found.acceptance_id == acceptance.id and found.side == acts.side_of(actor, acceptance)
    if not mine or found.state not in notices.OPEN:
        raise Refused("not_a_choice", "notice", "CC 563(3)")
    return found


# --- the other side ----------------------------------------------------------------------------------


def answer_act(actor: Actor, ending: Ending, facts: Mapping[str, Any]) -> Act:
    """Acceptance or objection as a filing, for the other side to sign. A plain read; raises as `answer`."""
    _may_answer(actor, ending)
    return act_of(_answer_filing(ending, facts), role=acts.stated_by(actor, ending.acceptance))


def answer(actor: Actor, ending: Ending, facts: Mapping[str, Any], act: Act, statement: Statement) -> Ending:
    """Accept an ending or object to it. `facts`: outcome (ANSWERS), words (needed to object).

    An objection after the fifteen days is taken too and marked by its day: whether it counts, a court says
    (CC 565). The license stays ended here until the objection is settled.
    """
    _may_answer(actor, ending)
    acceptance, ending = _locked(ending)
    acts.same(act, _answer_filing(ending, facts))
    _move(actor, ending, facts["outcome"])
    ending.answer_seq = register.enter(act.signed(statement))[0].seq
    ending.answer_words = facts.get("words") or ""
    ending.answered_by, ending.answered_at = actor.account_id, clock.now()
    history.record(actor, f"{facts['outcome']}_ending", acceptance, changes={"seq": ending.answer_seq})
    told = [ending.side, *([register.VENUE] if facts["outcome"] == "object" else [])]
    register.tell(acceptance, "ending_answered", *told, ending=ending.id)
    return ending


def _may_answer(actor: Actor, ending: Ending) -> None:
    allow(actor, "default.notice", ending.acceptance)
    if acts.side_of(actor, ending.acceptance) == ending.side:
        raise Conflict("own_notice")


def _answer_filing(ending: Ending, facts: Mapping[str, Any]) -> Filing:
    register.check_kept(ending.acceptance.contract)
    if facts["outcome"] not in ANSWERS:
        raise Refused("not_a_choice", "outcome")
    after = performance.ENDING.move(ending.state, facts["outcome"])
    if facts["outcome"] == "object":
        acts.said(facts.get("words") or "", article="CC 565")
    fields = {"about": "ending", "outcome": str(after)}
    return acts.filing("default.answered", ending.acceptance, fields, {"reason": facts.get("words") or ""})


# --- what became of an objection ---------------------------------------------------------------------


def settle_act(actor: Actor, ending: Ending, facts: Mapping[str, Any]) -> Act:
    """What the parties agreed or a court said, as a filing for the venue's operator to sign. A plain read."""
    _may_settle(actor, ending)
    return act_of(_settle_filing(ending, facts), role=register.VENUE)


def settle(
    actor: Actor, ending: Ending, facts: Mapping[str, Any], act: Act, statement: Statement | None = None
) -> Ending:
    """Enter what became of an objection. `facts`: outcome (SETTLED), words (agreement, decision or
    judgement).

    `reverse`: the license is in force again from its first day on, with its own filing. Raises Conflict
    `already_licensed` when the licensee has taken the offer anew meanwhile.
    """
    _may_settle(actor, ending)
    acceptance, ending = _locked(ending)
    acts.same(act, _settle_filing(ending, facts))
    _move(actor, ending, facts["outcome"])
    filings = [act.signed(statement)]
    if facts["outcome"] == "reverse":
        filings.append(_reinstate(actor, acceptance, ending))
    appended = register.enter(*filings)
    ending.settled_seq = appended[0].seq
    ending.settled_words = facts["words"]
    ending.settled_by, ending.settled_at = actor.account_id, clock.now()
    register.tell(acceptance, "ending_settled", *register.BOTH, ending=ending.id)
    return ending


def _reinstate(actor: Actor, acceptance: Acceptance, ending: Ending) -> Filing:
    """In force again, with its own days; what fell due meanwhile is due."""
    assert acceptance.effective_at is not None
    assert acceptance.last_day is not None
    register.move(actor, acceptance, "reinstate", ground=ending.ground)
    register.plan_dues(acceptance)  # what fell away with the ending is asked for again
    acceptance.ended_on, acceptance.ended_ground = None, ""
    number = acceptance.number  # a failed flush leaves nothing to read
    try:
        db.session.flush()
    except IntegrityError as error:
        raise Conflict("already_licensed", article="PL 51", number=number) from error
    fields = {
        "instant": clock.rfc3339(acceptance.effective_at),
        "ground": REINSTATED,
        "last_day": acceptance.last_day.isoformat(),
    }
    return acts.filing("license.effective", acceptance, fields, {})


def _may_settle(actor: Actor, ending: Ending) -> None:
    acceptance = ending.acceptance
    allow(actor, "ending.settle", acceptance)
    parties.impartial(actor, acceptance.holder_id, acceptance.licensee_id)


def _settle_filing(ending: Ending, facts: Mapping[str, Any]) -> Filing:
    register.check_kept(ending.acceptance.contract)
    if facts["outcome"] not in SETTLED:
        raise Refused("not_a_choice", "outcome")
    after = performance.ENDING.move(ending.state, facts["outcome"])
    if ending.acceptance.state != AcceptanceState.TERMINATED:
        raise Conflict("wrong_state", state=ending.acceptance.state, verb=facts["outcome"])
    fields = {"ground": BREACH, "outcome": str(after)}
    return acts.filing("objection.decided", ending.acceptance, fields, {"reasons": acts.said(facts["words"])})


def _locked(ending: Ending) -> tuple[Acceptance, Ending]:
    acceptance = register.lock(ending.acceptance_id)
    fresh: Ending = acts.found(Ending, ending.id, locked=True)
    return acceptance, fresh


def _move(actor: Actor, ending: Ending, verb: str) -> None:
    """The only place that writes an ending's state."""
    line = performance.ENDING.found(ending.state, verb)
    before, ending.state = ending.state, line.to
    history.record(actor, verb, ending, before=before, after=ending.state, changes={"article": line.article})
