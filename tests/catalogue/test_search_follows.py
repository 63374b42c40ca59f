"""What is found follows what was written since, on both databases."""

from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from registry import clock, jobs
from registry.catalogue import search, service
from registry.catalogue.rules import SearchQuery, Standing
from registry.database import db, transaction
from registry.licenses.models import Declaration
from tests.catalogue.offers import offer
from tests.catalogue.test_search import DAY, found, made_offers


@pytest.fixture(autouse=True)
def _day() -> Iterator[None]:
    with time_machine.travel(DAY, tick=False):
        yield


@pytest.fixture
def offers(app: Flask) -> dict[str, str]:
    return made_offers()


def test_indexing_again_changes_nothing_and_follows_what_changed(offers: dict[str, str]) -> None:
    def again() -> None:
        declaration = db.session.scalars(select(Declaration).where(Declaration.number == offers["O6"])).one()
        declaration.state, declaration.withdrawn_at = "withdrawn", clock.now()
        service.index(declaration.id)
        service.index(declaration.id)

    transaction(again)
    assert found(offers) == {"O1", "O4", "O7"}
    assert found(offers, "外壳", standing=Standing.ALL) == {"O6"}
    assert transaction(service.index_all) == 4
    assert found(offers, "方法") == {"O1", "O7"}


def test_pages_follow_one_another_without_gap_or_repetition(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "PAGE_SIZE", 3)
    numbers = {offer(title=f"方法之{n}") for n in range(7)}
    pages = [service.search(SearchQuery(text="方法", page=n)) for n in (1, 2, 3, 4)]
    assert [len(page.rows) for page in pages] == [3, 3, 1, 0]
    assert {row.number for page in pages for row in page.rows} == numbers
    assert [page.count for page in pages] == [7, 7, 7, 7]
    assert pages[0].pages == 3


def test_counting_stops_where_it_would_cost_more_than_the_page(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "COUNT_MAX", 2)
    monkeypatch.setattr(search, "PAGE_SIZE", 2)
    for n in range(4):
        offer(title=f"方法之{n}")
    page = service.search(SearchQuery(text="方法"))
    assert page.count == 3
    assert page.more_than_counted


def test_the_job_brings_a_row_in_step_with_its_declaration(offers: dict[str, str]) -> None:
    def end() -> None:
        declaration = db.session.scalars(select(Declaration).where(Declaration.number == offers["O4"])).one()
        declaration.state = "revoked"
        jobs.enqueue("catalogue.index", {"declaration": str(declaration.id)}, subject_id=declaration.id)

    transaction(end)
    assert jobs.run_all() == 1
    assert found(offers) == {"O1", "O6", "O7"}
    assert found(offers, "臂架", standing=Standing.ALL) == {"O4"}
