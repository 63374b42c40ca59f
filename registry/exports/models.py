"""Batches: contracts handed to a registrar in one archive, kept byte for byte."""

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.contracts.models import Contract
from registry.database import Model, UtcDateTime, uuid_key
from registry.exports.rules import BatchState, PlaceState
from registry.exports.sums import yuan
from registry.parties.models import Venue


class Batch(Model):
    """One export of one venue. `digest` is empty until the worker has packed it.

    `asked` contracts were chosen, `count` taken in; `packed` of them lie in the archive so far.
    """

    __tablename__ = "batch"
    __table_args__ = (
        CheckConstraint(f"state IN ({', '.join(repr(str(one)) for one in BatchState)})", name="state"),
        Index(None, "venue_id", "created_at"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    number: Mapped[str] = mapped_column(String(24), unique=True)
    venue_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("venue.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    state: Mapped[str] = mapped_column(String(10), default=BatchState.FREEZING, server_default="packed")
    choices: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # applicant, registrar, ticks, filter
    asked: Mapped[int] = mapped_column(default=0, server_default="0")
    count: Mapped[int] = mapped_column(default=0)
    packed: Mapped[int] = mapped_column(default=0, server_default="0")
    sums: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    total_amount: Mapped[Decimal] = mapped_column(Numeric(18, 2), default=Decimal("0.00"))
    technology_amount: Mapped[Decimal] = mapped_column(Numeric(18, 2), default=Decimal("0.00"))
    manifest_digest: Mapped[str] = mapped_column(String(64), default="")
    digest: Mapped[str] = mapped_column(String(64), default="")
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    packed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    venue: Mapped[Venue] = relationship()
    items: Mapped[list["BatchContract"]] = relationship(order_by="BatchContract.position")


class BatchContract(Model):
    """A contract's place in a batch; its row of the list is frozen with it, or it says why it was refused."""

    __tablename__ = "batch_contract"
    __table_args__ = (
        CheckConstraint(f"state IN ({', '.join(repr(str(one)) for one in PlaceState)})", name="state"),
        Index(None, "batch_id", "state", "position"),
    )

    batch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("batch.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contract.id"), index=True)
    state: Mapped[str] = mapped_column(String(10), default=PlaceState.CHOSEN, server_default="frozen")
    row: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # code, field, article, params of each
    refusals: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default="[]")
    contract: Mapped[Contract] = relationship()


class RekeyTick(Model):
    """A clerk's own mark that a contract of a batch has been typed in. It says nothing to the registrar."""

    __tablename__ = "rekey_tick"

    batch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("batch.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    done_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Standing(Model):
    """How a contract stood towards a registrar when it was last looked at: what lists and sums are made from.

    Only of contracts that may still go into a batch; `batch` is the number of the one they wait for. Nothing
    rests on it: whoever makes a batch looks again. Forgotten with the contract's data.
    """

    __tablename__ = "standing"
    __table_args__ = (
        Index(None, "venue_id", "ready", "zero", "effective_on", "contract_id"),
        Index(None, "venue_id", "effective_on", "contract_id"),
        Index(None, "venue_id", "looked_at"),
    )

    contract_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contract.id"), primary_key=True)
    venue_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("venue.id"))
    ready: Mapped[bool]
    zero: Mapped[bool]
    faults: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)  # code, field, article, params
    cents: Mapped[int] = mapped_column(BigInteger)  # 合同成交总额 in fen: added up exactly on every database
    technology_cents: Mapped[int] = mapped_column(BigInteger)
    method: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(80))  # the way of payment as the form prints it
    region: Mapped[str] = mapped_column(String(12))  # of whoever would apply
    effective_on: Mapped[date]  # of the last of its licenses, as the form prints it
    batch: Mapped[str] = mapped_column(String(24), default="")
    registrar: Mapped[str] = mapped_column(String(200), default="", server_default="")  # as the rule leads
    applicant: Mapped[str] = mapped_column(String(12), default="", server_default="")  # set, or by the rule
    looked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    contract: Mapped[Contract] = relationship()

    @property
    def amount(self) -> Decimal:
        """合同成交总额 in yuan."""
        return yuan(self.cents)


class StandingMark(Model):
    """Up to which move of the history a venue's standings have been brought."""

    __tablename__ = "standing_mark"

    venue_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("venue.id"), primary_key=True)
    looked_to: Mapped[datetime] = mapped_column(UtcDateTime)
