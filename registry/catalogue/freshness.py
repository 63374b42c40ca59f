"""What is new in a search: the newest of it, how much since an instant, and what has not been told yet."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, or_, select

from registry import clock
from registry.catalogue import fulltext
from registry.catalogue.models import OfferIndex
from registry.catalogue.rules import SearchQuery, Tag
from registry.catalogue.search import ask
from registry.database import db


def newest(query: SearchQuery, today: date, *, most: int) -> Sequence[OfferIndex]:
    """What a query finds, the newest first, without pages."""
    return _rows(_ids(query, today, [], most))


def published_since(
    query: SearchQuery, today: date, *, since: datetime, but: Select[uuid.UUID], most: int
) -> Sequence[OfferIndex]:
    """What a query finds that is newer than an instant and not among `but` (declarations), newest first."""
    untold = OfferIndex.declaration_id.not_in(but)
    return _rows(_ids(query, today, [_newer(query, since), untold], most))


def count_since(query: SearchQuery, today: date, *, since: datetime, most: int) -> int:
    """How many offers of a query are newer than an instant, counted up to `most`."""
    return len(_ids(query, today, [_newer(query, since)], most))


def _ids(query: SearchQuery, today: date, more: list[ColumnElement[bool]], most: int) -> list[int]:
    asked = ask(query, today)
    if asked is None:
        return []
    narrowed = replace(asked, conditions=[*asked.conditions, *more])
    return [int(one) for one in fulltext.newest(narrowed, (OfferIndex.id,), most)[0]]


def _rows(ids: list[int]) -> Sequence[OfferIndex]:
    found = select(OfferIndex).where(OfferIndex.id.in_(ids))
    return db.session.scalars(found.order_by(OfferIndex.published_at.desc(), OfferIndex.id.desc())).all()


def _newer(query: SearchQuery, since: datetime) -> ColumnElement[bool]:
    """Published since; who looks for announced offers also wants those announced since."""
    published = OfferIndex.published_at > since
    if query.tag != Tag.ANNOUNCED:
        return published
    return or_(published, OfferIndex.announced_on >= clock.legal_day(since))
