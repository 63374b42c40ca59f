"""How often the pages of offers were opened: one row an offer and legal day."""

import uuid
from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from registry.database import Model


class OfferVisits(Model):
    """A number and nothing else: neither who, nor from where, nor at what hour."""

    __tablename__ = "offer_visits"
    __table_args__ = (CheckConstraint("count > 0", name="count"), Index(None, "day"))

    declaration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("declaration.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    count: Mapped[int]
