"""What people and machines see of witnesses and timestamps: the desk, its page, and a pause said plainly."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from registry import clock, jobs
from registry.database import db, transaction
from registry.ledger import service as ledger
from registry.ledger.anchor_setup import Anchors
from registry.ledger.notes import COSIGNATURE, Vkey
from registry.ledger.setup import ledger_setup
from registry.ledger.signing import Ed25519Signer
from tests.browser import Browser, run_jobs
from tests.contracts.test_api import NOTICE as NOTICE_JSON
from tests.contracts.test_api import signed
from tests.contracts.test_pages import NOTICE, SIGN
from tests.factories import make_organisation, make_venue, published, reading
from tests.ledger.authority import authority_at, shared
from tests.ledger.making import effective, file
from tests.ledger.outsiders import Teller, anchors_with, policy_with
from tests.ledger.test_timestamps import down
from tests.licenses.test_api import Machine

PAGE = "/desk/anchors"


@pytest.fixture
def teller() -> Iterator[tuple[Teller, Anchors]]:
    with authority_at(shared()) as (teller, url):
        hours = timedelta(hours=4)
        yield teller, Anchors(tsa_url=url, tsa_roots=shared().roots, stamp_within=hours)


def test_without_anchors_the_desk_says_that_times_are_our_own(lite: Flask) -> None:
    venue = make_venue(lite, "v1")
    for lang, words in (("zh", "只出自本站自己的时钟"), ("en", "own clock")):
        browser = Browser(lite, lang=lang).sign_in(venue.email)
        assert words in browser.get("/desk").text
        assert "发布声明" not in browser.text.split("其他")[0]  # who runs the registry is not sent to publish
        assert words in browser.get(PAGE).text
    holder = Browser(lite).sign_in(make_organisation(lite, "u1").email)
    assert PAGE not in holder.get("/desk").html
    assert holder.get(PAGE).status == 403


def test_the_page_says_who_is_awaited_since_when_and_why(lite: Flask, teller: tuple[Teller, Anchors]) -> None:
    setup, anchors = ledger_setup(), teller[1]
    vkey = Vkey("witness.example/gone", Ed25519Signer.generate().public, COSIGNATURE)
    gone = anchors_with(policy_with(setup.vkey, (vkey, "http://127.0.0.1:1")))
    setup.anchors = replace(anchors, policy=gone.policy, witnesses=gone.witnesses)
    venue = make_venue(lite, "v1")
    reading(ledger.publish_checkpoint)
    run_jobs()
    browser = Browser(lite).sign_in(venue.email)
    assert "最近一次外部签名距今 0 分钟" in browser.get("/desk").text
    text = browser.get(PAGE).text
    assert all(
        words in text for words in ("witness.example/gone", "等待中", "联系不上（连续 1 次）", "已跟上")
    )
    with time_machine.travel(clock.now() + timedelta(minutes=90)):
        late = Browser(lite).sign_in(venue.email)
        assert "有一方超过一小时没有跟上" in late.get("/desk").text
        reading(lambda: file(effective("C-9")))
        reading(ledger.publish_checkpoint)
        run_jobs()
        assert "本站时钟与时间戳机构相差" in late.get("/desk").text
        assert "时钟不一致" in late.get(PAGE).text


def test_a_notice_is_refused_while_no_timestamp_comes_and_taken_when_it_does(
    lite: Flask, teller: tuple[Teller, Anchors]
) -> None:
    offer = published(lite)
    c1, c2 = make_organisation(lite, "c1"), make_organisation(lite, "c2")
    (authority, ledger_setup().anchors), right = teller, teller[0].say
    authority.say = down
    machine = Machine(lite, c2)
    drafted = machine.do("POST", f"/offers/{offer.number}/acceptances", NOTICE_JSON, status=201)
    with time_machine.travel(clock.now() + timedelta(hours=1)) as travel:
        address = f"/offers/{offer.number}/accept"
        travel.shift(timedelta(hours=3, minutes=30))
        path = f"/acceptances/{drafted['number']}/notice"
        draft = machine.do("POST", f"/acceptances/{drafted['number']}/prepare")
        size = reading(ledger.size)
        refused = machine.call("POST", path, signed(machine, draft))
        assert (refused.status_code, refused.json["code"]) == (503, "timestamps_missing")
        assert refused.headers["Retry-After"]
        assert "4 小时" in refused.json["detail_zh"]
        assert "4 hours" in refused.json["detail_en"]
        browser = Browser(lite).sign_in(c1.email)
        browser.get(address).submit(NOTICE, action=address)
        form = browser.form()
        data = {**form.fields.to_dict(), **SIGN}
        browser.post(form.action or browser.address, data)
        assert browser.status == 503
        assert "外部时间戳已中断超过 4 小时" in browser.text
        assert "什么也没有写入" in browser.text
        assert reading(ledger.size) == size
        assert Browser(lite).get(f"/offers/{offer.number}").status == 200, "reading stopped too"
        assert "已暂停受理新的存证" in Browser(lite).sign_in(offer.venue.email).get(PAGE).text
        authority.say = right
        transaction(ledger.ask_outside)
        jobs.run_all()
        db.session.remove()
        assert machine.call("POST", path, signed(machine, draft)).status_code == 201
        browser.post(form.action or browser.address, data)
        assert browser.status == 200
        assert reading(ledger.size) > size + 1
