"""What can be done about personal data: see what would go, ask for it, approve it as a second person.

Rows go in one transaction with the history; files, which no transaction can hold, are removed by a job of
that transaction. If we crash between the two, the rows say already that the content is gone and nobody gets
it any more; the worker removes the files when it comes back.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry import clock, history
from registry.database import db, new_id
from registry.erasure import contracts, declarations, people
from registry.erasure.listing import FILE, OUTBOX, Listing
from registry.erasure.models import Erasure
from registry.erasure.rules import GROUNDS, Kind, Situation, check_reference, holds
from registry.errors import Conflict, NotFound, Refused, refuse_all
from registry.jobs import enqueue
from registry.licenses import register as offers
from registry.parties.permissions import allow
from registry.parties.rules import Actor

REMOVE = "erasure.remove_files"


@dataclass(frozen=True, slots=True)
class _Subject:
    """How one kind of thing is found, what stands against its erasure, and what of it goes."""

    find: Callable[..., Any]
    situation: Callable[[Any], Situation]
    listing: Callable[[Any], Listing]


_SUBJECTS: Mapping[str, _Subject] = {
    Kind.CONTRACT: _Subject(contracts.find, contracts.situation, contracts.listing),
    Kind.DECLARATION: _Subject(declarations.find, declarations.situation, declarations.listing),
    Kind.KEY: _Subject(people.find_key, people.key_situation, people.key_listing),
    Kind.ACCOUNT: _Subject(people.find_account, people.account_situation, people.account_listing),
    Kind.PARTY: _Subject(people.find_party, people.party_situation, people.party_listing),
}


def preview(actor: Actor, kind: str, name: str, *, ground: str) -> Listing:
    """Exactly what would go, and what stands against it today. Changes nothing. Raises NotFound."""
    allow(actor, "erasure.manage")
    return _listing(kind, name, ground=ground)


def ask(actor: Actor, kind: str, name: str, *, ground: str, listed: str, reference: str = "") -> Erasure:
    """Ask for an erasure after having seen its list; another administrator carries it out.

    Raises Refused or Invalid with everything that stands against it, Conflict `stale_digest` when the list
    has changed, `erasure_known` when it was asked for already.
    """
    allow(actor, "erasure.manage")
    check_reference(ground, reference)
    found = _listing(kind, name, ground=ground)
    refuse_all(found.holds)
    _same(found, listed)
    if any(one.waiting for one in of_subject(kind, found.subject)):
        raise Conflict("erasure_known")
    row = Erasure(
        id=new_id(),
        kind=kind,
        subject=found.subject,
        ground=ground,
        reference=reference,
        listed=found.digest,
        counts=found.counts,
        asked_by=actor.account_id,
        asked_at=clock.now(),
    )
    db.session.add(row)
    history.record(actor, "ask_erasure", row, changes={"ground": ground, "kind": kind})
    return row


def approve(actor: Actor, erasure: Erasure, *, listed: str) -> Erasure:
    """Carry out what another person asked for; everything is looked at again, under locks.

    Raises Refused `same_person`, what stands against it, Conflict `stale_digest` when the list has changed.
    """
    allow(actor, "erasure.manage")
    row = _waiting(erasure)
    if row.asked_by is not None and row.asked_by == actor.account_id:
        raise Refused("same_person", article="[ours]")
    found = _listing(row.kind, row.subject, ground=row.ground, locked=True)
    refuse_all(found.holds)
    _same(found, listed)
    for one in found.goes:
        one.erase()
    _mark(found, row.ground)
    row.approved_by, row.done_at = actor.account_id, clock.now()
    row.counts, row.listed = found.counts, found.digest
    changes = {"ground": row.ground, "reference": row.reference, "gone": found.counts}
    history.record(actor, "erase", row, changes=changes)
    if isinstance(getattr(found.row, "id", None), UUID):  # its own history says so too
        history.record(actor, "erase", found.row, changes={"ground": row.ground})
    enqueue(REMOVE, {"digests": found.keys(FILE), "letters": found.keys(OUTBOX)}, subject_id=row.id)
    return row


def drop(actor: Actor, erasure: Erasure) -> Erasure:
    """Put an erasure aside that was asked for and not carried out."""
    allow(actor, "erasure.manage")
    row = _waiting(erasure)
    row.dropped_at = clock.now()
    history.record(actor, "drop_erasure", row)
    return row


# --- reading -----------------------------------------------------------------------------------------


def find(actor: Actor, erasure_id: UUID) -> Erasure:
    """Raises NotFound."""
    allow(actor, "erasure.view")
    row = db.session.get(Erasure, erasure_id)
    if row is None:
        raise NotFound("not_found")
    return row


def of_subject(kind: str, subject: str) -> Sequence[Erasure]:
    """What was asked about one thing, oldest first."""
    query = select(Erasure).where(Erasure.kind == kind, Erasure.subject == subject)
    return db.session.scalars(query.order_by(Erasure.asked_at)).all()


def every(actor: Actor) -> Sequence[Erasure]:
    """All that was asked for, newest first."""
    allow(actor, "erasure.view")
    return db.session.scalars(select(Erasure).order_by(Erasure.asked_at.desc())).all()


def waiting_for(actor: Actor) -> int:
    """How many wait for this administrator's approval."""
    query = select(Erasure).where(Erasure.done_at.is_(None), Erasure.dropped_at.is_(None))
    return sum(one.asked_by != actor.account_id for one in db.session.scalars(query))


# --- inside ------------------------------------------------------------------------------------------


def _listing(kind: str, name: str, *, ground: str, locked: bool = False) -> Listing:
    if kind not in _SUBJECTS:
        raise Refused("not_a_choice", "kind")
    if ground not in GROUNDS:
        raise Refused("not_a_choice", "ground")
    subject = _SUBJECTS[kind]
    row = subject.find(name, locked=locked)
    found = subject.situation(row)
    against = tuple(holds(found, ground, clock.today()))
    return replace(subject.listing(row), holds=against)


def _waiting(erasure: Erasure) -> Erasure:
    row = db.session.get_one(Erasure, erasure.id, with_for_update=True, populate_existing=True)
    if not row.waiting:
        raise Conflict("erasure_settled")
    return row


def _same(found: Listing, listed: str) -> None:
    if found.digest != listed:
        raise Conflict("stale_digest", "listed")


def _mark(found: Listing, ground: str) -> None:
    """Say on the thing itself that it was erased, and why, so that pages can."""
    if found.kind in (Kind.CONTRACT, Kind.DECLARATION):
        found.row.erased_at, found.row.erased_ground = clock.now(), ground
    if found.kind == Kind.PARTY:
        found.row.erased_at = clock.now()
    if found.kind == Kind.DECLARATION:
        offers.reindex(found.row)
