"""A mail address on its way to another: asked for, confirmed from the new one, taken back from the old."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.database import Model, UtcDateTime, uuid_key
from registry.parties.models import Account
from registry.parties.rules import ADDRESS


class AddressChange(Model):
    """One change. Its row goes when nothing can be done with it any more, and with it the old address."""

    __tablename__ = "address_change"
    __table_args__ = (
        CheckConstraint("state IN (" + ", ".join(f"'{one}'" for one in ADDRESS.states()) + ")", name="state"),
        CheckConstraint("(state IN ('changed', 'returned')) = (changed_at IS NOT NULL)", name="changed"),
        Index(None, "account_id", "created_at"),
        Index(None, "former"),
        Index(None, "confirm_hash"),
        Index(None, "back_hash"),
        Index(None, "until"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    address: Mapped[str] = mapped_column(String(254))
    former: Mapped[str] = mapped_column(String(254))
    state: Mapped[str] = mapped_column(String(10))
    confirm_hash: Mapped[str] = mapped_column(String(64))
    back_hash: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)  # what waits can be done until then
    account: Mapped[Account] = relationship()
