"""Powers of attorney: whom a party named as its agent, for what, until when, and what became of it."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.database import Model, UtcDateTime, uuid_key
from registry.parties import agency
from registry.parties.agency import Power, PowerState
from registry.parties.models import Organisation


def _listed(values: Any) -> str:
    return ", ".join(f"'{value}'" for value in values)


class PowerOfAttorney(Model):
    """One appointment of one agent. What it lends never changes: other terms are another power."""

    __tablename__ = "power_of_attorney"
    __table_args__ = (
        CheckConstraint(f"state IN ({_listed(PowerState)})", name="state"),
        CheckConstraint("last_day >= first_day", name="days"),
        CheckConstraint("principal_id <> agent_id", name="two_parties"),
        CheckConstraint(f"warned IN ({', '.join(map(str, agency.WARNED))})", name="warned"),
        CheckConstraint("(state IN ('drafted', 'dropped')) = (granted_seq IS NULL)", name="granted"),
        Index(None, "principal_id", "state"),
        Index(None, "agent_id", "state"),
        Index(None, "state", "last_day"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    number: Mapped[str] = mapped_column(String(24), unique=True)
    principal_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    agent_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    matters: Mapped[list[str]] = mapped_column(JSON)
    patents: Mapped[list[str]] = mapped_column(JSON, default=list)  # empty: all of the principal's
    first_day: Mapped[date]
    last_day: Mapped[date]
    own_side: Mapped[bool] = mapped_column(default=False)
    both_sides: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10), default=PowerState.DRAFTED)
    upload_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("upload.id"), index=True)  # the paper
    created_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    signer: Mapped[str] = mapped_column(String(100), default="")
    level: Mapped[str] = mapped_column(String(20), default="")
    granted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    granted_seq: Mapped[int | None]
    digest: Mapped[str] = mapped_column(String(64), default="")  # of its filing's envelope
    answered_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    warned: Mapped[int | None]  # so many days before its last one both were reminded
    ended_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_seq: Mapped[int | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    principal: Mapped[Organisation] = relationship(foreign_keys=[principal_id])
    agent: Mapped[Organisation] = relationship(foreign_keys=[agent_id])

    @property
    def holder_id(self) -> uuid.UUID:
        """Whose power it is, for permissions."""
        return self.principal_id

    @property
    def patent_numbers(self) -> Sequence[str]:
        return self.patents

    def stands(self, today: date) -> bool:
        """Whether it holds on a day."""
        return agency.stands(self.state, self.first_day, self.last_day, today=today)

    def days_left(self, today: date) -> int | None:
        """Days until the last one, where it stands and they are few."""
        left = (self.last_day - today).days
        return left if self.stands(today) and left <= max(agency.WARNED) else None

    @property
    def in_hand(self) -> Power:
        """The power as an actor carries it."""
        return Power(
            id=self.id,
            number=self.number,
            digest=self.digest,
            principal_id=self.principal_id,
            principal_name=self.principal.name,
            agent_id=self.agent_id,
            agent_name=self.agent.name,
            matters=frozenset(self.matters),
            patents=frozenset(self.patents) or None,
            own_side=self.own_side,
            both_sides=self.both_sides,
        )
