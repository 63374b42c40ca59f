"""Where each contract stood when it was last looked at: what the reconciliation page lists and sums.

Nothing rests on these rows: they are made again from the contract, its money, its results and the log. They
name nobody, so that an erasure has nothing to take out of them.
"""

import uuid
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.database import Model, UtcDateTime
from registry.money import from_cents


class ContractPosition(Model):
    """One contract's figures in fen, its days and states."""

    __tablename__ = "contract_position"
    __table_args__ = (
        Index(None, "venue_id", "month", "number"),
        Index(None, "venue_id", "looked_at"),
    )

    contract_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contract.id"), primary_key=True)
    venue_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("venue.id"))
    number: Mapped[str] = mapped_column(String(24), unique=True)
    month: Mapped[date]  # first day of the month of the first notice
    states: Mapped[list[str]] = mapped_column(JSON)  # of its licenses
    noticed_on: Mapped[date]
    effective_on: Mapped[date | None]
    due_cents: Mapped[int] = mapped_column(BigInteger)
    paid_cents: Mapped[int] = mapped_column(BigInteger)
    refunded_cents: Mapped[int] = mapped_column(BigInteger)
    total_cents: Mapped[int] = mapped_column(BigInteger)
    recognised_cents: Mapped[int | None] = mapped_column(BigInteger)
    technology_cents: Mapped[int | None] = mapped_column(BigInteger)
    registration: Mapped[str] = mapped_column(String(12))
    registration_number: Mapped[str] = mapped_column(String(40), default="")
    recordal: Mapped[str] = mapped_column(String(12), default="")
    recordal_day: Mapped[date | None]
    filings: Mapped[int]
    looked_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def due_at_start(self) -> Decimal:
        return from_cents(self.due_cents)

    @property
    def paid(self) -> Decimal:
        return from_cents(self.paid_cents)

    @property
    def refunded(self) -> Decimal:
        return from_cents(self.refunded_cents)

    @property
    def total(self) -> Decimal:
        return from_cents(self.total_cents)

    @property
    def recognised(self) -> Decimal | None:
        return None if self.recognised_cents is None else from_cents(self.recognised_cents)

    @property
    def technology(self) -> Decimal | None:
        return None if self.technology_cents is None else from_cents(self.technology_cents)


class ContractDifference(Model):
    """A difference of one contract by its rule's name, and the first day on which it is one."""

    __tablename__ = "contract_difference"

    contract_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contract.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    since: Mapped[date]


class PositionMark(Model):
    """Up to which move of the history a venue's positions have been brought."""

    __tablename__ = "position_mark"

    venue_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("venue.id"), primary_key=True)
    looked_to: Mapped[datetime] = mapped_column(UtcDateTime)
