"""How often people may send and take away: counted as machines' requests are, and nothing typed is lost."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from flask import Flask

from registry import clock
from registry.config import from_environment
from registry.parties import gate, quotas
from tests.browser import Browser, open_account
from tests.factories import make_venue
from tests.test_abuses import visitor

EMAIL = "wangming@example.cn"


@pytest.fixture(autouse=True)
def still() -> Iterator[None]:
    quotas.start_anew()
    with time_machine.travel(clock.now().replace(second=10), tick=False):
        yield
    quotas.start_anew()


def limited(app: Flask, **changes: Any) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], **changes)


def test_pages_that_send_and_files_that_take_much_away_are_counted(lite: Flask) -> None:
    assert set(lite.view_functions) >= gate.EXPORTS
    clerk = visitor(lite, make_venue(lite, "v1"))
    limited(lite, rate_files=2, rate_forms=3)
    rule = next(one for one in lite.url_map.iter_rules() if one.endpoint == "reconciliation.file")
    path = rule.build(dict.fromkeys(rule.arguments, "2026-01"), append_unknown=False)
    assert path is not None
    statuses = [clerk.get(path[1]).status_code for _ in range(3)]
    assert (statuses[0] == 429, statuses[-1]) == (False, 429)
    assert clerk.get("/desk").status_code == 200, "reading goes on"
    guest = Browser(lite)
    told = [guest.get("/reset").submit({"email": f"n{turn}@example.cn"}).status for turn in range(4)]
    assert told == [200, 200, 200, 429]
    assert "请 50 秒后再试" in guest.text


def test_whoever_has_spent_a_minute_keeps_nobody_else_out(lite: Flask) -> None:
    open_account(EMAIL)
    person = Browser(lite).sign_in(EMAIL)
    limited(lite, rate_forms=2)
    for _ in range(3):
        person.get("/account/letters").submit(action="/account/letters")
    assert person.status == 429
    stranger = Browser(lite).get("/reset").submit({"email": "nobody@example.cn"})
    assert stranger.address == "/reset/code", "an account's minute is its own, whatever address it comes from"


def test_a_form_over_the_limit_is_not_lost(lite: Flask) -> None:
    open_account(EMAIL)
    browser = Browser(lite).sign_in(EMAIL)
    limited(lite, rate_forms=1)
    headers = {"Origin": "http://localhost"}
    browser.get("/organisation/new/person").submit({"name": "王明"}, headers=headers)
    browser.get("/organisation/new/person").submit({"name": "欧阳书桐"}, headers=headers)
    assert browser.status == 429
    limited(lite, rate_forms=0)
    assert browser.get("/organisation/new/person").form().fields["name"] == "欧阳书桐"


def test_outside_the_tests_people_are_counted_by_default() -> None:
    made = from_environment({"REGISTRY_SECRET_KEY": "s" * 32, "REGISTRY_ORIGIN": "log.example.cn"})
    assert (made.rate_forms, made.rate_files) == (120, 30)
