"""Term sets of a holder in versions, batches of declarations brought as one table, and the acts that sign
many of them at once.
"""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.database import Model, UtcDateTime, uuid_key
from registry.licenses.batch_rows import Verdict
from registry.licenses.models import Declaration
from registry.parties.models import Organisation, Venue
from registry.parties.power_models import PowerOfAttorney


def _listed(values: Any) -> str:
    return ", ".join(f"'{value}'" for value in values)


class TermSet(Model):
    """A holder's terms under a name, to begin declarations from."""

    __tablename__ = "term_set"
    __table_args__ = (UniqueConstraint("holder_id", "name"),)

    id: Mapped[uuid.UUID] = uuid_key()
    holder_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String(60))
    created_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    versions: Mapped[list["TermSetVersion"]] = relationship(
        order_by="TermSetVersion.version", back_populates="term_set"
    )

    @property
    def current(self) -> "TermSetVersion":
        return self.versions[-1]


class TermSetVersion(Model):
    """What a term set said from one change to the next. Drafts hold copies: a change reaches none of them."""

    __tablename__ = "term_set_version"
    __table_args__ = (UniqueConstraint("term_set_id", "version"),)

    id: Mapped[uuid.UUID] = uuid_key()
    term_set_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("term_set.id"))
    version: Mapped[int]
    steps: Mapped[dict[str, Any]] = mapped_column(JSON)  # answers by step, as a draft keeps them
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    term_set: Mapped[TermSet] = relationship(back_populates="versions")


class DeclarationBatch(Model):
    """A table of patents somebody brought: shown first, made into drafts as it was shown, mended by bringing
    it again.
    """

    __tablename__ = "declaration_batch"
    __table_args__ = (
        CheckConstraint("state IN ('previewed', 'drafting', 'drafted')", name="state"),
        CheckConstraint("source IN ('file', 'pasted', 'api')", name="source"),
        Index(None, "holder_id", "created_at"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    holder_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    venue_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("venue.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    power_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("power_of_attorney.id"), index=True)
    source: Mapped[str] = mapped_column(String(6))
    state: Mapped[str] = mapped_column(String(10), default="previewed")
    edition: Mapped[int] = mapped_column(default=1)  # counts how often the table was brought
    digest: Mapped[str] = mapped_column(String(64), default="")  # of what was shown of this edition
    unknown: Mapped[list[str]] = mapped_column(JSON, default=list)  # headings nobody has a use for
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    drafted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    holder: Mapped[Organisation] = relationship()
    venue: Mapped[Venue] = relationship()
    power: Mapped[PowerOfAttorney | None] = relationship()  # an agent's, who began it

    @property
    def patent_numbers(self) -> list[str]:
        """What it is about, for the power it was begun under: no row of it is of any other patent."""
        return self.power.patents if self.power is not None else []


class BatchSigning(Model):
    """One signature over a list of declarations; its members are handed in one after the other."""

    __tablename__ = "batch_signing"
    __table_args__ = (CheckConstraint("state IN ('handing_in', 'done')", name="state"),)

    id: Mapped[uuid.UUID] = uuid_key()
    batch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("declaration_batch.id"), index=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    power_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("power_of_attorney.id"))
    state: Mapped[str] = mapped_column(String(10), default="handing_in")
    root: Mapped[str] = mapped_column(String(64))  # of the tree that was signed
    size: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BatchRow(Model):
    """One row of one edition of a table, what was found about it, and the draft it became.

    `live` rows are what the batch holds now; those of an edition that waits to be confirmed are not yet.
    """

    __tablename__ = "batch_row"
    __table_args__ = (
        UniqueConstraint("batch_id", "edition", "position"),
        CheckConstraint(f"verdict IN ({_listed(Verdict)})", name="verdict"),
        Index(None, "batch_id", "live", "position"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    batch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("declaration_batch.id"))
    edition: Mapped[int]
    position: Mapped[int]  # the row's number in the sheet
    live: Mapped[bool] = mapped_column(default=False)
    number: Mapped[str] = mapped_column(String(40), default="")  # the patent's, as brought where unreadable
    verdict: Mapped[str] = mapped_column(String(12))
    reasons: Mapped[list[Any]] = mapped_column(JSON, default=list)  # [code, field, params] of each
    given: Mapped[dict[str, str]] = mapped_column(JSON)  # the cells, as brought
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # what they mean
    term_set_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("term_set.id"))
    term_set_version: Mapped[int] = mapped_column(default=0)
    written: Mapped[bool] = mapped_column(default=False)  # its turn to become a draft has been
    declaration_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("declaration.id"), index=True)
    signing_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("batch_signing.id"), index=True)
    place: Mapped[int | None]  # in the signed list, from 0
    statement: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # signed, until it is handed in
    pending: Mapped[bool] = mapped_column(default=False)  # signed and not handed in yet
    text_digest: Mapped[str] = mapped_column(String(64), default="")  # of the text that was read and signed
    fault: Mapped[str] = mapped_column(Text, default="")  # code of why it was not handed in
    declaration: Mapped[Declaration | None] = relationship()
