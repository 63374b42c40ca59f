"""How long a registrar may still take, and how long a correction may.

Working days are counted when they are shown, not when they are stored: a calendar that is published later
makes a provisional day a sure one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.codes.calendar import Due, working_days_between
from registry.contracts import rules
from registry.contracts.rules import RegistrationState

ANSWER, CORRECTION = "answer", "correction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What is waited for, since when, until when. `late`: whole working days past the day."""

    kind: str  # answer: the registrar's; correction: ours
    since: date
    due: Due
    overdue: bool
    late: int


def clock_of(state: str, results: Sequence[Mapping[str, Any]], today: date) -> Clock | None:
    """The clock that runs for a contract. `results`: result, day, working_days, due_on, oldest first.

    None where nothing is counted: nothing was accepted, or a registrar set no day for a correction.
    """
    if state == RegistrationState.ACCEPTED:
        accepted = _last(results, "已受理")
        if accepted is None:
            return None
        due = rules.registration_due(accepted["day"], days=accepted["working_days"] or rules.ANSWER_DAYS)
        return _clock(ANSWER, accepted["day"], due, today)
    if state == RegistrationState.CORRECTION:
        asked = _last(results, "补正")
        if asked is None or asked["due_on"] is None:
            return None
        return _clock(CORRECTION, asked["day"], Due(asked["due_on"], provisional=False), today)
    return None


def _clock(kind: str, since: date, due: Due, today: date) -> Clock:
    late = working_days_between(due.day, today)
    return Clock(kind=kind, since=since, due=due, overdue=today > due.day, late=late)


def _last(results: Sequence[Mapping[str, Any]], answer: str) -> Mapping[str, Any] | None:
    return next((one for one in reversed(results) if one["result"] == answer), None)
