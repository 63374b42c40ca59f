"""Counting, and what was counted: the pages show rows, the worker counts."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from registry import clock
from registry.database import db
from registry.errors import NotFound
from registry.statistics import counting
from registry.statistics.models import Count
from registry.statistics.rules import Point, Series, Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The indicators of one day, as they stood at the instant of counting."""

    day: date
    at: datetime
    series: Mapping[str, Series]


def count() -> None:
    """Count everything anew and keep it as today's. Flushes."""
    series = {key: asdict(one) for key, one in counting.count_all().items()}
    db.session.merge(Count(day=clock.today(), counted_at=clock.now(), series=series))


def counted(day: date | None = None) -> Counted | None:
    """The newest count, or that of a day; None while nothing was counted. Raises NotFound for a day without
    one.
    """
    if day is not None:
        row = db.session.get(Count, day)
        if row is None:
            raise NotFound("not_found")
    else:
        row = db.session.scalars(select(Count).order_by(Count.day.desc()).limit(1)).one_or_none()
    return _read(row) if row is not None else None


def days(limit: int = 400) -> list[date]:
    """The days that were counted, newest first."""
    return list(db.session.scalars(select(Count.day).order_by(Count.day.desc()).limit(limit)))


def _read(row: Count) -> Counted:
    known = {key: one for key, one in row.series.items() if key in counting.INDICATORS}
    ordered = {key: _series(known[key]) for key in counting.INDICATORS if key in known}
    return Counted(day=row.day, at=row.counted_at, series=ordered)


def _series(raw: Mapping[str, Any]) -> Series:
    points = tuple(
        Point(about=tuple(point["about"]), count=point["count"], values=tuple(point["values"]))
        for point in raw["points"]
    )
    return Series(key=raw["key"], shape=Shape(raw["shape"]), unit=raw["unit"], points=points)
