"""Contracts with their filings, payments, recordals and registrations side by side, for venue and auditor.

Pages are read from positions kept beside the contracts: the database picks, sorts and sums them, however many
they are; names are read from the records of the rows that are shown, and never kept.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Subquery, and_, case, func, or_, select

from registry import clock, money
from registry.contracts import positions
from registry.contracts.models import Acceptance
from registry.contracts.position_models import ContractDifference, ContractPosition
from registry.contracts.reconciliation import DIFFERENCES, REGISTERED, Sums
from registry.database import db
from registry.errors import Conflict
from registry.jobs import Job, enqueue
from registry.parties.models import Venue
from registry.parties.permissions import allow
from registry.parties.rules import Actor

PAGE = 200
JOB = "contracts.positions"
ANY = "any"
_CODES = [rule.code for rule in DIFFERENCES]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which contracts: of a month or ever, with one difference, `any`, or all."""

    month: date | None = None
    only: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A contract as it is shown: its position, its differences, the gravest first, and whose it is."""

    at: ContractPosition
    codes: tuple[str, ...]
    venue: str
    seller: str
    buyer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One page. `sums` and `counts` are of all contracts of the month, whatever difference was asked for."""

    lines: Sequence[Line]
    sums: Sums
    counts: dict[str, int]
    page: int
    pages: int


def bring_up(actor: Actor) -> int:
    """Look again at what has moved, some at once; how many contracts are left to the worker."""
    allow(actor, "reconciliation.view", actor)
    left = sum(positions.bring_up(venue_id) for venue_id in _venues(actor) if positions.stale(venue_id))
    waiting = select(Job.id).where(Job.name == JOB, Job.state == "waiting").limit(1)
    if left and db.session.scalar(waiting) is None:
        enqueue(JOB, {})
    return left


def behind(actor: Actor) -> bool:
    """Whether contracts have moved since they were last looked at."""
    allow(actor, "reconciliation.view", actor)
    return any(positions.stale(venue_id) for venue_id in _venues(actor))


def listed(actor: Actor, asked: Asked, page: int) -> Listed:
    """Those that differ first, the gravest before; a constant number of statements. An auditor sees all."""
    allow(actor, "reconciliation.view", actor)
    holding = _holding()
    scope = _scope(actor, asked)
    wanted = _ordered(holding, scope, asked)
    number = db.session.scalar(select(func.count()).select_from(wanted.order_by(None).subquery())) or 0
    pages = max(1, -(-number // PAGE))
    page = min(max(page, 1), pages)
    found = db.session.execute(wanted.offset((page - 1) * PAGE).limit(PAGE)).all()
    return Listed(
        lines=_lines(found), sums=_sums(holding, scope), counts=_counts(scope), page=page, pages=pages
    )


def lines(actor: Actor, asked: Asked) -> Iterator[Line]:
    """The same, all of them in the same order, some hundred in memory at a time."""
    allow(actor, "reconciliation.view", actor)
    holding = _holding()
    wanted = _ordered(holding, _scope(actor, asked), asked)
    rank, last = _rank(holding), None
    while True:
        after = wanted if last is None else wanted.where(_behind(rank, last))
        found = db.session.execute(after.limit(PAGE)).all()
        yield from _lines(found)
        if len(found) < PAGE:
            return
        last = (found[-1][1], found[-1][0].number)
        del found  # else two pages would be held while the next is read
        db.session.expunge_all()


def months(actor: Actor) -> list[date]:
    """First days of the months in which notices were sent, newest first."""
    allow(actor, "reconciliation.view", actor)
    query = select(ContractPosition.month).where(*_scope(actor, Asked())).distinct()
    return list(db.session.scalars(query.order_by(ContractPosition.month.desc())))


def check_looked(left: int) -> None:
    """A file is whole or is not given: raises Conflict while contracts wait to be looked at."""
    if left:
        raise Conflict("positions_behind", n=left)


# --- inside ------------------------------------------------------------------------------------------


def _venues(actor: Actor) -> Sequence[UUID]:
    if actor.venue_id is not None:
        return [actor.venue_id]
    return db.session.scalars(select(Venue.id).order_by(Venue.code)).all()


def _scope(actor: Actor, asked: Asked) -> list[ColumnElement[bool]]:
    scope = [] if asked.month is None else [ContractPosition.month == asked.month]
    return scope if actor.venue_id is None else [*scope, ContractPosition.venue_id == actor.venue_id]


def _holding() -> Subquery:
    """Contracts that differ today, each with the place of its gravest difference."""
    place = case({code: place for place, code in enumerate(_CODES)}, value=ContractDifference.code)
    query = select(ContractDifference.contract_id, func.min(place).label("rank"))
    query = query.where(ContractDifference.since <= clock.today())
    return query.group_by(ContractDifference.contract_id).subquery()


def _rank(holding: Subquery) -> ColumnElement[int]:
    return func.coalesce(holding.c.rank, len(_CODES))


def _ordered(
    holding: Subquery, scope: Sequence[ColumnElement[bool]], asked: Asked
) -> Select[ContractPosition, int]:
    row, rank = ContractPosition, _rank(holding)
    query = select(row, rank).outerjoin(holding, holding.c.contract_id == row.contract_id).where(*scope)
    if asked.only == ANY:
        query = query.where(holding.c.rank.is_not(None))
    elif asked.only:
        differs = select(ContractDifference.contract_id).where(
            ContractDifference.code == asked.only, ContractDifference.since <= clock.today()
        )
        query = query.where(row.contract_id.in_(differs))
    return query.order_by(rank, row.number)


def _behind(rank: ColumnElement[int], last: tuple[int, str]) -> ColumnElement[bool]:
    return or_(rank > last[0], and_(rank == last[0], ContractPosition.number > last[1]))


def _lines(found: Sequence[Row[ContractPosition, int]]) -> list[Line]:
    rows = [row for row, _rank in found]
    ids = [row.contract_id for row in rows]
    codes, names = _codes(ids), _names(ids)
    venues = {one.id: one.code for one in db.session.scalars(select(Venue))}
    return [
        Line(
            at=row,
            codes=tuple(sorted(codes[row.contract_id], key=_CODES.index)),
            venue=venues[row.venue_id],
            seller=names[row.contract_id][0],
            buyer=names[row.contract_id][1],
        )
        for row in rows
    ]


def _codes(ids: Sequence[UUID]) -> defaultdict[UUID, list[str]]:
    row = ContractDifference
    query = select(row.contract_id, row.code).where(row.contract_id.in_(ids), row.since <= clock.today())
    found: defaultdict[UUID, list[str]] = defaultdict(list)
    for contract_id, code in db.session.execute(query):
        found[contract_id].append(code)
    return found


def _names(ids: Sequence[UUID]) -> defaultdict[UUID, tuple[str, str]]:
    """Both sides as the record of the first license names them."""
    sides = [Acceptance.record[side]["name"].as_string() for side in ("licensor", "licensee")]
    query = select(Acceptance.contract_id, *sides).where(Acceptance.contract_id.in_(ids))
    found: defaultdict[UUID, tuple[str, str]] = defaultdict(lambda: ("", ""))
    for contract_id, seller, buyer in db.session.execute(query.order_by(Acceptance.created_at.desc())):
        found[contract_id] = seller or "", buyer or ""
    return found


def _sums(holding: Subquery, scope: Sequence[ColumnElement[bool]]) -> Sums:
    row = ContractPosition
    given, registered = row.effective_on.is_not(None), row.registration.in_(REGISTERED)
    query = select(
        func.count(),
        func.count(holding.c.rank),
        func.sum(case((given, row.total_cents), else_=0)),
        func.sum(case((given, row.due_cents), else_=0)),
        func.sum(row.paid_cents),
        func.sum(row.refunded_cents),
        func.sum(case((registered, func.coalesce(row.recognised_cents, 0)), else_=0)),
    ).select_from(row)
    joined = query.outerjoin(holding, holding.c.contract_id == row.contract_id).where(*scope)
    contracts, differing, *amounts = db.session.execute(joined).one()
    total, due, paid, refunded, recognised = (money.from_cents(one or 0) for one in amounts)
    return Sums(
        contracts=contracts,
        differing=differing,
        total=total,
        due=due,
        paid=paid,
        refunded=refunded,
        recognised=recognised,
    )


def _counts(scope: Sequence[ColumnElement[bool]]) -> dict[str, int]:
    """How many contracts have each difference, the gravest first."""
    row = ContractDifference
    query = select(row.code, func.count()).join(
        ContractPosition, ContractPosition.contract_id == row.contract_id
    )
    query = query.where(row.since <= clock.today(), *scope).group_by(row.code)
    found = {code: int(n) for code, n in db.session.execute(query)}
    return {code: found[code] for code in _CODES if code in found}
