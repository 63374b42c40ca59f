"""Who acts for whom: owners ask colleagues, security administrators ask staff; whoever was asked takes it up
under the address that was asked. Memberships are ended, never deleted; whatever was signed before stands.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from registry import clock, history
from registry.database import db, new_id
from registry.errors import Conflict, NotFound, Refused
from registry.parties import accounts, mail, organisations, separation
from registry.parties.models import Account, Membership, Organisation, Session, Venue
from registry.parties.permissions import allow
from registry.parties.rules import BY_TWO, PARTY_ROLES, STAFF, Actor, Role
from registry.parties.staff_models import Invitation

DAYS = 30
INVITED_A_DAY = 50
"""Letters to addresses somebody types: as many as a faculty needs, not as many as a nuisance wants."""


# --- asking ------------------------------------------------------------------------------------------


def invite_member(actor: Actor, *, email: str, role: str) -> Invitation:
    """An owner asks somebody to act for the organisation. Raises Refused `not_a_choice`, `own_membership`,
    Conflict `invitation_known`, `member_known`.
    """
    organisation = organisations.organisation_of(actor)
    allow(actor, "member.manage", organisation)
    if organisation.is_person or role not in PARTY_ROLES:
        raise Refused("not_a_choice", "role")
    return _invite(actor, email=email, role=Role(role), organisation=organisation)


def invite_staff(actor: Actor, *, email: str, role: str, venue_code: str = "") -> Invitation:
    """Security asks somebody to work for a venue or the registry; of an administrator a second one has to
    approve before the letter leaves. Raises as `invite_member`, Refused `venue_unknown`, Conflict
    `administrators_apart`.
    """
    allow(actor, "staff.manage")
    if role not in STAFF:
        raise Refused("not_a_choice", "role")
    venue = None
    if role == Role.OPERATOR:
        venue = db.session.scalar(select(Venue).where(Venue.code == venue_code))
        if venue is None:
            raise Refused("venue_unknown", "venue")
    known = db.session.scalar(select(Account.id).where(Account.email == email))
    if known is not None:
        separation.check(known, Role(role))
    return _invite(actor, email=email, role=Role(role), venue=venue)


def approve(actor: Actor, invitation_id: UUID) -> Invitation:
    """The second security administrator lets the letter leave. Raises Refused `second_administrator`,
    Conflict `invitation_settled`.
    """
    allow(actor, "staff.manage")
    row = _open(invitation_id)
    if row.asked_by == actor.account_id:
        raise Refused("second_administrator", article="[ours]")
    if not row.needs_second:
        raise Conflict("invitation_settled")
    row.approved_by, row.approved_at = actor.account_id, clock.now()
    row.until = clock.now() + timedelta(days=DAYS)
    history.record(actor, "approve_invitation", row)
    _write(row)
    return row


def drop(actor: Actor, invitation_id: UUID) -> Invitation:
    """Take an invitation back that nobody has taken up."""
    row = _open(invitation_id)
    allow(actor, *(("staff.manage",) if row.organisation_id is None else ("member.manage", row)))
    row.dropped_at, row.email = clock.now(), ""  # nobody needs to know any more who it was
    history.record(actor, "drop_invitation", row)
    return row


# --- taking it up ------------------------------------------------------------------------------------


def accept(actor: Actor, invitation_id: UUID) -> Membership:
    """Take up what one was asked. Raises NotFound for another's, Refused `account_unconfirmed`, Conflict
    `invitation_settled` when it was taken back, has run out or was taken up, `administrators_apart`.
    """
    row = _own(actor, _open(invitation_id))
    if not actor.confirmed:
        raise Refused("account_unconfirmed", article="ESL 13")
    if row.needs_second or row.until <= clock.now():
        raise Conflict("invitation_settled")
    separation.check(actor.account_id, Role(row.role))
    row.accepted_by, row.accepted_at = actor.account_id, clock.now()
    member = organisations.join(
        actor.account_id, role=Role(row.role), organisation_id=row.organisation_id, venue_id=row.venue_id
    )
    if actor.session_id:
        db.session.get_one(Session, actor.session_id).membership_id = member.id
    history.record(actor, "join", member, changes={"role": row.role})
    return member


def find(actor: Actor, invitation_id: UUID) -> Invitation:
    """An open invitation of the actor's own. Raises NotFound, Conflict `invitation_settled`."""
    return _own(actor, _open(invitation_id, locked=False))


def waiting_for(actor: Actor) -> Sequence[Invitation]:
    """What this person was asked and has not taken up."""
    query = _all().where(Invitation.email == actor.email, Invitation.until > clock.now())
    return [one for one in db.session.scalars(query.where(*_OPEN)) if not one.needs_second]


# --- ending ------------------------------------------------------------------------------------------


def end(actor: Actor, membership_id: UUID, *, reason: str = "") -> Membership:
    """End a membership at once: its sessions act for nobody, its machines are refused, what it signed stands.

    Raises Refused `own_membership` for one's own, Conflict `last_owner` where nobody would own the
    organisation, `membership_ended`.
    """
    row = db.session.get(Membership, membership_id, with_for_update=True)
    if row is None:
        raise NotFound("not_found")
    if row.organisation_id is None:
        allow(actor, "staff.manage")
    else:
        allow(actor, "member.manage", db.session.get_one(Organisation, row.organisation_id))
    if row.ended_at is not None:
        raise Conflict("membership_ended")
    if row.account_id == actor.account_id:
        raise Refused("own_membership")
    row.ended_at = clock.now()
    history.record(actor, "end_membership", row, changes={"role": row.role, "reason": reason})
    return row


# --- reading -----------------------------------------------------------------------------------------


def members(actor: Actor, organisation: Organisation) -> list[tuple[Membership, Account]]:
    """Everybody who acts for an organisation, owners first."""
    allow(actor, "member.view", organisation)
    return people_of(organisation.id)


def people_of(organisation_id: UUID) -> list[tuple[Membership, Account]]:
    """The live members of an organisation with their accounts, owners first; asks nobody's leave."""
    return _people(Membership.organisation_id == organisation_id)


def asked(actor: Actor, organisation: Organisation) -> Sequence[Invitation]:
    """An organisation's open invitations, newest first."""
    allow(actor, "member.view", organisation)
    return db.session.scalars(_all().where(Invitation.organisation_id == organisation.id, *_OPEN)).all()


def staff(actor: Actor) -> list[tuple[Membership, Account]]:
    """Everybody who works for a venue or the registry."""
    allow(actor, "staff.view")
    return _people(Membership.organisation_id.is_(None))


def asked_of_staff(actor: Actor) -> Sequence[Invitation]:
    """Open invitations of staff, newest first."""
    allow(actor, "staff.view")
    return db.session.scalars(_all().where(Invitation.organisation_id.is_(None), *_OPEN)).all()


def to_approve(actor: Actor) -> int:
    """How many wait for this administrator's approval; one query."""
    query = select(func.count(Invitation.id)).where(
        *_OPEN,
        Invitation.role.in_(BY_TWO),
        Invitation.approved_at.is_(None),
        Invitation.asked_by != actor.account_id,
    )
    return db.session.scalar(query) or 0


# --- inside ------------------------------------------------------------------------------------------

_OPEN = (Invitation.accepted_at.is_(None), Invitation.dropped_at.is_(None))


def _invite(
    actor: Actor,
    *,
    email: str,
    role: Role,
    organisation: Organisation | None = None,
    venue: Venue | None = None,
) -> Invitation:
    if email == actor.email:
        raise Refused("own_membership", "email")
    place = {
        "organisation_id": organisation.id if organisation else None,
        "venue_id": venue.id if venue else None,
    }
    known = select(Invitation.id).where(Invitation.email == email, Invitation.role == role, *_OPEN)
    known = known.where(Invitation.until > clock.now(), *_is(Invitation, place))
    if db.session.scalar(known.limit(1)) is not None:
        raise Conflict("invitation_known", "email")
    member = select(Membership.id).join(Account, Account.id == Membership.account_id)
    member = member.where(Account.email == email, Membership.role == role, Membership.ended_at.is_(None))
    if db.session.scalar(member.where(*_is(Membership, place)).limit(1)) is not None:
        raise Conflict("member_known", "email")
    accounts.attempt("invited", str(actor.account_id), limit=INVITED_A_DAY, window=timedelta(days=1))
    instant = clock.now()
    row = Invitation(
        id=new_id(),
        email=email,
        role=role,
        asked_by=actor.account_id,
        asked_at=instant,
        until=instant + timedelta(days=DAYS),
        **place,
    )
    db.session.add(row)
    db.session.flush()
    history.record(actor, "invite", row, changes={"role": str(role)})
    if not row.needs_second:
        _write(row)
    return row


def _is(table: Any, place: dict[str, UUID | None]) -> list[Any]:
    return [getattr(table, name) == value for name, value in place.items()]


def _write(row: Invitation) -> None:
    for_whom = row.organisation.name if row.organisation else row.venue.name if row.venue else ""
    mail.write(row.email, "invited", invitation=row, for_whom=for_whom, until=clock.legal_day(row.until))


def _all() -> Select[Invitation]:
    places = joinedload(Invitation.organisation), joinedload(Invitation.venue)
    return select(Invitation).options(*places).order_by(Invitation.asked_at.desc(), Invitation.id)


def _open(invitation_id: UUID, *, locked: bool = True) -> Invitation:
    row = db.session.get(Invitation, invitation_id, with_for_update=locked)
    if row is None:
        raise NotFound("not_found")
    if not row.open:
        raise Conflict("invitation_settled")
    return row


def _own(actor: Actor, row: Invitation) -> Invitation:
    if row.email != actor.email:
        raise NotFound("not_found")
    return row


def _people(whose: ColumnElement[bool]) -> list[tuple[Membership, Account]]:
    query = (
        select(Membership, Account)
        .join(Account, Account.id == Membership.account_id)
        .where(whose, Membership.ended_at.is_(None))
        .options(joinedload(Membership.venue))
    )
    found = [(member, account) for member, account in db.session.execute(query)]
    order = list(Role)
    return sorted(found, key=lambda pair: (order.index(Role(pair[0].role)), pair[1].name, pair[1].email))
