"""Agents in tests: a power named, signed and taken on through the real services, and who acts under it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from registry import clock
from registry.database import db, transaction
from registry.parties import powers
from registry.parties.models import Organisation
from tests.factories import Person, reading

MATTERS = ("declare", "withdraw", "accept", "confirm", "register", "answer")


def terms(named_agent: Person, **changes: Any) -> Mapping[str, Any]:
    """What a power says: everything over all patents for thirty days, unless told."""
    organisation = reading(lambda: db.session.get_one(Organisation, named_agent.organisation_id))
    return {
        "agent": organisation.uscc or named_agent.email,
        "matters": list(MATTERS),
        "patents": [],
        "first_day": clock.today(),
        "last_day": clock.today() + timedelta(days=30),
        "own_side": False,
        "both_sides": False,
        **changes,
    }


def drafted(principal: Person, named_agent: Person, **changes: Any) -> str:
    return transaction(lambda: powers.draft(principal.actor, terms(named_agent, **changes)).number)


def grant(principal: Person, number: str) -> None:
    act = reading(lambda: powers.grant_act(principal.actor, powers.find(principal.actor, number)))
    statement = principal.sign(act.statement)
    transaction(lambda: powers.grant(principal.actor, number, act, statement).number)


def named(principal: Person, agent: Person, **changes: Any) -> str:
    """A power the agent has taken on; returns its number."""
    number = drafted(principal, agent, **changes)
    grant(principal, number)
    transaction(lambda: powers.accept(agent.actor, number).number)
    return number


def under(agent: Person, number: str) -> Person:
    """The agent's person as the principal's agent."""
    return replace(agent, actor=reading(lambda: powers.actor_under(agent.actor, number)))
