"""What we remember of money beside the payments: requests, account changes, invoices, bank lines."""

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.contracts.models import AMOUNT, Acceptance, Payment
from registry.contracts.money_rules import ChangeState, InvoiceState, LineState
from registry.database import Model, UtcDateTime, uuid_key
from registry.licenses.models import Declaration

_OPEN_CHANGE = "state IN ('asked', 'approved')"
_LIVE_INVOICE = "state <> 'reversed'"


def _states(of: Any) -> CheckConstraint:
    listed = ", ".join(f"'{one}'" for one in of)
    return CheckConstraint(f"state IN ({listed})", name="state")


class PaymentRequest(Model):
    """A due the licensee was asked to pay: what, into which account, under which reference; with its paper.

    Another edition takes the place of the last one, with the same reference, when the account has changed.
    """

    __tablename__ = "payment_request"
    __table_args__ = (
        UniqueConstraint("acceptance_id", "due_key", "edition"),
        Index(None, "reference"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    acceptance_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("acceptance.id"))
    due_key: Mapped[str] = mapped_column(String(30))
    edition: Mapped[int] = mapped_column(default=1)
    reference: Mapped[str] = mapped_column(String(8))
    amount: Mapped[Decimal] = mapped_column(AMOUNT)
    pay_by: Mapped[date | None]
    account: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    digest: Mapped[str] = mapped_column(String(64), default="")
    pages: Mapped[int] = mapped_column(default=0)
    issued_seq: Mapped[int | None]
    acceptance: Mapped[Acceptance] = relationship()


class AccountChange(Model):
    """Another receiving account for an offer: asked for, approved by a second person, in force or stopped."""

    __tablename__ = "account_change"
    __table_args__ = (
        _states(ChangeState),
        # one that waits at a time
        Index(
            "uq_account_change_open",
            "declaration_id",
            unique=True,
            sqlite_where=text(_OPEN_CHANGE),
            postgresql_where=text(_OPEN_CHANGE),
        ),
        Index(None, "declaration_id", "state"),
        Index(None, "state", "in_force_on"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    declaration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("declaration.id"))
    state: Mapped[str] = mapped_column(String(10), default=ChangeState.ASKED)
    account: Mapped[dict[str, Any]] = mapped_column(JSON)
    former: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    filing: Mapped[dict[str, Any]] = mapped_column(JSON)  # fields, secrets, salts, until it is filed
    first: Mapped[dict[str, Any]] = mapped_column(JSON)  # who asked, signed
    second: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # who approved, signed
    asked_by: Mapped[uuid.UUID] = mapped_column(Uuid)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approved_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    in_force_on: Mapped[date | None]
    in_force_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped_reason: Mapped[str] = mapped_column(Text, default="")
    seq: Mapped[int | None]
    declaration: Mapped[Declaration] = relationship()


class Invoice(Model):
    """An invoice the licensee asked for, what the seller issued, and its reversal by a red-letter one."""

    __tablename__ = "invoice"
    __table_args__ = (
        _states(InvoiceState),
        CheckConstraint("kind IN ('ordinary', 'special')", name="kind"),
        Index(
            "uq_invoice_live",
            "acceptance_id",
            "due_key",
            unique=True,
            sqlite_where=text(_LIVE_INVOICE),
            postgresql_where=text(_LIVE_INVOICE),
        ),
        Index(None, "state", "asked_at"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    acceptance_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("acceptance.id"), index=True)
    due_key: Mapped[str] = mapped_column(String(30))
    state: Mapped[str] = mapped_column(String(10), default=InvoiceState.ASKED)
    kind: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(200))
    tax_number: Mapped[str] = mapped_column(String(20), default="")
    email: Mapped[str] = mapped_column(String(254))
    address: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    bank: Mapped[str] = mapped_column(String(100), default="")
    bank_account: Mapped[str] = mapped_column(String(40), default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    number: Mapped[str] = mapped_column(String(40), default="")
    day: Mapped[date | None]
    amount: Mapped[Decimal | None] = mapped_column(AMOUNT)
    file_upload: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    red_number: Mapped[str] = mapped_column(String(40), default="")
    red_day: Mapped[date | None]
    red_upload: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    red_reason: Mapped[str] = mapped_column(Text, default="")
    acceptance: Mapped[Acceptance] = relationship()


class BankHeading(Model):
    """What somebody's bank calls a column, said once by a person: the next statement is read by itself."""

    __tablename__ = "bank_heading"
    __table_args__ = (UniqueConstraint("owner_id", "heading"),)

    id: Mapped[uuid.UUID] = uuid_key()
    owner_id: Mapped[uuid.UUID] = mapped_column(Uuid)  # an organisation or a venue
    field: Mapped[str] = mapped_column(String(20))
    heading: Mapped[str] = mapped_column(String(100))


class BankLine(Model):
    """One credit of a bank statement, kept until the set days are over; debits are never kept."""

    __tablename__ = "bank_line"
    __table_args__ = (
        _states(LineState),
        UniqueConstraint("owner_id", "digest"),
        Index(None, "owner_id", "state", "day"),
        Index(None, "imported_at"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    owner_id: Mapped[uuid.UUID] = mapped_column(Uuid)  # an organisation or a venue
    digest: Mapped[str] = mapped_column(String(64))  # of the row: a line imported twice is known
    state: Mapped[str] = mapped_column(String(10), default=LineState.OPEN)
    day: Mapped[date]
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # where the bank states a time
    amount: Mapped[Decimal] = mapped_column(AMOUNT)
    payer: Mapped[str] = mapped_column(String(200), default="")
    payer_account: Mapped[str] = mapped_column(String(40), default="")
    remark: Mapped[str] = mapped_column(Text, default="")
    serial: Mapped[str] = mapped_column(String(60), default="")
    payment_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("payment.id"), index=True)
    imported_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    payment: Mapped[Payment | None] = relationship()
