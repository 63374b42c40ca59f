"""The register's figures: counted from rows, kept by day, shown as plots with their numbers, CSV and JSON."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from flask import Flask

from registry import jobs
from registry.database import db, transaction
from registry.jobs import Job
from registry.licenses.fees import Fee, Method
from registry.statistics import counting, tasks, words
from registry.statistics import service as statistics
from registry.statistics.rules import Series, Shape
from tests.catalogue.offers import license_of, offer

FREE = Fee(method=Method.FREE)


@pytest.fixture(autouse=True)
def _day() -> Iterator[None]:
    with time_machine.travel("2026-11-22T02:00:00Z", tick=False):
        yield


def counted(day: date | None = None) -> dict[str, Series]:
    found = statistics.counted(day)
    assert found is not None
    return dict(found.series)


def parts(series: Series) -> dict[str, int]:
    return {"-".join(point.about): point.count for point in series.points}


def test_offers_and_licenses_are_counted_by_what_they_are(app: Flask) -> None:
    free = offer(fee=FREE, open_from="now", main_class="G06F 16/00")
    offer(open_from="now", main_class="B23K 37/02")
    license_of(free)
    transaction(statistics.count)
    found = counted()
    assert list(found) == list(counting.INDICATORS)
    assert parts(found["offers_by_method"]) == {"FREE": 1, "LUMP": 1}
    assert parts(found["offers_by_section"]) == {"B": 1, "G": 1}
    assert parts(found["licenses_by_method"]) == {"FREE": 1}
    assert found["licenses_by_month"].points[-1].about == ("2026-11",)
    assert found["licenses_by_month"].total == found["licenses_by_region"].total == 1
    assert found["published_by_month"].points[-1].count == 2


def test_prices_of_fewer_than_twenty_offers_are_no_guidance(lite: Flask) -> None:
    for amount in range(1, 20):
        offer(fee=Fee(method=Method.LUMP, amount=Decimal(amount * 1000)), open_from="now")
    transaction(statistics.count)
    lump = counted()["prices_by_method"].points[0]
    assert (lump.about, lump.count, lump.values) == (("LUMP",), 19, ())
    offer(fee=Fee(method=Method.LUMP, amount=Decimal(20000)), open_from="now")
    transaction(statistics.count)
    assert counted()["prices_by_method"].points[0].values == ("5250.00", "10500.00", "15750.00")


def test_a_day_is_kept_when_the_next_is_counted(lite: Flask) -> None:
    offer(open_from="now")
    transaction(statistics.count)
    with time_machine.travel("2026-11-23T02:00:00Z", tick=False):
        offer(open_from="now")
        transaction(statistics.count)
        transaction(statistics.count)
        assert statistics.days() == [date(2026, 11, 23), date(2026, 11, 22)]
        assert counted()["offers_by_method"].total == 2
        assert counted(date(2026, 11, 22))["offers_by_method"].total == 1


def test_the_worker_counts_and_asks_for_the_next_count_once(lite: Flask) -> None:
    transaction(tasks.start)
    assert not transaction(tasks.start)
    assert jobs.run_one(slow=True)
    assert statistics.counted() is not None
    waiting = db.session.query(Job).filter_by(name=tasks.COUNT, state="waiting").count()
    assert waiting == 1


def test_every_indicator_has_its_title_definition_and_place_on_the_page() -> None:
    placed = [key for _, _, keys in words.GROUPS for key in keys]
    assert sorted(placed) == sorted(counting.INDICATORS) == sorted(words.TITLES) == sorted(words.DEFINITIONS)


# --- doors -------------------------------------------------------------------------------------------


def test_before_the_first_count_the_page_says_so(lite: Flask) -> None:
    client = lite.test_client()
    assert "还没有统计" in client.get("/statistics").text
    assert client.get("/api/v1/statistics").status_code == 404


def test_the_page_shows_every_indicator_with_its_numbers_and_runs_nothing_inline(lite: Flask) -> None:
    license_of(offer(fee=FREE, open_from="now"))
    transaction(statistics.count)
    page = lite.test_client().get("/statistics").text
    assert all(f'id="{key}"' in page for key in counting.INDICATORS)
    assert " style=" not in page
    assert page.count("<h1") == 1
    assert len(page) < 60_000


def test_the_page_speaks_english(lite: Flask) -> None:
    transaction(statistics.count)
    assert "Where they go" in lite.test_client().get("/statistics?lang=en").text


@pytest.mark.parametrize("key", counting.INDICATORS)
def test_every_indicator_comes_as_a_sheet_of_even_rows(lite: Flask, key: str) -> None:
    license_of(offer(fee=FREE, open_from="now"))
    transaction(statistics.count)
    answer = lite.test_client().get(f"/statistics/{key}.csv")
    assert answer.status_code == 200
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len(rows) - 1 == len(counted()[key].points)


def test_the_api_tells_definitions_with_the_figures(lite: Flask) -> None:
    transaction(statistics.count)
    told = lite.test_client().get("/api/v1/statistics", headers={"Accept-Language": "en"}).get_json()
    assert told["day"] == "2026-11-22"
    assert [one["key"] for one in told["series"]] == list(counting.INDICATORS)
    assert all(one["definition"] for one in told["series"])


@pytest.mark.parametrize("path", ["?day=yesterday", "?day=2001-01-01", "/nothing.csv"])
def test_what_was_never_counted_is_not_found(lite: Flask, path: str) -> None:
    transaction(statistics.count)
    assert lite.test_client().get(f"/statistics{path}").status_code == 404


def test_what_an_old_count_holds_of_indicators_that_are_gone_is_passed_over(lite: Flask) -> None:
    transaction(statistics.count)

    def work() -> None:
        row = db.session.query(statistics.Count).one()
        row.series = {**row.series, "gone": row.series["offers_by_method"]}

    transaction(work)
    assert "gone" not in counted()
    assert counted()["offers_by_method"].shape is Shape.PARTS
