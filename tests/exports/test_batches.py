"""Batches: only what is ready, once, frozen, packed once, the same bytes for ever, nothing faked."""

import csv
import hashlib
import json
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from openpyxl import load_workbook

from registry import jobs
from registry.contracts import register, registration
from registry.contracts.registration_form import COLUMNS
from registry.database import db, transaction
from registry.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from registry.exports import service as exports
from registry.exports import tasks
from registry.exports.models import Batch
from registry.exports.rules import Applicant, Choice, Chosen, Filter, Needs, wanted_slots
from registry.ledger.bundle_file import check_bundle
from registry.ledger.policy import policy_of
from registry.ledger.receipt_file import check_receipt
from registry.ledger.setup import ledger_setup
from registry.parties.models import Mail, Organisation, Upload
from tests.documents.papers import pdftotext
from tests.exports import making
from tests.factories import Offer, Person, make_organisation, make_upload, make_venue, published, reading
from tests.kept import Kept
from tests.parties.people import PDF


def choice(*numbers: str, applicant: Applicant = "seller", not_elsewhere: bool = True, **more: Any) -> Choice:
    chosen = (Chosen(number=n, applicant=applicant, not_elsewhere=not_elsewhere) for n in numbers)
    return Choice(contracts=tuple(chosen), **more)


def make(venue: Person, asked: Choice) -> str:
    return transaction(lambda: exports.make(venue.actor, asked).number)


def archive(venue: Person, number: str) -> bytes:
    def work() -> bytes:
        with exports.archive(exports.find(venue.actor, number)) as stream:
            return stream.read()

    return reading(work)


@pytest.fixture
def ready(lite: Flask, kept: Kept) -> tuple[Offer, str]:
    return kept(lite, making.ready_paid)


@pytest.fixture
def packed(lite: Flask, kept: Kept, ready: tuple[Offer, str]) -> tuple[Person, str, ZipFile]:
    """A packed batch of one paid contract."""
    venue, number, batch = kept(lite, pack, ready)
    return venue, number, ZipFile(BytesIO(archive(venue, batch)))


def pack(app: Flask, ready: tuple[Offer, str]) -> tuple[Person, str, str]:
    offer, number = ready
    batch = make(offer.venue, choice(number, registrar="某登记处", agent="赵敏", agent_phone="021-1"))
    jobs.run_all()
    return offer.venue, number, batch


def test_a_ready_contract_is_exported_frozen_and_packed(app: Flask) -> None:
    offer, number = making.ready_paid(app)
    batch = make(offer.venue, choice(number))
    assert making.state(number) == "exported"
    jobs.run_all()
    found = reading(lambda: exports.find(offer.venue.actor, batch))
    assert (found.count, found.total_amount, found.technology_amount) == (
        1,
        Decimal("68000.00"),
        Decimal("68000.00"),
    )
    data = archive(offer.venue, batch)
    assert hashlib.sha256(data).hexdigest() == found.digest
    assert len(data) == found.size
    told = reading(lambda: db.session.query(Mail).filter_by(letter="batch_packed").one())
    assert (told.matter, told.link) == (batch, f"/venue/batches/{batch}")


def test_a_batch_downloaded_again_is_the_same_though_the_world_moved_on(
    lite: Flask, ready: tuple[Offer, str]
) -> None:
    offer, number = ready
    batch = make(offer.venue, choice(number))
    jobs.run_all()
    before = archive(offer.venue, batch)
    upload = make_upload(lite, offer.venue, data=PDF + b"late")

    def change() -> None:
        contract = register.find_contract(number)
        contract.holder.address = "已经搬走"
        registration.attach(offer.venue.actor, contract, "12", db.session.get_one(Upload, upload))

    transaction(change)
    tasks.pack({"batch": str(reading(lambda: exports.find(offer.venue.actor, batch).id))})
    assert archive(offer.venue, batch) == before


def test_what_is_brought_after_the_batch_was_made_is_not_packed(
    lite: Flask, ready: tuple[Offer, str]
) -> None:
    offer, number = ready
    batch = make(offer.venue, choice(number))
    upload = make_upload(lite, offer.venue, data=PDF + b"late")
    transaction(
        lambda: registration.attach(
            offer.venue.actor, register.find_contract(number), "14", db.session.get_one(Upload, upload)
        )
    )
    jobs.run_all()
    names = ZipFile(BytesIO(archive(offer.venue, batch))).namelist()
    assert not any("/14 " in name for name in names)


def test_the_package_holds_every_file_its_manifest_names_and_no_other(
    packed: tuple[Person, str, ZipFile],
) -> None:
    _, number, archive_ = packed
    folder = f"packages/{number}/"
    manifest = json.loads(archive_.read(f"{folder}manifest.json"))
    named = {one["name"]: one for one in manifest["files"]}
    inside = {name.removeprefix(folder) for name in archive_.namelist() if name.startswith(folder)}
    assert inside == {*named, "manifest.json"}
    for name, one in named.items():
        data = archive_.read(folder + name)
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (one["sha256"], one["size"])
        assert number in name
    slots = {one["slot"] for one in manifest["files"]}
    assert {"00", "01", "02", "02b", "03", "04", "05", "06", "07a", "07b", "09", "10", "11", "12"} <= slots


def test_the_venues_voucher_is_printed_with_its_number_unless_the_venue_brought_its_own(
    lite: Flask, ready: tuple[Offer, str], packed: tuple[Person, str, ZipFile]
) -> None:
    _, number, archive_ = packed
    (name,) = (one for one in archive_.namelist() if "/12 " in one)
    said = pdftotext(archive_.read(name))
    given = reading(lambda: register.find_contract(number).voucher_number)
    assert given in said
    assert "人民币陆万捌仟元整" in said
    offer, other = making.ready_paid(lite, "c2", offer=ready[0])
    upload = make_upload(lite, offer.venue, data=PDF + b"own voucher")
    transaction(
        lambda: registration.attach(
            offer.venue.actor, register.find_contract(other), "12", db.session.get_one(Upload, upload)
        )
    )
    batch = make(offer.venue, choice(other))
    jobs.run_all()
    inside = ZipFile(BytesIO(archive(offer.venue, batch)))
    (name,) = (one for one in inside.namelist() if "/12 " in one)
    assert inside.read(name) == PDF + b"own voucher"
    assert reading(lambda: register.find_contract(other).voucher_number) is None


def test_contents_say_whose_stamps_a_scan_shows_how_many_pages_and_whether_the_original_came(
    packed: tuple[Person, str, ZipFile],
) -> None:
    _, number, archive_ = packed
    names = [one.rpartition("/")[2] for one in archive_.namelist()]
    assert f"02b 盖章签署扫描件 许可方、被许可方 {number}.pdf" in names


def test_the_top_manifest_binds_packages_counts_and_sums(packed: tuple[Person, str, ZipFile]) -> None:
    _, number, archive_ = packed
    top = json.loads(archive_.read("manifest.json"))
    assert (top["count"], top["total_amount"], top["zero_count"]) == (1, "68000.00", 0)
    (package,) = top["packages"]
    inner = archive_.read(f"packages/{number}/manifest.json")
    assert package["manifest_sha256"] == hashlib.sha256(inner).hexdigest()
    for one in top["files"]:
        assert hashlib.sha256(archive_.read(one["name"])).hexdigest() == one["sha256"]


def test_what_is_missing_is_named_with_who_has_to_bring_it(packed: tuple[Person, str, ZipFile]) -> None:
    _, number, archive_ = packed
    manifest = json.loads(archive_.read(f"packages/{number}/manifest.json"))
    missing = {one["slot"]: one["who"] for one in manifest["missing"]}
    assert missing == {"14": "许可方"}
    contents = pdftotext(archive_.read(f"packages/{number}/00 目录 {number}.pdf"))
    assert "12 交易凭证" in contents
    assert "未提供" in contents


def test_the_proofs_in_a_package_verify_without_the_database(packed: tuple[Person, str, ZipFile]) -> None:
    _, _, archive_ = packed
    receipts = [name for name in archive_.namelist() if "/11 回执" in name]
    assert len(receipts) == 3
    (bundle,) = [name for name in archive_.namelist() if "/11 凭证包" in name]
    whole = check_bundle(archive_.read(bundle), policy_of(ledger_setup().vkey))
    assert whole.ok
    assert {row["path"] for row in whole.facts["disclosed"]} == {"nonce", "record", "wording"}
    for name in receipts:
        report = check_receipt(archive_.read(name), policy_of(ledger_setup().vkey))
        assert report.ok


def test_the_declaration_text_has_the_digest_that_was_signed(packed: tuple[Person, str, ZipFile]) -> None:
    _, number, archive_ = packed
    name = next(n for n in archive_.namelist() if "/03 声明全文" in n)
    record = reading(lambda: register.find_contract(number).acceptances[0].record)
    assert hashlib.sha256(archive_.read(name)).hexdigest() == record["declaration"]["digest"]


def test_the_list_has_exactly_the_forms_columns_twice(packed: tuple[Person, str, ZipFile]) -> None:
    _, number, archive_ = packed
    headings = [column.heading for column in COLUMNS]
    book = load_workbook(BytesIO(archive_.read("rekey.xlsx")))
    assert book.sheetnames == ["登记清单", "专利明细", "说明", "合计"]
    page = book["登记清单"]
    assert [cell.value for cell in page[1]] == headings
    assert page.freeze_panes == "A2"
    assert page.auto_filter.ref
    row = dict(zip(headings, (cell.value for cell in page[2]), strict=True))
    assert (row["平台存证编号"], row["合同成交总额（元）"]) == (number, 68000)
    assert page.cell(2, headings.index("合同成交总额（元）") + 1).number_format == "#,##0.00"
    assert page.cell(2, headings.index("卖方账号") + 1).data_type == "s"
    read = list(csv.reader(StringIO(archive_.read("rekey.csv").decode("utf-8-sig"))))
    assert read[0] == headings
    assert read[1][0] == number


def test_the_sheet_and_the_list_say_the_same(packed: tuple[Person, str, ZipFile]) -> None:
    _, number, archive_ = packed
    sheet = pdftotext(archive_.read(f"packages/{number}/01 技术合同登记表 {number}.pdf"))
    headings, values = list(csv.reader(StringIO(archive_.read("rekey.csv").decode("utf-8-sig"))))
    row = dict(zip(headings, values, strict=True))
    for heading in ("卖方名称", "卖方统一社会信用代码/证件号", "专利号", "买方账号", "经办人"):
        assert row[heading].lstrip("'") in sheet
    assert row["结果"] == row["合同登记编号"] == ""


def test_a_contract_with_faults_keeps_the_whole_batch_out_and_nothing_is_written(
    lite: Flask, ready: tuple[Offer, str]
) -> None:
    offer, good = ready
    bad = making.effective(lite, offer, make_organisation(lite, "c1"))
    with pytest.raises(Invalid) as refused:
        make(offer.venue, choice(good, bad))
    codes = {one.code for one in refused.value.refusals}
    assert {"proof_missing", "stamp_missing"} <= codes
    assert all(one.field == f"contracts.{bad}" for one in refused.value.refusals)
    assert making.state(good) != "exported"
    assert reading(lambda: db.session.query(Batch).count()) == 0


def test_a_contract_goes_into_one_live_batch_only(lite: Flask, ready: tuple[Offer, str]) -> None:
    offer, number = ready
    make(offer.venue, choice(number))
    with pytest.raises(Conflict, match="already_in_batch"):
        make(offer.venue, choice(number))


def test_taken_back_it_may_go_again_and_the_first_batch_stays_as_it_was(
    lite: Flask, ready: tuple[Offer, str]
) -> None:
    offer, number = ready
    first = make(offer.venue, choice(number))
    jobs.run_all()
    before = archive(offer.venue, first)
    transaction(
        lambda: exports.take_back(offer.venue.actor, exports.find(offer.venue.actor, first), 1, "改正")
    )
    assert making.state(number) == "draft"
    second = make(offer.venue, choice(number, number))
    assert second != first
    jobs.run_all()
    assert archive(offer.venue, first) == before


def test_once_handed_in_a_contract_cannot_be_taken_back(lite: Flask, ready: tuple[Offer, str]) -> None:
    offer, number = ready
    batch, actor = make(offer.venue, choice(number)), offer.venue.actor
    for _ in range(2):
        transaction(lambda: exports.submitted(actor, exports.find(actor, batch), 1))
    assert making.state(number) == "submitted"
    with pytest.raises(Conflict, match="wrong_state"):
        transaction(lambda: exports.take_back(actor, exports.find(actor, batch), 1, "改正"))


def test_a_contract_must_be_said_to_be_registered_nowhere_else(lite: Flask, ready: tuple[Offer, str]) -> None:
    offer, number = ready
    with pytest.raises(Invalid) as refused:
        make(offer.venue, choice(number, not_elsewhere=False))
    assert [one.code for one in refused.value.refusals] == ["registered_elsewhere_unanswered"]


def test_the_registrar_follows_the_region_of_whoever_applies(lite: Flask) -> None:
    seller = make_organisation(lite, "c5")  # Hangzhou
    offer = published(lite, seller)
    _, number = making.ready_paid(lite, offer=offer)
    with pytest.raises(Invalid) as refused:
        make(offer.venue, choice(number, include_zero=True))
    assert [one.code for one in refused.value.refusals] == ["applicant_elsewhere"]
    batch = make(offer.venue, choice(number, applicant="intermediary", include_zero=True))
    jobs.run_all()
    manifest = json.loads(
        ZipFile(BytesIO(archive(offer.venue, batch))).read(f"packages/{number}/manifest.json")
    )
    assert "08b" in {one["slot"] for one in manifest["missing"]}


def test_free_contracts_stay_apart_until_they_are_asked_for(lite: Flask) -> None:
    offer = published(lite)
    number = making.ready(lite, offer, make_organisation(lite, "c4"))
    checked = reading(lambda: exports.check(offer.venue.actor, choice(number)))
    assert [one.contract.number for one in checked.zero_apart] == [number]
    with pytest.raises(Refused, match="batch_empty"):
        make(offer.venue, choice(number))
    assert make(offer.venue, choice(number, include_zero=True))


def test_free_contracts_wait_for_the_registrars_view(lite: Flask) -> None:
    offer = published(lite)
    number = making.ready(lite, offer, make_organisation(lite, "c4"))

    def forget() -> None:
        register.find_contract(number).venue.zero_fee_view = ""

    transaction(forget)
    with pytest.raises(Invalid) as refused:
        make(offer.venue, choice(number, include_zero=True))
    assert [one.code for one in refused.value.refusals] == ["zero_view_missing"]


def test_another_venue_sees_neither_contract_nor_batch(lite: Flask, ready: tuple[Offer, str]) -> None:
    offer, number = ready
    other = make_venue(lite, "v2")
    assert reading(lambda: exports.listed(other.actor, Filter(), 1)).standings == []
    with pytest.raises(NotFound):
        make(other, choice(number))
    batch = make(offer.venue, choice(number))
    with pytest.raises(NotFound):
        reading(lambda: exports.find(other.actor, batch))


def test_only_a_venues_operator_makes_batches(lite: Flask, ready: tuple[Offer, str]) -> None:
    offer, number = ready
    with pytest.raises((NotAllowed, NotFound)):
        make(offer.holder, choice(number))
    with pytest.raises((NotAllowed, NotFound)):
        reading(lambda: exports.listed(offer.holder.actor, Filter(), 1))


def test_a_natural_persons_full_number_stands_in_the_package_alone(lite: Flask) -> None:
    offer = published(lite)
    person = make_organisation(
        lite, "c4", kind="person", name="林小满", uscc=None, nature="person", legal_representative="",
        identity_kind="resident_id", identity_number="310101199001010015",
    )  # fmt: skip
    number = making.ready(lite, offer, person)
    batch = make(offer.venue, choice(number, include_zero=True))
    jobs.run_all()
    packed = ZipFile(BytesIO(archive(offer.venue, batch)))
    sheet = pdftotext(packed.read(f"packages/{number}/01 技术合同登记表 {number}.pdf"))
    contract = pdftotext(packed.read(f"packages/{number}/02 合同文本 {number}.pdf"))
    assert "310101199001010015" in sheet
    assert "310101199001010015" not in contract


def test_the_places_of_a_package_follow_the_contract() -> None:
    free = Needs(
        paid=False, agency=False, internal_unit=False, stamped=False, applicant="seller", recorded=False
    )
    assert wanted_slots(free) == ("06", "07a", "07b", "12", "14")
    whole = Needs(
        paid=True, agency=True, internal_unit=True, stamped=True, applicant="intermediary", recorded=True
    )
    assert wanted_slots(whole) == ("02b", "05", "06", "07a", "07b", "08", "08a", "08b", "12", "13", "14")


def test_organisations_are_printed_as_they_were_when_the_notice_was_signed(lite: Flask) -> None:
    offer, number = making.ready_paid(lite)

    def rename() -> None:
        db.session.get_one(Organisation, offer.holder.organisation_id).name = "改了名字的大学"

    transaction(rename)
    batch = make(offer.venue, choice(number))
    jobs.run_all()
    rows = reading(lambda: exports.find(offer.venue.actor, batch).items[0].row)
    assert rows["form"]["seller_name"] == "申城理工大学"
