"""The log of security as people read it: one's own account's events; all of them for auditors, for whoever
runs the system or gives roles is looked at here; and its end, when its days are over.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select

from registry import clock
from registry.config import Settings
from registry.database import db, transaction
from registry.events import SecurityEvent, What
from registry.ledger.guards import AGING
from registry.parties.models import Account
from registry.parties.permissions import allow
from registry.parties.rules import Actor

PAGE = 50
AT_ONCE = 500
LEAST = timedelta(days=AGING["security_event"])
Row = tuple[SecurityEvent, str, str]
"""An event, with the name and the address of mail of its account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What of the log is asked for; empty means any. `account` is a whole address of mail or an id."""

    what: str = ""
    account: str = ""
    subject: str = ""
    address: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page, newest first."""

    rows: Sequence[Row]
    count: int
    page: int

    @property
    def pages(self) -> int:
        return max(-(-self.count // PAGE), 1)


def own(actor: Actor, page: int) -> Found:
    """What happened to the actor's own account. Raises NotAllowed."""
    allow(actor, "account.use", actor)
    return _page([SecurityEvent.account_id == actor.account_id], page)


def search(actor: Actor, asked: Asked, page: int) -> Found:
    """Everybody's events. Raises NotAllowed."""
    allow(actor, "events.view")
    return _page(_conditions(asked), page)


def every(actor: Actor, asked: Asked) -> Iterator[Row]:
    """The same events, all of them, read a few at a time. Raises NotAllowed."""
    allow(actor, "events.view")
    query = _query(_conditions(asked)).execution_options(yield_per=AT_ONCE)
    return (_row(found) for found in db.session.execute(query))


def removable(account_id: UUID) -> list[SecurityEvent]:
    """Somebody's events that may go already."""
    query = select(SecurityEvent).where(
        SecurityEvent.account_id == account_id, SecurityEvent.at < _present() - LEAST
    )
    return list(db.session.scalars(query.order_by(SecurityEvent.id)))


def forget(settings: Settings) -> int:
    """Take away what is past its days, some a transaction; of closed accounts after the least time the law
    asks for. Returns how many.
    """
    count = 0
    while taken := transaction(lambda: _forget_some(settings)):
        count += taken
    return count


def _forget_some(settings: Settings) -> int:
    instant = _present()
    closed = select(Account.id).where(Account.closed_at.is_not(None))
    old = SecurityEvent.at < instant - timedelta(days=settings.event_days)
    gone = and_(SecurityEvent.at < instant - LEAST, SecurityEvent.account_id.in_(closed))
    ids = list(db.session.scalars(select(SecurityEvent.id).where(or_(old, gone)).limit(AT_ONCE)))
    if ids:
        db.session.execute(delete(SecurityEvent).where(SecurityEvent.id.in_(ids)))
    return len(ids)


def _present() -> datetime:
    """By the database's own clock where it is behind ours: its guard tells the age by it."""
    there = db.session.scalars(select(func.now())).one()
    return min(there if there.tzinfo else there.replace(tzinfo=UTC), clock.now())


def _page(conditions: Sequence[ColumnElement[bool]], page: int) -> Found:
    count = db.session.scalar(select(func.count()).select_from(SecurityEvent).where(*conditions)) or 0
    page = min(max(page, 1), max(-(-count // PAGE), 1))
    query = _query(conditions).limit(PAGE).offset((page - 1) * PAGE)
    return Found(rows=[_row(one) for one in db.session.execute(query)], count=count, page=page)


def _row(found: Any) -> Row:
    event, name, email = found
    return event, name, email


def _query(conditions: Sequence[ColumnElement[bool]]) -> Select[SecurityEvent, str, str]:
    """Names stand beside the events and not in them: an erased account takes its name along."""
    named = select(SecurityEvent, func.coalesce(Account.name, ""), func.coalesce(Account.email, ""))
    joined = named.outerjoin(Account, Account.id == SecurityEvent.account_id).where(*conditions)
    return joined.order_by(SecurityEvent.at.desc(), SecurityEvent.id)


def _conditions(asked: Asked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.what in tuple(What):
        found.append(SecurityEvent.what == asked.what)
    if asked.account:
        found.append(SecurityEvent.account_id.in_(_accounts(asked.account)))
    if asked.subject:
        found.append(SecurityEvent.subject == asked.subject)
    if asked.address:
        found.append(SecurityEvent.address == asked.address)
    if asked.since is not None:
        found.append(SecurityEvent.at >= clock.day_start(asked.since))
    if asked.until is not None:
        found.append(SecurityEvent.at < clock.day_start(asked.until + timedelta(days=1)))
    return found


def _accounts(named: str) -> Select[UUID]:
    try:
        return select(Account.id).where(Account.id == UUID(named))
    except ValueError:
        return select(Account.id).where(Account.email == named.lower())
