"""The re-key view: values as the registrar's form wants them, and marks that are the clerk's own."""

import csv
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from registry.contracts import cases
from registry.contracts.applicants import DateForm
from registry.contracts.registration_form import COLUMNS, PATENT_COLUMNS
from registry.database import transaction
from registry.documents.cells_in import read_day
from registry.exports import rekey, ticks
from registry.exports import service as exports
from registry.exports.rules import Choice, Chosen
from registry.exports.sums import Sums
from tests.browser import Browser
from tests.contracts.offices import OFFICE
from tests.exports import making
from tests.factories import reading

PARTY = (
    "★{}名称 · ★{}统一社会信用代码/证件号 · ★{}性质代码 · {}性质 · ★{}国别代码 · ★{}行政区划代码 · ★{}地址 · "
    "★{}法定代表人 · ★{}联系人 · ★{}电话 · {}邮箱 · {}开户银行 · {}账号"
)
LISTED = (
    "平台存证编号 · ★项目名称 · ★合同类别 · ★许可方式 · ★合同签订日期 · ★生效日期 · ★有效期起 · ★有效期止 · "
    f"{PARTY.replace('{}', '卖方')} · 共有专利权人 · {PARTY.replace('{}', '买方')} · "
    "★中介方名称 · 交易凭证编号 · "
    "★合同成交总额（元） · ★技术交易额（元） · 成交总额（万元） · 金额依据（固定/估算/零） · "
    "非技术性费用（元） · "
    "★支付方式 · ★技术领域代码 · ★社会经济目标代码 · ★国民经济行业代码 · ★知识产权类型 · ★计划类别 · "
    "★预计新增投入（元） · ★预计新增产值（元） · ★是否关联 · ★是否涉密 · ★是否涉外 · 专利件数 · ★专利号 · "
    "★专利名称 · ★专利种类 · ★申请号 · ★申请日 · ★授权公告日 · ★专利权人 · 发明人 · ★有效期届满日 · "
    "年费缴至 · "
    "开放许可声明编号 · 公告日 · 平台声明摘要 · CNIPA 备案号 · 备案日 · ★申请人 · ★申请人身份 · ★经办人 · "
    "★经办人电话 · ★填报日期 · 材料齐备 · 缺项 · 结果 · 合同登记编号 · 登记日期 · 核定成交总额（元） · "
    "核定技术交易额（元） · 证明编号 · 理由"
)
"""The columns as they were agreed on, word for word and in order; ★ is typed by the clerk."""


def frozen_rows() -> Iterator[tuple[int, dict[str, Any]]]:
    """Two contracts whose texts a spreadsheet would take for formulas."""
    for position in (1, 2):
        form = {one.key: "=HYPERLINK(1)" if one.kind == "text" else "1" for one in COLUMNS}
        patent = {one.key: "+1" if one.kind == "text" else "1" for one in PATENT_COLUMNS}
        yield position, {"contract": f"C{position}", "form": form, "patents": [patent, patent]}


def test_the_list_has_the_columns_that_were_agreed_on_word_for_word() -> None:
    headings = [one.removeprefix("★") for one in LISTED.split(" · ")]
    assert [("★" if one.typed else "") + one.heading for one in COLUMNS] == LISTED.split(" · ")
    output = BytesIO()
    rekey.write_workbook(output, frozen_rows, Sums())
    book = load_workbook(output)
    assert [cell.value for cell in book["登记清单"][1]] == headings
    for encoding, told in (("utf-8", "utf-8-sig"), ("gb18030", "gb18030")):
        data = b"".join(rekey.csv_of(frozen_rows, encoding=encoding))  # type: ignore[arg-type]
        assert next(csv.reader(StringIO(data.decode(told)))) == headings


def test_every_sheet_is_frozen_filtered_unmerged_and_without_formulas() -> None:
    output = BytesIO()
    rekey.write_workbook(output, frozen_rows, Sums())
    book = load_workbook(output)
    assert [page.max_row for page in book][:2] == [3, 5]
    for page in book:
        assert page.freeze_panes == "A2"
        assert page.auto_filter.ref == page.dimensions
        assert not page.merged_cells.ranges
        assert {cell.data_type for row in page.iter_rows() for cell in row} <= {"s", "n"}
    texts = {cell.value for row in book["登记清单"].iter_rows(min_row=2) for cell in row}
    assert "=HYPERLINK(1)" in texts  # kept as it was written, as text


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_spreadsheet_program_opens_the_list_and_evaluates_nothing(tmp_path: Path) -> None:
    path = tmp_path / "rekey.xlsx"
    with path.open("wb") as file:
        rekey.write_workbook(file, frozen_rows, Sums())
    command = ["soffice", "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76"]
    subprocess.run(
        [*command, "--outdir", str(tmp_path), str(path)], check=True, capture_output=True, timeout=120
    )
    rows = list(csv.reader(StringIO((tmp_path / "rekey.csv").read_text(encoding="utf-8"))))
    assert rows[0] == [column.heading for column in COLUMNS]
    assert "=HYPERLINK(1)" in rows[1]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (DateForm.ISO, "2026-03-01；/"),
        (DateForm.SLASH, "2026/3/1；/"),
        (DateForm.CHINESE, "2026年3月1日；/"),
        (DateForm.COMPACT, "20260301；/"),
    ],
)
def test_days_are_written_as_the_registrar_wants_them(form: DateForm, expected: str) -> None:
    assert ticks.written("2026-03-01；/", form) == expected
    assert ticks.values({"signed_on": "2026-03-01", "seller_number": "2026-03-01"}, form) == {
        "signed_on": expected.partition("；")[0],
        "seller_number": "2026-03-01",
    }


@given(st.dates(date(1950, 1, 1), date(2199, 12, 31)), st.sampled_from(DateForm))
def test_every_spelling_can_be_read_back(day: date, form: DateForm) -> None:
    assert read_day(ticks.written(day.isoformat(), form)) == day


def test_a_clerk_picks_fields_and_days_and_marks_what_is_typed_in(lite: Flask) -> None:
    offer, number = making.ready_paid(lite)
    venue = offer.venue
    transaction(lambda: cases.enter_registrar(venue.actor, OFFICE).id)  # wants 2026/3/1
    choice = Choice(contracts=(Chosen(number=number, not_elsewhere=True),))
    batch = transaction(lambda: exports.make(venue.actor, choice).number)
    page = f"/venue/batches/{batch}/rekey/1"
    browser = Browser(lite).sign_in(venue.email).get(page)
    signed = reading(lambda: exports.find(venue.actor, batch).items[0].row["form"]["signed_on"])
    slash = ticks.written(signed, DateForm.SLASH)
    assert f'readonly lang="zh-CN" value="{slash}"' in browser.html
    assert "平台存证编号" in browser.text
    browser.get(f"{page}?fields=typed&days=compact")
    assert ticks.written(signed, DateForm.COMPACT) in browser.html
    assert 'id="k-filing_number"' not in browser.html
    browser.submit(action=f"{page}/tick?days=compact&fields=typed")
    assert "我已录入 1 份" in browser.text
    someone = replace(venue.actor, account_id=offer.holder.actor.account_id)
    assert reading(lambda: ticks.ticked(someone, exports.find(venue.actor, batch))) == frozenset()
    assert reading(lambda: ticks.ticked(venue.actor, exports.find(venue.actor, batch))) == {1}
    assert making.state(number) == "exported"  # a mark says nothing to anybody
    browser.submit(action=f"{page}/tick?days=compact&fields=typed")
    assert reading(lambda: ticks.ticked(venue.actor, exports.find(venue.actor, batch))) == frozenset()
