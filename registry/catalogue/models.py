"""What the catalogue remembers: one row an offer, made again at any time from the declaration it shows."""

import uuid
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Integer, Numeric, String, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from registry.database import Model, UtcDateTime

ROW = BigInteger().with_variant(Integer, "sqlite")


class OfferIndex(Model):
    """A published declaration as lists show and search it. Nothing here is truth."""

    __tablename__ = "offer_index"
    __table_args__ = (
        Index(None, "published_at", "id"),
        Index(None, "offer_last_day", "id"),
        Index(None, "patent_last_day", "id"),
        Index(None, "amount", "id"),
        Index(None, "class_key"),
        Index(None, "industry"),
        Index(None, "holder_id"),
    )

    # an integer, because the full-text index of SQLite names its rows by one
    id: Mapped[int] = mapped_column(ROW, Identity(), primary_key=True)
    declaration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("declaration.id"), unique=True)
    number: Mapped[str] = mapped_column(String(24), unique=True)
    venue_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("venue.id"))
    holder_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    holder_name: Mapped[str] = mapped_column(Text)  # all patentees in the register's order
    patent_number: Mapped[str] = mapped_column(String(20), index=True)
    patent_kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(300))
    summary: Mapped[str] = mapped_column(Text, default="")
    main_class: Mapped[str] = mapped_column(String(20))
    class_key: Mapped[str] = mapped_column(String(20))  # without spaces: any beginning is a prefix
    section: Mapped[str] = mapped_column(String(1), default="")  # of the IPC; empty for designs
    industry: Mapped[str] = mapped_column(String(8), default="")
    industry_section: Mapped[str] = mapped_column(String(1), default="")
    technology_field: Mapped[str] = mapped_column(String(8), default="")
    stage: Mapped[str] = mapped_column(String(20), default="")
    fee_method: Mapped[str] = mapped_column(String(20))
    amount: Mapped[Decimal | None] = mapped_column(Numeric(16, 2))  # zero when free, none when only a share
    price_zh: Mapped[str] = mapped_column(Text)
    price_en: Mapped[str] = mapped_column(Text)
    duration_months: Mapped[int | None]
    offer_last_day: Mapped[date]
    license_last_day: Mapped[date]
    patent_last_day: Mapped[date]
    tag: Mapped[str] = mapped_column(String(20))
    announced_on: Mapped[date | None]
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    indexed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tokens: Mapped[str] = mapped_column(Text().with_variant(TSVECTOR(), "postgresql"), deferred=True)
