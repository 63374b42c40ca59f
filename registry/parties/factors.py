"""Second factors: an authenticator app's codes, and the recovery codes for the day the app is gone.

The app's secret has to be known here to be checked, so it is sealed under a key derived from the service's
own secret, for one account each. Where that secret was exchanged no code fits any more: recovery codes still
do, for they are digests.
"""

import logging
import secrets
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app
from sqlalchemy import delete, func, select, update

from registry import clock, history
from registry.config import Settings
from registry.database import db, locked, new_id
from registry.errors import Conflict, Refused
from registry.parties import mail, sessions, totp
from registry.parties.factor_models import AuthenticatorApp, RecoveryCode
from registry.parties.models import Account, Key, Passkey
from registry.parties.permissions import OfAccount, allow
from registry.parties.rules import Actor

log = logging.getLogger(__name__)
NONCE = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What an account has beside its password."""

    app: AuthenticatorApp | None
    begun: bool
    codes_left: int
    passkeys: int

    @property
    def any(self) -> bool:
        return self.app is not None or self.passkeys > 0


def standing(account_id: UUID) -> Standing:
    """The account's second factors."""
    row = db.session.get(AuthenticatorApp, account_id)
    live = row if row is not None and row.confirmed_at is not None else None
    return Standing(
        app=live,
        begun=row is not None and live is None,
        codes_left=codes_left(account_id) if live else 0,
        passkeys=_passkeys(account_id),
    )


def has_app(account_id: UUID) -> bool:
    """Whether signing in asks for a code."""
    row = db.session.get(AuthenticatorApp, account_id)
    return row is not None and row.confirmed_at is not None


def begin(actor: Actor) -> None:
    """Draw a secret; it guards nothing until a code has shown that the app has it.

    Raises Conflict `app_known`, Refused `account_unconfirmed`.
    """
    account = _own(actor)
    if account.confirmed_at is None:
        raise Refused("account_unconfirmed", article="ESL 13")
    sealed, instant = _seal(totp.new_secret(), account.id), clock.now()
    row = locked(
        AuthenticatorApp,
        account.id,
        lambda: AuthenticatorApp(account_id=account.id, sealed=sealed, created_at=instant),
    )
    if row.confirmed_at is not None:
        raise Conflict("app_known")
    row.sealed, row.created_at = sealed, instant
    db.session.flush()


def secret_begun(actor: Actor) -> bytes | None:
    """The secret of an enrolment under way, to be shown to its own person; None where there is none."""
    assert actor.account_id is not None
    row = db.session.get(AuthenticatorApp, actor.account_id)
    return None if row is None or row.confirmed_at is not None else _open(row)


def confirm(actor: Actor, typed: str) -> list[str]:
    """The app shows the right code: from now on signing in asks for one. Returns fresh recovery codes, this
    once.

    Raises Conflict `app_known`, `app_not_begun`, Refused `app_code_wrong`.
    """
    account = _own(actor)
    row = db.session.get(AuthenticatorApp, account.id, with_for_update=True)
    if row is None:
        raise Conflict("app_not_begun")
    if row.confirmed_at is not None:
        raise Conflict("app_known")
    step = _step(row, totp.plain(typed))
    if step is None:
        raise Refused("app_code_wrong", "code")
    row.last_step, row.confirmed_at = step, clock.now()
    sessions.revoke_others(account.id, actor.session_id)  # who came in by the password alone comes again
    mail.write_to_account(account, "factor_added", name=account.name)
    history.record(actor, "add_second_factor", account)
    return _draw_codes(account.id)


def draw_codes(actor: Actor) -> list[str]:
    """Ten fresh recovery codes, returned this once; the former ones open nothing. Raises Conflict."""
    account = _own(actor)
    if not has_app(account.id):
        raise Conflict("app_not_begun")
    history.record(actor, "draw_recovery_codes", account)
    return _draw_codes(account.id)


def end(actor: Actor) -> None:
    """Turn the app off. Raises Conflict `app_not_begun`."""
    account = _own(actor)
    if not forget(account.id):
        raise Conflict("app_not_begun")
    mail.write_to_account(account, "factor_removed", name=account.name, by="person")
    history.record(actor, "remove_second_factor", account)


def forget(account_id: UUID) -> bool:
    """Take the app and its recovery codes away; False where there was no app."""
    row = db.session.get(AuthenticatorApp, account_id, with_for_update=True)
    if row is None:
        return False
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    db.session.delete(row)
    db.session.flush()
    return True


def check(account: Account, typed: str) -> str:
    """What was shown: `app`, `recovery`, or empty for anything wrong, without saying what.

    A code counts once: the app's row is locked, its step is kept, a recovery code is spent.
    """
    row = db.session.get(AuthenticatorApp, account.id, with_for_update=True)
    if row is None or row.confirmed_at is None:
        return ""
    shown = totp.plain(typed)
    step = _step(row, shown)
    if step is not None:
        row.last_step = step
        return "app"
    return "recovery" if _spend(account, shown) else ""


def codes_left(account_id: UUID) -> int:
    query = select(func.count(RecoveryCode.id)).where(
        RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None)
    )
    return db.session.scalar(query) or 0


# --- inside ------------------------------------------------------------------------------------------


def _own(actor: Actor) -> Account:
    account = db.session.get_one(Account, actor.account_id)
    allow(actor, "factor.manage", OfAccount(account.id))
    return account


def _passkeys(account_id: UUID) -> int:
    query = (
        select(func.count(Passkey.kid))
        .join(Key)
        .where(Passkey.account_id == account_id, Key.revoked_seq.is_(None), Key.enrolled_seq >= 0)
    )
    return db.session.scalar(query) or 0


def _draw_codes(account_id: UUID) -> list[str]:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    drawn, instant = [totp.new_recovery_code() for _ in range(totp.RECOVERY_CODES)], clock.now()
    for code in drawn:
        code_hash = _digest(account_id, totp.plain(code))
        row = RecoveryCode(id=new_id(), account_id=account_id, code_hash=code_hash, created_at=instant)
        db.session.add(row)
    db.session.flush()
    return drawn


def _spend(account: Account, shown: str) -> bool:
    spent = db.session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.account_id == account.id,
            RecoveryCode.code_hash == _digest(account.id, shown),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
    )
    if spent.rowcount != 1:  # type: ignore[attr-defined]
        return False
    left = codes_left(account.id)
    mail.write_to_account(account, "recovery_used", name=account.name, left=left)
    if left <= totp.FEW:
        mail.write_to_account(account, "recovery_low", name=account.name, left=left)
    return True


def _step(row: AuthenticatorApp, shown: str) -> int | None:
    secret = _open(row)
    if secret is None or len(shown) != totp.DIGITS:
        return None
    return totp.fitting_step(secret, shown, now=clock.now(), last=row.last_step)


def _digest(account_id: UUID, shown: str) -> str:
    return sessions.digest(f"{account_id}:recovery:{shown}")


def _seal(secret: bytes, account_id: UUID) -> bytes:
    nonce = secrets.token_bytes(NONCE)
    return nonce + ChaCha20Poly1305(_key()).encrypt(nonce, secret, account_id.bytes)


def _open(row: AuthenticatorApp) -> bytes | None:
    """None where the service's secret is another now, which the log says."""
    try:
        nonce, body = row.sealed[:NONCE], row.sealed[NONCE:]
        return ChaCha20Poly1305(_key()).decrypt(nonce, body, row.account_id.bytes)
    except InvalidTag:
        log.error("an authenticator app's secret was sealed under another REGISTRY_SECRET_KEY")
        return None


def _key() -> bytes:
    settings: Settings = current_app.extensions["settings"]
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"mingxu authenticator app v1")
    return derived.derive(settings.secret_key.encode())
