"""Patents and what is known of their state. A fact has a source and a day; nothing is deduced here."""

import uuid
from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.database import Model, UtcDateTime, uuid_key

FACT_KINDS = (
    "exclusive_license", "sole_license", "pending_exclusive_recordal", "ordinary_license", "dispute",
    "preservation", "pledge", "invalidation", "termination", "other_hindrance",
)  # fmt: skip


class Patent(Model):
    """One granted patent, as its holder entered it and a reviewer compared it with the register."""

    __tablename__ = "patent"
    __table_args__ = (
        CheckConstraint("kind IN ('invention', 'utility_model', 'design')", name="kind"),
        Index(None, "holder_id", "created_at"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    number: Mapped[str] = mapped_column(String(20), unique=True)  # ZL201810323021.5
    kind: Mapped[str] = mapped_column(String(20))
    pct: Mapped[bool] = mapped_column(default=False)
    title: Mapped[str] = mapped_column(String(300))
    filing_date: Mapped[date]
    grant_date: Mapped[date]
    publication: Mapped[str] = mapped_column(String(20), default="")
    main_class: Mapped[str] = mapped_column(String(20))  # IPC, for designs Locarno
    compensation_days: Mapped[int] = mapped_column(default=0)
    inventors: Mapped[list[str]] = mapped_column(JSON, default=list)
    annuity_paid_to: Mapped[date | None]
    certificate_upload: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    annuity_upload: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    holder_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))  # who entered it: a patentee
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # last comparison with the register
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    owners: Mapped[list["PatentOwner"]] = relationship(
        order_by="PatentOwner.position", back_populates="patent", cascade="all, delete-orphan"
    )
    reports: Mapped[list["EvaluationReport"]] = relationship(
        order_by="EvaluationReport.day", back_populates="patent"
    )
    facts: Mapped[list["PatentFact"]] = relationship(order_by="PatentFact.starts_on", back_populates="patent")

    @property
    def patent_numbers(self) -> tuple[str, ...]:
        """Which patents it is about, for powers of attorney."""
        return (self.number,)

    @property
    def report(self) -> "EvaluationReport | None":
        """The evaluation report that counts: a corrected one replaces the former."""
        return self.reports[-1] if self.reports else None


class PatentOwner(Model):
    """A patentee in the register's order (position 0 is named first)."""

    __tablename__ = "patent_owner"

    patent_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patent.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    uscc: Mapped[str] = mapped_column(String(18), default="")  # empty for natural persons and where unknown
    person: Mapped[bool] = mapped_column(default=False)
    patent: Mapped[Patent] = relationship(back_populates="owners")


class EvaluationReport(Model):
    """A patent evaluation report of a utility model or design (PL 50; GL 3.1 (7), (8)). Versions are kept."""

    __tablename__ = "evaluation_report"

    id: Mapped[uuid.UUID] = uuid_key()
    patent_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patent.id"), index=True)
    number: Mapped[str] = mapped_column(String(40))
    day: Mapped[date]
    positive: Mapped[bool]
    upload_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    patent: Mapped[Patent] = relationship(back_populates="reports")


class PatentFact(Model):
    """Something in the register or declared that may bar an offer: license, pledge, dispute, invalidation."""

    __tablename__ = "patent_fact"
    __table_args__ = (
        CheckConstraint("kind IN (" + ", ".join(f"'{kind}'" for kind in FACT_KINDS) + ")", name="kind"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    patent_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patent.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    reference: Mapped[str] = mapped_column(String(60), default="")
    consented: Mapped[bool] = mapped_column(default=False)  # the pledgee's consent
    upload_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    patent: Mapped[Patent] = relationship(back_populates="facts")
