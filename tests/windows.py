"""A person's browser window for tests: it fills forms by their inputs' names, as `tests.browser.Browser` does
without a browser, with the mouse or by keyboard alone, and keeps what the browser complained about.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright import sync_api as playwright

from tests.browser import PASSWORD
from tests.chromium import DESK, PHONE

TABS = 80
ARROWS = 200
FORM = "main form[method=post]"
WAYS = {"zh without scripts": ("zh", False, DESK), "en on a phone": ("en", True, PHONE)}
"""How journeys are made: everything in Chinese without JavaScript, and in English with it on a phone."""
KIND = "one => one.tagName === 'SELECT' ? 'select' : one.type"
SENT = """form => [form.action, [...new FormData(form, form.querySelector("button[type=submit]"))]
    .filter(([, value]) => typeof value === "string")]"""
FOCUSED = "what => document.activeElement.matches(what)"


@dataclass
class Window:
    """One person's browser window and what the browser complained about."""

    context: playwright.BrowserContext
    origin: str
    complaints: list[str] = field(default_factory=list)
    page: playwright.Page = field(init=False)

    def __post_init__(self) -> None:
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: playwright.ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{self.page.url}: {message.text}")

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.origin)

    @property
    def heading(self) -> str:
        return self.page.inner_text("h1")

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

    # --- with the mouse

    def answer(self, answers: Mapping[str, Any]) -> None:
        """Fill in inputs by name: texts, choices, several ticks, files as bytes."""
        for name, value in answers.items():
            for one in value if isinstance(value, list) else [value]:
                self._set(name, one)

    def _set(self, name: str, value: Any) -> None:
        found = self.page.locator(f"main form [name='{name}']:not([type=hidden])")
        kind = found.first.evaluate(KIND)
        if kind in ("radio", "checkbox"):
            self.page.check(f"main form [name='{name}'][value='{value}']")
        elif kind == "select":
            found.first.select_option(value)
        elif kind == "file":
            found.first.set_input_files(_file(value))
        else:
            found.first.fill(value)

    def tick_all(self) -> None:
        for box in self.page.locator(f"{FORM} input[type=checkbox]").all():
            box.check()

    def send(self, action: str = "") -> None:
        """Press the first button of the form with this address, or of the last one that posts."""
        form = self.page.locator(f"main form[action='{action}']" if action else FORM)
        with self.page.expect_navigation():
            form.last.locator("button[type=submit]").first.click()

    def fill(self, path: str, answers: Mapping[str, Any]) -> None:
        """Open a page, answer what it asks, and go on; nothing may be sent back."""
        self.get(path)
        self.answer(answers)
        self.send()
        assert not self.page.query_selector("#error-summary"), (path, self.page.inner_text("main"))

    def send_twice(self, answers: Mapping[str, Any], action: str = "") -> None:
        """Send, and the same once more as an impatient finger does: what comes is what came. Going back shows
        a page, not an error.
        """
        self.answer(answers)
        form = self.page.locator(f"main form[action='{action}']" if action else FORM).last
        address, told = form.evaluate(SENT)
        self.send(action)
        came = self.path, self.heading
        files = {name: _file(value) for name, value in answers.items() if isinstance(value, bytes)}
        if files:
            again = self.context.request.post(address, multipart={**dict(told), **files})
        else:
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            body = urlencode([(name, value) for name, value in told])
            again = self.context.request.post(address, data=body, headers=headers)
        assert again.status == 200, (again.status, again.url)
        assert again.url.removeprefix(self.origin).partition("#")[0] == came[0].partition("#")[0]
        self.page.go_back()
        assert self.heading
        self.page.go_forward()
        assert (self.path, self.heading) == came

    # --- by keyboard alone

    def tab_to(self, selector: str) -> None:
        """Press Tab until this has the focus; fails when it never gets it, or does not show that it has."""
        for _ in range(TABS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(FOCUSED, selector):
                seen = "() => document.activeElement.matches(':focus-visible')"
                assert self.page.evaluate(seen), f"{selector} hides its focus"
                return
        raise AssertionError(f"{selector} cannot be reached by keyboard on {self.page.url}")

    def press(self, key: str) -> None:
        """Press a key that leads to another page."""
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def type_in(self, answers: Mapping[str, Any]) -> None:
        """Answer in the order of the page, then press Enter on the form's button."""
        for name, value in answers.items():
            for one in value if isinstance(value, list) else [value]:
                self._type(f"{FORM} [name='{name}']:not([type=hidden])", one)
        self.tab_to(f"{FORM} button[type=submit]")
        self.press("Enter")

    def _type(self, selector: str, value: str) -> None:
        kind = self.page.locator(selector).first.evaluate(KIND)
        if kind == "checkbox":
            self.tab_to(f"{selector}[value='{value}']")
            self.page.keyboard.press("Space")
            return
        self.tab_to(selector)
        if kind == "radio":
            self._choose(f"{selector}[value='{value}']")
        elif kind == "date":
            self._date(value)
        elif kind == "select":
            self._move(f"one => one.value === '{value}'", value)
        else:
            self.page.keyboard.type(value)

    def _choose(self, wanted: str) -> None:
        self.page.keyboard.press("Space")
        self._move(f"one => one.matches(`{wanted}`)", wanted)

    def _move(self, there: str, wanted: str) -> None:
        for _ in range(ARROWS):
            if self.page.evaluate(f"({there})(document.activeElement)"):
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{wanted} cannot be chosen with the arrows on {self.page.url}")

    def _date(self, value: str) -> None:
        year, month, day = value.split("-")
        self.page.keyboard.type(f"{month}{day}{year}")  # in the order of the browser's own language


def _file(content: bytes) -> playwright.FilePayload:
    return {"name": "a.pdf", "mimeType": "application/pdf", "buffer": content}


Open = Callable[..., Window]


@pytest.fixture
def window(chromium: playwright.Browser, origin: str) -> Iterator[Open]:
    """Opens windows: `window(scripts=False, lang="en", size=PHONE)`."""
    opened: list[Window] = []

    def work(*, scripts: bool = True, lang: str = "zh", size: dict[str, int] = DESK) -> Window:
        locale = {"zh": "zh-CN", "en": "en-GB"}[lang]
        context = chromium.new_context(java_script_enabled=scripts, viewport=size, locale=locale)  # type: ignore[arg-type]
        context.add_cookies([{"name": "lang", "value": lang, "url": origin}])
        opened.append(Window(context, origin))
        return opened[-1]

    yield work
    for one in opened:
        one.context.close()


@pytest.fixture(params=WAYS.values(), ids=WAYS)
def person(request: pytest.FixtureRequest, window: Open) -> Callable[[str], Window]:
    """Opens a window in which somebody has signed in; each test is made in both ways."""
    lang, scripts, size = request.param

    def work(email: str) -> Window:
        shown = window(lang=lang, scripts=scripts, size=size)
        if email:
            shown.sign_in(email)
        return shown

    return work
