"""Ruled tables: the four-column form, two-column facts, grids with repeated heads, places for seals."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest
from typing import Any

from reportlab.lib.colors import Color
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Table

from registry.documents.flow import (
    CELL,
    FIGURES,
    HEAD_CELL,
    HEIGHT,
    PLAIN,
    SMALL,
    SUBHEADING,
    Align,
    PaperStyle,
    Text,
    Words,
)
from registry.documents.fonts import SERIF, FontSet

EMPTY = "/"
PLACE: dict[str, Any] = {"hAlign": "LEFT", "spaceBefore": 4, "spaceAfter": 8}
RULE = Color(0.25, 0.25, 0.25)
GREY = Color(0.9, 0.9, 0.9)
FAINT = Color(0.55, 0.55, 0.55)
PALE = Color(0.96, 0.96, 0.96)
PADDING = 4.5
DENSE_PADDING, DENSE_LEADING = 3.0, 12.1
TALLEST_ROW = HEIGHT * 0.6
DENSE_LABEL, LABEL = 0.19, 0.21  # of a form's width; a value has the rest of its half
FACT_LABEL = 0.29
SEAL_DIAMETER = 42 * mm
SHORT_TABLE = 8  # rows that stay on one page

Commands = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One label and its value; `wide` takes a whole row, `blank` is left for a pen, `figures` go right."""

    label: str
    value: Words = ""
    wide: bool = False
    blank: bool = False
    figures: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The fields under one grey head."""

    head: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a grid; `share` is its part of the width, relative to the other columns'."""

    heading: str
    share: float = 1.0
    align: Align = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """Who signs a paper: the role, the name, and further facts above the lines for pen and seal.

    Without a word for `seal` there is no place for one: natural persons sign only.
    """

    role: str
    name: str
    facts: tuple[str, ...] = ()
    seal: str = "盖章处"
    sign: str = "签字："
    day: str = "日期：　　　　年　　月　　日"


def boxes(options: Iterable[tuple[str, str]], chosen: str) -> str:
    """`□甲　■乙`: every option with its box, the chosen code's filled."""
    return "　".join(f"{'■' if code == chosen else '□'}{name}" for code, name in options)


def form_table(fonts: FontSet, groups: Iterable[Group], width: float, *, dense: bool = False) -> Table:
    """The four-column form: label, value, label, value; wide fields merged over three; heads grey.

    `dense` sets rows close, for forms that must stand on one page.
    """
    label = width * (DENSE_LABEL if dense else LABEL)
    value = width / 2 - label
    padding = DENSE_PADDING if dense else PADDING
    look = _close if dense else _as_it_is
    rows: list[list[Any]] = []
    style = _ruled()
    for group in groups:
        head = len(rows)
        style += [("SPAN", (0, head), (-1, head)), ("BACKGROUND", (0, head), (-1, head), GREY)]
        style.append(("NOSPLIT", (0, head), (-1, head + 1)))
        rows.append([Text(fonts, group.head, look(HEAD_CELL)), "", "", ""])
        for pair in _paired(group.fields):
            cells = [
                text
                for field in pair
                for text in (Text(fonts, field.label, look(CELL)), _value(fonts, field, look))
            ]
            widths = [label, value, label, value] if len(pair) == 2 else [label, width - label]
            for row in _page_sized(cells, widths, padding):
                if len(pair) == 1:
                    style.append(("SPAN", (1, len(rows)), (-1, len(rows))))
                rows.append([*row, *[""] * (4 - len(row))])
    style += _dense() if dense else []
    return Table(rows, colWidths=[label, value, label, value], style=style, **PLACE)


def facts_table(fonts: FontSet, facts: Iterable[tuple[str, Words]], width: float) -> Table:
    """Two columns: what, and what it is."""
    widths = [width * FACT_LABEL, width * (1 - FACT_LABEL)]
    pairs = [[Text(fonts, label, CELL), Text(fonts, value or EMPTY, CELL)] for label, value in facts]
    rows = [row for pair in pairs for row in _page_sized(pair, widths)]
    style = [*_ruled(), ("BACKGROUND", (0, 0), (0, -1), PALE), *_held_together(len(rows))]
    return Table(rows, colWidths=widths, style=style, **PLACE)


def grid_table(
    fonts: FontSet, columns: Sequence[Column], rows: Iterable[Sequence[Words]], width: float
) -> Table:
    """Rows under a grey head that is printed again on every page."""
    total = sum(column.share for column in columns)
    widths = [width * column.share / total for column in columns]
    styles = [_cell_style(column.align) for column in columns]
    body: list[list[Any]] = [[Text(fonts, column.heading, HEAD_CELL) for column in columns]]
    for row in rows:
        cells = [Text(fonts, cell or EMPTY, style) for cell, style in zip(row, styles, strict=True)]
        body += _page_sized(cells, widths)
    style = [*_ruled(), ("BACKGROUND", (0, 0), (-1, 0), GREY), *_held_together(len(body))]
    return Table(body, colWidths=widths, style=style, repeatRows=1, **PLACE)


def signature_table(fonts: FontSet, signatories: Sequence[Signatory], width: float) -> KeepTogether:
    """Two blocks a row, each with a place for a seal, never torn between pages; one alone gets the width."""
    if len(signatories) == 1:
        return KeepTogether(_alone(fonts, signatories[0], width))
    blocks = [_signature(fonts, signatory) for signatory in signatories]
    if len(blocks) % 2:
        blocks.append([])
    rows = [list(pair) for pair in list(pairwise(blocks))[::2]]
    style = [*_typeface(), ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]
    return KeepTogether([Table(rows, colWidths=[width / 2] * 2, style=style, **PLACE)])


def beside(mark: Flowable, lines: Sequence[Flowable], width: float) -> KeepTogether:
    """A mark at the left and lines of text at its right."""
    room, _ = mark.wrap(width, width)
    style = [*_typeface(), ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("LEFTPADDING", (0, 0), (0, 0), 0)]
    return KeepTogether(
        [Table([[mark, list(lines)]], colWidths=[room + 12, width - room - 12], style=style, **PLACE)]
    )


class SealPlace(Flowable):  # type: ignore[misc]
    """A faint dashed circle of a company seal's size, with a word in it; never anything as if sealed."""

    def __init__(self, fonts: FontSet, word: str) -> None:
        super().__init__()
        self.word = Text(fonts, word, PaperStyle(size=9, leading=12, align="center", colour=FAINT))
        self.width = self.height = SEAL_DIAMETER

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return SEAL_DIAMETER, SEAL_DIAMETER

    def draw(self) -> None:
        self.canv.saveState()
        self.canv.setStrokeColor(FAINT)
        self.canv.setLineWidth(0.6)
        self.canv.setDash(3, 3)
        half = SEAL_DIAMETER / 2
        self.canv.circle(half, half, half - 1, stroke=1, fill=0)
        self.canv.restoreState()
        _, height = self.word.wrap(SEAL_DIAMETER, SEAL_DIAMETER)
        self.word.drawOn(self.canv, 0, half - height / 2)


def _alone(fonts: FontSet, signatory: Signatory, width: float) -> list[Flowable]:
    """One signatory: the lines for a pen at the left, the seal's place beside them, across name and day."""
    role, name, *rest = _signature(fonts, signatory)
    if not signatory.seal:
        return [role, name, *rest]
    facts, (place, *lines) = rest[: len(signatory.facts)], rest[len(signatory.facts) :]
    style = [*_typeface(), ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("LEFTPADDING", (0, 0), (0, 0), 0)]
    room = SEAL_DIAMETER + 2 * PADDING
    table = Table([[[name, *lines], place]], colWidths=[width - room, room], style=style, **PLACE)
    return [role, *facts, table]


def _signature(fonts: FontSet, signatory: Signatory) -> list[Flowable]:
    name = Text(fonts, signatory.name or EMPTY, PaperStyle(align="left", leading=15))
    facts = [Text(fonts, fact, SMALL) for fact in signatory.facts]
    lines = [
        Text(fonts, line, PaperStyle(align="left", before=6, leading=16))
        for line in (signatory.sign, signatory.day)
    ]
    role = Text(fonts, signatory.role, SUBHEADING)
    seal: list[Flowable] = [SealPlace(fonts, signatory.seal)] if signatory.seal else []
    return [role, name, *facts, *seal, *lines]


def _paired(fields: Iterable[Field]) -> list[tuple[Field, ...]]:
    rows: list[tuple[Field, ...]] = []
    waiting: Field | None = None
    for field in fields:
        if field.wide:
            rows += [(waiting,)] if waiting else []
            rows.append((field,))
            waiting = None
        elif waiting:
            rows.append((waiting, field))
            waiting = None
        else:
            waiting = field
    return rows + ([(waiting,)] if waiting else [])


def _page_sized(cells: Sequence[Text], widths: Sequence[float], padding: float = PADDING) -> list[list[Any]]:
    """The row, or when a cell would fill most of a page the rows it goes on in."""
    parts = [cell.pieces(width - 2 * padding, TALLEST_ROW) for cell, width in zip(cells, widths, strict=True)]
    return [list(row) for row in zip_longest(*parts, fillvalue="")]


def _as_it_is(style: PaperStyle) -> PaperStyle:
    return style


def _close(style: PaperStyle) -> PaperStyle:
    return replace(style, leading=DENSE_LEADING)


def _value(fonts: FontSet, field: Field, look: Callable[[PaperStyle], PaperStyle]) -> Text:
    words = field.value or ("" if field.blank else EMPTY)
    return Text(fonts, words, look(FIGURES if field.figures else CELL))


def _cell_style(align: Align) -> PaperStyle:
    return PaperStyle(align=align, leading=CELL.leading)


def _dense() -> Commands:
    """Over the ruled table's own paddings."""
    sides = [(side, (0, 0), (-1, -1), DENSE_PADDING) for side in ("LEFTPADDING", "RIGHTPADDING")]
    return [*sides, ("TOPPADDING", (0, 0), (-1, -1), 0.2), ("BOTTOMPADDING", (0, 0), (-1, -1), 0.9)]


def _held_together(rows: int) -> Commands:
    """A short table is not torn; of a long one no row stands alone at a page's foot or top."""
    if rows <= SHORT_TABLE:
        return [("NOSPLIT", (0, 0), (-1, -1))]
    return [("NOSPLIT", (0, 0), (-1, 2)), ("NOSPLIT", (0, rows - 2), (-1, rows - 1))]


def _typeface() -> Commands:
    """Tables remember a typeface even when every cell brings its own; an unembedded one must not be it."""
    return [("FONTNAME", (0, 0), (-1, -1), SERIF), ("FONTSIZE", (0, 0), (-1, -1), PLAIN.size)]


def _ruled() -> Commands:
    return [
        *_typeface(),
        ("GRID", (0, 0), (-1, -1), 0.5, RULE),
        ("BOX", (0, 0), (-1, -1), 1.0, RULE),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
        ("TOPPADDING", (0, 0), (-1, -1), 1.7),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.8),
    ]
