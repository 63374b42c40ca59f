"""Collections and the offers in them, in their order."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.catalogue.collecting import TITLE_MAX, CollectionState
from registry.database import Model, UtcDateTime, uuid_key
from registry.licenses.models import Declaration
from registry.parties.models import Organisation, Venue


class Collection(Model):
    """A page that groups open offers; of a holder (its own offers) or of a venue (offers published there)."""

    __tablename__ = "collection"
    __table_args__ = (
        CheckConstraint(f"state IN ({', '.join(repr(str(one)) for one in CollectionState)})", name="state"),
        CheckConstraint("(holder_id IS NULL) <> (venue_id IS NULL)", name="whose"),
        Index(None, "holder_id"),
        Index(None, "venue_id"),
        Index(None, "state", "created_at"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    number: Mapped[str] = mapped_column(String(24), unique=True)
    holder_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    venue_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("venue.id"))
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    words: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(10), default=CollectionState.PUBLIC)
    created_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    holder: Mapped[Organisation | None] = relationship()
    venue: Mapped[Venue | None] = relationship()
    members: Mapped[list["CollectionMember"]] = relationship(
        order_by="CollectionMember.position", cascade="all, delete-orphan", lazy="selectin"
    )

    @property
    def owner(self) -> str:
        """Whose page it is, as readers see it."""
        whose = self.holder or self.venue
        assert whose is not None
        return whose.name


class CollectionMember(Model):
    """One offer in a collection. It stays when the offer closes, and is shown as closed."""

    __tablename__ = "collection_member"
    __table_args__ = (UniqueConstraint("collection_id", "declaration_id"),)

    id: Mapped[uuid.UUID] = uuid_key()
    collection_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("collection.id"))
    declaration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("declaration.id"), index=True)
    position: Mapped[int]
    declaration: Mapped[Declaration] = relationship()
