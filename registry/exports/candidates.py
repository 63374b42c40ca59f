"""The lists of contracts a venue chooses from: filtered, counted, summed and paged in a few statements,
whatever their number.
"""

from collections.abc import Sequence
from datetime import date
from typing import TypeVarTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload

from registry.contracts.models import Contract
from registry.database import db
from registry.exports.models import Standing
from registry.exports.rules import Filter
from registry.exports.sums import Line, Sum, yuan
from registry.exports.zero_fee import Free
from registry.parties.models import Organisation

Ts = TypeVarTuple("Ts")


def counts(venue_id: UUID, asked: Filter) -> dict[str, int]:
    """How many contracts each kind of list holds under the rest of the filter."""
    query = select(Standing.ready, Standing.zero, func.count()).where(*_conditions(venue_id, asked, show=""))
    rows = db.session.execute(_joined(query, asked).group_by(Standing.ready, Standing.zero)).all()
    return {
        "": sum(n for _, _, n in rows),
        "ready": sum(n for ready, _, n in rows if ready),
        "faults": sum(n for ready, _, n in rows if not ready),
        "zero": sum(n for _, zero, n in rows if zero),
    }


def page(venue_id: UUID, asked: Filter, *, offset: int, limit: int) -> Sequence[Standing]:
    """One page of a list, oldest effect first, each with its contract and both sides."""
    query = select(Standing).where(*_conditions(venue_id, asked)).order_by(*_ORDER)
    sides = joinedload(Standing.contract)
    with_sides = sides.joinedload(Contract.holder), sides.joinedload(Contract.licensee)
    found = _joined(query, asked).options(*with_sides).offset(offset).limit(limit)
    return db.session.scalars(found).all()


def total(venue_id: UUID, asked: Filter) -> Sum:
    """What the list comes to."""
    amounts = func.sum(Standing.cents), func.sum(Standing.technology_cents)
    query = select(func.count(), *amounts).where(*_conditions(venue_id, asked))
    count, whole, technology = db.session.execute(_joined(query.select_from(Standing), asked)).one()
    return Sum(count=count, total=yuan(whole), technology=yuan(technology))


def matching(venue_id: UUID, asked: Filter, *, free: Free) -> list[tuple[UUID, str, Line]]:
    """Every contract of the list that is ready and waits for no batch, in its order, with what is counted.

    Zero-fee ones only as `free` has it.
    """
    columns = Standing.contract_id, Contract.number, Standing.cents, Standing.technology_cents
    more = Standing.kind, Standing.effective_on, Standing.registrar, Standing.zero
    query = select(*columns, *more).join(Standing.contract)
    at_registrar = () if free is None else (or_(Standing.zero.is_(False), Standing.registrar.in_(free)),)
    ready = Standing.ready.is_(True), Standing.batch == "", *at_registrar
    query = query.where(*_conditions(venue_id, asked), *ready).order_by(*_ORDER)
    found = db.session.execute(_seller(query, asked))
    return [
        (
            contract_id,
            number,
            Line(
                total=yuan(whole),
                technology=yuan(technology),
                registrar=registrar,
                kind=kind,
                month=f"{day:%Y-%m}",
                zero=free_of_charge,
            ),
        )
        for contract_id, number, whole, technology, kind, day, registrar, free_of_charge in found
    ]


_ORDER = (Standing.effective_on, Standing.contract_id)


def _conditions(venue_id: UUID, asked: Filter, *, show: str | None = None) -> list[ColumnElement[bool]]:
    shown = {
        "ready": Standing.ready.is_(True),
        "faults": Standing.ready.is_(False),
        "zero": Standing.zero.is_(True),
    }
    wanted = asked.show if show is None else show
    never = date.max  # stands for a day nobody asked for
    parts: list[tuple[object, ColumnElement[bool]]] = [
        (wanted, shown.get(wanted, Standing.ready.is_(True))),
        (asked.stamp, Contract.stamp == asked.stamp),
        (asked.region, Standing.region.startswith(asked.region, autoescape=True)),
        (asked.seller, Organisation.name.contains(asked.seller, autoescape=True)),
        (asked.method, Standing.method == asked.method),
        (asked.registrar, Standing.registrar == asked.registrar),
        (asked.applicant, Standing.applicant == asked.applicant),
        (asked.first_day, Standing.effective_on >= (asked.first_day or never)),
        (asked.last_day, Standing.effective_on <= (asked.last_day or never)),
    ]
    return [Standing.venue_id == venue_id, *(condition for given, condition in parts if given)]


def _joined(query: Select[*Ts], asked: Filter) -> Select[*Ts]:
    """Contracts and parties are joined only where the filter asks for them."""
    if asked.stamp or asked.seller:
        query = query.join(Contract, Contract.id == Standing.contract_id)
    return _seller(query, asked)


def _seller(query: Select[*Ts], asked: Filter) -> Select[*Ts]:
    return query.join(Organisation, Organisation.id == Contract.holder_id) if asked.seller else query
