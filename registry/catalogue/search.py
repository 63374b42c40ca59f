"""Searching the offers: the one place with two implementations of one function, under one shared test.

SQLite: FTS5 over `offer_index.tokens`; its trigram tokenizer finds nothing for one or two Chinese characters.
PostgreSQL: a tsvector of the same tokens, built and asked without its parser, with a GIN index. `words` makes
the tokens; they are plain ASCII, and every value a person typed travels as a parameter.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    cast,
    column,
    func,
    literal,
    or_,
    select,
    table,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from registry.catalogue import words
from registry.catalogue.collecting import CollectionState
from registry.catalogue.collection_models import Collection, CollectionMember
from registry.catalogue.models import OfferIndex
from registry.catalogue.rules import (
    COUNT_MAX,
    PAGE_MAX,
    PAGE_SIZE,
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

FACETS = ("fee_method", "patent_kind", "section", "industry_section", "technology_field", "stage", "tag")
_SQLITE = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS offer_words USING fts5("
    "tokens, content='offer_index', content_rowid='id', tokenize=\"ascii tokenchars '_'\")",
)
_POSTGRESQL = ("CREATE INDEX IF NOT EXISTS ix_offer_index_tokens ON offer_index USING gin (tokens)",)
_WORDS = table("offer_words", column("rowid"), column("tokens"))
_FORGET = text("INSERT INTO offer_words (offer_words, rowid, tokens) VALUES ('delete', :id, :tokens)")
_LEARN = text("INSERT INTO offer_words (rowid, tokens) VALUES (:id, :tokens)")


@dataclass(frozen=True, slots=True)
class Found:
    """One page of offers. `count` stops at COUNT_MAX + 1: there are more than were counted."""

    rows: Sequence[OfferIndex]
    count: int
    page: int

    @property
    def more_than_counted(self) -> bool:
        return self.count > COUNT_MAX

    @property
    def pages(self) -> int:
        return min(-(-self.count // PAGE_SIZE), PAGE_MAX)


# --- the index ---------------------------------------------------------------------------------------


def prepare(connection: Connection) -> None:
    """Make the full-text index where it is missing; as the owner, after the migrations. Safe to repeat."""
    if connection.dialect.name == "postgresql":
        for statement in _POSTGRESQL:
            connection.exec_driver_sql(statement)
        return
    known = connection.execute(text("SELECT 1 FROM sqlite_master WHERE name = 'offer_words'")).first()
    for statement in _SQLITE:
        connection.exec_driver_sql(statement)
    if known is None:
        connection.exec_driver_sql("INSERT INTO offer_words (offer_words) VALUES ('rebuild')")


def put(row: OfferIndex, values: Mapping[str, Any], tokens: str) -> None:
    """Store a row, new or changed, under its tokens. Flushes."""
    known = row.id is not None
    if known and not _postgresql():
        db.session.execute(_FORGET, {"id": row.id, "tokens": row.tokens})
    for name, value in values.items():
        setattr(row, name, value)
    row.tokens = vector(tokens) if _postgresql() else tokens
    db.session.add(row)
    db.session.flush()
    if not _postgresql():
        db.session.execute(_LEARN, {"id": row.id, "tokens": tokens})


def remove(row: OfferIndex) -> None:
    """Take a row out."""
    if not _postgresql():
        db.session.execute(_FORGET, {"id": row.id, "tokens": row.tokens})
    db.session.delete(row)
    db.session.flush()


def vector(tokens: str) -> str:
    """Tokens as a tsvector literal, each with its position; they hold no quote and no backslash."""
    placed = enumerate(tokens.split(), start=1)
    return " ".join(f"'{one}':{place}" for place, one in placed if one != words.GAP)


def matches(terms: Iterable[words.Term]) -> ColumnElement[bool]:
    """The condition that all terms are there; the one function with two implementations."""
    if _postgresql():
        asked = " & ".join(_postgresql_term(term) for term in terms)
        return OfferIndex.tokens.op("@@")(cast(literal(asked), TSQUERY))
    asked = " AND ".join(_sqlite_term(term) for term in terms)
    match = text("offer_words MATCH :asked").bindparams(bindparam("asked", asked, unique=True))
    return OfferIndex.id.in_(select(_WORDS.c.rowid).where(match))


def _sqlite_term(term: words.Term) -> str:
    return f'"{" ".join(term.tokens)}"' + ("*" if term.prefix else "")


def _postgresql_term(term: words.Term) -> str:
    if term.prefix:
        return f"'{term.tokens[0]}':*"
    return "(" + " <-> ".join(f"'{token}'" for token in term.tokens) + ")"


def _postgresql() -> bool:
    return db.session.get_bind().dialect.name == "postgresql"


# --- the questions -----------------------------------------------------------------------------------


def find(query: SearchQuery, today: date) -> Found:
    """The offers a query asks for, one page of them."""
    conditions = _conditions(query, today)
    page = min(max(query.page, 1), PAGE_MAX)
    rows = db.session.scalars(
        select(OfferIndex)
        .where(*conditions)
        .order_by(*_order(query.sort))
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    if len(rows) < PAGE_SIZE and (rows or page == 1):
        return Found(rows, (page - 1) * PAGE_SIZE + len(rows), page)
    return Found(rows, count(conditions), page)


def count(conditions: Sequence[ColumnElement[bool]]) -> int:
    """How many rows, counted up to COUNT_MAX + 1."""
    capped = select(OfferIndex.id).where(*conditions).limit(COUNT_MAX + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(capped)) or 0


def facets(query: SearchQuery, today: date) -> dict[str, dict[str, int]]:
    """How the offers found divide, by facet and value; counted over the first COUNT_MAX + 1 of them."""
    columns = [getattr(OfferIndex, name) for name in FACETS]
    found = select(*columns).where(*_conditions(query, today)).limit(COUNT_MAX + 1).cte("found")
    parts: list[Select[Any]] = [
        select(literal(name).label("facet"), found.c[name].label("value"), func.count().label("n")).group_by(
            found.c[name]
        )
        for name in FACETS
    ]
    divided: dict[str, dict[str, int]] = {name: {} for name in FACETS}
    for facet, value, n in db.session.execute(union_all(*parts)):
        if value:
            divided[facet][value] = n
    return divided


def standing(today: date) -> list[ColumnElement[bool]]:
    """Offers that have not ended."""
    days = (OfferIndex.offer_last_day, OfferIndex.license_last_day, OfferIndex.patent_last_day)
    return [OfferIndex.tag.in_(STANDING), *(day >= today for day in days)]


def _conditions(query: SearchQuery, today: date) -> list[ColumnElement[bool]]:
    asked = standing(today) if query.standing is Standing.OPEN else []
    asked += _text_conditions(query.text)
    if holder := _printable(query.holder):
        asked += _all_terms(holder)
        asked.append(OfferIndex.holder_name.icontains(holder, autoescape=True))
    if ipc := class_key(_printable(query.ipc)):
        asked.append(OfferIndex.class_key.startswith(ipc, autoescape=True))
    if query.collection:
        asked.append(_in_collection(query.collection))
    return asked + _choices(query) + _bounds(query, today)


def _in_collection(number: str) -> ColumnElement[bool]:
    """What stands in a public collection; a retired or strange one holds nothing."""
    members = (
        select(CollectionMember.declaration_id)
        .join(Collection, Collection.id == CollectionMember.collection_id)
        .where(Collection.number == number.upper(), Collection.state == CollectionState.PUBLIC)
    )
    return OfferIndex.declaration_id.in_(members)


def _text_conditions(typed: str) -> list[ColumnElement[bool]]:
    """A whole number of ours or of the office's, in any spelling, means that one thing; else the words."""
    compact = "".join(typed.upper().split())
    if not compact:
        return []
    if is_public_number(compact):
        return [OfferIndex.number == compact]
    try:
        return [OfferIndex.patent_number == str(numbers.parse(typed))]
    except Refused:
        return _all_terms(typed)


def _printable(typed: str) -> str:
    """Without control characters: PostgreSQL takes no text with a zero in it."""
    return "".join(one for one in typed if one.isprintable()).strip()


def _all_terms(typed: str) -> list[ColumnElement[bool]]:
    terms = words.terms(typed)
    return [matches(terms)] if terms else [literal(1) == 0]


def _choices(query: SearchQuery) -> list[ColumnElement[bool]]:
    wanted = {
        OfferIndex.section: query.section,
        OfferIndex.patent_kind: query.kind,
        OfferIndex.industry if len(query.industry) > 1 else OfferIndex.industry_section: query.industry,
        OfferIndex.technology_field: query.technology_field,
        OfferIndex.stage: query.stage,
        OfferIndex.fee_method: query.method,
        OfferIndex.tag: query.tag,
    }
    return [chosen == value for chosen, value in wanted.items() if value]


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


def _order(sort: Sort) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    first: dict[Sort, ColumnElement[Any]] = {
        Sort.NEWEST: OfferIndex.published_at.desc(),
        Sort.PRICE: OfferIndex.amount.asc().nulls_last(),
        Sort.ENDING: OfferIndex.offer_last_day.asc(),
        Sort.LIFE: OfferIndex.patent_last_day.desc(),
    }
    return first[sort], OfferIndex.id.desc()
