"""What has been done about the duties of many licenses, read in a few queries whatever their number."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import defer, joinedload, selectinload

from registry.contracts.default_notices import OPEN
from registry.contracts.duty_models import DefaultNotice, Ending, Handover
from registry.contracts.models import Acceptance, Contract, Payment
from registry.contracts.performance import EndingState
from registry.contracts.rules import AcceptanceState
from registry.database import db
from registry.licenses.models import Declaration

CONCERNED = (
    AcceptanceState.AWAITING_PAYMENT, AcceptanceState.CLAIMED, AcceptanceState.EFFECTIVE,
    AcceptanceState.EXPIRED, AcceptanceState.TERMINATED,
)  # fmt: skip
"""States in which somebody may still owe something; of an ended license, reports and money only."""

UNREAD = (Acceptance.answers, Acceptance.salts, Acceptance.statement_fields, Acceptance.statement)
"""Long columns no duty is read from: a list of hundreds leaves them in the database."""


@dataclass(slots=True)
class Marks:
    """Of one license: hand-overs, notices that are open, endings that wait for an answer."""

    handovers: list[Handover] = field(default_factory=list)
    notices: list[DefaultNotice] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)


def of(acceptances: Iterable[Acceptance]) -> dict[UUID, Marks]:
    """The marks of these licenses, by id of the acceptance."""
    wanted = list(acceptances)
    found: defaultdict[UUID, Marks] = defaultdict(Marks)
    ids = [one.id for one in wanted]
    for handover in _rows(Handover, ids, Handover.recorded_at):
        found[handover.acceptance_id].handovers.append(handover)
    for notice in _rows(DefaultNotice, ids, DefaultNotice.noticed_at):
        if notice.state in OPEN:
            found[notice.acceptance_id].notices.append(notice)
    for ending in _rows(Ending, ids, Ending.declared_at):
        if ending.state == EndingState.DECLARED:
            found[ending.acceptance_id].endings.append(ending)
    return {one.id: found[one.id] for one in wanted}


def licenses(
    condition: Any, *, order: Any = Acceptance.number, limit: int | None = None
) -> Sequence[Acceptance]:
    """The licenses a condition names, with everything their duties are read from."""
    declared = joinedload(Acceptance.declaration).joinedload(Declaration.patent)
    query = (
        select(Acceptance)
        .where(condition, Acceptance.state.in_(CONCERNED))
        .options(
            declared,
            *(defer(column) for column in UNREAD),
            joinedload(Acceptance.contract).options(
                joinedload(Contract.licensee), joinedload(Contract.holder), joinedload(Contract.venue)
            ),
            joinedload(Acceptance.venue),
            joinedload(Acceptance.licensee),
            joinedload(Acceptance.holder),
            selectinload(Acceptance.payments).selectinload(Payment.refunds),
            selectinload(Acceptance.reports),
        )
        .order_by(order)
    )
    return db.session.scalars(query.limit(limit)).unique().all()


def _rows(table: Any, ids: Sequence[UUID], order: Any) -> Iterable[Any]:
    return db.session.scalars(select(table).where(table.acceptance_id.in_(ids)).order_by(order))

