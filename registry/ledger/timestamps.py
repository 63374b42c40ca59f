"""Timestamps: what an authority outside said about when our checkpoints existed at the latest (RFC 3161)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from registry.database import db
from registry.ledger.models import TimestampToken


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamped:
    """An authority's name, its RFC 3161 response (DER) and the time it states."""

    authority: str
    token: bytes
    at: datetime


def timestamps_of(size: int) -> Sequence[Stamped]:
    """The timestamps of the checkpoint of that size, in the order of their authorities' names."""
    query = (
        select(TimestampToken.__table__).where(TimestampToken.size == size).order_by(TimestampToken.authority)
    )
    return [
        Stamped(authority=row.authority, token=row.token, at=row.stamped_at)
        for row in db.session.execute(query)
    ]


def stamped_sizes() -> Sequence[int]:
    """The sizes of the checkpoints that have a timestamp, rising."""
    query = select(TimestampToken.size).distinct().order_by(TimestampToken.size)
    return db.session.execute(query).scalars().all()
