"""Acts of an organisation that a second person has to approve: what it decided, and what was asked."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Numeric, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.database import Model, UtcDateTime, uuid_key
from registry.parties.models import Account
from registry.parties.rules import Act, ApprovalState


def _listed(values: Any) -> str:
    return ", ".join(f"'{value}'" for value in values)


class ApprovalPolicy(Model):
    """Which acts a second person has to sign; without a row none. Rows are kept when all is switched off."""

    __tablename__ = "approval_policy"
    __table_args__ = (CheckConstraint("accept_above IS NULL OR accept_above >= 0", name="accept_above"),)

    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    declare: Mapped[bool] = mapped_column(default=False)
    withdraw: Mapped[bool] = mapped_column(default=False)
    accept: Mapped[bool] = mapped_column(default=False)
    accept_above: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))  # yuan; NULL: whatever it costs
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Approval(Model):
    """One act somebody prepared and somebody else is to sign, exactly as it stands."""

    __tablename__ = "approval"
    __table_args__ = (
        CheckConstraint(f"act IN ({_listed(Act)})", name="act"),
        CheckConstraint(f"state IN ({_listed(ApprovalState)})", name="state"),
        CheckConstraint("(state = 'waiting') = (answered_at IS NULL)", name="answered"),
        CheckConstraint(
            "state NOT IN ('approved', 'refused') OR answered_by <> asked_by", name="two_persons"
        ),
        Index(None, "organisation_id", "state"),
        Index(None, "state", "until"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    act: Mapped[str] = mapped_column(String(10))
    number: Mapped[str] = mapped_column(String(60))  # of the draft
    digest: Mapped[str] = mapped_column(
        String(64)
    )  # of what is to be signed: another text is another request
    wanted: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # of a change of the rule itself
    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default=ApprovalState.WAITING)
    answered_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")
    asker: Mapped[Account] = relationship()

    @property
    def holder_id(self) -> uuid.UUID:
        return self.organisation_id
