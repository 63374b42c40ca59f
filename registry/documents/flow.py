"""Text on paper: styles and the one flowable that sets it. No markup is read, so none can be injected."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from reportlab.lib.colors import Color, black
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from registry.documents.fonts import SANS, SERIF, FontSet, Run
from registry.documents.lines import Line, break_lines

LEFT = RIGHT = 20 * mm
TOP, BOTTOM = 18 * mm, 20 * mm
WIDTH, HEIGHT = A4[0] - LEFT - RIGHT, A4[1] - TOP - BOTTOM  # what a page has for its words, points

Align = Literal["left", "right", "center", "justify"]
ASCENT = 0.88  # of an em, as Noto's Chinese faces place their baseline
MOST_STRETCH = 0.08  # of an em between characters: more reads as spaces, to people and to text extraction


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperStyle:
    """How a paragraph looks. Sizes in points, indents in ems of the text."""

    face: str = SERIF
    size: float = 10.5
    leading: float = 17.0
    align: Align = "justify"
    first_indent: float = 0.0
    indent: float = 0.0
    before: float = 0.0
    after: float = 0.0
    colour: Color = black
    keep_with_next: bool = False


BODY = PaperStyle(first_indent=2, after=3)
PLAIN = PaperStyle(after=3)
SMALL = PaperStyle(size=8.5, leading=13, after=2, colour=Color(0.3, 0.3, 0.3))
TITLE = PaperStyle(face=SANS, size=18, leading=27, align="center", after=4)
SUBTITLE = PaperStyle(size=8.5, leading=13, align="center", after=6, colour=Color(0.3, 0.3, 0.3))
HEADING = PaperStyle(face=SANS, size=12, leading=20, align="left", before=8, after=3, keep_with_next=True)
SUBHEADING = PaperStyle(
    face=SANS, size=10.5, leading=17, align="left", before=4, after=2, keep_with_next=True
)
CELL = PaperStyle(align="left", leading=13.6)
FIGURES = PaperStyle(align="right", leading=13.6)
HEAD_CELL = PaperStyle(face=SANS, align="left", leading=13.6)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text in a face of its own inside a paragraph."""

    text: str
    face: str = SANS


Words = str | Sequence[str | Span]


class Text(Flowable):  # type: ignore[misc]
    """A paragraph: broken by Chinese rules, split over pages with no line left alone, drawn run by run."""

    def __init__(self, fonts: FontSet, words: Words, style: PaperStyle = BODY) -> None:
        super().__init__()
        spans = [words] if isinstance(words, str) else words
        runs = [run for span in spans for run in _runs_of(fonts, span, style.face)]
        faces = [run.face for run in runs for _ in run.text]
        self._set(fonts, "".join(run.text for run in runs), faces, style=style, ends=True)

    def _set(self, fonts: FontSet, text: str, faces: list[str], *, style: PaperStyle, ends: bool) -> None:
        """`ends` is false for a part whose paragraph goes on overleaf: its last line is stretched too."""
        self.fonts, self.text, self.faces, self.style, self.ends = fonts, text, faces, style, ends
        self.advances = fonts.advances(text, faces, style.size)
        self.keepWithNext = style.keep_with_next
        self.spaceBefore, self.spaceAfter = style.before, style.after
        self._broken: tuple[float, list[Line]] | None = None

    def natural_width(self) -> float:
        """Width in points of the widest line when nothing forces a break."""
        return max(sum(self.advances[line.start : line.end]) for line in self._lines(1e9))

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        self.width = width
        self.height = len(self._lines(width)) * self.style.leading
        return width, self.height

    def split(self, width: float, height: float) -> list["Text"]:
        """Parts that fit; nothing when fewer than two lines would stand alone on either page."""
        lines = self._lines(width)
        fitting = int((height + 1e-6) // self.style.leading)
        if fitting >= len(lines):
            return [self]
        if len(lines) - fitting == 1 and fitting > 2:
            fitting -= 1
        if fitting < min(2, len(lines)):
            return []
        above = lines[fitting - 1]
        here = self._part(0, above.end, style=replace(self.style, after=0.0), ends=above.closed)
        overleaf = replace(self.style, before=0.0, first_indent=0.0)
        return [here, self._part(lines[fitting].start, len(self.text), style=overleaf, ends=self.ends)]

    def pieces(self, width: float, height: float) -> list["Text"]:
        """This paragraph as parts of at most `height` points each."""
        done: list[Text] = []
        rest = self
        while rest.wrap(width, height)[1] > height:
            above, rest = rest.split(width, height)
            done.append(above)
        return [*done, rest]

    def draw(self) -> None:
        lines = self._lines(self.width)
        baseline = self.height - (self.style.leading - self.style.size) / 2 - ASCENT * self.style.size
        self.canv.setFillColor(self.style.colour)
        for number, line in enumerate(lines):
            self._draw_line(line, first=number == 0, y=baseline - number * self.style.leading)

    def _draw_line(self, line: Line, *, first: bool, y: float) -> None:
        left = self._left(first)
        slack = self.width - left - sum(self.advances[line.start : line.end])
        if self.style.align == "right":
            left += slack
        if self.style.align == "center":
            left += slack / 2
        drawing = self.canv.beginText(left, y)
        drawing.setCharSpace(self._stretch(line, slack))
        for face, text in self._pieces(line):
            drawing.setFont(face, self.style.size)
            drawing.textOut(text)
        drawing.setCharSpace(0)
        self.canv.drawText(drawing)

    def _stretch(self, line: Line, slack: float) -> float:
        gaps = line.end - line.start - 1
        if self.style.align != "justify" or line.closed or gaps < 1 or slack <= 0:
            return 0.0
        stretch = slack / gaps
        return stretch if stretch <= MOST_STRETCH * self.style.size else 0.0

    def _pieces(self, line: Line) -> list[tuple[str, str]]:
        pairs = zip(self.faces[line.start : line.end], self.text[line.start : line.end], strict=True)
        return [
            (face, "".join(char for _, char in group)) for face, group in groupby(pairs, key=lambda p: p[0])
        ]

    def _left(self, first: bool) -> float:
        return (self.style.indent + (self.style.first_indent if first else 0)) * self.style.size

    def _lines(self, width: float) -> list[Line]:
        if self._broken is None or self._broken[0] != width:
            room, first = width - self._left(False), width - self._left(True)
            slip = 1e-6  # a column as wide as its text must hold it in spite of rounding
            found = break_lines(self.text, self.advances, width=room + slip, first_width=first + slip)
            if not self.ends:
                found[-1] = replace(found[-1], closed=False)
            self._broken = (width, found)
        return self._broken[1]

    def _part(self, start: int, end: int, *, style: PaperStyle, ends: bool) -> "Text":
        part = Text(self.fonts, "", style)
        part._set(self.fonts, self.text[start:end], self.faces[start:end], style=style, ends=ends)
        return part


class Heading(Text):
    """A paragraph that the document's outline lists."""

    def __init__(self, fonts: FontSet, words: str, style: PaperStyle, *, key: str, level: int) -> None:
        super().__init__(fonts, words, style)
        self.key, self.level = key, level

    def draw(self) -> None:
        self.canv.bookmarkHorizontal(self.key, 0, self.height)
        self.canv.addOutlineEntry(self.text, self.key, self.level)
        super().draw()


def _runs_of(fonts: FontSet, span: str | Span, face: str) -> list[Run]:
    text, face = (span, face) if isinstance(span, str) else (span.text, span.face)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return fonts.runs(fonts.shown(text), face)
