"""Another mail address: asked for after a proof, confirmed from there, told to the former one and taken back
from it; what strangers and thieves get out of it.
"""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from registry import clock
from registry.database import db, transaction
from registry.events import SecurityEvent
from registry.parties import access, addresses, factors
from registry.parties.address_models import AddressChange
from registry.parties.models import Account, Mail
from registry.parties.rules import ADDRESS, AddressState
from registry.parties.scopes import Scope
from tests.browser import PASSWORD, Browser, code_of, open_account
from tests.parties.people import actor_of, owner

OLD, NEW = "wangming@example.cn", "ming@new.example.cn"


def link_in(letter: str, address: str) -> str:
    found = db.session.query(Mail).filter_by(letter=letter, address=address).order_by(Mail.created_at).all()
    link = re.search(r"http://localhost(/account/address/\S+)", found[-1].body)
    db.session.rollback()
    assert link is not None
    return link[1]


def ask(browser: Browser, address: str = NEW) -> Browser:
    return browser.get("/account/address").submit({"email": address}, action="/account/address")


def changed(app: Flask) -> Browser:
    """Signed in, and moved to the new address."""
    browser = ask(Browser(app).sign_in(OLD))
    return browser.get(link_in("address_confirm", NEW)).submit()


def address_of(email: str) -> str | None:
    found = db.session.query(Account.email).filter_by(email=email).scalar()
    db.session.rollback()
    return found


def test_an_address_changes_when_it_was_confirmed_from_itself(app: Flask) -> None:
    open_account(OLD)
    elsewhere = Browser(app).sign_in(OLD)
    browser = ask(Browser(app).sign_in(OLD))
    assert "确认信已寄出" in browser.text
    assert address_of(NEW) is None
    link = link_in("address_confirm", NEW)
    browser.get(link)
    assert address_of(NEW) is None, "a mail program that opens the link changes nothing"
    browser.submit()
    assert (browser.address, "邮箱已更换" in browser.text) == ("/account", True)
    assert elsewhere.get("/account").address.startswith("/login")
    assert Browser(app).sign_in(NEW).address == "/desk"
    (told,) = db.session.query(Mail).filter_by(letter="address_changed").all()
    assert (told.address, told.account_id) == (OLD, None), (
        "no inbox that the present owner reads shows the link"
    )
    assert NEW not in told.body
    details = {one.detail for one in db.session.query(SecurityEvent)}
    assert {"ask_address", "change_address"} <= details
    db.session.rollback()
    assert browser.get(link).status == 404


def test_it_asks_for_a_fresh_proof(lite: Flask) -> None:
    open_account(OLD)
    with time_machine.travel(clock.now(), tick=False) as travel:
        browser = Browser(lite).sign_in(OLD)
        travel.shift(timedelta(minutes=11))
        assert ask(browser).address.startswith("/account/proof")
        assert db.session.query(AddressChange).count() == 0


def test_a_taken_address_gets_the_same_page_and_its_owner_a_letter(lite: Flask) -> None:
    open_account(OLD)
    open_account("taken@example.cn")
    browser = Browser(lite).sign_in(OLD)
    said = [(one.status, one.address, one.text) for one in (ask(browser, "taken@example.cn"), ask(browser))]
    assert said[0] == said[1]
    assert [one.address for one in db.session.query(Mail).filter_by(letter="address_known")] == [
        "taken@example.cn"
    ]
    assert db.session.query(Mail).filter_by(letter="address_confirm").count() == 1
    assert "这就是账号现在的邮箱" in ask(browser, OLD).text


def test_a_link_is_of_one_account_one_day_and_the_latest_question(lite: Flask) -> None:
    open_account(OLD)
    open_account("other@example.cn")
    browser = ask(Browser(lite).sign_in(OLD))
    first = link_in("address_confirm", NEW)
    assert Browser(lite).sign_in("other@example.cn").get(first).status == 404
    assert Browser(lite).get(first).address.startswith("/login?next=/account/address/")
    ask(browser)
    latest = link_in("address_confirm", NEW)
    assert browser.get(first).status == 404
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=False):
        assert Browser(lite).sign_in(OLD).get(latest).status == 404
    assert browser.get(latest).status == 200
    for _ in range(3):
        ask(browser, f"n{_}@example.cn")
    assert "尝试次数过多" in ask(browser, "n4@example.cn").text


def test_who_gets_the_address_first_keeps_it(lite: Flask) -> None:
    open_account(OLD)
    browser = ask(Browser(lite).sign_in(OLD))
    open_account(NEW)
    assert browser.get(link_in("address_confirm", NEW)).submit().status == 409
    assert (address_of(OLD), address_of(NEW)) == (OLD, NEW)


def test_the_former_address_takes_it_back_and_shuts_the_thief_out(app: Flask) -> None:
    open_account(OLD)
    thief = changed(app)
    ask(thief, "further@example.cn")
    thief.get(link_in("address_confirm", "further@example.cn")).submit()
    assert address_of("further@example.cn") == "further@example.cn"
    person = Browser(app, address="192.0.2.9").get(link_in("address_changed", OLD))
    assert address_of(OLD) is None, "reading the link changes nothing"
    person.submit()
    assert (person.address, "已换回原来的邮箱" in person.text) == ("/reset", True)
    assert address_of(OLD) == OLD
    assert thief.get("/account").address.startswith("/login")
    for email in (OLD, NEW, "further@example.cn"):
        thief.get("/login").submit({"email": email, "password": PASSWORD}, action="/login")
        assert thief.status == 422, "the password that the thief knew opens nothing"
    assert Browser(app).get(link_in("address_changed", NEW)).status == 404, (
        "nor is it moved on by another link"
    )
    person.submit({"email": OLD}, action="/reset")
    fresh = "another long sentence"
    person.submit({"code": code_of(OLD), "password": fresh, "password_again": fresh}, action="/reset/code")
    assert Browser(app).sign_in(OLD, fresh).address == "/desk"


def test_what_was_set_up_since_goes_with_the_thief(lite: Flask) -> None:
    account_id = owner("c1", email=OLD).account_id
    assert account_id is not None
    before = transaction(lambda: access.create_api_key(actor_of(OLD), label="ours", scopes=[Scope.READ]))
    with time_machine.travel(clock.now() + timedelta(minutes=1), tick=True):
        changed(lite)
        actor = actor_of(NEW)
        after = transaction(lambda: access.create_api_key(actor, label="theirs", scopes=[Scope.READ]))
        transaction(lambda: factors.begin(actor))
        Browser(lite).get(link_in("address_changed", OLD)).submit()
        alive = [access.read_api_key(one) is not None for one in (before, after)]
        assert (alive, factors.standing(account_id).begun) == ([True, False], False)


def test_the_former_address_is_kept_for_seven_days_and_then_forgotten(lite: Flask) -> None:
    open_account(OLD)
    changed(lite)
    link = link_in("address_changed", OLD)
    typed = {"name": "某人", "email": OLD, "password": "some other long words"}
    stranger = Browser(lite).get("/register").submit({**typed, "password_again": typed["password"]})
    assert stranger.address == "/confirm"
    assert address_of(OLD) is None, "nobody else registers it meanwhile"
    with time_machine.travel(clock.now() + timedelta(days=9), tick=False):
        assert Browser(lite).get(link).status == 404
        transaction(addresses.sweep)
        assert db.session.query(AddressChange).count() == 0
        db.session.rollback()
        Browser(lite).get("/register").submit({**typed, "password_again": typed["password"]})
        assert address_of(OLD) == OLD


@pytest.mark.parametrize("state", list(AddressState))
def test_only_what_is_asked_is_confirmed_and_only_what_is_changed_taken_back(state: AddressState) -> None:
    allowed = {verb for verb in ("change", "drop", "take_back") if ADDRESS.allows(state, verb)}
    expected = {AddressState.ASKED: {"change", "drop"}, AddressState.CHANGED: {"take_back"}}
    assert allowed == expected.get(state, set())
