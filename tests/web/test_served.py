"""Pages as they are served: the content security policy stops nothing of ours, pages stay light with all they
load, and axe finds no barrier on what months after a license look like.
"""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from registry import clock
from tests.browser import run_jobs
from tests.chromium import barriers
from tests.contracts import performing as do
from tests.factories import Offer, Person, announce, make_organisation, published
from tests.windows import Open

PAGE_BYTES = 100_000
WEIGHT = """['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind))
    .filter(one => !/\\.(woff2?|ttf|otf)$/.test(one.name))
    .reduce((sum, one) => sum + one.decodedBodySize, 0)"""


@pytest.fixture
def offer(lite: Flask) -> Offer:
    made = published(lite, use={"summary": "在多个节点之间共享文件，任一节点故障不影响读取。"})
    announce(made)
    run_jobs()
    return made


@pytest.fixture
def licensee(lite: Flask) -> Person:
    return make_organisation(lite, "c1")


def paths(offer: Offer) -> tuple[str, ...]:
    """Pages of every kind a newcomer and a licensee pass."""
    verify = ("/verify", f"/verify?number={offer.number}", "/verify/upload")
    here = clock.now().astimezone(clock.SHANGHAI)
    moment = f"/offers/{offer.number}/at?day={here.date()}&time={here:%H:%M:%S}"
    everybody = ("/", "/search", f"/offers/{offer.number}", *verify, "/log", "/log/0", moment)
    wishes = (f"/compare?offers={offer.number}", f"/offers/{offer.number}/why-not", "/collections", "/needs")
    own = ("/desk", "/account", "/organisation", "/licenses", "/patents", "/patents/new", "/declarations")
    own = (*own, "/bank", "/holder/payments", "/holder/invoices")
    return (*everybody, *wishes, "/about", "/declarations/new", f"/offers/{offer.number}/accept", *own)


def test_pages_are_light_and_the_browser_has_nothing_to_complain_about(
    window: Open, offer: Offer, licensee: Person
) -> None:
    shown = window()
    for path in ("/login", "/register", "/reset"):
        shown.get(path)
    shown.sign_in(licensee.email)
    weights: dict[str, int] = {}
    for path in paths(offer):
        policy = shown.get(path).headers["content-security-policy"]
        assert "unsafe" not in policy, path
        weights[path] = shown.page.evaluate(WEIGHT)
    assert min(weights.values()) > 1000
    assert {path: weight for path, weight in weights.items() if weight >= PAGE_BYTES} == {}
    assert not shown.complaints


def test_axe_finds_no_barrier_on_the_pages_after_a_license(window: Open, lite: Flask) -> None:
    offer, licensee, number = do.licensed(lite)
    with time_machine.travel(clock.now() + timedelta(days=120), tick=True):
        noticed = do.notice(offer.holder, number, "report:1")
        do.report(licensee, number)
        own = ("/duties", "/duties/calendar", "/duties/settings", "/recordals")
        about = (f"/acceptances/{number}/royalties/1", f"/default-notices/{noticed}")
        shown = window(lang="en")
        shown.sign_in(licensee.email)
        found = {}
        for path in (*own, *about):
            shown.get(path)
            found[path] = barriers(shown.page)
        assert {path: one for path, one in found.items() if one} == {}
        assert not shown.complaints
