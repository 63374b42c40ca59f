"""A person's mobile number, proved by a code sent to it; and an account confirmed by it instead of by mail,
before anybody has come in.

A number proves nothing about an address: until the mail's own code was entered too, what is meant for that
address (an invitation, a new password) is kept from the account.
"""

import hmac
import secrets
from datetime import timedelta
from uuid import UUID

from registry import clock, history
from registry.database import db, locked
from registry.errors import TooOften
from registry.parties import accounts, enrolment, sessions, texts
from registry.parties.accounts import NewPassword
from registry.parties.models import Account
from registry.parties.permissions import OfAccount, allow
from registry.parties.phone_models import PhoneCode
from registry.parties.rules import CONFIRM_TRIES, Actor

MINUTES = 10
TO_A_NUMBER, TO_A_NUMBER_A_DAY, OF_AN_ACCOUNT_A_DAY, OF_ALL_A_DAY = 3, 10, 10, 2000
"""Messages in a quarter of an hour and in a day; each costs money and bothers whoever holds the number."""
DAY = timedelta(days=1)


def ask(actor: Actor, phone: str) -> None:
    """Send a code to a number; an older code opens nothing more.

    Raises TooOften `too_many_attempts`, Unavailable `sms_not_set`.
    """
    account = _own(actor)
    texts.require()
    count(account.id, phone)
    code = f"{secrets.randbelow(1_000_000):06d}"
    instant = clock.now()
    sent = {
        "phone": phone, "code_hash": _digest(account.id, phone, code), "tries": 0,
        "created_at": instant, "until": instant + timedelta(minutes=MINUTES),
    }  # fmt: skip
    row = locked(PhoneCode, account.id, lambda: PhoneCode(account_id=account.id, **sent))
    for name, value in sent.items():
        setattr(row, name, value)
    texts.write(account.id, phone, texts.words_of(code, MINUTES))
    history.record(actor, "ask_phone_code", account)


def count(account_id: UUID, phone: str) -> None:
    """Count a message before it is written. Raises Refused `too_many_attempts`."""
    accounts.attempt("text_number", phone, limit=TO_A_NUMBER)
    accounts.attempt("text_number_day", phone, limit=TO_A_NUMBER_A_DAY, window=DAY)
    accounts.attempt("text_account_day", str(account_id), limit=OF_AN_ACCOUNT_A_DAY, window=DAY)
    accounts.attempt("text_all_day", "", limit=OF_ALL_A_DAY, window=DAY)


def waiting(actor: Actor) -> str:
    """The number a code was sent to that still opens something; empty where there is none."""
    row = db.session.get(PhoneCode, actor.account_id)
    return row.phone if row is not None and _is_live(row) else ""


def confirm(actor: Actor, typed: str) -> bool:
    """The number is the person's. False for anything wrong: the try is counted."""
    account = _own(actor)
    phone = _proved(account, typed)
    if not phone:
        return False
    account.phone, account.phone_confirmed_at = phone, clock.now()
    history.record(actor, "confirm_phone", account)
    return True


def ask_outside(account_id: UUID, phone: str) -> None:
    """Send a code to whoever showed the password of an account nobody has confirmed. Nothing for one that is
    confirmed, and nothing beyond the limits: at the door all hear the same. Raises Unavailable `sms_not_set`.
    """
    account = db.session.get_one(Account, account_id, with_for_update=True)
    texts.require()
    if account.confirmed_at is not None:
        return
    try:
        with db.session.begin_nested():
            ask(sessions.actor_of(account, None), phone)
    except TooOften:
        return


def confirm_account(account_id: UUID, typed: str, password: NewPassword) -> bool:
    """The number confirms the account itself: a fresh key under the same password says by what it was
    confirmed, and is filed. False for a wrong code, and where nothing is to be confirmed.
    """
    account = db.session.get_one(Account, account_id, with_for_update=True)
    actor = sessions.actor_of(account, None)
    if account.confirmed_at is not None or not confirm(actor, typed):
        return False
    accounts.drop_unfiled_keys(account)
    account.confirmed_at, account.confirm_hash, account.mail_unproved = clock.now(), "", True
    account.password_hash = password.hash
    enrolment.file(accounts.prepare_key(account, password, confirmed="mobile"))
    history.record(actor, "confirm", account, changes={"by": "mobile"})
    return True


def _own(actor: Actor) -> Account:
    account = db.session.get_one(Account, actor.account_id)
    allow(actor, "phone.manage", OfAccount(account.id))
    return account


def _proved(account: Account, typed: str) -> str:
    row = db.session.get(PhoneCode, account.id, with_for_update=True)
    if row is None or not _is_live(row):
        return ""
    row.tries += 1
    if not hmac.compare_digest(row.code_hash, _digest(account.id, row.phone, "".join(typed.split()))):
        return ""
    db.session.delete(row)
    return row.phone


def _is_live(row: PhoneCode) -> bool:
    return row.until > clock.now() and row.tries < CONFIRM_TRIES


def _digest(account_id: UUID, phone: str, code: str) -> str:
    return sessions.digest(f"{account_id}:phone:{phone}:{code}")
