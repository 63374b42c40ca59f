"""Pages already rendered, laid out in Chromium one after the other in one window: quicker than to navigate.

What enhance.js would add is not there: the journeys run with it.
"""

from pathlib import Path

import pytest
from playwright import sync_api as playwright

FRAME = "http://pages.invalid/"
SHOW = """html => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const wanted = [...page.querySelectorAll("link[rel=stylesheet]")].map((one) => one.getAttribute("href"));
    for (const own of document.querySelectorAll("head > style"))
        own.sheet.disabled = !wanted.some((one) => one.split("?")[0] === `/static/${own.id.slice(6)}.css`);
    document.title = page.title;
    document.documentElement.lang = page.documentElement.lang;
    document.body.replaceWith(document.adoptNode(page.body));
    window.scrollTo(0, 0);
}"""
AXE = """axe.run(document, {resultTypes: ["violations"]})
    .then((found) => found.violations.map((one) => [one.id, one.nodes[0].html]))"""
OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Sight:
    """One window of a given width, with letters of a given size in percent."""

    def __init__(
        self, browser: playwright.Browser, static: Path, *, width: int = 1280, letters: int = 100
    ) -> None:
        self._static = static
        self.page = browser.new_page(viewport={"width": width, "height": 900})
        self.page.route("**/*", self._serve)
        self.page.goto(FRAME)
        if letters != 100:
            self.page.evaluate(f"document.documentElement.style.fontSize = '{letters}%'")

    def _serve(self, route: playwright.Route) -> None:
        path = route.request.url.removeprefix(FRAME).partition("?")[0]
        if not path:
            own = (f"<style id=sheet-{one.stem}>{one.read_text('utf-8')}</style>" for one in self._sheets())
            body = f"<!doctype html><html><head>{''.join(own)}</head><body></body></html>"
            route.fulfill(body=body, content_type="text/html; charset=utf-8")
            return
        file = self._static / path.removeprefix("static/")
        if file.is_file():
            route.fulfill(path=file)
        else:
            route.fulfill(status=204)

    def _sheets(self) -> list[Path]:
        """In the order pages load them: the frame's first, a subject's own after them."""
        found = {one.stem: one for one in sorted(self._static.glob("*.css"))}
        return [found.pop("style"), found.pop("blocks"), *found.values()]

    def show(self, html: str) -> None:
        self.page.evaluate(SHOW, html)

    def barriers(self, html: str) -> list[list[str]]:
        """What axe finds: the rule and the first element that breaks it."""
        packaged = pytest.importorskip(
            "axe_playwright_python", reason="axe-playwright-python brings axe-core"
        )
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate((Path(packaged.__file__).parent / "axe.min.js").read_text("utf-8"))
        self.show(html)
        found: list[list[str]] = self.page.evaluate(AXE)
        return found

    def over(self, html: str) -> int:
        """So many pixels run over the right edge."""
        self.show(html)
        return int(self.page.evaluate(OVER))
