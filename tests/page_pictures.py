"""Pictures of the most telling pages for docs/pages.md: `make pages` takes them from a served demonstration.

Wide ones are Chinese, narrow ones English, so that both languages and both sizes are seen. Each shows what a
reader sees first, in a palette of 64 colours, so that the folder stays light.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright import sync_api as playwright

from tests.chromium import program

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures" / "pages"
LARGEST, COLOURS = 120 * 1024, 64
SIZES = {"zh": {"width": 1280, "height": 900}, "en": {"width": 390, "height": 844}}
PAGES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("home", "", ("/",)),
    ("search", "", ("/search",)),
    ("listing", "", ("/search?method=ENTRY_ROYALTY", r"^/offers/[^/]+$")),
    ("verify", "", ("/verify",)),
    ("log", "", ("/log",)),
    ("desk", "c1", ("/desk",)),
    ("license", "c1", ("/licenses", r"^/acceptances/")),
    ("contract", "c1", ("/licenses", r"^/acceptances/", r"^/contracts/[^/]+$")),
    ("duties", "c1", ("/duties",)),
    ("declarations", "u1", ("/declarations",)),
    ("venue", "operator", ("/venue",)),
    ("batch", "operator", ("/venue/batches", r"^/venue/batches/[A-Z][^/]+$")),
)
"""Name, who looks (nobody: the public), and the way: an address, then links of the page by their pattern."""


def light(png: bytes) -> bytes:
    """A picture in few colours."""
    made = BytesIO()
    Image.open(BytesIO(png)).convert("RGB").quantize(COLOURS).save(made, "PNG", optimize=True)
    return made.getvalue()


def pictures(browser: playwright.Browser, origin: str, password: str) -> Iterator[tuple[str, bytes]]:
    """Each page as each language's size shows it."""
    for lang, size in SIZES.items():
        readers: dict[str, playwright.Page] = {}
        for name, who, way in PAGES:
            if who not in readers:
                readers[who] = _reader(browser, origin, lang, size)
                if who:
                    _sign_in(readers[who], origin, who, password)
            _go(readers[who], origin, way)
            yield f"{name}-{lang}.png", light(readers[who].screenshot())


def _reader(browser: playwright.Browser, origin: str, lang: str, size: dict[str, int]) -> playwright.Page:
    context = browser.new_context(viewport=size)  # type: ignore[arg-type]
    context.add_cookies([{"name": "lang", "value": lang, "url": origin}])
    return context.new_page()


def _sign_in(page: playwright.Page, origin: str, who: str, password: str) -> None:
    page.goto(f"{origin}/login")
    page.fill("input[name=email]", f"{who}@demo.mingxu.invalid")
    page.fill("input[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{origin}/desk")


def _go(page: playwright.Page, origin: str, way: tuple[str, ...]) -> None:
    page.goto(origin + way[0])
    for pattern in way[1:]:
        links = [link.get_attribute("href") or "" for link in page.query_selector_all("main a")]
        page.goto(origin + next(one for one in links if re.search(pattern, one)))


def main() -> int:
    """Take all pictures of a served demonstration and say how large they are."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("origin", help="where the demonstration is served, http://127.0.0.1:8000")
    asked.add_argument("password", help="what its accounts sign in with, as printed at its start")
    given = asked.parse_args()
    with playwright.sync_playwright() as runner:
        browser = runner.chromium.launch(executable_path=program(runner), args=["--no-sandbox"])
        made = dict(pictures(browser, given.origin.rstrip("/"), given.password))
        browser.close()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in set(FOLDER.glob("*.png")) - {FOLDER / file for file in made}:
        old.unlink()
    for file, data in made.items():
        (FOLDER / file).write_bytes(data)
    print(f"{len(made)} pictures, {sum(map(len, made.values())) // 1024} KB, in {FOLDER}")
    return int(any(len(data) > LARGEST for data in made.values()))


if __name__ == "__main__":
    sys.exit(main())
