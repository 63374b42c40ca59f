"""A second factor: set up, asked for, spent, turned off; demanded by an organisation and of staff."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from registry import clock
from registry.database import db, transaction
from registry.errors import Refused
from registry.parties import factors, staff, totp
from registry.parties.factor_models import AuthenticatorApp, HalfSignIn, RecoveryCode
from registry.parties.models import Account, Mail, Organisation, Session
from registry.parties.rules import Actor, Role
from tests.browser import PASSWORD, Browser, open_account
from tests.parties.people import member, owner

EMAIL = "wangming@example.cn"
NEXT = timedelta(seconds=totp.SECONDS)


def app_of(email: str = EMAIL) -> bytes:
    """The secret as the person's app has it."""
    found = db.session.scalar(select(AuthenticatorApp).join(Account).where(Account.email == email))
    assert found is not None
    secret = factors._open(found)
    db.session.rollback()
    assert secret is not None
    return secret


def code(email: str = EMAIL) -> str:
    return totp.code_at(app_of(email), totp.step_of(clock.now()))


def set_up(browser: Browser, email: str = EMAIL) -> list[str]:
    """As a person does it on the pages; the recovery codes."""
    browser.get("/account/second-factor").submit(action="/account/second-factor")
    assert browser.address == "/account/second-factor/app", browser.text
    browser.submit({"code": code(email)}, action="/account/second-factor/app")
    assert browser.status == 200, browser.text
    return re.findall(r"<li><code>([a-z0-9-]+)</code>", browser.html)


def letters(email: str = EMAIL) -> list[str]:
    found = db.session.scalars(select(Mail.letter).where(Mail.address == email).order_by(Mail.created_at))
    return list(found)


@contextmanager
def later(by: timedelta) -> Iterator[None]:
    with time_machine.travel(clock.now() + by, tick=False):
        yield


@pytest.fixture
def person(lite: Flask) -> Browser:
    open_account(EMAIL)
    return Browser(lite).sign_in(EMAIL)


def test_who_set_up_an_app_signs_in_with_password_and_code_and_a_code_counts_once(app: Flask) -> None:
    open_account(EMAIL)
    browser = Browser(app).sign_in(EMAIL)
    drawn = set_up(browser)
    assert (len(drawn), len(set(drawn))) == (10, 10)
    with later(NEXT):
        right = code()
        browser = Browser(app).get("/login?next=/account/password%3Fa%3D1%26b%3D2")
        browser.submit({"email": EMAIL, "password": PASSWORD}, action="/login")
        assert browser.address.startswith("/login/code")
        assert Browser(app).get("/account").address.startswith("/login")  # nothing is open yet
        assert browser.submit({"code": right}).address == "/account/password?a=1&b=2"
        again = Browser(app).get("/login")
        again.submit({"email": EMAIL, "password": PASSWORD}, action="/login")
        assert again.submit({"code": right}).status == 422
    assert None not in db.session.scalars(select(Session.second_at)).all()
    assert "factor_added" in letters()


def test_the_secret_is_sealed_at_rest_and_another_service_secret_opens_nothing(
    lite: Flask, person: Browser
) -> None:
    drawn = set_up(person)
    secret = app_of()
    row = db.session.query(AuthenticatorApp).one()
    assert secret not in row.sealed
    kept = {one.code_hash for one in db.session.query(RecoveryCode)}
    assert not kept & {*drawn, *(totp.plain(one) for one in drawn)}
    before = lite.extensions["settings"]
    lite.extensions["settings"] = replace(before, secret_key="x" * 40)
    account = db.session.query(Account).one()
    assert factors.check(account, totp.code_at(secret, totp.step_of(clock.now()) + 1)) == ""
    assert factors.check(account, drawn[0]) == "recovery"
    lite.extensions["settings"] = before
    db.session.rollback()


def test_the_same_is_said_whatever_was_wrong_and_five_wrong_codes_end_the_half_sign_in(
    lite: Flask, person: Browser
) -> None:
    drawn = set_up(person)
    wrong = "000000" if code() != "000000" else "111111"
    said = set()
    for typed in (wrong, "abcd-efgh-jkmn-pqrs", code(), "12345"):  # the step of `code` was used to set up
        browser = Browser(lite).get("/login")
        browser.submit({"email": EMAIL, "password": PASSWORD}, action="/login").submit({"code": typed})
        said.add((browser.status, browser.text))
    assert len(said) == 1
    assert {status for status, _ in said} == {422}
    for _ in range(4):
        browser.submit({"code": wrong})
    assert browser.address.startswith("/login")
    assert "/login/code" not in browser.address
    assert browser.get("/login/code").address == "/login"
    assert db.session.query(Session).count() == 1
    assert drawn


def test_guessing_codes_is_stopped_in_the_database_even_with_the_right_one(app: Flask) -> None:
    open_account(EMAIL)
    set_up(Browser(app).sign_in(EMAIL))  # its code was the first of ten
    for start in range(0, 10, 5):
        browser = Browser(app, address=f"198.51.100.{start}").get("/login")
        browser.submit({"email": EMAIL, "password": PASSWORD}, action="/login")
        for _ in range(5):
            if "/login/code" in browser.address:
                browser.submit({"code": "12345"})
    with later(NEXT):
        browser = Browser(app, address="198.51.100.9").get("/login")
        browser.submit({"email": EMAIL, "password": PASSWORD}, action="/login").submit({"code": code()})
        assert (browser.status, "尝试次数过多" in browser.text) == (429, True)


def test_a_recovery_code_opens_once_and_its_use_is_told(lite: Flask, person: Browser) -> None:
    drawn = set_up(person)
    for turn, typed in enumerate((drawn[0].upper(), drawn[0])):
        browser = Browser(lite).get("/login")
        browser.submit({"email": EMAIL, "password": PASSWORD}, action="/login").submit({"code": typed})
        assert browser.address == ("/desk" if turn == 0 else "/login/code")
    assert letters().count("recovery_used") == 1
    assert "recovery_low" not in letters()
    account = db.session.query(Account).one()
    for typed in drawn[1:7]:
        assert factors.check(account, typed) == "recovery"
    db.session.commit()
    assert letters().count("recovery_low") == 1  # three are left


def test_fresh_recovery_codes_replace_the_former_and_are_shown_once(lite: Flask, person: Browser) -> None:
    drawn = set_up(person)
    person.get("/account/second-factor")
    form = person.form("/account/second-factor/codes")
    person.submit(action="/account/second-factor/codes")
    fresh = re.findall(r"<li><code>([a-z0-9-]+)</code>", person.html)
    assert len(fresh) == 10
    person.post("/account/second-factor/codes", form.fields)
    assert person.address == "/account/second-factor"
    account = db.session.query(Account).one()
    assert (factors.check(account, drawn[3]), factors.check(account, fresh[3])) == ("", "recovery")
    db.session.rollback()


def test_turning_it_off_asks_again_who_one_is_and_tells(lite: Flask, person: Browser) -> None:
    set_up(person)
    with later(timedelta(minutes=11)):
        person.get("/account/second-factor").submit(action="/account/second-factor/end")
        assert person.address.startswith("/account/proof")
        assert factors.has_app(db.session.query(Account).one().id)
        person.submit({"code": code()}, action="/account/proof")
        person.get("/account/second-factor").submit(action="/account/second-factor/end")
        assert "验证器应用已停用" in person.text
        assert Browser(lite).sign_in(EMAIL).address == "/desk"
    assert "factor_removed" in letters()
    assert db.session.query(RecoveryCode).count() == 0


def test_setting_up_ends_sessions_that_the_password_alone_had_opened(lite: Flask, person: Browser) -> None:
    other = Browser(lite).sign_in(EMAIL)
    set_up(person)
    assert other.get("/account").address.startswith("/login")
    assert person.get("/account").address == "/account"


def test_the_secret_is_not_shown_to_whoever_finds_the_browser_open(lite: Flask, person: Browser) -> None:
    person.get("/account/second-factor").submit(action="/account/second-factor")
    assert "data:image/svg+xml" in person.html
    with later(timedelta(minutes=11)):
        person.get("/account/second-factor/app")
        assert person.address.startswith("/account/proof")
        assert totp.in_text(app_of()) not in person.html


def test_a_half_sign_in_runs_out_and_goes_with_a_reset_password(lite: Flask, person: Browser) -> None:
    set_up(person)
    with later(NEXT):
        browser = Browser(lite).get("/login")
        browser.submit({"email": EMAIL, "password": PASSWORD}, action="/login")
    with later(timedelta(minutes=11)):
        assert browser.submit({"code": code()}).address == "/login"
    assert db.session.query(HalfSignIn).count() == 1


# --- demanded ----------------------------------------------------------------------------------------


def demand(actor: Actor) -> None:
    def work() -> None:
        db.session.get_one(Organisation, actor.organisation_id).second_factor = True

    transaction(work)


def test_an_organisation_that_demands_it_is_acted_for_with_it_alone(app: Flask) -> None:
    boss = owner("c1")
    someone = member(Role.PREPARER, email=EMAIL, organisation_id=boss.organisation_id)
    browser = Browser(app).sign_in(EMAIL).get("/patents")
    assert browser.address == "/patents"
    demand(boss)
    for path in ("/patents", "/desk", "/organisation", "/organisation/members", "/declarations"):
        browser.get(path)
        assert browser.address == "/account/second-factor", path
        assert "在启用并使用其中一种之前，您暂时不能代表它办理" in browser.text
    for path in ("/account", "/account/passkeys", "/account/password", "/search", "/verify"):
        assert browser.get(path).address == path
    set_up(browser)
    assert browser.get("/patents").address == "/patents"
    again = Browser(app).get("/login")
    with later(NEXT):
        again.submit({"email": EMAIL, "password": PASSWORD}, action="/login").submit({"code": code()})
    assert again.get("/patents").address == "/patents"
    assert someone.organisation_id == boss.organisation_id


def test_nothing_is_done_for_it_by_a_form_that_was_open_before(lite: Flask) -> None:
    boss = owner("c1")
    browser = Browser(lite).sign_in(boss.email).get("/organisation/edit")
    demand(boss)
    browser.submit({"address": "上海市新路 2 号"}, action="/organisation/edit")
    assert browser.address == "/account/second-factor"
    assert db.session.query(Organisation).one().address == "上海市某路 1 号"


def test_only_an_owner_with_a_second_factor_in_hand_demands_it(lite: Flask) -> None:
    boss = owner("c1")
    browser = Browser(lite).sign_in(boss.email).get("/organisation/members")
    browser.submit(action="/organisation/second-factor")
    assert (browser.status, "请您自己先启用第二重验证" in browser.text) == (422, True)
    set_up(browser, boss.email)
    browser.get("/organisation/members").submit(action="/organisation/second-factor")
    assert "必须使用" in browser.text
    browser.submit(action="/organisation/second-factor")
    assert "由各人决定" in browser.text


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_staff_act_with_a_second_factor_alone_where_the_setting_says_so(lite: Flask, role: Role) -> None:
    member(role, email=EMAIL)
    before = lite.extensions["settings"]
    browser = Browser(lite).sign_in(EMAIL)
    lite.extensions["settings"] = replace(before, staff_second_factor=True)
    assert browser.get("/admin/staff").address == "/account/second-factor"
    set_up(browser)
    assert browser.get("/admin/staff").address == "/admin/staff"
    lite.extensions["settings"] = before


def test_staff_owe_it_by_default_outside_the_demonstration_alone() -> None:
    from registry.config import from_environment

    plain = {"REGISTRY_SECRET_KEY": "s" * 32, "REGISTRY_ORIGIN": "log.example.cn"}
    assert from_environment(plain).staff_second_factor
    assert not from_environment({**plain, "REGISTRY_STAFF_SECOND_FACTOR": "0"}).staff_second_factor
    assert not from_environment({"REGISTRY_DEMO": "1"}).staff_second_factor


def test_the_operator_turns_off_what_was_lost_and_the_person_is_told(lite: Flask, person: Browser) -> None:
    with pytest.raises(Refused, match="app_not_begun"):
        transaction(lambda: staff.forget_second_factor(EMAIL, reason="身份证核对"))
    set_up(person)
    transaction(lambda: staff.forget_second_factor(EMAIL.upper(), reason="身份证核对"))
    assert person.get("/account").address.startswith("/login")
    assert Browser(lite).sign_in(EMAIL).address == "/desk"
    assert "factor_removed" in letters()
