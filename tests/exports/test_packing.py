"""Batches of any size: chosen by filter, frozen and packed by the worker, whoever dies under it."""

import hashlib
import json
from dataclasses import replace
from io import BytesIO
from uuid import UUID
from zipfile import ZipFile

import pytest
from flask import Flask
from openpyxl import load_workbook

from registry import history, jobs
from registry.contracts import register
from registry.contracts.models import Contract
from registry.contracts.readiness import StampState
from registry.database import db, transaction
from registry.documents import growing, store
from registry.documents.growing import Busy
from registry.errors import Conflict, Refused, Unavailable
from registry.exports import packing, places, standings, tasks
from registry.exports import service as exports
from registry.exports.models import Batch, Standing
from registry.exports.packing import rows_of
from registry.exports.rules import Choice, Filter, PlaceState
from registry.exports.sums import Sums, line_of, summed
from registry.jobs import Job
from tests.browser import Browser
from tests.documents.papers import pdftotext
from tests.exports import making
from tests.exports.test_batches import archive, choice, make
from tests.exports.test_techcontract import CHECK
from tests.factories import FREE, Person, make_organisation, published, reading
from tests.kept import Kept

Three = tuple[Person, list[str]]
Packed = tuple[Person, list[str], str, Sums]
"""A venue and the numbers of its contracts."""


def make_three(app: Flask) -> Three:
    offer, first = making.ready_paid(app, "c4")
    _, second = making.ready_paid(app, "c1", offer=offer)
    free = published(app, offer.holder, offer.venue, fee=FREE)
    return offer.venue, [first, second, making.ready(app, free, make_organisation(app, "c2"))]


@pytest.fixture
def three(lite: Flask, kept: Kept) -> Three:
    """Two paid contracts and a free one of one venue, all ready."""
    return kept(lite, make_three)


@pytest.fixture
def packed(lite: Flask, kept: Kept, three: Three) -> Packed:
    """The three of them packed: venue, contracts, batch, and the sums as they were seen before."""
    return kept(lite, pack, three)


def pack(app: Flask, three: Three) -> Packed:
    venue, numbers = three
    asked = matching(venue)
    seen = reading(
        lambda: exports.found(venue.actor, Filter(), Choice(registrar="某登记处", include_zero=True))
    )
    number = make(venue, asked)
    jobs.run_all()
    return venue, numbers, number, seen.sums


def matching(venue: Person, asked: Filter | None = None, *, include_zero: bool = True) -> Choice:
    """Everything ready under a filter, as the page would send it."""
    transaction(lambda: exports.bring_up(venue.actor))
    choice = Choice(not_elsewhere=True, include_zero=include_zero, registrar="某登记处")
    found = reading(lambda: exports.found(venue.actor, asked or Filter(), choice))
    return replace(choice, matching=found.matching)


def batch_id(venue: Person, number: str) -> UUID:
    return reading(lambda: exports.find(venue.actor, number).id)


def work(name: str) -> None:
    """Run the waiting jobs of one name and no others, failures included."""
    for job_id in [job.id for job in db.session.query(Job).filter_by(name=name, state="waiting")]:
        payload = dict(db.session.get_one(Job, job_id).payload)
        db.session.rollback()
        jobs.HANDLERS[name](payload)

        def done(job_id: UUID = job_id) -> None:
            db.session.get_one(Job, job_id).state = "done"

        transaction(done)


# --- chosen by filter --------------------------------------------------------------------------------


def test_everything_that_matches_goes_into_one_batch_frozen_by_the_worker(app: Flask) -> None:
    offer, first = making.ready_paid(app, "c4")
    _, second = making.ready_paid(app, "c1", offer=offer)
    number = make(offer.venue, matching(offer.venue))
    assert [making.state(one) for one in (first, second)] != ["exported", "exported"]
    jobs.run_all()
    found = reading(lambda: exports.find(offer.venue.actor, number))
    assert (found.state, found.asked, found.count, found.packed) == ("packed", 2, 2, 2)
    assert [making.state(one) for one in (first, second)] == ["exported", "exported"]
    held = ZipFile(BytesIO(archive(offer.venue, number)))
    assert held.testzip() is None
    assert {one["contract"] for one in json.loads(held.read("manifest.json"))["packages"]} == {first, second}


def test_what_was_seen_is_what_is_exported(lite: Flask, three: Three) -> None:
    venue, (first, *_) = three
    seen = matching(venue)
    make(venue, choice(first))  # meanwhile one of them leaves
    with pytest.raises(Conflict, match="choice_changed"):
        make(venue, seen)
    with pytest.raises(Refused, match="registered_elsewhere_unanswered"):
        make(venue, Choice(matching=seen.matching))


def test_a_contract_that_fell_ill_between_choice_and_freezing_is_listed_with_its_reasons(
    lite: Flask, three: Three
) -> None:
    venue, (first, second, third) = three
    number = make(venue, matching(venue))

    transaction(lambda: _spoil(second))
    jobs.run_all()
    batch = reading(lambda: exports.find(venue.actor, number))
    refused = reading(
        lambda: [(p.contract.number, p.refusals) for p in places.items(batch, PlaceState.REFUSED)]
    )
    assert [(one, [r["code"] for r in why]) for one, why in refused] == [(second, ["seal_name_differs"])]
    assert (batch.count, batch.asked) == (2, 3)
    assert making.state(second) != "exported"
    assert {making.state(one) for one in (first, third)} == {"exported"}
    listed = reading(lambda: exports.listed(venue.actor, Filter(show="faults"), 1))
    assert [one.contract_id for one in listed.standings] == [_id(second)]


def test_a_batch_none_of_whose_contracts_could_be_taken_in_stays_empty(lite: Flask, three: Three) -> None:
    venue, numbers = three
    number = make(venue, matching(venue))
    transaction(lambda: [_spoil(one) for one in numbers])
    jobs.run_all()
    batch = reading(lambda: exports.find(venue.actor, number))
    assert (batch.state, batch.count) == ("empty", 0)
    with pytest.raises(Conflict, match="batch_packing"):
        archive(venue, number)


def test_contracts_that_wait_for_a_batch_are_offered_to_no_other(lite: Flask, three: Three) -> None:
    venue, _ = three
    make(venue, matching(venue))
    assert (
        reading(lambda: exports.found(venue.actor, Filter(), Choice(include_zero=True))).matching.count == 0
    )


def test_free_contracts_stay_out_of_what_matches_until_they_are_asked_for(lite: Flask, three: Three) -> None:
    venue, _ = three
    number = make(venue, matching(venue, include_zero=False))
    jobs.run_all()
    assert reading(lambda: exports.find(venue.actor, number).count) == 2


def _spoil(number: str) -> None:
    """The seal turns out to bear another name."""
    register.find_contract(number).stamp = StampState.MISMATCH


def _id(number: str) -> UUID:
    return reading(lambda: register.find_contract(number).id)


# --- crashes -----------------------------------------------------------------------------------------


def test_a_worker_that_stops_after_each_package_packs_the_same_bytes(
    lite: Flask, three: Three, monkeypatch: pytest.MonkeyPatch
) -> None:
    venue, _ = three
    number = make(venue, matching(venue))
    work("exports.freeze")
    monkeypatch.setattr(tasks, "SLICE", -1.0)  # every slice is over at once
    monkeypatch.setattr(packing, "STEP", 1)
    made = []
    for _ in range(8):
        work("exports.pack")
        made.append(reading(lambda: exports.find(venue.actor, number).packed))
    assert made == [1, 2, 3, 3, 3, 3, 3, 3]
    torn = archive(venue, number)
    assert ZipFile(BytesIO(torn)).testzip() is None
    assert [path.name for path in lite.extensions["settings"].files.glob(".*")] == []


@pytest.mark.parametrize("step", ["members", "adopt", "keep", "tidy"])
def test_after_a_crash_anywhere_packing_goes_on_and_nothing_is_there_twice(
    lite: Flask, three: Three, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    venue, numbers = three
    number = make(venue, matching(venue))
    work("exports.freeze")
    where = {"adopt": store, "keep": store}.get(step, packing)
    with monkeypatch.context() as broken:
        broken.setattr(where, step, lambda *_, **__: (_ for _ in ()).throw(OSError(28, "No space left")))
        assert jobs.run_one(slow=True)
    if step != "tidy":
        with pytest.raises(Conflict, match="batch_packing"):
            archive(venue, number)
    job = db.session.query(Job).filter_by(name="exports.pack").one()
    assert (job.state, job.attempts) == ("waiting", 1)
    payload = dict(job.payload)
    db.session.rollback()
    tasks.pack(payload)
    held = ZipFile(BytesIO(archive(venue, number)))
    assert held.testzip() is None
    assert len(held.namelist()) == len(set(held.namelist()))
    assert len({name.split("/")[1] for name in held.namelist() if name.startswith("packages/")}) == len(
        numbers
    )


def test_a_worker_killed_while_freezing_takes_nothing_in_twice(
    lite: Flask, three: Three, monkeypatch: pytest.MonkeyPatch
) -> None:
    venue, numbers = three
    number = make(venue, matching(venue))
    monkeypatch.setattr("registry.exports.freezing.AT_ONCE", 1)
    transaction(lambda: tasks.freezing.freeze_some(tasks.CLOCK, batch_id(venue, number)))
    jobs.run_all()
    batch = reading(lambda: exports.find(venue.actor, number))
    assert (batch.state, batch.count) == ("packed", 3)
    exported = [row for row in _history(numbers) if row == "export"]
    assert len(exported) == 3


def _history(numbers: list[str]) -> list[str]:
    return reading(lambda: [row.verb for one in numbers for row in history.of(register.find_contract(one))])


def test_two_workers_never_pack_one_batch_at_once(lite: Flask, three: Three) -> None:
    venue, _ = three
    number = make(venue, matching(venue))
    work("exports.freeze")
    folder, name = lite.extensions["settings"].files, f".batch-{batch_id(venue, number)}"
    with growing.GrowingZip(folder, name), pytest.raises(Unavailable):
        work("exports.pack")
    with pytest.raises(Busy), growing.GrowingZip(folder, name):
        growing.GrowingZip(folder, name)


def test_a_batch_the_worker_gave_up_goes_on_when_the_venue_says_so(lite: Flask, three: Three) -> None:
    venue, _ = three
    number = make(venue, matching(venue))
    with pytest.raises(Conflict, match="wrong_state"):
        transaction(lambda: exports.go_on(venue.actor, exports.find(venue.actor, number)))

    def bury() -> None:
        db.session.query(Job).filter(Job.name.startswith("exports.")).update({"state": "dead"})

    transaction(bury)
    assert reading(lambda: places.stuck(exports.find(venue.actor, number)))
    transaction(lambda: exports.go_on(venue.actor, exports.find(venue.actor, number)))
    jobs.run_all()
    assert reading(lambda: exports.find(venue.actor, number).state) == "packed"


# --- sums --------------------------------------------------------------------------------------------


def test_the_same_sums_stand_on_page_sheet_manifest_and_workbook(packed: Packed) -> None:
    venue, _, number, seen = packed
    batch = reading(lambda: exports.find(venue.actor, number))
    rows = reading(lambda: [row for _, row in rows_of(batch.id)])
    held = ZipFile(BytesIO(archive(venue, number)))
    manifest = json.loads(held.read("manifest.json"))
    book = load_workbook(BytesIO(held.read("rekey.xlsx")))["合计"]
    sheet = pdftotext(held.read("交接清单.pdf"))
    frozen: Sums = summed(line_of(row) for row in rows)
    assert list(seen.rows()) == list(frozen.rows())
    assert {key: manifest[key] for key in frozen.texts()} == frozen.texts() == batch.sums
    listed = [tuple(cell.value for cell in row) for row in list(book.rows)[1:]]
    assert listed == [(g, p, s.count, float(s.total), float(s.technology)) for g, p, s in frozen.rows()]
    assert (manifest["count"], manifest["total_amount"], manifest["zero_count"]) == (3, "136000.00", 1)
    assert "136,000.00 元" in sheet
    assert "人民币壹拾叁万陆仟元整" in sheet
    for _group, part, found in frozen.rows():
        assert part in sheet
        assert f"{found.total:,.2f}" in sheet


def test_the_hand_over_sheet_lists_every_contract_and_every_gap(packed: Packed) -> None:
    venue, numbers, number, _ = packed
    held = ZipFile(BytesIO(archive(venue, number)))
    sheet = pdftotext(held.read("交接清单.pdf"))
    for one in numbers:
        assert one in sheet
        pages = json.loads(held.read(f"packages/{one}/manifest.json"))["pages"]
        assert str(pages) in sheet
    assert "移交人" in sheet
    assert "接收人" in sheet
    assert "第 1 / " in sheet


# --- downloading -------------------------------------------------------------------------------------


def test_a_download_goes_on_where_it_broke(lite: Flask, packed: Packed) -> None:
    venue, _, number, _ = packed
    client = Browser(lite).sign_in(venue.email).client
    address = f"/venue/batches/{number}/archive"
    whole = client.get(address)
    assert whole.headers["Accept-Ranges"] == "bytes"
    half = len(whole.data) // 2
    tag = whole.headers["ETag"]
    rest = client.get(address, buffered=True, headers={"Range": f"bytes={half}-", "If-Range": tag})
    assert (rest.status_code, rest.data) == (206, whole.data[half:])
    assert rest.headers["Content-Range"] == f"bytes {half}-{len(whole.data) - 1}/{len(whole.data)}"
    changed = client.get(address, headers={"Range": f"bytes={half}-", "If-Range": '"another"'})
    assert (changed.status_code, len(changed.data)) == (200, len(whole.data))
    assert client.get(address, headers={"Range": f"bytes={len(whole.data)}-"}).status_code == 416
    assert hashlib.sha256(whole.data).hexdigest() == tag.strip('"')


def test_standings_of_contracts_that_left_are_not_kept(packed: Packed) -> None:
    venue = packed[0]
    assert reading(lambda: db.session.query(Standing).count()) == 0
    assert reading(lambda: standings.never(UUID(str(venue.venue_id)))) == []
    assert reading(lambda: db.session.query(Contract).count()) == 3
    assert reading(lambda: db.session.query(Batch).count()) == 1


def test_the_archive_holds_every_contract_as_json_lines_that_validate(packed: Packed) -> None:
    venue, numbers, number, _ = packed
    held = ZipFile(BytesIO(archive(venue, number)))
    lines = [json.loads(line) for line in held.read("contracts.ndjson").splitlines()]
    assert sorted(one["filing_number"] for one in lines) == sorted(numbers)
    for one in lines:
        CHECK.validate(one)
        name = f"packages/{one['filing_number']}/01 技术合同登记表 {one['filing_number']}.json"
        assert json.loads(held.read(name)) == one


def test_a_contract_is_summed_under_the_registrar_it_leads_to(lite: Flask, three: Three) -> None:
    venue, numbers = three
    transaction(lambda: exports.bring_up(venue.actor))
    seen = reading(lambda: exports.found(venue.actor, Filter(), Choice(include_zero=True))).sums
    checked = reading(lambda: exports.check(venue.actor, choice(*numbers, include_zero=True))).sums
    number = make(venue, choice(*numbers, include_zero=True))
    batch = reading(lambda: exports.find(venue.actor, number))
    assert seen.texts() == checked.texts() == batch.sums
