"""Spreadsheets: nothing is evaluated, nothing loses digits, the bytes repeat."""

import csv
from decimal import Decimal
from io import BytesIO, StringIO
from zipfile import ZipFile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.documents.sheets import CUT, LONGEST_CELL, Sheet, SheetColumn, csv_bytes, neutral, xlsx_bytes

ATTACKS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    "＝1+1",
    "＋1",
    "－1",
    "＠a",
    '"=1"',
    "\u200b=1",
    "　=1",
]
COLUMNS = (
    SheetColumn(heading="编号"),
    SheetColumn(heading="金额（元）", kind="amount"),
    SheetColumn(heading="件数", kind="count"),
)


def workbook(rows: list[tuple[object, ...]]) -> bytes:
    return xlsx_bytes([Sheet(name="合同", columns=COLUMNS, rows=rows)])  # type: ignore[arg-type]


@pytest.mark.parametrize("attack", ATTACKS)
def test_csv_text_that_looks_like_a_formula_is_neutralised(attack: str) -> None:
    text = csv_bytes([attack], [[attack]]).decode("utf-8-sig")
    for row in csv.reader(StringIO(text, newline="")):
        assert row == ["'" + attack]


def test_csv_numbers_may_be_negative() -> None:
    assert csv_bytes(["额"], [[Decimal("-1.50")], [None]]).decode("utf-8-sig") == '"额"\r\n"-1.50"\r\n""\r\n'


def test_csv_speaks_gb18030_with_rare_names() -> None:
    assert "张𬱟" in csv_bytes(["名"], [["张𬱟"]], encoding="gb18030").decode("gb18030")


@settings(deadline=None)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
        min_size=1,
        max_size=4,
    )
)
def test_csv_cells_come_back_as_given_or_with_an_apostrophe(cells: list[str]) -> None:
    text = csv_bytes(cells, []).decode("utf-8-sig")
    (row,) = csv.reader(StringIO(text, newline=""))
    assert row == [neutral(cell) for cell in cells]


@pytest.mark.parametrize("attack", [*ATTACKS, "https://example.invalid", "{=1}", "internal:Sheet1!A1"])
def test_xlsx_holds_no_formulas_and_no_links(attack: str) -> None:
    data = workbook([(attack, Decimal("1.00"), 1)])
    sheet = openpyxl.load_workbook(BytesIO(data)).active
    assert sheet is not None
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].hyperlink is None
    with ZipFile(BytesIO(data)) as archive:
        parts = b"".join(archive.read(name) for name in archive.namelist())
    assert b"<f>" not in parts
    assert b"hyperlink" not in parts


def test_xlsx_keeps_codes_as_text_and_amounts_as_numbers() -> None:
    sheet = openpyxl.load_workbook(BytesIO(workbook([("0123456789012345678", Decimal("68000.5"), 2)]))).active
    assert sheet is not None
    assert sheet["A2"].value == "0123456789012345678"
    assert sheet["B2"].value == 68000.5
    assert sheet["B2"].number_format == "#,##0.00"
    assert sheet["C2"].value == 2
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:C2"
    assert not sheet.merged_cells.ranges


def test_xlsx_amounts_too_long_for_a_double_stay_text() -> None:
    sheet = openpyxl.load_workbook(BytesIO(workbook([("a", Decimal("12345678901234567.89"), 1)]))).active
    assert sheet is not None
    assert sheet["B2"].value == "12345678901234567.89"


def test_the_same_rows_give_the_same_workbook() -> None:
    rows: list[tuple[object, ...]] = [("编号", Decimal("1.10"), 1), ("张𬱟", None, None)]
    assert workbook(rows) == workbook(rows)


def test_a_cell_too_long_for_the_format_is_cut_and_says_so() -> None:
    """One contract's long words must not stop a batch of thousands; the whole text stands in its package."""
    made = openpyxl.load_workbook(BytesIO(workbook([("𬱟" + "a" * 32768, None, None)])))
    cell = made.worksheets[0]["A2"].value
    assert cell.endswith(CUT)
    assert len(cell.encode("utf-16-le")) // 2 == LONGEST_CELL


def test_a_sheet_without_rows_opens() -> None:
    assert openpyxl.load_workbook(BytesIO(workbook([]))).sheetnames == ["合同"]
