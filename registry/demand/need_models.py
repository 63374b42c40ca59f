"""Needs, offers found for them and answers to them; and why readers did not take an offer."""

import uuid
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.database import Model, UtcDateTime, uuid_key
from registry.demand.need_rules import TITLE_MAX, NeedState
from registry.demand.rules import Why
from registry.licenses.models import Declaration
from registry.parties.models import Account, Organisation


def _listed(values: object) -> str:
    return ", ".join(f"'{value}'" for value in values)  # type: ignore[attr-defined]


class Need(Model):
    """What an organisation looks for. Public only after somebody read it."""

    __tablename__ = "need"
    __table_args__ = (
        CheckConstraint(f"state IN ({_listed(NeedState)})", name="state"),
        CheckConstraint("state <> 'public' OR published_at IS NOT NULL", name="published"),
        Index(None, "state", "published_at"),
        Index(None, "state", "until"),
        Index(None, "organisation_id"),
        Index(None, "account_id"),
        Index(None, "industry"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    number: Mapped[str] = mapped_column(String(24), unique=True)
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    named: Mapped[bool] = mapped_column(default=False)  # the organisation is shown
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    problem: Mapped[str] = mapped_column(Text)
    industry: Mapped[str] = mapped_column(String(8), default="")
    technology_field: Mapped[str] = mapped_column(String(8), default="")
    budget: Mapped[Decimal | None] = mapped_column(Numeric(16, 2))
    until: Mapped[date]
    state: Mapped[str] = mapped_column(String(10), default=NeedState.WAITING)
    words: Mapped[str] = mapped_column(Text, default="")  # why it was returned
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    looked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # offers up to here were compared
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    account: Mapped[Account | None] = relationship()
    organisation: Mapped[Organisation] = relationship()

    @property
    def holder_id(self) -> uuid.UUID:
        """Whose object this is, for permissions."""
        return self.organisation_id

    @property
    def shown_name(self) -> str:
        """The organisation as readers see it: a natural person is never named."""
        return self.organisation.name if self.named and not self.organisation.is_person else ""


class NeedMatch(Model):
    """An offer that may fit a need; told in the next letter."""

    __tablename__ = "need_match"
    __table_args__ = (UniqueConstraint("need_id", "declaration_id"),)

    id: Mapped[uuid.UUID] = uuid_key()
    need_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("need.id"))
    declaration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("declaration.id"), index=True)
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    declaration: Mapped[Declaration] = relationship()


class NeedAnswer(Model):
    """What a holder wrote to whoever posted a need; nobody else reads it."""

    __tablename__ = "need_answer"
    __table_args__ = (Index(None, "need_id", "at"), Index(None, "organisation_id"), Index(None, "account_id"))

    id: Mapped[uuid.UUID] = uuid_key()
    need_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("need.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    declaration_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("declaration.id"))
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    organisation: Mapped[Organisation] = relationship()
    declaration: Mapped[Declaration | None] = relationship()


class NotTaken(Model):
    """Why a reader did not take an offer: no account, no address, and a day instead of an instant."""

    __tablename__ = "not_taken"
    __table_args__ = (
        CheckConstraint(f"why IN ({_listed(Why)})", name="why"),
        Index(None, "declaration_id", "why"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    declaration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("declaration.id"))
    why: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(Text, default="")
    day: Mapped[date]
