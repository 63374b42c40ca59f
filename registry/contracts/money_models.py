"""What we remember of money beside the payments themselves: requests to pay."""

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.contracts.models import AMOUNT, Acceptance
from registry.database import Model, UtcDateTime, uuid_key


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
