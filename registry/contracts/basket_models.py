"""What a licensee has on its list, what it sent in one act, and what of that is paid under one reference."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.contracts.models import Acceptance
from registry.database import Model, UtcDateTime, uuid_key
from registry.licenses.models import Declaration, DeclarationVersion
from registry.parties.models import Organisation


class BasketLine(Model):
    """An offer on a licensee's list, with the text that was read when it was put there or confirmed since."""

    __tablename__ = "basket_line"
    __table_args__ = (
        UniqueConstraint("licensee_id", "declaration_id"),
        Index(None, "licensee_id", "place"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    licensee_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    declaration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("declaration.id"))
    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("declaration_version.id"))
    track: Mapped[str] = mapped_column(String(10), default="")  # as it stood then; empty while not open
    place: Mapped[int]
    added_by: Mapped[uuid.UUID] = mapped_column(Uuid)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    declaration: Mapped[Declaration] = relationship()
    version: Mapped[DeclarationVersion] = relationship()


class Checkout(Model):
    """A list of notices prepared together and sent in one act, or not at all."""

    __tablename__ = "checkout"
    __table_args__ = (Index(None, "licensee_id", "created_at"),)

    id: Mapped[uuid.UUID] = uuid_key()
    number: Mapped[str] = mapped_column(String(24), unique=True)
    licensee_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    created_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    licensee: Mapped[Organisation] = relationship()
    acceptances: Mapped[list[Acceptance]] = relationship(order_by=Acceptance.place, back_populates="checkout")
    transfers: Mapped[list["JointPayment"]] = relationship(
        order_by="JointPayment.asked_at", back_populates="checkout"
    )

    @property
    def patent_numbers(self) -> tuple[str, ...]:
        """Which patents it is about, for powers of attorney."""
        return tuple(number for one in self.acceptances for number in one.patent_numbers)

    @property
    def holder_ids(self) -> tuple[uuid.UUID, ...]:
        """Whose offers it takes."""
        return tuple(one.holder_id for one in self.acceptances)


class JointPayment(Model):
    """One reference for what several notices of a list pay into one account, with its one request.

    Whose it is stands in the acceptances that carry the reference; amounts and account in their records.
    """

    __tablename__ = "joint_payment"

    id: Mapped[uuid.UUID] = uuid_key()
    checkout_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("checkout.id"), index=True)
    reference: Mapped[str] = mapped_column(String(8), unique=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    digest: Mapped[str] = mapped_column(String(64), default="")
    pages: Mapped[int] = mapped_column(default=0)
    issued_seq: Mapped[int | None]
    checkout: Mapped[Checkout] = relationship(back_populates="transfers")
