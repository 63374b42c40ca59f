"""What people do short of taking one license, in a real browser, in both languages, without JavaScript and on
a phone: wait for an announcement, compare, group, ask for what is missing, keep a search, take several at
once, bring a table. One world serves them all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask

from registry import clock
from tests.browser import PASSWORD, run_jobs
from tests.contracts import taking
from tests.factories import Offer, Person, announce, make_organisation, published, reading
from tests.kept import Kept
from tests.licenses import batching
from tests.web.test_taking import NOTICE
from tests.windows import Window
from tests.wishes import waiting_offer

In = Callable[[str], Window]
SIGN = {"consent": "yes", "password": PASSWORD}


@dataclass(frozen=True)
class Market:
    """Two offers and one that waits for its announcement, all of one holder, and somebody who looks."""

    one: Offer
    other: Offer
    waiting: Offer
    reader: Person


@pytest.fixture
def market(lite: Flask, kept: Kept) -> Market:
    return kept(lite, make_market)


def make_market(app: Flask) -> Market:
    one = published(app, use={"summary": "在多个节点之间共享文件，任一节点故障不影响读取。"})
    other, waiting = published(app, one.holder, one.venue), waiting_offer(app, one.holder, one.venue)
    batching.make_set(one.holder)
    run_jobs()
    return Market(one, other, waiting, make_organisation(app, "c1"))


def test_an_interest_is_registered_seen_by_the_holder_and_told_of_the_announcement(
    person: In, market: Market
) -> None:
    shown = person(market.reader.email)
    shown.get(f"/offers/{market.waiting.number}")
    shown.page.click(f"a[href='/offers/{market.waiting.number}/interest']")
    shown.send_twice({"name": "王明", "use": "用于大桥的在线监测。"})
    assert shown.path.startswith("/interests")
    holder = person(market.one.holder.email)
    holder.get(f"/declarations/{market.waiting.number}/attention")
    assert "用于大桥的在线监测。" in holder.page.inner_text("main")
    announce(market.waiting)
    run_jobs()
    shown.get("/inbox")
    assert shown.page.locator("main a[href^='/inbox/']").count()
    shown.page.locator("main a[href^='/inbox/']").first.click()
    assert market.waiting.number in shown.page.inner_text("main")
    assert not shown.complaints + holder.complaints


def test_offers_are_grouped_found_and_compared(person: In, market: Market) -> None:
    holder = person(market.one.holder.email)
    numbers = (market.one.number, market.other.number)
    places = {f"places.{number}": str(n) for n, number in enumerate(numbers, start=1)}
    holder.get("/collections/new")
    holder.send_twice({"title": "文件共享（2 件）", **places})
    collection = holder.path
    reader = person("")
    reader.get("/collections")
    reader.page.click(f"main a[href='{collection}']")
    for number in numbers:
        reader.page.check(f"main [name=offers][value='{number}']")
    reader.send("/compare")
    for number in numbers:
        assert reader.page.locator(f"main a[href='/offers/{number}/accept']").count()
    assert not reader.complaints + holder.complaints


def test_a_need_is_posted_from_an_empty_search_read_by_a_clerk_and_answered(
    person: In, market: Market
) -> None:
    poster = person(market.reader.email)
    poster.get("/search?q=量子桥梁监测")
    poster.page.locator("main a[href^='/needs/new']").first.click()
    until = (clock.today() + timedelta(days=60)).isoformat()
    poster.send_twice({"problem": "数据太多存不下，压缩之后仍要能还原。", "until": until})
    need = poster.path
    clerk = person(market.one.venue.email)
    clerk.get("/venue/needs")
    clerk.page.locator(f"main a[href='{need}']").first.click()
    clerk.send(f"/venue{need}/publish")
    holder = person(market.one.holder.email)
    holder.get(need)
    holder.page.click(f"main a[href='{need}/answer']")
    holder.send_twice({"words": "我们的方法正好做这个。"})
    poster.get(need)
    assert "我们的方法正好做这个。" in poster.page.inner_text("main")
    assert not poster.complaints + clerk.complaints + holder.complaints


def test_a_search_is_kept_and_what_is_new_comes_to_the_inbox(
    person: In, lite: Flask, market: Market
) -> None:
    shown = person(market.reader.email)
    shown.get("/search?q=共享文件")
    shown.page.locator("main a[href^='/searches/new']").first.click()
    shown.send_twice({"every": "daily"})
    assert shown.path.startswith("/searches")
    published(lite, market.one.holder, market.one.venue, use={"summary": "共享文件的另一种方法。"})
    run_jobs()
    shown.get("/searches")
    shown.page.locator("main a[href^='/searches/']").first.click()
    assert "/search?q=" in shown.path
    assert not shown.complaints


def test_several_licenses_are_taken_with_one_signature(person: In, market: Market) -> None:
    shown = person(market.reader.email)
    shown.get(f"/basket?offer={market.one.number}&offers={market.other.number}")
    shown.send("/basket/add")
    shown.page.click("main a[href='/basket/accept']")
    shown.answer(NOTICE)
    shown.send("/basket/accept")
    shown.send_twice(SIGN)
    for offer in (market.one, market.other):
        assert shown.page.locator(f"main :text('{offer.patent}')").count()
    shown.get("/licenses")
    links = shown.page.locator("main a[href^='/acceptances/']")
    links = links.evaluate_all("all => all.map(one => one.pathname)")
    taken = {one.split("/")[2] for one in links}
    assert len(taken) == 2
    assert {taking.state(number) for number in taken} == {"effective"}
    assert not shown.complaints


def test_a_table_of_patents_is_read_row_by_row_and_its_faults_stand_beside_them(
    person: In, market: Market
) -> None:
    rows = batching.pasted([batching.row(), batching.row(title=""), batching.row(annuity_paid_to="明年")])
    holder = person(market.one.holder.email)
    holder.get("/declarations/batches")
    holder.answer({"rows": rows, "venue": "v1"})
    holder.send("/declarations/batches")
    assert holder.path.endswith("/preview")
    assert holder.page.locator("main .error, main .tag.stop").count() >= 2
    holder.send(holder.path)
    batch = UUID(holder.path.rpartition("/")[2])
    assert reading(lambda: len(batching.numbers_of(batch))) == 1
    assert not holder.complaints
