"""Another mail address for an account: asked for after a fresh proof, confirmed by a link sent there, told to
the former one, which can take it back for some days.

Whether an address has an account changes neither what the page says nor what it costs: its owner gets a
letter of their own. While it can be taken back the former address is kept for its account.
"""

import secrets
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, select
from sqlalchemy.exc import IntegrityError

from registry import clock, history
from registry.database import db, new_id
from registry.errors import Conflict, NotFound, Refused
from registry.parties import accounts, enrolment, factors, mail, sessions
from registry.parties.address_models import AddressChange
from registry.parties.factor_models import AuthenticatorApp, HalfSignIn, KnownBrowser
from registry.parties.machine_models import ApiKey
from registry.parties.models import Account, Key, Passkey
from registry.parties.outside_models import OutsideIdentity
from registry.parties.permissions import OfAccount, allow
from registry.parties.rules import ADDRESS, CONFIRM_ADDRESS_HOURS, TAKE_BACK_DAYS, Actor, AddressState

A_DAY = 5
NOTHING_FITS = "!"  # a hash of no password: whoever knew the one before comes in no more
Moved = Callable[[UUID, str], None]
"""Takes an account and its new address."""
_ALSO: list[Moved] = []


def also_moved(listener: Moved) -> Moved:
    """Register what else of an account is told at its address."""
    _ALSO.append(listener)
    return listener


def ask(actor: Actor, address: str) -> None:
    """Send a link to the new address; an older one opens nothing more. Its owner, if it has one, is told.

    Raises NotProved, Refused `account_unconfirmed`, `address_same`, `too_many_attempts`.
    """
    account = db.session.get_one(Account, actor.account_id, with_for_update=True)
    allow(actor, "mail.change", OfAccount(account.id))
    wanted = address.lower()
    if account.confirmed_at is None:
        raise Refused("account_unconfirmed", article="ESL 13")
    if wanted == account.email:
        raise Refused("address_same", "email")
    accounts.attempt("address_day", str(account.id), limit=A_DAY, window=timedelta(days=1))
    accounts.attempt("letter", wanted, limit=accounts.LETTERS)
    for row in db.session.scalars(_of(account.id).where(AddressChange.state == AddressState.ASKED)):
        row.state = ADDRESS.move(row.state, "drop")
    history.record(actor, "ask_address", account)
    token, instant = secrets.token_urlsafe(32), clock.now()
    row = AddressChange(
        id=new_id(),
        account_id=account.id,
        address=wanted,
        former=account.email,
        state=ADDRESS.start,
        confirm_hash=sessions.digest(token),
        back_hash="",
        created_at=instant,
        until=instant + timedelta(hours=CONFIRM_ADDRESS_HOURS),
    )
    db.session.add(row)
    owner = _owner(wanted, but=account.id)
    if owner is not None:
        mail.write(wanted, "address_known", name=owner.name)
        return
    link = f"/account/address/{token}"
    mail.write(wanted, "address_confirm", name=account.name, link=link, hours=CONFIRM_ADDRESS_HOURS)


def asked(actor: Actor, token: str) -> AddressChange:
    """The account's own change that a link confirms. Raises NotFound `address_link_over`."""
    row = _by(AddressChange.confirm_hash == sessions.digest(token))
    if row is None or row.account_id != actor.account_id or row.state != AddressState.ASKED:
        raise NotFound("address_link_over")
    return row


def confirm(actor: Actor, token: str) -> None:
    """The new address holds from now on, other sessions end, the former one gets a link that undoes it.

    Raises NotFound `address_link_over`, Conflict where somebody has got the address meanwhile.
    """
    row = asked(actor, token)
    account = db.session.get_one(Account, row.account_id, with_for_update=True)
    if account.email != row.former or _owner(row.address, but=account.id) is not None:
        raise Conflict("address_link_over")
    back, instant = secrets.token_urlsafe(32), clock.now()
    row.state, row.changed_at = ADDRESS.move(row.state, "change"), instant
    row.back_hash, row.until = sessions.digest(back), instant + timedelta(days=TAKE_BACK_DAYS)
    _move(account, row.address)
    sessions.revoke_others(account.id, actor.session_id)
    history.record(actor, "change_address", account)
    link = f"/account/address/back/{back}"
    former = mail.Recipient(address=row.former)
    mail.write(former, "address_changed", name=account.name, at=instant, link=link, days=TAKE_BACK_DAYS)


def changed(token: str) -> AddressChange:
    """The change that the link sent to the former address undoes. Raises NotFound."""
    row = _by(AddressChange.back_hash == sessions.digest(token))
    if row is None or row.state != AddressState.CHANGED or row.account.closed_at is not None:
        raise NotFound("not_found")
    return row


def take_back(token: str) -> str:
    """By whoever holds the link: the former address holds again, every session ends, the password opens
    nothing until it is reset from there, and what was set up since goes. Returns the address.
    """
    row = changed(token)
    account = db.session.get_one(Account, row.account_id, with_for_update=True)
    later = _of(account.id).where(AddressChange.created_at > row.created_at)
    for one in db.session.scalars(later):  # what was moved on from there is not the owner's either
        one.until = clock.now()
    row.state, row.until = ADDRESS.move(row.state, "take_back"), clock.now()
    left = account.email
    _move(account, row.former)
    account.password_hash, account.confirm_hash = NOTHING_FITS, ""
    sessions.revoke_all(account.id)
    _undo_since(row)
    history.record(sessions.actor_of(account, None), "take_address_back", account)
    mail.write(mail.Recipient(address=left), "address_returned")
    return account.email


def sweep() -> None:
    """Forget changes with which nothing can be done any more."""
    db.session.execute(delete(AddressChange).where(AddressChange.until < clock.now() - timedelta(days=1)))


# --- inside ------------------------------------------------------------------------------------------


def _of(account_id: UUID) -> Select[AddressChange]:
    return select(AddressChange).where(AddressChange.account_id == account_id)


def _by(condition: ColumnElement[bool]) -> AddressChange | None:
    query = select(AddressChange).where(condition, AddressChange.until > clock.now())
    return db.session.scalar(query.with_for_update())


def _owner(address: str, *, but: UUID) -> Account | None:
    """Whose address it is, or may be again."""
    known = db.session.scalar(select(Account).where(Account.email == address, Account.id != but))
    kept = accounts.reserved(address)
    return known or (kept if kept is not None and kept.id != but else None)


def _move(account: Account, address: str) -> None:
    """Raises Conflict `address_link_over` when a twin has got the address at this moment."""
    try:
        with db.session.begin_nested():
            account.email = address
    except IntegrityError as error:
        raise Conflict("address_link_over") from error
    account.mail_failing_since, account.mail_unproved = None, False
    for listener in _ALSO:
        listener(account.id, address)


def _undo_since(row: AddressChange) -> None:
    """Devices, apps, machines and sign-ins elsewhere that were added since the change was asked for."""
    account_id, since = row.account_id, row.created_at
    for table in (KnownBrowser, HalfSignIn):
        db.session.execute(delete(table).where(table.account_id == account_id))
    app = db.session.get(AuthenticatorApp, account_id)
    if app is not None and app.created_at >= since:
        factors.forget(account_id)
    db.session.execute(
        delete(OutsideIdentity).where(
            OutsideIdentity.account_id == account_id, OutsideIdentity.linked_at >= since
        )
    )
    keys = (
        select(Key)
        .join(Passkey, Passkey.kid == Key.kid)
        .where(Passkey.account_id == account_id, Passkey.created_at >= since, Key.revoked_seq.is_(None))
    )
    for key in db.session.scalars(keys.where(Key.enrolled_seq.is_not(None))):
        enrolment.revoke(key, reason="address_returned")
    machines = select(ApiKey).where(
        ApiKey.account_id == account_id, ApiKey.created_at >= since, ApiKey.revoked_at.is_(None)
    )
    for machine in db.session.scalars(machines):
        machine.revoked_at = clock.now()
