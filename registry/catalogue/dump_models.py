"""What the catalogue remembers of the files it wrote out for everybody: one row a day and format."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.database import Model, UtcDateTime


class Dump(Model):
    """All published offers of one day as one file. The content is stored under its digest."""

    __tablename__ = "data_dump"
    __table_args__ = (CheckConstraint("format IN ('csv', 'jsonl')", name="format"), Index(None, "digest"))

    day: Mapped[date] = mapped_column(primary_key=True)
    format: Mapped[str] = mapped_column(String(8), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256
    size: Mapped[int] = mapped_column(BigInteger)  # bytes
    rows: Mapped[int]
    log_size: Mapped[int] = mapped_column(BigInteger)  # filings there were when it was begun
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def name(self) -> str:
        return f"offers-{self.day.isoformat()}.{self.format}"
