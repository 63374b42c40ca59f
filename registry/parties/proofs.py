"""It is still you: a fresh proof before an account, its keys or its people are changed.

A proof is kept with the session and holds ten minutes. Signing in is one; so is the password shown again, a
code of the app, or a device's answer. What needs one stands in `permissions.PROVED`; who signs has shown the
password or the device in the same form.
"""

from uuid import UUID

from registry import clock, history
from registry.database import db
from registry.errors import Refused
from registry.parties import accounts, factors, passkeys, sign_ins
from registry.parties.models import Account, Session
from registry.parties.rules import PROOF_LASTS, Actor

TRIES = 30
"""Passwords shown in a quarter of an hour, for one account."""


def count_password(account_id: UUID | None) -> None:
    """Count a password before it is compared. Raises Refused `too_many_attempts`."""
    accounts.attempt("step_up", str(account_id), limit=TRIES)


def stored_password(account_id: UUID | None) -> str:
    """The hash to compare with, outside a transaction."""
    found = db.session.get_one(Account, account_id).password_hash
    db.session.rollback()
    return found


def by_password(actor: Actor) -> None:
    """The password was right: the door has compared it."""
    _proved(actor, "password", second=False)


def by_code(actor: Actor, typed: str) -> bool:
    """A code of the app, or a recovery code; False for anything wrong."""
    account = db.session.get_one(Account, actor.account_id)
    if not factors.check(account, typed):
        return False
    _proved(actor, "app", second=True)
    return True


def by_passkey(actor: Actor, ceremony_id: UUID, answer: str) -> None:
    """A device's answer to a challenge. Raises Conflict `ceremony_over`, Refused `passkey_wrong`."""
    if passkeys.sign_in(ceremony_id, answer) != actor.account_id:
        raise Refused("passkey_wrong")
    _proved(actor, "passkey", second=True)


def fresh(actor: Actor) -> bool:
    """Whether this browser showed within ten minutes that it is still the person."""
    return actor.proved_at is not None and actor.proved_at + PROOF_LASTS > clock.now()


def note_app(actor: Actor) -> None:
    """The app was set up in this session with a right code: a second factor was shown."""
    _proved(actor, "app", second=True)


def count_code(actor: Actor) -> None:
    """Count a code before it is looked at. Raises Refused `too_many_attempts`."""
    sign_ins.count_code(actor.account_id)


def _proved(actor: Actor, how: str, *, second: bool) -> None:
    row = db.session.get(Session, actor.session_id, with_for_update=True)
    if row is None or row.account_id != actor.account_id:
        raise Refused("not_found")
    row.proved_at = clock.now()
    if second:
        row.second_at = row.proved_at
    history.record(actor, "prove", row, changes={"how": how})
