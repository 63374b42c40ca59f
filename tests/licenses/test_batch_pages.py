"""Batches over HTTP: from a term set to a signed list and the reviewer's page, as people walk it."""

from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from flask import Flask

from registry.database import db
from registry.documents.tables_in import find_headings, read_table
from registry.licenses import batch_words, batches, register
from registry.licenses.batch_models import BatchRow, BatchSigning, DeclarationBatch
from registry.licenses.batch_rows import NAMES, REQUIRED, heading
from tests import factories
from tests.browser import PASSWORD, Browser
from tests.factories import make_organisation, make_venue, patent_number, reading
from tests.licenses import batching
from tests.licenses.batching import row
from tests.licenses.filling import ANSWERS, TICKS, browser
from tests.parties.people import PDF


def only(batch: bool = True) -> Any:
    return reading(lambda: db.session.query(DeclarationBatch).one().id)


def bring(holder: Browser, rows: list[dict[str, str]], **more: Any) -> Browser:
    page = holder.get("/declarations/batches")
    return page.submit({"rows": batching.pasted(rows), "venue": "v1", **more}, action="/declarations/batches")


def test_what_stands_against_many_rows_is_said_once_and_first(lite: Flask) -> None:
    holder = browser(lite, make_organisation(lite, "u1"))
    make_venue(lite, "v1")
    page = bring(holder, [row(title=""), row(title=""), row(term_set="", main_class="")])
    assert "<li>2 行 · 发明名称：请填写此项。</li>" in page.html, page.text
    assert "<li>1 行" not in page.html


def test_a_row_whose_turn_has_not_come_is_not_called_refused(lite: Flask) -> None:
    standings = [
        batch_words.members([BatchRow(verdict=verdict, written=written)])[0].standing
        for verdict, written in (("incomplete", False), ("incomplete", True), ("refused", False))
    ]
    assert standings == ["making", "refused", "refused"]


def test_from_a_term_set_to_a_signed_list_and_its_publication(lite: Flask) -> None:
    owner, staff = make_organisation(lite, "u1"), make_venue(lite, "v1")
    holder = browser(lite, owner)
    holder.get("/term-sets").submit({"name": "标准模板"}, action="/term-sets")
    sets = holder.address
    for step in (
        "declarant",
        "account",
        "fee_note",
        "term",
        "acts",
        "materials",
        "contact",
        "filing",
        "opening",
    ):
        holder.get(f"{sets}/{step}").submit(ANSWERS[step])
        assert holder.address == sets, (step, holder.text)
    holder.get(f"{sets}/fee?method=LUMP").submit(
        {"fee.amount": "68,000", "fee.tax_included": "yes", "fee.pay_within_days": "15"}
    )
    assert holder.address == sets, holder.text
    bring(holder, [row(), row(amount="7 万元"), row(title="")])
    assert holder.address.endswith("/preview"), holder.text
    assert "将制作或者改正 2 份草稿" in holder.text
    batch_id = only()
    holder.submit({}, action=f"/declarations/batches/{batch_id}/preview")
    assert holder.address == f"/declarations/batches/{batch_id}"
    assert "一次签署 2 份" in holder.text
    holder.get(f"/declarations/batches/{batch_id}/sign").submit({**TICKS, "password": "wrong password"})
    assert holder.status == 422
    holder.get(f"/declarations/batches/{batch_id}/sign").submit({**TICKS, "password": PASSWORD})
    assert "/signed/" in holder.address, holder.text
    assert "已提交 2 份" in holder.text
    assert reading(lambda: db.session.query(BatchSigning).one().size) == 2
    numbers = batching.numbers_of(batch_id)
    venue = browser(lite, staff)
    assert "成批提交的声明" in venue.get("/venue/reviews").text
    place = f"/venue/reviews/batches/{batch_id}"
    venue.get(place).submit({"verb": "take_up"}, action="")
    factories.pass_all(staff, numbers[0])
    venue.get(f"{place}?model={numbers[0]}")
    assert "照样本" in venue.text
    venue.submit({"verb": "pass_alike", "model": numbers[0]}, action="")
    factories.pass_all(staff, numbers[1])
    venue.get(place).submit({"verb": "publish"}, action="")
    assert "已发布 2 份" in venue.text
    assert {reading(lambda n=n: register.find(n).state) for n in numbers} == {"published"}


def test_one_change_reaches_every_chosen_draft(lite: Flask) -> None:
    owner, venue = make_organisation(lite, "u1"), make_venue(lite, "v1")
    batching.make_set(owner)
    batch_id = batching.drafted(owner, venue, [row(), row(), row()])
    numbers = batching.numbers_of(batch_id)
    holder = browser(lite, owner)
    holder.get(f"/declarations/batches/{batch_id}/change/opening")
    holder.submit({"opening.open_from": "announcement", "_numbers": numbers[:2]})
    assert holder.address == f"/declarations/batches/{batch_id}", holder.text
    opened = [reading(lambda n=n: register.find(n).open_from) for n in numbers]
    assert opened == ["announcement", "announcement", "now"]
    again = holder.get(f"/declarations/batches/{batch_id}").form(f"/declarations/batches/{batch_id}/again")
    assert again.fields["term_set"] == batching.SET  # rows that name none keep the terms they had


def test_files_of_a_zip_find_their_drafts_and_a_bomb_none(lite: Flask) -> None:
    owner, venue = make_organisation(lite, "u1"), make_venue(lite, "v1")
    batching.make_set(owner)
    first, design = patent_number(), patent_number(kind="2")
    report = "W2026-1 2026-01-05 肯定"
    batch_id = batching.drafted(
        owner, venue, [row(first), row(design, report=report, main_class="G06F 16/176")]
    )
    assert batching.verdicts(batch_id) == ["ready", "incomplete"]
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name in (f"{first}.pdf", f"{first}-年费.pdf", f"{design}-评价报告.pdf", f"{design}.pdf", "x.pdf"):
            archive.writestr(f"证书/{name}", PDF + name.encode())
        archive.writestr(f"{patent_number()}.pdf", PDF)
    holder = browser(lite, owner)
    holder.get(f"/declarations/batches/{batch_id}")
    holder.submit(
        files={"files": (packed.getvalue(), "a.zip")}, action=f"/declarations/batches/{batch_id}/files"
    )
    assert "4 个文件已放入各自的草稿" in holder.text, holder.text
    assert "x.pdf" in holder.text
    patent = reading(lambda: register.find(batching.numbers_of(batch_id)[1]).patent.report)
    assert patent is not None
    bomb = BytesIO()
    with ZipFile(bomb, "w", ZIP_DEFLATED) as archive:
        archive.writestr(f"{first}.pdf", b"%PDF-1.7\n" + bytes(40_000_000))
    holder.get(f"/declarations/batches/{batch_id}")
    holder.submit(
        files={"files": (bomb.getvalue(), "b.zip")}, action=f"/declarations/batches/{batch_id}/files"
    )
    assert holder.status == 413, holder.text


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_the_table_given_back_is_read_again_and_holds_no_formula(lite: Flask, form: str) -> None:
    owner, venue = make_organisation(lite, "u1"), make_venue(lite, "v1")
    batching.make_set(owner)
    evil = '=HYPERLINK("http://x","y")'
    batch_id = batching.drafted(owner, venue, [row(summary=evil), row(amount="1,2,3"), row(title="@SUM(A1)")])
    holder = browser(lite, owner)
    data = holder.get(f"/declarations/batches/{batch_id}/rows.{form}").page.get_data()
    found = find_headings(read_table(data), NAMES, REQUIRED)
    assert [one.heading for one in found.columns.values()][-1] == "问题"
    assert list(found.columns) == list(NAMES)
    problems = [one.at(found.columns["problems"]) for one in found.rows]
    assert heading("amount") in str(problems[1])
    if form == "csv":
        assert '"=' not in data.decode("utf-8-sig")
        assert '"@' not in data.decode("utf-8-sig")
        assert f"'{evil.replace(chr(34), chr(34) * 2)}" in data.decode("utf-8-sig")
    else:
        with ZipFile(BytesIO(data)) as archive:
            assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    again = batches.read_file(data)
    assert [line.number for line in again.lines] == [one.number for one in _rows(batch_id)]


def _rows(batch_id: Any) -> Any:
    return reading(lambda: list(batches.rows_of(batching.found(batch_id), live=True)))


def test_the_template_explains_itself_and_keeps_codes_as_text(lite: Flask) -> None:
    owner = make_organisation(lite, "u1")
    batching.make_set(owner)
    data = browser(lite, owner).get("/declarations/batches/template.xlsx").page.get_data()
    rows = read_table(data)
    assert [str(one) for one in rows[0].cells][:17] == [
        "专利号", "发明名称", "申请日", "授权公告日", "专利权人", "主分类号", "年费缴至",
        "评价报告号", "条款模板", "支付方式", "金额（元）", "提成率（%）", "许可期限届满日",
        "单次许可期限（月）", "应用领域", "行业代码", "发明人",
    ]  # fmt: skip
    with ZipFile(BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<dataValidation ") == 20
    assert "行业代码" in sheet
    assert "条款模板" in sheet


def test_too_many_rows_and_fields_nobody_asked_for_are_refused(lite: Flask) -> None:
    owner = make_organisation(lite, "u1")
    make_venue(lite, "v1")
    batching.make_set(owner)
    holder = browser(lite, owner)
    bring(holder, [{"number": "1"} for _ in range(1001)])
    assert holder.status in (413, 422)
    assert "1,000" in holder.text or "1000" in holder.text or "1030" in holder.text
    bring(holder, [row()], state="drafted")
    assert holder.status == 422
    assert reading(lambda: db.session.query(DeclarationBatch).count()) == 0
