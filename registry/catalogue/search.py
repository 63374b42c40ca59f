"""Searching the offers: words, numbers and filters in, one page of offers and how all of them divide out.

One look reads the newest offers that match, ten thousand at most, and from each two narrow columns: enough to
count, to divide by facets, and to know the page. Only of more than ten thousand in another order than the
newest first is there a second look, along the index of that order.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, ScalarSelect, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from registry.catalogue import fulltext, marks, words
from registry.catalogue.collecting import CollectionState
from registry.catalogue.collection_models import Collection, CollectionMember
from registry.catalogue.fulltext import Asked
from registry.catalogue.models import OfferIndex
from registry.catalogue.rules import (
    COUNT_MAX,
    PAGE_MAX,
    PAGE_SIZE,
    SORTED_PAGE_MAX,
    STANDING,
    SearchQuery,
    Sort,
    Standing,
    class_key,
)
from registry.codes.calendar import corresponding_day
from registry.database import db
from registry.errors import Refused
from registry.licenses.terms import term_end
from registry.numbers import is_public_number
from registry.patents import numbers

FACETS = marks.FACETS
_ORDER: dict[Sort, tuple[InstrumentedAttribute[Any], bool]] = {
    Sort.NEWEST: (OfferIndex.id, True),
    Sort.PRICE: (OfferIndex.price_order, False),
    Sort.ENDING: (OfferIndex.offer_last_day, False),
    Sort.LIFE: (OfferIndex.patent_last_day, True),
}
"""What each order goes by, and whether the greatest comes first; among equals the id goes the same way."""

TRIED = 2_000
"""So many rows of an order are tried in any case before it is thought that it holds few that match."""

COLLECTED = 60_000
"""Up to so many offers are collected and put in order where walking along the order's own index found too few
soon enough; of more, it is walked to the end."""


@dataclass(frozen=True, slots=True)
class Found:
    """One page of offers. `count` stops at COUNT_MAX + 1: there are more than were counted, and the facets
    are those of the newest that were.
    """

    rows: Sequence[OfferIndex]
    count: int
    page: int
    sort: Sort = Sort.NEWEST
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def more_than_counted(self) -> bool:
        return self.count > COUNT_MAX

    @property
    def pages(self) -> int:
        return min(-(-self.count // PAGE_SIZE), deepest(self.count, self.sort))


def deepest(count: int, sort: Sort) -> int:
    """The last page that is shown."""
    return SORTED_PAGE_MAX if count > COUNT_MAX and sort is not Sort.NEWEST else PAGE_MAX


# --- the index ---------------------------------------------------------------------------------------


def put(row: OfferIndex, values: Mapping[str, Any], tokens: str) -> None:
    """Store a row, new or changed, under its tokens and marks. Flushes."""
    for name, value in values.items():
        setattr(row, name, value)
    row.facets = marks.packed(values)
    db.session.add(row)
    db.session.flush()
    fulltext.put(row, " ".join((tokens, *marks.of_offer(values))))


def remove(row: OfferIndex) -> None:
    """Take a row out."""
    fulltext.remove(row)
    db.session.delete(row)
    db.session.flush()


# --- the questions -----------------------------------------------------------------------------------


def find(query: SearchQuery, today: date) -> Found:
    """The offers a query asks for: one page of them, how many there are and how they divide."""
    asked = ask(query, today)
    if asked is None:
        return Found((), 0, query.page, query.sort, _divided((), query))
    newest_first = query.sort is Sort.NEWEST
    key, greatest_first = _ORDER[query.sort]
    columns: list[InstrumentedAttribute[Any]] = [OfferIndex.id, OfferIndex.facets]
    if not newest_first:
        columns.append(key)
    named, packed, *keys = fulltext.newest(asked, columns, COUNT_MAX + 1)
    seen, count = [int(one) for one in named], len(named)
    page = min(max(query.page, 1), deepest(count, query.sort))
    first = (page - 1) * PAGE_SIZE
    if newest_first:
        ids = seen[first : first + PAGE_SIZE]
    elif count <= COUNT_MAX:
        read = int if query.sort is Sort.PRICE else str  # days are written so that they sort
        in_order = sorted(zip(map(read, keys[0]), seen, strict=True), reverse=greatest_first)
        ids = [one for _, one in in_order[first : first + PAGE_SIZE]]
    else:
        ids = _beyond(asked, query.sort, first, oldest=seen[-1])
    return Found(_rows(ids), count, page, query.sort, _divided(packed, query))


def facets(query: SearchQuery, today: date) -> Mapping[str, Mapping[str, int]]:
    """How the offers found divide, by facet and value; counted over the newest COUNT_MAX + 1 of them."""
    return find(query, today).facets


def counted(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    """How many rows, counted up to COUNT_MAX + 1."""
    capped = select(OfferIndex.id).where(*conditions).limit(COUNT_MAX + 1).subquery()
    return select(func.count()).select_from(capped).scalar_subquery()


def standing(today: date | BindParameter[date]) -> list[ColumnElement[bool]]:
    """Offers that have not ended."""
    return [OfferIndex.tag.in_(STANDING), OfferIndex.last_day >= today]


def ask(query: SearchQuery, today: date) -> Asked | None:
    """The question a query means; None when nothing can be the answer."""
    number = _number(query.text)
    typed = "" if number else query.text
    holder = _printable(query.holder)
    terms = words.terms(typed) + words.terms(holder)
    if (typed.strip() and not words.terms(typed)) or (holder and not words.terms(holder)):
        return None
    wanted = marks.asked(query)
    if number:
        wanted.append((marks.number(number),))
    if query.collection:
        members = tuple(marks.number(one) for one in _in_collection(query.collection))
        if not members:
            return None
        wanted.append(members)
    if not terms and not wanted:
        wanted.append((marks.ANY,))
    conditions, begun = _bounds(query, today), []
    if query.standing is Standing.OPEN:
        conditions.append(OfferIndex.last_day >= today)
        if query.sort is Sort.ENDING:  # not with all that has ended already
            begun.append(OfferIndex.offer_last_day >= today)
    if holder:
        conditions.append(OfferIndex.holder_name.icontains(holder, autoescape=True))
    if ipc := class_key(_printable(query.ipc)):
        conditions.append(OfferIndex.class_key.startswith(ipc, autoescape=True))
    return Asked(
        terms,
        tuple(wanted),
        hints=tuple(marks.bounds(query, today)),
        barred=tuple(marks.barred(query, today)),
        conditions=[*conditions, *begun],
        begun=begun,
    )


def _number(typed: str) -> str:
    """A whole number of ours or of the office's, in any spelling, means that one thing; else the words."""
    compact = "".join(typed.upper().split())
    if is_public_number(compact):
        return compact
    try:
        return str(numbers.parse(typed))
    except Refused:
        return ""


def _in_collection(number: str) -> Sequence[str]:
    """What stands in a public collection; a retired or strange one holds nothing."""
    members = (
        select(OfferIndex.number)
        .join(CollectionMember, CollectionMember.declaration_id == OfferIndex.declaration_id)
        .join(Collection, Collection.id == CollectionMember.collection_id)
        .where(Collection.number == number.upper(), Collection.state == CollectionState.PUBLIC)
    )
    return db.session.scalars(members).all()


def _printable(typed: str) -> str:
    """Without control characters: PostgreSQL takes no text with a zero in it."""
    return "".join(one for one in typed if one.isprintable()).strip()


def _bounds(query: SearchQuery, today: date) -> list[ColumnElement[bool]]:
    """Price, term and remaining life as a licensee of today would get them."""
    asked: list[ColumnElement[bool]] = []
    if query.amount_to is not None:
        asked.append(OfferIndex.amount <= query.amount_to)
    if query.term_months is not None:
        end, months = term_end(today, query.term_months), OfferIndex.duration_months
        asked += [OfferIndex.license_last_day >= end, OfferIndex.patent_last_day >= end]
        asked.append(or_(months.is_(None), months >= query.term_months))
    if query.life_months is not None:
        asked.append(OfferIndex.patent_last_day >= corresponding_day(today, query.life_months))
    return asked


def _beyond(asked: Asked, sort: Sort, first: int, *, oldest: int) -> list[int]:
    """The ids of a page of more than COUNT_MAX offers, in another order than the newest first.

    How far back the newest of them reach says how many there are in all, and after how many rows a walk
    should have its page. Where they stand late in the order, as what costs something does behind what is
    free, it has not.
    """
    key, greatest_first = _ORDER[sort]
    newest = db.session.scalar(select(func.max(OfferIndex.id))) or 0
    apart = (newest - oldest + 1) / COUNT_MAX
    many, expected = newest / apart, (first + PAGE_SIZE) * apart
    if 2 * expected < many:
        most = max(TRIED, int(3 * expected))
        ids = fulltext.walk(asked, key, greatest_first, offset=first, limit=PAGE_SIZE, most=most)
        if len(ids) == PAGE_SIZE:
            return ids
    find = fulltext.walk if many > COLLECTED else fulltext.collect
    return find(asked, key, greatest_first, offset=first, limit=PAGE_SIZE)


def _rows(ids: Sequence[int]) -> list[OfferIndex]:
    if not ids:
        return []
    rows = {row.id: row for row in db.session.scalars(select(OfferIndex).where(OfferIndex.id.in_(ids)))}
    return [rows[one] for one in ids if one in rows]


def _divided(packed: Sequence[str], query: SearchQuery) -> dict[str, dict[str, int]]:
    """How many of each value, the most frequent first; counted column by column, which is the quick way."""
    every = marks.SEPARATOR.join(packed).split(marks.SEPARATOR) if packed else []
    divided: dict[str, dict[str, int]] = {}
    for place, name in enumerate(FACETS):
        values = every[place :: len(FACETS)]
        found: Counter[str] = Counter()
        for value, n in Counter(values).items():
            if value:
                found[marks.level(name, value, query)] += n
        divided[name] = dict(found.most_common())
    return divided
