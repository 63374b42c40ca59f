"""A table of any length: rows are read, set and drawn page by page and not kept, their head on every page.

A ReportLab table holds all its cells at once and splits itself anew for each page; ten thousand rows of it
take minutes and gigabytes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from reportlab.platypus import Flowable

from registry.documents.flow import PaperStyle, Text, Words
from registry.documents.fonts import SANS, FontSet
from registry.documents.tables import EMPTY, GREY, RULE, Column

ENDLESS = 1e6  # points: never fits, so that it is always asked for the part that does
PADDING, ABOVE, BELOW = 3.0, 1.5, 2.5
SIZE, LEADING = 8.5, 11.5


@dataclass(slots=True)
class _Row:
    cells: list[Text]
    height: float


class Roll(Flowable):  # type: ignore[misc]
    """The rows that are still to come; `split` takes from them what fits on the page."""

    def __init__(
        self, fonts: FontSet, columns: Sequence[Column], rows: Iterable[Sequence[Words]], width: float
    ) -> None:
        super().__init__()
        total = sum(column.share for column in columns)
        self.widths = [width * column.share / total for column in columns]
        self._fonts, self._rows = fonts, iter(rows)
        self._styles = [PaperStyle(size=SIZE, leading=LEADING, align=one.align) for one in columns]
        heads = [PaperStyle(face=SANS, size=SIZE, leading=LEADING, align=one.align) for one in columns]
        self._head = self._set([one.heading for one in columns], heads)
        self._next = self._read()
        self.width, self.spaceBefore, self.spaceAfter = width, 4, 8

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return self.width, ENDLESS if self._next is not None else 0.0

    def split(self, _width: float, height: float) -> list[Flowable]:
        """The rows that fit under a head of their own, and the rest; nothing where not even one does."""
        page = _Page(self.widths, [self._head])
        while self._next is not None and page.height + self._next.height <= height:
            page.rows.append(self._next)
            page.height += self._next.height
            self._next = self._read()
        if len(page.rows) == 1:
            return []
        self.__dict__.pop("_postponed", None)  # ReportLab's mark of a flowable that fitted nowhere
        return [page] if self._next is None else [page, self]

    def draw(self) -> None:
        """Nothing is left to draw: no rows came."""

    def _read(self) -> _Row | None:
        row = next(self._rows, None)
        return None if row is None else self._set([cell or EMPTY for cell in row], self._styles)

    def _set(self, words: Iterable[Words], styles: Iterable[PaperStyle]) -> _Row:
        cells = [Text(self._fonts, cell, style) for cell, style in zip(words, styles, strict=True)]
        heights = [
            cell.wrap(width - 2 * PADDING, ENDLESS)[1] for cell, width in zip(cells, self.widths, strict=True)
        ]
        return _Row(cells, max(heights) + ABOVE + BELOW)


@dataclass(eq=False)
class _Page(Flowable):  # type: ignore[misc]
    """What of a roll stands on one page, its head first."""

    widths: list[float]
    rows: list[_Row]
    height: float = 0.0
    lefts: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        Flowable.__init__(self)
        self.height, self.width = sum(row.height for row in self.rows), sum(self.widths)
        self.lefts = list(_lefts(self.widths))

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        canvas, top = self.canv, self.height
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.5)
        canvas.setFillColor(GREY)
        canvas.rect(0, top - self.rows[0].height, self.width, self.rows[0].height, stroke=0, fill=1)
        for row in self.rows:
            for left, cell in zip(self.lefts, row.cells, strict=True):
                cell.drawOn(canvas, left + PADDING, top - ABOVE - cell.height)
            top -= row.height
            canvas.line(0, top, self.width, top)
        for left in self.lefts[1:]:
            canvas.line(left, 0, left, self.height)
        canvas.rect(0, 0, self.width, self.height, stroke=1, fill=0)


def _lefts(widths: Iterable[float]) -> Iterator[float]:
    left = 0.0
    for width in widths:
        yield left
        left += width
