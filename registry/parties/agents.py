"""Agents and internal units at every door: what a power or a unit's authority carries, whether it stands, and
that nobody deals with themselves (CC 61, 161-173). Asked by `allow`, and by nobody else.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, or_, select

from registry import clock
from registry.database import db, value_of
from registry.errors import NotAllowed
from registry.parties import agency
from registry.parties.agency import Power, PowerState, Unit
from registry.parties.models import Authority, Membership, Organisation
from registry.parties.power_models import PowerOfAttorney
from registry.parties.rules import Actor

_HELD = select(PowerOfAttorney).where(
    PowerOfAttorney.agent_id == bindparam("agent"),
    PowerOfAttorney.principal_id.in_(bindparam("principals", expanding=True)),
    PowerOfAttorney.state == PowerState.ACTIVE,
)
_HOLDS = _HELD.with_only_columns(PowerOfAttorney.id).limit(1)
TAKING = frozenset({"acceptance.draft", "acceptance.send"})
"""Acts by which somebody becomes the other side of an offer they may have made themselves, for another."""


def check(actor: Actor, verb: str, thing: Any, *, own: bool) -> None:
    """Return when the power in hand carries the verb; without one, when nobody deals with themselves.

    `own`: the thing is the account's own, of which no power speaks. Raises NotAllowed `power_over`,
    `outside_power`, `self_dealing`, `double_agency`, `agent_suspended`, `unit_unauthorised`, `unit_never`.
    """
    if own:
        return
    if actor.unit is not None:
        _refuse_unauthorised(actor.unit, verb)
    if actor.power is None:
        if verb in TAKING and actor.organisation_id is not None:
            _refuse_self(actor.organisation_id, thing)
        return
    _refuse_over(actor.power)
    numbers = getattr(thing, "patent_numbers", None)
    if not agency.covers(actor.power, verb, numbers):
        raise NotAllowed("outside_power", article="CC 165, 171", number=actor.power.number)
    if agency.deals(verb):
        _refuse_both(actor, actor.power, thing)


def _refuse_unauthorised(unit: Unit, verb: str) -> None:
    """A unit binds its legal person only within an authority that stands today (CC 61, 170)."""
    if verb in agency.UNIT_NEVER:
        raise NotAllowed("unit_never", article="CC 61, 170", unit=unit.name)
    if not agency.binds(verb):
        return
    today = clock.today()
    query = select(Authority.matters).where(
        Authority.unit_id == unit.id,
        Authority.ended_at.is_(None),
        Authority.valid_from <= today,
        or_(Authority.valid_to.is_(None), Authority.valid_to >= today),
    )
    if not any(agency.unit_may(matters, verb) for matters in db.session.scalars(query)):
        raise NotAllowed("unit_unauthorised", article="CC 61, 170", unit=unit.name)


def _refuse_over(power: Power) -> None:
    """Read again here: it may have ended since the page was asked for (CC 173)."""
    row = db.session.get(PowerOfAttorney, power.id, populate_existing=True)
    if row is None or not row.stands(clock.today()):
        raise NotAllowed("power_over", article="CC 173", number=power.number)
    if db.session.get_one(Organisation, row.agent_id).suspended_at is not None:
        raise NotAllowed("agent_suspended", article="[ours]")


def _refuse_both(actor: Actor, power: Power, thing: Any) -> None:
    """Neither with itself nor for both, unless each principal has agreed (CC 168); nor does the agent's
    person face a party they belong to themselves.
    """
    others = _sides(thing) - {power.principal_id}
    if not power.own_side and (power.agent_id in others or _belongs(actor, others)):
        raise NotAllowed("self_dealing", article="CC 168")
    about = set(getattr(thing, "patent_numbers", None) or ())
    for row in _held(power.agent_id, others):
        if _concerns(row, about) and not (row.both_sides and power.both_sides):
            raise NotAllowed("double_agency", article="CC 168")


def _belongs(actor: Actor, parties: set[UUID]) -> bool:
    query = select(Membership.id).where(
        Membership.account_id == actor.account_id,
        Membership.organisation_id.in_(parties),
        Membership.ended_at.is_(None),
    )
    return bool(parties) and db.session.scalar(query.limit(1)) is not None


def _concerns(row: PowerOfAttorney, about: set[str]) -> bool:
    """Whether a power is over what an act is about; an act that does not say may be about all of it."""
    return not row.patents or not about or bool(about & set(row.patents))


def _refuse_self(taker: UUID, thing: Any) -> None:
    """Who makes offers for another does not take them for itself, unless that other has agreed (CC 168)."""
    for row in _held(taker, _sides(thing) - {taker}):
        about = set(getattr(thing, "patent_numbers", None) or ())
        if _concerns(row, about) and not row.own_side:
            raise NotAllowed("self_dealing", article="CC 168")


def _sides(thing: Any) -> set[UUID]:
    named = {getattr(thing, "holder_id", None), getattr(thing, "licensee_id", None)}
    return {one for one in (*named, *getattr(thing, "holder_ids", ())) if one is not None}


def _held(agent_id: UUID, principals: set[UUID]) -> Sequence[PowerOfAttorney]:
    """Powers an agent holds of some parties today by which it faces the other side of a license."""
    if not principals:
        return ()
    asked = {"agent": agent_id, "principals": list(principals)}
    if value_of(_HOLDS, **asked) is None:  # nearly always: who is no agent pays for no objects
        return ()
    found = [one for one in db.session.scalars(_HELD, asked) if one.stands(clock.today())]
    return [one for one in found if agency.DEALING & set(one.matters)]
