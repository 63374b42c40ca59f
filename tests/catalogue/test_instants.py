"""Was this offer open at that instant: the page, the interface, and the proof that goes with the answer."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from flask import Flask

from registry import clock
from registry.database import transaction
from registry.ledger import published
from registry.ledger import service as ledger
from registry.ledger.bundle_file import check_bundle
from registry.ledger.policy import policy_of
from registry.ledger.setup import ledger_setup
from registry.licenses import announcements, register
from tests import factories
from tests.browser import Browser
from tests.factories import Offer
from tests.ledger.making import effective, file

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def life(lite: Flask) -> Iterator[dict[str, Any]]:
    """An offer published, paused, resumed, announced late, withdrawn, in hours and days of the log's future:
    its times never fall.
    """
    last = published.entries(ledger.size() - 1, ledger.size())[0].entry.instant + timedelta(days=1)
    morning = last.astimezone(clock.SHANGHAI).replace(hour=9, minute=30, second=0, microsecond=0)
    moments: dict[str, Any] = {"published": morning}
    announced = {"cnipa_number": "KF1", "day": morning.date() + DAY}
    with time_machine.travel(morning, tick=False) as now:
        holder, venue = factories.make_organisation(lite, "u1"), factories.make_venue(lite, "v1")
        offer = factories.published(lite, holder, venue)
        for name, wait, verb, options in (
            ("paused", HOUR, announcements.pause, {"ground": "B3", "since": morning.date()}),
            ("resumed", HOUR, announcements.resume, {}),
            ("announced", 72 * HOUR, announcements.announce, announced),
            ("withdrawn", HOUR, announcements.announce_withdrawal, {"day": morning.date() + 3 * DAY}),
        ):
            now.shift(wait)
            transaction(partial(_act, offer, verb, options))
            moments[name] = clock.now()
        now.shift(HOUR)
        file(effective("C-1"))
        now.shift(HOUR)
        yield {"offer": offer, **moments}


def _act(offer: Offer, verb: Any, options: dict[str, Any]) -> None:
    verb(offer.venue.actor, register.find(offer.number), **options)


def ask(app: Flask, life: dict[str, Any], instant: datetime, status: int = 200) -> dict[str, Any]:
    path = f"/api/v1/offers/{life['offer'].number}/at?instant={clock.rfc3339(instant)}"
    answer = app.test_client().get(path)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return dict(answer.json)


def test_each_instant_has_the_answer_of_then(lite: Flask, life: dict[str, Any]) -> None:
    just_before = timedelta(milliseconds=1)
    expected = [
        (life["published"] - just_before, "offer_not_published"),
        (life["published"], "local"),
        (life["paused"] - just_before, "local"),
        (life["paused"], "offer_paused"),
        (life["resumed"], "local"),
        (life["announced"], "statutory"),
        (life["withdrawn"] - just_before, "statutory"),
        (life["withdrawn"], "offer_withdrawn"),
    ]
    for instant, code in expected:
        said = ask(lite, life, instant)
        assert (said["recorded"]["code"], said["recorded"]["open"]) == (code, code in ("local", "statutory"))
        assert said["recorded"]["article"]


def test_a_day_of_cnipas_recorded_later_is_said_beside_the_answer(lite: Flask, life: dict[str, Any]) -> None:
    said = ask(lite, life, life["announced"] - DAY)
    assert (said["recorded"]["code"], said["settled"]["code"]) == ("local", "statutory")
    assert [one["type"] for one in said["later"]] == ["declaration.announced"]
    early = ask(lite, life, life["resumed"])
    assert (early["settled"], early["later"]) == (early["recorded"], [])
    same_day = ask(lite, life, life["withdrawn"] - timedelta(milliseconds=1))
    assert (same_day["recorded"]["code"], same_day["settled"]["code"]) == ("statutory", "offer_withdrawn")


def test_the_answer_names_the_terms_and_the_filings_it_rests_on(lite: Flask, life: dict[str, Any]) -> None:
    said = ask(lite, life, life["announced"])
    types = ["declaration.published", "declaration.paused", "declaration.resumed", "declaration.announced"]
    assert [one["type"] for one in said["rests_on"]] == types
    version = factories.reading(lambda: register.find(life["offer"].number).current)
    assert version is not None
    assert said["terms"]["text_digest"] == version.digest
    assert said["terms"]["fields"]["fee"] == version.public_fields["fee"]
    for one in said["rests_on"]:
        assert lite.test_client().get(one["proof"]).status_code == 200
    assert ask(lite, life, life["published"] - HOUR)["terms"] is None


def test_the_instant_has_its_place_between_two_entries(lite: Flask, life: dict[str, Any]) -> None:
    said = ask(lite, life, life["paused"])["position"]
    assert said["after"]["seq"] == said["before"]["seq"] + 1
    assert said["before"]["time"] <= clock.rfc3339(life["paused"]) < said["after"]["time"]
    last = ask(lite, life, clock.now())["position"]
    assert (last["before"]["seq"], last["after"]) == (ledger.size() - 1, None)
    first = ask(lite, life, datetime(2020, 1, 1, tzinfo=clock.SHANGHAI))["position"]
    assert (first["before"], first["after"]["seq"]) == (None, 0)
    times = [published.entries(seq, seq + 1)[0].entry.instant for seq in range(ledger.size())]
    assert [published.count_until(time) for time in times] == [
        sum(other <= time for other in times) for time in times
    ]


def test_the_proof_verifies_offline_and_holds_only_what_decides(lite: Flask, life: dict[str, Any]) -> None:
    said = ask(lite, life, life["paused"])
    data = lite.test_client().get(said["bundle"]).data
    report = check_bundle(data, policy_of(ledger_setup().vkey))
    assert report.ok
    about = {one["seq"] for one in said["rests_on"]}
    places = {filing["seq"] for filing in json.loads(data)["filings"]}
    assert about <= places
    assert not json.loads(data)["disclosures"]


def test_an_instant_to_come_and_nonsense_are_refused_with_a_reason(lite: Flask, life: dict[str, Any]) -> None:
    assert ask(lite, life, clock.now() + HOUR, 422)["code"] == "instant_future"
    number = life["offer"].number
    for query, code in (("", "invalid"), ("?instant=2026-11-20", "invalid"), ("?instant=now", "invalid")):
        answer = lite.test_client().get(f"/api/v1/offers/{number}/at{query}")
        assert (answer.status_code, answer.mimetype) == (422, "application/problem+json"), query
        assert answer.json["code"] == code
    assert (
        lite.test_client()
        .get("/api/v1/offers/MX-D26-0000-0000/at?instant=2026-01-01T00:00:00.000Z")
        .status_code
        == 404
    )


def test_the_page_answers_in_one_sentence_by_shanghai_time(lite: Flask, life: dict[str, Any]) -> None:
    page, number = Browser(lite), life["offer"].number
    page.get(f"/offers/{number}/at")
    assert page.html.count("<h1") == 1
    assert "依据的记录" not in page.text
    here = life["paused"].astimezone(clock.SHANGHAI)
    page.get(f"/offers/{number}/at?day={here.date()}&time={here:%H:%M}")
    assert page.status == 200, page.text
    assert f"{here:%H:%M}:00.000，不开放。这项声明暂停接受新的通知" in page.text
    assert "当时的条件" in page.text
    assert f"/offers/{number}/at/bundle.json" in page.html
    late = life["announced"].astimezone(clock.SHANGHAI) - HOUR
    page.get(f"/offers/{number}/at?day={late.date()}&time={late:%H:%M:%S}.000&lang=zh")
    assert "，开放。" in page.text
    assert "后来登记的公告改变了结论" in page.text


def test_what_was_typed_wrong_stands_beside_its_field(lite: Flask, life: dict[str, Any]) -> None:
    page, number = Browser(lite), life["offer"].number
    for day, time, words in (
        ("2026-11-20", "25:00", "时间应写成"),
        ("2026-02-30", "09:30", "错误"),
        (f"{clock.today() + timedelta(days=1)}", "09:30", "还没有到"),
        ("2026-11-20", "", "错误"),
    ):
        page.get(f"/offers/{number}/at?day={day}&time={time}")
        assert page.status == 422, (day, time)
        assert words in page.text or words in page.title, (day, time)
    page.get(f"/offers/{number}/at?day={clock.today() + timedelta(days=1)}&time=09:30")
    assert f"现在是 {clock.now().astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}）" in page.text


def test_the_page_speaks_english_and_is_linked_from_the_offer(lite: Flask, life: dict[str, Any]) -> None:
    page, number = Browser(lite, lang="en"), life["offer"].number
    here = life["published"].astimezone(clock.SHANGHAI)
    page.get(f"/offers/{number}/at?day={here.date()}&time={here:%H:%M}")
    assert ": open. The declaration took notices, as an ordinary license" in page.text
    assert f"/offers/{number}/at" in page.get(f"/offers/{number}").html
