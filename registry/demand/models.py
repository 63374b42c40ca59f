"""What is remembered of people who want something: interests. Names and addresses are blanked when their
purpose is over.
"""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.database import Model, UtcDateTime, uuid_key
from registry.demand.rules import LIVE, NAME_MAX, InterestState
from registry.licenses.models import Declaration


def _listed(values: object) -> str:
    return ", ".join(f"'{value}'" for value in values)  # type: ignore[attr-defined]


class Interest(Model):
    """登记意向: somebody wants to be told when an offer opens. It binds nobody."""

    __tablename__ = "interest"
    __table_args__ = (
        CheckConstraint(f"state IN ({_listed(InterestState)})", name="state"),
        # nobody is told or counted whose address has not answered
        CheckConstraint(
            "state NOT IN ('open', 'told', 'ended') OR confirmed_at IS NOT NULL", name="confirmed"
        ),
        Index(
            "uq_interest_live",
            "declaration_id",
            "email",
            unique=True,
            sqlite_where=text(f"state IN ({_listed(LIVE)})"),
            postgresql_where=text(f"state IN ({_listed(LIVE)})"),
        ),
        Index(None, "declaration_id", "state"),
        Index(None, "account_id"),
        Index(None, "state", "created_at"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    declaration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("declaration.id"))
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))  # none: a visitor's
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    email: Mapped[str] = mapped_column(String(254))
    use: Mapped[str] = mapped_column(Text)
    may_contact: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(12), default=InterestState.UNCONFIRMED)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # told, ended or withdrawn
    declaration: Mapped[Declaration] = relationship()
