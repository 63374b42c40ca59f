"""The pages about stamps and authorities in a real browser: seals are compared by keyboard alone, axe finds
no barrier, nothing stands wider than a phone.
"""

import pytest
from flask import Flask
from playwright import sync_api as playwright

from registry import jobs
from tests.browser import PASSWORD
from tests.chromium import DESK, PHONE, barriers
from tests.contracts.test_stamps import Deal
from tests.documents.test_embedded import scan
from tests.documents.test_uploads import jpeg, png
from tests.factories import Person

WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def sign_in(page: playwright.Page, origin: str, who: Person) -> None:
    page.goto(f"{origin}/login")
    page.fill("[name=email]", who.email)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button[type=submit]")


@pytest.fixture
def deal(lite: Flask) -> Deal:
    made = Deal(lite)
    made.bring(made.holder, "licensor", data=scan(jpeg(200, 100), (200, 100)))
    made.bring(made.licensee, "licensee", data=png(300, 200))
    jobs.run_all()
    return made


def test_pages_about_stamps_have_no_barrier_and_fit_a_phone(
    deal: Deal, chromium: playwright.Browser, origin: str
) -> None:
    page_of = f"/contracts/{deal.number}"
    visits = {
        deal.holder: [f"{page_of}/signatures", "/stamps", "/organisation/authorities"],
        deal.venue: [f"{page_of}/signatures", f"{page_of}/stamp", "/venue/stamping"],
    }
    found = {}
    for (lang, size), (who, addresses) in zip((("zh", DESK), ("en", PHONE)), visits.items(), strict=True):
        context = chromium.new_context(viewport=size)  # type: ignore[arg-type]
        context.add_cookies([{"name": "lang", "value": lang, "url": origin}])
        page = context.new_page()
        sign_in(page, origin, who)
        for address in addresses:
            assert page.goto(origin + address).status == 200  # type: ignore[union-attr]
            found[address, lang] = (barriers(page), max(0, page.evaluate(WIDER)))
        context.close()
    assert {one: seen for one, seen in found.items() if seen != ([], 0)} == {}


def test_seals_are_compared_by_keyboard_alone(deal: Deal, chromium: playwright.Browser, origin: str) -> None:
    page = chromium.new_page()
    page.set_default_timeout(10_000)
    sign_in(page, origin, deal.venue)
    page.goto(f"{origin}/venue/stamps")
    for seat in ("licensor", "licensee"):
        page.focus(f"[name='seals.{0 if seat == 'licensor' else 1}.verdict'][value=agrees]")
        page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**/signatures")
    assert deal.state == "checked"
    page.close()
