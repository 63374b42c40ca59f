"""Every page, as everybody reads it who may, in both languages: whole, valid, linked to what is there, light,
without barriers and within the edges of a phone. What is a page is said by the access matrix.
"""

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright import sync_api as playwright

from registry.language import TAGS
from tests.conftest import fresh
from tests.kept import Kept
from tests.translations import english
from tests.web import nu
from tests.web.crawl import Crawl, Page, crawl, distinct
from tests.web.markup import CJK, Markup
from tests.web.sight import Sight
from tests.world import make_world

STATIC = Path(__file__).parents[2] / "registry" / "static"
PAGE_BYTES = 100_000
SHORT = 3
"""Words of so few characters may as well be somebody's name."""
EVERY = os.environ.get("REGISTRY_TEST_PAGES") == "every"
"""`make crawl` lays every page out; the suite one of each kind and of each way it comes back."""
VIEWS = [("en", 320, 100), ("zh", 320, 100), ("zh", 1280, 200), ("en", 1280, 200)]
"""English words are the longest: what they fit into, Chinese ones do."""
UNTYPED = ("hidden", "submit", "button", "image", "reset")
OFFLINE = "GET verification.verifier"
"""The verifier is one file that people keep and open offline: script and style stand in it, with their
digests in its policy; it is Chinese and English at once.
"""


@pytest.fixture(scope="module")
def registry(request: pytest.FixtureRequest) -> Iterator[Flask]:
    yield from fresh(request, "sqlite")


@pytest.fixture(scope="module")
def crawled(registry: Flask, kept: Kept) -> Crawl:
    return crawl(kept(registry, make_world), every=EVERY)


@pytest.fixture(scope="module")
def pages(crawled: Crawl) -> list[tuple[Page, Markup]]:
    return [one for one in crawled.pages if one[0].name != OFFLINE]


Pages = list[tuple[Page, Markup]]


def laid_out(pages: Pages, lang: str) -> list[Page]:
    """The pages a browser lays out, in this language."""
    found = distinct(pages, lang)
    return found if EVERY else list({(page.template, page.status): page for page in found}.values())


def lines(found: Iterable[object]) -> str:
    return "\n".join(map(str, found))


def test_every_page_has_one_heading_a_title_and_its_language(pages: Pages) -> None:
    assert len({page.template for page, _ in pages}) > 100
    wrong = []
    for page, markup in pages:
        if page.status >= 500:
            wrong.append((page.told, page.status))
        if len(markup.h1) != 1 or not markup.h1[0].strip():
            wrong.append((page.told, f"{len(markup.h1)} headings"))
        if not markup.title.removesuffix("· 明许 Mingxu").strip():
            wrong.append((page.told, "no title"))
        if markup.lang != TAGS[page.lang]:
            wrong.append((page.told, markup.lang))
    assert not wrong, lines(wrong)


def test_forms_are_labelled_and_carry_their_token(pages: Pages) -> None:
    wrong = []
    for page, markup in pages:
        for one in markup.inputs:
            named = one["wrapped"] or one.get("id") in markup.labels or "aria-label" in one
            if one.get("type") not in UNTYPED and not named and "aria-labelledby" not in one:
                wrong.append((page.told, one))
        for form in markup.forms:
            if form.posts and not dict(form.empty).get("csrf_token"):
                wrong.append((page.told, form))
            if form.posts and form.file and form.attributes.get("enctype") != "multipart/form-data":
                wrong.append((page.told, form))
    assert not wrong, lines(wrong)


def test_ids_stand_once_and_what_points_at_them_finds_them(pages: Pages) -> None:
    wrong = []
    for page, markup in pages:
        wrong += [(page.told, one) for one, times in Counter(markup.ids).items() if times > 1]
        wrong += [(page.told, name, one) for name, one in markup.pointed if one not in markup.ids]
        places = (one[1:] for one in markup.links if one.startswith("#") and one != "#")
        wrong += [(page.told, "#", one) for one in places if one not in markup.ids]
    assert not wrong, lines(wrong)


def test_nothing_is_inline_and_nothing_comes_from_elsewhere(pages: Pages) -> None:
    wrong = []
    for page, markup in pages:
        wrong += [(page.told, one) for one in markup.inline]
        wrong += [(page.told, one) for one in markup.loaded if not one.startswith(("/", "http://localhost/"))]
        if "unsafe" in page.policy or "default-src" not in page.policy:
            wrong.append((page.told, page.policy))
    assert not wrong, lines(wrong)


def test_every_link_leads_where_its_reader_may_go(crawled: Crawl) -> None:
    assert len(crawled.followed) > 300
    assert not crawled.dead, lines(crawled.dead)


def test_no_sentence_of_ours_stays_chinese_on_an_english_page(pages: Pages) -> None:
    known = [str(one.id) for one in english() if one.id and CJK.search(str(one.id))]
    ours = re.compile("|".join(pattern(one) for one in known if len(CJK.findall(one)) > SHORT))
    wrong = []
    for page, markup in pages:
        wrong += [(page.told, words) for words in markup.chinese if ours.fullmatch(words)]
    assert not wrong, lines(wrong)


def test_a_sentence_is_known_with_its_values_filled_in() -> None:
    assert re.fullmatch(pattern("共 %(n)s 份（%(sum)s）"), "共 3 份（¥1.00）")
    assert not re.fullmatch(pattern("共 %(n)s 份"), "总共 3 份。")


def pattern(sentence: str) -> str:
    """What a sentence looks like on a page, whatever its values are."""
    return re.sub(r"%\\\(\w+\\\)[sd]", ".+", re.escape(" ".join(sentence.split())))


def test_pages_weigh_little(pages: Pages) -> None:
    sizes = {f"/static/{path.name}": path.stat().st_size for path in STATIC.iterdir() if path.is_file()}
    heavy = []
    for page, markup in pages:
        weight = len(page.html.encode()) + sum(sizes.get(one.partition("?")[0], 0) for one in markup.loaded)
        if weight >= PAGE_BYTES:
            heavy.append((page.told, weight))
    assert not heavy, lines(heavy)


def test_pages_and_stylesheets_are_valid(crawled: Crawl, tmp_path: Path) -> None:
    chosen = [page for lang in TAGS for page in distinct(crawled.pages, lang)]
    files = {f"{n}.html": page.html for n, page in enumerate(chosen)}
    files |= {path.name: path.read_text("utf-8") for path in STATIC.glob("*.css")}
    told = {f"{n}.html": page.told for n, page in enumerate(chosen)}
    wrong = [(told.get(name, name), *what) for name, *what in nu.complaints(tmp_path, files)]
    assert not wrong, lines(wrong)


def test_no_page_has_a_barrier(pages: Pages, chromium: playwright.Browser) -> None:
    """At a desk in Chinese: the lines of the matrix and the forms that came back."""
    sight = Sight(chromium, STATIC)
    found = {page.told: sight.barriers(page.html) for page in laid_out(pages, "zh")}
    assert not any(found.values()), lines(one for one in found.items() if one[1])


@pytest.mark.skipif(not EVERY, reason="by `make crawl`: the suite looks at each kind once, at a desk")
def test_no_kind_of_page_has_a_barrier_on_a_phone_in_english(
    pages: Pages, chromium: playwright.Browser
) -> None:
    sight = Sight(chromium, STATIC, width=390)
    kinds = {page.template: page for page in distinct(pages, "en")}
    found = {page.told: sight.barriers(page.html) for page in kinds.values()}
    assert not any(found.values()), lines(one for one in found.items() if one[1])


@pytest.mark.parametrize(("lang", "width", "letters"), VIEWS if EVERY else VIEWS[:1])
def test_nothing_runs_over_the_edge(
    pages: Pages, chromium: playwright.Browser, lang: str, width: int, letters: int
) -> None:
    """On the narrowest phone (WCAG 2.2, 1.4.10), and at a desk with letters of twice the size (1.4.4)."""
    sight = Sight(chromium, STATIC, width=width, letters=letters)
    wide = [(page.told, sight.over(page.html)) for page in laid_out(pages, lang)]
    found = [one for one in wide if one[1] > 0]
    assert not found, lines(found)
