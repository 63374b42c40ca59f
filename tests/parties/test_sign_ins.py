"""Signing in while it is being guessed at, from browsers known and new, and proving anew that it is still
oneself.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from registry import clock
from registry.app import create_app
from registry.database import db, transaction
from registry.parties import accounts, permissions, sign_ins
from registry.parties.factor_models import HalfSignIn, KnownBrowser
from registry.parties.models import Account, Mail, Organisation, Session, Throttle
from registry.parties.rules import Actor, Role
from tests.browser import PASSWORD, Browser, code_of, open_account
from tests.parties.people import owner

EMAIL = "wangming@example.cn"


def letters(letter: str) -> list[Mail]:
    return db.session.query(Mail).filter_by(letter=letter).all()


# --- everybody together ------------------------------------------------------------------------------


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_ins, "FAILURES", 3)


def fail(app: Flask, times: int) -> None:
    for turn in range(times):
        browser = Browser(app, address=f"198.51.100.{turn}").get("/login")
        browser.submit({"email": f"nobody{turn}@example.cn", "password": "not this one"}, action="/login")
        assert browser.status == 422


@pytest.mark.usefixtures("few")
def test_while_everybody_is_guessed_at_a_new_browser_takes_a_code_by_mail_and_a_known_one_does_not(
    app: Flask,
) -> None:
    open_account(EMAIL)
    known = Browser(app).sign_in(EMAIL)
    fail(app, 3)
    known.sign_out()
    assert known.sign_in(EMAIL).address == "/desk"
    new = Browser(app, address="192.0.2.1").get("/login?next=/account")
    new.submit({"email": EMAIL, "password": PASSWORD}, action="/login")
    assert new.address.startswith("/login/code")
    assert "现在有人在大量试猜本站的密码" in new.text
    assert new.submit({"code": code_of(EMAIL)}).address == "/account"
    assert db.session.query(Session).filter(Session.second_at.is_not(None)).count() == 0
    assert db.session.query(HalfSignIn).count() == 0
    with time_machine.travel(clock.now() + timedelta(minutes=2), tick=False):
        assert Browser(app, address="192.0.2.2").sign_in(EMAIL).address == "/desk"


@pytest.mark.usefixtures("few")
def test_a_code_by_mail_opens_its_own_half_sign_in_alone(lite: Flask) -> None:
    open_account(EMAIL)
    fail(lite, 3)
    first, second = Browser(lite).get("/login"), Browser(lite).get("/login")
    first.submit({"email": EMAIL, "password": PASSWORD}, action="/login")
    code = code_of(EMAIL)
    second.submit({"email": EMAIL, "password": PASSWORD}, action="/login")
    assert second.submit({"code": code}).status == 422
    assert first.submit({"code": code}).address == "/desk"


def test_failures_counted_by_one_server_stand_at_one_that_starts_anew(lite: Flask) -> None:
    fail(lite, 2)
    other = create_app(lite.extensions["settings"])
    fail(other, 1)
    with other.app_context():
        assert accounts.counted("failed_sign_ins", "", window=sign_ins.FAILURES_WINDOW) == 3
        db.session.remove()
        db.engine.dispose()
    keys = [one.key for one in db.session.query(Throttle)]
    assert keys
    assert not [one for one in keys if "example" in one]


def test_one_address_that_opens_accounts_and_asks_for_letters_is_stopped(
    lite: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from registry.parties import pages

    monkeypatch.setattr(pages, "FROM_ONE_ADDRESS", 3)
    browser = Browser(lite)
    for turn in range(4):
        browser.get("/reset").submit({"email": f"nobody{turn}@example.cn"})
    assert (browser.status, "尝试次数过多" in browser.text) == (429, True)
    elsewhere = Browser(lite, address="192.0.2.1").get("/reset").submit({"email": "nobody@example.cn"})
    assert elsewhere.address == "/reset/code"


# --- browsers ----------------------------------------------------------------------------------------


def test_a_sign_in_from_a_new_browser_is_told_and_one_from_a_known_browser_is_not(app: Flask) -> None:
    open_account(EMAIL)
    browser = Browser(app).sign_in(EMAIL)
    assert letters("signed_in_new") == []
    browser.sign_out()
    browser.sign_in(EMAIL)
    assert letters("signed_in_new") == []
    other = Browser(app, address="192.0.2.7")
    other.client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Windows NT 10.0) Gecko Firefox/140.0 <b>"
    other.sign_in(EMAIL)
    (letter,) = letters("signed_in_new")
    for words in ("Firefox · Windows", "192.0.2.7", "退出那一处登录"):
        assert words in letter.body
    assert "http" not in letter.body
    assert "<b>" not in letter.body
    token = other.client.get_cookie("mingxu_browser")
    assert token is not None
    assert token.http_only
    assert db.session.query(KnownBrowser).filter_by(token_hash=token.value).count() == 0
    assert db.session.query(KnownBrowser).count() == 2


def test_one_browser_may_be_known_to_several_people_and_says_nothing_about_them(lite: Flask) -> None:
    open_account(EMAIL)
    open_account("other@example.cn")
    Browser(lite).sign_in("other@example.cn")
    browser = Browser(lite).sign_in(EMAIL)
    browser.sign_out()
    browser.sign_in("other@example.cn")
    assert [one.address for one in letters("signed_in_new")] == ["other@example.cn"]


def test_a_reset_password_makes_every_browser_a_stranger(lite: Flask) -> None:
    open_account(EMAIL)
    browser = Browser(lite).sign_in(EMAIL)
    browser.get("/reset").submit({"email": EMAIL})
    new = "another long sentence"
    browser.submit({"code": code_of(EMAIL), "password": new, "password_again": new})
    browser.sign_in(EMAIL, new)
    assert len(letters("signed_in_new")) == 1


def test_of_very_many_browsers_the_latest_are_kept(lite: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    account_id = open_account(EMAIL).id
    monkeypatch.setattr(sign_ins, "BROWSERS", 3)
    for turn in range(5):
        with time_machine.travel(clock.now() + timedelta(minutes=turn), tick=False):
            transaction(lambda turn=turn: sign_ins.remember(account_id, f"token {turn}"))  # type: ignore[misc]
    known = [sign_ins.knows(account_id, f"token {turn}") for turn in range(5)]
    assert known == [False, False, True, True, True]
    with time_machine.travel(clock.now() + timedelta(days=401), tick=False):
        assert not sign_ins.knows(account_id, "token 4")
        transaction(sign_ins.sweep)
    assert db.session.query(KnownBrowser).count() == 0


@pytest.mark.parametrize(
    ("agent", "named"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18 Safari/604.1", "Safari · iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge · Windows"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140 Mobile MicroMessenger/8.0", "WeChat · Android"),
        ("curl/8.0\r\nX: y", ""),
        ("", ""),
    ],
)
def test_a_browser_is_named_in_our_words_never_in_its_own(agent: str, named: str) -> None:
    assert sign_ins.browser_name(agent) == named


# --- still oneself -----------------------------------------------------------------------------------

SIGNED = {
    "account.change", "account.approve", "account.use", "key.revoke",
}  # fmt: skip
"""Their forms take the password or a device: the act is signed."""
PLAIN = {"account.stop", "account.view", "member.view", "staff.view", "webhook.view"}
"""They stop or read something."""


def test_every_verb_that_changes_an_account_its_keys_or_people_asks_for_a_proof_or_signs() -> None:
    kinds = ("account.", "factor.", "key.", "machine.", "member.", "phone.", "staff.", "webhook.", "agent.")
    verbs = {verb for verb in permissions.TABLE if verb.startswith(kinds)}
    unsorted = verbs - permissions.PROVED - SIGNED - PLAIN
    assert unsorted == set(), "sort it: permissions.PROVED, or say here why not"
    assert set(permissions.TABLE) >= permissions.PROVED


@pytest.mark.parametrize("verb", sorted(permissions.PROVED))
def test_a_browser_proves_it_within_ten_minutes_and_a_machine_or_command_need_not(
    lite: Flask, verb: str
) -> None:
    boss = owner("c1")
    actor = replace(boss, role=Role.SECURITY if verb.startswith("staff") else boss.role)
    thing = _thing(actor)
    permissions.allow(actor, verb, thing)
    shown = replace(actor, session_id=actor.account_id, proved_at=clock.now())
    permissions.allow(shown, verb, thing)
    with time_machine.travel(clock.now() + timedelta(minutes=10, seconds=1), tick=False):
        for late in (shown, replace(shown, proved_at=None)):
            with pytest.raises(permissions.NotProved):
                permissions.allow(late, verb, thing)
            assert permissions.may(late, verb, thing)


class _Thing:
    def __init__(self, actor: Actor) -> None:
        self.account_id, self.holder_id = actor.account_id, actor.organisation_id


def _thing(actor: Actor) -> _Thing:
    return _Thing(actor)


def test_a_form_that_needs_a_proof_comes_back_as_it_was_after_the_proof(app: Flask) -> None:
    boss = owner("c1")
    with time_machine.travel(clock.now(), tick=False) as travel:
        browser = Browser(app).sign_in(boss.email).get("/organisation/members")
        travel.shift(timedelta(minutes=11))
        headers = {"Origin": "http://localhost", "Referer": "http://localhost/organisation/members"}
        typed = {"email": "new@example.cn", "role": "finance"}
        browser.submit(typed, action="/organisation/members", headers=headers)
        assert browser.address == "/account/proof?next=/organisation/members%23kept"
        assert letters("invited") == []
        browser.submit({"password": "not this one"}, action="/account/proof")
        assert (browser.status, "密码不正确" in browser.text) == (422, True)
        browser.submit({"password": PASSWORD}, action="/account/proof")
        assert browser.address == "/organisation/members"
        form = browser.form("/organisation/members")
        assert (form.fields["email"], form.fields["role"]) == ("new@example.cn", "finance")
        browser.submit(action="/organisation/members")
    assert [one.address for one in letters("invited")] == ["new@example.cn"]


def test_a_proof_is_of_one_session_and_passwords_shown_are_counted(lite: Flask) -> None:
    boss = owner("c1")
    with time_machine.travel(clock.now(), tick=False) as travel:
        browser, other = Browser(lite).sign_in(boss.email), Browser(lite).sign_in(boss.email)
        travel.shift(timedelta(minutes=11))
        browser.get("/account/proof").submit({"password": PASSWORD}, action="/account/proof")
        assert browser.get("/organisation/edit").address == "/organisation/edit"
        assert other.get("/organisation/edit").address.startswith("/account/proof")
        transaction(lambda: [accounts.attempt("step_up", str(boss.account_id), limit=30) for _ in range(29)])
        other.submit({"password": PASSWORD}, action="/account/proof")
        assert "尝试次数过多" in other.text
    assert db.session.query(Organisation).count() == 1


def test_a_proof_leads_nowhere_else(lite: Flask) -> None:
    open_account(EMAIL)
    browser = Browser(lite).sign_in(EMAIL).get("/account/proof?next=//evil.example/")
    assert browser.submit({"password": PASSWORD}, action="/account/proof").address == "/account"
    assert browser.get("/account/proof").submit({}, action="/account/proof").status == 422
    assert db.session.query(Account).count() == 1
