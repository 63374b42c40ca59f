"""Desks: every role sees what waits for it, each card leads to the list it counted, and a desk asks no more
of the database the more there is.
"""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from registry import clock
from registry.contracts import agenda, oversight, taken_list
from registry.contracts.decisions import OUTCOMES
from registry.database import db
from registry.licenses import holdings
from registry.parties.desk import Card, Desk, Panel, desk_of
from registry.parties.rules import Role
from tests.browser import Browser, run_jobs
from tests.contracts import performing as do
from tests.contracts import taking
from tests.contracts.copies import copied, mixed
from tests.contracts.test_duties import counted
from tests.factories import (
    FREE,
    LUMP,
    Person,
    make_account,
    make_member,
    make_organisation,
    make_venue,
    published,
    reading,
    ready_draft,
    submitted,
)

DESK_MOST = 40
"""Statements of a party's whole desk page: its session, cards, agenda and panels."""
LINK = re.compile(r'href="(/(?:declarations|licenses|holder|duties|venue|stamps|audit)[^"#]*)"')


def desk(who: Person) -> Desk:
    return reading(lambda: desk_of(who.actor))


def titles(found: Desk) -> dict[str, Card]:
    return {str(one.title): one for one in found.cards}


def panels(found: Desk) -> dict[str, Panel]:
    return {str(one.title): one for one in found.panels}


def test_a_newcomer_is_shown_two_ways_of_three_steps_and_nothing_empty(lite: Flask) -> None:
    found = panels(desk(make_organisation(lite, "u1", verified=False)))
    assert list(found) == ["三步发布第一份声明", "三步取得第一份许可"]
    assert [len(one.lines) for one in found.values()] == [3, 3]


def test_first_steps_end_when_there_is_something_to_show(lite: Flask) -> None:
    venue, holder = make_venue(lite, "v1"), make_organisation(lite, "u1")
    ready_draft(lite, holder, venue)
    assert list(panels(desk(holder))) == ["我的声明"]


def test_a_holder_sees_offers_by_state_notices_with_their_use_and_the_days_ahead(lite: Flask) -> None:
    offer = published(lite, fee=LUMP)
    licensee = make_organisation(lite, "c1")
    taking.taken(licensee, offer, use="用于本厂焊接产线。")
    found = panels(desk(offer.holder))
    assert [(str(one.words), one.count, one.url) for one in found["我的声明"].lines] == [
        ("已发布", 1, "/declarations?state=published")
    ]
    notice = found["最近收到的实施通知"].lines[0]
    assert "用于本厂焊接产线。" in notice.hint
    assert notice.day == clock.today()
    assert "我的应付款项" not in found


def test_a_licensee_sees_what_it_owes_with_the_day_and_then_that_the_other_side_has_to_answer(
    lite: Flask,
) -> None:
    offer = published(lite, fee=LUMP)
    licensee = make_organisation(lite, "c1")
    number = taking.taken(licensee, offer)
    owed = panels(desk(licensee))["我的应付款项"]
    assert [(str(one.words), one.amount) for one in owed.lines] == [("付款", do.Decimal("68000.00"))]
    assert titles(desk(licensee))["等待您付款的许可"].url == "/licenses?state=awaiting_payment"
    taking.claim(lite, licensee, number)
    (line,) = panels(desk(licensee))["我的应付款项"].lines
    assert (str(line.words), str(line.tag)) == ("已提交回单，等待对方核对", "答复期限")
    assert titles(desk(offer.holder))["待核对款项"].count == 1
    claim = panels(desk(offer.venue))["最早的待核对款项"].lines[0]
    with time_machine.travel(clock.now() + timedelta(days=20), tick=True):
        late = panels(desk(offer.venue))["最早的待核对款项"].lines[0]
    assert (str(claim.tag), str(late.tag), late.tone) == ("答复期限", "过期未答复", "stop")


def test_late_days_come_first_and_an_event_that_is_over_is_not_shown(lite: Flask) -> None:
    _, licensee, _ = do.licensed(lite)
    with time_machine.travel(clock.now() + timedelta(days=150), tick=True):
        lines = panels(desk(licensee))["接下来的日期"].lines
    assert str(lines[0].tag) == "已逾期"
    assert [one.day for one in lines] == sorted(one.day for one in lines if one.day)


def test_a_desk_of_forty_licenses_asks_no_more_than_one_of_four(lite: Flask) -> None:
    licensee = make_organisation(lite, "c1")
    numbers = mixed(lite, licensee)
    browsers = [Browser(lite).sign_in(licensee.email)]
    pages = ("/desk", "/licenses", "/holder/acceptances", "/declarations")
    few = {page: asked(browsers[0], page) for page in pages}
    assert few["/desk"] <= DESK_MOST
    copied(numbers, 9)
    many = {page: asked(browsers[0], page) for page in pages}
    assert {page: n for page, n in many.items() if n > few[page]} == {}


def test_a_venues_desk_asks_no_more_the_longer_its_queues(lite: Flask) -> None:
    venue, holder = make_venue(lite, "v1"), make_organisation(lite, "u1")
    submitted(lite, holder, venue)
    browser = Browser(lite).sign_in(venue.email)
    few = asked(browser, "/desk")
    for _ in range(3):
        submitted(lite, holder, venue)
    assert asked(browser, "/desk") <= few <= DESK_MOST


def asked(browser: Browser, address: str) -> int:
    db.session.remove()
    with counted() as said:
        assert browser.client.get(address).status_code == 200
    return sum(one.startswith("SELECT") and "code_change" not in one for one in said)


def test_more_licenses_than_a_desk_reads_are_said_to_be_left_out(
    lite: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, licensee, number = do.licensed(lite)
    copied([number], 2)
    assert panels(desk(licensee))["接下来的日期"].hint == ""
    monkeypatch.setattr(agenda, "MOST", 2)
    assert "只看最近 2 份许可" in str(panels(desk(licensee))["接下来的日期"].hint)


def test_a_venue_sees_the_longest_waiting_first_the_track_and_its_months(lite: Flask) -> None:
    offer = published(lite, fee=FREE)
    taking.taken(make_organisation(lite, "c1"), offer)
    older = submitted(lite, offer.holder, offer.venue)
    with time_machine.travel(clock.now() + timedelta(days=30), tick=True):
        submitted(lite, offer.holder, offer.venue)
        found = panels(desk(offer.venue))
    assert older in found["最早的待审声明"].lines[0].hint
    assert found["最早的待审声明"].lines[0].tone == "stop"
    assert [(str(one.words), one.count) for one in found["有效许可的合同登记进度"].lines] == [("材料未齐", 1)]
    months = found["本场所逐月取得的许可"]
    assert (len(months.lines), sum(one.count for one in months.lines)) == (12, 1)


def test_another_venues_licenses_are_on_no_desk_but_its_own(lite: Flask) -> None:
    offer = published(lite, fee=FREE)
    taking.taken(make_organisation(lite, "c1"), offer)
    other = panels(desk(make_venue(lite, "v2")))
    assert "有效许可的合同登记进度" not in other
    assert "本场所逐月取得的许可" not in other


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_card_and_panel_of_every_desk_leads_somewhere(lite: Flask, lang: str) -> None:
    offer = published(lite, fee=LUMP)
    licensee = make_organisation(lite, "c1")
    number = taking.taken(licensee, offer)
    taking.claim(lite, licensee, number)
    ready_draft(lite, offer.holder, offer.venue)
    for who in (licensee, offer.holder, offer.venue, auditor(lite)):
        browser = Browser(lite, lang=lang).sign_in(who.email).get("/desk")
        assert browser.html.count("<h1") == 1
        links = set(LINK.findall(browser.html.replace("&amp;", "&")))
        assert links
        for link in links:
            assert browser.get(link).status == 200, link


def test_lists_narrow_to_what_was_counted_and_say_when_nothing_is_left(
    lite: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = published(lite, fee=LUMP)
    licensee = make_organisation(lite, "c1")
    number = taking.taken(licensee, offer)
    draft = ready_draft(lite, offer.holder, offer.venue)
    browser = Browser(lite).sign_in(licensee.email)
    assert number in browser.get("/licenses?state=awaiting_payment").html
    assert "没有这样的许可" in browser.get("/licenses?state=effective").text
    holder = Browser(lite).sign_in(offer.holder.email)
    page = holder.get("/declarations?state=draft").html
    assert (draft in page, offer.number in page) == (True, False)
    assert "没有这样的声明" in holder.get("/declarations?state=ended").text
    assert "没有这样的通知" in holder.get("/holder/acceptances?state=over").text
    monkeypatch.setattr(holdings, "PAGE", 1)
    monkeypatch.setattr(taken_list, "PAGE", 1)
    both = holder.get("/declarations?page=1").html + holder.get("/declarations?page=2").html
    assert (draft in both, offer.number in both) == (True, True)
    assert holder.get("/declarations?page=999").status == 200


def test_a_licensees_list_offers_its_papers(lite: Flask) -> None:
    _, licensee, _ = do.licensed(lite)
    run_jobs()
    page = Browser(lite).sign_in(licensee.email).get("/licenses")
    assert re.search(r'href="/contracts/[^"]+/papers/[0-9a-f-]+\.pdf"', page.html)
    assert "许可证书" in page.text


# --- the auditor -------------------------------------------------------------------------------------


def auditor(app: Flask) -> Person:
    who = make_account(app, "audit@example.cn", name="严明")
    return make_member(app, who, Role.AUDITOR, email="auditor@example.cn")


def test_a_decision_stands_in_the_list_of_the_side_it_went_against(lite: Flask) -> None:
    offer = published(lite, fee=LUMP)
    licensee = make_organisation(lite, "c1")
    number = taking.taken(licensee, offer)
    payment = taking.claim(lite, licensee, number)
    taking.answer(offer.holder, payment, result="not_arrived")
    taking.decide(
        offer.venue, number, "paid", amount=do.Decimal("68000.00"), arrived_on=clock.today()
    )
    who = auditor(lite)
    name = reading(lambda: oversight.decided(who.actor)[0][0].acceptance.holder.name)
    browser = Browser(lite).sign_in(who.email)
    assert "款项已经到账" in browser.get("/audit/decisions?against=holder").text
    assert "款项已经到账" in browser.get(f"/audit/decisions?against=holder&party={name[:4]}").text
    for other in ("?against=licensee", "?party=没有这家", f"?against=licensee&party={name[:4]}"):
        assert "没有这样的决定" in browser.get(f"/audit/decisions{other}").text, other


def test_every_outcome_goes_against_one_side_and_one_only() -> None:
    listed = [outcome for outcomes in oversight.AGAINST.values() for outcome in outcomes]
    assert sorted(listed) == sorted(OUTCOMES)


def test_a_seed_draws_the_same_contracts_again_and_another_seed_others() -> None:
    numbers = [f"C-{n:04d}" for n in range(300)]
    drawn = oversight.draw(numbers, seed="2026-11-26", size=20)
    assert drawn == oversight.draw(list(reversed(numbers)), seed="2026-11-26", size=20)
    assert len(set(drawn)) == 20
    assert drawn != oversight.draw(numbers, seed="2026-11-27", size=20)
    assert drawn[:5] == oversight.draw(numbers, seed="2026-11-26", size=5)


def test_a_sample_needs_a_seed_and_a_size_that_can_be_looked_through(lite: Flask) -> None:
    _, licensee, number = do.licensed(lite)
    contract = reading(lambda: do.acceptance(number).contract.number)
    browser = Browser(lite).sign_in(auditor(lite).email)
    assert contract in browser.get("/audit/sample?seed=x&size=5").html
    wrong = {"seed=&size=5": "请填写此项", "seed=x&size=0": "份数应为", "seed=x&size=ten": "份数应为"}
    for asked_for, words in wrong.items():
        assert browser.get(f"/audit/sample?{asked_for}").status == 422
        assert words in browser.text
    assert Browser(lite).sign_in(licensee.email).get("/audit/sample").status in (403, 404)
