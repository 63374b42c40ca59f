"""Machines' access: API keys bound to a membership and narrowed by scopes, and to the organisation's own
enrolled key where they sign.

An agent's machine acts for a principal under the one power its key was made for, and ends with it. A secret
is shown once and kept as a digest. A rotation gives a new secret under the same name; the one before
holds for as long as its owner says, so that no machine stands still meanwhile.
"""

import hmac
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import joinedload

from registry import clock, history
from registry.database import db, new_id
from registry.errors import Conflict, NotAllowed, NotFound, Refused
from registry.parties import bearer, mail, sessions
from registry.parties.machine_models import ApiKey
from registry.parties.models import Account, Key, Membership
from registry.parties.permissions import allow, may
from registry.parties.power_models import PowerOfAttorney
from registry.parties.rules import Actor, Role
from registry.parties.scopes import EVERY, OF_AGENTS
from registry.parties.scopes import read as read_scopes
from registry.parties.scopes import written as kept_scopes

DAYS, MOST_DAYS = 365, 730
OVERLAP_HOURS = 7 * 24
MOST = 20
WARN = timedelta(days=14)

# Built once, with all that a request asks about its key: every machine's request begins with it.
_BY_PREFIX = (
    select(ApiKey)
    .where(ApiKey.prefix == bindparam("prefix"))
    .options(
        joinedload(ApiKey.membership, innerjoin=True).joinedload(Membership.unit),
        joinedload(ApiKey.account, innerjoin=True),
    )
)


def create_api_key(
    actor: Actor,
    *,
    label: str,
    scopes: Collection[str] = EVERY,
    kid: str | None = None,
    days: int = DAYS,
    power: str = "",
) -> str:
    """Give a machine the actor's present membership within `scopes`; the key is returned once and kept as a
    digest. `power`: the number of the one the machine acts under, for good, and no longer than it.

    A machine gives no more than it has. Raises Refused `no_organisation`, `key_unknown`, `scope_for_agents`,
    NotAllowed `scope_missing`, Conflict `too_many_machine_keys`, `power_over`, NotFound.
    """
    member = _membership(actor)
    allow(actor, "machine.manage", member)
    named = _power(actor, power) if power else None
    if named is not None and not OF_AGENTS.issuperset(scopes):
        raise Refused("scope_for_agents", "scopes", "CC 165")
    key = db.session.get(Key, kid) if kid else None
    if kid and (key is None or key.organisation_id is None or key.organisation_id != actor.organisation_id):
        raise Refused("key_unknown", "kid")
    _within(actor, scopes)
    if len(api_keys_of(actor)) >= MOST:
        raise Conflict("too_many_machine_keys", max=MOST)
    made, instant = bearer.mint(), clock.now()
    parts, over = bearer.parse(made), instant + timedelta(days=min(days, MOST_DAYS))
    assert parts is not None
    row = ApiKey(
        id=new_id(),
        prefix=parts.prefix,
        secret_hash=sessions.digest(parts.secret),
        label=label,
        scopes=kept_scopes(scopes),
        account_id=member.account_id,
        membership_id=member.id,
        power=named,
        kid=kid or None,
        created_at=instant,
        expires_at=over if named is None else min(over, _end_of(named)),
    )
    db.session.add(row)
    db.session.flush()
    bound = {"power": named.number} if named is not None else {}
    changes = {"label": label, "kid": kid or "", "scopes": row.scopes, **bound}
    history.record(actor, "create_api_key", row, changes=changes)
    _tell(row, what="made")
    return made


def rotate_api_key(actor: Actor, api_key_id: UUID, *, hours: int) -> str:
    """A new secret for a key; the one before holds `hours` more, seven days at most. Its end stays the same.

    Raises NotFound, Conflict `machine_key_over`, NotAllowed `scope_missing`.
    """
    row = api_key(actor, api_key_id, locked=True)
    if not is_live(row):
        raise Conflict("machine_key_over")
    _within(actor, read_scopes(row.scopes))
    made, instant = bearer.mint(row.prefix if row.prefix.startswith(bearer.MARK) else ""), clock.now()
    parts = bearer.parse(made)
    assert parts is not None
    overlap = min(hours, OVERLAP_HOURS) if row.prefix == parts.prefix else 0  # an old form takes a new name
    row.old_hash = row.secret_hash if overlap else ""
    row.old_until = instant + timedelta(hours=overlap) if overlap else None
    row.prefix, row.secret_hash, row.rotated_at = parts.prefix, sessions.digest(parts.secret), instant
    history.record(actor, "rotate_api_key", row, changes={"hours": overlap})
    _tell(row, what="rotated")
    return made


def revoke_api_key(actor: Actor, api_key_id: UUID) -> None:
    """End a machine's access at once. Raises NotFound for another account's."""
    _revoke(actor, api_key(actor, api_key_id))


def end_under(actor: Actor, power: PowerOfAttorney) -> int:
    """The power is over: so are the keys that were made for it, in the same transaction. How many."""
    query = select(ApiKey).where(ApiKey.power_id == power.id, ApiKey.revoked_at.is_(None))
    rows = db.session.scalars(query.order_by(ApiKey.id).with_for_update()).all()
    for row in rows:
        _revoke(actor, row)
    return len(rows)


def powers_for(actor: Actor) -> list[PowerOfAttorney]:
    """Those the actor could make a key for today, by number; none for whoever does not sign."""
    query = select(PowerOfAttorney).where(PowerOfAttorney.agent_id == actor.organisation_id)
    found = db.session.scalars(query.order_by(PowerOfAttorney.number))
    return [one for one in found if one.stands(clock.today()) and may(actor, "power.answer", one)]


def api_key(actor: Actor, api_key_id: UUID, *, locked: bool = False) -> ApiKey:
    """One of the account's keys. Raises NotFound."""
    row = db.session.get(ApiKey, api_key_id, with_for_update=locked or None)
    allow(actor, "machine.manage", row)
    assert row is not None
    return row


def api_keys_of(actor: Actor) -> list[ApiKey]:
    """The account's live machine keys, newest first."""
    query = select(ApiKey).where(
        ApiKey.account_id == actor.account_id,
        ApiKey.revoked_at.is_(None),
        or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > clock.now()),
    )
    return list(db.session.scalars(query.order_by(ApiKey.created_at.desc())))


def is_live(row: ApiKey) -> bool:
    """Whether a key opens anything: not ended, not past its time, its power standing, its person and
    membership still here.
    """
    over = row.expires_at is not None and row.expires_at <= clock.now()
    over = over or (row.power is not None and not row.power.stands(clock.today()))
    gone = row.membership.ended_at is not None or row.account.closed_at is not None
    return row.revoked_at is None and not over and not gone


def read_api_key(text: str) -> ApiKey | None:
    """The live row behind a key, or None."""
    parts = bearer.parse(text)
    if parts is None:
        return None
    row = db.session.scalar(_BY_PREFIX, {"prefix": parts.prefix})
    if row is None or not _fits(row, sessions.digest(parts.secret), clock.now()):
        return None
    return row if is_live(row) else None


def api_key_needs_touch(row: ApiKey) -> bool:
    """Once a minute is enough to know whether a key is used."""
    return row.used_at is None or row.used_at + sessions.TOUCH <= clock.now()


def touch_api_key(api_key_id: UUID) -> None:
    db.session.execute(update(ApiKey).where(ApiKey.id == api_key_id).values(used_at=clock.now()))


def actor_of_api_key(row: ApiKey) -> Actor:
    """The actor a machine is: its account in one membership, or under its one power, with its scopes and the
    key it may sign under.
    """
    found = sessions.actor_of(row.account, row.membership)
    if row.power is not None:
        found = sessions.under(found, row.power)
    return replace(found, api_kid=row.kid or "", scopes=read_scopes(row.scopes))


def warn_of_ends() -> int:
    """Write once to whoever has a key that ends within fourteen days; return how many."""
    instant = clock.now()
    query = select(ApiKey).where(
        ApiKey.expires_at > instant,
        ApiKey.expires_at <= instant + WARN,
        ApiKey.revoked_at.is_(None),
        ApiKey.warned_at.is_(None),
    )
    rows = [one for one in db.session.scalars(query.order_by(ApiKey.expires_at).limit(200)) if is_live(one)]
    for row in rows:
        row.warned_at = instant
        mail.write_to_account(row.account, "machine_key_ending", machine=row, ends=_ends(row))
    return len(rows)


def _fits(row: ApiKey, digest: str, instant: datetime) -> bool:
    before = row.old_hash if row.old_until is not None and row.old_until > instant else ""
    # both compared whatever the first says: how long it takes tells nothing
    now, then = hmac.compare_digest(row.secret_hash, digest), hmac.compare_digest(before, digest)
    return now or then


def _within(actor: Actor, wanted: Collection[str]) -> None:
    if not wanted:
        raise Refused("required", "scopes")
    missing = [] if actor.scopes is None else sorted(set(wanted) - actor.scopes)
    if missing:
        raise NotAllowed("scope_missing", "scopes", scope=missing[0])


def _tell(row: ApiKey, *, what: str) -> None:
    """The person whose key it is, and the owners of whom it acts for: a machine acts in their name. Under a
    power the principal's owners too.
    """
    account = db.session.get_one(Account, row.account_id)
    readers = {account.id: mail.Recipient(address=account.email, account_id=account.id)}
    member = db.session.get_one(Membership, row.membership_id)
    acting = [member.organisation_id, row.power.principal_id if row.power is not None else None]
    for organisation_id in acting:
        for one in mail.members(organisation_id, [Role.OWNER]) if organisation_id is not None else ():
            readers.setdefault(one.account_id or account.id, one)
    kept = row.scopes.split()
    for reader in readers.values():
        facts: dict[str, Any] = {"machine": row, "who": account.name, "scopes": kept, "what": what}
        mail.write(reader, "machine_key_made", ends=_ends(row), **facts)


def _revoke(actor: Actor, row: ApiKey) -> None:
    row.revoked_at = row.revoked_at or clock.now()
    row.old_hash, row.old_until = "", None
    history.record(actor, "revoke_api_key", row)


def _power(actor: Actor, number: str) -> PowerOfAttorney:
    """A power the actor's organisation holds today; held while the key is made, so that its end finds it."""
    query = select(PowerOfAttorney).where(PowerOfAttorney.number == number.strip().upper())
    row = db.session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if row is None:
        raise NotFound("not_found")
    allow(actor, "power.answer", row)
    if not row.stands(clock.today()):
        raise Conflict("power_over", "power", "CC 173", number=row.number)
    return row


def _end_of(power: PowerOfAttorney) -> datetime:
    """The last instant of its last day."""
    return clock.day_start(power.last_day + timedelta(days=1)) - timedelta(milliseconds=1)


def _membership(actor: Actor) -> Membership:
    if actor.account_id is None or actor.power is not None:  # a key is made for oneself, or under a power
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


def _ends(row: ApiKey) -> str:
    return clock.legal_day(row.expires_at).isoformat() if row.expires_at else ""
