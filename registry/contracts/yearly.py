"""A holder's licenses of one year, for the unit's report on its conversions (due to the authority by
30 March, Shanghai regulation, article 18; check for amendments).

A license counts in the year it took effect, and in each year in which money for it came in or went back.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import joinedload, selectinload

from registry.contracts import record as records
from registry.contracts.models import Acceptance, Contract, Payment, Refund, RegistrationResult
from registry.contracts.positions import ARRIVED, BACK
from registry.contracts.reconciliation import ZERO
from registry.database import db
from registry.licenses.schedule import Total
from registry.parties import service as parties
from registry.parties.rules import Actor

CHUNK = 200  # licenses whose records are in memory at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One license in one year. Amounts are yuan; `received` and `returned` are the year's, `kept` is what
    stayed of all until its end.
    """

    number: str
    patents: tuple[str, ...]
    titles: tuple[str, ...]
    inventors: tuple[str, ...]
    licensee: str
    effective_on: date
    ended_on: date | None
    agreed: Total
    received: Decimal
    returned: Decimal
    kept: Decimal
    registration: str
    registration_number: str
    registered_on: date | None
    recognised: Decimal | None
    recordal_number: str


def years(actor: Actor) -> list[int]:
    """Years in which a license of the actor's organisation took effect, money came or went, newest first."""
    of_holder = (
        Acceptance.holder_id == parties.organisation_of(actor).id,
        Acceptance.effective_on.is_not(None),
    )
    given = select(Acceptance.effective_on).where(*of_holder)
    came = select(Payment.arrived_on).join(Acceptance).where(*of_holder, Payment.state.in_(ARRIVED))
    back = select(Refund.sent_on).join(Payment).join(Acceptance).where(*of_holder, Refund.state.in_(BACK))
    days = [day for query in (given, came, back) for day in db.session.scalars(query.distinct())]
    return sorted({day.year for day in days if day is not None}, reverse=True)


def lines(actor: Actor, year: int) -> Iterator[Line]:
    """The year's licenses in the order of their effect, a few hundred records in memory at once."""
    ids = db.session.scalars(_of_year(parties.organisation_of(actor).id, year)).all()
    for start in range(0, len(ids), CHUNK):
        yield from _lines(ids[start : start + CHUNK], year)


def _of_year(holder_id: UUID, year: int) -> Select[UUID]:
    first, last = date(year, 1, 1), date(year, 12, 31)
    came = exists().where(
        Payment.acceptance_id == Acceptance.id,
        Payment.state.in_(ARRIVED),
        Payment.arrived_on.between(first, last),
    )
    back = exists().where(
        Refund.payment_id == Payment.id,
        Payment.acceptance_id == Acceptance.id,
        Refund.state.in_(BACK),
        Refund.sent_on.between(first, last),
    )
    mine = and_(Acceptance.holder_id == holder_id, Acceptance.effective_on.is_not(None))
    counted = or_(Acceptance.effective_on.between(first, last), came, back)
    return select(Acceptance.id).where(mine, counted).order_by(Acceptance.effective_on, Acceptance.number)


def _lines(ids: Sequence[UUID], year: int) -> Iterator[Line]:
    query = select(Acceptance).where(Acceptance.id.in_(ids))
    query = query.options(
        joinedload(Acceptance.contract).selectinload(Contract.results),
        selectinload(Acceptance.payments).selectinload(Payment.refunds),
    )
    for one in db.session.scalars(query.order_by(Acceptance.effective_on, Acceptance.number)):
        yield _line(one, year)


def _line(one: Acceptance, year: int) -> Line:
    assert one.effective_on is not None
    patents, contract, result = one.record["patents"], one.contract, registered(one.contract)
    came = [(p.arrived_on, p.arrived_amount) for p in one.payments if p.state in ARRIVED]
    back = [(r.sent_on, r.amount) for p in one.payments for r in p.refunds if r.state in BACK]
    return Line(
        number=contract.number,
        patents=tuple(patent["number"] for patent in patents),
        titles=tuple(patent["title"] for patent in patents),
        inventors=tuple(dict.fromkeys(name for patent in patents for name in patent["inventors"])),
        licensee=one.record["licensee"]["name"],
        effective_on=one.effective_on,
        ended_on=one.ended_on,
        agreed=records.amounts(one, one.effective_on),
        received=_sum(came, year, year),
        returned=_sum(back, year, year),
        kept=_sum(came, 0, year) - _sum(back, 0, year),
        registration=contract.registration,
        registration_number=result.registration_number if result else "",
        registered_on=result.day if result else None,
        recognised=result.total_amount if result else None,
        recordal_number=contract.recordal_number,
    )


def registered(contract: Contract) -> RegistrationResult | None:
    """The registrar's last answer that gave a number."""
    return next((row for row in reversed(contract.results) if row.registration_number), None)


def _sum(moved: Sequence[tuple[date | None, Decimal | None]], first: int, last: int) -> Decimal:
    """What moved from one year to another, both counted."""
    return sum((amount for day, amount in moved if day and amount and first <= day.year <= last), ZERO)
