"""A mobile number proved by a code, an account confirmed by it, and the port messages leave through."""

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from registry import clock
from registry.config import Misconfigured, from_environment
from registry.database import db, transaction
from registry.errors import TooOften, Unavailable
from registry.jobs import Job
from registry.ledger import service as ledger
from registry.parties import invitations, phones, texts
from registry.parties.models import Account, Key, Mail
from registry.parties.phone_models import PhoneCode, TextMessage
from tests.browser import PASSWORD, Browser, code_of, open_account, run_jobs
from tests.parties.people import owner

EMAIL, PHONE = "wangming@example.cn", "13812345678"
NEW = "another long sentence"
TAKEN: list[tuple[str, str]] = []


def provider(phone: str, words: str) -> str:
    """A port as an operator would write it."""
    TAKEN.append((phone, words))
    return f"ref-{len(TAKEN)}"


def refusing(phone: str, words: str) -> str:
    raise OSError(f"could not send {words} to {phone}")


def wire(app: Flask, port: str) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], sms=port)


@pytest.fixture(autouse=True)
def nothing_taken() -> Iterator[None]:
    TAKEN.clear()
    yield
    TAKEN.clear()


def latest() -> str:
    """The code of the latest message the provider took."""
    run_jobs()
    found = re.search(r"验证码 (\d{6})", TAKEN[-1][1])
    assert found is not None
    return found[1]


def asked(browser: Browser, phone: str = PHONE) -> Browser:
    browser.get("/account/phone").submit({"phone": phone}, action="/account/phone")
    return browser


def test_a_number_is_proved_by_the_code_sent_to_it_and_the_code_stands_nowhere_afterwards(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    wire(app, "tests.parties.test_phones:provider")
    open_account(EMAIL)
    browser = Browser(app).sign_in(EMAIL)
    with caplog.at_level(logging.DEBUG):
        asked(browser, " 138-1234-5678 ")
        assert browser.address == "/account/phone/code"
        assert "138••••5678" in browser.text
        code = latest()
        browser.submit({"code": code}, action="/account/phone/code")
    assert browser.address == "/account"
    account = db.session.scalars(select(Account)).one()
    assert (account.phone, account.phone_confirmed_at is not None) == (PHONE, True)
    (row,) = db.session.scalars(select(TextMessage)).all()
    assert (row.state, row.reference, row.words) == ("sent", "ref-1", "")
    assert code not in caplog.text
    assert PHONE not in caplog.text
    payloads = [job.payload for job in db.session.scalars(select(Job).where(Job.name == texts.SEND))]
    assert code not in str(payloads)


def test_a_wrong_code_is_counted_and_six_spend_the_right_one(lite: Flask) -> None:
    wire(lite, "tests.parties.test_phones:provider")
    open_account(EMAIL)
    browser = asked(Browser(lite).sign_in(EMAIL))
    right = latest()
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(phones.CONFIRM_TRIES):
        browser.submit({"code": wrong}, action="/account/phone/code")
    assert browser.submit({"code": right} if browser.forms else {}).address == "/account/phone"
    assert db.session.scalars(select(Account.phone_confirmed_at)).one() is None


def test_a_code_comes_too_late_after_ten_minutes(lite: Flask) -> None:
    wire(lite, "tests.parties.test_phones:provider")
    open_account(EMAIL)
    with time_machine.travel(clock.now(), tick=False) as travel:
        browser = asked(Browser(lite).sign_in(EMAIL))
        code = latest()
        travel.shift(timedelta(minutes=11))
        browser.submit({"code": code}, action="/account/phone/code")
    assert db.session.scalars(select(Account.phone_confirmed_at)).one() is None


def test_messages_to_one_number_are_limited_whoever_asks(app: Flask) -> None:
    wire(app, "tests.parties.test_phones:provider")
    for one in range(phones.TO_A_NUMBER + 1):
        open_account(f"p{one}@example.cn")
        browser = asked(Browser(app).sign_in(f"p{one}@example.cn"))
    assert (browser.status, "尝试次数过多" in browser.text) == (429, True)
    run_jobs()
    assert len(TAKEN) == phones.TO_A_NUMBER


def test_an_account_and_everybody_together_are_limited_by_the_day(
    lite: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    account_id = open_account(EMAIL).id
    monkeypatch.setattr(phones, "OF_ALL_A_DAY", phones.OF_AN_ACCOUNT_A_DAY + 2)

    def ask(turn: int, who: object) -> None:
        transaction(lambda: phones.count(who, f"138{turn:08d}"))  # type: ignore[arg-type]

    for turn in range(phones.OF_AN_ACCOUNT_A_DAY):
        ask(turn, account_id)
    with pytest.raises(TooOften, match="too_many_attempts"):
        ask(50, account_id)
    ask(60, "another")
    ask(61, "third")
    with pytest.raises(TooOften, match="too_many_attempts"):
        ask(62, "fourth")


@pytest.mark.parametrize("number", ["021-63211234", "400-820-8820", "12345", "+44 7911 123456", ""])
def test_only_a_mobile_of_the_mainland_gets_a_code(lite: Flask, number: str) -> None:
    wire(lite, "tests.parties.test_phones:provider")
    open_account(EMAIL)
    assert asked(Browser(lite).sign_in(EMAIL), number).status == 422
    assert db.session.scalars(select(TextMessage)).all() == []


# --- an account confirmed by it ----------------------------------------------------------------------


CODE_PAGE = "/confirm/mobile/code"


def unconfirmed(app: Flask, email: str = EMAIL) -> Browser:
    typed = {"name": "王明", "email": email, "password": PASSWORD, "password_again": PASSWORD}
    browser = Browser(app).get("/register").submit(typed)
    assert browser.address == "/confirm"
    return browser


def outside(browser: Browser, password: str = PASSWORD, email: str = EMAIL) -> Browser:
    typed = {"email": email, "password": password, "phone": PHONE}
    browser.get("/confirm/mobile").submit(typed, action="/confirm/mobile")
    assert browser.address == CODE_PAGE, browser.text
    return browser


def by_mobile(app: Flask) -> Browser:
    wire(app, "tests.parties.test_phones:provider")
    browser = outside(unconfirmed(app))
    browser.submit({"code": latest(), "password": PASSWORD}, action=CODE_PAGE)
    assert browser.address == "/login", browser.text
    return browser.sign_in(EMAIL)


def test_at_the_door_nobody_learns_whose_address_it_is_and_only_the_right_password_gets_a_code(
    lite: Flask,
) -> None:
    wire(lite, "tests.parties.test_phones:provider")
    open_account("known@example.cn")
    unconfirmed(lite)
    pages = set()
    for email, password in (
        (EMAIL, "wrong password"), ("known@example.cn", PASSWORD), ("nobody@example.cn", PASSWORD),
    ):  # fmt: skip
        browser = outside(Browser(lite), password, email)
        run_jobs()
        assert TAKEN == []
        browser.submit({"code": "123456", "password": password}, action=CODE_PAGE)
        assert browser.status == 422
        pages.add(browser.text.replace(email, ""))
    assert len(pages) == 1
    browser = Browser(lite)
    for _ in range(phones.TO_A_NUMBER + 1):
        outside(browser)
    run_jobs()
    assert len(TAKEN) == phones.TO_A_NUMBER


def test_an_account_confirmed_by_mobile_has_one_key_in_the_log_that_says_so(app: Flask) -> None:
    by_mobile(app)
    account = db.session.scalars(select(Account)).one()
    assert account.confirmed_at is not None
    assert account.mail_unproved
    key = db.session.scalars(select(Key)).one()
    assert key.enrolled_seq is not None
    filed = ledger.filed_at(key.enrolled_seq)[1]
    assert filed.type == "key.enrolled"
    assert PHONE not in str(filed.fields)
    assert Browser(app).sign_in(EMAIL).address == "/desk"


def test_the_password_is_asked_for_the_key_and_a_wrong_one_confirms_nothing(lite: Flask) -> None:
    wire(lite, "tests.parties.test_phones:provider")
    browser = outside(unconfirmed(lite))
    code = latest()
    browser.submit({"code": code, "password": "not this one"}, action=CODE_PAGE)
    assert browser.status == 422
    assert db.session.scalars(select(Account.confirmed_at)).one() is None
    browser.submit({"code": code, "password": PASSWORD}, action=CODE_PAGE)
    assert browser.address == "/login"


def test_what_is_meant_for_an_address_nobody_proved_is_kept_from_the_account(lite: Flask) -> None:
    """Somebody registers with another's address and confirms with a mobile of their own."""
    boss = owner("c1")
    asked_for = {"email": EMAIL, "role": "owner"}
    transaction(lambda: invitations.invite_member(boss, **asked_for))
    row = db.session.scalars(select(invitations.Invitation)).one()
    invitation_id = row.id
    db.session.rollback()
    browser = by_mobile(lite)
    assert browser.get(f"/invitations/{invitation_id}").status == 404
    assert str(invitation_id) not in browser.get("/desk").html
    browser.get("/confirm").submit({"email": EMAIL}, action="/confirm/again")
    browser.submit({"email": EMAIL, "code": code_of(EMAIL)}, action="/confirm")
    assert browser.get(f"/invitations/{invitation_id}").status == 200


def test_a_new_password_of_such_an_account_is_asked_by_mobile_not_by_that_mail(lite: Flask) -> None:
    by_mobile(lite)
    before = db.session.query(Mail).count()
    browser = Browser(lite).get("/reset").submit({"email": EMAIL})
    code = latest()
    assert db.session.query(Mail).count() == before
    browser.submit({"code": code, "password": NEW, "password_again": NEW})
    assert Browser(lite).sign_in(EMAIL, NEW).address == "/desk"
    assert db.session.scalars(select(Account.mail_unproved)).one()


# --- the port ----------------------------------------------------------------------------------------


def test_without_a_port_the_page_says_so_and_nothing_is_taken(lite: Flask) -> None:
    open_account(EMAIL)
    browser = Browser(lite).sign_in(EMAIL).get("/account/phone")
    assert "本站没有接通短信" in browser.text
    account = db.session.scalars(select(Account)).one()
    with lite.test_request_context(), pytest.raises(Unavailable, match="sms_not_set"):
        texts.write(account.id, PHONE, "x")
    db.session.rollback()
    assert db.session.scalars(select(PhoneCode)).all() == []


def test_what_a_provider_does_not_take_is_tried_again_and_given_up_when_the_code_is_old(
    lite: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    wire(lite, "tests.parties.test_phones:refusing")
    open_account(EMAIL)
    with time_machine.travel(clock.now(), tick=False) as travel:
        asked(Browser(lite).sign_in(EMAIL))
        for _ in range(3):
            run_jobs()
            travel.shift(timedelta(seconds=21))
        row = db.session.scalars(select(TextMessage)).one()
        assert (row.state, row.attempts) == ("queued", 3)
        words = row.words
        db.session.rollback()
        travel.shift(timedelta(minutes=10))
        run_jobs()
    row = db.session.scalars(select(TextMessage)).one()
    assert (row.state, row.words) == ("given_up", "")
    assert "a text message was not taken: OSError" in caplog.text
    assert words not in caplog.text
    assert PHONE not in caplog.text


def test_in_the_demonstration_a_message_lies_in_the_folder_and_the_log_says_so(
    lite: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    wire(lite, "folder")
    open_account(EMAIL)
    asked(Browser(lite).sign_in(EMAIL))
    run_jobs()
    (path,) = Path(lite.extensions["settings"].outbox).glob("sms-*.txt")
    assert path.read_text(encoding="utf-8").startswith(PHONE)
    assert path.stat().st_mode & 0o777 == 0o600
    assert "no text message leaves the demonstration" in caplog.text
    assert db.session.scalars(select(TextMessage.state)).one() == "kept"


def test_the_setting_is_refused_where_nobody_would_get_a_message() -> None:
    plain = {"REGISTRY_SECRET_KEY": "s" * 32, "REGISTRY_ORIGIN": "log.example.cn"}
    assert from_environment(plain).sms == "none"
    assert from_environment({"REGISTRY_DEMO": "1"}).sms == "folder"
    assert from_environment({**plain, "REGISTRY_SMS": "a.b:send"}).sms == "a.b:send"
    for wrong in ("folder", "twilio", "a.b:", "a b:c", "os.system('x'):y"):
        with pytest.raises(Misconfigured, match="REGISTRY_SMS"):
            from_environment({**plain, "REGISTRY_SMS": wrong})
    for nothing in ("tests.nothing_here:send", "tests.parties.test_phones:nothing", "tests.browser:PASSWORD"):
        settings = replace(from_environment({"REGISTRY_DEMO": "1"}), sms=nothing)
        with pytest.raises(Misconfigured, match="REGISTRY_SMS"):
            texts.port(settings)
