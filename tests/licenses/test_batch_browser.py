"""The pages of term sets and batches in a real browser: no barrier, nothing cut off, no complaint."""

import os
from pathlib import Path

from flask import Flask
from playwright import sync_api as playwright

from registry.database import transaction
from registry.licenses import batch_reviews
from tests.browser import PASSWORD
from tests.chromium import DESK, PHONE, barriers
from tests.factories import NAMES, make_organisation, make_venue
from tests.licenses import batching
from tests.licenses.batching import found, row


def test_no_page_of_a_batch_has_a_barrier(lite: Flask, chromium: playwright.Browser, origin: str) -> None:
    holder, venue = make_organisation(lite, "u1"), make_venue(lite, "v1")
    set_id = batching.make_set(holder)
    both = f"{NAMES['u1'][0]}、{NAMES['c1'][0]}"
    rows = [row(), row(amount="12000"), row(owners=both), row(term_set="")]
    many = batching.drafted(holder, venue, [*rows, row(amount="x")])
    signing = batching.sign(holder, many, batching.numbers_of(many)[:1])
    transaction(lambda: batch_reviews.begin(venue.actor, found(many), "take_up"))
    shown = batching.bring(holder, venue, [row(), row(title=""), row(annuity_paid_to="")])
    at = f"/declarations/batches/{many}"
    paths = [
        f"/term-sets/{set_id}", "/declarations/batches", f"/declarations/batches/{shown}/preview", at,
        f"{at}/co-owners", f"{at}/change/term", f"{at}/sign", f"{at}/signed/{signing}",
    ]  # fmt: skip
    staff = [f"/venue/reviews/batches/{many}"]
    assert _look(chromium, origin, holder.email, paths, lang="en", size=PHONE) == {}
    assert _look(chromium, origin, venue.email, staff, lang="zh", size=DESK) == {}


def _look(
    chromium: playwright.Browser,
    origin: str,
    email: str,
    paths: list[str],
    *,
    lang: str,
    size: dict[str, int],
) -> dict[str, list[object]]:
    context = chromium.new_context(viewport=size)  # type: ignore[arg-type]
    context.add_cookies([{"name": "lang", "value": lang, "url": origin}])
    page, heard = context.new_page(), list[str]()
    page.on("console", lambda one: heard.append(one.text) if one.type in ("error", "warning") else None)
    page.goto(f"{origin}/login")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button[type=submit]")
    wrong: dict[str, list[object]] = {}
    for path in paths:
        answer = page.goto(origin + path)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found: list[object] = [*barriers(page), *heard, *([f"{wide}px too wide"] if wide > 0 else [])]
        heard.clear()
        if answer is None or answer.status != 200:
            found.append(answer.status if answer else 0)
        if found:
            wrong[path] = found
        if folder := os.environ.get("PICTURES"):
            name = path.strip("/").replace("/", "_")[:60]
            page.screenshot(path=str(Path(folder) / f"{lang}_{name}.png"), full_page=True)
    context.close()
    return wrong
