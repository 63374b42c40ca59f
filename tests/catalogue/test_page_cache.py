"""Public pages kept for anonymous readers: as fresh as what they rest on, and never somebody else's."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import time_machine
from flask import Flask, Response
from sqlalchemy import event
from werkzeug.test import TestResponse

from registry import clock
from registry.catalogue.page_cache import KEPT, LARGEST, Pages
from registry.database import db, transaction
from registry.licenses.models import Declaration
from tests.browser import Browser, as_request
from tests.catalogue.offers import license_of, offer
from tests.factories import make_organisation, make_venue, published, withdraw


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements sent meanwhile."""
    seen: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", hear)
    yield seen
    event.remove(db.engine, "before_cursor_execute", hear)


def get(app: Flask, path: str, headers: dict[str, str] | None = None) -> TestResponse:
    """A reader of their own, with a request of their own."""
    return as_request(app.test_client(use_cookies=False).get, path, headers=headers)


def statements(app: Flask, path: str, **headers: str) -> int:
    with counted() as seen:
        assert app.test_client().get(path, headers=headers).status_code == 200
    return len(seen)


def change(number: str, **values: Any) -> None:
    def work() -> None:
        found = db.session.query(Declaration).filter_by(number=number).one()
        for name, value in values.items():
            setattr(found, name, value)

    transaction(work)


def test_a_second_reader_costs_one_statement_and_reads_the_same(app: Flask) -> None:
    number = offer()
    first = app.test_client().get(f"/offers/{number}")
    assert statements(app, f"/offers/{number}") == 1
    second = app.test_client().get(f"/offers/{number}")
    assert second.data == first.data
    assert second.headers["Vary"] == first.headers["Vary"]
    assert second.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]


def test_what_a_page_rests_on_makes_a_new_one_at_once(lite: Flask) -> None:
    number, path = offer(), "/offers/{}"
    for values in (
        {"paused_since": clock.today(), "paused_ground": "B3"},
        {"withdrawal_filed_at": clock.now()},
        {"cnipa_status": "filed"},
        {"version": 1, "state": "expired"},
    ):
        statements(lite, path.format(number))
        change(number, **values)
        assert statements(lite, path.format(number)) > 1, values
        assert statements(lite, path.format(number)) == 1, values


def test_a_license_taken_is_counted_for_the_next_reader(lite: Flask) -> None:
    number = offer()
    statements(lite, f"/offers/{number}")
    license_of(number)
    assert statements(lite, f"/offers/{number}") > 1


def test_a_withdrawn_offer_is_gone_for_the_very_next_reader(app: Flask) -> None:
    holder, venue = make_organisation(app, "u1"), make_venue(app, "v1")
    found = published(app, holder, venue)
    page = app.test_client().get(f"/offers/{found.number}").text
    assert "/offers/" in page
    withdraw(app, found)
    again = app.test_client().get(f"/offers/{found.number}").text
    assert again != page


def test_languages_machines_and_questions_never_share_a_page(lite: Flask) -> None:
    number = offer()
    chinese = get(lite, f"/offers/{number}", {"Accept-Language": "zh"})
    english = get(lite, f"/offers/{number}", {"Accept-Language": "en"})
    machine = get(lite, f"/offers/{number}", {"Accept": "application/json"})
    asked = get(lite, f"/offers/{number}?lang=en")
    assert len({chinese.data, english.data, machine.data}) == 3
    assert asked.headers["Content-Language"] == "en"
    assert (chinese.headers["Content-Language"], english.headers["Content-Language"]) == ("zh-CN", "en")
    assert machine.is_json
    assert "Set-Cookie" in asked.headers
    assert (
        "Set-Cookie"
        not in lite.test_client().get(f"/offers/{number}", headers={"Accept-Language": "en"}).headers
    )


def test_who_is_signed_in_gets_a_page_of_their_own(lite: Flask) -> None:
    number = offer()
    person = make_organisation(lite, "u1")
    browser = Browser(lite).sign_in(person.email)
    anonymous = lite.test_client().get(f"/offers/{number}").text
    browser.get(f"/offers/{number}")
    assert "/logout" in browser.html
    assert "/logout" not in anonymous
    assert "/logout" not in lite.test_client().get(f"/offers/{number}").text


def test_midnight_in_shanghai_makes_a_new_page(lite: Flask) -> None:
    with time_machine.travel("2026-11-22T15:59:00Z", tick=False) as at:
        number = offer()
        statements(lite, f"/offers/{number}")
        assert statements(lite, f"/offers/{number}") == 1
        at.move_to("2026-11-22T16:00:00Z")
        assert statements(lite, f"/offers/{number}") > 1


def test_what_is_not_there_is_not_kept(lite: Flask) -> None:
    lite.extensions[KEPT] = pages = Pages()
    assert lite.test_client().get("/offers/MX-D26-K7QM-3X9R").status_code == 404
    assert len(pages) == 0
    assert lite.test_client().get(f"/offers/{offer()}").status_code == 200
    assert len(pages) == 1


def test_the_store_is_bounded_and_forgets() -> None:
    pages = Pages(most=3000)
    for number in range(10):
        pages.put(number, Response(b"x" * 1000))
    assert [number for number in range(10) if pages.get(number) is not None] == [7, 8, 9]
    pages.put("large", Response(b"x" * (LARGEST + 1)))
    pages.put("larger than all", Response(b"x" * 3001))
    assert pages.get("large") is None
    assert pages.get("larger than all") is None
    forgetful = Pages(seconds=0)
    forgetful.put(1, Response(b"x"))
    assert forgetful.get(1) is None
