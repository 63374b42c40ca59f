"""Who set the day from which a version of the standard terms holds: asked by one, approved by another."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.database import Model, UtcDateTime, uuid_key


class TermsDay(Model):
    """A day asked for; it holds when a second administrator has approved it and its filing stands."""

    __tablename__ = "terms_day"
    __table_args__ = (
        CheckConstraint("approved_by IS NULL OR approved_by <> asked_by", name="two_persons"),
        CheckConstraint("(approved_by IS NULL) = (seq IS NULL)", name="filed"),
        Index(None, "version", "asked_at"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    version: Mapped[str] = mapped_column(String(20), ForeignKey("standard_terms.version"))
    day: Mapped[date]
    before: Mapped[date]  # the day that held when it was asked for
    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approved_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dropped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seq: Mapped[int | None]  # of the filing

    @property
    def waiting(self) -> bool:
        return self.approved_at is None and self.dropped_at is None
