"""Internal units of an organisation (内部机构): a college, a laboratory. None is a party of its own."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.database import Model, UtcDateTime, uuid_key


class InternalUnit(Model):
    """A unit as its organisation's written authority names it; the name stays, other authorities follow."""

    __tablename__ = "internal_unit"
    __table_args__ = (UniqueConstraint("organisation_id", "name"),)

    id: Mapped[uuid.UUID] = uuid_key()
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def holder_id(self) -> uuid.UUID:
        return self.organisation_id
