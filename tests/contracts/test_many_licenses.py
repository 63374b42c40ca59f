"""An organisation with many licenses: its lists take as many statements as for a few, and come in pages."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from registry import clock
from registry.contracts import duties_pages, recordal_list_pages, register, registration
from registry.database import db, transaction
from tests.browser import Browser, as_request
from tests.contracts import performing as do
from tests.contracts.copies import copied, mixed
from tests.contracts.test_duties import counted
from tests.factories import make_organisation, reading

LISTS = ("/duties", "/duties/calendar", "/duties.ics", "/recordals")
ROW = re.compile(r'<a href="/contracts/[^"]+#(?:duties|recordal)">')


def test_the_lists_of_forty_mixed_licenses_ask_no_more_than_those_of_four(lite: Flask) -> None:
    licensee = make_organisation(lite, "c1")
    numbers = mixed(lite, licensee)
    browser = Browser(lite).sign_in(licensee.email)
    few = {address: asked(browser, address) for address in LISTS}
    assert len(ROW.findall(browser.get("/recordals").html)) == 4
    copied(numbers, 9)
    assert {address: asked(browser, address) for address in LISTS} == few
    assert len(ROW.findall(browser.get("/recordals").html)) == 40


def asked(browser: Browser, address: str) -> int:
    """How many questions a page puts to the database, in a request of its own, but for the one about code
    tables, asked by the clock.
    """
    db.session.remove()  # what an earlier page has read asks nothing
    with counted() as said:
        assert as_request(browser.client.get, address).status_code == 200
    return sum(one.startswith("SELECT") and "code_change" not in one for one in said)


def test_a_long_list_comes_in_pages_late_first_and_loses_nothing(
    lite: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, licensee, number = do.licensed(lite)
    copied([number], 2)
    with time_machine.travel(clock.now() + timedelta(days=120), tick=True):
        browser = Browser(lite).sign_in(licensee.email)
        whole = browser.get("/duties").html
        monkeypatch.setattr(duties_pages, "PAGE", 4)
        monkeypatch.setattr(recordal_list_pages, "PAGE", 2)
        first = browser.get("/duties").html
        last = int(re.findall(r"page=(\d+)", first)[-2])
        assert 'id="late"' in first
        assert "其中已逾期" in browser.text
        pages = [browser.get(f"/duties?side=&kind=&page={page}").html for page in range(1, last + 1)]
        assert 'id="late"' not in pages[-1]
        assert sum(len(ROW.findall(one)) for one in pages) == len(ROW.findall(whole)) > 8
        assert all(len(ROW.findall(one)) == 4 for one in pages[:-1])
        assert len(ROW.findall(browser.get("/recordals?page=2").html)) == 1
        assert browser.get("/duties?page=999").html.count('aria-current="page"') >= 1


def test_nothing_is_to_be_filed_for_a_license_that_ended_unfiled(lite: Flask) -> None:
    offer, licensee, number = do.licensed(lite)
    browser = Browser(lite).sign_in(licensee.email)
    assert len(ROW.findall(browser.get("/recordals").html)) == 1
    do.end(offer.holder, number, ground="refused")
    assert ROW.findall(browser.get("/recordals").html) == []


def test_a_refused_recordal_is_shown_with_its_ground_in_words(lite: Flask) -> None:
    _, licensee, number = do.licensed(lite)
    contract = reading(lambda: register.find(number).contract.number)
    facts = {"day": clock.today(), "number": "", "ground": "annuity", "reason": "滞纳期内，请补缴。"}
    for verb in ("file", "refuse"):
        given = {**facts, "verb": verb}
        transaction(
            lambda given=given: registration.record_recordal(
                licensee.actor, register.find_contract(contract), given
            )
        )
    browser = Browser(lite).sign_in(licensee.email)
    assert "专利年费处于滞纳期" in browser.get("/recordals").text
    page = browser.get(f"/contracts/{contract}").text
    assert "专利年费处于滞纳期" in page
    assert "滞纳期内，请补缴。" in page
