"""Machines' access: API keys bound to a membership, and to the organisation's own enrolled key where they
sign.
"""

import secrets
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from registry import clock, history
from registry.database import db, new_id
from registry.errors import NotFound, Refused
from registry.parties import sessions
from registry.parties.models import ApiKey, Key, Membership
from registry.parties.rules import Actor

DAYS = 365


def create_api_key(actor: Actor, *, label: str, kid: str | None = None, days: int = DAYS) -> str:
    """Give a machine the actor's present membership; `prefix.secret` is returned once and kept as a digest.

    Raises Refused `no_organisation`, `key_unknown`.
    """
    member = _membership(actor)
    key = db.session.get(Key, kid) if kid else None
    if kid and (key is None or key.organisation_id is None or key.organisation_id != actor.organisation_id):
        raise Refused("key_unknown", "kid")
    prefix, secret = "mx" + secrets.token_hex(5), secrets.token_urlsafe(32)
    row = ApiKey(
        id=new_id(),
        prefix=prefix,
        secret_hash=sessions.digest(secret),
        label=label,
        account_id=member.account_id,
        membership_id=member.id,
        kid=kid or None,
        created_at=clock.now(),
        expires_at=clock.now() + timedelta(days=days),
    )
    db.session.add(row)
    db.session.flush()
    history.record(actor, "create_api_key", row, changes={"label": label, "kid": kid or ""})
    return f"{prefix}.{secret}"


def revoke_api_key(actor: Actor, api_key_id: UUID) -> None:
    """End a machine's access at once. Raises NotFound for another account's."""
    row = db.session.get(ApiKey, api_key_id)
    if row is None or row.account_id != actor.account_id:
        raise NotFound("not_found")
    row.revoked_at = row.revoked_at or clock.now()
    history.record(actor, "revoke_api_key", row)


def api_keys_of(actor: Actor) -> list[ApiKey]:
    """The account's live machine keys, newest first."""
    query = select(ApiKey).where(ApiKey.account_id == actor.account_id, ApiKey.revoked_at.is_(None))
    return list(db.session.scalars(query.order_by(ApiKey.created_at.desc())))


def _membership(actor: Actor) -> Membership:
    if actor.account_id is None:
        raise Refused("no_organisation")
    query = sessions.memberships_of(actor.account_id).where(
        Membership.organisation_id == actor.organisation_id,
        Membership.venue_id == actor.venue_id,
        Membership.role == actor.role,
    )
    member = db.session.scalars(query).first()
    if member is None:
        raise Refused("no_organisation")
    return member
