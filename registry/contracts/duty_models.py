"""What is remembered of the time after a license: reports, questions, notices, endings, hand-overs,
reminders, calendars.
"""

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.contracts.models import AMOUNT, Acceptance
from registry.contracts.performance import EndingState, HandoverState, NoticeState, ReportState
from registry.database import Model, UtcDateTime, uuid_key

SIDES = ("licensee", "holder")


def _listed(values: Any) -> str:
    return ", ".join(f"'{value}'" for value in values)


class RoyaltyReport(Model):
    """One edition of a report about one royalty period; the newest is not superseded."""

    __tablename__ = "royalty_report"
    __table_args__ = (
        CheckConstraint(f"state IN ({_listed(ReportState)})", name="state"),
        UniqueConstraint("acceptance_id", "number", "edition"),
        Index(
            "uq_royalty_report_newest",
            "acceptance_id",
            "number",
            unique=True,
            sqlite_where=text("state <> 'superseded'"),
            postgresql_where=text("state <> 'superseded'"),
        ),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    acceptance_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("acceptance.id"))
    number: Mapped[int]  # of the period, from 1
    edition: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(12), default=ReportState.REPORTED)
    period_first: Mapped[date]
    period_last: Mapped[date]
    nil: Mapped[bool] = mapped_column(default=False)
    units: Mapped[Decimal | None] = mapped_column(Numeric(18, 4))
    # for each license year in it: year, first, last, gross, deductions, rate, royalty; all text
    parts: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    royalty: Mapped[Decimal] = mapped_column(AMOUNT)
    credited: Mapped[Decimal] = mapped_column(AMOUNT)
    due: Mapped[Decimal] = mapped_column(AMOUNT)
    top_up: Mapped[Decimal | None] = mapped_column(AMOUNT)
    deduction_words: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")
    signer: Mapped[str] = mapped_column(String(100), default="")
    reported_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seq: Mapped[int | None]
    answer_words: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer_seq: Mapped[int | None]
    acceptance: Mapped[Acceptance] = relationship()

    @property
    def key(self) -> str:
        """The duty it fulfils."""
        return f"report:{self.number}"


class DutyMessage(Model):
    """A question or an answer about a report."""

    __tablename__ = "duty_message"
    __table_args__ = (CheckConstraint(f"side IN ({_listed(SIDES)})", name="side"),)

    id: Mapped[uuid.UUID] = uuid_key()
    acceptance_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("acceptance.id"), index=True)
    subject_id: Mapped[uuid.UUID] = mapped_column(Uuid, index=True)
    side: Mapped[str] = mapped_column(String(10))
    words: Mapped[str] = mapped_column(Text)
    made_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DutyFile(Model):
    """A file brought with a report, a notice, an ending or a hand-over."""

    __tablename__ = "duty_file"
    __table_args__ = (UniqueConstraint("subject_id", "upload_id"),)

    id: Mapped[uuid.UUID] = uuid_key()
    acceptance_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("acceptance.id"), index=True)
    subject_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    upload_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("upload.id"), index=True)


class DutyPaper(Model):
    """A paper about an act after the license: stored once under its digest, filed as papers.issued."""

    __tablename__ = "duty_paper"
    __table_args__ = (UniqueConstraint("subject_id", "kind"),)

    id: Mapped[uuid.UUID] = uuid_key()
    acceptance_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("acceptance.id"), index=True)
    subject_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(String(30))
    digest: Mapped[str] = mapped_column(String(64))
    pages: Mapped[int]
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_seq: Mapped[int | None]


class DefaultNotice(Model):
    """催告: one side tells the other what is late and until when it may still be done."""

    __tablename__ = "default_notice"
    __table_args__ = (
        CheckConstraint(f"state IN ({_listed(NoticeState)})", name="state"),
        CheckConstraint(f"side IN ({_listed(SIDES)})", name="side"),
        # one living notice about one duty
        Index(
            "uq_default_notice_living",
            "acceptance_id",
            "key",
            unique=True,
            sqlite_where=text("state IN ('open', 'answered')"),
            postgresql_where=text("state IN ('open', 'answered')"),
        ),
        Index(None, "acceptance_id"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    acceptance_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("acceptance.id"))
    key: Mapped[str] = mapped_column(String(40))  # of the duty
    side: Mapped[str] = mapped_column(String(10))  # who gave it
    state: Mapped[str] = mapped_column(String(12), default=NoticeState.OPEN)
    due_on: Mapped[date | None]
    cure_by: Mapped[date]
    words: Mapped[str] = mapped_column(Text)
    signer: Mapped[str] = mapped_column(String(100), default="")
    noticed_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    noticed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seq: Mapped[int | None]
    answer_words: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer_seq: Mapped[int | None]
    acceptance: Mapped[Acceptance] = relationship()


class Ending(Model):
    """解除: a party ends a license by notice; the other side answers."""

    __tablename__ = "ending"
    __table_args__ = (
        CheckConstraint(f"state IN ({_listed(EndingState)})", name="state"),
        CheckConstraint(f"side IN ({_listed(SIDES)})", name="side"),
        Index(None, "acceptance_id"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    acceptance_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("acceptance.id"))
    notice_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("default_notice.id"))
    side: Mapped[str] = mapped_column(String(10))  # who ended it
    state: Mapped[str] = mapped_column(String(12), default=EndingState.DECLARED)
    ground: Mapped[str] = mapped_column(String(20))
    ends_on: Mapped[date]  # the last day of the license
    answer_by: Mapped[date]
    words: Mapped[str] = mapped_column(Text)
    signer: Mapped[str] = mapped_column(String(100), default="")
    declared_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    declared_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seq: Mapped[int | None]
    answer_words: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer_seq: Mapped[int | None]
    settled_words: Mapped[str] = mapped_column(Text, default="")
    settled_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_seq: Mapped[int | None]
    acceptance: Mapped[Acceptance] = relationship()


class Handover(Model):
    """What the holder handed over, and what the licensee says of it (CC 866)."""

    __tablename__ = "handover"
    __table_args__ = (
        CheckConstraint(f"state IN ({_listed(HandoverState)})", name="state"),
        Index(None, "acceptance_id"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    acceptance_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("acceptance.id"))
    state: Mapped[str] = mapped_column(String(12), default=HandoverState.RECORDED)
    day: Mapped[date]
    items: Mapped[str] = mapped_column(Text)
    signer: Mapped[str] = mapped_column(String(100), default="")
    recorded_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seq: Mapped[int | None]
    missing: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer_seq: Mapped[int | None]
    acceptance: Mapped[Acceptance] = relationship()


class Reminder(Model):
    """A reminder that was written: once for each duty and distance, whoever of several workers came first."""

    __tablename__ = "reminder"
    __table_args__ = (UniqueConstraint("acceptance_id", "key", "days"),)

    id: Mapped[uuid.UUID] = uuid_key()
    acceptance_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("acceptance.id"))
    key: Mapped[str] = mapped_column(String(40))
    days: Mapped[int]  # from the due day: -7, 0, 7, 30
    due_on: Mapped[date]
    letters: Mapped[int]  # 0 where everybody had switched reminders off
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReminderChoice(Model):
    """An account that wants no reminders; notices of default reach it all the same."""

    __tablename__ = "reminder_choice"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    off_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CalendarFeed(Model):
    """A private address under which a calendar program reads an organisation's duties. Only a digest is
    kept.
    """

    __tablename__ = "calendar_feed"
    __table_args__ = (Index(None, "organisation_id"),)

    id: Mapped[uuid.UUID] = uuid_key()
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    contract_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("contract.id"))  # one alone, or all
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    language: Mapped[str] = mapped_column(String(5), default="zh")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BarReceipt(Model):
    """A licensee has read what a bar means for its license. Asked for, never required (design: journeys
    1.7).
    """

    __tablename__ = "bar_receipt"
    __table_args__ = (UniqueConstraint("acceptance_id", "bar"),)

    id: Mapped[uuid.UUID] = uuid_key()
    acceptance_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("acceptance.id"))
    bar: Mapped[str] = mapped_column(String(20))  # ground and day, as the letter was written
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    acknowledged_at: Mapped[datetime] = mapped_column(UtcDateTime)
