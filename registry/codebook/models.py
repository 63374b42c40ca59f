"""What is remembered of code tables: each change with who made it, on what source, and its filing."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.codes.overlay import VERBS
from registry.database import Model, UtcDateTime, uuid_key


class CodeChange(Model):
    """One dated row over a shipped table. Rows are only added; `version` counts them, so that every process
    sees by one number whether it knows all.
    """

    __tablename__ = "code_change"
    __table_args__ = (
        CheckConstraint("verb IN (" + ", ".join(f"'{verb}'" for verb in VERBS) + ")", name="verb"),
        Index(None, "table_name", "version"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    version: Mapped[int] = mapped_column(unique=True)
    table_name: Mapped[str] = mapped_column(String(40))
    verb: Mapped[str] = mapped_column(String(8))
    code: Mapped[str] = mapped_column(String(40))
    day: Mapped[date]
    row: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # what the new row says
    source: Mapped[str] = mapped_column(String(500))  # name, number and day of what it rests on
    made_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seq: Mapped[int] = mapped_column(index=True)
