"""The venue's pages and the machines' doors: the same verbs, the same bytes."""

import hashlib
import html
import re

import pytest
from flask import Flask

from registry import jobs
from registry.contracts import register
from registry.database import transaction
from registry.exports import frozen
from registry.parties import service as parties
from tests.browser import Browser
from tests.exports import making
from tests.factories import Offer, Person, make_organisation, published, reading
from tests.kept import Kept


@pytest.fixture
def ready(lite: Flask, kept: Kept) -> tuple[Offer, str]:
    return kept(lite, making.ready_paid)


def at_work(app: Flask, venue: Person, lang: str = "zh") -> Browser:
    return Browser(app, lang=lang).sign_in(venue.email)


def chosen(browser: Browser, *numbers: str) -> Browser:
    """Pages one to three with every contract confirmed to be registered nowhere else."""
    query = "&".join(f"c={number}" for number in numbers)
    browser.get(f"/venue/batches/applicants?{query}")
    assert browser.status == 200
    asked = "&".join(
        f"contracts.{n}.number={number}&contracts.{n}.applicant=seller&contracts.{n}.not_elsewhere=yes"
        for n, number in enumerate(numbers)
    )
    return browser.get(f"/venue/batches/check?{asked}&registrar=某登记处&agent=赵敏")


def test_a_clerk_makes_a_batch_in_three_pages_and_downloads_the_same_bytes_twice(
    lite: Flask, ready: tuple[Offer, str]
) -> None:
    offer, number = ready
    browser = at_work(lite, offer.venue).get("/venue/batches")
    assert number in browser.text
    assert "齐备" in browser.text
    assert "¥68,000.00" in browser.text
    chosen(browser, number)
    assert "进入批次" in browser.text
    browser.submit(action="/venue/batches")
    assert browser.status == 200
    batch = browser.address.rpartition("/")[2]
    assert "正在打包" in browser.text
    jobs.run_all()
    first = browser.client.get(f"/venue/batches/{batch}/archive")
    again = browser.client.get(f"/venue/batches/{batch}/archive")
    assert first.data == again.data
    assert first.headers["ETag"] == f'"{hashlib.sha256(first.data).hexdigest()}"'
    assert first.content_length == len(first.data)
    held = browser.client.get(
        f"/venue/batches/{batch}/archive", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert held.status_code == 304
    assert batch in browser.get("/venue/batches").text
    assert "可以下载" in browser.text


def test_submitting_the_same_form_twice_makes_one_batch(lite: Flask, ready: tuple[Offer, str]) -> None:
    offer, number = ready
    browser = chosen(at_work(lite, offer.venue), number)
    form = browser.form("/venue/batches").fields
    browser.post("/venue/batches", form)
    first = browser.address
    browser.post("/venue/batches", form)
    assert (browser.status, browser.address) == (200, first)


def test_each_fault_is_shown_with_its_rule_and_the_page_that_mends_it(
    lite: Flask, ready: tuple[Offer, str]
) -> None:
    offer, _ = ready
    bad = making.effective(lite, offer, make_organisation(lite, "c1"))
    browser = at_work(lite, offer.venue).get("/venue/batches?show=faults")
    assert bad in browser.text
    assert "材料缺第 06 项" in browser.text
    assert "845" in browser.text
    assert f'href="/contracts/{bad}#files"' in browser.html
    chosen(browser, bad)
    assert "有合同不能进入批次" in browser.text
    assert 'action="/venue/batches"' not in browser.html


def test_a_contract_that_left_meanwhile_is_refused_with_409_and_words(
    lite: Flask, ready: tuple[Offer, str]
) -> None:
    offer, number = ready
    browser = chosen(at_work(lite, offer.venue), number)
    form = dict(browser.form("/venue/batches").fields)
    browser.post("/venue/batches", form)
    browser.post("/venue/batches", {**form, "idempotency_key": "another key"})
    assert browser.status == 409
    assert "已在一个批次中" in browser.text


def test_free_contracts_are_shown_apart_and_can_be_taken_in(lite: Flask) -> None:
    offer = published(lite)
    number = making.ready(lite, offer, make_organisation(lite, "c4"))
    browser = chosen(at_work(lite, offer.venue), number)
    assert "零金额合同（未列入）" in browser.text
    kept = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', browser.html)
    query = "&".join(f"{name}={html.unescape(value)}" for name, value in kept)
    browser.get(f"/venue/batches/check?{query}")
    browser.submit(action="/venue/batches")
    assert browser.address.startswith("/venue/batches/")
    assert making.state(number) == "exported"


def test_the_rekey_view_shows_a_contract_a_screen_and_moves_on(lite: Flask, ready: tuple[Offer, str]) -> None:
    offer, first = ready
    _, second = making.ready_paid(lite, "c1", offer=offer)
    browser = chosen(at_work(lite, offer.venue), first, second).submit(action="/venue/batches")
    batch = browser.address.rpartition("/")[2]
    browser.get(f"/venue/batches/{batch}/rekey/1")
    assert "★ 项目名称" in browser.text
    assert 'data-copy="68000.00"' in browser.html
    browser.submit()
    assert browser.address == f"/venue/batches/{batch}/rekey/2"
    assert making.state(first) == "submitted"
    browser.submit()
    assert browser.address == f"/venue/batches/{batch}"
    assert browser.get(f"/venue/batches/{batch}/rekey/3").status == 404


def test_a_contract_is_taken_back_with_a_reason_only(lite: Flask, ready: tuple[Offer, str]) -> None:
    offer, number = ready
    browser = chosen(at_work(lite, offer.venue), number).submit(action="/venue/batches")
    action = f"{browser.address}/back/1"
    browser.submit({"reason": ""}, action=action)
    assert browser.status == 422
    browser.submit({"reason": "名称写错"}, action=action)
    assert browser.status == 200
    assert making.state(number) == "draft"


def test_the_one_registrar_all_go_to_is_filled_in(
    lite: Flask, ready: tuple[Offer, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    offer, number = ready
    browser = at_work(lite, offer.venue)
    for name in ("", "某登记处"):
        monkeypatch.setattr(frozen, "registrar_of", lambda _, name=name: name)
        browser.get(f"/venue/batches/applicants?c={number}")
        assert f'name="registrar" type="text" value="{name}"' in browser.html


def test_the_pages_speak_english_too(lite: Flask, ready: tuple[Offer, str]) -> None:
    offer, number = ready
    browser = at_work(lite, offer.venue, lang="en")
    for path in ("/venue/batches", f"/venue/batches/applicants?c={number}"):
        assert browser.get(path).status == 200


def test_strangers_and_parties_find_no_batches(lite: Flask, ready: tuple[Offer, str]) -> None:
    offer, number = ready
    venue = chosen(at_work(lite, offer.venue), number).submit(action="/venue/batches")
    holder = Browser(lite).sign_in(offer.holder.email)
    for path in (venue.address, f"{venue.address}/archive", f"{venue.address}/rekey/1"):
        assert holder.get(path).status == 404
    assert holder.get("/venue/batches").status in (403, 404)
    assert "/login" in Browser(lite).get("/venue/batches").address


# --- machines ----------------------------------------------------------------------------------------


def bearer(venue: Person) -> dict[str, str]:
    key = transaction(lambda: parties.create_api_key(venue.actor, label="批次"))
    return {"Authorization": f"Bearer {key}"}


def test_a_machine_makes_a_batch_once_and_fetches_it(lite: Flask, ready: tuple[Offer, str]) -> None:
    offer, number = ready
    client, headers = lite.test_client(), bearer(offer.venue)
    body = {"contracts": [{"number": number, "not_elsewhere": True}], "registrar": "某登记处"}
    keyed = {**headers, "Idempotency-Key": "batch-1"}
    made = client.post("/api/v1/batches", json=body, headers=keyed)
    assert made.status_code == 201, made.get_json()
    assert made.get_json()["state"] == "packing"
    again = client.post("/api/v1/batches", json=body, headers=keyed)
    assert again.get_json()["number"] == made.get_json()["number"]
    waiting = client.get(made.get_json()["archive"], headers=headers)
    assert (waiting.status_code, waiting.headers["Retry-After"]) == (202, "2")
    jobs.run_all()
    shown = client.get(made.headers["Location"], headers=headers).get_json()
    assert (shown["state"], shown["contracts"][0]["registration"]) == ("packed", "exported")
    fetched = client.get(shown["archive"], headers=headers)
    assert hashlib.sha256(fetched.data).hexdigest() == shown["sha256"]


def test_a_machine_learns_every_fault_and_nothing_is_written(lite: Flask, ready: tuple[Offer, str]) -> None:
    offer, _ = ready
    bad = making.effective(lite, offer, make_organisation(lite, "c1"))
    client, headers = lite.test_client(), bearer(offer.venue)
    body = {"contracts": [{"number": bad, "not_elsewhere": True}]}
    answer = client.post("/api/v1/batches", json=body, headers={**headers, "Idempotency-Key": "b"})
    assert answer.status_code == 422
    assert {one["code"] for one in answer.get_json()["errors"]} >= {"proof_missing", "stamp_missing"}
    assert reading(lambda: register.find_contract(bad).registration) in ("draft", "ready")


def test_unknown_fields_and_missing_keys_are_refused(lite: Flask, ready: tuple[Offer, str]) -> None:
    offer, number = ready
    client, headers = lite.test_client(), bearer(offer.venue)
    body = {"contracts": [{"number": number, "not_elsewhere": True, "price": "1"}]}
    answer = client.post("/api/v1/batches", json=body, headers={**headers, "Idempotency-Key": "b"})
    assert answer.status_code == 422
    body = {"contracts": [{"number": number, "not_elsewhere": True}]}
    assert client.post("/api/v1/batches", json=body, headers=headers).status_code == 422
