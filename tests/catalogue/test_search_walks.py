"""Of more offers than are counted, a page in some order is found by walking a part of it, or collecting."""

from collections.abc import Iterator
from datetime import date
from itertools import product

import pytest
from flask import Flask

from registry.catalogue import fulltext, search
from registry.catalogue.rules import SearchQuery, Sort
from tests.bench import offers

TODAY = date(2026, 11, 22)
ASKED = [
    SearchQuery(sort=sort, method=method, page=page)
    for sort, method, page in product((Sort.PRICE, Sort.ENDING, Sort.LIFE), ("", "LUMP", "OTHER"), (1, 3))
]


@pytest.fixture
def filled(app: Flask) -> Iterator[None]:
    offers.fill(app, 240, texts=30, holders=10)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "PAGE_SIZE", 3)
        yield


def test_a_walk_that_ends_too_soon_is_taken_up_by_collecting(
    filled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [[row.id for row in search.find(one, TODAY).rows] for one in ASKED]
    real, ways = fulltext.walk, set()

    def walk(*asked: object, **bounds: int) -> list[int]:
        found = real(*asked, **bounds)  # type: ignore[arg-type]
        ways.add((len(found) == bounds["limit"], "most" in bounds))
        return found

    monkeypatch.setattr(search, "COUNT_MAX", 12)  # fewer than any of these find
    monkeypatch.setattr(search, "TRIED", 1)
    monkeypatch.setattr(fulltext, "walk", walk)
    assert [[row.id for row in search.find(one, TODAY).rows] for one in ASKED] == said
    assert ways == {(True, True), (False, True)}
