"""Registering, confirming, signing in, forgetting a password: what strangers cannot learn."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from registry import clock
from registry.database import db
from registry.ledger import service as ledger
from registry.ledger.models import LedgerKey
from registry.parties import keys, pages
from registry.parties.models import Account, Key, Mail, Session, Throttle
from tests.browser import PASSWORD, Browser, code_of, open_account

EMAIL = "wangming@example.cn"
NEW = "another long sentence"


def register(browser: Browser, email: str = EMAIL, **changes: str) -> Browser:
    typed = {"name": "王明", "email": email, "password": PASSWORD, "password_again": PASSWORD, **changes}
    return browser.get("/register").submit(typed)


def test_who_registers_confirms_and_signs_in_stands_at_the_desk_with_a_filed_key(app: Flask) -> None:
    browser = register(Browser(app))
    assert browser.address == "/confirm"
    browser.submit({"code": code_of(EMAIL)}, action="/confirm")
    assert browser.address == "/login"
    browser.submit({"password": PASSWORD}, action="/login")
    assert browser.address == "/desk"
    account = db.session.query(Account).filter_by(email=EMAIL).one()
    key = db.session.query(Key).filter_by(account_id=account.id).one()
    assert key.enrolled_seq is not None
    filed = ledger.filed_at(key.enrolled_seq)[1]
    assert (filed.type, filed.subject, filed.fields["holder"]) == ("key.enrolled", key.kid, str(account.id))
    assert key.enrolment == {}
    assert "王明" not in str(filed.fields)


def test_mistakes_stand_beside_their_fields_and_passwords_are_not_sent_back(lite: Flask) -> None:
    browser = register(Browser(lite), email="nobody", password="short", name=" ")
    assert browser.status == 422
    assert browser.title.startswith("错误：")
    assert "密码至少 10 个字符" in browser.text
    assert "请填写正确的电子邮箱地址" in browser.text
    assert "short" not in browser.html
    assert PASSWORD not in browser.html


def test_two_different_passwords_are_refused(lite: Flask) -> None:
    assert "两次填写的密码不一样" in register(Browser(lite), password_again=NEW).text


def test_a_known_address_gets_the_same_page_and_a_letter_of_its_own(lite: Flask) -> None:
    open_account(EMAIL)
    stranger, known = register(Browser(lite), email="new@example.cn"), register(Browser(lite))
    assert (stranger.status, stranger.address) == (known.status, known.address)
    assert stranger.text == known.text
    letters = db.session.query(Mail).filter_by(address=EMAIL).order_by(Mail.created_at).all()
    assert letters[-1].subject.startswith("有人用您的邮箱注册")
    assert db.session.query(Account).filter_by(email=EMAIL).count() == 1


def test_a_wrong_code_is_refused_and_six_wrong_ones_spend_the_right_one(lite: Flask) -> None:
    browser = register(Browser(lite))
    right = code_of(EMAIL)
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(6):
        browser.submit({"code": wrong}, action="/confirm")
        assert browser.status == 422
        assert "确认码不正确" in browser.text
    assert browser.submit({"code": right}, action="/confirm").status == 422
    browser.submit(action="/confirm/again")
    assert browser.submit({"code": code_of(EMAIL)}, action="/confirm").address == "/login"


def test_a_code_runs_out_after_half_an_hour(lite: Flask) -> None:
    browser = register(Browser(lite))
    code = code_of(EMAIL)
    with time_machine.travel(clock.now() + timedelta(minutes=31), tick=False):
        assert browser.submit({"code": code}, action="/confirm").status == 422


def test_letters_to_one_address_are_limited(lite: Flask) -> None:
    browser = register(Browser(lite))
    for _ in range(4):
        browser.submit(action="/confirm/again")
        assert browser.status == 200
    assert "尝试次数过多" in browser.submit(action="/confirm/again").text


def test_an_unknown_address_costs_the_same_work_and_hears_the_same_words(
    lite: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_account(EMAIL)
    compared: list[bool] = []
    real = keys.password_fits

    def counting(stored: str | None, password: str) -> bool:
        compared.append(stored is None)
        return real(stored, password)

    monkeypatch.setattr(pages.keys, "password_fits", counting)
    said = []
    for email in (EMAIL, "nobody@example.cn"):
        browser = Browser(lite)
        browser.get("/login").submit({"email": email, "password": "wrong password"}, action="/login")
        said.append((browser.status, browser.text))
    assert said[0] == said[1]
    assert compared == [False, True]
    assert "邮箱或密码不正确" in said[0][1]


def test_guessing_is_stopped_in_the_database_even_with_the_right_password(app: Flask) -> None:
    open_account(EMAIL)
    browser = Browser(app)
    for _ in range(10):
        browser.get("/login").submit({"email": EMAIL, "password": "wrong password"}, action="/login")
    browser.get("/login").submit({"email": EMAIL, "password": PASSWORD}, action="/login")
    assert (browser.status, 'href="/reset"' in browser.html) == (429, True)
    assert "尝试次数过多，请 15 分钟后再试" in browser.text
    assert db.session.query(Throttle).count() >= 3
    assert Browser(app, address="198.51.100.9").sign_in(EMAIL).address == "/desk"
    with time_machine.travel(clock.now() + timedelta(minutes=16), tick=False):
        assert browser.sign_in(EMAIL).address == "/desk"


def test_signing_in_leads_back_to_where_one_was_but_never_elsewhere(lite: Flask) -> None:
    open_account(EMAIL)
    browser = Browser(lite).get("/account")
    assert browser.address == "/login?next=/account"
    assert browser.submit({"email": EMAIL, "password": PASSWORD}, action="/login").address == "/account"
    other = Browser(lite).get("/login?next=//evil.example/")
    assert other.submit({"email": EMAIL, "password": PASSWORD}, action="/login").address == "/desk"


def test_a_forgotten_password_revokes_the_old_key_by_a_filing_and_ends_every_session(app: Flask) -> None:
    account = open_account(EMAIL)
    account_id = account.id
    old = db.session.query(Key).filter_by(account_id=account_id).one().kid
    elsewhere = Browser(app).sign_in(EMAIL)
    browser = Browser(app).get("/reset").submit({"email": EMAIL})
    assert browser.address == "/reset/code"
    browser.submit({"code": code_of(EMAIL), "password": NEW, "password_again": NEW})
    assert browser.address == "/login"
    assert elsewhere.get("/account").address.startswith("/login")
    assert browser.submit({"email": EMAIL, "password": NEW}, action="/login").address == "/desk"
    by_kid = {row.kid: row for row in db.session.query(LedgerKey).filter_by(holder=str(account_id))}
    assert by_kid[old].revoked_seq is not None
    assert sorted(row.revoked_seq is None for row in by_kid.values()) == [False, True]
    assert db.session.get_one(Key, old).sealed is None


def test_a_reset_for_a_stranger_says_the_same_and_sends_nothing(lite: Flask) -> None:
    browser = Browser(lite).get("/reset").submit({"email": "nobody@example.cn"})
    assert browser.address == "/reset/code"
    assert db.session.query(Mail).count() == 0


def test_a_confirmation_code_does_not_reset_a_password(lite: Flask) -> None:
    browser = register(Browser(lite))
    browser.get("/reset/code").submit(
        {"email": EMAIL, "code": code_of(EMAIL), "password": NEW, "password_again": NEW}
    )
    assert browser.status == 422


def test_a_changed_password_keeps_the_key_and_ends_the_other_sessions(lite: Flask) -> None:
    account_id = open_account(EMAIL).id
    kid = db.session.query(Key).filter_by(account_id=account_id).one().kid
    other, browser = Browser(lite).sign_in(EMAIL), Browser(lite).sign_in(EMAIL)
    typed = {"present_password": "not this one", "password": NEW, "password_again": NEW}
    assert "密码不正确" in browser.get("/account/password").submit(typed).text
    browser.get("/account/password").submit({**typed, "present_password": PASSWORD})
    assert browser.address == "/account"
    assert other.get("/account").address.startswith("/login")
    key = db.session.query(Key).filter_by(account_id=account_id).one()
    assert key.kid == kid
    assert keys.sign_sealed(key.sealed or b"", NEW, b"message")
    db.session.rollback()
    assert Browser(lite).sign_in(EMAIL, NEW).address == "/desk"


def test_a_session_ends_after_two_idle_hours_and_twelve_in_all(lite: Flask) -> None:
    open_account(EMAIL)
    start = clock.now()
    browser = Browser(lite).sign_in(EMAIL)
    with time_machine.travel(start, tick=False) as travel:
        for hours in (1, 2.9, 4.8, 6.7, 8.6, 10.5, 11.9):
            travel.move_to(start + timedelta(hours=hours))
            assert browser.get("/account").address == "/account", hours
        travel.move_to(start + timedelta(hours=12.1))
        assert browser.get("/account").address.startswith("/login")
    idle = Browser(lite).sign_in(EMAIL)
    with time_machine.travel(clock.now() + timedelta(hours=2, minutes=2), tick=False):
        assert idle.get("/account").address.startswith("/login")


def test_an_ended_session_is_ended_at_once_and_only_ones_own_can_be(lite: Flask) -> None:
    open_account(EMAIL)
    open_account("other@example.cn")
    first, second = Browser(lite).sign_in(EMAIL), Browser(lite).sign_in(EMAIL)
    stranger = Browser(lite).sign_in("other@example.cn").get("/account")
    mine = db.session.query(Session).filter(Session.account.has(email=EMAIL)).order_by(Session.created_at)
    first_id = mine.first().id  # type: ignore[union-attr]
    db.session.rollback()
    token = stranger.form("/account/sessions/").fields
    assert stranger.post(f"/account/sessions/{first_id}/end", token).status == 404
    assert first.get("/account").address == "/account"
    second.get("/account").submit(action=f"/account/sessions/{first_id}/end")
    assert first.get("/account").address.startswith("/login")
    second.sign_out()
    assert second.get("/account").address.startswith("/login")


def test_the_cookie_is_not_stored_and_is_out_of_scripts_reach(lite: Flask) -> None:
    open_account(EMAIL)
    browser = Browser(lite).sign_in(EMAIL)
    cookie = browser.client.get_cookie("mingxu_session")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert db.session.query(Session).filter_by(token_hash=cookie.value).count() == 0
