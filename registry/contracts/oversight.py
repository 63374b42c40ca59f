"""What an auditor looks through: decisions by whom they went against, caps set aside by two persons, a sample
anybody can draw again. Reads only.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased, joinedload

from registry.contracts.decisions import MET, PAID, STANDS, UNMET, UNPAID, VOID
from registry.contracts.models import Acceptance, Contract, Decision
from registry.contracts.register import HOLDER, LICENSEE
from registry.contracts.rules import AcceptanceState
from registry.database import db
from registry.errors import Refused
from registry.licenses.models import Declaration, Override
from registry.parties.models import Account, Organisation
from registry.parties.permissions import allow
from registry.parties.rules import Actor

VIEW = "oversight.view"
PAGE = 50
SAMPLE_MOST = 200
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
    """Contracts drawn by a seed out of all there were; the same seed over the same contracts draws the same.
    """

    seed: str
    of: int
    found: Sequence[Contract]


def decided(actor: Actor, *, against: str = "", party: str = "", page: int = 1) -> tuple[list[Decided], int]:
    """Decisions that were made, newest first, and how many pages of them there are. `party`: part of the name
    of the organisation they went against (of either side where `against` is not told).
    """
    allow(actor, VIEW)
    conditions = _conditions(against, party.strip())
    joined = select(Decision, Acceptance).join(Acceptance, Acceptance.id == Decision.acceptance_id)
    total = db.session.scalar(select(func.count()).select_from(joined.where(*conditions).subquery())) or 0
    query = (
        joined.where(*conditions)
        .options(joinedload(Acceptance.holder), joinedload(Acceptance.licensee))
        .options(joinedload(Acceptance.contract))
        .order_by(Decision.decided_at.desc(), Decision.id)
        .offset((max(page, 1) - 1) * PAGE)
        .limit(PAGE)
    )
    found = [
        Decided(decision=decision, acceptance=acceptance, against=_against(decision.outcome))
        for decision, acceptance in db.session.execute(query)
    ]
    return found, max(1, -(-total // PAGE))


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


def sample(actor: Actor, *, seed: str, size: int) -> Sample:
    """Draw `size` contracts whose notice was sent: those whose SHA-256 of `seed:number` is smallest.

    Raises Refused `required` without a seed, `out_of_range` for a size beyond 1 to SAMPLE_MOST.
    """
    allow(actor, VIEW)
    if not seed.strip():
        raise Refused("required", "seed")
    if not 1 <= size <= SAMPLE_MOST:
        raise Refused("sample_size", "size", max=SAMPLE_MOST)
    sent = select(Acceptance.contract_id).where(Acceptance.state != AcceptanceState.DRAFTED)
    numbers = db.session.scalars(select(Contract.number).where(Contract.id.in_(sent))).all()
    drawn = draw(numbers, seed=seed.strip(), size=size)
    query = select(Contract).where(Contract.number.in_(drawn))
    sides = joinedload(Contract.holder), joinedload(Contract.licensee)
    query = query.options(*sides, joinedload(Contract.venue))
    by_number = {one.number: one for one in db.session.scalars(query)}
    return Sample(seed=seed.strip(), of=len(numbers), found=[by_number[number] for number in drawn])


def draw(numbers: Sequence[str], *, seed: str, size: int) -> list[str]:
    """The numbers whose digest with the seed is smallest, in that order. Pure: anybody can do it again."""
    return sorted(numbers, key=lambda number: hashlib.sha256(f"{seed}:{number}".encode()).digest())[:size]


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
