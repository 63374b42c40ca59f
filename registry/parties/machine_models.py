"""Machines' keys as they are remembered: digests of their secrets, never the secrets."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.database import Model, UtcDateTime, uuid_key
from registry.parties.models import Account, Membership
from registry.parties.power_models import PowerOfAttorney
from registry.parties.scopes import EVERY, written


class ApiKey(Model):
    """A machine's access, bound to an organisation (or venue) and to that organisation's own enrolled key; an
    agent's may be bound to one power besides, and then acts under it alone.

    After a rotation the digest before holds until `old_until`.
    """

    __tablename__ = "api_key"
    __table_args__ = (
        CheckConstraint("(old_hash = '') = (old_until IS NULL)", name="old"),
        Index(None, "account_id", "created_at"),
        Index(None, "expires_at"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    prefix: Mapped[str] = mapped_column(String(12), unique=True)
    secret_hash: Mapped[str] = mapped_column(String(64))
    old_hash: Mapped[str] = mapped_column(String(64), default="", server_default="")
    old_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    label: Mapped[str] = mapped_column(String(100), default="")
    scopes: Mapped[str] = mapped_column(String(120), server_default=written(EVERY))  # keys of before had all
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    membership_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("membership.id"))
    power_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("power_of_attorney.id"), index=True)
    kid: Mapped[str | None] = mapped_column(ForeignKey("signing_key.kid"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    rotated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    warned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # its end was written of
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    membership: Mapped[Membership] = relationship()
    account: Mapped[Account] = relationship()
    power: Mapped[PowerOfAttorney | None] = relationship()


class Quota(Model):
    """How many requests of this minute were taken by a key or an address, which stands here as a digest."""

    __tablename__ = "quota"
    __table_args__ = (CheckConstraint("taken >= 0", name="taken"), Index(None, "window"))

    subject: Mapped[str] = mapped_column(String(80), primary_key=True)
    window: Mapped[int]  # minutes since 1970
    taken: Mapped[int]
