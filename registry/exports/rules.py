"""What is chosen for a batch, and which places of a package somebody has to fill (registration section 4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A batch as it is asked for. Zero-fee contracts stay out unless they are asked for."""

    contracts: tuple[Chosen, ...]
    registrar: str = ""
    agent: str = ""
    agent_phone: str = ""
    include_zero: bool = False


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
