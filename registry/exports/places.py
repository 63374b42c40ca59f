"""The places of a batch: which contract stands where, what became of it, and whether a worker is at it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from registry.database import db
from registry.errors import NotFound
from registry.exports.models import Batch, BatchContract
from registry.exports.rules import OPEN_BATCHES, PlaceState
from registry.jobs import Job

PAGE = 50
MOST_REFUSED = 1000  # shown on one page


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some of a batch's places, and how many pages there are."""

    items: Sequence[BatchContract]
    pages: int


def page(batch: Batch, number: int) -> Page:
    """The frozen places of one page, counted from 1."""
    pages = max(1, -(-counts(batch)[PlaceState.FROZEN] // PAGE))
    query = _in(batch, PlaceState.FROZEN).options(joinedload(BatchContract.contract))
    query = query.order_by(BatchContract.position).offset((number - 1) * PAGE).limit(PAGE)
    return Page(items=db.session.scalars(query).all(), pages=pages)


def item(batch: Batch, position: int) -> BatchContract:
    """One frozen place of a batch. Raises NotFound."""
    place = db.session.get(BatchContract, (batch.id, position))
    if place is None or place.state != PlaceState.FROZEN:
        raise NotFound("not_found")
    return place


def items(batch: Batch, state: PlaceState, *, after: int = 0, limit: int = PAGE) -> Sequence[BatchContract]:
    """Places of a batch in their order, each with its contract."""
    query = _in(batch, state).where(BatchContract.position > after)
    query = query.options(joinedload(BatchContract.contract)).order_by(BatchContract.position)
    return db.session.scalars(query.limit(limit)).all()


def next_position(batch: Batch, position: int, *, step: int = 1) -> int | None:
    """The next frozen place, or with step −1 the one before; None at the end."""
    query = select(BatchContract.position).where(
        BatchContract.batch_id == batch.id, BatchContract.state == PlaceState.FROZEN
    )
    if step > 0:
        query = query.where(BatchContract.position > position).order_by(BatchContract.position)
    else:
        query = query.where(BatchContract.position < position).order_by(BatchContract.position.desc())
    return db.session.scalar(query.limit(1))


def counts(batch: Batch) -> dict[str, int]:
    """How many places are in each state."""
    query = select(BatchContract.state, func.count()).where(BatchContract.batch_id == batch.id)
    found = dict(db.session.execute(query.group_by(BatchContract.state)).all())
    return {str(state): found.get(state, 0) for state in PlaceState}


def stuck(batch: Batch) -> bool:
    """Whether the worker has used up its attempts on it."""
    if batch.state not in OPEN_BATCHES:
        return False
    query = select(Job.state).where(Job.subject_id == batch.id, Job.name.startswith("exports."))
    return set(db.session.scalars(query)) & {"waiting", "running"} == set()


def _in(batch: Batch, state: PlaceState) -> Select[BatchContract]:
    return select(BatchContract).where(BatchContract.batch_id == batch.id, BatchContract.state == state)
