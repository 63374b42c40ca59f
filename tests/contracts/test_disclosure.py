"""A party shows a part of its license: what it picks and no more, and nobody can put another value in."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from registry import clock, jobs
from registry.contracts import disclosure, made_files, register
from registry.contracts.disclosure import BUNDLE, PARTS, SHEET
from registry.contracts.printed_models import MadeFile
from registry.contracts.printing import font_set
from registry.database import db
from registry.documents import store
from registry.ledger.bundle_file import open_bundle
from registry.ledger.canonical import jcs
from registry.ledger.filings import Filing
from registry.ledger.policy import policy_of
from registry.ledger.report import Report
from registry.ledger.setup import ledger_setup
from registry.ledger.verify import verify_bytes
from tests.browser import Browser
from tests.contracts import taking
from tests.documents.papers import pdftotext
from tests.exports.making import ready_paid
from tests.factories import Offer, make_organisation, reading
from tests.kept import Kept
from tests.ledger.making import effective, file

SHOWN = ("licensee", "licensor", "patents")


@pytest.fixture
def paid(lite: Flask, kept: Kept) -> tuple[Offer, str]:
    """A paid license whose papers were printed, and its contract's number."""
    return kept(lite, ready_paid, "c1")


def shown(number: str, chosen: Collection[str] = SHOWN) -> bytes:
    return reading(lambda: disclosure.bundle(register.find_contract(number), chosen))


def checked(data: bytes) -> Report:
    return verify_bytes(data, policy_of(ledger_setup().vkey))


def test_a_license_is_proved_without_its_price(paid: tuple[Offer, str]) -> None:
    offer, number = paid
    data = shown(number)
    report = checked(data)
    assert report.ok, report.to_text()
    assert report.facts["license_state"] == "effective"
    told = {row["path"]: row["value"] for row in report.facts["disclosed"]}
    assert set(told) == set(SHOWN)
    assert told["patents"][0]["number"].startswith("ZL")
    kinds = {row["type"] for row in report.facts["filings"]}
    assert kinds == {"license.noticed", "license.effective", "papers.issued"}
    record = reading(lambda: dict(register.find_contract(number).acceptances[0].record))
    for secret in (record["amount_due"], record["fee"]["method"], record["notice"]["contact"]["phone"]):
        assert secret.encode() not in data, secret
    assert offer.number in [row["declaration"] for row in notices(data)]  # stands openly: the page says so


def notices(data: bytes) -> list[Any]:
    pairs = open_bundle(data, None).pairs
    return [pair.filed.fields for pair in pairs if pair.filed.type == "license.noticed"]


def notices_at(number: str) -> int:
    return reading(lambda: register.find_contract(number).acceptances[0].noticed_seq or 0)


def test_each_part_opens_its_own_and_what_is_over_is_never_hidden(paid: tuple[Offer, str]) -> None:
    _, number = paid
    offered = reading(lambda: disclosure.offered(register.find_contract(number)))
    assert set(offered) >= set(PARTS) - {"offices"}
    fee = checked(shown(number, ["fee"])).facts
    assert "amount" in {row["path"] for row in fee["disclosed"]}
    assert {"declaration.published", "payment.confirmed"} <= {row["type"] for row in fee["filings"]}
    assert checked(shown(number, [])).facts["disclosed"] == []
    place = notices_at(number)
    fields = {"subject": number, "corrects": place, "values": {}}
    new = {"values.notice.use": "用于打印机。", "values.notice.contact.phone": "13000000000"}
    file(Filing(type="correction", subject=number, fields=fields, secrets=new))
    assert "用于打印机。" in [row["value"] for row in checked(shown(number, ["use"])).facts["disclosed"]]
    assert b"13000000000" not in shown(number, ["use"])
    assert "correction" in [row["type"] for row in checked(shown(number)).facts["filings"]]
    ended = effective(number)
    fields = {**ended.fields, "ground": "agreed"}
    file(replace(ended, type="license.ended", fields=fields))
    assert checked(shown(number)).facts["license_state"] == "ended"


def test_another_licenses_value_cannot_be_put_in(paid: tuple[Offer, str], lite: Flask) -> None:
    offer, number = paid
    other = reading(lambda: register.find(taking.taken(make_organisation(lite, "c2"), offer)).contract.number)
    mine, theirs = json.loads(shown(number)), json.loads(shown(other))
    stolen = next(row for row in theirs["disclosures"] if row["path"] == "licensee")
    values = [(place, row) for place, row in enumerate(mine["disclosures"]) if row["path"] in SHOWN]
    assert len(values) == len(SHOWN)
    for place, row in values:
        spoiled = json.loads(jcs(mine))
        spoiled["disclosures"][place] = {**stolen, "seq": row["seq"]}
        report = checked(jcs(spoiled))
        assert (report["integrity"].state.value, report["integrity"].code) == (
            "invalid",
            "disclosure_differs",
        )


def test_the_sheet_names_what_is_shown_what_is_not_and_its_bundle(paid: tuple[Offer, str]) -> None:
    _, number = paid
    data = reading(lambda: disclosure.archive(register.find_contract(number), ["patents"], fonts=font_set()))
    with ZipFile(BytesIO(data)) as packed:
        sheet, bundle = packed.read(SHEET), packed.read(BUNDLE)
    assert checked(bundle).ok
    words = "".join(pdftotext(sheet).split())
    digest = hashlib.sha256(bundle).hexdigest()
    assert all(digest[at : at + 8] in words for at in range(0, 64, 8))
    assert "ZL" in words.split("未出示的内容")[0]
    assert all(
        part.label in words.split("未出示的内容")[1] for name, part in PARTS.items() if name != "patents"
    )


def test_the_page_offers_what_was_ticked_and_refuses_what_is_no_part(
    paid: tuple[Offer, str], lite: Flask
) -> None:
    offer, number = paid
    browser = Browser(lite).sign_in(offer.holder.email)
    page = browser.get(f"/contracts/{number}/disclosure?show[]=licensee&show[]=patents")
    assert page.status == 200
    assert 'name="show[]" value="licensee"' in page.html
    nothing = browser.get(f"/contracts/{number}/disclosure")
    assert "只证明有这份许可和它的状态" in nothing.text
    browser.get(f"/contracts/{number}/disclosure?show[]=patents")
    browser.submit({}, action=f"/contracts/{number}/disclosure")
    assert "正在后台生成" in browser.text
    jobs.run_all()
    browser.get(browser.address)
    assert "可以下载" in browser.text
    saved = browser.client.get(f"{browser.address}.zip")
    with ZipFile(BytesIO(saved.data)) as packed:
        assert checked(packed.read(BUNDLE)).ok
    browser.get(f"/contracts/{number}/disclosure?show[]=patents")
    address = browser.submit({}, action=f"/contracts/{number}/disclosure").address
    assert browser.client.get(f"{address}.zip").data == saved.data  # asked again: the same bytes
    made_files.sweep()
    assert browser.client.get(f"{address}.zip").status_code == 200
    with time_machine.travel(clock.now() + made_files.KEPT + timedelta(hours=1), tick=True):
        made_files.sweep()
        row = db.session.scalars(select(MadeFile)).all()
        assert row == []
    digest = hashlib.sha256(saved.data).hexdigest()
    assert not reading(lambda: store.is_there(digest))
    assert "只出示一部分" in browser.get(f"/contracts/{number}").text
    assert browser.get(f"/contracts/{number}/disclosure?show[]=price").status == 422
