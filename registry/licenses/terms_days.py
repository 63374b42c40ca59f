"""From which day a version of the standard terms holds: an administrator asks, a second one approves.

A release brings the texts with a day of their own; here that day is moved while it has not come. A version
under which anything was accepted keeps its day for ever.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from registry import clock, history
from registry.database import db, new_id
from registry.errors import Conflict, NotFound, Refused
from registry.jobs import enqueue
from registry.ledger import service as ledger
from registry.ledger.filings import Filing
from registry.licenses import rules
from registry.licenses.models import StandardTerms
from registry.licenses.terms_day_models import TermsDay
from registry.parties.models import Account
from registry.parties.permissions import allow
from registry.parties.rules import Actor

SCHEDULE, VIEW = "terms.schedule", "terms.view"


def ask(actor: Actor, version: str, day: date) -> TermsDay:
    """Ask for another day. Raises NotFound, Conflict `terms_in_force`, `terms_day_known`; Refused
    `terms_day_soon`, `terms_day_taken`.
    """
    allow(actor, SCHEDULE)
    terms = _version(version)
    _check(terms, day)
    if any(one.waiting for one in of_version(version)):
        raise Conflict("terms_day_known", "version")
    row = TermsDay(
        id=new_id(),
        version=version,
        day=day,
        before=terms.effective_from,
        asked_by=actor.account_id,
        asked_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    history.record(actor, "ask_terms_day", row, changes={"version": version, "day": day.isoformat()})
    return row


def approve(actor: Actor, row: TermsDay) -> TermsDay:
    """The second person: the day holds and its filing says so. Raises Refused `same_person`, and as `ask`:
    what was early enough when it was asked for may have come too near.
    """
    allow(actor, SCHEDULE)
    locked = _waiting(row)
    if locked.asked_by == actor.account_id:
        raise Refused("same_person", article="[ours]")
    terms = _version(locked.version)
    _check(terms, locked.day)
    fields = {"version": terms.version, "digest": terms.digest, "day": locked.day.isoformat()}
    filed = ledger.append([Filing(type="terms.scheduled", subject=terms.version, fields=fields)])
    terms.effective_from, locked.seq = locked.day, filed[0].seq
    locked.approved_by, locked.approved_at = actor.account_id, clock.now()
    history.record(actor, "approve_terms_day", locked, changes=fields)
    enqueue("ledger.publish", {})
    return locked


def drop(actor: Actor, row: TermsDay) -> TermsDay:
    """Put aside what was asked for and not approved."""
    allow(actor, SCHEDULE)
    locked = _waiting(row)
    locked.dropped_at = clock.now()
    history.record(actor, "drop_terms_day", locked)
    return locked


# --- reading -----------------------------------------------------------------------------------------


def find(actor: Actor, row_id: UUID) -> TermsDay:
    """Raises NotFound."""
    allow(actor, VIEW)
    row = db.session.get(TermsDay, row_id)
    if row is None:
        raise NotFound("not_found")
    return row


def every(actor: Actor) -> Sequence[TermsDay]:
    """All that was asked for, newest first."""
    allow(actor, VIEW)
    return db.session.scalars(select(TermsDay).order_by(TermsDay.asked_at.desc(), TermsDay.id)).all()


def versions() -> Sequence[StandardTerms]:
    """Every version, the latest day first."""
    return db.session.scalars(select(StandardTerms).order_by(StandardTerms.effective_from.desc())).all()


def of_version(version: str) -> Sequence[TermsDay]:
    """What was asked for one version, oldest first."""
    query = select(TermsDay).where(TermsDay.version == version)
    return db.session.scalars(query.order_by(TermsDay.asked_at, TermsDay.id)).all()


def to_approve(actor: Actor) -> int:
    """How many days wait for this administrator: those another one asked for."""
    waiting = (TermsDay.approved_at.is_(None), TermsDay.dropped_at.is_(None))
    query = select(func.count(TermsDay.id)).where(*waiting, TermsDay.asked_by != actor.account_id)
    return db.session.scalar(query) or 0


def people(rows: Sequence[TermsDay]) -> dict[UUID, str]:
    """The names of those who asked and approved, by account."""
    accounts = {one for row in rows for one in (row.asked_by, row.approved_by) if one is not None}
    query = select(Account.id, Account.name).where(Account.id.in_(accounts))
    return {row.id: row.name for row in db.session.execute(query)}


def _check(terms: StandardTerms, day: date) -> None:
    others = [one.effective_from for one in versions() if one.version != terms.version]
    rules.check_terms_day(day, present=terms.effective_from, others=others, today=clock.today())


def _version(version: str) -> StandardTerms:
    found = db.session.get(StandardTerms, version)
    if found is None:
        raise NotFound("not_found", "version")
    return found


def _waiting(row: TermsDay) -> TermsDay:
    """The row, locked, while it waits. Raises Conflict `terms_day_settled`."""
    locked = db.session.get_one(TermsDay, row.id, with_for_update=True, populate_existing=True)
    if not locked.waiting:
        raise Conflict("terms_day_settled")
    return locked
