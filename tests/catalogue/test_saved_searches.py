"""Saved searches, their letters and their feeds: what is new is told once, to who asked, and no more."""

import email
import json
import xml.etree.ElementTree as xml
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from registry import clock, jobs
from registry.catalogue import alerts, saved_searches, watching
from registry.catalogue import service as catalogue
from registry.catalogue.saved_models import SavedFind, SavedSearch
from registry.catalogue.watching import Every, Kind
from registry.database import db, transaction
from registry.erasure import wishes
from registry.errors import Invalid, NotFound, Refused
from registry.licenses.fees import Fee, Method
from registry.licenses.models import Declaration
from registry.parties.models import Account, Mail
from registry.parties.rules import Actor
from tests.browser import Browser, as_request
from tests.catalogue.offers import offer
from tests.factories import Person, make_account, make_organisation, reading
from tests.wishes import machine

FREE = Fee(method=Method.FREE)
DAY = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)  # ten in the morning in Shanghai


@pytest.fixture(autouse=True)
def now() -> Any:
    with time_machine.travel(DAY, tick=False) as travelled:
        yield travelled


def account(app: Flask, email: str, **more: str) -> Person:
    """Its key is a filing, which the log takes only on the real day."""
    with _today():
        return make_account(app, email, **more)


def _today() -> AbstractContextManager[object]:
    return time_machine.travel(time_machine.escape_hatch.time.time(), tick=True)


def fresh(title: str = "焊接机器人旋转臂架", **changes: Any) -> str:
    """An offer published at this moment."""
    return offer(title=title, published_at=clock.now(), **changes)


def saved(actor: Actor, *, every: str = "daily", name: str = "机器人", **query: str) -> UUID:
    asked = query or {"q": "机器人"}
    return transaction(lambda: saved_searches.save(actor, asked, name=name, every=every).id)


def round_of_the_clock() -> None:
    transaction(lambda: jobs.enqueue("catalogue.alerts", {}))
    jobs.run_all()


def letters(letter: str = "search_finds") -> list[Mail]:
    query = select(Mail).where(Mail.letter == letter).order_by(Mail.created_at)
    return reading(lambda: list(db.session.scalars(query)))


def test_new_offers_are_told_in_one_letter_and_never_twice(app: Flask, now: Any) -> None:
    person = account(app, "seeker@example.cn")
    fresh("旧的焊接机器人")
    now.shift(timedelta(hours=1))
    saved(person.actor)
    saved(person.actor, name="免费", method="FREE")
    now.shift(timedelta(hours=2))
    number = fresh(fee=FREE)
    fresh("一种轴承座")
    now.shift(timedelta(days=1))
    for _ in range(2):
        round_of_the_clock()
    (letter,) = letters()
    assert letter.subject.startswith("您保存的查找有 2 项新许可")
    assert letter.body.count(f"/offers/{number}") == 2
    assert "轴承座" not in letter.body
    assert "旧的" not in letter.body
    for _ in range(4):
        now.shift(timedelta(days=1))
        round_of_the_clock()
    assert len(letters()) == 1


def test_an_offer_that_came_late_into_the_index_is_told_all_the_same_and_once(app: Flask, now: Any) -> None:
    person = account(app, "seeker@example.cn")
    saved(person.actor)
    now.shift(timedelta(days=1))
    published = clock.now() - timedelta(hours=3)
    round_of_the_clock()
    number = offer(title="焊接机器人", published_at=published)
    for _ in range(6):
        now.shift(timedelta(days=1))
        round_of_the_clock()
    (letter,) = letters()
    assert f"/offers/{number}" in letter.body


def test_the_rhythm_is_obeyed_and_the_hour_awaited(lite: Flask, now: Any) -> None:
    person = account(lite, "seeker@example.cn")
    saved(person.actor, every="weekly")
    now.shift(timedelta(minutes=1))
    fresh()
    now.shift(timedelta(days=6))
    round_of_the_clock()
    assert not letters()
    now.shift(timedelta(days=1) - timedelta(hours=4))  # six in the morning
    round_of_the_clock()
    assert not letters()
    now.shift(timedelta(hours=4))
    round_of_the_clock()
    assert len(letters()) == 1


def test_what_was_published_while_nobody_wanted_to_hear_is_not_told_afterwards(lite: Flask, now: Any) -> None:
    person = account(lite, "seeker@example.cn")
    search = saved(person.actor, every="none")
    fresh()
    now.shift(timedelta(days=5))
    round_of_the_clock()
    transaction(lambda: saved_searches.change(person.actor, search, {"every": "daily"}).id)
    now.shift(timedelta(days=1))
    round_of_the_clock()
    assert not letters()


def test_more_than_a_letter_holds_are_counted_and_more_than_a_day_takes_come_the_next(
    lite: Flask, now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "AT_ONCE", 4)
    monkeypatch.setattr(alerts, "LISTED", 3)
    person = account(lite, "seeker@example.cn")
    saved(person.actor)
    for n in range(6):
        now.shift(timedelta(minutes=1))
        fresh(f"焊接机器人第{n}型")
    for _ in range(3):
        now.shift(timedelta(days=1))
        round_of_the_clock()
    first, second = letters()
    assert "4 项" in first.subject
    assert "另有 1 项" in first.body
    assert "2 项" in second.subject


def test_who_looks_for_announced_offers_hears_of_an_announcement(lite: Flask, now: Any) -> None:
    person = account(lite, "seeker@example.cn")
    number = fresh()
    now.shift(timedelta(days=10))
    saved(person.actor, tag="announced")
    now.shift(timedelta(days=2))

    def announce() -> None:
        row = db.session.scalars(select(Declaration).where(Declaration.number == number)).one()
        row.cnipa_status, row.cnipa_announced_on = "announced", clock.today()
        catalogue.index(row.id)

    transaction(announce)
    for _ in range(8):
        now.shift(timedelta(days=1))
        round_of_the_clock()
    (letter,) = letters()
    assert f"/offers/{number}" in letter.body


def test_the_letter_can_be_ended_with_one_click_and_carries_nobody_elses_data(lite: Flask, now: Any) -> None:
    person, other = account(lite, "seeker@example.cn", name="王明"), account(lite, "second@example.cn")
    saved(person.actor)
    saved(other.actor, name="另一人的查找")
    now.shift(timedelta(minutes=1))
    fresh()
    now.shift(timedelta(days=1))
    round_of_the_clock()
    mine = next(one for one in letters() if one.address == "seeker@example.cn")
    assert "另一人的查找" not in mine.body
    assert "second@example.cn" not in mine.body
    data = (lite.extensions["settings"].outbox / f"{mine.id}.eml").read_bytes()
    made = email.message_from_bytes(data)
    assert made["List-Unsubscribe"] == f"<http://localhost/api/v1/unsubscribe/{mine.unsubscribe}>"
    assert made["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "=?" not in made["Message-ID"]
    path = f"/api/v1/unsubscribe/{mine.unsubscribe}"
    answer = as_request(lite.test_client().post, path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 204
    fresh("又一种焊接机器人")
    now.shift(timedelta(days=1))
    round_of_the_clock()
    states = {one.address: one.state for one in letters()[-2:]}
    assert states == {"seeker@example.cn": "on_site", "second@example.cn": "kept"}


def test_industries_are_followed_only_when_chosen_and_told_in_a_letter_of_their_own(
    lite: Flask, now: Any
) -> None:
    person = account(lite, "seeker@example.cn")
    browser = Browser(lite).sign_in(person.email).get("/searches/industries")
    browser.submit({"sections[]": ["I"], "every": "daily"})
    assert "关注的行业已保存" in browser.text
    now.shift(timedelta(minutes=1))
    number = fresh(use={"industry": "I65", "field": "01", "stage": "pilot"})
    fresh("一种土壤修复剂", use={"industry": "N77", "field": "01", "stage": "pilot"})
    now.shift(timedelta(days=1))
    round_of_the_clock()
    (letter,) = letters("industry_finds")
    assert f"/offers/{number}" in letter.body
    assert "土壤" not in letter.body
    browser.sign_in(person.email).get("/searches/industries").submit({"sections[]": [], "every": "daily"})
    assert not reading(lambda: saved_searches.of_account(person.actor, Kind.INDUSTRY))
    browser.get("/searches/industries")
    assert browser.submit({"sections[]": ["ZZ"], "every": "daily"}).status == 422


# --- keeping -----------------------------------------------------------------------------------------


def test_the_same_search_saved_again_is_renamed_and_an_empty_one_is_none(app: Flask) -> None:
    person = account(app, "seeker@example.cn")
    first = saved(person.actor, q="机器人 ", sort="price", page="3")
    assert saved(person.actor, name="改名", q="机器人") == first
    (row,) = reading(lambda: list(saved_searches.of_account(person.actor, Kind.SEARCH)))
    assert (row.name, row.query) == ("改名", {"q": "机器人"})
    with pytest.raises(Refused, match="search_empty"):
        saved(person.actor, sort="price")
    with pytest.raises(Invalid):
        saved(person.actor, method="CHEAP")


def test_only_a_confirmed_account_keeps_searches_and_only_so_many(
    lite: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = account(lite, "seeker@example.cn")
    unconfirmed = Actor(account_id=person.actor.account_id, confirmed=False)
    with pytest.raises(Refused, match="account_unconfirmed"):
        saved(unconfirmed)
    monkeypatch.setattr(watching, "MOST", 2)
    saved(person.actor, q="甲")
    saved(person.actor, q="乙")
    with pytest.raises(Refused, match="searches_many"):
        saved(person.actor, q="丙")


def test_nobody_reaches_anothers_searches(lite: Flask) -> None:
    person, other = account(lite, "seeker@example.cn"), account(lite, "second@example.cn")
    search = saved(person.actor)
    for act in (saved_searches.look, saved_searches.drop, saved_searches.find):
        with pytest.raises(NotFound):
            transaction(lambda one=act: one(other.actor, search))  # type: ignore[misc]


def test_the_pages_save_count_what_is_new_and_forget(lite: Flask, now: Any) -> None:
    person = account(lite, "seeker@example.cn")
    browser = Browser(lite).sign_in(person.email).get("/search?q=机器人&method=FREE&sort=price")
    assert "保存此查找" in browser.text
    browser.get("/searches/new?q=机器人&method=FREE")
    browser.submit({"every": "weekly"})
    assert "查找已保存" in browser.text
    assert "机器人、免费" in browser.text
    now.shift(timedelta(minutes=20))
    fresh(fee=FREE)
    assert "新增 1 项" in browser.get("/searches").text
    search = reading(lambda: saved_searches.of_account(person.actor, Kind.SEARCH)[0].id)
    now.shift(timedelta(minutes=20))
    browser.get(f"/searches/{search}")
    assert browser.address.endswith("&method=FREE")
    assert "没有新增" in browser.get("/searches").text
    browser.get(f"/searches/{search}/edit").submit({"name": ""})
    assert browser.status == 422
    browser.submit({"name": "免费的机器人", "every": "none"})
    assert "免费的机器人" in browser.text
    browser.submit(action=f"/searches/{search}/delete")
    assert "还没有保存的查找" in browser.text


def test_machines_keep_searches_too(lite: Flask) -> None:
    with _today():
        owner = make_organisation(lite, "u1")
    knock = machine(lite, owner)
    made = knock("POST", "/api/v1/searches", {"name": "免费", "every": "weekly", "query": {"method": "FREE"}})
    assert made.status_code == 201, made.json
    assert made.json["feed"] == "http://localhost/search/feed.json?method=FREE"
    path = f"/api/v1/searches/{made.json['id']}"
    assert knock("PATCH", path, {"every": "none"}).json["every"] == "none"
    assert knock("POST", "/api/v1/searches", {"name": "x", "query": {"method": "CHEAP"}}).status_code == 422
    assert [one["name"] for one in knock("GET", "/api/v1/searches").json["searches"]] == ["免费"]
    assert knock("DELETE", path).status_code == 204
    assert knock("GET", path).status_code == 404


def test_an_erased_account_leaves_no_saved_search(app: Flask, now: Any) -> None:
    person = account(app, "seeker@example.cn")
    saved(person.actor)
    now.shift(timedelta(minutes=1))
    fresh()
    now.shift(timedelta(days=1))
    round_of_the_clock()
    assert reading(lambda: db.session.scalar(select(func.count()).select_from(SavedFind))) == 1

    def erase() -> None:
        account = db.session.get_one(Account, person.actor.account_id)
        for one in list(wishes.of_account(account)):
            one.erase()

    transaction(erase)
    for table in (SavedSearch, SavedFind):
        assert reading(lambda one=table: db.session.scalar(select(func.count()).select_from(one))) == 0


# --- feeds -------------------------------------------------------------------------------------------


def test_a_search_is_a_feed_in_two_forms_for_anybody(app: Flask) -> None:
    number, other = fresh("焊接<机器人>&臂架\x07"), fresh("一种轴承座")
    client = app.test_client()
    answer = as_request(client.get, "/search/feed.atom?q=机器人&sort=price")
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    root = xml.fromstring(answer.data)
    names = {"a": "http://www.w3.org/2005/Atom"}
    (entry,) = root.findall("a:entry", names)
    assert entry.findtext("a:id", "", names) == f"http://localhost/offers/{number}"
    assert entry.findtext("a:title", "", names).startswith("焊接<机器人>&臂架")
    assert "q=%E6%9C%BA" in root.findtext("a:id", "", names)
    assert "sort" not in root.findtext("a:id", "", names)
    found = as_request(client.get, "/search/feed.json").json
    assert found["version"] == "https://jsonfeed.org/version/1.1"
    assert {one["id"].rpartition("/")[2] for one in found["items"]} == {number, other}
    assert as_request(client.get, "/search/feed.atom?method=CHEAP").status_code == 422
    assert not answer.headers.getlist("Set-Cookie")


def test_a_feed_that_has_not_changed_is_not_sent_again(lite: Flask, now: Any) -> None:
    fresh()
    client = lite.test_client()
    first = as_request(client.get, "/search/feed.json?q=机器人")
    assert first.headers["Cache-Control"] == "public, max-age=600"
    again = {"If-None-Match": first.headers["ETag"]}
    assert as_request(client.get, "/search/feed.json?q=机器人", headers=again).status_code == 304
    now.shift(timedelta(hours=1))
    fresh("又一种机器人")
    assert as_request(client.get, "/search/feed.json?q=机器人", headers=again).status_code == 200
    empty = as_request(client.get, "/search/feed.json?q=没有这样的")
    assert json.loads(empty.data)["items"] == []


def test_the_search_page_names_its_feeds(lite: Flask) -> None:
    html = Browser(lite).get("/search?q=机器人&sort=price").html
    assert 'type="application/atom+xml"' in html
    assert "/search/feed.json?q=%E6%9C%BA" in html


def test_only_what_is_looked_for_makes_two_searches_different() -> None:
    one = watching.kept({"q": " 甲 ", "page": "2", "method": "", "sort": "price", "lang": "en"})
    assert one == {"q": "甲"}
    assert watching.digest({"a": "1", "b": "2"}) == watching.digest({"b": "2", "a": "1"})
    assert watching.digest({"a": "1"}) != watching.digest({"a": "2"})
    assert watching.last_told(Every.NONE, DAY.date()) is None
