"""QR codes as vector squares: no image, no typeface, no renderer with a default of its own."""

from itertools import groupby

import segno
from reportlab.lib.colors import black
from reportlab.lib.units import mm
from reportlab.platypus import Flowable

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
