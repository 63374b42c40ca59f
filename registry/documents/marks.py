"""Marks on paper: QR codes as vector squares (no image, no renderer with a default of its own), and where a
seal goes across the edges of all pages.
"""

from itertools import groupby

import segno
from reportlab.lib.colors import Color, black
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from registry.documents.flow import PaperStyle, Text
from registry.documents.fonts import FontSet

QUIET = 4  # modules of silence around the code (ISO/IEC 18004, 9.1)


class QrCode(Flowable):  # type: ignore[misc]
    """A QR code of `address`, `side` points wide with its quiet zone, error correction level M."""

    def __init__(self, address: str, side: float = 32 * mm) -> None:
        super().__init__()
        code = segno.make(address, error="m", micro=False, boost_error=False)
        self.rows = [[bool(module) for module in row] for row in code.matrix]
        self.width = self.height = side

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        module = self.width / (len(self.rows) + 2 * QUIET)
        path = self.canv.beginPath()
        for number, row in enumerate(self.rows):
            y = self.height - (QUIET + number + 1) * module
            column = 0
            for dark, group in groupby(row):
                length = len(list(group))
                if dark:
                    path.rect((QUIET + column) * module, y, length * module, module)
                column += length
        self.canv.setFillColor(black)
        self.canv.drawPath(path, stroke=0, fill=1)


RIDING = "骑缝章"
RIDING_RADIUS, RIDING_HEIGHT = 16 * mm, A4[1] * 0.42  # the half circle stays in the margin's 20 mm
FAINT = Color(0.55, 0.55, 0.55)
_LETTER = PaperStyle(size=8, leading=10, align="center", colour=FAINT)


def draw_riding_seal(canvas: Canvas, fonts: FontSet) -> None:
    """Half a faint dashed circle at the right edge, at one height on every page: fanned out, one seal meets
    all.
    """
    right, middle = A4[0], RIDING_HEIGHT
    canvas.saveState()
    canvas.setStrokeColor(FAINT)
    canvas.setLineWidth(0.5)
    canvas.setDash(2, 3)
    outline = canvas.beginPath()
    outline.arc(
        right - RIDING_RADIUS, middle - RIDING_RADIUS, right + RIDING_RADIUS, middle + RIDING_RADIUS, 90, 180
    )
    canvas.drawPath(outline, stroke=1, fill=0)
    canvas.setDash()
    for place, letter in enumerate(RIDING):
        text = Text(fonts, letter, _LETTER)
        text.wrap(10, 10)
        text.drawOn(canvas, right - RIDING_RADIUS / 2 - 5, middle + 10 - place * 10)
    canvas.restoreState()
