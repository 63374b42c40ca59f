"""People: register, confirm, sign in, reset a password. The answer is the same whether an address is known or
not.

Whatever derives a key from a password is done by the door, before the transaction; here come only its
results.
"""

import hashlib
import hmac
import math
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, delete, select
from sqlalchemy.exc import IntegrityError

from registry import clock, events, history
from registry.database import db, locked, new_id
from registry.errors import NotFound, Refused, TooOften
from registry.events import What
from registry.ledger.filings import signed_statement
from registry.ledger.signing import Ed25519Signer
from registry.parties import enrolment, mail, sessions, texts
from registry.parties.address_models import AddressChange
from registry.parties.factor_models import HalfSignIn, KnownBrowser
from registry.parties.models import Account, Key, Membership, Session, Throttle
from registry.parties.permissions import OfAccount, allow
from registry.parties.rules import CONFIRM_CODE_MINUTES, CONFIRM_TRIES, Actor, AddressState, Level

WINDOW = timedelta(minutes=15)
LETTERS = 5
CODES, CODES_WINDOW = 30, timedelta(days=1)
"""Codes tried for one address in a day: fresh letters bring no fresh tries without end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPassword:
    """What a password leaves behind: its hash, and a fresh key sealed under it, still open to state its
    possession.
    """

    hash: str
    signer: Ed25519Signer
    sealed: bytes


def register(*, email: str, name: str, password: NewPassword, phone: str = "") -> Account | None:
    """Open an account and mail its confirmation code. None for a known address: its owner gets a letter
    instead.

    Raises TooOften `too_many_attempts` when letters to this address were asked for too often.
    """
    attempt("letter", email, limit=LETTERS)
    kept = reserved(email)
    if kept is not None:
        mail.write(email, "already_registered", name=kept.name)
        return None
    account = Account(
        id=new_id(),
        email=email.lower(),
        name=name,
        phone=phone,
        password_hash=password.hash,
        created_at=clock.now(),
    )
    try:
        with (
            db.session.begin_nested()
        ):  # a twin registering the same address at this moment waits, then loses
            db.session.add(account)
    except IntegrityError:
        known = db.session.scalars(select(Account).where(Account.email == email.lower())).one()
        mail.write(known.email, "already_registered", name=known.name)
        return None
    prepare_key(account, password)
    _send_code(account, "confirm")
    history.record(sessions.actor_of(account, None), "register", account)
    return account


def reserved(email: str) -> Account | None:
    """The account that had this address and may still take it back (`addresses`)."""
    query = select(AddressChange).where(
        AddressChange.former == email.lower(),
        AddressChange.state == AddressState.CHANGED,
        AddressChange.until > clock.now(),
    )
    row = db.session.scalar(query.limit(1))
    return row.account if row is not None else None


def send_code(email: str, purpose: str) -> None:
    """Mail a fresh code to `confirm` or to `reset`; an older one stops working. Strangers get nothing.

    Raises TooOften `too_many_attempts`.
    """
    attempt("letter", email, limit=LETTERS)
    account = _by_email(email)
    unproved = account is not None and (account.confirmed_at is None or account.mail_unproved)
    if account is not None and (purpose == "reset" or unproved):
        _send_code(account, purpose)


def confirm(email: str, code: str) -> bool:
    """Confirm the address; the account's key becomes a filing. False for a wrong or old code: the try is
    counted. Raises TooOften `too_many_attempts`.
    """
    attempt("code", email, limit=CODES, window=CODES_WINDOW)
    account = _by_email(email, locked=True)
    owed = account is not None and (account.confirmed_at is None or account.mail_unproved)
    if account is None or (owed and not _code_fits(account, "confirm", code)):
        return False
    if account.mail_unproved:
        account.mail_unproved, account.confirm_hash = False, ""
        history.record(sessions.actor_of(account, None), "confirm_mail", account)
    if account.confirmed_at is None:
        account.confirmed_at, account.confirm_hash = clock.now(), ""
        key = db.session.scalars(_sealed(account.id).where(Key.enrolled_seq.is_(None))).one()
        enrolment.file(key)
        history.record(sessions.actor_of(account, None), "confirm", account)
    return True


def reset_password(email: str, code: str, password: NewPassword) -> bool:
    """A new password makes a new key; the old key is revoked by a filing, all sessions end. False for a wrong
    code. Raises TooOften `too_many_attempts`.
    """
    attempt("code", email, limit=CODES, window=CODES_WINDOW)
    account = _by_email(email, locked=True)
    if account is None or not _code_fits(account, "reset", code):
        return False
    account.password_hash, account.confirm_hash = password.hash, ""
    account.confirmed_at = account.confirmed_at or clock.now()
    for old in db.session.scalars(_sealed(account.id).where(Key.revoked_seq.is_(None))).all():
        if old.enrolled_seq is None:
            db.session.delete(old)
        else:
            enrolment.revoke(old, reason="password_reset")
    enrolment.file(prepare_key(account, password))
    sessions.revoke_all(account.id)
    db.session.execute(delete(KnownBrowser).where(KnownBrowser.account_id == account.id))
    db.session.execute(delete(HalfSignIn).where(HalfSignIn.account_id == account.id))
    history.record(sessions.actor_of(account, None), "reset_password", account)
    mail.write_to_account(account, "key_changed", what="reset")
    return True


def change_password(actor: Actor, *, password_hash: str, sealed: bytes) -> None:
    """Keep the same key under a new password; every other session ends."""
    account = db.session.get_one(Account, actor.account_id, with_for_update=True)
    allow(actor, "account.use", OfAccount(account.id))
    account.password_hash = password_hash
    key_of(account.id).sealed = sealed
    sessions.revoke_others(account.id, actor.session_id)
    history.record(actor, "change_password", account)
    mail.write_to_account(account, "key_changed", what="password")


def key_of(account_id: UUID | None) -> Key:
    """The account's present key. Raises Refused `account_unconfirmed` before it has been filed."""
    key = db.session.scalar(_sealed(account_id).where(Key.revoked_seq.is_(None)))
    if key is None or key.sealed is None or key.enrolled_seq is None:
        raise Refused("account_unconfirmed", article="ESL 13")
    return key


def _sealed(account_id: UUID | None) -> Select[Key]:
    """The query of the account's keys under its password; a forgotten password leaves passkeys alone."""
    return select(Key).where(Key.account_id == account_id, Key.level == Level.ACCOUNT)


def count(what: str, who: str, *, window: timedelta = WINDOW) -> int:
    """Count something without refusing it; returns how many stand in this window."""
    row = _throttle(what, who, window)
    row.count += 1
    return row.count


def counted(what: str, who: str, *, window: timedelta = WINDOW) -> int:
    """How many stand in this window."""
    row = db.session.get(Throttle, _throttle_key(what, who))
    return row.count if row is not None and row.window + window > clock.now() else 0


def attempt(what: str, who: str, *, limit: int, window: timedelta = WINDOW) -> None:
    """Count an attempt before it is made, so that parallel ones cannot slip through. Raises TooOften
    `too_many_attempts`.

    Counts stand in the database under a digest: they hold across workers and restarts and name nobody.
    """
    row = _throttle(what, who, window)
    if row.count >= limit:
        events.afterwards(What.THROTTLED, detail=what)
        left = (row.window + window - clock.now()).total_seconds()
        raise TooOften("too_many_attempts", seconds=max(1, math.ceil(left)), policy=what)
    row.count += 1


def _throttle(what: str, who: str, window: timedelta) -> Throttle:
    """The row of these attempts, locked, begun anew where its window has passed."""
    key, instant = _throttle_key(what, who), clock.now()
    row = locked(Throttle, key, lambda: Throttle(key=key, window=instant, count=0))
    if row.window + window <= instant:
        row.window, row.count = instant, 0
    return row


def forget_attempts(what: str, who: str) -> None:
    """A success clears what stood against this one."""
    row = db.session.get(Throttle, _throttle_key(what, who))
    if row is not None:
        db.session.delete(row)


def credentials(email: str) -> tuple[UUID | None, str | None]:
    """(account id, password hash) of an address; both None for a stranger."""
    account = _by_email(email)
    return (account.id, account.password_hash) if account else (None, None)


def sign_out(actor: Actor) -> None:
    """End the present session."""
    if actor.session_id is not None:
        sessions.revoke(actor.session_id)
        events.observe(What.SIGN_OUT, actor)


def end_session(actor: Actor, session_id: UUID) -> None:
    """End one of the account's own sessions. Raises NotFound for another's, NotProved."""
    allow(actor, "session.end", OfAccount(_known(actor)))
    row = db.session.get(Session, session_id)
    if row is None or row.account_id != actor.account_id:
        raise NotFound("not_found")
    sessions.revoke(row.id)
    history.record(actor, "end_session", row)


def end_other_sessions(actor: Actor) -> None:
    """End every session of the account but the present one. Raises NotProved."""
    account = db.session.get_one(Account, _known(actor))
    allow(actor, "session.end", OfAccount(account.id))
    sessions.revoke_others(account.id, actor.session_id)
    history.record(actor, "end_sessions", account)


def act_for(actor: Actor, membership_id: UUID) -> None:
    """Act for another of the account's memberships from now on in this session. Raises NotFound."""
    membership = db.session.get(Membership, membership_id)
    if membership is None or membership.account_id != actor.account_id or membership.ended_at is not None:
        raise NotFound("not_found")
    session = db.session.get_one(Session, actor.session_id)
    session.membership_id, session.power_id = membership.id, None


def _known(actor: Actor) -> UUID:
    assert actor.account_id is not None
    return actor.account_id


def _by_email(email: str, *, locked: bool = False) -> Account | None:
    query = select(Account).where(Account.email == email.strip().lower(), Account.closed_at.is_(None))
    return db.session.scalar(query.with_for_update() if locked else query)


def drop_unfiled_keys(account: Account) -> None:
    """Keys that never came into the log, for the account is confirmed another way than they state."""
    for old in db.session.scalars(_sealed(account.id).where(Key.enrolled_seq.is_(None))).all():
        db.session.delete(old)
    db.session.flush()


def prepare_key(account: Account, password: NewPassword, *, confirmed: str = "mail") -> Key:
    """A fresh account key that states its own enrolment, and by what the account was `confirmed`."""
    signer = password.signer
    key = Key(
        kid=signer.kid,
        alg=signer.alg,
        level=Level.ACCOUNT,
        account_id=account.id,
        public=signer.public,
        sealed=password.sealed,
        created_at=clock.now(),
    )
    fields = enrolment.prepare(key, holder=account.id, person=account.name, evidence={"confirmed": confirmed})
    enrolment.state(key, signed_statement(fields, signer, level=Level.ACCOUNT))
    db.session.add(key)
    db.session.flush()
    return key


def _send_code(account: Account, purpose: str) -> None:
    code = f"{secrets.randbelow(1_000_000):06d}"
    account.confirm_hash = _code_digest(account, purpose, code)
    account.confirm_until = clock.now() + timedelta(minutes=CONFIRM_CODE_MINUTES)
    account.confirm_tries = 0
    if purpose == "reset" and account.mail_unproved:  # the mailbox may be somebody else's
        texts.code_to(account, code, minutes=CONFIRM_CODE_MINUTES)
        return
    mail.write(account.email, purpose, name=account.name, code=code, minutes=CONFIRM_CODE_MINUTES)


def _code_fits(account: Account, purpose: str, code: str) -> bool:
    late = account.confirm_until is None or account.confirm_until < clock.now()
    account.confirm_tries += 1
    fits = hmac.compare_digest(account.confirm_hash, _code_digest(account, purpose, code.strip()))
    return fits and not late and account.confirm_tries <= CONFIRM_TRIES


def _code_digest(account: Account, purpose: str, code: str) -> str:
    return sessions.digest(f"{account.id}:{purpose}:{code}")


def _throttle_key(what: str, who: str) -> str:
    return f"{what}:{hashlib.sha256(who.strip().lower().encode()).hexdigest()}"


