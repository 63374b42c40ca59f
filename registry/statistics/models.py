"""What was counted: one row a legal day, written anew during the day and kept afterwards."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from registry.database import Model, UtcDateTime


class Count(Model):
    """The indicators of one day. They hold no name, no number and no single amount."""

    __tablename__ = "statistics_count"

    day: Mapped[date] = mapped_column(primary_key=True)
    counted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    series: Mapped[dict[str, Any]] = mapped_column(JSON)
