"""Contract and form against ReportLab alone: the same words and face, set by its own Paragraph and Table."""

from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

from registry.contracts import papers
from registry.contracts.blocks import plain, rendered
from registry.documents.fonts import SERIF, load_fonts
from tests.bench.measuring import Row, compare
from tests.contracts.papers import facts, record
from tests.fonts import font_folder

STYLE = ParagraphStyle("bare", fontName=SERIF, fontSize=10.5, leading=16, wordWrap="CJK")


def run() -> list[Row]:
    fonts = load_fonts(font_folder())
    rows = []
    for kind, bare, rounds in (("contract", _paragraphs, 7), ("sheet", _table, 9)):
        composed = papers.compose(kind, facts(record("instalments")))
        lines = [line for line in plain(composed).splitlines() if line.strip()]
        assert all(not fonts.missing(line) for line in lines)
        rows.append(
            compare(
                f"{kind}, printed · ReportLab alone",
                lambda _, composed=composed: rendered(composed, fonts),  # type: ignore[misc]
                lambda _, bare=bare, lines=lines: bare(lines),  # type: ignore[misc]
                rounds=rounds,
                each=3,
            )
        )
    return rows


def _paragraphs(lines: list[str]) -> None:
    SimpleDocTemplate(BytesIO(), pagesize=A4, invariant=1).build(
        [Paragraph(escape(line), STYLE) for line in lines]
    )


def _table(lines: list[str]) -> None:
    rows = [[Paragraph(escape(line), STYLE)] for line in lines]
    style = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "black"), ("FONTNAME", (0, 0), (-1, -1), SERIF)])
    SimpleDocTemplate(BytesIO(), pagesize=A4, invariant=1).build([Table(rows, colWidths=[450], style=style)])
