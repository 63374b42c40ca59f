"""What is remembered of mobile numbers: the code that waits, and text messages on their way."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.database import Model, UtcDateTime, uuid_key

STATES = ("queued", "sent", "kept", "given_up")


class PhoneCode(Model):
    """The code that proves who holds a number; one at a time for an account."""

    __tablename__ = "phone_code"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    phone: Mapped[str] = mapped_column(String(20))
    code_hash: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TextMessage(Model):
    """A text message that was asked for. Its words go as soon as they were handed over or came too late."""

    __tablename__ = "text_message"
    __table_args__ = (
        CheckConstraint("state IN (" + ", ".join(f"'{one}'" for one in STATES) + ")", name="state"),
        Index(None, "account_id"),
        Index(None, "created_at"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    phone: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(10), default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    reference: Mapped[str] = mapped_column(String(100), default="")  # the provider's own
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
