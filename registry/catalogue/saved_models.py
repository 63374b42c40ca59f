"""Saved searches and what was told of them. Whose they are is personal; the offers they find are not."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from registry.catalogue.watching import Every, Kind
from registry.database import Model, UtcDateTime, uuid_key


def _one_of(column: str, values: type[Every] | type[Kind]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class SavedSearch(Model):
    """What an account watches. `query` holds the parameters of the search's page."""

    __tablename__ = "saved_search"
    __table_args__ = (
        _one_of("every", Every),
        _one_of("kind", Kind),
        UniqueConstraint("account_id", "kind", "digest"),
        Index(None, "every", "told_on"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(100))
    query: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    every: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when its owner last looked
    told_to: Mapped[datetime] = mapped_column(UtcDateTime)  # what was published up to here was told
    told_on: Mapped[date]  # the legal day of the last look, with or without finds


class SavedFind(Model):
    """An offer that was told of a search lately: told once, however index and watermark stand."""

    __tablename__ = "saved_find"
    __table_args__ = (Index(None, "told_at"),)

    search_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("saved_search.id"), primary_key=True)
    declaration_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)
