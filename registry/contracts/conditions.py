"""A license whose condition stands in words (fee method OTHER): the patentee states, signed, that it is met.

The words were part of the text that was signed and accepted; nobody adds to them here. Where the patentee is
silent the licensee asks the venue, which decides on what both have brought (CC 158, 159): a patentee cannot
keep a license from arising by saying nothing.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from registry import clock
from registry.contracts import record as records
from registry.contracts import register, rules
from registry.contracts.models import Acceptance, Decision
from registry.contracts.rules import AcceptanceState, Arrival
from registry.errors import Conflict, Refused
from registry.ledger.filings import Filing, Statement
from registry.licenses import schedule
from registry.parties import agency
from registry.parties import service as parties
from registry.parties.permissions import allow
from registry.parties.prepared import Act, act_of
from registry.parties.rules import Actor

GROUND = "condition"
"""How `license.effective` says on what the license rests, and what a question about it is called."""


def by_words(acceptance: Acceptance) -> bool:
    """Whether the license waits for a condition in words and for no money."""
    condition = schedule.condition(records.fee_of(acceptance.record))
    return condition.kind is schedule.Condition.ON_WORDS


def waits(acceptance: Acceptance) -> bool:
    return acceptance.state == AcceptanceState.AWAITING_PAYMENT and by_words(acceptance)


def words(acceptance: Acceptance) -> str:
    """The condition as it was declared and accepted."""
    return schedule.condition(records.fee_of(acceptance.record)).words


def meet_act(actor: Actor, acceptance: Acceptance, facts: Mapping[str, Any]) -> Act:
    """The filing that the license takes effect, for the patentee to sign. A plain read; raises as `meet`."""
    _may_state(actor, acceptance)
    _check(acceptance, facts["met_on"])
    return act_of(_filing(acceptance, facts), role=agency.stated(register.HOLDER, actor.power))


def meet(
    actor: Actor, acceptance: Acceptance, facts: Mapping[str, Any], act: Act, statement: Statement
) -> Acceptance:
    """State that the condition is met; the license takes effect on that day. `facts`: met_on, reason.

    Raises Conflict `wrong_state` where nothing waits, Refused for a day before the notice, in the future, or
    after a withdrawal took effect; on the withdrawal's own day the venue decides.
    """
    acceptance = register.lock(acceptance.id)
    _may_state(actor, acceptance)
    _check(acceptance, facts["met_on"])
    filing = _filing(acceptance, facts)
    if act.filing.fields != filing.fields or act.filing.secrets != filing.secrets:
        raise Conflict("stale_digest", "statement")
    take_effect(actor, acceptance, facts["met_on"], verb="meet")
    appended = register.enter(act.signed(statement))
    register.after_effective(acceptance, appended[0].seq)
    return acceptance


def take_effect(actor: Actor, acceptance: Acceptance, met_on: date, *, verb: str) -> Filing:
    """Move to effective on the day the condition was met; returns the unsigned filing that says so."""
    assert acceptance.noticed_at is not None
    register.move(actor, acceptance, verb, met_on=met_on.isoformat())
    return register.become_effective(
        acceptance, rules.effective(acceptance.noticed_at, met_on), ground=GROUND
    )


def ask(actor: Actor, acceptance: Acceptance, *, reason: str) -> Decision:
    """The licensee asks the venue to find that the condition is met (CC 159)."""
    allow(actor, "acceptance.ask", acceptance)
    register.check_kept(acceptance.contract)
    if not reason.strip():
        raise Refused("required", "reason")
    acceptance = register.lock(acceptance.id)
    _waiting(acceptance, "dispute")
    register.move(actor, acceptance, "dispute", ground=GROUND)
    return register.open_decision(actor, acceptance, GROUND, reason=reason.strip())


def _may_state(actor: Actor, acceptance: Acceptance) -> None:
    allow(actor, "acceptance.meet", acceptance)
    parties.impartial(actor, acceptance.licensee_id)
    register.check_kept(acceptance.contract)


def _waiting(acceptance: Acceptance, verb: str) -> None:
    if not waits(acceptance):
        raise Conflict("wrong_state", state=acceptance.state, verb=verb)


def _check(acceptance: Acceptance, met_on: date) -> None:
    _waiting(acceptance, "meet")
    check_day(acceptance, met_on, field="met_on")
    if register.arrival(acceptance, met_on) is Arrival.DECISION:
        raise Refused("condition_same_day", "met_on", "GL 4; CC 159")


def check_day(acceptance: Acceptance, met_on: date, *, field: str) -> None:
    """The day lies between the notice and today, and before a withdrawal took effect."""
    assert acceptance.noticed_at is not None
    if met_on > clock.today():
        raise Refused("day_in_future", field)
    if met_on < clock.legal_day(acceptance.noticed_at):
        raise Refused("condition_before_notice", field, "CC 158")
    if register.arrival(acceptance, met_on) is Arrival.TOO_LATE:
        raise Refused("arrived_too_late", field, "PL 50; GL 4")


def _filing(acceptance: Acceptance, facts: Mapping[str, Any]) -> Filing:
    """What `take_effect` will say, with the patentee's words committed to. Changes nothing."""
    assert acceptance.noticed_at is not None
    effective = rules.effective(acceptance.noticed_at, facts["met_on"])
    return Filing(
        type="license.effective",
        subject=acceptance.filed_under,
        fields={
            **acceptance.filed_as,
            "instant": clock.rfc3339(effective.at),
            "ground": GROUND,
            "last_day": records.expected_term(acceptance, effective.on).last_day.isoformat(),
        },
        secrets={"reason": facts["reason"]},
    )
