"""Sessions that end: by a new sign-in, by their person, by whoever runs the system; and what signing out
leaves.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from registry import clock
from registry.database import db
from registry.events import SecurityEvent
from registry.parties import doors
from registry.parties.models import Account, Session
from tests.browser import PASSWORD, Browser, open_account
from tests.test_commands import run

EMAIL = "wangming@example.cn"


def is_in(browser: Browser) -> bool:
    return browser.get("/account").address == "/account"


def test_signing_in_again_ends_what_this_browser_was_signed_in_to(lite: Flask) -> None:
    open_account(EMAIL)
    browser, elsewhere = Browser(lite).sign_in(EMAIL), Browser(lite).sign_in(EMAIL)
    stolen = browser.client.get_cookie(doors.SESSION_COOKIE)
    assert stolen is not None
    browser.sign_in(EMAIL)
    thief = Browser(lite)
    thief.client.set_cookie(doors.SESSION_COOKIE, stolen.value)
    assert [is_in(one) for one in (thief, browser, elsewhere)] == [False, True, True]


def test_all_other_sessions_end_at_one_press_after_a_fresh_proof(lite: Flask) -> None:
    open_account(EMAIL)
    with time_machine.travel(clock.now(), tick=False) as travel:
        browser, other = Browser(lite).sign_in(EMAIL), Browser(lite).sign_in(EMAIL)
        travel.shift(timedelta(minutes=11))
        browser.get("/account").submit(action="/account/sessions/end")
        assert browser.address.startswith("/account/proof")
        one = db.session.query(Session.id).order_by(Session.created_at).first()
        assert one is not None
        browser.get("/account").submit(action=f"/account/sessions/{one.id}/end")
        assert browser.address.startswith("/account/proof")
        browser.submit({"password": PASSWORD}, action="/account/proof")
        browser.get("/account").submit(action="/account/sessions/end")
        assert "其他登录已全部结束" in browser.text
        assert [is_in(one) for one in (browser, other)] == [True, False]
        assert "结束其他所有登录" not in browser.text


def test_whoever_runs_the_system_ends_the_sessions_of_one_or_of_all(lite: Flask) -> None:
    open_account(EMAIL)
    open_account("other@example.cn")
    mine, theirs = Browser(lite).sign_in(EMAIL), Browser(lite).sign_in("other@example.cn")
    for wrong in (["--everybody", EMAIL], []):
        assert run(lite, "account", "end-sessions", *wrong, "--reason", "x").exit_code != 0
    assert run(lite, "account", "end-sessions", EMAIL, "--reason", "a lost laptop").exit_code == 0
    assert [is_in(one) for one in (mine, theirs)] == [False, True]
    assert "2 sessions" not in run(lite, "account", "end-sessions", "--everybody", "--reason", "x").output
    assert not is_in(theirs)
    told = {one.detail for one in db.session.query(SecurityEvent)}
    assert {"end_sessions", "end_every_session"} <= told


def test_signing_out_asks_the_browser_to_forget(lite: Flask) -> None:
    open_account(EMAIL)
    browser = Browser(lite).sign_in(EMAIL).get("/account")
    form = next(one for one in browser.forms if one.action == "/logout")
    answer = browser.client.post("/logout", data=form.fields)
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.parametrize("wired", [False, True])
def test_an_account_whose_address_nobody_confirmed_says_no_more_than_a_stranger(
    lite: Flask, wired: bool
) -> None:
    """Registering an address and signing in to it would tell whether it had been free."""
    if wired:
        sms = "tests.parties.test_phones:provider"
        lite.extensions["settings"] = replace(lite.extensions["settings"], sms=sms)
    open_account("known@example.cn")
    said = []
    for email in ("known@example.cn", "free@example.cn"):
        words = "some other long words"
        typed = {"name": "某人", "email": email, "password": words, "password_again": words}
        browser = Browser(lite).get("/register").submit(typed)
        browser.get("/login").submit({"email": email, "password": words}, action="/login")
        said.append((browser.status, browser.address, browser.text))
    assert said[0] == said[1]
    assert db.session.query(Account).count() == 2
