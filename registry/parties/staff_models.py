"""Invitations: somebody is asked to act for an organisation, a venue or the registry, and takes it up."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.database import Model, UtcDateTime, uuid_key
from registry.parties.models import Organisation, Venue
from registry.parties.rules import BY_TWO, PARTY_ROLES, STAFF, Role


def _listed(values: tuple[Role, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


class Invitation(Model):
    """One address asked to act as one thing. Whoever is signed in under that address may take it up: no
    secret travels by mail. An administrator's becomes valid when a second security administrator approves it.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint(f"role IN ({_listed((*PARTY_ROLES, *STAFF))})", name="role"),
        CheckConstraint(
            f"(organisation_id IS NOT NULL) = (role IN ({_listed(PARTY_ROLES)}))", name="organisation"
        ),
        CheckConstraint("(venue_id IS NOT NULL) = (role = 'operator')", name="venue"),
        CheckConstraint("approved_by IS NULL OR approved_by <> asked_by", name="two_persons"),
        Index(None, "email"),
        Index(None, "organisation_id"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    email: Mapped[str] = mapped_column(String(254))
    role: Mapped[str] = mapped_column(String(20))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    venue_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("venue.id"))
    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    approved_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dropped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    organisation: Mapped[Organisation | None] = relationship()
    venue: Mapped[Venue | None] = relationship()

    @property
    def holder_id(self) -> uuid.UUID | None:
        return self.organisation_id

    @property
    def needs_second(self) -> bool:
        """Whether a second security administrator has still to approve it."""
        return self.role in BY_TWO and self.approved_at is None

    @property
    def open(self) -> bool:
        return self.accepted_at is None and self.dropped_at is None
