"""What is remembered of an erasure: what was erased and why, who asked and who approved; never a value."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.database import Model, UtcDateTime, uuid_key
from registry.erasure.rules import Ground, Kind


def _listed(values: Any) -> str:
    return ", ".join(f"'{value}'" for value in values)


class Erasure(Model):
    """Asked by one administrator (or from the command line), carried out when another approves."""

    __tablename__ = "erasure"
    __table_args__ = (
        CheckConstraint(f"kind IN ({_listed(Kind)})", name="kind"),
        CheckConstraint(f"ground IN ({_listed(Ground)})", name="ground"),
        CheckConstraint(
            "approved_by IS NULL OR asked_by IS NULL OR approved_by <> asked_by", name="two_persons"
        ),
        Index(None, "kind", "subject"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    kind: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(64))  # public number, key id, or the row's id
    ground: Mapped[str] = mapped_column(String(20))
    reference: Mapped[str] = mapped_column(String(200), default="")  # of the order or law, or our file
    listed: Mapped[str] = mapped_column(String(64))  # digest of the list that was asked for
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # how many rows of which table
    asked_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))  # None: the command line
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approved_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dropped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def waiting(self) -> bool:
        return self.done_at is None and self.dropped_at is None
