"""What an organisation has taken, or what came in on its offers, as lists: narrowed, in pages, in a few
queries whatever their number.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import defer, joinedload, selectinload

from registry.contracts import duties, duty_marks, register
from registry.contracts.duties import Duty
from registry.contracts.models import Acceptance, Contract, Paper, Payment
from registry.contracts.rules import AcceptanceState
from registry.database import db
from registry.licenses import register as offers
from registry.licenses.models import Declaration
from registry.parties import service as parties
from registry.parties.rules import Actor

_A = AcceptanceState
PAGE = 50
GROUPS: Mapping[str, tuple[str, ...]] = {
    "open": (_A.AWAITING_PAYMENT, _A.CLAIMED, _A.IN_DECISION, _A.MANUAL_REVIEW),
    "effective": (_A.EFFECTIVE,),
    "drafted": (_A.DRAFTED,),
    "over": (_A.LAPSED, _A.REFUND_DUE, _A.VOID, _A.TERMINATED, _A.EXPIRED),
}
HANDY = ("certificate", "contract", "payment_request")
"""Papers a list offers at once; all of them stand with the contract."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One page of a list: each with what comes next and its handiest papers."""

    found: Sequence[Acceptance]
    next: Mapping[UUID, Duty | None]
    papers: Mapping[UUID, Sequence[Paper]]
    total: int
    page: int
    pages: int


def of_licensee(actor: Actor, *, shown: str = "", page: int = 1) -> Taken:
    """The actor's own licenses and notices, newest first. `shown` is a state or a group of them; anything
    else asks for all. Raises Refused `no_organisation`.
    """
    mine = Acceptance.licensee_id == parties.organisation_of(actor).id
    whose = [mine, *offers.within(actor, Acceptance.declaration_id)]
    return _list(whose, register.LICENSEE, shown, page)


def of_holder(actor: Actor, *, shown: str = "", page: int = 1) -> Taken:
    """What came in on the actor's offers, drafts of others left out, newest first."""
    mine = Acceptance.holder_id == parties.organisation_of(actor).id
    whose = [mine, *offers.within(actor, Acceptance.declaration_id)]
    return _list([*whose, Acceptance.state != _A.DRAFTED], register.HOLDER, shown, page)


def _list(whose: list[ColumnElement[bool]], side: str, shown: str, page: int) -> Taken:
    states = GROUPS.get(shown) or ((shown,) if shown in list(_A) else ())
    conditions: list[Any] = [*whose, *([Acceptance.state.in_(states)] if states else [])]
    total = db.session.scalar(select(func.count()).select_from(Acceptance).where(*conditions)) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    found = _page(conditions, page)
    marks = duty_marks.of(found)
    return Taken(
        found=found,
        next={one.id: duties.next_of(duties.of_side(one, side, marks[one.id])) for one in found},
        papers=_papers([one.contract_id for one in found]),
        total=total,
        page=page,
        pages=pages,
    )


def _page(conditions: Sequence[Any], page: int) -> Sequence[Acceptance]:
    query = (
        select(Acceptance)
        .where(*conditions)
        .options(
            joinedload(Acceptance.declaration).joinedload(Declaration.patent),
            joinedload(Acceptance.contract).joinedload(Contract.licensee),
            joinedload(Acceptance.venue),
            joinedload(Acceptance.licensee),
            joinedload(Acceptance.holder),
            selectinload(Acceptance.payments).selectinload(Payment.refunds),
            selectinload(Acceptance.reports),
            *(defer(column) for column in duty_marks.UNREAD),
        )
        .order_by(Acceptance.created_at.desc(), Acceptance.number)
        .offset((page - 1) * PAGE)
        .limit(PAGE)
    )
    return db.session.scalars(query).unique().all()


def _papers(contracts: Sequence[UUID]) -> dict[UUID, list[Paper]]:
    """By contract, the newest of each handy kind, in the order of `HANDY`."""
    query = select(Paper).where(Paper.contract_id.in_(contracts), Paper.kind.in_(HANDY))
    newest: defaultdict[UUID, dict[str, Paper]] = defaultdict(dict)
    for one in db.session.scalars(query.order_by(Paper.version)):
        newest[one.contract_id][one.kind] = one
    return {key: [kinds[kind] for kind in HANDY if kind in kinds] for key, kinds in newest.items()}
