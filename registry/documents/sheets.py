"""Tables for spreadsheets: CSV and XLSX whose cells are never evaluated, the same bytes every time.

Text that a spreadsheet would take for a formula gets an apostrophe in CSV (OWASP, CSV injection); in XLSX
text is stored as text, so codes and long numbers keep every digit. Amounts are numbers with two decimals.
"""

import csv
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any, BinaryIO, Literal

import xlsxwriter

Cell = str | int | Decimal | None
Encoding = Literal["utf-8", "gb18030"]

FORMULA_STARTS = frozenset("=+-@\t\r＝＋－＠﹢﹣﹦﹫|%")
FIXED_DAY = datetime(2000, 1, 1)  # noqa: DTZ001 - the format knows no zones; fixed so that bytes repeat
LONGEST_CELL = 32767  # characters, Excel's specification
NARROWEST, WIDEST = 8, 48
EXACT_DIGITS = 15  # what a spreadsheet's binary numbers hold
CUT = "……（超出单元格长度，全文见 JSON）"


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetColumn:
    """A column: text unless it holds amounts (two decimals) or whole numbers.

    `choices` is offered in the sheet's blank rows, as texts or as the range that lists them, `note` shown
    beside a chosen cell; other values may still be typed.
    """

    heading: str
    kind: Literal["text", "amount", "count"] = "text"
    choices: Sequence[str] | str = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet; its rows are read once, in order, and not kept. `blank`: rows to be filled in below them."""

    name: str
    columns: Sequence[SheetColumn]
    rows: Iterable[Sequence[Cell]]
    blank: int = 0


class Unencodable(ValueError):
    """A table holds characters its encoding has not; `characters` names them."""

    def __init__(self, characters: Sequence[str]) -> None:
        super().__init__(" ".join(f"U+{ord(one):04X}" for one in characters))
        self.characters = tuple(characters)


def csv_bytes(
    headings: Sequence[str], rows: Iterable[Sequence[Cell]], *, encoding: Encoding = "utf-8"
) -> bytes:
    """CSV with CRLF line ends, UTF-8 with its mark or GB18030 without. Raises Unencodable."""
    return b"".join(csv_chunks(headings, rows, encoding=encoding))


def csv_chunks(
    headings: Sequence[str], rows: Iterable[Sequence[Cell]], *, encoding: Encoding = "utf-8"
) -> Iterator[bytes]:
    """`csv_bytes` line by line, for tables of any length. Raises Unencodable at the line that holds it."""
    yield _encoded(_csv_line(headings), "utf-8-sig" if encoding == "utf-8" else encoding)
    for row in rows:
        yield _encoded(_csv_line(row), encoding)


def beyond_gbk(text: str) -> list[str]:
    """Characters that programs which read GB18030 as GBK will show wrong, each once: rare names have some."""
    return [one for one in dict.fromkeys(text) if one.encode("gbk", "ignore") == b""]


def neutral(text: str) -> str:
    """The text with an apostrophe before it when a spreadsheet might take it for a formula."""
    seen = text.lstrip(" \u00a0\u3000\n\"'\ufeff\u200b\u200c\u200d\u2060")
    return "'" + text if text[:1] in {"\t", "\r"} or seen[:1] in FORMULA_STARTS else text


def xlsx_bytes(sheets: Iterable[Sheet]) -> bytes:
    """`write_xlsx` in memory."""
    output = BytesIO()
    write_xlsx(output, sheets)
    return output.getvalue()


def write_xlsx(output: BinaryIO, sheets: Iterable[Sheet]) -> None:
    """A workbook: first row frozen, filter on, no formulas, nothing merged; a text over 32,767 says where it
    is cut. Rows are written as they come.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(output, options) as book:
        book.set_properties({"created": FIXED_DAY})
        formats = _formats(book)
        for sheet in sheets:
            _write_sheet(book.add_worksheet(sheet.name), sheet, formats)


def _formats(book: Any) -> dict[str, Any]:
    return {
        "heading": book.add_format({"bold": True, "num_format": "@", "bottom": 1, "bg_color": "#E6E6E6"}),
        "text": book.add_format({"num_format": "@"}),
        "amount": book.add_format({"num_format": "#,##0.00"}),
        "count": book.add_format({"num_format": "0"}),
    }


def _write_sheet(page: Any, sheet: Sheet, formats: dict[str, Any]) -> None:
    widths = [_width(column.heading) + 2 for column in sheet.columns]
    for place, column in enumerate(sheet.columns):
        _write_text(page, (0, place), column.heading, formats["heading"])
    last = 0
    for last, row in enumerate(sheet.rows, start=1):
        for place, (column, cell) in enumerate(zip(sheet.columns, row, strict=True)):
            _write_cell(page, (last, place), cell, kind=column.kind, formats=formats)
            widths[place] = max(widths[place], _width("" if cell is None else str(cell)) + 1)
    for place, width in enumerate(widths):
        look = formats["text"] if sheet.blank and sheet.columns[place].kind == "text" else None
        page.set_column(place, place, min(max(width, NARROWEST), WIDEST), look)
    if sheet.blank:
        _offer_choices(page, sheet, range(1, last + sheet.blank + 1))
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, last, max(len(sheet.columns) - 1, 0))


def _offer_choices(page: Any, sheet: Sheet, rows: range) -> None:
    """Lists and notes for whoever fills the sheet in; a spreadsheet warns of other values and takes them."""
    for place, column in enumerate(sheet.columns):
        if not column.choices and not column.note:
            continue
        source = f"={column.choices}" if isinstance(column.choices, str) else list(column.choices)
        rule: dict[str, Any] = {"validate": "any"}
        if column.choices:
            rule = {"validate": "list", "source": source, "error_type": "information"}
        if column.note:
            rule |= {"input_title": column.heading[:32], "input_message": column.note[:255]}
        page.data_validation(rows[0], place, rows[-1], place, rule)


def _write_cell(page: Any, at: tuple[int, int], cell: Cell, *, kind: str, formats: dict[str, Any]) -> None:
    if cell is None or cell == "":
        return
    if kind != "text" and not isinstance(cell, str) and len(Decimal(cell).as_tuple().digits) <= EXACT_DIGITS:
        page.write_number(*at, cell, formats[kind])
        return
    _write_text(page, at, str(cell), formats["text"])


def _write_text(page: Any, at: tuple[int, int], text: str, look: Any) -> None:
    if _units(text) > LONGEST_CELL:
        text = _cut(text)
    page.write_string(*at, text, look)


def _units(text: str) -> int:
    """Length as spreadsheets count it, in UTF-16: a rare character is two."""
    return len(text) + sum(1 for char in text if ord(char) > 0xFFFF)


def _cut(text: str) -> str:
    room = (LONGEST_CELL - len(CUT)) * 2
    return text.encode("utf-16-le")[:room].decode("utf-16-le", errors="ignore") + CUT


def _csv_line(row: Sequence[Cell]) -> str:
    output = StringIO(newline="")
    csv.writer(output, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(map(_csv_cell, row))
    return output.getvalue()


def _encoded(text: str, encoding: str) -> bytes:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as error:
        lost = [one for one in dict.fromkeys(text) if not _encodes(one, encoding)]
        raise Unencodable(lost) from error


def _encodes(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    return neutral(cell) if isinstance(cell, str) else str(cell)


def _width(text: str) -> int:
    """Columns a text takes: Chinese characters two, others one; the longest line counts."""
    lines = text[:200].split("\n")
    return max(sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line) for line in lines)
