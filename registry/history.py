"""One row for every move of every thing, administrators' moves included: who, for whom, what changed, in
which request.
"""

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Protocol, cast

from sqlalchemy import JSON, Index, String, Table, Uuid, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from registry import clock, events
from registry.database import Model, UtcDateTime, db, new_id, request_id, uuid_key


class Doer(Protocol):
    """Whoever acts: an actor of parties, or the clock itself."""

    @property
    def account_id(self) -> uuid.UUID | None: ...
    @property
    def organisation_id(self) -> uuid.UUID | None: ...
    @property
    def venue_id(self) -> uuid.UUID | None: ...
    @property
    def role(self) -> str: ...


class History(Model):
    """A move that was made. Rows are never changed; an erasure takes the values out of `changes`, once."""

    __tablename__ = "history"
    __table_args__ = (Index(None, "subject_id", "at"), Index(None, "at"))

    id: Mapped[uuid.UUID] = uuid_key()
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[uuid.UUID]
    verb: Mapped[str] = mapped_column(String(40))
    before: Mapped[str] = mapped_column(String(40), default="")
    after: Mapped[str] = mapped_column(String(40), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    venue_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    role: Mapped[str] = mapped_column(String(20))
    request: Mapped[str] = mapped_column(String(40), default="")
    changes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # values taken out of `changes`


_ADD = insert(cast(Table, History.__table__))
"""Built once, and run on a row: nobody needs the object, and there is one for every move."""


def record(
    actor: Doer,
    verb: str,
    subject: Any,
    *,
    before: str = "",
    after: str = "",
    changes: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> None:
    """Add the row of one move, at once. `subject` is a model with a UUID `id`; its table name is its kind. A
    move that concerns security is noted there too (`events.MOVES`).
    """
    if subject.id is None:
        db.session.flush()
    power = getattr(actor, "power", None)  # an agent's: under which it acted
    noted = {**(changes or {}), **({"power": power.number} if power is not None else {})}
    row = {
        "id": new_id(),
        "subject_kind": subject.__tablename__,
        "subject_id": subject.id,
        "verb": verb,
        "before": before,
        "after": after,
        "at": at or clock.now(),
        "account_id": actor.account_id,
        "organisation_id": actor.organisation_id,
        "venue_id": actor.venue_id,
        "role": str(actor.role),
        "request": request_id(),
        "changes": noted,
    }
    db.session.connection().execute(_ADD, row)
    events.of_move(actor, verb, subject)


def of(subject: Any, *, verbs: Collection[str] = ()) -> list[History]:
    """The moves of one thing, or those of some verbs, oldest first."""
    query = select(History).where(History.subject_id == subject.id).order_by(History.at)
    return list(db.session.scalars(query.where(History.verb.in_(verbs)) if verbs else query))
