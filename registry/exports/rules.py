"""What is chosen for a batch, how a batch comes to be, and which places of a package somebody has to fill
(registration section 4).
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any, Literal

from registry.states import Machine, Move


class BatchState(StrEnum):
    """How far a batch has come: its rows frozen, its archive packed."""

    FREEZING = "freezing"
    PACKING = "packing"
    PACKED = "packed"
    EMPTY = "empty"  # nothing of what was chosen could be taken in


class PlaceState(StrEnum):
    """What became of a contract that was chosen for a batch."""

    CHOSEN = "chosen"
    FROZEN = "frozen"
    REFUSED = "refused"


BATCH = Machine(
    {
        (BatchState.FREEZING, "freeze"): Move(BatchState.PACKING, "[ours]"),
        (BatchState.FREEZING, "refuse_all"): Move(BatchState.EMPTY, "[ours]"),
        (BatchState.PACKING, "pack"): Move(BatchState.PACKED, "[ours]"),
    },
    start=BatchState.FREEZING,
)
PLACE = Machine(
    {
        (PlaceState.CHOSEN, "freeze"): Move(PlaceState.FROZEN, "[ours]"),
        (PlaceState.CHOSEN, "refuse"): Move(PlaceState.REFUSED, "[ours]"),
    },
    start=PlaceState.CHOSEN,
)
OPEN_BATCHES = (BatchState.FREEZING, BatchState.PACKING)
"""The worker still reads what it packs."""

Applicant = Literal["seller", "intermediary", "buyer"]
APPLICANTS: tuple[Applicant, ...] = ("seller", "intermediary", "buyer")
"""Provider or intermediary may apply; the buyer where the seller does not [second-hand]."""

BRINGS: Mapping[str, str] = {
    "02b": "许可方、被许可方",
    "05": "被许可方",
    "06": "许可方",
    "07a": "许可方",
    "07b": "被许可方",
    "08": "许可方（代理机构）",
    "08a": "许可方",
    "08b": "许可方",
    "12": "交易场所",
    "13": "办理备案的一方",
    "14": "许可方",
}
"""Who has to bring what is missing."""
OPTIONAL = frozenset({"12", "14"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One contract for a batch: who applies, and the word that it is registered nowhere else."""

    number: str
    applicant: Applicant = "seller"
    not_elsewhere: bool = False


Shown = Literal["", "ready", "faults", "zero"]
SHOWN: tuple[Shown, ...] = ("", "ready", "faults", "zero")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which of a venue's contracts to show; an empty part asks nothing. Days are those of the effect."""

    show: Shown = ""
    stamp: str = ""
    region: str = ""  # of whoever would apply: the first digits of GB/T 2260
    seller: str = ""  # part of the name
    method: str = ""
    registrar: str = ""  # its whole name
    applicant: str = ""
    first_day: date | None = None
    last_day: date | None = None

    def asked(self) -> dict[str, str]:
        """The parts that ask something, as texts, for links and hidden inputs."""
        parts = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: str(value) for name, value in parts.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """Everything that matched a filter when it was looked at: how many, and the digest of their numbers."""

    filter: Filter
    count: int
    digest: str


def digest_of(numbers: Iterable[str]) -> str:
    """SHA-256 of contracts' numbers in order, one a line: what was seen is what is exported."""
    return hashlib.sha256("".join(f"{number}\n" for number in sorted(numbers)).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A batch as it is asked for: contracts one by one, or everything that matched a filter.

    Zero-fee contracts stay out unless they are asked for: all of them, or those whose registrar has said that
    it takes them.
    """

    contracts: tuple[Chosen, ...] = ()
    matching: Matching | None = None
    applicant: Applicant = "seller"  # of all that matched
    not_elsewhere: bool = False
    registrar: str = ""
    agent: str = ""
    agent_phone: str = ""
    include_zero: bool = False
    zero_as_recorded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What of one contract decides which places must be filled."""

    paid: bool
    agency: bool
    internal_unit: bool
    stamped: bool
    applicant: str
    recorded: bool


def wanted_slots(needs: Needs) -> tuple[str, ...]:
    """The places of this contract's package that people fill, needed ones and optional ones, in order."""
    held = {
        "02b": needs.stamped,
        "05": needs.paid,
        "08": needs.agency,
        "08a": needs.internal_unit,
        "08b": needs.applicant == "intermediary",
        "13": needs.recorded,
    }
    return tuple(slot for slot in BRINGS if held.get(slot, True))


def kept(choice: Choice) -> dict[str, Any]:
    """What a batch remembers of how it was asked for."""
    said: dict[str, Any] = {
        "registrar": choice.registrar,
        "agent": choice.agent,
        "agent_phone": choice.agent_phone,
        "include_zero": choice.include_zero,
        "zero_as_recorded": choice.zero_as_recorded,
    }
    if choice.matching is None:
        return said
    found = choice.matching
    return {
        **said,
        "applicant": choice.applicant,
        "not_elsewhere": choice.not_elsewhere,
        "matching": {"filter": found.filter.asked(), "count": found.count, "digest": found.digest},
    }


def remembered(kept: Mapping[str, Any]) -> Choice:
    """The choice a batch remembers, without its contracts: what freezing one of them needs."""
    parts = {one.name for one in fields(Choice)} - {"contracts", "matching"}
    return Choice(**{name: kept[name] for name in parts if name in kept})
