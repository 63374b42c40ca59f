"""What an auditor looks through: decisions by whom they went against, caps set aside by two persons, a sample
anybody can draw again. Reads only.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased, joinedload

from registry.contracts.decisions import MET, PAID, STANDS, UNMET, UNPAID, VOID
from registry.contracts.models import Acceptance, Contract, Decision
from registry.contracts.register import HOLDER, LICENSEE
from registry.database import db
from registry.errors import Refused
from registry.ledger import service as ledger
from registry.ledger.canonical import sha256_hex
from registry.ledger.extract_form import Drawn, draw, population_text
from registry.licenses.models import Declaration, Override
from registry.parties.models import Account, Organisation
from registry.parties.permissions import allow
from registry.parties.rules import Actor

VIEW = "oversight.view"
PAGE = 50
SAMPLE_MOST = 200
SEED_LONGEST = 200
AGAINST: Mapping[str, tuple[str, ...]] = {HOLDER: (PAID, STANDS, MET), LICENSEE: (UNPAID, VOID, UNMET)}
"""Outcomes by the side they went against: money that came, a license that stands, go against the holder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision with the acceptance it is about and the side it went against."""

    decision: Decision
    acceptance: Acceptance
    against: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A cap set aside: for which declaration, who asked, who approved."""

    override: Override
    number: str
    asked: str
    approved: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Contracts drawn by a seed out of all that were noticed in the first `as_of` filings of the log: filings
    never go, so the same seed, number and place draw the same for ever.

    `found` has the contracts of each number drawn, with those that were split off since.
    """

    drawn: Drawn
    population: Sequence[str]
    found: Sequence[Contract]


def decided(actor: Actor, *, against: str = "", party: str = "", page: int = 1) -> tuple[list[Decided], int]:
    """Decisions that were made, newest first, and how many pages of them there are. `party`: part of the name
    of the organisation they went against (of either side where `against` is not told).
    """
    allow(actor, VIEW)
    query = _decided(against, party)
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    found = _read(query.offset((max(page, 1) - 1) * PAGE).limit(PAGE))
    return found, max(1, -(-total // PAGE))


def all_decided(actor: Actor, *, against: str = "", party: str = "", most: int) -> list[Decided]:
    """The same, all of them. Raises Refused `extract_rows` beyond `most`."""
    allow(actor, VIEW)
    found = _read(_decided(against, party).limit(most + 1))
    if len(found) > most:
        raise Refused("extract_rows", "party", max=most)
    return found


def _decided(against: str, party: str) -> Select[Decision, Acceptance]:
    return (
        select(Decision, Acceptance)
        .join(Acceptance, Acceptance.id == Decision.acceptance_id)
        .where(*_conditions(against, party.strip()))
        .options(joinedload(Acceptance.holder), joinedload(Acceptance.licensee))
        .options(joinedload(Acceptance.contract))
        .order_by(Decision.decided_at.desc(), Decision.id)
    )


def _read(query: Select[Decision, Acceptance]) -> list[Decided]:
    return [
        Decided(decision=decision, acceptance=acceptance, against=_against(decision.outcome))
        for decision, acceptance in db.session.execute(query)
    ]


def exceptions(actor: Actor) -> list[SetAside]:
    """Every cap that was set aside or asked to be, newest first, with both persons (two-person rule)."""
    allow(actor, VIEW)
    asker, approver = aliased(Account), aliased(Account)
    query = (
        select(Override, Declaration.number, asker.name, approver.name)
        .join(Declaration, Declaration.id == Override.declaration_id)
        .join(asker, asker.id == Override.asked_by)
        .outerjoin(approver, approver.id == Override.approved_by)
        .order_by(Override.asked_at.desc())
    )
    return [
        SetAside(override=row, number=number, asked=asked, approved=approved or "")
        for row, number, asked, approved in db.session.execute(query)
    ]


def sample(actor: Actor, *, seed: str, size: int, as_of: int | None = None) -> Sample:
    """Draw `size` of the contracts noticed in the first `as_of` filings, or so far: the numbers whose SHA-256
    of `seed:number` is smallest.

    Raises Refused `required` without a seed, `sample_size` for a size beyond 1 to SAMPLE_MOST, `sample_as_of`
    for more filings than there are.
    """
    allow(actor, VIEW)
    seed, filed = unicodedata.normalize("NFC", seed.strip()), ledger.size()
    if not seed:
        raise Refused("required", "seed")
    if len(seed) > SEED_LONGEST:
        raise Refused("too_long", "seed", max=SEED_LONGEST)
    if not 1 <= size <= SAMPLE_MOST:
        raise Refused("sample_size", "size", max=SAMPLE_MOST)
    if as_of is not None and not 1 <= as_of <= filed:
        raise Refused("sample_as_of", "as_of", max=filed)
    as_of = filed if as_of is None else as_of
    noticed = noticed_by(as_of)
    numbers = draw(list(noticed), seed=seed, size=size)
    drawn = Drawn(
        seed=seed,
        count=size,
        as_of=as_of,
        of=len(noticed),
        population=sha256_hex(population_text(list(noticed))),
        numbers=numbers,
        elsewhere=[number for number in numbers if noticed[number] < 0],
    )
    return Sample(drawn=drawn, population=sorted(noticed), found=_contracts(numbers))


def noticed_by(as_of: int) -> dict[str, int]:
    """Every number under which a notice stands in the first filings, with the place of its first one. A
    contract that was split off since goes under the number it was noticed under.
    """
    former = aliased(Contract)
    number = func.coalesce(former.number, Contract.number)
    query = (
        select(number, func.min(Acceptance.noticed_seq))
        .join(Contract, Contract.id == Acceptance.contract_id)
        .outerjoin(former, former.id == Contract.split_from_id)
        .where(Acceptance.noticed_seq < as_of)
        .group_by(number)
    )
    return {str(row[0]): int(row[1] or 0) for row in db.session.execute(query)}


def _contracts(numbers: Sequence[str]) -> list[Contract]:
    """The contracts in the order of these numbers, what was split off behind its former."""
    former = aliased(Contract)
    query = (
        select(Contract, func.coalesce(former.number, Contract.number))
        .outerjoin(former, former.id == Contract.split_from_id)
        .where(Contract.number.in_(numbers) | former.number.in_(numbers))
        .options(joinedload(Contract.holder), joinedload(Contract.licensee), joinedload(Contract.venue))
    )
    places = {number: place for place, number in enumerate(numbers)}
    rows = [(one, number) for one, number in db.session.execute(query)]
    rows.sort(key=lambda row: (places[row[1]], row[0].number != row[1], row[0].number))
    return [one for one, _ in rows]


def counts(actor: Actor) -> tuple[int, int]:
    """How many decisions were made and caps set aside, for the desk."""
    allow(actor, VIEW)
    made = db.session.scalar(select(func.count(Decision.id)).where(Decision.decided_at.is_not(None)))
    return made or 0, db.session.scalar(select(func.count(Override.id))) or 0


def _against(outcome: str) -> str:
    return next((side for side, outcomes in AGAINST.items() if outcome in outcomes), "")


def _conditions(against: str, party: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Decision.decided_at.is_not(None)]
    if against in AGAINST:
        found.append(Decision.outcome.in_(AGAINST[against]))
    if party:
        named = select(Organisation.id).where(Organisation.name.contains(party, autoescape=True))
        sides = {HOLDER: Acceptance.holder_id.in_(named), LICENSEE: Acceptance.licensee_id.in_(named)}
        found.append(sides[against] if against in sides else sides[HOLDER] | sides[LICENSEE])
    return found


def people(decisions: Sequence[Decided]) -> dict[UUID, str]:
    """Names of those who decided, by account."""
    ids = {one.decision.decided_by for one in decisions if one.decision.decided_by is not None}
    rows = db.session.execute(select(Account.id, Account.name).where(Account.id.in_(ids)))
    return {row.id: row.name for row in rows}
