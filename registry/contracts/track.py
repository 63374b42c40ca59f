"""The registration track as pages show it: where a contract is to be registered, which clock runs, how many
stand where.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry import clock
from registry.contracts import cases, clocks, rules
from registry.contracts.applicants import Standing
from registry.contracts.clocks import Clock
from registry.contracts.models import Contract, RegistrationResult
from registry.contracts.registration_models import RegistrationCase
from registry.contracts.rules import RegistrationState


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One contract's way: what was set, what is proposed, which clock runs, what can be done now."""

    case: RegistrationCase | None
    place: Standing
    applicant_name: str
    clock: Clock | None
    verbs: tuple[str, ...]
    registration_number: str  # the last one given, of a contract that is registered


def of(contract: Contract) -> Track:
    place = cases.standing(contract)
    frozen = contract.acceptances[0].record
    names = {
        "seller": frozen["licensor"]["name"],
        "intermediary": contract.venue.name,
        "buyer": frozen["licensee"]["name"],
    }
    numbers = [one.registration_number for one in contract.results if one.registration_number]
    return Track(
        case=cases.of(contract),
        place=place,
        applicant_name=names[place.applicant],
        clock=running(contract),
        verbs=rules.REGISTRATION.verbs(contract.registration),
        registration_number=numbers[-1] if numbers else "",
    )


def running(contract: Contract) -> Clock | None:
    """The clock that runs for a contract."""
    return clocks.clock_of(contract.registration, [_facts(one) for one in contract.results], clock.today())


def overdue(contracts: Sequence[Contract]) -> list[tuple[Contract, Clock]]:
    """Contracts whose day has passed, the longest waiting first."""
    waiting = [
        (one, found)
        for one in contracts
        if one.registration in (RegistrationState.ACCEPTED, RegistrationState.CORRECTION)
        and (found := running(one)) is not None
        and found.overdue
    ]
    return sorted(waiting, key=lambda pair: pair[1].due.day)


def counts(contracts: Sequence[Contract]) -> list[tuple[str, int]]:
    """How many contracts stand in each state, in the track's order; states nobody is in are left out."""
    found = Counter(one.registration for one in contracts)
    return [(str(state), found[state]) for state in RegistrationState if found[state]]


def _facts(row: RegistrationResult) -> Mapping[str, Any]:
    return {
        "result": row.result,
        "day": row.day,
        "working_days": row.working_days,
        "due_on": row.due_on,
    }
