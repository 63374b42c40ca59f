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
        Index(None, "published_at"),
        Index(None, "price_order", "id"),
        Index(None, "offer_last_day", "id"),
        Index(None, "patent_last_day", "id"),
        Index(None, "holder_id"),
    )

    # an integer, because the full-text index of SQLite names its rows by one; given in the order in which
    # offers came, and never again: the newest offer has the highest
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
    region: Mapped[str] = mapped_column(String(6), default="")  # of the first holder; empty for a person
    fee_method: Mapped[str] = mapped_column(String(20))
    amount: Mapped[Decimal | None] = mapped_column(Numeric(16, 2))  # zero when free, none when only a share
    price_order: Mapped[int] = mapped_column(BigInteger)  # in fen; what has no figure comes last
    price_zh: Mapped[str] = mapped_column(Text)
    price_en: Mapped[str] = mapped_column(Text)
    duration_months: Mapped[int | None]
    offer_last_day: Mapped[date]
    license_last_day: Mapped[date]
    patent_last_day: Mapped[date]
    last_day: Mapped[date]  # the earliest of the three: the offer ends with it
    tag: Mapped[str] = mapped_column(String(20))
    announced_on: Mapped[date | None]
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    indexed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    facets: Mapped[str] = mapped_column(String(160), default="")  # marks.packed
    # PostgreSQL's words and marks; SQLite keeps them in the table `offer_words`
    tokens: Mapped[str] = mapped_column(
        Text().with_variant(TSVECTOR(), "postgresql"), default="", deferred=True
    )
