"""Hand-over of what the declaration promises, and its receipt (CC 866)."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry import clock, history
from registry.contracts import duty_acts as acts
from registry.contracts import performance, register
from registry.contracts.duty_models import Handover
from registry.contracts.models import Acceptance
from registry.contracts.performance import HandoverState
from registry.database import db, new_id
from registry.errors import Conflict, Refused
from registry.ledger.filings import Filing, Statement
from registry.licenses.draft import Handover as Promised
from registry.parties import agency
from registry.parties.permissions import allow
from registry.parties.prepared import Act, act_of
from registry.parties.rules import Actor

PAPER = "handover"
ANSWERS = ("confirm", "miss")


def find(handover_id: UUID) -> Handover:
    """Raises NotFound."""
    found: Handover = acts.found(Handover, handover_id)
    return found


def of_acceptance(acceptance: Acceptance) -> Sequence[Handover]:
    """All hand-overs of a license, oldest first."""
    query = select(Handover).where(Handover.acceptance_id == acceptance.id)
    return db.session.scalars(query.order_by(Handover.recorded_at)).all()


def promised(acceptance: Acceptance) -> Mapping[str, Any]:
    """What the declaration promises beyond the published text; empty when nothing."""
    found: Mapping[str, Any] = acceptance.record["declaration"]["answers"].get("materials") or {}
    return found if found.get("handover") not in (None, "", Promised.PUBLISHED_ONLY) else {}


def record_act(actor: Actor, acceptance: Acceptance, facts: Mapping[str, Any]) -> Act:
    """The hand-over as a filing, for the holder to sign. A plain read; raises as `record`."""
    allow(actor, "handover.record", acceptance)
    return act_of(_filing(actor, acceptance, facts), role=agency.stated(register.HOLDER, actor.power))


def record(
    actor: Actor, acceptance: Acceptance, facts: Mapping[str, Any], act: Act, statement: Statement
) -> Handover:
    """Record what was handed over and when. `facts`: day, items, files.

    Raises Refused for a day to come or before the license, Conflict `handover_open` while one waits for its
    answer.
    """
    allow(actor, "handover.record", acceptance)
    acceptance = register.lock(acceptance.id)
    acts.same(act, _filing(actor, acceptance, facts))
    row = Handover(
        id=new_id(),
        acceptance_id=acceptance.id,
        acceptance=acceptance,
        state=HandoverState.RECORDED,
        day=facts["day"],
        items=facts["items"],
        signer=actor.name,
        recorded_by=actor.account_id,
        recorded_at=clock.now(),
    )
    db.session.add(row)
    row.seq = register.enter(act.signed(statement))[0].seq
    acts.keep_files(acceptance, row.id, acts.brought(actor, facts.get("files") or ()))
    history.record(actor, "hand_over", acceptance, changes={"seq": row.seq})
    register.tell(acceptance, "handover_recorded", register.LICENSEE, handover=row.id)
    return row


def _filing(actor: Actor, acceptance: Acceptance, facts: Mapping[str, Any]) -> Filing:
    acts.check_in_force(acceptance)
    if facts["day"] > clock.today():
        raise Refused("day_in_future", "day")
    if acceptance.effective_on is not None and facts["day"] < acceptance.effective_on:
        raise Refused("day_before_license", "day", "CC 866", day=acceptance.effective_on)
    if any(one.state == HandoverState.RECORDED for one in of_acceptance(acceptance)):
        raise Conflict("handover_open", article="CC 866")
    secrets = {
        "reason": acts.said(facts["items"], field="items", article="CC 866"),
        "evidence": acts.digests(acts.brought(actor, facts.get("files") or ())),
    }
    return acts.filing("handover.recorded", acceptance, {"day": facts["day"].isoformat()}, secrets)


def answer_act(actor: Actor, handover: Handover, facts: Mapping[str, Any]) -> Act:
    """Receipt, or what is missing, as a filing for the licensee to sign. A plain read; raises as `answer`."""
    allow(actor, "handover.answer", handover.acceptance)
    return act_of(_answer_filing(handover, facts), role=agency.stated(register.LICENSEE, actor.power))


def answer(
    actor: Actor, handover: Handover, facts: Mapping[str, Any], act: Act, statement: Statement
) -> Handover:
    """Confirm receipt or say what is missing. `facts`: outcome (ANSWERS), missing."""
    allow(actor, "handover.answer", handover.acceptance)
    acceptance = register.lock(handover.acceptance_id)
    handover = acts.found(Handover, handover.id, locked=True)
    acts.same(act, _answer_filing(handover, facts))
    line = performance.HANDOVER.found(handover.state, facts["outcome"])
    before, handover.state = handover.state, line.to
    handover.missing = facts.get("missing") or "" if facts["outcome"] == "miss" else ""
    handover.answer_seq = register.enter(act.signed(statement))[0].seq
    handover.answered_by, handover.answered_at = actor.account_id, clock.now()
    changes = {"article": line.article, "seq": handover.answer_seq}
    history.record(
        actor, facts["outcome"], handover, before=before, after=handover.state, changes=changes
    )
    history.record(actor, f"{facts['outcome']}_handover", acceptance, changes=changes)
    if facts["outcome"] == "confirm":
        acts.print_later(acceptance, PAPER, handover.id)
    register.tell(acceptance, "handover_answered", register.HOLDER, handover=handover.id)
    return handover


def _answer_filing(handover: Handover, facts: Mapping[str, Any]) -> Filing:
    register.check_kept(handover.acceptance.contract)
    if facts["outcome"] not in ANSWERS:
        raise Refused("not_a_choice", "outcome")
    after = performance.HANDOVER.move(handover.state, facts["outcome"])
    missing = facts.get("missing") or "" if facts["outcome"] == "miss" else ""
    if facts["outcome"] == "miss":
        acts.said(missing, field="missing", article="CC 866")
    return acts.filing(
        "handover.confirmed", handover.acceptance, {"outcome": str(after)}, {"reason": missing}
    )
