"""A paper: A4, set in order, the same bytes whenever it is printed again from the same words and fonts.

The caller brings every word; this module brings margins, footer, outline and watermark. The real date is
text in the paper: the file's own dates are fixed (ReportLab `invariant`), so its digest can be filed.
"""

import hashlib
import threading
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from typing import Any, Literal

from reportlab import rl_config
from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageBreak, PageTemplate, Spacer

from registry.documents import flow, marks, tables
from registry.documents.flow import BOTTOM, HEIGHT, LEFT, WIDTH, Heading, PaperStyle, Text, Words
from registry.documents.fonts import SANS, SERIF, FontSet, spelled
from registry.documents.tables import Column, Group, Signatory

SHORT_DIGEST = 16
DENSE_FRAME = (16 * mm, WIDTH, A4[1] - 24 * mm)  # bottom, width, height
WATERMARK = Color(0.93, 0.93, 0.93)
PRODUCER = "Mingxu registry"
FOOTERS = {
    "zh": ("{number}", "记录摘要 {digest}", "第 {page} / {pages} 页"),
    "en": ("{number}", "record digest {digest}", "page {page} / {pages}"),
}
SEPARATOR = " · "
FOOTER_STYLE = PaperStyle(size=8, leading=11, align="center", colour=Color(0.35, 0.35, 0.35))
rl_config.useA85 = 0  # streams as bytes: written as text (ASCII85) they are longer and slower to make
_printing = threading.Lock()  # ReportLab keeps a font's subsets in the font, one document at a time

Lang = Literal["zh", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A printed paper: its bytes, their SHA-256 in hex, how many pages, and what no typeface could draw."""

    data: bytes
    digest: str
    pages: int
    warnings: tuple[str, ...]


class _Numbered(Canvas):  # type: ignore[misc]
    """A canvas that keeps its pages until all are there, so that each footer can say `n / N`.

    The footer comes last on its page, so that whoever reads aloud hears the words first.
    """

    def __init__(self, *args: Any, footer: Callable[..., None], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept: list[dict[str, Any]] = []
        self._footer = footer

    def showPage(self) -> None:
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        kept = self._kept
        for page in kept:
            self.__dict__.update(page)
            self._footer(self, self._pageNumber, pages=len(kept))
            super().showPage()
        super().save()


class Paper:
    """Collects what a paper says, in reading order; `render()` prints it."""

    def __init__(
        self,
        fonts: FontSet,
        *,
        number: str,
        title: str,
        digest: str = "",
        watermark: str = "",
        lang: Lang = "zh",
        dense: bool = False,
        riding: bool = False,
    ) -> None:
        """`digest` is the frozen record's, not this file's: a file cannot contain its own.

        `dense` is for forms that must stand on one page: smaller title, rows and margins. `riding` marks on
        every page's right edge where a seal goes across all of them (骑缝章).
        """
        self.fonts, self.number, self.name = fonts.fresh(), number, title
        self.digest, self.watermark, self.lang, self.dense = digest, watermark, lang, dense
        self.riding = riding
        self.story: list[Flowable] = []
        self._headings = 0

    def title(self, text: str = "", *, subtitle: str = "") -> None:
        """The paper's name in large type, with a line of small type under it."""
        style = replace(flow.TITLE, size=15, leading=19, after=0) if self.dense else flow.TITLE
        self._head(text or self.name, style, level=0)
        if subtitle:
            self.text(subtitle, replace(flow.SUBTITLE, after=0, leading=11) if self.dense else flow.SUBTITLE)

    def heading(self, text: str, *, level: int = 1) -> None:
        """A head in 黑体, listed in the outline; level 1 or 2."""
        self._head(text, flow.HEADING if level == 1 else flow.SUBHEADING, level=level)

    def paragraph(self, words: Words) -> None:
        """A paragraph, first line in by two characters."""
        self.text(words, flow.BODY)

    def clause(self, number: str, words: Words) -> None:
        """A numbered clause: `第一条　……`, its number in 黑体."""
        rest = [words] if isinstance(words, str) else list(words)
        self.text([flow.Span(f"{number}　"), *rest], flow.BODY)

    def small(self, words: Words) -> None:
        """A note in small grey type."""
        self.text(words, flow.SMALL)

    def text(self, words: Words, style: PaperStyle) -> None:
        self.add(Text(self.fonts, words, style))

    def facts(self, facts: Iterable[tuple[str, Words]]) -> None:
        """A two-column table of facts; empty ones print as "/"."""
        self.add(tables.facts_table(self.fonts, facts, WIDTH))

    def form(self, groups: Iterable[Group]) -> None:
        """A four-column form with grey group heads."""
        self.add(tables.form_table(self.fonts, groups, WIDTH, dense=self.dense))

    def grid(self, columns: Sequence[Column], rows: Iterable[Sequence[Words]]) -> None:
        """A table whose head is repeated on every page."""
        self.add(tables.grid_table(self.fonts, columns, rows, WIDTH))

    def signatures(self, signatories: Sequence[Signatory]) -> None:
        """Places to sign and seal, kept on one page."""
        self.add(tables.signature_table(self.fonts, signatories, WIDTH))

    def qr(self, address: str, lines: Sequence[str] = ()) -> None:
        """A QR code of `address` with lines of small type beside it."""
        beside = [Text(self.fonts, line, flow.SMALL) for line in lines]
        self.add(tables.beside(marks.QrCode(address), beside, WIDTH))

    def space(self, points: float = 8.0) -> None:
        self.add(Spacer(1, points))

    def page_break(self) -> None:
        self.add(PageBreak())

    def add(self, flowable: Flowable) -> None:
        self.story.append(flowable)

    def render(self) -> Rendered:
        """Print once; footers are drawn when the number of pages is known."""
        with _printing:
            data, pages = self._printed()
        warnings = tuple(spelled(char) for char in self.fonts.absent)
        return Rendered(data=data, digest=hashlib.sha256(data).hexdigest(), pages=pages, warnings=warnings)

    def _head(self, text: str, style: PaperStyle, *, level: int) -> None:
        self._headings += 1
        depth = min(level, self._depth() + 1)
        self.add(Heading(self.fonts, text, style, key=f"head{self._headings}", level=depth))

    def _depth(self) -> int:
        """Outline level of the last head; an outline may only step down one level at a time."""
        return next((piece.level for piece in reversed(self.story) if isinstance(piece, Heading)), -1)

    def _printed(self) -> tuple[bytes, int]:
        output = BytesIO()
        document = BaseDocTemplate(
            output,
            pagesize=A4,
            invariant=1,
            pageCompression=1,
            initialFontName=SERIF,
            initialFontSize=flow.BODY.size,
            lang={"zh": "zh-CN", "en": "en"}[self.lang],
            title=self.fonts.shown(self.name),
            subject=self.fonts.shown(self.number),
            author=PRODUCER,
            creator=PRODUCER,
            producer=PRODUCER,
        )
        frame = Frame(LEFT, *(DENSE_FRAME if self.dense else (BOTTOM, WIDTH, HEIGHT)), 0, 0, 0, 0)
        template = PageTemplate("page", [frame], onPage=self._begin_page)
        document.addPageTemplates([template])
        story = [copy(piece) for piece in self.story] or [Spacer(1, 1)]  # building marks the pieces
        document.build(story, canvasmaker=partial(_Numbered, footer=self._draw_footer))
        return output.getvalue(), document.page

    def _begin_page(self, canvas: Canvas, _document: Any) -> None:
        canvas.setViewerPreference("DisplayDocTitle", "true")
        if self.watermark:
            self._draw_watermark(canvas)
        if self.riding:
            marks.draw_riding_seal(canvas, self.fonts)

    def _draw_watermark(self, canvas: Canvas) -> None:
        """Beneath everything, so that no word is harder to read for it."""
        size = min(150.0, 420.0 / self.fonts.width(self.watermark, 1.0, SANS))
        mark = Text(
            self.fonts, self.watermark, PaperStyle(face=SANS, size=size, leading=size, colour=WATERMARK)
        )
        width = self.fonts.width(self.watermark, size, SANS) + 1
        mark.wrap(width, size)
        canvas.saveState()
        canvas.translate(A4[0] / 2, A4[1] / 2)
        canvas.rotate(45)
        mark.drawOn(canvas, -width / 2, -size / 2)
        canvas.restoreState()

    def _draw_footer(self, canvas: Canvas, page: int, *, pages: int) -> None:
        number, digest, place = FOOTERS[self.lang]
        parts = [number.format(number=self.number)] if self.number else []
        parts += [digest.format(digest=self.digest[:SHORT_DIGEST])] if self.digest else []
        parts.append(place.format(page=page, pages=pages))
        line = Text(self.fonts, SEPARATOR.join(parts), FOOTER_STYLE)
        canvas.saveState()
        canvas.setStrokeColor(FOOTER_STYLE.colour)
        canvas.setLineWidth(0.4)
        canvas.line(LEFT, BOTTOM - 5 * mm, LEFT + WIDTH, BOTTOM - 5 * mm)
        _, height = line.wrap(WIDTH, BOTTOM)
        line.drawOn(canvas, LEFT, BOTTOM - 6 * mm - height)
        canvas.restoreState()
