"""Choosing for a batch: what a registrar answered about contracts without a price, and who applies where."""

import html
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from registry import clock
from registry.contracts import cases, register
from registry.contracts.models import Contract
from registry.database import db, transaction
from registry.errors import Invalid
from registry.exports import service as exports
from registry.exports import standings
from registry.exports.rules import Choice, Chosen, Filter
from tests.browser import Browser
from tests.contracts.copies import copied
from tests.contracts.offices import OFFICE
from tests.contracts.test_duties import counted
from tests.exports import making
from tests.factories import Person, make_organisation, published, reading
from tests.kept import Kept

Two = tuple[Person, str, str]


@pytest.fixture
def two(lite: Flask, kept: Kept) -> Two:
    """A contract with a price and one without, both ready."""
    return kept(lite, make_two)


def make_two(app: Flask) -> Two:
    offer, paid = making.ready_paid(app)
    free = making.ready(app, published(app, offer.holder, offer.venue), make_organisation(app, "c2"))
    return offer.venue, paid, free


def answer(venue: Person, zero_fee: str, **more: Any) -> None:
    """Have the registrar answer; entered when it is not known yet."""
    facts = {
        **OFFICE, "zero_fee": zero_fee, "zero_fee_view": "电话答复", "zero_fee_on": clock.today(),
        "zero_fee_source": "受理科", **more,
    }  # fmt: skip

    def work() -> None:
        known = cases.registrars(venue.venue_id) if venue.venue_id else []
        if known:
            cases.change_registrar(venue.actor, known[0], facts)
        else:
            cases.enter_registrar(venue.actor, facts)
        exports.bring_up(venue.actor)

    transaction(work)


def seen(venue: Person, asked: Filter | None = None, **how: Any) -> tuple[int, int]:
    """(taken in, apart) of everything ready."""
    found = reading(lambda: exports.found(venue.actor, asked or Filter(), Choice(**how)))
    return found.matching.count, found.zero_apart


def license_of(number: str) -> str:
    """The number of a contract's first license."""
    return reading(lambda: register.find_contract(number).acceptances[0].number)


def go_on(browser: Browser, action: str, **given: str) -> None:
    """Send the page's form that only asks, with what it keeps."""
    part = browser.html.partition(f'action="{action}"')[2].partition("</form>")[0]
    kept = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', part)
    fields = {name: html.unescape(value) for name, value in kept}
    browser.get(f"{action}?{urlencode(fields | given)}")
    assert browser.status == 200


def test_a_registrars_own_answer_decides_whether_contracts_without_a_price_are_taken_in(two: Two) -> None:
    venue, _, free = two
    as_recorded = {"zero_as_recorded": True}
    answer(venue, "")
    assert seen(venue, **as_recorded) == (1, 1)  # words alone do not say yes
    assert seen(venue, include_zero=True) == (2, 0)  # the clerk may have read yes in them
    answer(venue, "taken")
    assert seen(venue, **as_recorded) == (2, 0)
    assert seen(venue) == (1, 1)  # machines ask in so many words
    choice = Choice(contracts=(Chosen(number=free, not_elsewhere=True),), zero_as_recorded=True)
    assert [one.contract.number for one in reading(lambda: exports.check(venue.actor, choice)).included] == [
        free
    ]
    answer(venue, "refused")
    assert seen(venue, include_zero=True) == (1, 0)
    with pytest.raises(Invalid) as refused:
        transaction(lambda: exports.make(venue.actor, replace(choice, include_zero=True)))
    assert [one.code for one in refused.value.refusals] == ["zero_fee_refused"]


def test_contracts_are_found_by_registrar_and_by_who_applies(two: Two) -> None:
    venue, paid, _ = two
    answer(venue, "taken")
    name = OFFICE["name"]
    assert seen(venue, Filter(registrar=name, applicant="seller"), include_zero=True) == (2, 0)
    assert seen(venue, Filter(registrar=name[:-1])) == (0, 0)
    assert seen(venue, Filter(applicant="intermediary"), include_zero=True) == (0, 0)
    facts = {"applicant": "intermediary", "registrar": None, "elsewhere": "no"}

    def apply() -> None:
        (contract,) = exports.chosen(venue.actor, [paid])
        cases.set_applicant(venue.actor, contract.contract, facts)
        exports.bring_up(venue.actor)

    transaction(apply)
    assert seen(venue, Filter(applicant="intermediary"), include_zero=True) == (1, 0)


def test_the_list_asks_no_more_for_sixty_contracts_than_for_three(lite: Flask) -> None:
    offer, paid = making.ready_paid(lite)
    numbers = paid, making.effective(lite, offer, make_organisation(lite, "c2"))
    first, second = (license_of(number) for number in numbers)
    browser = Browser(lite).sign_in(offer.venue.email)

    def asked_with(original: str, more: int) -> int:
        copied([original], more)
        with time_machine.travel(clock.now() + timedelta(minutes=1), tick=True):  # nothing moves any more
            transaction(look_at_all)
            db.session.remove()
            with counted() as said:
                assert browser.get("/venue/batches").status == 200
        return sum(one.startswith("SELECT") and "code_change" not in one for one in said)

    def look_at_all() -> None:
        exports.bring_up(offer.venue.actor)
        standings.look(db.session.scalars(select(Contract.id)).all())

    three = asked_with(first, 1)
    assert reading(lambda: exports.listed(offer.venue.actor, Filter(), 1).sum.count) == 3
    assert asked_with(second, 57) == three
    assert reading(lambda: exports.listed(offer.venue.actor, Filter(), 1).sum.count) == 60


def test_a_clerk_chooses_everything_checks_it_and_makes_it(lite: Flask, two: Two) -> None:
    venue, _, free = two
    answer(venue, "taken")
    browser = Browser(lite).sign_in(venue.email).get(f"/venue/batches?show=ready&registrar={OFFICE['name']}")
    assert f'<option value="{OFFICE["name"]}" selected>' in browser.html
    go_on(browser, "/venue/batches/all")
    assert "2 份" in browser.text
    go_on(browser, "/venue/batches/check", applicant="seller", not_elsewhere="yes", agent="赵敏")
    assert "制作批次" in browser.text
    assert "¥68,000.00" in browser.text
    browser.submit(action="/venue/batches")
    assert (browser.status, browser.address.startswith("/venue/batches/")) == (200, True)
    assert "正在检查合同" in browser.text
    number = browser.address.rpartition("/")[2]
    kept = reading(lambda: exports.find(venue.actor, number).choices)
    assert kept["zero_as_recorded"] is True
    assert kept["matching"]["count"] == 2
    assert kept["matching"]["filter"] == {"show": "ready", "registrar": OFFICE["name"]}
    assert free not in browser.html  # listed when the worker has looked at it
