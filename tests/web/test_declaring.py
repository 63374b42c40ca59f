"""From a patent to an announced offer in a real browser: steps, a co-owner's consent, review, gazette."""

from collections.abc import Callable

import pytest
from flask import Flask

from registry import clock
from registry.licenses import register, reviews
from tests import factories
from tests.browser import PASSWORD
from tests.factories import Offer, Person, reading
from tests.kept import Kept
from tests.licenses.filling import ANSWERS, LUMP
from tests.parties.people import PDF
from tests.windows import Open, Window

In = Callable[[str], Window]
DAYS = {"term.offer_last_day": "2028-12-31", "term.license_last_day": "2030-12-31"}
STEPS = ANSWERS | {"term": ANSWERS["term"] | DAYS}


@pytest.fixture
def people(lite: Flask, kept: Kept) -> tuple[Person, Person]:
    return kept(lite, make_people)


def make_people(app: Flask) -> tuple[Person, Person]:
    return factories.make_organisation(app, "u1"), factories.make_venue(app, "v1")


def state(number: str) -> tuple[str, str]:
    return reading(lambda: (register.find(number).state, register.find(number).cnipa_status))


def test_a_declaration_goes_from_its_first_step_to_the_announcement(
    person: In, lite: Flask, people: tuple[Person, Person]
) -> None:
    holder, venue = people
    patent = factories.make_patent(lite, holder, co_owners=("r1",))
    shown = person(holder.email)
    shown.get(f"/declarations/new?patent={patent}")
    shown.answer({"venue": "v1"})
    shown.send()
    number = shown.path.rpartition("/")[2]
    shown.fill(f"/declarations/{number}/fee?method=LUMP", LUMP)
    for step, answers in (STEPS | {"owners": {"owners.items.1.email": "owner1@example.cn"}}).items():
        shown.fill(f"/declarations/{number}/{step}", answers)
    shown.get(f"/declarations/{number}/consents")
    shown.send()
    _consent(person, lite, number)
    shown.get(f"/declarations/{number}/check")
    shown.tick_all()
    shown.send_twice({"password": PASSWORD})
    assert shown.path == f"/declarations/{number}/submitted"
    _published(person(venue.email), number)
    assert state(number) == ("published", "announced")
    assert not shown.complaints


def _consent(person: In, lite: Flask, number: str) -> None:
    (token,) = factories.consent_links(number)
    owner = person(factories.make_account(lite, "owner1@example.cn").email)
    owner.get(f"/consent/{token}")
    owner.page.click(f"main a[href='/consent/{token}/text']")
    owner.fill(f"/consent/{token}/answer", {"answer": "agreed"})
    owner.send_twice({"password": PASSWORD})
    assert owner.path == f"/consent/{token}/done"
    assert not owner.complaints


def _published(clerk: Window, number: str) -> None:
    clerk.get("/venue/reviews")
    clerk.page.click(f"main a[href='/venue/reviews/{number}']")
    clerk.answer({f"lines.{line}.verdict": "pass" for line in reviews.LINES})
    clerk.send()
    clerk.send_twice({}, f"/venue/reviews/{number}/approve")
    clerk.get(f"/venue/reviews/{number}/cnipa")
    announced = {"fact": "announced", "day": clock.today().isoformat(), "cnipa_number": "KF2026000001"}
    clerk.send_twice({**announced, "gazette_upload": PDF})
    assert not clerk.complaints


def test_an_offer_is_withdrawn(person: In, lite: Flask, kept: Kept) -> None:
    offer: Offer = kept(lite, factories.published)
    shown = person(offer.holder.email)
    shown.fill(f"/declarations/{offer.number}/withdraw", {"ground": "assignment"})
    shown.send_twice({"password": PASSWORD})
    assert state(offer.number)[0] == "withdrawn"
    assert not shown.complaints


def test_a_declaration_is_made_by_keyboard_alone(
    window: Open, lite: Flask, people: tuple[Person, Person]
) -> None:
    holder, _ = people
    patent = factories.make_patent(lite, holder)
    shown = window()
    shown.sign_in(holder.email)
    shown.get(f"/declarations/new?patent={patent}")
    shown.page.keyboard.press("Tab")
    assert shown.page.evaluate("document.activeElement.className") == "skip"
    shown.type_in({"venue": "v1"})
    number = shown.path.rpartition("/")[2]
    shown.get(f"/declarations/{number}/fee?method=LUMP")
    shown.type_in({"fee.amount": "68000", "fee.tax_included": "yes", "fee.pay_within_days": "15"})
    for step, answers in STEPS.items():
        shown.get(f"/declarations/{number}/{step}")
        shown.type_in(answers)
        assert not shown.page.query_selector("#error-summary"), (step, shown.page.inner_text("main"))
    shown.get(f"/declarations/{number}/check")
    boxes = shown.page.locator("main form[method=post] input[type=checkbox]").all()
    ticks = {str(box.get_attribute("name")): str(box.get_attribute("value")) for box in boxes}
    shown.type_in({**ticks, "password": PASSWORD})
    assert shown.path == f"/declarations/{number}/submitted"
    assert state(number)[0] == "submitted"


def test_a_wrong_answer_is_found_and_mended_by_keyboard(
    window: Open, lite: Flask, people: tuple[Person, Person]
) -> None:
    holder, venue = people
    number = factories.ready_draft(lite, holder, venue)
    shown = window()
    shown.sign_in(holder.email)
    shown.get(f"/declarations/{number}/contact")
    shown.tab_to("[name='contact.unit']")
    shown.page.keyboard.press("Control+A")
    shown.page.keyboard.press("Delete")
    shown.tab_to("main form button[type=submit]")
    shown.press("Enter")
    assert shown.page.evaluate("document.activeElement.id") == "error-summary"
    assert shown.page.title().startswith("错误：")
    shown.tab_to("#error-summary a")
    shown.page.keyboard.press("Enter")
    assert shown.page.evaluate("document.activeElement.name") == "contact.unit"
    shown.page.keyboard.type("技术转移中心")
    shown.tab_to("main form button[type=submit]")
    shown.press("Enter")
    assert not shown.page.query_selector("#error-summary")
