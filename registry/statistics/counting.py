"""Each indicator is a named function with its definition; here they are counted, from rows that stand in the
register today.

Everything is grouped by the database; what comes out grows with the number of codes and months, not with the
number of contracts (but for the two medians, whose values are read one number a contract).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from registry import clock
from registry.catalogue import search as searching
from registry.catalogue import visits
from registry.catalogue.models import OfferIndex
from registry.contracts.models import Acceptance, Contract, RegistrationResult
from registry.contracts.rules import AcceptanceState
from registry.database import db
from registry.parties.models import Organisation
from registry.statistics import rules
from registry.statistics.rules import Point, Series, Shape, Unit

Counting = Callable[[], Iterator[Point]]
INDICATORS: dict[str, tuple[Shape, Unit, Counting]] = {}
GIVEN = (AcceptanceState.EFFECTIVE, AcceptanceState.EXPIRED, AcceptanceState.TERMINATED)
"""A license that was obtained, whether or not it still runs."""
REGISTERED = ("registered", "changed")


def indicator(shape: Shape, unit: Unit = "count") -> Callable[[Counting], Counting]:
    """Register the function that counts the indicator of its name."""

    def register(function: Counting) -> Counting:
        INDICATORS[function.__name__] = (shape, unit, function)
        return function

    return register


def count_all() -> dict[str, Series]:
    """Every indicator, in the order of this file. Reads only."""
    return {
        key: Series(key=key, shape=shape, unit=unit, points=tuple(function()))
        for key, (shape, unit, function) in INDICATORS.items()
    }


# --- offers that stand open ----------------------------------------------------------------------------


@indicator(Shape.PARTS)
def offers_by_method() -> Iterator[Point]:
    return _offers_by(OfferIndex.fee_method)


@indicator(Shape.PARTS)
def offers_by_section() -> Iterator[Point]:
    return _offers_by(OfferIndex.section)


@indicator(Shape.PARTS)
def offers_by_field() -> Iterator[Point]:
    return _offers_by(OfferIndex.technology_field)


@indicator(Shape.PARTS)
def offers_by_stage() -> Iterator[Point]:
    return _offers_by(OfferIndex.stage)


@indicator(Shape.QUARTILES, "yuan")
def prices_by_method() -> Iterator[Point]:
    """Amounts that open offers ask, lump sums and yearly ones apart: public prices, no contract's."""
    for method in ("LUMP", "PER_YEAR"):
        found = db.session.scalars(
            select(OfferIndex.amount).where(*_standing(), OfferIndex.fee_method == method)
        )
        amounts = [amount for amount in found if amount]
        yield Point(
            about=(method,),
            count=len(amounts),
            values=rules.quartiles(amounts, least=rules.ENOUGH),
        )


@indicator(Shape.MONTHS)
def published_by_month() -> Iterator[Point]:
    """By the instant of publication here, in Shanghai's months."""
    for month in rules.last_months(clock.today()):
        first, after = rules.bounds(month)
        inside = (OfferIndex.published_at >= first, OfferIndex.published_at < after)
        found = db.session.scalar(select(func.count()).select_from(OfferIndex).where(*inside))
        yield Point(about=(month,), count=found or 0)


@indicator(Shape.MONTHS)
def visits_by_month() -> Iterator[Point]:
    """How often pages of offers were opened, in Shanghai's days; whoever opened them is not known."""
    for month in rules.last_months(clock.today()):
        first, after = rules.bounds(month)
        days = clock.legal_day(first), clock.legal_day(after) - timedelta(days=1)
        yield Point(about=(month,), count=visits.total_of(*days))


# --- licenses that were obtained -----------------------------------------------------------------------


@indicator(Shape.MONTHS)
def licenses_by_month() -> Iterator[Point]:
    """By the legal day a license was obtained (PL 51)."""
    return _by_month(
        db.session.execute(
            select(Acceptance.effective_on, func.count())
            .where(Acceptance.state.in_(GIVEN))
            .group_by(Acceptance.effective_on)
        )
    )


@indicator(Shape.PARTS)
def licenses_by_track() -> Iterator[Point]:
    return _licenses_by(Acceptance.track)


@indicator(Shape.PARTS)
def licenses_by_method() -> Iterator[Point]:
    return _licenses_by(OfferIndex.fee_method)


@indicator(Shape.PARTS)
def licenses_by_field() -> Iterator[Point]:
    return _licenses_by(OfferIndex.technology_field)


@indicator(Shape.FLOWS)
def licenses_by_region() -> Iterator[Point]:
    """From the licensor's province to the licensee's, by the first two digits of their regions."""
    holder, licensee = aliased(Organisation), aliased(Organisation)
    there, here = func.substr(holder.region, 1, 2), func.substr(licensee.region, 1, 2)
    query = (
        select(there, here, func.count())
        .select_from(Acceptance)
        .join(holder, holder.id == Acceptance.holder_id)
        .join(licensee, licensee.id == Acceptance.licensee_id)
        .where(Acceptance.state.in_(GIVEN))
        .group_by(there, here)
        .order_by(func.count().desc(), there, here)
    )
    for start, end, count in db.session.execute(query):
        yield Point(about=(start or "", end or ""), count=count)


@indicator(Shape.QUARTILES, "days")
def days_to_license() -> Iterator[Point]:
    """From the notice to the license, free ones apart: those take no time."""
    for paid in (True, False):
        chosen = (Acceptance.state.in_(GIVEN), (Acceptance.amount_due > 0) == paid)
        found = db.session.execute(select(Acceptance.noticed_at, Acceptance.effective_on).where(*chosen))
        days = [Decimal((on - clock.legal_day(at)).days) for at, on in found if at and on]
        yield Point(
            about=("paid" if paid else "free",),
            count=len(days),
            values=rules.quartiles(days, least=rules.LEAST),
        )


# --- contracts that a registrar has registered ----------------------------------------------------------


@indicator(Shape.MONTHS, "yuan")
def registered_by_month() -> Iterator[Point]:
    """By the registrar's day; the sum is of recognised technology amounts, over whole groups of three
    contracts in the order in which their results were entered.
    """
    query = (
        select(RegistrationResult.day, RegistrationResult.technology_amount)
        .join(Contract, Contract.id == RegistrationResult.contract_id)
        .where(RegistrationResult.result == "已登记", Contract.registration.in_(REGISTERED))
        .order_by(RegistrationResult.recorded_at, RegistrationResult.id)
    )
    amounts: dict[str, list[Decimal]] = defaultdict(list)
    for day, amount in db.session.execute(query):
        amounts[rules.month_of(day)].append(amount or Decimal())
    for month in rules.last_months(clock.today()):
        found = amounts.get(month, [])
        yield Point(about=(month,), count=len(found), values=rules.shown_sum(found))


@indicator(Shape.PARTS)
def contracts_by_registration() -> Iterator[Point]:
    """Contracts with an effective license, by where they stand on the registrar's track."""
    query = (
        select(Contract.registration, func.count(Contract.id.distinct()))
        .join(Acceptance, Acceptance.contract_id == Contract.id)
        .where(Acceptance.state.in_(GIVEN))
        .group_by(Contract.registration)
    )
    return _parts(db.session.execute(query))


def _standing() -> list[ColumnElement[bool]]:
    return searching.standing(clock.today())


def _offers_by(column: Any) -> Iterator[Point]:
    query = select(column, func.count()).where(*_standing()).group_by(column)
    return _parts(db.session.execute(query))


def _licenses_by(column: Any) -> Iterator[Point]:
    query = (
        select(column, func.count())
        .select_from(Acceptance)
        .join(OfferIndex, OfferIndex.declaration_id == Acceptance.declaration_id)
        .where(Acceptance.state.in_(GIVEN))
        .group_by(column)
    )
    return _parts(db.session.execute(query))


def _parts(rows: Iterable[Any]) -> Iterator[Point]:
    """The largest first; equals in the order of their codes."""
    for code, count in sorted(rows, key=lambda row: (-row[1], row[0] or "")):
        yield Point(about=(code or "",), count=count)


def _by_month(rows: Iterable[Any]) -> Iterator[Point]:
    found: dict[str, int] = defaultdict(int)
    for day, count in rows:
        if day is not None:
            found[rules.month_of(day)] += count
    for month in rules.last_months(clock.today()):
        yield Point(about=(month,), count=found.get(month, 0))
