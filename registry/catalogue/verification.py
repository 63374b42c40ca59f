"""What a number stands for today, for whoever holds a paper: one sentence's worth of facts.

With the number alone no fee, no contact and no natural person is shown (design: journeys 3.8), and not who
took a license: contracts' numbers stand in the public log, so that a number is no secret.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import or_, select

from registry import clock
from registry.catalogue.listing import Listing
from registry.contracts import papers_shown
from registry.contracts.models import Acceptance, Contract
from registry.contracts.rules import AcceptanceState
from registry.database import db
from registry.errors import NotFound
from registry.parties.models import Organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class License:
    """One license of a contract, as far as anybody may know."""

    number: str
    patent_number: str
    title: str
    declaration: str
    track: str
    state: str
    noticed_at: datetime
    noticed_seq: int | None
    effective_on: date | None
    effective_seq: int | None
    last_day: date | None
    ended_on: date | None

    def in_force(self, today: date) -> bool:
        """Whether the license may be used on a day."""
        begun = self.effective_on is not None and self.effective_on <= today
        left = self.last_day is not None and today <= self.last_day
        return self.state == AcceptanceState.EFFECTIVE and begun and left


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """The paper a digest belongs to, and the edition that holds in its place today."""

    kind: str
    version: int
    seq: int | None
    holds_version: int
    holds_seq: int | None

    @property
    def superseded(self) -> bool:
        return self.version < self.holds_version


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A declaration, or the licenses of a contract; a licensor that is a natural person is an empty text."""

    number: str
    today: date
    listing: Listing | None = None
    licenses: tuple[License, ...] = ()
    licensor: str = ""
    erased_at: datetime | None = None
    erased_ground: str = ""
    paper: Printed | None = None
    recordal: str = ""
    registration: str = ""

    @property
    def in_force(self) -> bool:
        return any(license.in_force(self.today) for license in self.licenses)


def paper(digest: str) -> Verified:
    """The contract of the paper whose bytes have this digest, and whether that paper still holds. Raises
    NotFound.

    Whoever knows the digest holds the paper: its random nonce keeps the digest from being guessed.
    """
    found = papers_shown.by_digest(digest)
    if found is None:
        raise NotFound("not_found")
    owner = db.session.get_one(Contract, found.contract_id)
    holds = papers_shown.newer(owner.papers).get(found.id, found)
    printed = Printed(
        kind=found.kind,
        version=found.version,
        seq=found.issued_seq,
        holds_version=holds.version,
        holds_seq=holds.issued_seq,
    )
    return replace(contract(owner.number), paper=printed)


def contract(number: str) -> Verified:
    """The contract with this number, or the one an acceptance of this number belongs to. Raises NotFound."""
    query = select(Contract).where(
        or_(
            Contract.number == number,
            Contract.id.in_(select(Acceptance.contract_id).where(Acceptance.number == number)),
        )
    )
    found = db.session.scalar(query)
    sent = [one for one in found.acceptances if one.noticed_at is not None] if found else []
    if found is None or not sent:
        raise NotFound("not_found")
    return Verified(
        number=number,
        today=clock.today(),
        licenses=tuple(_licenses(sent)),
        licensor="" if found.erased_at else _public(found.holder),
        erased_at=found.erased_at,
        erased_ground=found.erased_ground,
        recordal=found.recordal_state,
        registration=found.registration,
    )


def _licenses(sent: Iterable[Acceptance]) -> Iterable[License]:
    for one in sent:
        assert one.noticed_at is not None
        patent = one.version.public_fields["patent"]
        yield License(
            number=one.number,
            patent_number=patent["number"],
            title=patent["title"],
            declaration=one.declaration.number,
            track=one.track,
            state=one.state,
            noticed_at=one.noticed_at,
            noticed_seq=one.noticed_seq,
            effective_on=one.effective_on,
            effective_seq=one.effective_seq,
            last_day=one.last_day,
            ended_on=one.ended_on,
        )


def _public(party: Organisation) -> str:
    return "" if party.is_person else party.name
