"""How often an offer's page was opened: people, not programs, nor its holder; one number a day."""

from datetime import date

import pytest
from flask import Flask

from registry import clock
from registry.catalogue import visit_count, visits
from registry.catalogue.visit_models import OfferVisits
from registry.database import db, transaction
from registry.errors import NotFound
from registry.licenses import register
from registry.statistics import service as statistics
from tests.browser import Browser, as_request
from tests.contracts.test_races import together
from tests.factories import Offer, make_organisation, published, reading

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
CRAWLERS = ("", "curl/8.5.0", "Mozilla/5.0 (compatible; Baiduspider/2.0)", "python-requests/2.32")


def read(app: Flask, offer: Offer, agent: str = FIREFOX, **headers: str) -> None:
    asked = {"User-Agent": agent, "Accept": "text/html", **headers}
    as_request(app.test_client(use_cookies=False).get, f"/offers/{offer.number}", headers=asked)


def opened(app: Flask, offer: Offer) -> visits.Opened:
    with app.test_request_context():
        visit_count.written()
    return reading(lambda: visits.of_offer(offer.holder.actor, register.find(offer.number)))


def test_openings_are_added_up_on_their_day_kept_pages_among_them(app: Flask) -> None:
    offer = published(app)
    for _ in range(3):
        read(app, offer)
    assert opened(app, offer).total == 3
    read(app, offer)
    found = opened(app, offer)
    assert (found.total, found.recent, list(found.months.values())) == (4, 4, [4])
    assert reading(lambda: db.session.query(OfferVisits).count()) == 1
    transaction(statistics.count)
    series = reading(statistics.counted).series["visits_by_month"]
    assert series.points[-1].count == 4


def test_processes_that_write_an_offers_first_openings_at_once_all_count(app: Flask) -> None:
    """And none of them breaks the page whose reader it made wait."""
    offer, day = published(app), clock.today()

    def write() -> str:
        transaction(lambda: visits.keep({(offer.number, day): 1}))
        return "kept"

    assert together(app, [write] * 6) == ["kept"] * 6
    assert opened(app, offer).total == 6


def test_programs_readings_ahead_and_data_for_machines_are_not_counted(lite: Flask) -> None:
    offer = published(lite)
    for agent in CRAWLERS:
        read(lite, offer, agent)
    read(lite, offer, **{"Sec-Purpose": "prefetch"})
    read(lite, offer, Accept="application/json")
    assert opened(lite, offer).total == 0


def test_the_holder_reads_the_number_and_does_not_raise_it(lite: Flask) -> None:
    offer = published(lite)
    holder = Browser(lite).sign_in(offer.holder.email)
    holder.client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    holder.get(f"/offers/{offer.number}")
    read(lite, offer)
    assert "页面被打开的次数" in holder.get(f"/declarations/{offer.number}/attention").text
    assert opened(lite, offer).total == 1
    with pytest.raises(NotFound):
        reading(lambda: visits.of_offer(make_organisation(lite, "c1").actor, register.find(offer.number)))


def test_what_is_counted_names_nobody(lite: Flask) -> None:
    assert {column.name for column in OfferVisits.__table__.columns} == {"declaration_id", "day", "count"}


def test_a_burst_is_written_before_the_minute_is_over() -> None:
    openings = visits.Openings()
    day = date(2026, 11, 26)
    assert [openings.note("A", day) for _ in range(visits.MOST)].index(True) == visits.MOST - 1
    assert openings.take() == {("A", day): visits.MOST}
    assert not openings.take()
