"""What people store stays text on every page: no payload becomes an element, an attribute or a formula."""

from html.parser import HTMLParser

import pytest
from flask import Flask
from flask_babel import lazy_gettext
from sqlalchemy import update

from registry.database import db, transaction
from registry.parties.models import Account, Organisation, Upload
from registry.patents.models import Patent
from tests.kept import Kept
from tests.test_access_matrix import TABLE, path_of
from tests.world import World, make_world

MARK = "x-evil"
PAYLOADS = (
    f"<{MARK}>", f"'><{MARK}>", f'"><{MARK}>', f"</title><{MARK}>", f"</textarea><{MARK}>", f"--><{MARK}>",
    f"<img {MARK}=1>", f"' {MARK}=1 '", f'" {MARK}=1 "', f"<svg/{MARK}=1>", f"]]><{MARK}>", f"`{MARK}=1`",
    "{{7*19119119}}", "{% raw %}", "${7*19119119}", "javascript:alert(1)",
)  # fmt: skip
READERS = ("holder.owner", "venue")


class Elements(HTMLParser):
    """Elements and attributes whose name is the mark's, and links that would run a script."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        links = [value or "" for name, value in attrs if name in ("href", "src", "action", "formaction")]
        if tag == MARK or MARK in dict(attrs) or any(one.startswith("javascript:") for one in links):
            self.found.append(tag)


@pytest.fixture
def world(lite: Flask, kept: Kept) -> World:
    return kept(lite, make_world)


def test_no_payload_becomes_an_element_of_any_page(world: World) -> None:
    for n in range(0, len(PAYLOADS), 8):
        words = " ".join(PAYLOADS[n : n + 8])
        transaction(lambda words=words: _store(words))
        assert _pages(world, READERS[n // 8]) > 0


def _store(words: str) -> None:
    particulars = ("address", "contact_name", "legal_representative", "bank_name")
    db.session.execute(update(Organisation).values(name=words, **dict.fromkeys(particulars, words[:100])))
    db.session.execute(update(Account).values(name=words[:100]))
    db.session.execute(update(Patent).values(title=words))
    db.session.execute(update(Upload).values(filename=words[:100]))


def _pages(world: World, reader: str) -> int:
    shown = 0
    for name, line in TABLE.items():
        if not name.startswith("GET ") or reader not in line.who or "-api" in name:
            continue
        answer = world.visitors[reader].get(path_of(world.app, name, world.things))
        if answer.mimetype != "text/html":
            continue
        page, found = answer.get_data(as_text=True), Elements()
        found.feed(page)
        assert not found.found, name
        assert "133833833" not in page, name
        shown += MARK in page
    return shown


def test_the_check_finds_what_it_looks_for() -> None:
    for payload in (f"<{MARK}>", f"<img {MARK}=1>", '<a href="javascript:alert(1)">'):
        found = Elements()
        found.feed(f"<p>{payload}</p>")
        assert found.found


def test_a_sentence_said_later_is_text_whatever_stands_in_it(lite: Flask) -> None:
    with lite.test_request_context():
        said = lazy_gettext("收款方：%(name)s", name="<i>")
        page = lite.jinja_env.from_string("{{ said }}").render(said=said)
    assert page == "收款方：&lt;i&gt;"
