"""The index of words and marks: the one place with two implementations of one thing, under one shared test.

SQLite: FTS5, which keeps the tokens itself; its trigram tokenizer would find nothing for one or two Chinese
characters. PostgreSQL: a tsvector without positions, built and asked without its parser, with a GIN index.
Tokens are plain ASCII made by `words` and `marks`; every value a person typed travels as a parameter.

Both find the newest offers first and stop at a limit. FTS5 walks its lists backwards by row. GIN collects
all that match before the first row is given out, hence eras: each row carries a mark of the 16,384 it
belongs to, and a common word is asked for in the newest eras alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    TextClause,
    bindparam,
    cast,
    column,
    func,
    literal,
    or_,
    select,
    table,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import InstrumentedAttribute

from registry.catalogue.models import OfferIndex
from registry.catalogue.words import Term
from registry.database import db

SQLITE = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS offer_words USING fts5("
    "tokens, detail=none, columnsize=0, tokenize=\"ascii tokenchars '_'\")"
)
POSTGRESQL = "CREATE INDEX IF NOT EXISTS ix_offer_index_tokens ON offer_index USING gin (tokens)"
Key = InstrumentedAttribute[Any]
Columns = Sequence[ColumnElement[Any] | InstrumentedAttribute[Any]]
ERA_BITS = 14
"""Rows of an era: 2^14."""

ERAS_MAX = 8
"""Eras named in one question. GIN tries every name for every row: thirty cost more than all the rows."""

HINTS_MAX = 16
"""Of marks that only narrow down what the columns say, longer lists are left out for the same reason."""

_BETWEEN = "\n"
_WORDS = table("offer_words", column("rowid"), column("tokens", Text))
_SORT_NOT = text(
    "SELECT current_setting('enable_sort'), current_setting('max_parallel_workers_per_gather'), "
    "set_config('enable_sort', 'off', true), set_config('max_parallel_workers_per_gather', '0', true)"
)
_SORT_AGAIN = text(
    "SELECT set_config('enable_sort', :sort, true), "
    "set_config('max_parallel_workers_per_gather', :many, true)"
)
_LAST = select(func.max(OfferIndex.id), func.set_config("plan_cache_mode", "force_custom_plan", True))
"""The newest row, and until the transaction ends each question is planned for the words it asks for: a plan
kept for all words would take common ones for rare.
"""
_FORGET = text("DELETE FROM offer_words WHERE rowid = :id")
_LEARN = text("INSERT INTO offer_words (rowid, tokens) VALUES (:id, :tokens)")


@dataclass(frozen=True, slots=True)
class Asked:
    """All `terms`, and of each tuple of `marks` one, must be there; `conditions` say what no token can. Where
    they hold, of each tuple of `hints` one is there too and none of `barred`: these may be asked for or not.
    `begun` are those conditions by which a walk in some order begins later than with the first row.
    """

    terms: tuple[Term, ...] = ()
    marks: tuple[tuple[str, ...], ...] = ()
    hints: tuple[tuple[str, ...], ...] = ()
    barred: tuple[str, ...] = ()
    conditions: Sequence[ColumnElement[bool]] = field(default=(), compare=False)
    begun: Sequence[ColumnElement[bool]] = field(default=(), compare=False)


def prepare(connection: Connection) -> None:
    """Make the index where it is missing; as the owner, after the migrations. Safe to repeat.

    An older shape of it is taken away: the offers are indexed anew by the job the migration asked for.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(POSTGRESQL)
        return
    known = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = 'offer_words'")).scalar()
    if known is not None and "detail=none" not in known:
        connection.exec_driver_sql("DROP TABLE offer_words")
    connection.exec_driver_sql(SQLITE)


def put(row: OfferIndex, tokens: str) -> None:
    """Store a row's tokens; the row is flushed and has its id. Flushes."""
    if _postgresql():
        row.tokens = vector(f"{tokens} {_era(row.id >> ERA_BITS)}")
        db.session.flush()
        return
    db.session.execute(_FORGET, {"id": row.id})
    db.session.execute(_LEARN, {"id": row.id, "tokens": tokens})


def remove(row: OfferIndex) -> None:
    """Forget a row's tokens."""
    if not _postgresql():
        db.session.execute(_FORGET, {"id": row.id})


def vector(tokens: str) -> str:
    """Tokens as a tsvector literal; they hold no quote and no backslash."""
    quoted = "' '".join(tokens.split())
    return f"'{quoted}'" if quoted else ""


def newest(asked: Asked, columns: Columns, limit: int) -> list[list[str]]:
    """Of at most `limit` rows that match, the newest first: column by column their values as texts.

    The database puts each column together: ten thousand rows one by one cost both sides as much again as
    finding them. No column may be NULL or hold a line break.
    """
    if _postgresql():
        return _by_eras(asked, columns, limit)
    words = _sqlite_question(asked)
    chosen = (
        select(*columns)
        .select_from(_WORDS)
        .join(OfferIndex, OfferIndex.id == _WORDS.c.rowid)
        .where(words, *asked.conditions)
        .order_by(_WORDS.c.rowid.desc())
    )
    return _put_together(chosen.limit(limit))


def _put_together(chosen: Select[Any]) -> list[list[str]]:
    """Each column of these rows in one text, in their order, and apart again."""
    rows = chosen.subquery()
    joined = (func.aggregate_strings(cast(one, Text), _BETWEEN) for one in rows.c)
    found = db.session.connection().execute(select(*joined)).one()
    return [[] if one is None else one.split(_BETWEEN) for one in found]


def matching(asked: Asked) -> list[ColumnElement[bool]]:
    """The conditions by which one row after the other is tried, not looked up in the index."""
    if _postgresql():
        tokens = OfferIndex.tokens.op("||")(text("''::tsvector"))  # no longer what the GIN index is about
        return [tokens.op("@@")(_postgresql_question(asked)), *asked.conditions]
    held = select(literal(1)).where(_WORDS.c.rowid == OfferIndex.id, *_sqlite_holds(asked))
    return [held.correlate(OfferIndex).exists(), *asked.conditions]


def walk(
    asked: Asked, key: Key, descending: bool, *, offset: int, limit: int, most: int | None = None
) -> list[int]:
    """Ids in the order of a key, found by trying one row after the other along that key's index, `most` of
    them at most: there may be less than asked for then.

    Quick where much matches. PostgreSQL thinks that little does and would rather sort a million rows: it is
    told for the moment of this question that it cannot.
    """
    in_turn = [one.desc() if descending else one.asc() for one in (key, OfferIndex.id)]
    chosen = select(OfferIndex.id).where(*matching(asked)).order_by(*in_turn)
    with _walking():
        if most is not None:
            chosen = chosen.where(*_until(asked, key, descending, most))
        return list(db.session.scalars(chosen.offset(offset).limit(limit)))


def _until(asked: Asked, key: Key, descending: bool, most: int) -> list[ColumnElement[bool]]:
    """Where the row stands that is so far from where the walk begins: read off the order's index alone."""
    place = (key, OfferIndex.id)
    in_turn = [one.desc() if descending else one.asc() for one in place]
    last = db.session.execute(
        select(*place).where(*asked.begun).order_by(*in_turn).offset(most).limit(1)
    ).one_or_none()
    if last is None:
        return []
    here, there = tuple_(*place), tuple_(literal(last[0], key.type), literal(last[1]))
    return [here >= there if descending else here <= there]


def collect(asked: Asked, key: Key, descending: bool, *, offset: int, limit: int) -> list[int]:
    """Ids in the order of a key, found by putting in order all that matches: quick where little does."""
    if _postgresql():
        held = OfferIndex.tokens.op("@@")(_postgresql_question(asked))
    else:
        held = OfferIndex.id.in_(select(_WORDS.c.rowid).where(_sqlite_question(asked)))
    unindexed = func.coalesce(key, key)
    in_turn = [one.desc() if descending else one.asc() for one in (unindexed, OfferIndex.id)]
    chosen = select(OfferIndex.id).where(held, *asked.conditions).order_by(*in_turn)
    return list(db.session.scalars(chosen.offset(offset).limit(limit)))


@contextmanager
def _walking() -> Iterator[None]:
    if not _postgresql():
        yield
        return
    sort, many, *_ = db.session.execute(_SORT_NOT).one()
    yield
    db.session.execute(_SORT_AGAIN, {"sort": sort, "many": many})


# --- SQLite ------------------------------------------------------------------------------------------


def _sqlite_question(asked: Asked) -> TextClause:
    parts = [f'"{token}"' + ("*" if term.prefix else "") for term in asked.terms for token in term.tokens]
    choices = (*asked.marks, *asked.hints)
    parts += ["(" + " OR ".join(f'"{one}"' for one in choice) + ")" for choice in choices]
    question = " AND ".join(parts)
    if asked.barred:
        question = f"({question}) NOT (" + " OR ".join(f'"{one}"' for one in asked.barred) + ")"
    return text("offer_words MATCH :asked").bindparams(bindparam("asked", question, unique=True))


def _sqlite_holds(asked: Asked) -> list[ColumnElement[bool]]:
    """The same of one row, read as text: ten times as quick as asking the index about it."""
    line = literal(" ") + _WORDS.c.tokens + literal(" ")
    parts: list[ColumnElement[bool]] = []
    for term in asked.terms:
        parts += [func.instr(line, f" {one}" if term.prefix else f" {one} ") > 0 for one in term.tokens]
    return parts + [or_(*(func.instr(line, f" {one} ") > 0 for one in choice)) for choice in asked.marks]


# --- PostgreSQL --------------------------------------------------------------------------------------


def _postgresql_question(asked: Asked, eras: Iterable[int] = ()) -> ColumnElement[Any]:
    parts = [f"'{token}'" + (":*" if term.prefix else "") for term in asked.terms for token in term.tokens]
    parts += [_either(choice) for choice in asked.marks]
    parts += [_either(choice) for choice in asked.hints if len(choice) <= HINTS_MAX]
    parts += [f"!{_either(asked.barred)}"] if 0 < len(asked.barred) <= HINTS_MAX else []
    if named := [_era(one) for one in eras]:
        parts.append(_either(named))
    return cast(literal(" & ".join(parts)), TSQUERY)


def _by_eras(asked: Asked, columns: Columns, limit: int) -> list[list[str]]:
    """Ask in the newest eras first, then in as many more as their yield says will do, a few at a time; in all
    that are left at once where there is not much more than is wanted.
    """
    found: list[list[str]] = [[] for _ in columns]
    last, _ = db.session.execute(_LAST).one()
    top = (last or 0) >> ERA_BITS
    upper, width = top + 1, 2
    while upper > 0 and (missing := limit - len(found[0])) > 0:
        lower = max(0, upper - width)
        older = _in_eras(asked, columns, lower, upper, missing)
        found = [one + more for one, more in zip(found, older, strict=True)]
        missing, yielded = limit - len(found[0]), len(older[0]) / (upper - lower)
        upper = lower
        much = yielded * upper > 1.5 * missing
        width = min(int(missing / yielded * 1.3) + 1, ERAS_MAX) if much else upper
    return found


def _in_eras(asked: Asked, columns: Columns, lower: int, upper: int, limit: int) -> list[list[str]]:
    eras = range(lower, upper) if lower else ()
    chosen: Select[Any] = select(*columns).where(
        OfferIndex.tokens.op("@@")(_postgresql_question(asked, eras)), *asked.conditions
    )
    if not eras:
        chosen = chosen.where(OfferIndex.id < upper << ERA_BITS)
    in_turn = (OfferIndex.id + 0).desc()  # no longer the primary key's: nobody shall walk along it
    return _put_together(chosen.order_by(in_turn).limit(limit))


def _era(number: int) -> str:
    return f"__x{number}"


def _either(choice: Iterable[str]) -> str:
    return "(" + " | ".join(f"'{one}'" for one in choice) + ")"


def _postgresql() -> bool:
    return db.session.get_bind().dialect.name == "postgresql"
