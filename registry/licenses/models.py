"""Declarations and their immutable versions, consents, reviews. The status column is moved by one service
function only.
"""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.database import Model, UtcDateTime, uuid_key
from registry.licenses.rules import CnipaStatus, DeclarationState
from registry.parties.models import Organisation, Venue
from registry.patents.models import Patent

OPEN_STATES = ("submitted", "under_review", "published", "paused", "withdrawal_filed")


def _listed(values: Any) -> str:
    return ", ".join(f"'{value}'" for value in values)


class StandardTerms(Model):
    """The registry's standard terms of license contracts, in versions with a day from which each holds."""

    __tablename__ = "standard_terms"

    version: Mapped[str] = mapped_column(String(20), primary_key=True)
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]
    digest: Mapped[str] = mapped_column(String(64))
    text_zh: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)


class Declaration(Model):
    """An open-licensing declaration (PL 50): a draft until it is signed, then a row that points to its
    frozen version.
    """

    __tablename__ = "declaration"
    __table_args__ = (
        CheckConstraint(f"state IN ({_listed(DeclarationState)})", name="state"),
        CheckConstraint(f"cnipa_status IN ({_listed(CnipaStatus)})", name="cnipa_status"),
        CheckConstraint("open_from IN ('announcement', 'now')", name="open_from"),
        # a patent has at most one open declaration (GL 3.3, 5); drafts may coexist
        Index(
            "uq_declaration_open_patent",
            "patent_id",
            unique=True,
            sqlite_where=text(f"state IN ({_listed(OPEN_STATES)})"),
            postgresql_where=text(f"state IN ({_listed(OPEN_STATES)})"),
        ),
        Index(None, "holder_id", "created_at"),
        Index(None, "venue_id", "state", "submitted_at"),
        Index(None, "state", "published_at"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    number: Mapped[str] = mapped_column(String(24), unique=True)
    venue_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("venue.id"))
    holder_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    patent_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patent.id"))
    created_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    state: Mapped[str] = mapped_column(String(20), default=DeclarationState.DRAFT)
    draft: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # answers by task-list step
    open_from: Mapped[str] = mapped_column(String(12), default="announcement")
    version: Mapped[int] = mapped_column(default=0)  # number of the current frozen version; 0 = none yet
    cnipa_status: Mapped[str] = mapped_column(String(24), default=CnipaStatus.NOT_FILED)
    cnipa_number: Mapped[str] = mapped_column(String(40), default="")
    cnipa_announced_on: Mapped[date | None]
    cnipa_withdrawn_on: Mapped[date | None]
    offer_last_day: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_seq: Mapped[int | None]
    published_envelope: Mapped[str] = mapped_column(String(64), default="")  # what a notice binds
    withdrawal_filed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_seq: Mapped[int | None]
    paused_ground: Mapped[str] = mapped_column(String(8), default="")
    paused_since: Mapped[date | None]
    successor_of: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    erased_ground: Mapped[str] = mapped_column(String(20), default="", server_default="")
    holder: Mapped[Organisation] = relationship()
    venue: Mapped[Venue] = relationship()
    patent: Mapped[Patent] = relationship()
    versions: Mapped[list["DeclarationVersion"]] = relationship(order_by="DeclarationVersion.submission")
    consents: Mapped[list["Consent"]] = relationship(order_by="Consent.position")

    @property
    def patent_numbers(self) -> tuple[str, ...]:
        """Which patents it is about, for powers of attorney."""
        return (self.patent.number,)

    @property
    def current(self) -> "DeclarationVersion | None":
        return self.versions[-1] if self.versions else None


class DeclarationVersion(Model):
    """What was signed: answers, exact public text, digest, statements. Never updated but by an erasure, never
    deleted.
    """

    __tablename__ = "declaration_version"
    __table_args__ = (UniqueConstraint("declaration_id", "submission"),)

    id: Mapped[uuid.UUID] = uuid_key()
    declaration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("declaration.id"))
    submission: Mapped[int]  # counts every signing
    # counts distinct public texts: consents bind it, and stay when only attachments change
    version: Mapped[int]
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    public_fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    public_text: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of public_text in UTF-8
    terms_version: Mapped[str] = mapped_column(ForeignKey("standard_terms.version"))
    # open fields, secrets and salts of declaration.published
    filing: Mapped[dict[str, Any]] = mapped_column(JSON)
    statement: Mapped[dict[str, Any]] = mapped_column(JSON)  # the declarant's, as Statement.encode writes it
    signed_by: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Consent(Model):
    """A co-owner's answer to one exact text (GL 3.2) or to a withdrawal (GL 4). Another text needs another
    answer.
    """

    __tablename__ = "consent"
    __table_args__ = (
        CheckConstraint("purpose IN ('declare', 'withdraw')", name="purpose"),
        CheckConstraint("answer IN ('', 'agreed', 'sent_back', 'not_owner')", name="answer"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    declaration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("declaration.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(10), default="declare")
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    digest: Mapped[str] = mapped_column(String(64), default="")  # the text agreed to
    answer: Mapped[str] = mapped_column(String(10), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    statement: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # the printed and stamped sheet, instead of a signature
    upload_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    account_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    void_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    declaration: Mapped[Declaration] = relationship(back_populates="consents")


class ReviewLine(Model):
    """A reviewer's finding on one line of the check list."""

    __tablename__ = "review_line"
    __table_args__ = (
        UniqueConstraint("declaration_id", "round", "line"),
        CheckConstraint("verdict IN ('pass', 'problem', 'not_applicable')", name="verdict"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    declaration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("declaration.id"))
    round: Mapped[int]
    line: Mapped[str] = mapped_column(String(40))
    verdict: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text, default="")
    account_id: Mapped[uuid.UUID]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Override(Model):
    """A cap set aside for one declaration: asked by one person, approved by another, with the reason
    (two-person rule).
    """

    __tablename__ = "override"
    __table_args__ = (
        UniqueConstraint("declaration_id", "digest", "rule"),
        CheckConstraint("approved_by IS NULL OR approved_by <> asked_by", name="two_persons"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    declaration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("declaration.id"))
    digest: Mapped[str] = mapped_column(String(64))  # of the text it holds for
    rule: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text)
    # until it is filed: the salts and the first person's statement
    filing: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approved_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Withdrawal(Model):
    """A withdrawal in the making: ground, reason, co-owners' consents, then the filing (IR 86; GL 4)."""

    __tablename__ = "withdrawal"

    id: Mapped[uuid.UUID] = uuid_key()
    declaration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("declaration.id"), index=True)
    number: Mapped[str] = mapped_column(String(24), unique=True)
    ground: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text, default="")
    digest: Mapped[str] = mapped_column(String(64))  # of the withdrawal's text, what co-owners consent to
    text: Mapped[str] = mapped_column(Text)
    statement: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    filed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    filed_seq: Mapped[int | None]
    declaration: Mapped[Declaration] = relationship()
