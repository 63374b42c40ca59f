"""What we remember of stamps: sheets that came, how each was read, and which paper originals have arrived."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.database import Model, UtcDateTime, uuid_key
from registry.parties.models import Upload


class StampedSheet(Model):
    """A stamped or signed sheet for one seat of a contract; a later one for the same seat takes its place.

    One file may stand in several rows: it shows several seats, or lists several contracts. `embedded` says
    what was found of electronic seals inside a PDF (registry.documents.embedded).
    """

    __tablename__ = "stamped_sheet"
    __table_args__ = (UniqueConstraint("contract_id", "seat", "upload_id"),)

    id: Mapped[uuid.UUID] = uuid_key()
    contract_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contract.id"))
    seat: Mapped[str] = mapped_column(String(16))
    upload_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("upload.id"), index=True)
    embedded: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    added_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    upload: Mapped[Upload] = relationship()
    readings: Mapped[list["SealReading"]] = relationship(
        order_by="SealReading.read_at", back_populates="sheet"
    )


class SealReading(Model):
    """One comparison of a sheet's seal with the written name; the last one of a sheet holds."""

    __tablename__ = "seal_reading"

    id: Mapped[uuid.UUID] = uuid_key()
    sheet_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("stamped_sheet.id"), index=True)
    written: Mapped[str] = mapped_column(String(200))
    sealed: Mapped[str] = mapped_column(String(200))
    agrees: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text, default="")
    read_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sheet: Mapped[StampedSheet] = relationship(back_populates="readings")


class OriginalReceived(Model):
    """The day a paper original of a seat arrived at the venue."""

    __tablename__ = "original_received"

    contract_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contract.id"), primary_key=True)
    seat: Mapped[str] = mapped_column(String(16), primary_key=True)
    received_on: Mapped[date]
    noted_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)
