"""What is new in a search: the newest of it, how much since an instant, and what has not been told yet."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, func, or_, select

from registry import clock
from registry.catalogue import fulltext
from registry.catalogue.models import OfferIndex
from registry.catalogue.rules import SearchQuery, Tag
from registry.catalogue.search import ask
from registry.database import db


def newest(query: SearchQuery, today: date, *, most: int) -> Sequence[OfferIndex]:
    """What a query finds, the newest first, without pages."""
    asked = ask(query, today)
    if asked is None:
        return ()
    ids = [one.id for one in fulltext.newest(asked, (OfferIndex.id,), most)]
    found = select(OfferIndex).where(OfferIndex.id.in_(ids))
    return db.session.scalars(found.order_by(OfferIndex.published_at.desc(), OfferIndex.id.desc())).all()


def published_since(
    query: SearchQuery, today: date, *, since: datetime, but: Select[uuid.UUID], most: int
) -> Sequence[OfferIndex]:
    """What a query finds that is newer than an instant and not among `but` (declarations), oldest first."""
    asked = ask(query, today)
    if asked is None:
        return ()
    conditions = [*fulltext.matching(asked), _newer(query, since), OfferIndex.declaration_id.not_in(but)]
    found = select(OfferIndex).where(*conditions).order_by(OfferIndex.published_at, OfferIndex.id)
    return db.session.scalars(found.limit(most)).all()


def count_since(query: SearchQuery, today: date, *, since: datetime, most: int) -> int:
    """How many offers of a query are newer than an instant, counted up to `most`."""
    asked = ask(query, today)
    if asked is None:
        return 0
    conditions = [*fulltext.matching(asked), _newer(query, since)]
    capped = select(OfferIndex.id).where(*conditions).limit(most).subquery()
    return db.session.scalar(select(func.count()).select_from(capped)) or 0


def _newer(query: SearchQuery, since: datetime) -> ColumnElement[bool]:
    """Published since; who looks for announced offers also wants those announced since."""
    published = OfferIndex.published_at > since
    if query.tag != Tag.ANNOUNCED:
        return published
    return or_(published, OfferIndex.announced_on >= clock.legal_day(since))
