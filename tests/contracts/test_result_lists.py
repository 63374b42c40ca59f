"""Lists of results with contracts behind them: previewed, saved as shown, once; by pages and machines."""

from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pytest
import time_machine
from flask import Flask

from registry import clock
from registry.contracts import register, registration, result_lists, tasks
from registry.contracts.registration_models import ResultImportRow
from registry.database import db, transaction
from registry.documents.archives_in import read_archive
from registry.erasure import contracts as erasing
from registry.errors import Refused
from registry.ledger import service as ledger
from registry.parties import service as parties
from tests.browser import Browser
from tests.contracts import taking
from tests.exports import making
from tests.factories import Offer, make_organisation, published, reading
from tests.parties.people import PDF

DAY = "登记日期"


def two(app: Flask) -> tuple[Offer, list[str]]:
    """Two contracts at the registrar."""
    offer = published(app)
    numbers = [making.contract_of(taking.taken(make_organisation(app, key), offer)) for key in ("c1", "c2")]
    for number in numbers:
        at(number, "submitted")
    return offer, numbers


def at(number: str, state: str) -> None:
    transaction(lambda: setattr(register.find_contract(number), "registration", state))


def table(*rows: tuple[str, ...]) -> str:
    head = ("平台存证编号", "结果", DAY, "合同登记编号", "理由")
    return "\n".join("\t".join(row) for row in (head, *rows))


def registered(number: str, given: str) -> tuple[str, ...]:
    return (number, "已登记", clock.today().isoformat(), given, "")


def test_a_list_is_previewed_without_a_trace_and_saved_once_as_it_was_shown(app: Flask) -> None:
    offer, (first, second) = two(app)
    actor = offer.venue.actor
    before = reading(ledger.size)
    read = result_lists.read_text(
        table(registered(first, "20263100000012"), ("X-1", "注销", "2026-1-1", "", ""))
    )
    found = transaction(lambda: result_lists.preview(actor, read, source="pasted").id)
    assert reading(ledger.size) == before
    assert making.state(first) == "submitted"
    kept = reading(lambda: result_lists.find(actor, found))
    assert reading(lambda: result_lists.counts(kept)) == {"matched": 1, "unmatched": 1, "saved": 0}
    assert transaction(lambda: result_lists.save(actor, result_lists.find(actor, found), kept.digest))
    assert making.state(first) == "registered"
    assert making.state(second) == "submitted"
    filed = [fields for kind, fields in taking.filings(before) if kind == "registration.result"]
    assert [one["contract"] for one in filed] == [first]
    with pytest.raises(Refused, match="list_saved"):
        transaction(lambda: result_lists.save(actor, result_lists.find(actor, found), kept.digest))
    again = transaction(lambda: result_lists.preview(actor, read, source="pasted").id)
    assert reading(lambda: result_lists.counts(result_lists.find(actor, again)))["unchanged"] == 1


def test_what_changed_after_the_preview_is_shown_again_and_nothing_is_saved(lite: Flask) -> None:
    offer, (first, second) = two(lite)
    browser = Browser(lite).sign_in(offer.venue.email).get("/venue/results")
    browser.submit({"rows": table(registered(first, "1"), registered(second, "2"))}, action="/venue/results")
    assert browser.status == 200, browser.text
    assert "将保存 2 行" in browser.text
    shown = browser.address
    given = {"result": "不予登记", "day": clock.today(), "ground": "7"}
    transaction(
        lambda: registration.record_result(offer.venue.actor, register.find_contract(first), given).result
    )
    browser.submit(action=shown)
    assert (browser.status, "预览之后有了变化" in browser.text) == (409, True)
    assert "将保存 1 行" in browser.text
    assert (making.state(first), making.state(second)) == ("refused", "submitted")
    browser.submit(action=shown)
    assert "1 个结果已经写入并存证" in browser.text
    assert making.state(second) == "registered"


def test_a_long_list_is_finished_by_the_worker_which_goes_on_where_it_stopped(
    lite: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(result_lists, "AT_ONCE", 1)
    offer, numbers = two(lite)
    actor = offer.venue.actor
    read = result_lists.read_text(table(*(registered(one, f"N{one}") for one in numbers)))
    found = transaction(lambda: result_lists.preview(actor, read, source="pasted").id)
    digest = reading(lambda: result_lists.find(actor, found).digest)
    transaction(lambda: result_lists.save(actor, result_lists.find(actor, found), digest))
    assert [making.state(one) for one in numbers] == ["registered", "submitted"]
    browser = Browser(lite).sign_in(offer.venue.email).get(f"/venue/results/{found}")
    assert "已保存 1 行，共 2 行" in browser.text
    tasks.results({"import": str(found)})
    assert [making.state(one) for one in numbers] == ["registered", "registered"]
    kept = reading(lambda: result_lists.find(actor, found))
    assert (kept.state, kept.saved_at is not None) == ("saved", True)
    assert transaction(lambda: result_lists.write_rows(found, limit=9)) == 0


def test_a_row_overtaken_while_the_worker_writes_is_left_out_and_says_why(
    lite: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(result_lists, "AT_ONCE", 1)
    offer, (first, second) = two(lite)
    actor = offer.venue.actor
    read = result_lists.read_text(table(registered(first, "1"), registered(second, "2")))
    found = transaction(lambda: result_lists.preview(actor, read, source="pasted").id)
    digest = reading(lambda: result_lists.find(actor, found).digest)
    transaction(lambda: result_lists.save(actor, result_lists.find(actor, found), digest))
    at(second, "draft")
    tasks.results({"import": str(found)})
    assert making.state(second) == "draft"
    rows = reading(
        lambda: [(row.verdict, row.result_id is None) for row in result_lists.rows_of(kept(found))]
    )
    assert rows == [("matched", False), ("conflict", True)]


def kept(import_id: object) -> result_lists.ResultImport:
    return db.session.get_one(result_lists.ResultImport, import_id)


def test_certificates_come_in_a_zip_named_by_number_and_stay_with_their_results(lite: Flask) -> None:
    offer, (first, second) = two(lite)
    output = BytesIO()
    with ZipFile(output, "w") as archive:
        archive.writestr(f"证明/{first}.pdf", PDF + b"one")
        archive.writestr("谁的.pdf", PDF + b"two")
    browser = Browser(lite).sign_in(offer.venue.email).get("/venue/results")
    rows = table(registered(first, "1"), registered(second, "2"))
    browser.submit(
        {"rows": rows}, action="/venue/results", files={"certificates": (output.getvalue(), "证明.zip")}
    )
    assert "谁的" in browser.text
    browser.submit(action=browser.address)
    found = reading(
        lambda: [register.find_contract(one).results[0].certificate_upload for one in (first, second)]
    )
    assert found[0] is not None
    assert found[1] is None
    page = Browser(lite).sign_in(offer.holder.email).get(f"/contracts/{first}")
    assert f"{first}.pdf" in page.text


def test_a_workbook_is_read_and_the_rows_left_out_come_back_with_their_reasons(lite: Flask) -> None:
    offer, (first, _) = two(lite)
    browser = Browser(lite).sign_in(offer.venue.email)
    template = browser.client.get("/venue/results/template.xlsx").data
    book = openpyxl.load_workbook(BytesIO(template))
    sheet = book.active
    assert sheet is not None
    assert first in [row[0].value for row in sheet.iter_rows(min_row=2)]
    headings = [cell.value for cell in sheet[1]]
    for name, value in (("结果", "补正"), (DAY, clock.today()), ("理由", "印章不清")):
        sheet.cell(row=2, column=headings.index(name) + 1, value=value)
    sheet.append(["NOBODY-1", "注销", clock.today()])
    output = BytesIO()
    book.save(output)
    browser.get("/venue/results").submit(
        action="/venue/results", files={"file": (output.getvalue(), "结果.xlsx")}
    )
    assert browser.status == 200, browser.text
    left = browser.client.get(f"{browser.address}/left.xlsx").data
    lines = list(openpyxl.load_workbook(BytesIO(left)).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert lines[1][1] == "NOBODY-1"
    assert "没有平台存证编号为" in str(lines[1])


def test_a_list_nobody_can_read_comes_back_with_its_words_and_the_text(lite: Flask) -> None:
    offer, _ = two(lite)
    browser = Browser(lite).sign_in(offer.venue.email).get("/venue/results")
    browser.submit({"rows": "编号\t结果\n1\t2"}, action="/venue/results")
    assert (browser.status, "没有找到这些列：平台存证编号" in browser.text) == (422, True)
    assert "编号\t结果" in browser.html
    browser.submit({"rows": ""}, action="/venue/results")
    assert (browser.status, "请选择文件" in browser.text) == (422, True)


def test_an_archive_that_would_unfold_or_hides_names_is_refused() -> None:
    def packed(*names: str, size: int = 10) -> bytes:
        output = BytesIO()
        with ZipFile(output, "w", 8) as archive:
            for name in names:
                archive.writestr(name, b"0" * size)
        return output.getvalue()

    def code(data: bytes) -> str:
        with pytest.raises(Refused) as caught:
            read_archive(data, each=1000, whole=1500)
        return caught.value.code

    assert code(packed("a", size=2000)) == "too_large"
    assert code(packed("a", "b", size=900)) == "unpacks_too_large"
    assert code(packed("x/a.pdf", "y/A.pdf")) == "name_twice"
    assert code(b"PK\x03\x04 torn") == "damaged_file"
    assert read_archive(packed("../../a.pdf"), each=1000, whole=1500) == [("a.pdf", b"0" * 10)]


def test_a_machine_sends_a_list_looks_at_it_and_saves_what_it_saw(lite: Flask) -> None:
    offer, (first, _) = two(lite)
    key = transaction(lambda: parties.create_api_key(offer.venue.actor, label="结果"))
    client, headers = lite.test_client(), {"Authorization": f"Bearer {key}"}
    today = clock.today().isoformat()
    one = {"contract": first, "result": "已登记", "day": today, "registration_number": "20263100000012"}
    body = {"results": [one, {"contract": "X", "result": "注销", "day": today}]}
    made = client.post("/api/v1/registration-results", json=body, headers={**headers, "Idempotency-Key": "1"})
    assert made.status_code == 201, made.get_json()
    shown = made.get_json()
    assert [row["verdict"] for row in shown["rows"]] == ["matched", "unmatched"]
    address = f"/api/v1/registration-results/{shown['id']}/save"
    keyed = {**headers, "Idempotency-Key": "2"}
    stale = client.post(address, json={"digest": "0" * 64}, headers={**headers, "Idempotency-Key": "3"})
    assert (stale.status_code, stale.get_json()["code"]) == (409, "preview_changed")
    saved = client.post(address, json={"digest": shown["digest"]}, headers=keyed)
    assert (saved.status_code, saved.get_json()["state"]) == (200, "saved")
    assert client.post(address, json={"digest": shown["digest"]}, headers=keyed).status_code == 200
    assert making.state(first) == "registered"
    wrong = client.post(
        "/api/v1/registration-results",
        json={"results": [{**one, "day": "gestern"}]},
        headers={**headers, "Idempotency-Key": "4"},
    )
    assert wrong.status_code == 422


def test_rows_of_a_list_are_part_of_what_an_erasure_takes(lite: Flask) -> None:
    offer, (first, _) = two(lite)
    day = clock.today().isoformat()
    read = result_lists.read_text(table((first, "补正", day, "", "联系人王五请补签")))
    transaction(lambda: result_lists.preview(offer.venue.actor, read, source="pasted").id)
    at(first, "draft")
    listed = reading(lambda: [one.table for one in erasing.listing(register.find_contract(first)).goes])
    assert "result_import_row" in listed

    def erase() -> None:
        for one in erasing.listing(register.find_contract(first)).goes:
            if one.table == "result_import_row":
                one.erase()

    transaction(erase)
    rows = reading(lambda: [(row.given, row.facts) for row in db.session.query(ResultImportRow)])
    assert rows == [({}, {})]


def test_lists_are_forgotten_when_their_days_are_over_and_the_results_stay(lite: Flask) -> None:
    offer, (first, _) = two(lite)
    actor = offer.venue.actor
    read = result_lists.read_text(
        table(registered(first, "20263100000012"), ("X-1", "不予登记", "2026-1-1", "", "张某的身份证件不清"))
    )
    found = transaction(lambda: result_lists.preview(actor, read, source="pasted").id)
    kept = reading(lambda: result_lists.find(actor, found).digest)
    transaction(lambda: result_lists.save(actor, result_lists.find(actor, found), kept))
    for days, left in ((179, 2), (181, 0)):
        with time_machine.travel(clock.now() + timedelta(days=days), tick=True):
            tasks.tick({})
            assert reading(lambda: len(db.session.query(ResultImportRow).all())) == left
    assert reading(lambda: len(register.find_contract(first).results)) == 1


def test_a_total_nobody_can_tell_is_not_held_against_the_registrars(lite: Flask) -> None:
    offer = published(lite, fee=taking.ROYALTY_SALES)  # no minimum: nobody can tell what it will come to
    number = making.contract_of(taking.taken(make_organisation(lite, "c1"), offer))
    assert reading(lambda: registration.total_of(register.find_contract(number)).untold)
    at(number, "submitted")
    rows = "平台存证编号\t结果\t登记日期\t合同登记编号\t核定成交总额（元）\n"
    rows += f"{number}\t已登记\t{clock.today().isoformat()}\t20263100000012\t50000.00"
    actor, read = offer.venue.actor, result_lists.read_text(rows)
    found = transaction(lambda: result_lists.preview(actor, read, source="pasted").id)
    (row,) = reading(lambda: result_lists.rows_of(result_lists.find(actor, found)))
    assert (row.verdict, row.reasons) == ("matched", [])
