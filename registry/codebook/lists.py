"""Lists of codes somebody brings: read line by line, held against the table, nothing written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from registry.codebook import facts
from registry.codes import overlay
from registry.codes.overlay import Change
from registry.codes.tables import Table
from registry.documents import tables_in
from registry.documents.cells_in import Cell
from registry.documents.workbook_bounds import Bounds
from registry.errors import Conflict, Invalid, Refused

BOUNDS = Bounds(size=2 << 20, rows=20_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a list would change, and the lines that cannot be: (number of the line, change or refusal)."""

    changes: tuple[tuple[int, Change], ...]
    wrong: tuple[tuple[int, Refused], ...]


def text_of(data: bytes) -> str:
    """The rows of an uploaded workbook or CSV file as tab-separated text, so that a page can carry them."""
    rows = tables_in.read_table(data, BOUNDS)
    return "\n".join("\t".join(" ".join(_word(cell).split()) for cell in row.cells) for row in rows)


def read(table: Table, text: str, day: date) -> Found:
    """Hold a list against a table. Raises Refused `headings_missing`, and as `tables_in.read_pasted`."""
    rows = tables_in.read_pasted(text, BOUNDS, field="text")
    head = [_word(cell).strip().lstrip("\ufeff'") for cell in rows[0].cells] if rows else []
    if not {"code", "zh"} <= set(head):
        raise Refused("headings_missing", "text", names="code、zh")
    listed = [(row.number, _named(head, [_word(cell) for cell in row.cells])) for row in rows[1:]]
    changes, wrong = [], []
    for line, one in overlay.differences(table, listed, day):
        refused = one if isinstance(one, Refused) else _unfit(table.name, one)
        if refused is not None:
            wrong.append((line, refused))
        elif isinstance(one, Change):
            changes.append((line, one))
    return Found(changes=tuple(changes), wrong=tuple(wrong))


def fitting(found: Found) -> list[Change]:
    """The changes of a list without a wrong line. Raises Invalid with every one, by its line."""
    if found.wrong:
        raise Invalid(
            Refused(one.code, f"line.{line}", one.article, **one.params) for line, one in found.wrong
        )
    return [change for _, change in found.changes]


def same(table: Table, digest: str) -> None:
    """Refuse to write against another table than was shown. Raises Conflict `codes_moved_on`."""
    if overlay.digest(table) != digest:
        raise Conflict("codes_moved_on", "file")


def _unfit(name: str, change: Change) -> Refused | None:
    try:
        facts.check(name, change.facts)
    except Refused as refused:
        return refused
    return None


def _named(head: list[str], cells: list[str]) -> Mapping[str, str]:
    """A row by its headings; the apostrophe that kept a spreadsheet from a formula is none of the value."""
    return {
        name: value[1:] if value[:1] == "'" and value[1:2] in "=+-@|%" else value
        for name, value in zip(head, (cell.strip() for cell in cells), strict=False)
        if name
    }


def _word(cell: Cell) -> str:
    return "" if cell is None else str(cell)
