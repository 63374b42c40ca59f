"""Cells that would harm: never a formula, never cut without saying so, alike for two readers."""

import csv
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from registry.documents.sheets import (
    CUT,
    LONGEST_CELL,
    Sheet,
    SheetColumn,
    Unencodable,
    beyond_gbk,
    csv_bytes,
    xlsx_bytes,
)

HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1",
    "-1+2",
    "@SUM(A1)",
    "\tx",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    " =1",
    "甲\n=1",
    "0012345678901234567",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_for_both_readers(text: str) -> None:
    data = xlsx_bytes([Sheet(name="s", columns=[SheetColumn(heading="列")], rows=[[text]])])
    cell = load_workbook(BytesIO(data))["s"]["A2"]
    assert (cell.data_type, cell.value) == ("s", text)
    read = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_name("s").to_python()
    assert read == [["列"], [text]]
    assert b"<f>" not in data


@pytest.mark.parametrize("text", [one for one in HOSTILE if not one.startswith(("甲", "00"))])
def test_a_csv_cell_never_begins_a_formula(text: str) -> None:
    (_, (cell,)) = csv.reader(StringIO(csv_bytes(["列"], [[text]]).decode("utf-8-sig"), newline=""))
    assert cell == "'" + text


def test_a_text_too_long_for_a_cell_says_where_it_was_cut() -> None:
    data = xlsx_bytes([Sheet(name="s", columns=[SheetColumn(heading="列")], rows=[["𬱟" * 20_000]])])
    value = str(load_workbook(BytesIO(data))["s"]["A2"].value)
    assert value.endswith(CUT)
    assert len(value.encode("utf-16-le")) // 2 <= LONGEST_CELL


def test_rare_characters_survive_gb18030_and_what_cannot_be_written_is_named() -> None:
    assert csv_bytes(["名"], [["张𬱟"]], encoding="gb18030").decode("gb18030").splitlines()[1] == '"张𬱟"'
    assert beyond_gbk("张𬱟喆㛃") == ["𬱟", "㛃"]
    with pytest.raises(Unencodable) as lost:
        csv_bytes(["名"], [["\ud800"]], encoding="gb18030")
    assert lost.value.characters == ("\ud800",)
