"""When somebody's data may be erased: the grounds, how long it has to be kept, and what stands against it.

The log loses no hash by it: an erasure takes away what opens a commitment, never the commitment.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from registry.errors import Conflict, Refused
from registry.text import N_

RETENTION_YEARS = 3
"""After the patent's term, or after what never became a license has ended: the time for claims (CC 188)."""


class Kind(StrEnum):
    """Whose or which data goes. One erasure is about one thing."""

    CONTRACT = "contract"
    DECLARATION = "declaration"
    KEY = "key"
    ACCOUNT = "account"
    PARTY = "party"


class Ground(StrEnum):
    """Why it goes."""

    REQUEST = "request"
    RETENTION = "retention"
    ORDER = "order"
    LAW = "law"


ARTICLES: Mapping[Ground, str] = {
    Ground.REQUEST: "PIPL 47",
    Ground.RETENTION: "PIPL 19, 47",
    Ground.ORDER: "[ours]",
    Ground.LAW: "PIPL 47",
}
GROUNDS: Mapping[str, str] = {
    "request": N_("本人或者单位请求删除"),
    "retention": N_("保存期限届满"),
    "order": N_("法院或者主管机关的决定"),
    "law": N_("法律、行政法规要求删除"),
}
"""Message ids; the ground is shown wherever something has been erased."""
_COMPELLING = (Ground.ORDER, Ground.LAW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the register knows that may stand against an erasure.

    `retained_to`: last day of its retention, None when nothing has to be kept. `remaining`: numbers of other
    things that repeat the data and have to be erased before.
    """

    erased: bool = False
    in_force: bool = False
    open_question: bool = False
    retained_to: date | None = None
    remaining: tuple[str, ...] = ()
    busy: bool = False


def retained_to(*days: date | None) -> date | None:
    """The last day of retention: three years after the latest of these days."""
    known = [day for day in days if day is not None]
    return _years_after(max(known), RETENTION_YEARS) if known else None


def holds(situation: Situation, ground: str, today: date) -> list[Refused]:
    """What stands against the erasure today. An order or a law sets the first three aside, never the rest."""
    if situation.erased:
        return [Conflict("erased_already")]
    found: list[Refused] = []
    if situation.remaining:
        found.append(Refused("erasure_remaining", numbers=situation.remaining))
    if situation.busy:
        found.append(Conflict("erasure_busy"))
    if ground in _COMPELLING:
        return found
    if situation.in_force:
        found.append(Refused("erasure_in_force", article="PIPL 13, 47"))
    if situation.open_question:
        found.append(Refused("erasure_open_question", article="PIPL 13, 47"))
    if situation.retained_to is not None and today <= situation.retained_to:
        found.append(Refused("erasure_retained", article="CC 188; PIPL 47", day=situation.retained_to))
    return found


def check_reference(ground: str, reference: str) -> None:
    """An order or a law has to be named, for whoever looks at the history later. Raises Refused."""
    if ground in _COMPELLING and not reference:
        raise Refused("required", "reference", ARTICLES[Ground(ground)])


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)
