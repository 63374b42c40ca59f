"""Offers by the hundred thousand for the bench of the search, put into the index in bulk.

Titles are composed of technical words whose frequencies fall as words do in a language (the nth is used as
often as 1/n says), holders of places and names. They are made from a seed: the same rows every time. Nothing
stands behind them, no declaration and no filing: the search reads the index alone.
"""

import multiprocessing
import random
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import accumulate, islice
from multiprocessing.connection import Connection
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import insert, make_url, text

from registry import clock
from registry.catalogue import fulltext, marks, rules, words
from registry.catalogue.models import OfferIndex
from registry.codes.tables import table
from registry.database import db
from registry.numbers import public_number
from registry.patents import numbers
from tests.bench.vocabulary import ACTS, FAMILY, HEADS, MEANS, NOUNS, PLACES, TRADES

AT_ONCE, SENT = 5000, 500
TEXTS = 20_000
"""Different titles with their summaries."""

HOLDERS = 20_000

Row = tuple[dict[str, Any], str]
"""The columns of an offer, and its words."""

COLUMNS = [one.name for one in OfferIndex.__table__.columns]
METHODS = (
    "LUMP",
    "FREE",
    "PER_YEAR",
    "ROYALTY_SALES",
    "INSTALMENTS",
    "ENTRY_ROYALTY",
    "ROYALTY_PROFIT",
    "OTHER",
)
TAGS = ("announced", "local", "ended", "waiting", "withdrawal_filed", "paused")
AMOUNTS = tuple(Decimal(n) for n in (50000, 10000, 20000, 100000, 30000, 5000, 80000, 200000, 8000, 15000))
FIRST_DAY = datetime(2021, 6, 1, 2, 0, tzinfo=UTC)


class Zipf:
    """Draws from a list: the nth thing as often as 1/n."""

    def __init__(self, things: list[Any] | tuple[Any, ...], chance: random.Random) -> None:
        self.things, self.chance = things, chance
        self.weights = list(accumulate(1 / (n + 1) for n in range(len(things))))

    def __call__(self) -> Any:
        return self.chance.choices(self.things, cum_weights=self.weights)[0]


class Maker:
    """Makes rows of the index from a seed."""

    def __init__(self, seed: int = 1, *, texts: int = TEXTS, holders: int = HOLDERS) -> None:
        chance = self.chance = random.Random(seed)
        self.regions: list[str] = []
        self.noun, self.means, self.act, self.head = (
            Zipf(one, chance) for one in (NOUNS, MEANS, ACTS, HEADS)
        )
        self.holder = Zipf([self._holder() for _ in range(holders)], chance)
        self.ipc = Zipf(_shuffled("ipc_class", chance), chance)
        self.industry = Zipf([code for code in _shuffled("industry", chance) if len(code) == 3], chance)
        self.field = Zipf(_shuffled("technology_field", chance), chance)
        self.stage = Zipf(_shuffled("stage", chance), chance)
        self.method, self.tag, self.amount = Zipf(METHODS, chance), Zipf(TAGS, chance), Zipf(AMOUNTS, chance)
        self.texts = [self._text() for _ in range(texts)]
        self.venue, self.today = uuid.uuid4(), clock.today()
        self.head_of_number = public_number("D", self.today)[:6]

    def _holder(self) -> tuple[str, str]:
        regions = self.regions or [code for code in table("region").index if not code.endswith("00")]
        self.regions = regions
        name = "".join(self.chance.choices(FAMILY, k=2))
        place = self.chance.choice(PLACES)
        if self.chance.random() < 0.3:
            return f"{place}{self.chance.choice(TRADES)}大学", self.chance.choice(regions)
        return f"{place}{name}{self.chance.choice(TRADES)}有限公司", self.chance.choice(regions)

    def _text(self) -> tuple[str, str, list[str]]:
        title, summary = self.title(), self.summary()
        return title, summary, words.indexed(title, summary).split()

    def title(self) -> str:
        means = f"基于{self.means()}的" if self.chance.random() < 0.35 else ""
        kind = "一种" if self.chance.random() < 0.6 else ""
        return f"{kind}{means}{self.noun()}{self.noun()}{self.act()}{self.head()}"

    def summary(self) -> str:
        use = f"用于{self.noun()}{self.act()}，{self.means()}"
        return f"{self.title()}，{use}，可降低{self.noun()}的成本。"

    def row(self, number: int, count: int) -> tuple[dict[str, Any], str]:
        """The columns of the offer with this id, and its words."""
        chance = self.chance
        holder, region = self.holder()
        kind = chance.choices(("invention", "utility_model", "design"), (60, 33, 7))[0]
        method, filed = self.method(), date(2010, 1, 1) + timedelta(days=chance.randrange(5000))
        digits = (
            f"{filed.year}{'123'[('invention', 'utility_model', 'design').index(kind)]}{number % 10**7:07d}"
        )
        patent = f"ZL{digits}.{numbers.check_character(digits)}"
        ipc = (
            f"{self.ipc()}{chance.choice('BCDFGHJKLM')} {chance.randrange(1, 90)}/{chance.randrange(10):02d}"
        )
        amount = None if method in {"ROYALTY_SALES", "ROYALTY_PROFIT", "OTHER"} else self.amount()
        amount = Decimal(0) if method == "FREE" else amount
        if amount and chance.random() < 0.2:
            amount = Decimal(chance.randrange(100_00, 500_000_00)) / 100
        months = chance.choice((12, 24, 36, 36, 60, 60, None))
        last = self.today + timedelta(days=chance.randrange(-200, 1500))
        years = {"invention": 20, "utility_model": 10, "design": 15}[kind]
        patent_last = date(filed.year + years, filed.month, min(filed.day, 28))
        (title, summary, said), industry = chance.choice(self.texts), self.industry()
        values: dict[str, Any] = {
            "id": number,
            "declaration_id": uuid.UUID(int=number + 1),
            "number": f"{self.head_of_number}-{number:08d}",
            "venue_id": self.venue,
            "holder_id": self.venue,
            "holder_name": holder,
            "patent_number": patent,
            "patent_kind": kind,
            "title": title,
            "summary": summary,
            "main_class": "10-05" if kind == "design" else ipc,
            "class_key": "10-05" if kind == "design" else rules.class_key(ipc),
            "section": "" if kind == "design" else ipc[0],
            "industry": industry,
            "industry_section": industry[:1],
            "technology_field": self.field(),
            "stage": self.stage(),
            "region": region,
            "fee_method": method,
            "amount": amount,
            "price_order": rules.price_order(amount),
            "price_zh": "免费" if method == "FREE" else f"一次总付 {amount} 元",
            "price_en": "Free" if method == "FREE" else f"{amount} yuan",
            "duration_months": months,
            "offer_last_day": last,
            "license_last_day": last + timedelta(days=700),
            "patent_last_day": patent_last,
            "last_day": min(last, patent_last),
            "tag": self.tag(),
            "announced_on": None,
            "published_at": FIRST_DAY + timedelta(seconds=number * 150_000_000 // count),
            "indexed_at": FIRST_DAY,
        }
        values["facets"] = marks.packed(values)
        named = [token for name, column in CODES for token in self.tokens_of(name, values[column])]
        numbered = words.indexed(patent, values["number"], ipc).split()
        return values, " ".join({*said, *named, *numbered, *self.holder_tokens(holder)})

    @cache  # noqa: B019 - there is one maker, and it lives as long as the bench
    def holder_tokens(self, name: str) -> list[str]:
        return words.indexed(name).split()

    @cache  # noqa: B019 - there is one maker, and it lives as long as the bench
    def tokens_of(self, name: str, code: str) -> list[str]:
        """The tokens of what a code is called, in both languages."""
        row = table(name).get(code)
        return words.indexed(row.name("zh"), row.name("en")).split()


MEGABYTE = 2**20
_PIECE = text("INSERT INTO offer_words (offer_words, rank) VALUES ('hashsize', :bytes)")
_MADE_LITE = text(
    "SELECT name, sql FROM sqlite_master "
    "WHERE type = 'index' AND tbl_name = 'offer_index' AND sql IS NOT NULL"
)
_MADE = (
    "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
    "WHERE indrelid = 'offer_index'::regclass AND NOT indisunique"
)
CODES = (
    *(("industry", "industry"), ("technology_field", "technology_field"), ("stage", "stage")),
    *(("fee_method", "fee_method"), ("patent_kind", "patent_kind")),
)


def _shuffled(name: str, chance: random.Random) -> list[str]:
    codes = list(table(name).index)
    return chance.sample(codes, len(codes))


def fill(app: Flask, count: int, *, texts: int = TEXTS, holders: int = HOLDERS) -> None:
    """Put `count` offers into the index, in bulk, on either database; then let it gather its statistics."""
    made = _made if count <= AT_ONCE else _made_elsewhere
    rows = _told(made(count, texts, holders), count)
    if db.engine.dialect.name == "sqlite":
        _fill_sqlite(rows)
    else:
        _fill_postgresql(app, rows)


def _made(count: int, texts: int, holders: int) -> Iterator[Row]:
    maker = Maker(texts=texts, holders=holders)
    return (maker.row(number, count) for number in range(1, count + 1))


def _made_elsewhere(count: int, texts: int, holders: int) -> Iterator[Row]:
    """The same rows, made by a process of their own while this one stores those before them."""
    apart = multiprocessing.get_context("fork")
    here, there = apart.Pipe(duplex=False)
    process = apart.Process(target=_send, args=(there, count, texts, holders), daemon=True)
    process.start()
    there.close()
    while some := here.recv():
        yield from some
    process.join()


def _send(there: Connection, count: int, texts: int, holders: int) -> None:
    rows = _made(count, texts, holders)
    while some := tuple(islice(rows, SENT)):
        there.send(some)
    there.send(())


def _told(rows: Iterator[Row], count: int) -> Iterator[Row]:
    """The same rows; of many it is said on the terminal how far they are."""
    for number, row in enumerate(rows, start=1):
        if count > AT_ONCE and number % AT_ONCE == 0:
            print(f"\r{number:,} of {count:,} offers", end="", file=sys.stderr, flush=True)
        yield row


def _fill_sqlite(rows: Iterator[Row]) -> None:
    """With the indexes made afterwards, and the words written in large pieces."""
    with db.engine.connect() as connection:
        for pragma in ("foreign_keys=OFF", "synchronous=OFF", "cache_size=-400000"):
            connection.connection.dbapi_connection.execute(f"PRAGMA {pragma}")  # type: ignore[union-attr]
        made = connection.execute(_MADE_LITE).all()
        for name, _ in made:
            connection.exec_driver_sql(f"DROP INDEX {name}")
        connection.execute(_PIECE, {"bytes": 64 * MEGABYTE})
        for some in batched_rows(rows):
            connection.execute(insert(OfferIndex.__table__), [{**row, "tokens": ""} for row, _ in some])
            told = [{"id": row["id"], "tokens": _tokens(row, found)} for row, found in some]
            connection.execute(text("INSERT INTO offer_words (rowid, tokens) VALUES (:id, :tokens)"), told)
        connection.execute(_PIECE, {"bytes": MEGABYTE})
        for _, statement in made:
            connection.exec_driver_sql(statement)
        connection.commit()
        connection.exec_driver_sql("ANALYZE offer_index")
        connection.commit()
        connection.invalidate()


def _fill_postgresql(app: Flask, rows: Iterator[Row]) -> None:
    """As the superuser, who alone may leave foreign keys unchecked."""
    with _superuser(app) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET maintenance_work_mem = '1GB'")
        made = connection.execute(_MADE).fetchall()
        for name, _ in made:
            connection.execute(f"DROP INDEX {name}")  # type: ignore[call-overload]
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY offer_index ({', '.join(COLUMNS)}) FROM STDIN") as copy,
        ):
            for row, found in rows:
                tokens = f"{_tokens(row, found)} __x{row['id'] >> fulltext.ERA_BITS}"
                told = {**row, "tokens": fulltext.vector(tokens)}
                copy.write_row([told[name] for name in COLUMNS])
        for _, statement in made:
            connection.execute(statement)
        connection.execute(
            "SELECT setval(pg_get_serial_sequence('offer_index', 'id'), max(id)) FROM offer_index"
        )
        connection.execute("VACUUM ANALYZE offer_index")


def _superuser(app: Flask) -> psycopg.Connection:
    url = make_url(app.extensions["settings"].database_url)
    return psycopg.connect(f"postgresql://postgres@{url.host}:{url.port}/{url.database}", autocommit=True)


def _tokens(row: dict[str, Any], found: str) -> str:
    return " ".join((found, *marks.of_offer(row)))


def batched_rows(rows: Iterator[Row]) -> Iterator[tuple[Row, ...]]:
    while some := tuple(islice(rows, AT_ONCE)):
        yield some


def empty(app: Flask) -> None:
    """Take the rows out again."""
    if db.engine.dialect.name == "sqlite":
        with db.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE offer_words")
            connection.exec_driver_sql("DELETE FROM offer_index")
            fulltext.prepare(connection)
        return
    with _superuser(app) as connection:
        connection.execute("TRUNCATE offer_index RESTART IDENTITY")
