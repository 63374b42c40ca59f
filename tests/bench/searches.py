"""Searching among a hundred thousand and a million offers: the slowest hundredth, in milliseconds.

    make bench PART=search                  both sizes on both databases
    make bench PART=search COUNT=1000000    one size
    make bench PART=search DATABASE=SQLite  both sizes on one database

Each line asks the same kind of question in many ways, once through `search.find` as the page calls it, which
counts and divides too, and once as a whole GET of /search. Nothing is kept between two questions but what the
databases keep themselves.
"""

import gc
import random
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Flask
from sqlalchemy import select

from registry import clock
from registry.catalogue import search
from registry.catalogue.models import OfferIndex
from registry.catalogue.rules import SearchQuery, Sort
from registry.database import db
from tests.bench import offers
from tests.bench.vocabulary import ACTS, FAMILY, HEADS, NOUNS

SIZES = (100_000, 1_000_000)
AIM = "p99 < 100 ms"
ROUNDS, OVER_HTTP = 40, 10
HEADING = (
    "| question | found (middle) | find p50 | p99 | whole GET p50 | p99 |\n|---|---:|---:|---:|---:|---:|"
)
FACETS: Mapping[str, Mapping[str, str]] = {
    "no facet": {},
    "one facet": {"method": "LUMP"},
    "two facets": {"method": "PER_YEAR", "stage": "pilot"},
}
NAMES = {"text": "q", "technology_field": "field", "life_months": "life", "term_months": "term"}


@dataclass(frozen=True, slots=True)
class Line:
    """Milliseconds of one kind of question: in the middle, and of the slowest hundredth."""

    name: str
    find: tuple[float, float]
    page: tuple[float, float]
    count: int


def run(app: Flask, database: str, sizes: Iterable[int]) -> None:
    """Fill the index anew for each size and print a Markdown table, line by line as it is measured."""
    for count in sizes:
        began = time.perf_counter()
        offers.fill(app, count)
        took = time.perf_counter() - began
        gc.collect()
        gc.freeze()  # what filling left behind is not the service's: looking through it takes half a second
        print(
            f"\n{count:,} offers on {database}, filled in {took:.0f} s. Milliseconds; aim {AIM}.\n\n{HEADING}"
        )
        for line in _lines(app):
            print(_text(line), flush=True)
        offers.empty(app)


def _text(line: Line) -> str:
    found = "10,000+" if line.count > search.COUNT_MAX else f"{line.count:,}"
    figures = " | ".join(f"{one:.1f}" for one in (*line.find, *line.page))
    return f"| {line.name} | {found} | {figures} |"


def _lines(app: Flask) -> Iterable[Line]:
    for name, queries in _questions().items():
        for facet, chosen in FACETS.items():
            if facet == "no facet" or name in {"one character", "two characters, common", "no words"}:
                asked = [replace(query, **chosen) for query in queries]
                yield _measure(app, f"{name}, {facet}", asked)


def _questions() -> dict[str, list[SearchQuery]]:
    chance = random.Random(2)
    rows = db.session.scalars(select(OfferIndex).order_by(OfferIndex.title).limit(ROUNDS)).all()
    common = [*"的一种方法装置系统数"]
    places = [chance.randrange(max(1, len(row.title) - 5)) for row in rows]
    fives = [row.title[at : at + 5] for row, at in zip(rows, places, strict=True)]

    def texts(words: Iterable[str], **more: Any) -> list[SearchQuery]:
        found = list(words)
        return [SearchQuery(text=found[n % len(found)], **more) for n in range(ROUNDS)]

    two = [chance.choice(NOUNS)[:2] for _ in range(ROUNDS)]
    frequent = [*HEADS[:4], *ACTS[:6], *NOUNS[:5]]
    kinds = {
        "no words": texts([""]),
        "one character, common": texts(common),
        "one character": texts([*FAMILY, *common]),
        "two characters": texts(two),
        "two characters, common": texts(frequent),
        "five characters": texts(fives),
        "two words": texts(f"{a} {b}" for a, b in zip(two, frequent * 9, strict=False)),
        "latin word": texts(("invention", "pilot", "Lump", "electron", "man", "zz")),
        "number, whole": texts(row.patent_number for row in rows),
        "number, beginning": texts(row.patent_number[: 6 + n % 7] for n, row in enumerate(rows)),
        "nothing to be found": texts(("法方法方", "齉", "zzzzzz", "不存在的词语")),
        "holder": [SearchQuery(holder=row.holder_name) for row in rows],
        "class": [SearchQuery(ipc=row.class_key[: 1 + n % 5]) for n, row in enumerate(rows)],
        "amount to 9,000": texts(two, amount_to=9000),
        "term and life": texts(frequent, term_months=24, life_months=60),
        "region": texts([""], region="310000"),
        "page 300": texts(["", "方法", "的"], page=300),
    }
    for sort in (Sort.PRICE, Sort.ENDING, Sort.LIFE):
        kinds[f"by {sort}, no words"] = texts([""], sort=sort)
        kinds[f"by {sort}, two characters"] = texts(two, sort=sort)
        kinds[f"by {sort}, common"] = texts([*common, *frequent], sort=sort)
        kinds[f"by {sort}, common, page 25"] = texts([*common, *frequent], sort=sort, page=25)
    return kinds


def _measure(app: Flask, name: str, queries: list[SearchQuery]) -> Line:
    today, client, counts = clock.today(), app.test_client(), []

    def find(query: SearchQuery) -> None:
        counts.append(search.find(query, today).count)
        db.session.rollback()

    def page(query: SearchQuery) -> None:
        assert client.get("/search", query_string=_asked(query)).status_code == 200

    for query in queries[:5]:
        find(query)
    return Line(
        name, _timed(find, queries), _timed(page, queries[:OVER_HTTP]), int(statistics.median(counts))
    )


def _timed(ask: Callable[[SearchQuery], None], queries: list[SearchQuery]) -> tuple[float, float]:
    took = []
    for query in queries:
        began = time.perf_counter()
        ask(query)
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took), sorted(took)[-(-len(took) * 99 // 100) - 1]


def _asked(query: SearchQuery) -> dict[str, str]:
    plain = SearchQuery()
    changed = {name: getattr(query, name) for name in SearchQuery.__slots__}
    return {
        NAMES.get(name, name): str(value) for name, value in changed.items() if value != getattr(plain, name)
    }
