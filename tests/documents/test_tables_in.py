"""Tables people bring: found by their headings, bounded before they unfold, no digit lost in silence."""

import tracemalloc
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry import money
from registry.documents.cells_in import read_amount, read_day, read_long_number, read_moment, read_words
from registry.documents.sheets import Sheet, SheetColumn, csv_bytes, xlsx_bytes
from registry.documents.tables_in import find_headings, read_pasted, read_table
from registry.documents.workbook_bounds import Bounds
from registry.errors import Refused

NAMES = {"number": ("平台存证编号", "存证编号"), "total": ("核定成交总额", "成交总额"), "day": ("登记日期",)}


def workbook(*rows: list[object]) -> bytes:
    book, output = openpyxl.Workbook(), BytesIO()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(output)
    return output.getvalue()


def with_part(name: str, part: str, data: bytes | None = None) -> bytes:
    """A workbook one of whose parts has been exchanged."""
    output = BytesIO()
    with ZipFile(BytesIO(data or workbook(["a", "b"]))) as old, ZipFile(output, "w", ZIP_DEFLATED) as new:
        for member in old.namelist():
            new.writestr(member, part if member == name else old.read(member))
        if name not in old.namelist():
            new.writestr(name, part)
    return output.getvalue()


def sheet(cells: str) -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return with_part(
        "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>'
    )


def code(data: bytes | str, bounds: Bounds | None = None) -> str:
    read = read_table if isinstance(data, bytes) else read_pasted
    return refusal(read, data, bounds or Bounds())


def refusal(read: object, *given: object, **named: object) -> str:
    with pytest.raises(Refused) as caught:
        read(*given, **named)  # type: ignore[operator]
    return caught.value.code


# --- whole tables ------------------------------------------------------------------------------------


def test_a_workbook_gives_text_numbers_days_and_keeps_row_numbers() -> None:
    instant = datetime.fromisoformat("2026-03-01T14:05")
    rows = read_table(workbook(["甲", None, "乙"], [], [date(2026, 3, 1), 1.1, instant]))
    assert [row.number for row in rows] == [1, 3]
    assert rows[0].cells == ("甲", "", "乙")
    assert rows[1].cells == (date(2026, 3, 1), Decimal("1.1"), instant)


def test_a_number_is_what_the_spreadsheet_shows_not_its_binary_fraction() -> None:
    (row,) = read_table(workbook([0.1 + 0.2, 68000.00000000001]))
    assert row.cells == (Decimal("0.3"), Decimal("68000"))


def test_a_formula_counts_as_the_value_last_shown_and_is_never_evaluated() -> None:
    rows = read_table(sheet('<row r="1"><c r="A1"><f>1+1</f><v>7</v></c><c r="B1"><v>1</v></c></row>'))
    assert rows[0].cells == (Decimal(7), Decimal(1))


def test_the_first_sheet_one_can_see_is_read() -> None:
    book, output = openpyxl.Workbook(), BytesIO()
    assert book.active is not None
    book.active.append(["暗"])
    book.active.sheet_state = "hidden"
    book.create_sheet("明").append(["明"])
    book.save(output)
    assert read_table(output.getvalue())[0].cells == ("明",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_in_the_encodings_office_programs_write(encoding: str) -> None:
    rows = read_table("编号,名称\r\n1,张𬱟\r\n".encode(encoding))
    assert rows[1].cells == ("1", "张𬱟")


def test_rows_pasted_from_a_sheet_keep_their_tabs_and_quoted_line_ends() -> None:
    assert [row.cells for row in read_pasted('a\t"b\nc"\r\n\r\nd\te, f\t')] == [("a", "b\nc"), ("d", "e, f")]


def test_an_open_quotation_mark_swallows_no_rows() -> None:
    assert code('编号\t说明\n1\t"未完\n2\t好\n') == "damaged_file"


def test_what_we_write_ourselves_is_read_back() -> None:
    columns = (SheetColumn(heading="平台存证编号"), SheetColumn(heading="核定成交总额（元）", kind="amount"))
    rows = [("DEMO-C1", Decimal("68000.50"))]
    for data in (
        xlsx_bytes([Sheet(name="甲", columns=columns, rows=rows)]),
        csv_bytes([c.heading for c in columns], rows),
    ):
        found = find_headings(read_table(data), NAMES, ["number", "total"])
        assert read_words(found.rows[0].at(found.columns["number"])) == "DEMO-C1"
        assert read_amount(found.rows[0].at(found.columns["total"])) == Decimal("68000.50")


# --- bounds ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ('<row r="1"><c r="A1"/></row><row r="1048576"><c r="XFD1048576"/></row>', "too_many_rows"),
        ('<row r="1"><c r="A1"/><c r="XFD1"><v>1</v></c></row>', "too_many_columns"),
        ("<row>" + "<c/>" * 101 + "</row>", "too_many_columns"),
        ('<row r="9999999"><c><v>1</v></c></row>', "too_many_rows"),
        ('<row r="1"><c r="&#88;FD1048576"/></row>', "too_many_rows"),
        ('<row r="1"><c r="a1"/></row>', "damaged_file"),
        ("<row><!-- --><c/></row>", "damaged_file"),
        ("<row><c><v><x/>1</v></c></row>", "damaged_file"),
        ("<row><c><v><![CDATA[1]]></v></c></row>", "damaged_file"),
        ("<row><c>", "damaged_file"),
    ],
)
def test_a_sheet_that_would_unfold_is_refused_before_it_does(cells: str, expected: str) -> None:
    data = sheet(cells)
    tracemalloc.start()
    try:
        assert code(data) == expected
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


def test_one_long_text_named_by_many_cells_is_refused() -> None:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    long = f'<sst xmlns="{main}"><si><t>{"长" * 900_000}</t></si></sst>'
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 101))
    assert code(with_part("xl/sharedStrings.xml", long, sheet(cells))) == "unpacks_too_large"


def test_a_sheet_under_a_name_that_was_not_looked_at_is_refused() -> None:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    relations = f'<Relationships><Relationship Id="rId1" Type="{kind}" Target="a.bin"/></Relationships>'
    assert code(with_part("xl/_rels/workbook.xml.rels", relations)) == "damaged_file"
    assert code(with_part("xl/workbook.bin", "x")) == "damaged_file"


def test_too_many_rows_columns_and_bytes_are_refused_in_text_too() -> None:
    assert code("a\n" * 11, Bounds(rows=10)) == "too_many_rows"
    assert code("a\t" * 4 + "b", Bounds(columns=4)) == "too_many_columns"
    assert code("甲乙", Bounds(size=5)) == "too_large"
    assert code("甲,乙".encode(), Bounds(size=5)) == "too_large"


def test_the_old_workbook_format_is_refused_with_the_way_out() -> None:
    assert code(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600) == "old_workbook"


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    with suppress(Refused):
        read_table(data)


# --- headings ----------------------------------------------------------------------------------------


def test_columns_are_found_in_any_order_under_any_of_their_names_below_a_title() -> None:
    rows = read_pasted("某登记处结果\n\n★ 登记 日期\t备注\t成交总额（万元）\t存证编号\n2026/3/1\t无\t6.8\tA")
    found = find_headings(rows, NAMES, ["number", "day"])
    assert {key: column.place for key, column in found.columns.items()} == {"day": 0, "total": 2, "number": 3}
    assert (found.columns["total"].wan, found.columns["number"].wan) == (True, False)
    assert found.unknown == ("备注",)
    assert found.rows[0].at(found.columns["day"]) == "2026/3/1"


def test_missing_and_doubled_headings_are_named() -> None:
    with pytest.raises(Refused) as caught:
        find_headings(read_pasted("平台存证编号\t甲\n1\t2"), NAMES, ["number", "day"])
    assert (caught.value.code, caught.value.params["names"]) == ("headings_missing", "登记日期")
    with pytest.raises(Refused) as caught:
        find_headings(read_pasted("平台存证编号\t存证编号\n1\t2"), NAMES, ["number"])
    assert (caught.value.code, caught.value.params["name"]) == ("heading_twice", "存证编号")


# --- cells -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    [
        "2026-03-01", "2026-3-1", "2026/3/1", "2026.3.1", "2026年3月1日", "2026 年 3 月 1 日", "20260301",
        "２０２６／３／１", " 2026-03-01 00:00:00", "46082", Decimal(46082), Decimal("46082.5"),
        Decimal(20260301), date(2026, 3, 1), datetime.fromisoformat("2026-03-01T09"),
    ],
)  # fmt: skip
def test_days_are_understood_as_people_and_spreadsheets_write_them(cell: object) -> None:
    assert read_day(cell) == date(2026, 3, 1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "cell", ["3/1/2026", "2026-13-01", "2026-2-30", "明天", "2026-3/1", "1", Decimal(5), time(3)]
)
def test_what_is_no_day_is_refused(cell: object) -> None:
    assert refusal(read_day, cell) == "not_a_date"
    assert refusal(read_day, "") == "required"


def test_the_time_beside_a_day_is_kept() -> None:
    assert read_moment("2026/3/1 9:05") == (date(2026, 3, 1), time(9, 5))
    assert read_moment("2026-03-01T14:05:09") == (date(2026, 3, 1), time(14, 5, 9))
    assert read_moment(Decimal("46082.5")) == (date(2026, 3, 1), time(12))
    assert read_moment(datetime.fromisoformat("2026-03-01")) == (date(2026, 3, 1), None)


@given(st.dates(date(1950, 1, 1), date(2199, 12, 31)))
def test_every_day_is_read_from_every_spelling(day: date) -> None:
    number = Decimal((day - date(1899, 12, 30)).days)
    spelt = (f"{day.year}/{day.month}/{day.day}", f"{day.year}年{day.month}月{day.day}日", day.isoformat())
    assert {read_day(one) for one in (*spelt, number, f"{day:%Y%m%d}", day)} == {day}


@pytest.mark.parametrize(
    ("cell", "wan", "amount"),
    [
        ("68,000.00", False, "68000.00"), ("¥68000", False, "68000.00"),
        ("６８０００．５", False, "68000.50"),
        ("人民币68,000元", False, "68000.00"), ("6.8", True, "68000.00"), ("6.80005万元", False, "68000.50"),
        ("68000元", True, "68000.00"), (Decimal("6.8"), True, "68000.00"),
        (Decimal("68000.5"), False, "68000.50"),
        ("0", True, "0.00"),
    ],
)  # fmt: skip
def test_amounts_are_read_in_yuan_and_in_tens_of_thousands(cell: object, wan: bool, amount: str) -> None:
    assert read_amount(cell, wan=wan) == Decimal(amount)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "wan", "expected"),
    [
        ("1.23E+15", False, "number_shortened"), ("68,00", False, "amount_form"), ("", False, "required"),
        ("1.005", False, "amount_decimals"), ("6.8000055", True, "amount_decimals"),
        ("-5", False, "amount_negative"), ("六万", False, "amount_form"),
        ("100000000万", True, "amount_too_large"),
    ],
)  # fmt: skip
def test_amounts_are_never_rounded_or_guessed(cell: str, wan: bool, expected: str) -> None:
    assert refusal(read_amount, cell, wan=wan) == expected


@given(st.decimals(0, 10**9, places=2))
def test_an_amount_comes_back_from_every_way_it_is_printed(amount: Decimal) -> None:
    assert read_amount(money.yuan(amount)) == read_amount(money.plain(amount)) == amount
    assert read_amount(money.wan(amount), wan=True) == amount
    assert read_amount(f"-{money.yuan(amount)}", signed=True) == -amount


@settings(max_examples=20)
@given(st.from_regex(r"[0-9]{14}|[0-9]{16}", fullmatch=True))
def test_registration_numbers_typed_as_text_keep_every_digit(number: str) -> None:
    assert read_long_number(number) == read_long_number(f" '{number} ") == number
    assert read_table(workbook([number, "x"]))[0].cells[0] == number


def test_numbers_a_spreadsheet_has_shortened_or_rounded_are_refused() -> None:
    for cell in ("1.23E+15", "2.0263100000012E+13", "1e5"):
        assert refusal(read_long_number, cell) == "number_shortened"
    for number in (2026310000001234, 12345678901234567):
        (row,) = read_table(workbook([number, "x"]))
        assert refusal(read_long_number, row.cells[0]) == "number_lost_digits"
    (row,) = read_table(workbook([20263100000012, "x"]))
    assert read_long_number(row.cells[0]) == "20263100000012"


def test_full_width_digits_of_a_number_are_understood() -> None:
    assert read_long_number("２０２６３１００ 00００12") == "20263100000012"


@given(st.one_of(st.text(max_size=30), st.decimals(allow_nan=False, allow_infinity=False)))
def test_no_cell_breaks_a_reader(cell: str | Decimal) -> None:
    for read in (read_day, read_amount, read_long_number):
        with suppress(Refused):
            read(cell)
    read_words(cell)
