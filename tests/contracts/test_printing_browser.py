"""The pages about printing in a real browser, with something on them: axe finds no barrier, nothing stands
wider than a phone.
"""

import pytest
from flask import Flask
from playwright import sync_api as playwright

from registry import jobs
from registry.contracts import disclosure, papers_shown, register, reissue
from registry.database import db, transaction
from tests.chromium import DESK, PHONE, barriers
from tests.contracts.test_stamp_browser import WIDER, sign_in
from tests.exports.making import ready_paid
from tests.factories import Offer


@pytest.fixture
def told(lite: Flask) -> tuple[Offer, list[str]]:
    """A file that was made and one that is awaited, and a paper the worker gave up: their addresses."""
    offer, number = ready_paid(lite, "c1")

    def ask(*chosen: str) -> str:
        contract = register.find_contract(number)
        return f"/contracts/{number}/made/{disclosure.ask(offer.holder.actor, contract, chosen).id}"

    made = transaction(lambda: ask("licensee"))
    jobs.run_all()
    awaited = transaction(lambda: ask("patents"))

    def give_up() -> str:
        contract = register.find_contract(number)
        paper = next(one for one in papers_shown.of(contract) if one.kind == "contract")
        reissue.reissue(offer.venue.actor, contract, paper, ground="glyphs", reason="许可方名称缺字")
        db.session.flush()
        (job,) = reissue.open_jobs(reissue.subjects(contract), reissue.PRINT)
        job.state, job.attempts, job.error = "dead", jobs.ATTEMPTS, "OSError: No space left on device"
        return f"/contracts/{number}/papers/{paper.id}/reissue"

    return offer, [made, awaited, transaction(give_up)]


def test_pages_about_printing_have_no_barrier_and_fit_a_phone(
    told: tuple[Offer, list[str]], chromium: playwright.Browser, origin: str
) -> None:
    offer, (made, awaited, again) = told
    found = {}
    for lang, size in (("zh", DESK), ("en", PHONE)):
        visits = {offer.venue: (again, "/venue/printing"), offer.holder: (made, awaited)}
        for who, addresses in visits.items():
            context = chromium.new_context(viewport=size)  # type: ignore[arg-type]
            context.add_cookies([{"name": "lang", "value": lang, "url": origin}])
            page = context.new_page()
            sign_in(page, origin, who)
            for address in addresses:
                assert page.goto(origin + address).status == 200  # type: ignore[union-attr]
                found[address, lang] = (barriers(page), max(0, page.evaluate(WIDER)))
            context.close()
    assert {one: seen for one, seen in found.items() if seen != ([], 0)} == {}
