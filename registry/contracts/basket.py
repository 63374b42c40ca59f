"""许可清单: the offers a licensee means to take together. It binds nobody; texts and prices are read from it.

A line remembers the text and the track it was put there with. Where either has moved on since, the line is
marked and must be confirmed before the list goes on: nobody takes another price than the one that was read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from registry import clock
from registry.contracts import receiving_accounts
from registry.contracts import service as contracts
from registry.contracts.allocation import MOST_LINES, grouped
from registry.contracts.basket_models import BasketLine
from registry.database import db, new_id
from registry.errors import Conflict, NotFound, Refused
from registry.ledger.canonical import jcs
from registry.licenses import register as offers
from registry.licenses import schedule, terms
from registry.licenses.fee_fields import from_fields
from registry.licenses.fees import Fee
from registry.licenses.models import Declaration
from registry.licenses.offers import standing
from registry.parties import service as parties
from registry.parties.models import Organisation
from registry.parties.permissions import allow
from registry.parties.rules import Actor
from registry.patents import rules as patent_rules
from registry.patents.numbers import Kind

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An offer as the list shows it. `stop`: why it cannot be taken; `changed`: it must be confirmed."""

    declaration: Declaration
    fee: Fee
    track: str
    term: terms.Term | None
    due_now: Decimal
    total: schedule.Total | None
    account: dict[str, Any]
    changed: bool = False
    stop: Refused | None = None

    @property
    def number(self) -> str:
        return self.declaration.number


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What is due at the start into one account, for how many licenses, in yuan."""

    account: dict[str, Any]
    lines: int
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """The whole list, in its order."""

    lines: tuple[Line, ...]

    @property
    def takeable(self) -> tuple[Line, ...]:
        return tuple(one for one in self.lines if one.stop is None)

    @property
    def unconfirmed(self) -> tuple[Line, ...]:
        return tuple(one for one in self.takeable if one.changed)

    @property
    def sums(self) -> tuple[Sum, ...]:
        """By receiving account; what cannot be taken and what costs nothing at the start is in none."""
        paid = [one for one in self.takeable if one.due_now]
        return tuple(
            Sum(
                account=together[0].account,
                lines=len(together),
                amount=sum((one.due_now for one in together), ZERO),
            )
            for together in grouped((one, jcs(one.account)) for one in paid)
        )

    @property
    def due_now(self) -> Decimal:
        return sum((one.amount for one in self.sums), ZERO)


# --- the list of an organisation ---------------------------------------------------------------------


def of(actor: Actor) -> Basket:
    """The list of the actor's organisation, as it stands today."""
    rows = _rows(_mine(actor), actor)
    return Basket(lines=tuple(_seen(row.declaration, row, actor) for row in rows))


def size(actor: Actor) -> int:
    """How many offers stand on it."""
    whose = BasketLine.licensee_id == actor.organisation_id, *offers.within(actor, BasketLine.declaration_id)
    return db.session.scalar(select(func.count()).select_from(BasketLine).where(*whose)) or 0


def add(actor: Actor, numbers: Iterable[str]) -> int:
    """Put offers on the list, behind those that stand there; one already there stays as it is. Returns how
    many are new.

    Raises Refused `list_too_long`, NotFound for a number nobody has, Conflict `offer_not_open` for one that
    was never published, NotAllowed `outside_power`.
    """
    licensee = _mine(actor, writing=True)
    rows = _rows(licensee)
    there, last = {row.declaration_id for row in rows}, max((row.place for row in rows), default=0)
    named = [found(number) for number in dict.fromkeys(numbers)]
    for one in named:
        allow(actor, "acceptance.draft", Taker(licensee.id, one.patent_numbers))
    fresh = [one for one in named if one.id not in there]
    if len(rows) + len(fresh) > MOST_LINES:
        raise Refused("list_too_long", "offer", max=MOST_LINES)
    for place, declaration in enumerate(fresh, start=last + 1):
        current = declaration.current
        assert current is not None
        row = BasketLine(
            id=new_id(),
            licensee_id=licensee.id,
            declaration=declaration,
            version=current,
            track=track_of(declaration),
            place=place,
            added_by=actor.account_id,
            added_at=clock.now(),
        )
        db.session.add(row)
    db.session.flush()
    return len(fresh)


def remove(actor: Actor, numbers: Iterable[str]) -> int:
    """Take offers off the list; those that are not there are none. Returns how many went."""
    wanted = {one.strip().upper() for one in numbers}
    going = [row for row in _rows(_mine(actor, writing=True), actor) if row.declaration.number in wanted]
    for row in going:
        db.session.delete(row)
    db.session.flush()
    return len(going)


def confirm(actor: Actor, numbers: Iterable[str]) -> int:
    """Say that the present text and track of offers was read. Returns how many had changed."""
    wanted, changed = {one.strip().upper() for one in numbers}, 0
    for row in _rows(_mine(actor, writing=True), actor):
        if row.declaration.number in wanted and _changed(row):
            assert row.declaration.current is not None
            row.version, row.track = row.declaration.current, track_of(row.declaration)
            changed += 1
    db.session.flush()
    return changed


def move(actor: Actor, number: str, *, up: bool) -> None:
    """Move one offer a place up or down; the first and the last stay where nothing is beyond them."""
    rows = _rows(_mine(actor, writing=True), actor)
    at = next((n for n, row in enumerate(rows) if row.declaration.number == number.strip().upper()), None)
    if at is None:
        return
    other = at - 1 if up else at + 1
    if 0 <= other < len(rows):
        rows[at].place, rows[other].place = rows[other].place, rows[at].place
    db.session.flush()


def take(actor: Actor) -> list[Declaration]:
    """What the list hands on to be prepared: every offer that can be taken, in its order.

    Raises Refused `list_empty`, Conflict `list_changed` while one of them waits to be confirmed.
    """
    basket = of(actor)
    if basket.unconfirmed:
        raise Conflict("list_changed", "lines", n=len(basket.unconfirmed))
    if not basket.takeable:
        raise Refused("list_empty", "lines")
    return [one.declaration for one in basket.takeable]


# --- the list of somebody who has not signed in ------------------------------------------------------


def seen(numbers: Sequence[str]) -> Basket:
    """A visitor's list: numbers kept with the visitor, read as everybody sees the offers today."""
    known = [one for one in (_known(number) for number in numbers) if one is not None]
    return Basket(lines=tuple(_seen(one, None, None) for one in known))


def found(number: str) -> Declaration:
    """An offer that was published once. Raises NotFound."""
    declaration = offers.find(number)
    if declaration.current is None or declaration.published_seq is None:
        raise NotFound("not_found")
    return declaration


def track_of(declaration: Declaration) -> str:
    """The track a notice of today would get, empty while none is taken."""
    stands = standing(declaration)
    return "" if isinstance(stands, Refused) else str(stands)


# --- inside ------------------------------------------------------------------------------------------


def _known(number: str) -> Declaration | None:
    try:
        return found(number)
    except NotFound:
        return None


def _mine(actor: Actor, *, writing: bool = False) -> Organisation:
    """The actor's organisation; while its list is written, its row is held, so that no two lines get one
    place and no list grows over its limit.
    """
    licensee = parties.organisation_of(actor)
    allow(actor, "acceptance.draft", taker(actor, licensee.id))
    if writing:
        db.session.execute(select(Organisation.id).where(Organisation.id == licensee.id).with_for_update())
    return licensee


def _rows(licensee: Organisation, actor: Actor | None = None) -> Sequence[BasketLine]:
    """The list; of an agent for some patents the lines about those, as if there were no others."""
    query = select(BasketLine).where(BasketLine.licensee_id == licensee.id)
    if actor is not None:
        query = query.where(*offers.within(actor, BasketLine.declaration_id))
    query = query.options(joinedload(BasketLine.declaration), joinedload(BasketLine.version))
    return db.session.scalars(query.order_by(BasketLine.place, BasketLine.added_at)).all()


def _seen(declaration: Declaration, row: BasketLine | None, actor: Actor | None) -> Line:
    version, today = declaration.current, clock.today()
    assert version is not None
    fee, stop = from_fields(version.answers["fee"]), None
    try:
        track = (
            contracts.check_open(actor, declaration)
            if actor is not None
            else contracts.open_track(declaration)
        )
    except Refused as refused:
        stop, track = refused, track_of(declaration)
    try:
        term = _term(declaration, today)
    except Refused as refused:
        stop, term = stop or refused, None
    total = schedule.contract_total(fee, terms.years_in_term(term.first_day, term.last_day)) if term else None
    return Line(
        declaration=declaration,
        fee=fee,
        track=track,
        term=term,
        due_now=schedule.due_at_start(fee),
        total=total,
        account=receiving_accounts.of(declaration, version),
        changed=row is not None and stop is None and _changed(row),
        stop=stop,
    )


def _changed(row: BasketLine) -> bool:
    """Whether the text, and the price in it, or the track is another than when it was put there."""
    current, track = row.declaration.current, track_of(row.declaration)
    return current is None or current.id != row.version_id or bool(row.track and track and track != row.track)


def _term(declaration: Declaration, on: date) -> terms.Term:
    """The licensee's own dates, if the license began today. Raises Refused `license_term_empty`."""
    assert declaration.current is not None
    span, patent = declaration.current.answers["term"], declaration.patent
    months = span.get("duration_months")
    return terms.term(
        on,
        int(months) if months else None,
        offered_last_day=date.fromisoformat(span["license_last_day"]),
        patent_last_day=patent_rules.last_day(
            Kind(patent.kind), patent.filing_date, compensation_days=patent.compensation_days
        ),
    )


@dataclass(frozen=True, slots=True)
class Taker:
    """Stands for the acceptances that do not exist yet, and the patents they would be about."""

    licensee_id: UUID
    patent_numbers: Sequence[str] = ()


def taker(actor: Actor, licensee_id: UUID) -> Taker:
    """What the actor might take at all: an agent for some patents a license of those."""
    named = actor.power.patents if actor.power is not None else None
    return Taker(licensee_id, tuple(named or ()))


def reaches(actor: Actor, declaration: Declaration) -> bool:
    """Whether an offer is within what the actor takes licenses of."""
    power = actor.power
    return power is None or power.patents is None or set(declaration.patent_numbers) <= power.patents
