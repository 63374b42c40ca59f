"""Accounts and their sign-in elsewhere: found by issuer and subject alone, linked by whoever is signed in and
shows the password, ended by the same.
"""

from uuid import UUID

from sqlalchemy import select

from registry import clock, history
from registry.database import db, new_id
from registry.errors import Conflict, NotFound
from registry.parties import mail
from registry.parties.models import Account
from registry.parties.oidc import Outside
from registry.parties.outside_models import OutsideIdentity
from registry.parties.permissions import allow
from registry.parties.rules import Actor


def account_of(who: Outside) -> UUID | None:
    """The open account linked with somebody elsewhere, its use noted; None for a stranger."""
    row = _row(who)
    if row is None or row.account.closed_at is not None:
        return None
    row.used_at = clock.now()
    return row.account_id


def link(actor: Actor, who: Outside) -> OutsideIdentity:
    """Let somebody elsewhere come in as this account. The password was shown.

    Raises Conflict `outside_known` when they come in as another account.
    """
    account = db.session.get_one(Account, actor.account_id, with_for_update=True)
    known = _row(who)
    if known is not None and known.account_id != account.id:
        raise Conflict("outside_known")
    if known is not None:
        return known
    row = OutsideIdentity(
        id=new_id(),
        issuer=who.issuer,
        subject=who.subject,
        account_id=account.id,
        linked_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    history.record(actor, "link_outside", account, changes={"issuer": who.issuer})
    mail.write_to_account(account, "outside_linked", name=account.name, issuer=who.issuer)
    return row


def end(actor: Actor, identity_id: UUID) -> None:
    """They come in no more; the password and passkeys stay. Raises NotFound."""
    row = db.session.get(OutsideIdentity, identity_id)
    if row is None:
        raise NotFound("not_found")
    allow(actor, "factor.manage", row)
    history.record(actor, "end_outside", row.account, changes={"issuer": row.issuer})
    db.session.delete(row)


def identities_of(actor: Actor) -> list[OutsideIdentity]:
    """Where the account comes in from, oldest first."""
    query = select(OutsideIdentity).where(OutsideIdentity.account_id == actor.account_id)
    return list(db.session.scalars(query.order_by(OutsideIdentity.linked_at)))


def _row(who: Outside) -> OutsideIdentity | None:
    query = select(OutsideIdentity).where(
        OutsideIdentity.issuer == who.issuer, OutsideIdentity.subject == who.subject
    )
    return db.session.scalar(query)
