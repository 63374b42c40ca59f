"""What a venue keeps about registrars, about each contract's way to one, and about lists that came back."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.contracts.applicants import APPLICANTS, Confidence, DateForm, ZeroFee
from registry.contracts.models import Contract
from registry.contracts.result_rows import Verdict
from registry.database import Model, UtcDateTime, uuid_key


def _listed(values: Any) -> str:
    return ", ".join(f"'{value}'" for value in values)


class Registrar(Model):
    """A registrar (技术合同登记机构) as a venue knows it: editable, with source and confidence."""

    __tablename__ = "registrar"
    __table_args__ = (
        UniqueConstraint("venue_id", "name"),
        CheckConstraint(f"confidence IN ({_listed(Confidence)})", name="confidence"),
        CheckConstraint(f"date_form IN ({_listed(DateForm)})", name="date_form"),
        CheckConstraint(f"zero_fee IN ('', {_listed(ZeroFee)})", name="zero_fee"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    venue_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("venue.id"))
    name: Mapped[str] = mapped_column(String(200))
    regions: Mapped[list[str]] = mapped_column(JSON)  # first digits of the region codes it serves
    applicants: Mapped[list[str]] = mapped_column(JSON)  # seller, intermediary, buyer
    working_days: Mapped[int] = mapped_column(default=7)
    expert_days: Mapped[int] = mapped_column(default=20)
    date_form: Mapped[str] = mapped_column(String(10), default=DateForm.ISO)
    papers: Mapped[str] = mapped_column(Text, default="")  # how it wants them
    contact: Mapped[str] = mapped_column(String(200), default="")
    notes: Mapped[str] = mapped_column(Text, default="")
    zero_fee: Mapped[str] = mapped_column(String(10), default="", server_default="")  # ZeroFee
    zero_fee_view: Mapped[str] = mapped_column(Text, default="")  # on contracts without a price
    zero_fee_on: Mapped[date | None]
    zero_fee_source: Mapped[str] = mapped_column(String(500), default="")
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(500))
    confidence: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RegistrationCase(Model):
    """A contract's way to a registrar, as the clerk set it: empty fields follow the rule's proposal."""

    __tablename__ = "registration_case"
    __table_args__ = (
        CheckConstraint(f"applicant IN ('', {_listed(APPLICANTS)})", name="applicant"),
        CheckConstraint("elsewhere IN ('', 'no', 'yes')", name="elsewhere"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    contract_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contract.id"), unique=True)
    applicant: Mapped[str] = mapped_column(String(12), default="")
    registrar_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("registrar.id"), index=True)
    elsewhere: Mapped[str] = mapped_column(String(3), default="")
    elsewhere_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    elsewhere_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    voucher: Mapped[str] = mapped_column(String(60), default="")  # 交易凭证编号 of the venue
    deal: Mapped[str] = mapped_column(String(60), default="")  # 成交编号 of the venue
    submitted_on: Mapped[date | None]
    contract: Mapped[Contract] = relationship()
    registrar: Mapped[Registrar | None] = relationship()


class ResultImport(Model):
    """A list of results somebody brought: previewed first, saved as it was previewed or not at all."""

    __tablename__ = "result_import"
    __table_args__ = (
        CheckConstraint("state IN ('previewed', 'saving', 'saved')", name="state"),
        CheckConstraint("source IN ('file', 'pasted', 'api')", name="source"),
        Index(None, "venue_id", "created_at"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    venue_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("venue.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    source: Mapped[str] = mapped_column(String(6))
    state: Mapped[str] = mapped_column(String(10), default="previewed")
    digest: Mapped[str] = mapped_column(String(64), default="")  # of what was shown
    unknown: Mapped[list[str]] = mapped_column(JSON, default=list)  # headings nobody has a use for
    unused: Mapped[list[str]] = mapped_column(JSON, default=list)  # certificate files that fit no row
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ResultImportRow(Model):
    """One row of such a list with what was found about it."""

    __tablename__ = "result_import_row"
    __table_args__ = (
        CheckConstraint(f"verdict IN ({_listed(Verdict)})", name="verdict"),
        Index(None, "import_id", "verdict"),
    )

    import_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("result_import.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)  # the row's number in the sheet
    number: Mapped[str] = mapped_column(String(60), default="")  # 平台存证编号 as brought
    contract_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("contract.id"), index=True)
    verdict: Mapped[str] = mapped_column(String(12))
    reasons: Mapped[list[Any]] = mapped_column(JSON, default=list)  # [code, params] of each
    given: Mapped[dict[str, str]] = mapped_column(JSON)  # the cells, as brought
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # what they mean
    proposals: Mapped[list[str]] = mapped_column(JSON, default=list)  # contracts it may have meant
    certificate_upload: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    result_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)  # what saving it wrote
