"""Tables people bring: a workbook, a CSV file or rows pasted from a sheet, as rows of cells under headings.

Bounds are checked before anything is parsed; formulas are never evaluated (a workbook holds the values last
shown). Columns are found by their headings, in any order, under any of the names each is known by.
What single cells mean is read by `cells_in`.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    XmlError,
    ZipError,
)

from registry.documents.cells_in import EXACT_DIGITS, Cell, read_words
from registry.documents.uploads import CSV, TEXT, XLSX, check_upload, decode_text
from registry.documents.workbook_bounds import Bounds, check_workbook_bounds
from registry.errors import Mistyped, Refused, TooLarge

USUAL = Bounds()
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LOOK_FOR_HEADINGS = 30  # rows: bank statements begin with a title, an account and a period
DELIMITERS = "\t,;"
LONGEST_CELL = 32767  # characters, as in a spreadsheet
_BRACKETED = re.compile(r"[(\[【].*?[)\]】]")
_IGNORED = re.compile(r"[\s*★☆:：_\-/、.]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One row that is not empty. `number` is what the spreadsheet calls it, from 1."""

    number: int
    cells: tuple[Cell, ...]

    def at(self, column: "Column | None") -> Cell:
        """The cell of a column; empty text where there is none."""
        return self.cells[column.place] if column and column.place < len(self.cells) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Where a column stands. `wan`: its heading says that amounts are in 万元."""

    place: int
    heading: str
    wan: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Headed:
    """A table whose headings were found: its columns by our names for them, and the rows below."""

    columns: Mapping[str, Column]
    rows: tuple[TableRow, ...]
    unknown: tuple[str, ...]  # headings we have no use for


def read_table(data: bytes, bounds: Bounds = USUAL, *, field: str = "file") -> list[TableRow]:
    """The rows of a workbook's first visible sheet, or of a CSV file in UTF-8 or GB18030.

    Raises TooLarge (`too_large`, `too_many_rows`, `too_many_columns`, `unpacks_too_large`), Mistyped and
    Refused (`old_workbook`, `damaged_file`, `empty_file`).
    """
    if data.startswith(OLD_WORKBOOK):
        raise Mistyped("old_workbook", field)
    kind = check_upload(data, allowed={XLSX, CSV, TEXT}, limit=bounds.size, field=field)
    if kind == XLSX:
        check_workbook_bounds(data, bounds, field=field)
        return _kept(_of_workbook(data, field), bounds, field)
    return read_pasted(decode_text(data, field=field), bounds, field=field)


def read_pasted(words: str, bounds: Bounds = USUAL, *, field: str = "rows") -> list[TableRow]:
    """Rows pasted from a spreadsheet (separated by tabs), or the text of a CSV file. Raises as above."""
    if len(words.encode(errors="replace")) > bounds.size:
        raise TooLarge("too_large", field, max=f"{bounds.size >> 20} MB")
    lines = StringIO(words.removeprefix("\ufeff"), newline="")
    reader = csv.reader(lines, delimiter=_delimiter(words), strict=True)  # an open quote swallows no rows
    try:
        return _kept(enumerate(reader, start=1), bounds, field)
    except csv.Error as error:
        raise Refused("damaged_file", field) from error


def find_headings(
    rows: Sequence[TableRow],
    names: Mapping[str, Sequence[str]],
    required: Iterable[str],
    *,
    field: str = "file",
) -> Headed:
    """The first row that holds a heading for every required column. `names`: our name → what people call it.

    Raises Refused: headings_missing (with the names of what is missing), heading_twice.
    """
    known = {_plain(said): key for key, several in names.items() for said in several}
    wanted, best = set(required), set[str]()
    for place, row in enumerate(rows[:LOOK_FOR_HEADINGS]):
        found = [(key, column) for column in _columns(row) if (key := known.get(_plain(column.heading)))]
        keys = {key for key, _ in found}
        if wanted <= keys:
            if len(keys) != len(found):
                raise Refused("heading_twice", field, name=_twice(found))
            taken = {column.place for _, column in found}
            unknown = tuple(c.heading for c in _columns(row) if c.place not in taken)
            return Headed(columns=dict(found), rows=tuple(rows[place + 1 :]), unknown=unknown)
        best = max(best, keys & wanted, key=len)
    missing = "、".join(names[key][0] for key in names if key in wanted - best)
    raise Refused("headings_missing", field, names=missing)


# --- inside ------------------------------------------------------------------------------------------


def _of_workbook(data: bytes, field: str) -> Iterator[tuple[int, list[Any]]]:
    try:
        with CalamineWorkbook.from_filelike(BytesIO(data)) as book:
            name = next(
                one.name
                for one in book.sheets_metadata
                if one.visible == SheetVisibleEnum.Visible and one.typ == SheetTypeEnum.WorkSheet
            )
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (StopIteration, CalamineError, PasswordError, XmlError, ZipError) as error:
        raise Refused("damaged_file", field) from error
    yield from enumerate(rows, start=1)


def _kept(rows: Iterable[tuple[int, Sequence[Any]]], bounds: Bounds, field: str) -> list[TableRow]:
    found = []
    for number, row in rows:
        if number > bounds.rows:
            raise TooLarge("too_many_rows", field, max=bounds.rows)
        if len(row) > bounds.columns:
            raise TooLarge("too_many_columns", field, max=bounds.columns)
        cells = [_cell(one) for one in row]
        while cells and cells[-1] == "":
            cells.pop()
        if cells:
            found.append(TableRow(number=number, cells=tuple(cells)))
    return found


def _cell(value: Any) -> Cell:
    """What the reader found, as one of our cells. A number shows fifteen digits, as in the spreadsheet."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        number = Decimal(f"{value:.{EXACT_DIGITS}g}")
        return number if number.is_finite() else ""
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, date | datetime | time):
        return value
    return str(value).strip()[:LONGEST_CELL]


def _delimiter(words: str) -> str:
    """Tabs where there are any on the first lines, else the mark that stands there most often."""
    head = "\n".join(words.lstrip("\ufeff\r\n").splitlines()[:5])
    if "\t" in head:
        return "\t"
    return max(DELIMITERS, key=head.count) if any(mark in head for mark in DELIMITERS) else ","


def _columns(row: TableRow) -> list[Column]:
    return [
        Column(place=place, heading=words, wan="万元" in words)
        for place, cell in enumerate(row.cells)
        if (words := read_words(cell))
    ]


def _plain(heading: str) -> str:
    """A heading without stars, spaces, case and what stands in brackets."""
    folded = unicodedata.normalize("NFKC", heading).casefold()
    return _IGNORED.sub("", _BRACKETED.sub("", folded))


def _twice(found: Sequence[tuple[str, Column]]) -> str:
    seen: set[str] = set()
    for key, column in found:
        if key in seen:
            return column.heading
        seen.add(key)
    return ""
