"""Where events go, and each event on its way to one of them. No secret stands here, and no words of a party
but a label.
"""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.database import Model, UtcDateTime, uuid_key
from registry.hooks.rules import DeliveryState, EndpointState


def _one_of(column: str, values: type[EndpointState] | type[DeliveryState]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(str(one)) for one in values)})", name=column)


class Endpoint(Model):
    """An https address of a party or a venue, and which events go there."""

    __tablename__ = "hook_endpoint"
    __table_args__ = (
        _one_of("state", EndpointState),
        CheckConstraint("(holder_id IS NULL) <> (venue_id IS NULL)", name="owner"),
        Index(None, "holder_id", "state"),
        Index(None, "venue_id", "state"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    holder_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    venue_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("venue.id"))
    url: Mapped[str] = mapped_column(String(500))
    label: Mapped[str] = mapped_column(String(100), default="")
    events: Mapped[str] = mapped_column(String(2000))  # kinds with spaces between
    state: Mapped[str] = mapped_column(String(10), default=EndpointState.ACTIVE)
    serial: Mapped[int] = mapped_column(default=1)  # which generation of the secret signs
    old_until: Mapped[datetime | None] = mapped_column(UtcDateTime)  # so long the one before signs too
    failures: Mapped[int] = mapped_column(default=0)  # without a break
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    quiet_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # with 2xx, last
    made_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Delivery(Model):
    """One event on its way to one endpoint: written with the event, delivered by the worker."""

    __tablename__ = "hook_delivery"
    __table_args__ = (
        _one_of("state", DeliveryState),
        UniqueConstraint("endpoint_id", "event_id"),
        CheckConstraint("(state = 'awaiting') = (next_at IS NOT NULL)", name="next"),
        Index(None, "endpoint_id", "created_at"),
        Index(None, "state", "next_at"),
        Index(None, "created_at"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    endpoint_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hook_endpoint.id"))
    event_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200), default="")  # a path of the API
    state: Mapped[str] = mapped_column(String(10), default=DeliveryState.AWAITING)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    wanted_at: Mapped[datetime] = mapped_column(UtcDateTime)  # anew when it is sent again by hand
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    status: Mapped[int | None]  # of the last answer; None: none came
    words: Mapped[str] = mapped_column(String(200), default="")  # its beginning, or why none came
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    endpoint: Mapped[Endpoint] = relationship()
