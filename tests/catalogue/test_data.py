"""Data for machines: daily files, the catalogue of them, an offer as a policy."""

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from registry import clock, jobs
from registry.catalogue import dumps, tasks
from registry.catalogue.dump_models import Dump
from registry.database import db, transaction
from registry.jobs import Job
from registry.licenses.fees import Fee, Method
from registry.patents.models import PatentOwner
from tests.catalogue.offers import offer

BASE = "http://localhost"
FREE = Fee(method=Method.FREE)
DAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _day() -> Iterator[None]:
    with time_machine.travel("2026-11-22T02:00:00Z", tick=False):
        yield


def get(app: Flask, path: str, status: int = 200, **headers: str) -> Any:
    answer = app.test_client().get(path, headers=headers)
    assert answer.status_code == status, answer.text
    return answer


def _person(name: str) -> None:
    owner = db.session.scalars(select(PatentOwner).where(PatentOwner.name == name)).one()
    owner.person = True


def test_a_days_files_hold_every_offer_and_are_what_their_digests_say(app: Flask) -> None:
    numbers = [offer(title="=1+1 焊接", fee=FREE), offer(title="乙")]
    dumps.write(DAY, BASE)
    listed = get(app, "/data/SHA256SUMS").text.splitlines()
    assert len(listed) == 2
    for line in listed:
        digest, name = line.split("  ")
        answer = get(app, f"/data/{name}")
        assert hashlib.sha256(answer.data).hexdigest() == digest
        assert answer.content_length == len(answer.data)
        assert name in get(app, "/data").text
    lines = [json.loads(line) for line in get(app, "/data/offers-2026-11-22.jsonl").text.splitlines()]
    assert [line["number"] for line in lines] == numbers
    assert Decimal(lines[0]["amount"]) == 0
    assert lines[0]["url"] == f"{BASE}/offers/{numbers[0]}"
    rows = list(csv.DictReader(io.StringIO(get(app, "/data/offers-2026-11-22.csv").data.decode("utf-8-sig"))))
    assert [row["number"] for row in rows] == numbers
    assert tuple(rows[0]) == dumps.COLUMNS == tuple(lines[0])
    assert rows[0]["title"] == "'=1+1 焊接"


def test_no_natural_persons_name_and_no_free_words_are_in_the_files(lite: Flask) -> None:
    offer(holders=("申城理工大学（演示）", "张𬱟"), use={"summary": "联系我 13800000000"})
    transaction(lambda: _person("张𬱟"))
    dumps.write(DAY, BASE)
    for name in ("csv", "jsonl"):
        text = get(lite, f"/data/offers-2026-11-22.{name}").data.decode()
        assert "申城理工大学" in text
        assert "张𬱟" not in text
        assert "13800000000" not in text


def test_a_day_is_written_once_and_old_files_go(lite: Flask) -> None:
    offer()
    dumps.write(DAY, BASE)
    before = get(lite, "/data/SHA256SUMS").text
    offer()
    dumps.write(DAY, BASE)
    assert get(lite, "/data/SHA256SUMS").text == before
    later = DAY + timedelta(days=dumps.KEPT_DAYS + 1)
    dumps.write(later, BASE)
    assert {one.day for one in db.session.scalars(select(Dump))} == {later}
    db.session.rollback()
    get(lite, "/data/offers-2026-11-22.csv", 404)


def test_the_worker_writes_the_files_and_asks_for_the_next_round(lite: Flask) -> None:
    offer()
    transaction(tasks.start_dumps)
    assert transaction(tasks.start_dumps) is False
    assert jobs.run_one(slow=True)
    assert len(db.session.scalars(select(Dump)).all()) == 2
    waiting = db.session.scalars(select(Job).where(Job.name == tasks.DUMP, Job.state == "waiting")).all()
    assert any(job.run_after > clock.now() for job in waiting)


def test_before_the_first_file_the_page_says_so(lite: Flask) -> None:
    assert "第一份文件还没有写好" in get(lite, "/data").text
    get(lite, "/data/offers-2026-11-22.csv", 404)
    get(lite, "/data/..%2Fsecret", 404)


def test_the_catalogue_names_files_digests_licence_and_doors(lite: Flask) -> None:
    offer()
    dumps.write(DAY, BASE)
    told = json.loads(get(lite, "/catalog.jsonld").text)
    offers = told["dcat:dataset"][0]
    assert offers["dct:license"]["@id"].startswith("https://creativecommons.org/")
    found = {one["dcat:mediaType"]: one for one in offers["dcat:distribution"]}
    assert set(found) == {"text/csv", "application/x-ndjson"}
    sums = get(lite, "/data/SHA256SUMS").text
    for one in found.values():
        assert one["spdx:checksum"]["spdx:checksumValue"] in sums
        get(lite, one["dcat:downloadURL"]["@id"].removeprefix(BASE))
    for service in told["dcat:service"]:
        get(lite, service["dcat:endpointURL"]["@id"].removeprefix(BASE))


def test_an_offer_is_a_policy_with_acts_limits_fee_and_what_is_forbidden(lite: Flask) -> None:
    number = offer()
    told = json.loads(get(lite, f"/offers/{number}/policy.jsonld").text)
    assert (told["@type"], told["profile"]) == ("Offer", f"{BASE}/ns/offer")
    permission = told["permission"][0]
    assert permission["action"][:1] == ["mx:make"]
    assert {one["leftOperand"] for one in permission["constraint"]} == {"spatial", "dateTime", "elapsedTime"}
    pays = permission["duty"][0]["action"][0]["refinement"][0]
    assert pays["rightOperand"]["@value"] == "68000.00"
    assert {"transfer", "grantUse"} <= set(told["prohibition"][0]["action"])
    free = json.loads(get(lite, f"/offers/{offer(fee=FREE)}/policy.jsonld").text)
    assert "duty" not in free["permission"][0]


def test_every_word_of_a_policy_that_is_ours_is_explained(lite: Flask) -> None:
    graph = json.loads(get(lite, "/ns/offer", Accept="application/ld+json").text)["@graph"]
    known = {one["@id"].partition("#")[2] for one in graph}
    number = offer(fee=Fee(method=Method.PER_YEAR, amount=Decimal(8000)))
    for path in (f"/offers/{number}/policy.jsonld", f"/offers/{number}.json"):
        words = {part.split('"')[0] for part in get(lite, path).text.split('"mx:')[1:]}
        assert words <= known | {"#"}
    assert "make" in get(lite, "/ns/offer").text


def test_a_version_has_one_address_that_answers_as_one_asks(lite: Flask) -> None:
    number = offer()
    place = f"/offers/{number}/versions/1"
    asked = {"text/html": "", "application/ld+json": ".json", "text/plain": "/text"}
    for accept, ending in asked.items():
        answer = get(lite, place, 303, Accept=accept)
        assert answer.headers["Location"] == f"/offers/{number}{ending}"
        assert "Accept" in answer.vary
    get(lite, f"/offers/{number}/versions/2", 404)


def test_the_document_names_addresses_that_answer(lite: Flask) -> None:
    told = (Path(__file__).parents[2] / "docs" / "data.md").read_text(encoding="utf-8")
    number = offer()
    dumps.write(DAY, BASE)
    addresses = {part.split("`")[0] for part in told.split("`GET ")[1:]}
    assert len(addresses) >= 8
    for address in addresses:
        path = address.replace("<number>", number).replace("<day>", "2026-11-22").replace("<version>", "1")
        assert lite.test_client().get(path).status_code in {200, 303}, address
    assert all(f"`{name}`" in told for name in dumps.COLUMNS)
