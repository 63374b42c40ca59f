"""Every organisation of the register, for those who run it: find one, see who acts for it, suspend it with a
reason and lift that again.

A suspended organisation signs nothing new (rules.HELD). Its offers and licenses stand: only the law ends
those, and others rely on them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from registry import clock, history
from registry.database import db
from registry.errors import Conflict, NotFound
from registry.history import History
from registry.parties import invitations, mail
from registry.parties.models import Account, Membership, Organisation
from registry.parties.permissions import allow
from registry.parties.rules import Actor

PAGE = 50
STATES = ("", "unverified", "verified", "suspended", "person")
TOLD = ("found", "edit", "bring_evidence", "verify", "send_back", "suspend", "resume", "erase")


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """One page of organisations."""

    found: Sequence[Organisation]
    total: int
    page: int
    pages: int


def search(actor: Actor, *, words: str = "", state: str = "", page: int = 1) -> Directory:
    """Organisations by part of the name or the credit code, by name; `state` one of STATES."""
    allow(actor, "directory.view")
    wanted = _conditions(words.strip(), state)
    total = db.session.scalar(select(func.count()).select_from(Organisation).where(*wanted)) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    query = select(Organisation).where(*wanted).order_by(Organisation.name, Organisation.id)
    found = db.session.scalars(query.offset((page - 1) * PAGE).limit(PAGE)).all()
    return Directory(found=found, total=total, page=page, pages=pages)


def find(actor: Actor, organisation_id: UUID) -> Organisation:
    """Raises NotFound."""
    allow(actor, "directory.view")
    found = db.session.get(Organisation, organisation_id)
    if found is None:
        raise NotFound("not_found")
    return found


def people(actor: Actor, organisation: Organisation) -> list[tuple[Membership, Account]]:
    """Who acts for it."""
    allow(actor, "directory.view")
    return invitations.people_of(organisation.id)


def told(actor: Actor, organisation: Organisation) -> list[History]:
    """What happened to it, newest first; values of edits are not shown."""
    allow(actor, "directory.view")
    return history.of(organisation, verbs=TOLD)[::-1]


def suspend(actor: Actor, organisation_id: UUID, *, ground: str, reason: str) -> Organisation:
    """Let an organisation sign nothing new, at once; its people are told why. One person does it, for it may
    be urgent; lifting it is as easy. Raises Conflict `already_suspended`.
    """
    allow(actor, "organisation.suspend")
    row = _lock(organisation_id)
    if row.suspended_at is not None:
        raise Conflict("already_suspended")
    row.suspended_at, row.suspended_ground = clock.now(), ground
    history.record(actor, "suspend", row, changes={"ground": ground, "reason": reason})
    mail.write_to_organisation(row.id, "organisation_suspended", organisation=row, reason=reason)
    return row


def resume(actor: Actor, organisation_id: UUID, *, reason: str) -> Organisation:
    """Lift a suspension. Raises Conflict `not_suspended`."""
    allow(actor, "organisation.suspend")
    row = _lock(organisation_id)
    if row.suspended_at is None:
        raise Conflict("not_suspended")
    row.suspended_at, row.suspended_ground = None, ""
    history.record(actor, "resume", row, changes={"reason": reason})
    mail.write_to_organisation(row.id, "organisation_resumed", organisation=row, reason=reason)
    return row


def _lock(organisation_id: UUID) -> Organisation:
    row = db.session.get(Organisation, organisation_id, with_for_update=True)
    if row is None:
        raise NotFound("not_found")
    return row


def _conditions(words: str, state: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if words:
        named = Organisation.name.contains(words, autoescape=True)
        found.append(or_(named, Organisation.uscc == words.upper()))
    if state in ("verified", "unverified"):
        known = Organisation.verified_at.is_not(None)
        found.append(known if state == "verified" else ~known)
    if state == "suspended":
        found.append(Organisation.suspended_at.is_not(None))
    if state == "person":
        found.append(Organisation.kind == "person")
    return found
