"""What the public sees, and what it does not."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from registry import clock
from registry.catalogue import pages as catalogue_pages
from registry.catalogue import service as catalogue
from registry.database import db, new_id, transaction
from registry.documents import store
from registry.licenses.fees import Fee, Method
from registry.licenses.models import DeclarationVersion
from registry.parties.models import Account, Upload
from tests.catalogue.offers import license_of, offer
from tests.documents.test_uploads import png

ANNOUNCED: dict[str, Any] = {
    "cnipa_status": "announced",
    "cnipa_announced_on": date(2026, 11, 1),
    "cnipa_number": "KF2026000001",
}
FREE = Fee(method=Method.FREE)


@pytest.fixture(autouse=True)
def _day() -> Iterator[None]:
    with time_machine.travel("2026-11-22T02:00:00Z", tick=False):
        yield


def words(html: str) -> str:
    """A page's text, as one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def read(app: Flask, path: str, status: int = 200, **headers: str) -> str:
    answer = app.test_client().get(path, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.text


@pytest.mark.parametrize(
    "path", ["/", "/search", "/search?q=无", "/verify", "/verify?number=MX-D26-X", "/about"]
)
def test_anonymous_pages_set_no_cookie_and_run_nothing_inline(lite: Flask, path: str) -> None:
    answer = lite.test_client().get(path)
    assert answer.status_code in (200, 404)
    assert "Set-Cookie" not in answer.headers
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", answer.text)
    assert answer.text.count("<h1") == 1


def test_a_listing_shows_price_term_acts_text_and_proof(app: Flask) -> None:
    number = offer(**ANNOUNCED, use={"summary": "一句话的介绍", "industry": "I65"})
    answer = app.test_client().get(f"/offers/{number}")
    said = words(answer.text)
    assert "Set-Cookie" not in answer.headers
    assert answer.text.count("<h1") == 1
    for expected in (
        "一种分布式文件共享方法",
        "68,000.00 元",
        "人民币陆万捌仟元整",
        "2026年11月22日 至 2029年11月21日",
        "36 个月",
        "制造、使用、销售",
        "KF2026000001",
        "经公告的开放许可",
        "一句话的介绍",
        "软件和信息技术服务业",
        "专利开放许可声明",
    ):
        assert expected in said, expected
    assert f'href="/offers/{number}/accept"' in answer.text


def test_a_late_licensee_is_told_of_the_shorter_term_for_the_same_fee(lite: Flask) -> None:
    number = offer(**ANNOUNCED, offer_last_day=date(2027, 12, 31), license_last_day=date(2028, 9, 21))
    assert "约 22 个月而不是 36 个月，费用相同" in words(read(lite, f"/offers/{number}"))


def test_an_offer_not_yet_announced_cannot_be_accepted_and_says_when_it_opens(lite: Flask) -> None:
    number = offer(fee=FREE)
    page = read(lite, f"/offers/{number}")
    assert "/accept" not in page
    assert "公告后开放" in words(page)
    assert "尚未向国家知识产权局提交声明" in words(page)


def test_a_local_offer_never_passes_for_an_announced_one(lite: Flask) -> None:
    said = words(read(lite, f"/offers/{offer(open_from='now')}"))
    assert "未经国家知识产权局公告" in said
    assert "公告之前取得的是同等条件的普通许可，不是经公告的开放许可" in said


def test_a_withdrawal_that_is_filed_keeps_the_announced_offer_open(lite: Flask) -> None:
    filed = clock.now() - timedelta(days=2)
    number = offer(**ANNOUNCED, state="withdrawal_filed", withdrawal_filed_at=filed)
    page = read(lite, f"/offers/{number}")
    assert "公告之日以前仍接受通知" in words(page)
    assert f'href="/offers/{number}/accept"' in page


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"state": "withdrawn", "cnipa_withdrawn_on": date(2026, 11, 20)}, "该声明已经撤回"),
        ({"state": "paused", "paused_since": date(2026, 11, 20)}, "该声明已暂停接受新的通知"),
        ({"state": "terminated"}, "该声明目前不接受实施通知"),
    ],
)
def test_an_offer_that_takes_no_notices_keeps_its_page_and_says_why(
    lite: Flask, columns: dict[str, Any], reason: str
) -> None:
    number = offer(**(ANNOUNCED | columns))
    page = read(lite, f"/offers/{number}")
    assert reason in words(page)
    assert "/accept" not in page


def test_what_is_not_published_has_no_page(lite: Flask) -> None:
    number = offer(state="under_review", published_at=None, published_seq=None)
    for path in ("", ".json", "/text", "/proof", "/qr.svg"):
        read(lite, f"/offers/{number}{path}", 404)
    read(lite, "/offers/MX-D26-0000-0000", 404)


def test_the_text_is_served_byte_for_byte_as_it_was_digested(lite: Flask) -> None:
    number = offer(**ANNOUNCED)
    answer = lite.test_client().get(f"/offers/{number}/text")
    version = db.session.scalars(select(DeclarationVersion)).one()
    assert hashlib.sha256(answer.data).hexdigest() == version.digest
    assert answer.data.decode() == version.public_text
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_the_receipt_of_the_publication_is_handed_out(lite: Flask) -> None:
    receipt = json.loads(read(lite, f"/offers/{offer(**ANNOUNCED)}/proof"))
    assert receipt["seq"] == 0
    assert receipt["entry"]


def test_machines_get_the_listing_as_json_ld_at_the_same_address(lite: Flask) -> None:
    number = offer(**ANNOUNCED)
    plain = json.loads(read(lite, f"/offers/{number}.json"))
    same = json.loads(read(lite, f"/offers/{number}", Accept="application/ld+json"))
    api = json.loads(read(lite, f"/api/v1/offers/{number}"))
    assert plain == same == api
    assert plain["businessFunction"] == "gr:LeaseOut"
    assert plain["priceSpecification"]["price"] == "68000.00"
    assert plain["mx:status"]["takes_notices"] is True
    assert plain["mx:declaration"]["patent"]["title"] == "一种分布式文件共享方法"
    version = db.session.scalars(select(DeclarationVersion)).one()
    assert plain["mx:proof"]["text_sha256"] == version.digest
    assert "account" not in json.dumps(plain)


def test_browsers_get_a_page_whatever_else_they_would_take(lite: Flask) -> None:
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert read(lite, f"/offers/{offer()}", Accept=accept).startswith("<!doctype html>")
    assert read(lite, f"/offers/{offer(title='另一件')}", Accept="*/*").startswith("<!doctype html>")


def test_the_qr_code_is_a_picture_of_this_sites_own(lite: Flask) -> None:
    answer = lite.test_client().get(f"/offers/{offer()}/qr.svg")
    assert answer.mimetype == "image/svg+xml"
    assert b"<svg" in answer.data
    assert b"style" not in answer.data


def test_what_a_holder_typed_is_shown_and_never_run(lite: Flask) -> None:
    number = offer(title="<script>alert(1)</script>焊", use={"summary": '"><img src=x onerror=alert(1)>'})
    for path in (f"/offers/{number}", "/search?q=焊", "/", f"/verify?number={number}"):
        page = read(lite, path)
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_results_say_price_term_life_and_status_at_a_glance(lite: Flask) -> None:
    offer(**ANNOUNCED)
    said = words(read(lite, "/search"))
    for expected in ("68,000.00 元", "许可 3 年", "专利还剩 12 年 7 个月", "已公告", "接受至 2028年12月31日"):
        assert expected in said, expected


def test_a_filter_is_a_link_that_keeps_the_others_and_can_be_taken_back(lite: Flask) -> None:
    offer(title="焊接甲", fee=FREE, **ANNOUNCED)
    offer(title="焊接乙", **ANNOUNCED)
    page = read(lite, "/search?q=焊接&sort=price&page=1")
    link = "/search?q=%E7%84%8A%E6%8E%A5&amp;method=FREE&amp;sort=price"
    assert f'href="{link}"' in page
    narrowed = read(lite, link.replace("&amp;", "&"))
    assert "焊接甲" in narrowed
    assert "焊接乙" not in narrowed
    assert 'href="/search?q=%E7%84%8A%E6%8E%A5&amp;sort=price"' in narrowed


def test_nothing_found_says_what_to_try(lite: Flask) -> None:
    said = words(read(lite, "/search?q=葡萄&method=FREE"))
    assert "没有符合条件的许可" in said
    assert "去掉其他条件再找" in said


def test_a_condition_that_cannot_be_read_is_named_and_kept(lite: Flask) -> None:
    page = read(lite, "/search?q=焊接&amount_to=1e5", 422)
    assert "金额应写成" in words(page)
    assert 'value="1e5"' in page
    assert 'value="焊接"' in page


def test_parameters_of_others_do_not_disturb_a_search(lite: Flask) -> None:
    offer(title="焊接")
    assert "焊接" in words(read(lite, "/search?q=焊接&utm_source=mail&lang=zh"))


def test_more_than_ten_thousand_is_said_so(lite: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    offer()
    many = replace(catalogue.figures(), offers=10_001)
    monkeypatch.setattr(catalogue, "figures", lambda: many)
    assert "10,000 以上" in words(read(lite, "/"))


def test_the_home_page_counts_what_stands_of_each_kind(app: Flask) -> None:
    offer(**ANNOUNCED)
    offer()
    offer(fee=FREE)
    found = catalogue.figures()
    assert (found.offers, found.free, found.announced, found.in_force) == (3, 1, 1, 0)


def test_machines_search_with_the_same_words_and_are_told_of_a_wrong_name(lite: Flask) -> None:
    number = offer(title="焊接臂架", **ANNOUNCED)
    offer(title="别的")
    found = json.loads(read(lite, "/api/v1/offers?q=焊&amount_to=68000"))
    assert [one["number"] for one in found["offers"]] == [number]
    assert found["offers"][0]["amount"] == "68000.00"
    assert found["offers"][0]["status"] == "announced"
    assert (found["count"], found["count_is_capped"]) == (1, False)
    problem = json.loads(read(lite, "/api/v1/offers?words=焊", 422))
    assert problem["errors"][0]["code"] == "unknown_field"


def test_a_declarations_number_is_verified_in_a_sentence(lite: Flask) -> None:
    number = offer(**ANNOUNCED)
    said = words(read(lite, f"/verify?number={number.lower()}"))
    assert "这是一份真实的开放许可声明，于 2026年11月1日 发布，今天仍可取得许可。" in said
    assert "68,000" not in said
    assert "63211234" not in said


def test_an_unknown_number_is_not_ours(lite: Flask) -> None:
    assert "没有这个编号" in words(read(lite, "/verify?number=MX-C26-0000-0000", 404))


@pytest.mark.parametrize("person", [True, False])
def test_a_license_is_verified_without_fee_contact_or_who_took_it(lite: Flask, person: bool) -> None:
    said = words(read(lite, f"/verify?number={license_of(offer(**ANNOUNCED), person=person)}"))
    assert "这份许可是真实的，今天有效。" in said
    assert "张𬱟" not in said
    assert "凭编号不显示" in said
    assert "68,000" not in said


def test_a_license_that_has_run_out_is_not_said_to_be_in_force(lite: Flask) -> None:
    number = license_of(offer(**ANNOUNCED))
    with time_machine.travel("2029-11-20T02:00:00Z", tick=False):
        assert "许可今天不在有效期内" in words(read(lite, f"/verify?number={number}"))


def test_a_notice_that_was_never_sent_cannot_be_verified(lite: Flask) -> None:
    read(lite, f"/verify?number={license_of(offer(**ANNOUNCED), sent=False)}", 404)


def test_the_listing_counts_licenses(lite: Flask) -> None:
    number = offer(**ANNOUNCED)
    assert "还没有人取得" in words(read(lite, f"/offers/{number}"))
    license_of(number)
    assert "已有 1 家取得许可，1 家有效" in words(read(lite, f"/offers/{number}"))


def test_months_left_end_with_the_last_day(lite: Flask) -> None:
    assert catalogue_pages.months_left(date(2026, 11, 21)) == 0
    assert catalogue_pages.months_left(date(2027, 11, 21)) == 12


def test_only_an_offer_that_outlives_the_full_term_warns_of_shorter_ones(lite: Flask) -> None:
    late = offer(**ANNOUNCED, offer_last_day=date(2028, 12, 31), license_last_day=date(2030, 12, 31))
    ample = offer(**ANNOUNCED, offer_last_day=date(2027, 12, 31), license_last_day=date(2031, 12, 31))
    assert "2028年1月1日 及以前生效的许可有完整的期限" in words(read(lite, f"/offers/{late}"))
    assert "完整的期限" not in words(read(lite, f"/offers/{ample}"))


def test_a_drawing_is_shown_to_everybody_until_it_is_erased(lite: Flask) -> None:
    named, picture = new_id(), png(3, 4)

    def bring() -> None:
        kept = {"digest": store.put(picture, "image/png"), "size": len(picture), "created_at": clock.now()}
        facts = {"filename": "图.png", "media_type": "image/png", "purpose": "drawing"}
        account = db.session.scalars(select(Account.id)).first()
        db.session.add(Upload(id=named, account_id=account, **facts, **kept))

    def erase() -> None:
        db.session.get_one(Upload, named).erased_at = clock.now()

    number = offer(**ANNOUNCED, use={"summary": "一句话", "drawing_upload": str(named)})
    transaction(bring)
    address = f"/offers/{number}/drawing"
    assert f'<img src="{address}"' in read(lite, f"/offers/{number}")
    shown = lite.test_client().get(address)
    assert (shown.mimetype, shown.data) == ("image/png", picture)
    transaction(erase)
    read(lite, address, 404)


def test_an_offer_without_a_drawing_shows_none(lite: Flask) -> None:
    number = offer(**ANNOUNCED)
    assert "/drawing" not in read(lite, f"/offers/{number}")
    read(lite, f"/offers/{number}/drawing", 404)


def test_a_search_has_one_address_whatever_the_order_and_the_empty_fields(lite: Flask) -> None:
    offer(title="焊接甲", fee=FREE, **ANNOUNCED)
    sent = lite.test_client().get("/search?sort=price&holder=&ipc=&method=FREE&q=焊接&state=open")
    assert sent.status_code == 302
    kept = "/search?q=%E7%84%8A%E6%8E%A5&method=FREE&sort=price"
    assert sent.headers["Location"] == kept
    page = read(lite, kept)
    assert f'<link rel="canonical" href="http://localhost{kept.replace("&", "&amp;")}">' in page
