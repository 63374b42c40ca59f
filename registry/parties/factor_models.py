"""What is remembered of second factors and of signing in: apps, recovery codes, browsers, sign-ins half done.

Nothing that opens an account stands here in clear: secrets are sealed, codes and cookies are digests.
"""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.database import Model, UtcDateTime, uuid_key
from registry.parties.models import Account


class AuthenticatorApp(Model):
    """An app that shows codes: its secret, sealed, and the last step whose code was taken."""

    __tablename__ = "authenticator_app"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # before that it guards nothing
    last_step: Mapped[int | None]


class RecoveryCode(Model):
    """A code for the day the device is gone; each opens once."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("account_id", "code_hash"),)

    id: Mapped[uuid.UUID] = uuid_key()
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    code_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class KnownBrowser(Model):
    """A browser this account has signed in with, by the digest of its cookie."""

    __tablename__ = "known_browser"
    __table_args__ = (UniqueConstraint("account_id", "token_hash"), Index(None, "seen_at"))

    id: Mapped[uuid.UUID] = uuid_key()
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    token_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class HalfSignIn(Model):
    """Somebody has shown the password and owes a code: from the app, or from a letter."""

    __tablename__ = "half_sign_in"
    __table_args__ = (
        CheckConstraint("asks IN ('app', 'mail')", name="asks"),
        CheckConstraint("(asks = 'mail') = (code_hash <> '')", name="code"),
        Index(None, "created_at"),
        Index(None, "account_id"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    asks: Mapped[str] = mapped_column(String(4))
    code_hash: Mapped[str] = mapped_column(String(64), default="")
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    account: Mapped[Account] = relationship()
