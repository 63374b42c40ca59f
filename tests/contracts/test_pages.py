"""The pages of a license as people walk them: free in three, paid to the end, obstacles on their own pages,
in both languages.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask

from registry import clock
from registry.contracts import register
from registry.database import db, transaction
from registry.ledger import service as ledger
from registry.licenses import register as offers
from registry.parties.models import Mail
from tests.browser import PASSWORD, Browser, run_jobs
from tests.contracts import taking
from tests.factories import (
    LUMP,
    Offer,
    Person,
    announce,
    make_organisation,
    published,
    reading,
    withdraw,
)
from tests.kept import Kept
from tests.parties.people import PDF

NOTICE: Mapping[str, Any] = {
    "capacity": "legal_representative",
    "use": "用于本公司文件服务器产品的制造和销售。",
    "abroad": "no",
    "related": "no",
    "contact.name": "周工",
    "contact.phone": "13900139000",
}
SIGN = {"consent": "yes", "password": PASSWORD}


@pytest.fixture
def offer(lite: Flask, kept: Kept) -> Offer:
    return kept(lite, published)


@pytest.fixture
def paid(lite: Flask, kept: Kept) -> Offer:
    return kept(lite, published, fee=LUMP)


def sign_in(app: Flask, who: Person, **options: Any) -> Browser:
    return Browser(app, **options).sign_in(who.email)


def accepted(app: Flask, offer: Offer, who: Person) -> tuple[Browser, str]:
    """A browser on page 3, and the acceptance's number."""
    browser = sign_in(app, who)
    browser.get(f"/offers/{offer.number}/accept").submit(NOTICE, action=f"/offers/{offer.number}/accept")
    browser.submit(SIGN)
    assert browser.status == 200, browser.text
    return browser, browser.address.split("/")[2]


def test_a_free_license_takes_three_pages(lite: Flask, offer: Offer) -> None:
    c1 = make_organisation(lite, "c1", verified=False)
    browser = sign_in(lite, c1)
    browser.get(f"/offers/{offer.number}/accept")
    assert (browser.status, browser.title.startswith("谁来实施")) == (200, True)
    assert "浦东智焊装备有限公司" in browser.text
    browser.submit(NOTICE, action=f"/offers/{offer.number}/accept")
    assert browser.address.endswith("/check")
    assert "¥0.00" in browser.text
    assert reading(lambda: offers.find(offer.number).current.digest) in browser.html
    browser.submit({**SIGN, "expected_input": "500000"})
    assert (browser.status, "许可已成立" in browser.title) == (200, True)
    number = browser.address.split("/")[2]
    assert taking.seen(number, "state") == ("effective",)
    assert reading(lambda: register.find(number).record["notice"]["expected_input"]) == "500000.00"
    assert reading(lambda: register.find(number).contract.number) in browser.text
    assert "许可证书 等待打印" in browser.text
    receipt = browser.get(f"/acceptances/{number}/receipt.json").page.get_json()
    assert receipt["seq"] == taking.seen(number, "noticed_seq")[0]
    assert {row["path"] for row in receipt["disclosures"]} >= {"record", "licensee"}


def test_whoever_is_not_signed_in_comes_back_after_signing_in(lite: Flask, offer: Offer) -> None:
    browser = Browser(lite).get(f"/offers/{offer.number}/accept")
    assert browser.address == f"/login?next=/offers/{offer.number}/accept"


def test_errors_stand_beside_their_fields_and_input_is_kept(lite: Flask, offer: Offer) -> None:
    browser = sign_in(lite, make_organisation(lite, "c1"))
    browser.get(f"/offers/{offer.number}/accept")
    browser.submit({**NOTICE, "use": "", "product": "文件服务器"}, action=f"/offers/{offer.number}/accept")
    assert browser.status == 422
    assert browser.title.startswith("错误：")
    assert 'href="#f-use"' in browser.html
    assert 'value="文件服务器"' in browser.html
    assert "f-contact-name" in browser.html


def test_a_wrong_password_or_a_missing_tick_sends_nothing(lite: Flask, offer: Offer) -> None:
    browser = sign_in(lite, make_organisation(lite, "c1"))
    browser.get(f"/offers/{offer.number}/accept").submit(NOTICE, action=f"/offers/{offer.number}/accept")
    size = reading(ledger.size)
    browser.submit({"consent": "yes", "password": "not the password"})
    assert (browser.status, "密码" in browser.text) == (422, True)
    browser.submit({"password": PASSWORD, "consent": None})
    assert browser.status == 422
    assert reading(ledger.size) == size


def test_a_text_that_changed_meanwhile_is_read_again(lite: Flask, offer: Offer) -> None:
    browser = sign_in(lite, make_organisation(lite, "c1"))
    browser.get(f"/offers/{offer.number}/accept").submit(NOTICE, action=f"/offers/{offer.number}/accept")
    announce(offer)
    browser.submit(SIGN)
    assert (browser.status, "变化" in browser.title) == (409, True)
    browser.submit()
    assert browser.address.endswith("/check")
    assert "已公告" in browser.text
    browser.submit(SIGN)
    assert "许可已成立" in browser.title


def test_a_second_press_shows_the_first_result(lite: Flask, offer: Offer) -> None:
    browser = sign_in(lite, make_organisation(lite, "c1"))
    browser.get(f"/offers/{offer.number}/accept").submit(NOTICE, action=f"/offers/{offer.number}/accept")
    form, address = browser.form(), browser.address
    browser.submit(SIGN)
    size = reading(ledger.size)
    browser.post(address, {**form.fields, **SIGN})
    assert (browser.status, "许可已成立" in browser.title, reading(ledger.size)) == (200, True, size)


def test_a_live_license_is_shown_instead_of_a_second_one(lite: Flask, offer: Offer) -> None:
    browser, number = accepted(lite, offer, make_organisation(lite, "c1"))
    browser.get(f"/offers/{offer.number}/accept")
    assert (browser.status, number in browser.text) == (409, True)


def test_obstacles_have_their_own_pages(lite: Flask, offer: Offer) -> None:
    c1 = make_organisation(lite, "c1")
    withdraw(lite, offer)
    browser = sign_in(lite, c1).get(f"/offers/{offer.number}/accept")
    assert (browser.status, "已经撤回" in browser.text, "怎么办" in browser.text) == (409, True, True)


def test_a_party_outside_the_mainland_reads_why_it_waits(lite: Flask, offer: Offer) -> None:
    browser = sign_in(lite, make_organisation(lite, "c1"))
    page = f"/offers/{offer.number}/accept"
    browser.get(page).submit({**NOTICE, "abroad": "yes"}, action=page)
    assert "须先经人工审查" in browser.text
    browser.submit(SIGN)
    assert (browser.status, "等待人工审查" in browser.text) == (200, True)
    number = browser.address.split("/")[2]
    venue = sign_in(lite, offer.venue).get("/venue/decisions")
    assert number in venue.text
    venue.get(f"/acceptances/{number}/review").submit({"verdict": "clear", "reason": "已办理登记。"})
    assert taking.state(number) == "effective"


def test_the_paid_way_from_notice_to_license(lite: Flask, paid: Offer) -> None:
    c1 = make_organisation(lite, "c1", verified=False)
    browser, number = accepted(lite, paid, c1)
    assert "请付款" in browser.title
    assert "人民币陆万捌仟元整" in browser.text
    assert taking.seen(number, "reference")[0] in browser.text
    browser.get(f"/acceptances/{number}/pay")
    facts = {"paid_on": clock.today().isoformat(), "serial": "SN-1", "password": PASSWORD}
    browser.submit(facts, files={"slip_upload": (PDF, "slip.pdf")})
    assert (browser.status, "等待收款方核对" in browser.text) == (200, True), browser.text
    holder = sign_in(lite, paid.holder).get("/holder/payments")
    assert taking.seen(number, "reference")[0] in holder.text
    payment = reading(lambda: register.find(number).payments[0].id)
    holder.get(f"/payments/{payment}")
    slip = reading(lambda: register.find(number).payments[0].slip_upload)
    assert holder.client.get(f"/files/{slip}").status_code == 200
    holder.get(f"/payments/{payment}").submit({"result": "agrees", "password": PASSWORD})
    assert (holder.status, "已到账" in holder.text) == (200, True), holder.text
    assert taking.state(number) == "effective"
    assert "许可已成立" in browser.get(f"/acceptances/{number}").title


def test_a_slip_of_the_wrong_type_is_refused_beside_its_field(lite: Flask, paid: Offer) -> None:
    browser, number = accepted(lite, paid, make_organisation(lite, "c1"))
    facts = {"paid_on": clock.today().isoformat(), "serial": "SN-1", "password": PASSWORD}
    browser.get(f"/acceptances/{number}/pay").submit(facts, files={"slip_upload": (b"no pdf", "slip.pdf")})
    assert (browser.status, "f-slip_upload" in browser.html) == (422, True)
    assert taking.state(number) == "awaiting_payment"


def test_nobody_answers_so_the_venue_decides(lite: Flask, paid: Offer) -> None:
    c1 = make_organisation(lite, "c1")
    number = taking.taken(c1, paid)
    payment = taking.claim(lite, c1, number)
    before = sign_in(lite, c1).get(f"/acceptances/{number}")
    assert f"/acceptances/{number}/ask" not in before.html
    with time_machine.travel(clock.now() + timedelta(days=12), tick=True):
        browser = sign_in(lite, c1).get(f"/acceptances/{number}")
        browser.submit(action=f"/acceptances/{number}/ask")
        assert taking.state(number) == "in_decision"
        question = taking.open_question(number)
        db.session.rollback()
        venue = sign_in(lite, paid.venue).get(f"/venue/decisions/{question}")
        venue.submit({"outcome": "paid", "reasons": "回单真实，账户明细相符。", "password": PASSWORD})
        assert (venue.status, "款项已经到账" in venue.text) == (200, True), venue.text
    assert taking.state(number) == "effective"
    assert payment


def test_the_holder_objects_on_closed_grounds_only(lite: Flask, offer: Offer) -> None:
    number = taking.taken(make_organisation(lite, "c1"), offer)
    browser = sign_in(lite, offer.holder).get(f"/acceptances/{number}/object")
    assert "拒绝的权利" in browser.text
    browser.submit({"ground": "do_not_like_them", "reason": "竞争对手"})
    assert browser.status == 422
    browser.submit({"ground": "bar_existed", "reason": "当日专利已质押。"})
    assert (browser.status, taking.state(number)) == (200, "effective")
    assert "尚未作出" in browser.text


def test_strangers_find_nothing(lite: Flask, offer: Offer) -> None:
    number = taking.taken(make_organisation(lite, "c1"), offer)
    contract = reading(lambda: register.find(number).contract.number)
    browser = sign_in(lite, make_organisation(lite, "c2"))
    for page in (
        f"/acceptances/{number}",
        f"/acceptances/{number}/receipt.json",
        f"/contracts/{contract}",
        f"/payments/{UUID(int=1)}",
    ):
        assert browser.get(page).status == 404, page
    assert browser.get("/venue/contracts").status in (403, 404)


def test_a_draft_is_not_shown_to_the_holder(lite: Flask, offer: Offer) -> None:
    number = taking.drafted(make_organisation(lite, "c1"), offer)
    browser = sign_in(lite, offer.holder)
    assert browser.get(f"/acceptances/{number}").status == 404
    assert number not in browser.get("/holder/acceptances").text


def test_the_contract_page_links_no_file_and_no_page_its_reader_may_not_open(
    lite: Flask, offer: Offer
) -> None:
    c1 = make_organisation(lite, "c1", verified=False)
    evidence = {"file": (PDF, "营业执照.pdf")}
    sign_in(lite, c1).get("/organisation").submit(action="/organisation/evidence", files=evidence)
    number = taking.taken(c1, offer)
    contract = reading(lambda: register.find(number).contract.number)
    for who in (c1, offer.holder, offer.venue):
        browser = sign_in(lite, who).get(f"/contracts/{contract}")
        assert "营业执照.pdf" in browser.text
        main = browser.html.partition("<main")[2]
        for link in sorted(set(re.findall(r'href="(/(?:files|contracts|venue)[^"#?]*)', main))):
            assert browser.get(link).status == 200, (who.email, link)


def test_the_contract_page_takes_files_recordal_and_results(lite: Flask, offer: Offer) -> None:
    c1 = make_organisation(lite, "c1")
    number = taking.taken(c1, offer)
    contract = reading(lambda: register.find(number).contract.number)
    browser = sign_in(lite, c1).get(f"/contracts/{contract}")
    assert browser.status == 200, browser.text
    page = f"/contracts/{contract}/files"
    browser.submit({"slot": "02b"}, action=page, files={"file_upload": (PDF, "盖章.pdf")})
    assert "盖章.pdf" in browser.text
    today = clock.today().isoformat()
    browser.get(f"/contracts/{contract}/recordal").submit({"verb": "file", "day": today})
    browser.get(f"/contracts/{contract}/recordal").submit({"verb": "record", "day": today, "number": "X1"})
    assert "X1" in browser.text
    clerk = sign_in(lite, offer.venue)
    clerk.get(f"/contracts/{contract}/stamp")
    clerk.submit({"seals.0.verdict": "agrees", "seals.1.verdict": "agrees"})
    assert reading(lambda: register.find_contract(contract).stamp) == "checked"
    assert clerk.get(f"/contracts/{contract}/classification").submit().status == 200
    assert "才能录入结果" in clerk.get(f"/contracts/{contract}/results").text
    transaction(lambda: setattr(register.find_contract(contract), "registration", "exported"))
    clerk.get(f"/contracts/{contract}/results").submit({"result": "已登记", "day": today})
    assert (clerk.status, "f-registration_number" in clerk.html) == (422, True)
    clerk.submit({"result": "已登记", "day": today, "registration_number": "2026310001"})
    assert "2026310001" in clerk.text
    assert reading(lambda: register.find_contract(contract).registration) == "registered"


def test_the_zero_fee_view_is_the_venues_own(lite: Flask, offer: Offer) -> None:
    clerk = sign_in(lite, offer.venue).get("/venue/zero-fee")
    clerk.submit({"words": "浦东登记点 11 月 2 日电话答复：可以登记。"})
    assert "电话答复" in clerk.html


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_of_every_role_answers_in_both_languages(lite: Flask, paid: Offer, lang: str) -> None:
    c1 = make_organisation(lite, "c1")
    number = taking.taken(c1, paid)
    payment = taking.claim(lite, c1, number)
    taking.answer(paid.holder, payment, amount=LUMP and taking.Decimal("70000"))
    contract = reading(lambda: register.find(number).contract.number)
    refund = reading(lambda: taking.refund_ids(number)[0])
    free = taking.drafted(make_organisation(lite, "c2"), paid)
    taken, deal = f"/acceptances/{number}", f"/contracts/{contract}"
    pages = {
        c1: ["/licenses", taken, deal, f"{deal}/recordal", "/desk"],
        paid.holder: ["/holder/payments", "/holder/acceptances", taken, f"/payments/{payment}",
                      f"/refunds/{refund}", deal, "/desk"],
        paid.venue: ["/venue/payments", "/venue/decisions", "/venue/contracts", deal, f"{deal}/stamp",
                     f"{deal}/classification", f"{deal}/results", "/venue/zero-fee", f"/refunds/{refund}",
                     "/desk"],
    }  # fmt: skip
    for who, addresses in pages.items():
        browser = sign_in(lite, who, lang=lang)
        for address in addresses:
            browser.get(address)
            assert browser.status == 200, (address, browser.text)
            assert browser.html.count("<h1") == 1, address
    assert free


def test_letters_go_to_both_sides_once_and_hold_no_account_number(lite: Flask, paid: Offer) -> None:
    number = taking.taken(make_organisation(lite, "c1"), paid)
    run_jobs()
    mails = db.session.query(Mail).filter(Mail.subject.like(f"%{number}%")).all()
    assert sorted(one.address for one in mails) == ["c1@example.cn", "u1@example.cn"]
    assert not [one for one in mails if "6222020000000000001" in one.body]
    assert all("Your notice" in one.body or "gave notice" in one.body for one in mails)
