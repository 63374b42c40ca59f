"""First-day questions: every one of the design's list is there, answered on the page where it arises, in both
languages, and the page of all of them leads there.
"""

import re
from pathlib import Path

import pytest
from flask import Flask

from registry.articles import basis
from registry.help.people import PEOPLE, on
from registry.help.questions import PLACES
from tests.browser import Browser
from tests.contracts import performing as do
from tests.factories import Role, make_account, make_member, reading

TEMPLATES = Path(__file__).resolve().parent.parent / "registry" / "templates"
WANTED = {
    "holder": {
        "cnipa", "price", "refuse", "many", "stamp", "notice", "invoice", "reward", "sell", "report", "left",
    },
    "licensee": {
        "acts", "drawings", "falls", "same", "safe", "abroad", "exclusive", "start", "seal", "relief",
        "yearly",
    },
    "venue": {
        "which", "retype", "refused", "seal", "typo", "city", "total", "zero", "deal", "back",
    },
    "auditor": {"sample", "seen", "overrides", "against", "money", "codes", "missing"},
    "reader": {"genuine", "valid", "behind", "ask"},
}  # fmt: skip
"""Journeys 5, question by question."""


def test_every_question_of_every_person_is_answered_once() -> None:
    found = {who: {one.key for one in person.questions} for who, person in PEOPLE.items()}
    assert found == WANTED
    asked = [str(one.question) for person in PEOPLE.values() for one in person.questions]
    assert len(set(asked)) == len(asked)


def test_every_page_carries_the_questions_that_arise_there(lite: Flask) -> None:
    for key, place in PLACES.items():
        text = (TEMPLATES / place.template).read_text(encoding="utf-8")
        questions = on(key)
        assert questions, key
        if all(one.own for one in questions):
            assert [one.key for one in questions if str(one.question) not in text] == [], key
        else:
            assert f"asked('{key}')" in text, key


def test_no_page_asks_for_questions_that_are_not_there() -> None:
    asked = set()
    for path in TEMPLATES.rglob("*.html"):
        asked |= set(re.findall(r"\{\{ asked\('(\w+)'\) \}\}", path.read_text(encoding="utf-8")))
    assert asked == {key for key in PLACES if not all(one.own for one in on(key))}


def test_what_an_answer_rests_on_is_spelt_out_for_people(lite: Flask) -> None:
    for person in PEOPLE.values():
        for one in person.questions:
            assert one.article
            with lite.test_request_context():
                assert not re.search(r"\b(?:PL|GL|CC|IR|SPC|ESL|PIPL|TIE)\b|\[", basis(one.article)), one.key


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_of_all_questions_leads_to_pages_that_answer(lite: Flask, lang: str) -> None:
    browser = Browser(lite, lang=lang).get("/help")
    assert browser.status == 200
    assert browser.html.count("<details") == sum(len(one.questions) for one in PEOPLE.values())
    anchors = set(re.findall(r'href="#(\w+)"', browser.html)) - {"main"}
    assert anchors == set(PEOPLE)
    rules = lite.url_map.bind("localhost")
    for place in PLACES.values():
        assert rules.match(place.url)[0]
    assert ("还要向国家知识产权局提交吗" in browser.text) == (lang == "zh")


def test_a_page_shows_its_questions_with_their_ground(lite: Flask) -> None:
    offer, _, number = do.licensed(lite)
    nobody = make_account(lite, "someone@example.cn")
    auditor = make_member(lite, nobody, Role.AUDITOR, email="audit@example.cn")
    contract = reading(lambda: do.acceptance(number).contract.number)
    pages = {
        offer.holder: ["/declarations", "/holder/acceptances", "/organisation", "/holder/invoices", "/stamps",
                       f"/patents/{offer.patent}", f"/declarations/{offer.number}/submitted"],
        offer.venue: ["/venue/batches", "/venue/contracts", f"/contracts/{contract}", "/venue/results",
                      f"/contracts/{contract}/stamp", f"/contracts/{contract}/numbers"],
        auditor: ["/audit/sample", "/audit/exceptions", "/audit/decisions", "/reconciliation", "/codes",
                  "/desk/events"],
    }  # fmt: skip
    for who, addresses in pages.items():
        browser = Browser(lite).sign_in(who.email)
        for address in addresses:
            page = browser.get(address)
            assert page.status == 200, (address, page.text[:200])
            assert '<section class="asked"' in page.html, address
            assert "依据：" in page.text, address
    for address in ("/verify", "/log"):
        assert '<section class="asked"' in Browser(lite).get(address).html


def test_the_offers_page_asks_in_the_same_words(lite: Flask) -> None:
    offer, _, _ = do.licensed(lite)
    page = Browser(lite).get(f"/offers/{offer.number}")
    for one in PEOPLE["licensee"].questions:
        assert str(one.question) in page.text, one.key
