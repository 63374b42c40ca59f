"""The stamp track: whose seal or signature a contract's paper needs, and where it stands by what has come.

Registrars compare the seal with the written name and refuse where they differ (ground 8 [second-hand]; CC
490). Each party has a seat with a signature sheet of its own, so that several cities can stamp at the same
time. The state follows from facts alone (which sheets came, how each was read); nobody types it.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from registry.states import Machine, Move


class StampPolicy(StrEnum):
    """What a venue's registrar wants to see (design: journeys 2.3)."""

    STAMPED_ORIGINAL = "stamped_original"
    E_SIGNED_PRINT = "e_signed_print"


class StampState(StrEnum):
    """Where a contract's stamps stand."""

    NOT_NEEDED = "not_needed"
    WAITING_LICENSOR = "waiting_licensor"
    WAITING_LICENSEE = "waiting_licensee"
    COMPLETE = "complete"
    CHECKED = "checked"
    MISMATCH = "mismatch"


_S = StampState
_LEADS = {
    "await_licensor": (_S.WAITING_LICENSOR, "CC 490"),
    "await_licensee": (_S.WAITING_LICENSEE, "CC 490"),
    "fill": (_S.COMPLETE, "CC 490"),
    "agree": (_S.CHECKED, "CC 490"),
    "differ": (_S.MISMATCH, "CC 490"),
    "waive": (_S.NOT_NEEDED, "[ours]"),  # the venue's registrar takes signed prints
}
_NEVER = {
    ("agree", _S.WAITING_LICENSOR),
    ("agree", _S.WAITING_LICENSEE),
}
"""What cannot follow from facts: the last sheet makes a contract complete before anybody reads it."""

STAMP_MOVES: dict[tuple[StampState, str], Move[StampState]] = {
    (state, verb): Move(to, article)
    for verb, (to, article) in _LEADS.items()
    for state in StampState
    if state is not to and (verb, state) not in _NEVER
}
STAMP = Machine(STAMP_MOVES, start=_S.WAITING_LICENSOR)
START = {StampPolicy.STAMPED_ORIGINAL: _S.WAITING_LICENSOR, StampPolicy.E_SIGNED_PRINT: _S.NOT_NEEDED}

LICENSOR, LICENSEE, CO_OWNER, AGENCY = "licensor", "licensee", "co_owner", "agency"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One place to sign: `key` names it, `name` is what is written and must stand in the seal.

    A natural person signs and has no seal. A seat that is not needed has a sheet but is not waited for: an
    agency's, whose power of attorney says whether it may sign.
    """

    key: str
    role: str
    name: str
    person: bool = False
    needed: bool = True

    @property
    def side(self) -> str:
        """`licensor` or `licensee`: co-owners and the agency stand on the licensor's."""
        return LICENSEE if self.role == LICENSEE else LICENSOR


@dataclass(frozen=True, slots=True)
class Held:
    """A sheet that came for a seat, and how it was read; None before anybody looked."""

    agrees: bool | None = None


def seats(record: Mapping[str, Any]) -> tuple[Seat, ...]:
    """Everybody who signs one contract, in the order of its papers (PL 14; GL 3.2, 3.3)."""
    licensor, licensee = record["licensor"], record["licensee"]
    agency = record["declaration"]["answers"].get("declarant", {}).get("agency")
    found = [Seat(key=LICENSOR, role=LICENSOR, name=licensor["name"], person=licensor["kind"] == "person")]
    for number, consent in enumerate(record["co_owners"], start=1):
        key, person = f"{CO_OWNER}.{number}", not consent.get("uscc")
        found.append(Seat(key=key, role=CO_OWNER, name=consent["name"], person=person))
    if agency:
        found.append(Seat(key=AGENCY, role=AGENCY, name=agency["name"], needed=False))
    found.append(
        Seat(key=LICENSEE, role=LICENSEE, name=licensee["name"], person=licensee["kind"] == "person")
    )
    return tuple(found)


def verb_for(seats: Iterable[Seat], held: Mapping[str, Held], policy: str) -> str:
    """The move that the facts call for, whatever the state before.

    A seal that differs is said at once, though others are still awaited: its party can stamp anew meanwhile.
    """
    if policy == StampPolicy.E_SIGNED_PRINT:
        return "waive"
    placed = tuple(seats)
    if any(one.key in held and held[one.key].agrees is False for one in placed):
        return "differ"
    missing = [one for one in placed if one.needed and one.key not in held]
    if missing:
        return f"await_{missing[0].side}"
    if all(held[one.key].agrees for one in placed if one.key in held):
        return "agree"
    return "fill"


def to_state(verb: str) -> StampState:
    """Where a verb leads."""
    return _LEADS[verb][0]


def same_name(written: str, sealed: str) -> bool:
    """Whether two names are one, but for full-width forms and spaces, which seals set freely."""
    return _bare(written) == _bare(sealed)


def _bare(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())
