"""A copy of a printed paper with a band over every page, saying that it no longer holds.

The original stays as it is in the store; a copy is made for whoever looks at it, and is never filed.
"""

from io import BytesIO

from pypdf import PageObject, PdfReader, PdfWriter, Transformation
from pypdf.generic import NameObject
from reportlab.lib.colors import Color
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from registry.documents.flow import PaperStyle, Text
from registry.documents.fonts import SANS, SERIF, FontSet

BAND = 11 * mm
RED, PALE = Color(0.72, 0.1, 0.1), Color(0.99, 0.93, 0.93)
WORDS = PaperStyle(face=SANS, size=11, leading=14, align="center", colour=RED)
LARGE = 44.0
_OF_THE_ORIGINAL = ("/AcroForm", "/Perms", "/AF", "/Names")
"""Signatures and attachments hold for the original's bytes alone: a stamped copy does not carry them."""


def stamped(data: bytes, words: str, *, across: str, fonts: FontSet) -> bytes:
    """The paper with `words` in a band at the top of each page and `across` its middle in large outline."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(data)))
    for name in _OF_THE_ORIGINAL:
        writer.root_object.pop(NameObject(name), None)
    sizes: dict[tuple[float, float], PdfReader] = {}
    for page in writer.pages:
        size = float(page.mediabox.width), float(page.mediabox.height)
        if size not in sizes:
            sizes[size] = PdfReader(BytesIO(_band(size, words, across=across, fonts=fonts.fresh())))
        _make_room(page, size)
        page.merge_page(sizes[size].pages[0])
    made = BytesIO()
    writer.write(made)
    return made.getvalue()


def _make_room(page: PageObject, size: tuple[float, float]) -> None:
    """The page a little smaller beneath the band, which so covers no word of it."""
    width, height = size
    share = 1 - (BAND + 2 * mm) / height
    page.add_transformation(Transformation().scale(share).translate(width * (1 - share) / 2, 0))


def _band(size: tuple[float, float], words: str, *, across: str, fonts: FontSet) -> bytes:
    made, (width, height) = BytesIO(), size
    canvas = Canvas(made, pagesize=size, invariant=1, initialFontName=SERIF)
    _across(canvas, size, across, fonts=fonts)
    canvas.setFillColor(PALE)
    canvas.setStrokeColor(RED)
    canvas.setLineWidth(0.8)
    canvas.rect(6 * mm, height - BAND - 3 * mm, width - 12 * mm, BAND, stroke=1, fill=1)
    line = Text(fonts, words, WORDS)
    _, tall = line.wrap(width - 20 * mm, BAND)
    line.drawOn(canvas, 10 * mm, height - 3 * mm - (BAND + tall) / 2)
    canvas.save()
    return made.getvalue()


def _across(canvas: Canvas, size: tuple[float, float], words: str, *, fonts: FontSet) -> None:
    """Thin and light, so that every word beneath stays readable."""
    style = PaperStyle(face=SANS, size=LARGE, leading=LARGE, colour=Color(0.72, 0.1, 0.1, alpha=0.16))
    mark, width = Text(fonts, words, style), fonts.width(words, LARGE, SANS) + 1
    mark.wrap(width, LARGE)
    canvas.saveState()
    canvas.translate(size[0] / 2, size[1] / 2)
    canvas.rotate(35)
    mark.drawOn(canvas, -width / 2, -LARGE / 2)
    canvas.restoreState()
