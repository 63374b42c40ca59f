"""In a real browser: the short ways work without JavaScript and by keyboard alone, the content security
policy stops nothing of ours, pages stay light, and axe finds no barrier in either language.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from playwright import sync_api as playwright

from registry import clock
from tests.browser import PASSWORD, run_jobs
from tests.chromium import DESK, PHONE, barriers
from tests.contracts import performing as do
from tests.factories import Offer, Person, announce, make_organisation, make_patent, published

PAGE_BYTES = 100_000
TABS = 80
WEIGHT = """['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind))
    .filter(one => !/\\.(woff2?|ttf|otf)$/.test(one.name))
    .reduce((sum, one) => sum + one.decodedBodySize, 0)"""


@dataclass
class Window:
    """One person's browser window and what the browser complained about."""

    context: playwright.BrowserContext
    origin: str
    complaints: list[str] = field(default_factory=list)
    page: playwright.Page = field(init=False)

    def __post_init__(self) -> None:
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: playwright.ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{self.page.url}: {message.text}")

    def get(self, path: str) -> playwright.Response:
        answer = self.page.goto(self.origin + path)
        assert answer is not None
        assert answer.status == 200, (path, answer.status)
        return answer

    def sign_in(self, email: str) -> None:
        self.get("/login")
        self.page.fill("[name=email]", email)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("main form button[type=submit]")
        assert "/login" not in self.page.url

    def tab_to(self, selector: str) -> None:
        """Press Tab until this has the focus; fails when it never gets it, or does not show that it has."""
        for _ in range(TABS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("what => document.activeElement.matches(what)", selector):
                seen = "() => document.activeElement.matches(':focus-visible')"
                assert self.page.evaluate(seen), f"{selector} hides its focus"
                return
        raise AssertionError(f"{selector} cannot be reached by keyboard on {self.page.url}")

    def press(self, key: str) -> None:
        """Press a key that leads to another page."""
        with self.page.expect_navigation():
            self.page.keyboard.press(key)


Open = Callable[..., Window]


@pytest.fixture
def window(chromium: playwright.Browser, origin: str) -> Iterator[Open]:
    """Opens windows: `window(scripts=False, lang="en", size=PHONE)`."""
    opened: list[Window] = []

    def work(*, scripts: bool = True, lang: str = "zh", size: dict[str, int] = DESK) -> Window:
        context = chromium.new_context(java_script_enabled=scripts, viewport=size)  # type: ignore[arg-type]
        context.add_cookies([{"name": "lang", "value": lang, "url": origin}])
        opened.append(Window(context, origin))
        return opened[-1]

    yield work
    for one in opened:
        one.context.close()


@pytest.fixture
def offer(lite: Flask) -> Offer:
    made = published(lite, use={"summary": "在多个节点之间共享文件，任一节点故障不影响读取。"})
    announce(made)
    run_jobs()
    return made


@pytest.fixture
def licensee(lite: Flask) -> Person:
    return make_organisation(lite, "c1")


def test_a_free_license_is_found_and_taken_without_javascript(
    window: Open, offer: Offer, licensee: Person
) -> None:
    shown = window(scripts=False)
    shown.sign_in(licensee.email)
    page = shown.page
    shown.get("/")
    page.fill("main [name=q]", "共享文件")
    page.click("main form[action='/search'] button[type=submit]")
    page.click(f"main a[href='/offers/{offer.number}']")
    page.click(f"a[href='/offers/{offer.number}/accept']")
    page.check("[name=capacity][value=legal_representative]")
    page.fill("[name=use]", "用于本公司文件服务器产品的制造和销售。")
    page.check("[name=abroad][value=no]")
    page.check("[name=related][value=no]")
    page.fill("[name='contact.name']", "周工")
    page.fill("[name='contact.phone']", "13900139000")
    page.click("main form[method=post] button[type=submit]")
    page.check("[name=consent]")
    page.fill("[name=password]", PASSWORD)
    page.click("main form[method=post] button[type=submit]")
    assert "许可已成立" in page.inner_text("h1")
    assert page.query_selector("main a[href*='/receipt.json']")
    assert not shown.complaints


def test_a_declaration_begins_by_keyboard_alone(window: Open, lite: Flask) -> None:
    holder = make_organisation(lite, "u1")
    published(lite, holder)  # so that there is a venue
    number = make_patent(lite, holder)
    shown = window()
    shown.sign_in(holder.email)
    shown.get("/declarations/new")
    shown.page.keyboard.press("Tab")
    assert shown.page.evaluate("document.activeElement.className") == "skip"
    shown.tab_to("select[name=patent]")
    shown.page.keyboard.type(number[:8])
    assert shown.page.input_value("select[name=patent]")
    shown.tab_to("[name=venue]")
    shown.page.keyboard.press("Space")
    shown.tab_to("main form button[type=submit]")
    shown.press("Enter")
    shown.tab_to("a[href$='/declarant']")
    shown.press("Enter")
    shown.tab_to("main form button[type=submit]")
    shown.press("Enter")
    assert shown.page.evaluate("document.activeElement.id") == "error-summary"
    assert shown.page.title().startswith("错误：")
    shown.tab_to("#error-summary a")
    shown.page.keyboard.press("Enter")
    shown.page.keyboard.press("Space")
    assert shown.page.is_checked("[name='declarant.signer_capacity'] >> nth=0")
    shown.tab_to("main form button[type=submit]")
    shown.press("Enter")
    assert "saved=1" in shown.page.url or shown.page.query_selector(".tasks")


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


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_runs_over_the_edge_of_a_phone(
    window: Open, offer: Offer, licensee: Person, lang: str
) -> None:
    shown = window(lang=lang, size=PHONE)
    shown.sign_in(licensee.email)
    over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    wide = {}
    for path in paths(offer):
        shown.get(path)
        wide[path] = shown.page.evaluate(over)
    assert {path: pixels for path, pixels in wide.items() if pixels > 0} == {}


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


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_axe_finds_no_barrier(window: Open, offer: Offer, licensee: Person, lang: str) -> None:
    shown = window(lang=lang)
    shown.sign_in(licensee.email)
    found = {}
    for path in paths(offer):
        shown.get(path)
        found[path] = barriers(shown.page)
    assert {path: one for path, one in found.items() if one} == {}
