"""Whatever is asked, both databases find what reading every offer one by one would find.

The offers are the bench's, some hundred of them; the reading is written without tokens, marks or SQL.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from registry.catalogue import fulltext, search, words
from registry.catalogue.models import OfferIndex
from registry.catalogue.rules import STANDING, SearchQuery, Sort, Standing, Tag
from registry.codes.calendar import corresponding_day
from registry.codes.tables import table
from registry.database import db
from registry.licenses.terms import term_end
from registry.patents import numbers
from tests.bench import offers

COUNT = 240
TODAY = date(2026, 11, 22)
REGIONS = ("310000", "330000", "330100", "310115", "440000", "110000")


@pytest.fixture(scope="module")
def small() -> Iterator[None]:
    """Few rows to an era, a small page, a low end of counting: every way of looking is taken."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fulltext, "ERA_BITS", 4)
        patch.setattr(fulltext, "ERAS_MAX", 3)
        patch.setattr(search, "PAGE_SIZE", 7)
        patch.setattr(search, "COUNT_MAX", 60)
        patch.setattr(search, "COLLECTED", 150)
        yield


@pytest.fixture
def every(app: Flask, small: None) -> list[OfferIndex]:
    offers.fill(app, COUNT, texts=90, holders=40)
    return list(db.session.scalars(select(OfferIndex)))


@cache
def _texts(row: OfferIndex) -> tuple[str, ...]:
    named = ("industry", "technology_field", "stage", "fee_method", "patent_kind")
    codes = [table(name).get(getattr(row, name)).name(lang) for name in named for lang in ("zh", "en")]
    told = (row.title, row.holder_name, row.patent_number, row.number, row.main_class, row.summary)
    return tuple(words.normal(text) for text in (*told, *codes))


@cache
def _words(text: str) -> tuple[str, ...]:
    return tuple(words._RUN.findall(text))


def _says(texts: tuple[str, ...], typed: str) -> bool:
    """Each run of letters pair by pair, each Latin word as a beginning, all of them somewhere."""
    for run in words._RUN.findall(words.normal(typed)):
        if run.isascii():
            found = any(one.startswith(run) for text in texts for one in _words(text))
        else:
            pairs = [run[n : n + 2] for n in range(max(1, len(run) - 1))]
            found = all(any(pair in text for text in texts) for pair in pairs)
        if not found:
            return False
    return bool(words._RUN.findall(words.normal(typed)))


def _fits(row: OfferIndex, query: SearchQuery) -> bool:
    ends = (row.offer_last_day, row.license_last_day, row.patent_last_day)
    wanted = {"fee_method": query.method, "tag": query.tag, "patent_kind": query.kind, "stage": query.stage}
    wanted |= {"section": query.section, "technology_field": query.technology_field}
    checks = [getattr(row, name) == value for name, value in wanted.items() if value]
    checks.append(row.industry.startswith(query.industry))
    checks.append(
        row.region.startswith(
            query.region.replace("0000", "")
            if query.region[2:] == "0000"
            else query.region[:4]
            if query.region[4:] == "00"
            else query.region
        )
    )
    checks.append(row.class_key.startswith(query.ipc.upper().replace(" ", "")))
    if query.standing is Standing.OPEN:
        checks += [row.tag in STANDING, min(ends) >= TODAY]
    if query.amount_to is not None:
        checks.append(row.amount is not None and row.amount <= query.amount_to)
    if query.term_months:
        end = term_end(TODAY, query.term_months)
        checks += [row.license_last_day >= end, row.patent_last_day >= end]
        checks.append(row.duration_months is None or row.duration_months >= query.term_months)
    if query.life_months:
        checks.append(row.patent_last_day >= corresponding_day(TODAY, query.life_months))
    if query.holder:
        checks.append(query.holder.lower() in row.holder_name.lower())
    return all(checks)


def _named(row: OfferIndex, query: SearchQuery) -> bool:
    if not query.text.strip():
        return True
    try:
        return row.patent_number == str(numbers.parse(query.text))
    except Exception:
        return _says(_texts(row), query.text)


def _in_order(rows: list[OfferIndex], sort: Sort) -> list[OfferIndex]:
    price = {row.id: Decimal("Infinity") if row.amount is None else row.amount for row in rows}
    order: dict[Sort, Any] = {
        Sort.NEWEST: lambda row: -row.id,
        Sort.PRICE: lambda row: (price[row.id], row.id),
        Sort.ENDING: lambda row: (row.offer_last_day, row.id),
        Sort.LIFE: lambda row: (-row.patent_last_day.toordinal(), -row.id),
    }
    return sorted(rows, key=order[sort])


def _queries(rows: list[OfferIndex]) -> st.SearchStrategy[SearchQuery]:
    one = st.sampled_from(rows)
    part = one.flatmap(
        lambda row: st.tuples(
            st.sampled_from((row.title, row.holder_name, row.summary)), st.integers(0, 12), st.integers(1, 5)
        )
    ).map(lambda cut: cut[0][cut[1] : cut[1] + cut[2]])
    number = one.flatmap(lambda row: st.integers(3, 17).map(lambda size: row.patent_number[:size]))
    latin = st.sampled_from(
        ("inv", "invention", "Lump", "zl2015", "sum", "x", "ＩＮＶ", "20", "法方", "\x00")
    )
    text = st.one_of(
        st.just(""), part, number, latin, st.tuples(part, part).map(" ".join), st.text(max_size=3)
    )
    return st.builds(
        SearchQuery,
        text=text,
        holder=st.one_of(st.just(""), st.just(""), one.map(lambda row: row.holder_name[:3])),
        ipc=st.one_of(st.just(""), st.just(""), one.map(lambda row: row.class_key[:4].lower())),
        section=st.sampled_from(("", "", "G", "B")),
        kind=st.sampled_from(("", "", "invention", "design")),
        industry=st.one_of(st.just(""), st.just(""), one.map(lambda row: row.industry), st.just("C")),
        technology_field=st.sampled_from(("", "", "01")),
        stage=st.sampled_from(("", "", "pilot")),
        region=st.sampled_from(("", "", *REGIONS)),
        method=st.sampled_from(("", "", "FREE", "LUMP")),
        tag=st.sampled_from(("", "", *map(str, Tag))),
        amount_to=st.sampled_from((None, None, *map(Decimal, ("0", "9999.99", "50000", "0.5")))),
        term_months=st.sampled_from((None, None, 13, 36, 240)),
        life_months=st.sampled_from((None, None, 24, 120)),
        standing=st.sampled_from(tuple(Standing)),
        sort=st.sampled_from(tuple(Sort)),
        page=st.integers(1, 5),
    )  # fmt: skip


def test_what_is_found_is_what_reading_every_offer_would_find(every: list[OfferIndex]) -> None:
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(_queries(every))
    def compare(query: SearchQuery) -> None:
        right = _in_order([row for row in every if _fits(row, query) and _named(row, query)], query.sort)
        found = search.find(query, TODAY)
        db.session.rollback()
        first = (query.page - 1) * search.PAGE_SIZE
        assert [row.id for row in found.rows] == [row.id for row in right[first : first + search.PAGE_SIZE]]
        assert found.count == min(len(right), search.COUNT_MAX + 1)
        counted = sorted(right, key=lambda row: -row.id)[: search.COUNT_MAX + 1]
        assert found.facets["fee_method"] == Counter(row.fee_method for row in counted)
        assert sum(found.facets["region"].values()) == len(counted)

    compare()
