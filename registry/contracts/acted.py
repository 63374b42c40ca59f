"""Who bound a side of a license under a power of attorney, or a unit within its written authority; and the
papers of that which go into the contract's package by themselves (08, 08a).

What stood on the day somebody acted counts, whatever has ended since (CC 162, 173: what was done before an
agency ended binds): the paper shows that it held then.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from registry import clock
from registry.contracts.models import Acceptance, Contract
from registry.database import db
from registry.parties.agency import Matter
from registry.parties.models import Authority
from registry.parties.power_models import PowerOfAttorney
from registry.parties.rules import AuthorityKind
from registry.parties.unit_models import InternalUnit

POWER, AUTHORITY = "08", "08a"
BOUND = {"licensor": Matter.DECLARE, "licensee": Matter.ACCEPT}
"""What a side did where the record names its agent or unit."""


@dataclass(frozen=True, slots=True)
class Papers:
    """The powers that were used, by number, and the units' authorities of all sides, oldest first."""

    powers: Mapping[str, PowerOfAttorney]
    authorities: Sequence[tuple[Authority, str]]

    def of(self, acceptance: Acceptance) -> Iterator[tuple[str, UUID | None]]:
        """Slot and upload of each paper there is; of a power nobody brought a paper of there is none."""
        for number in power_numbers([acceptance]):
            if number in self.powers:
                yield POWER, self.powers[number].upload_id
        sides = {
            "licensor": (acceptance.holder_id, acceptance.version.created_at),
            "licensee": (acceptance.licensee_id, acceptance.noticed_at),
        }
        for side, unit in acceptance.record.get("units", {}).items():
            found = self._authority(*sides[side], unit, BOUND[side])
            if found is not None:
                yield AUTHORITY, found.upload_id

    def _authority(
        self, organisation_id: UUID, at: datetime | None, unit: str, matter: Matter
    ) -> Authority | None:
        """The newest that let this unit do this at that instant."""
        for row, name in reversed(self.authorities):
            if (row.organisation_id, name) != (organisation_id, unit) or matter not in row.matters:
                continue
            if at is not None and _stood(row, at):
                return row
        return None


def papers_of(contracts: Iterable[Contract]) -> Papers:
    """What is needed for these contracts, in two statements at most, in none where nobody acted so."""
    acceptances = [one for contract in contracts for one in contract.acceptances]
    numbers, powers = power_numbers(acceptances), dict[str, PowerOfAttorney]()
    if numbers:
        query = select(PowerOfAttorney).where(PowerOfAttorney.number.in_(numbers))
        powers = {row.number: row for row in db.session.scalars(query)}
    with_units = [one for one in acceptances if one.record.get("units")]
    parties = {party for one in with_units for party in (one.holder_id, one.licensee_id)}
    return Papers(powers, _authorities(parties) if parties else ())


def power_numbers(acceptances: Iterable[Acceptance]) -> list[str]:
    """The powers named in their frozen records, each once."""
    named = (agent for one in acceptances for agent in one.record.get("agents", {}).values())
    return list(dict.fromkeys(str(agent["number"]) for agent in named if agent.get("number")))


def _authorities(organisations: Iterable[UUID]) -> list[tuple[Authority, str]]:
    query = (
        select(Authority, InternalUnit.name)
        .join(InternalUnit, InternalUnit.id == Authority.unit_id)
        .where(Authority.kind == AuthorityKind.UNIT, Authority.organisation_id.in_(list(organisations)))
        .order_by(Authority.added_at, Authority.id)
    )
    return [(row, name) for row, name in db.session.execute(query)]


def _stood(row: Authority, at: datetime) -> bool:
    day = clock.legal_day(at)
    begun = row.valid_from <= day and row.added_at <= at
    over = row.ended_at is not None and row.ended_at <= at
    return begun and not over and (row.valid_to is None or day <= row.valid_to)
