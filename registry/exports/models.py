"""Batches: contracts handed to a registrar in one archive, kept byte for byte."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.contracts.models import Contract
from registry.database import Model, UtcDateTime, uuid_key
from registry.parties.models import Venue


class Batch(Model):
    """One export of one venue. `digest` is empty until the worker has packed it."""

    __tablename__ = "batch"
    __table_args__ = (Index(None, "venue_id", "created_at"),)

    id: Mapped[uuid.UUID] = uuid_key()
    number: Mapped[str] = mapped_column(String(24), unique=True)
    venue_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("venue.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    choices: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # applicant, registrar, ticks
    count: Mapped[int] = mapped_column(default=0)
    total_amount: Mapped[Decimal] = mapped_column(Numeric(18, 2), default=Decimal("0.00"))
    technology_amount: Mapped[Decimal] = mapped_column(Numeric(18, 2), default=Decimal("0.00"))
    manifest_digest: Mapped[str] = mapped_column(String(64), default="")
    digest: Mapped[str] = mapped_column(String(64), default="")
    size: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    packed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    venue: Mapped[Venue] = relationship()
    items: Mapped[list["BatchContract"]] = relationship(order_by="BatchContract.position")


class BatchContract(Model):
    """A contract's place in a batch; its row of the list is frozen with it."""

    __tablename__ = "batch_contract"

    batch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("batch.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contract.id"), index=True)
    row: Mapped[dict[str, Any]] = mapped_column(JSON)
    contract: Mapped[Contract] = relationship()


class RekeyTick(Model):
    """A clerk's own mark that a contract of a batch has been typed in. It says nothing to the registrar."""

    __tablename__ = "rekey_tick"

    batch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("batch.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    done_at: Mapped[datetime] = mapped_column(UtcDateTime)
