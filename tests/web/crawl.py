"""Every page there is, as those read it who may: the addresses of the access matrix, the links that lead on
from them, and the forms that come back because nothing was filled in.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from flask import Flask, template_rendered
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from registry.parties import doors
from tests.access_pages import PAGES
from tests.browser import as_request
from tests.test_access_matrix import path_of
from tests.web.markup import Markup, read
from tests.world import Visitor, World

READERS = (
    "holder.owner", "licensee.owner", "venue", "auditor", "administrator", "security", "holder.finance",
    "foreign.owner", "guest", "anonymous",
)  # fmt: skip
"""Who reads a page: the first who may, and whoever of the others finds something else there."""
LANGUAGES = ("zh", "en")
ALIKE = 3
"""So many links of one route that ask for the same things are followed for one reader from one page when
every page is wanted; else one, from all pages together.
"""
Fields = list[tuple[str, str]]


@dataclass(frozen=True)
class Page:
    """One page as somebody saw it."""

    name: str
    path: str
    visitor: str
    lang: str
    status: int
    html: str
    template: str = ""
    policy: str = ""

    @property
    def told(self) -> str:
        return f"{self.name} ({self.lang}, {self.visitor}) {self.path}"


@dataclass
class Crawl:
    """What was found: pages with their markup, and links that lead nowhere."""

    app: Flask
    pages: list[tuple[Page, Markup]] = field(default_factory=list)
    dead: list[tuple[str, str, int]] = field(default_factory=list)
    followed: dict[tuple[str, str], int] = field(default_factory=dict)
    alike: Counter[object] = field(default_factory=Counter)

    def add(self, page: Page) -> Markup:
        found = read(page.html)
        self.pages.append((page, found))
        return found


def ask(visitor: Visitor, path: str, lang: str, form: Fields | None = None) -> TestResponse:
    """Knock as a browser does, with the visitor's cookies and language; a form is posted."""
    client = visitor.app.test_client()
    client.set_cookie("lang", lang)
    if visitor.token:
        client.set_cookie(doors.SESSION_COOKIE, visitor.token)
    method, told = (
        ("GET", None) if form is None else ("POST", MultiDict(visitor._form(client, {}, path[-60:])))
    )
    for field_name, value in form or ():
        if told is not None and field_name not in ("csrf_token", "idempotency_key"):
            told.add(field_name, value)
    return as_request(client.open, path, method=method, data=told, headers={"Accept": "text/html"})


def crawl(world: World, *, every: bool = False) -> Crawl:
    """Read everything, then follow the links, then send forms without answers: that may change things."""
    found = Crawl(world.app)
    for page, markup in list(_lines(found, world, every=every)):
        if every:
            found.alike.clear()
        _follow(found, world, page, markup, most=ALIKE if every else 1)
    _empty(found, world)
    return found


def _lines(found: Crawl, world: World, *, every: bool) -> Iterator[tuple[Page, Markup]]:
    """In Chinese as everybody who finds something else there, in English as the first of them or as all."""
    for name, line in PAGES.items():
        if not name.startswith("GET ") or not line.who:
            continue
        path = path_of(world.app, name, world.things)
        seen: set[str] = set()
        for reader in READERS:
            if reader not in line.who:
                continue
            page = _page(world, name, path, reader, "zh")
            if page is None:
                break
            markup = read(page.html)
            if markup.main in seen:
                continue
            seen.add(markup.main)
            found.pages.append((page, markup))
            yield page, markup
            english = _page(world, name, path, reader, "en") if every or len(seen) == 1 else None
            if english is not None:
                found.add(english)


def _page(
    world: World, name: str, path: str, reader: str, lang: str, form: Fields | None = None
) -> Page | None:
    """What somebody reads there; None when it is a file or leads elsewhere."""
    drawn: list[str] = []

    def note(_app: Flask, template: Any, **_: Any) -> None:
        drawn.append(template.name or "")

    with template_rendered.connected_to(note, world.app):
        answer = ask(world.visitors[reader], path, lang, form)
    if answer.mimetype != "text/html" or answer.status_code in (302, 303):
        return None
    html, policy = answer.get_data(as_text=True), answer.headers.get("Content-Security-Policy", "")
    return Page(name, path, reader, lang, answer.status_code, html, (drawn or [""])[-1], policy)


def _follow(found: Crawl, world: World, page: Page, markup: Markup, *, most: int) -> None:
    for href in markup.links:
        path = inside(page.path, href)
        if path is None:
            continue
        key = (page.visitor, path)
        status = found.followed.get(key)
        if status is None:
            alike = (page.visitor, *route(world.app, path))
            found.alike[alike] += 1
            if found.alike[alike] > most:
                continue
            status = found.followed[key] = ask(world.visitors[page.visitor], path, page.lang).status_code
        if status >= 400 and not _explains(page, path, status):
            found.dead.append((page.told, path, status))


def _explains(page: Page, path: str, status: int) -> bool:
    """A refusal is where some links lead: a page's own in another language; "accept", which everybody sees
    and which tells a reader why not; answers to everybody's questions, which name the page of whoever asks.
    """
    own = page.status == status and path.partition("?")[0] == page.path.partition("?")[0]
    accept = status in (403, 422) and path.endswith("/accept")
    return own or accept or (status == 403 and page.name == "GET help.show")


def inside(base: str, href: str) -> str | None:
    """The address within this site a link leads to; None for other sites, mail and places on the page."""
    whole = urlsplit(urljoin(f"http://localhost{base}", href))
    if href.startswith("#") or whole.scheme not in ("http", "https") or whole.netloc != "localhost":
        return None
    return whole.path + (f"?{whole.query}" if whole.query else "")


def route(app: Flask, path: str, method: str = "GET") -> tuple[str, tuple[str, ...]]:
    """The rule behind an address and the names of what it asks."""
    parts = urlsplit(path)
    asked = tuple(sorted({name for name, _ in parse_qsl(parts.query)}))
    try:
        return str(app.url_map.bind("localhost").match(parts.path, method, return_rule=True)[0]), asked
    except HTTPException:
        return path, asked


def _empty(found: Crawl, world: World) -> None:
    """Send each kind of form once in each language as it came, with nothing filled in."""
    sent: set[object] = set()
    for page, markup in list(found.pages):
        for form in markup.forms:
            path = inside(page.path, form.attributes.get("action", "") or page.path)
            if path is None or not (form.posts and form.visible):
                continue
            key = (page.lang, *route(world.app, path, "POST"))
            if key in sent:
                continue
            sent.add(key)
            name = f"empty {key[1]}"
            came = _page(world, name, path, page.visitor, page.lang, form.empty)
            if came is not None:
                found.add(came)


def distinct(pages: Iterable[tuple[Page, Markup]], lang: str) -> list[Page]:
    """One page of each line and outcome in a language: its other readers see the same parts."""
    first = {(page.name, page.status): page for page, _ in reversed(list(pages)) if page.lang == lang}
    return list(first.values())[::-1]
