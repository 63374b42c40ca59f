"""Server-side sessions: revocable, with an idle and an absolute limit; the cookie's value is stored as a
digest only.
"""

import hashlib
import secrets
import uuid
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Select, select, update
from sqlalchemy.orm import joinedload

from registry import clock
from registry.config import Settings
from registry.database import db
from registry.parties.agency import Unit
from registry.parties.models import Account, Membership, Organisation, Session
from registry.parties.power_models import PowerOfAttorney
from registry.parties.rules import SIGNERS, STAFF, Actor, Role

TOUCH = timedelta(minutes=1)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(account: Account, settings: Settings, *, second: bool = False) -> str:
    """A new session for an account, acting for its first membership; returns the cookie's value.

    `second`: whether a second factor was shown on the way in. Coming in is a fresh proof.
    """
    instant, token = clock.now(), secrets.token_urlsafe(32)
    membership = db.session.scalar(memberships_of(account.id).limit(1))
    row = Session(
        token_hash=digest(token),
        account_id=account.id,
        membership_id=membership.id if membership else None,
        created_at=instant,
        seen_at=instant,
        expires_at=instant + timedelta(seconds=settings.session_absolute),
        proved_at=instant,
        second_at=instant if second else None,
    )
    db.session.add(row)
    return token


def read(token: str, settings: Settings) -> Session | None:
    """The live session of a cookie's value, or None."""
    query = select(Session).where(Session.token_hash == digest(token))
    whose = joinedload(Session.account), joinedload(Session.membership).joinedload(Membership.organisation)
    row = db.session.scalar(query.options(*whose))
    instant = clock.now()
    if (
        row is None
        or row.revoked_at is not None
        or row.expires_at <= instant
        or row.account.closed_at is not None
    ):
        return None
    if row.seen_at + timedelta(seconds=settings.session_idle) <= instant:
        return None
    return row


def ended_account(token: str) -> uuid.UUID | None:
    """Whose session this was that has ended by itself; None for one that was signed out or revoked."""
    row = db.session.scalar(select(Session).where(Session.token_hash == digest(token)))
    gone = row is None or row.revoked_at is not None or row.account.closed_at is not None
    return None if row is None or gone else row.account_id


def needs_touch(row: Session) -> bool:
    return row.seen_at + TOUCH <= clock.now()


def touch(session_id: uuid.UUID) -> None:
    db.session.execute(update(Session).where(Session.id == session_id).values(seen_at=clock.now()))


def revoke(session_id: uuid.UUID) -> None:
    db.session.execute(update(Session).where(Session.id == session_id).values(revoked_at=clock.now()))


def replace_present(token: str | None) -> None:
    """End what this browser was signed in to before it gets a new session."""
    if token:
        db.session.execute(
            update(Session)
            .where(Session.token_hash == digest(token), Session.revoked_at.is_(None))
            .values(revoked_at=clock.now())
        )


def revoke_all(account_id: uuid.UUID) -> None:
    db.session.execute(
        update(Session)
        .where(Session.account_id == account_id, Session.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )


def revoke_every() -> int:
    """Everybody's; how many were open."""
    ended = db.session.execute(
        update(Session).where(Session.revoked_at.is_(None)).values(revoked_at=clock.now())
    )
    return int(ended.rowcount)  # type: ignore[attr-defined]


def revoke_others(account_id: uuid.UUID, present: uuid.UUID | None) -> None:
    """End every session of the account but the present one."""
    db.session.execute(
        update(Session)
        .where(Session.account_id == account_id, Session.id != present, Session.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )


def memberships_of(account_id: uuid.UUID) -> Select[Membership]:
    """The query of an account's live memberships, oldest first."""
    return (
        select(Membership)
        .where(Membership.account_id == account_id, Membership.ended_at.is_(None))
        .order_by(Membership.created_at, Membership.id)
    )


def actor_of(
    account: Account, membership: Membership | None, *, session_id: uuid.UUID | None = None
) -> Actor:
    """The actor an account is while it acts for a membership."""
    live = membership if membership is not None and membership.ended_at is None else None
    return Actor(
        account_id=account.id,
        organisation_id=live.organisation_id if live else None,
        venue_id=live.venue_id if live else None,
        role=Role(live.role) if live else Role.GUEST,
        name=account.name,
        email="" if account.mail_unproved else account.email,  # what nobody proved is not the actor's
        confirmed=account.confirmed_at is not None,
        unit=_unit(live),
        session_id=session_id,
    )


def actor_of_session(row: Session, settings: Settings) -> Actor:
    """The actor a browser is. Whoever owes a second factor acts for nobody: only for the account itself."""
    made = actor_of(row.account, row.membership, session_id=row.id)
    if row.power_id is not None:
        made = under(made, db.session.get_one(PowerOfAttorney, row.power_id))
    if row.second_at is None and _wants_second(made, row.membership, settings):
        made = replace(actor_of(row.account, None, session_id=row.id), owes_second=True)
    return replace(made, proved_at=row.proved_at)


def _unit(live: Membership | None) -> Unit | None:
    if live is None or live.unit is None:
        return None
    return Unit(id=live.unit.id, name=live.unit.name)


def under(own: Actor, power: PowerOfAttorney) -> Actor:
    """Somebody of the agent's as the principal's agent. One whose power is over acts for nobody: what was
    meant for the principal is never done for the agent itself.
    """
    signs = own.organisation_id == power.agent_id and own.role in SIGNERS and own.unit is None
    if not signs or not power.stands(clock.today()):
        return replace(own, organisation_id=None, role=Role.GUEST, power_over=power.number)
    return replace(own, organisation_id=power.principal_id, role=Role.SIGNER, power=power.in_hand)


def _wants_second(actor: Actor, membership: Membership | None, settings: Settings) -> bool:
    """Also where the principal asks it of its own people: an agent comes in by the same door."""
    if actor.role in STAFF:
        return settings.staff_second_factor
    organisation = membership.organisation if membership is not None and actor.organisation_id else None
    if actor.power is not None and db.session.get_one(Organisation, actor.organisation_id).second_factor:
        return True
    return organisation is not None and organisation.second_factor
