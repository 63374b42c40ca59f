"""The faces papers are printed with, and which of them draws which character.

A text is split into runs by coverage: the wanted face, the other face, the operator's extra faces in order.
What no face covers prints as `〓[U+3106C]`, never as a silent box, and is reported. Controls and invisible
characters (bidirectional marks among them) print the same way: a paper shows what a name really contains.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from registry.config import Misconfigured
from registry.documents import tounicode
from registry.documents.foundry import FACES, STAMP, build_fonts, is_built

__all__ = ["SANS", "SERIF", "FontSet", "Run", "build_fonts", "load_fonts", "spelled"]

SERIF, SANS = "MingxuSerif", "MingxuSans"
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring characters drawn by one face."""

    face: str
    text: str


@dataclass(frozen=True, slots=True)
class FontSet:
    """The registered faces in order of preference for body text, and the stamp of their version.

    `absent` gathers, for one paper, what had to be spelled out: take a `fresh()` set for each paper.
    """

    faces: tuple[str, ...]
    stamp: str
    absent: dict[str, None] = field(default_factory=dict, compare=False)

    def fresh(self) -> "FontSet":
        return FontSet(self.faces, self.stamp)

    def face_for(self, char: str, wanted: str) -> str | None:
        """The face that draws `char`, `wanted` first; None when no face does."""
        return _drawing(self.faces, wanted)[char]

    def missing(self, text: str) -> tuple[str, ...]:
        """The characters of `text` that no face draws, each once, in order."""
        drawn_by = _drawing(self.faces, SERIF)
        return tuple(char for char in dict.fromkeys(text) if char not in "\n\t" and drawn_by[char] is None)

    def shown(self, text: str) -> str:
        """The text as it will be drawn: what no face covers is spelled out."""
        absent = self.missing(text)
        self.absent.update(dict.fromkeys(absent))
        return text.translate({ord(char): spelled(char) for char in absent})

    def runs(self, text: str, wanted: str = SERIF) -> list[Run]:
        """Runs of one face each; expects text that `shown` has passed."""
        drawn_by = _drawing(self.faces, wanted)
        return [
            Run(face, "".join(group))
            for face, group in groupby(text, key=lambda one: drawn_by[one] or wanted)
        ]

    def width(self, text: str, size: float, wanted: str = SERIF) -> float:
        """Width in points at `size` points."""
        drawn_by = _drawing(self.faces, wanted)
        return sum(self.advances(text, [drawn_by[char] or wanted for char in text], size))

    def advances(self, text: str, faces: Sequence[str], size: float) -> list[float]:
        """Width in points of each character in the face that draws it."""
        widths = {face: _widths(face) for face in set(faces)}
        return [
            widths[face].get(ord(char), 1000.0) * size / 1000 for char, face in zip(text, faces, strict=True)
        ]


def spelled(char: str) -> str:
    """How a character no face covers is printed: `〓[U+3106C]`."""
    return f"〓[U+{ord(char):04X}]"


def load_fonts(folder: Path, extra: Iterable[Path] = ()) -> FontSet:
    """Register the faces in `folder` and the operator's extra ones. Raises Misconfigured when absent."""
    return _loaded(folder.resolve(), tuple(extra))


@lru_cache(maxsize=4)
def _loaded(folder: Path, extra: tuple[Path, ...]) -> FontSet:
    if not is_built(folder):
        raise Misconfigured(f"no fonts in {folder}: run `registry fonts` once")
    tounicode.repair()
    files = [*zip((SERIF, SANS), (folder / face.file for face in FACES), strict=True), *_named(extra)]
    for name, path in files:
        _register(name, path)
    return FontSet(tuple(name for name, _ in files), (folder / STAMP).read_text(encoding="utf-8"))


def _named(extra: tuple[Path, ...]) -> Iterator[tuple[str, Path]]:
    for number, path in enumerate(extra, start=1):
        yield f"MingxuExtra{number}", path


def _register(name: str, path: Path) -> None:
    """`shapable=False`: the same bytes whether or not a shaping library happens to be installed."""
    try:
        font = TTFont(name, str(path), shapable=False)
    except (TTFError, OSError) as error:
        raise Misconfigured(f"{path} is not a TrueType font that can be embedded: {error}") from error
    outlines, whole = _Outlines(font.face), font.face.get_table
    font.face.get_table = lambda tag: outlines if tag == "glyf" else whole(tag)
    pdfmetrics.registerFont(font)
    _widths.cache_clear()
    _drawing.cache_clear()


class _Outlines:
    """A face's outlines, read where they lie: ReportLab's own way copies all ten megabytes of them for each
    subset of a paper, which takes a few kilobytes.
    """

    def __init__(self, face: Any) -> None:
        self.data, self.start = face._ttf_data, face.get_table_pos("glyf")[0]

    def __getitem__(self, part: slice) -> bytes:
        found: bytes = self.data[self.start + part.start : self.start + part.stop]
        return found


class _DrawnBy(dict[str, str | None]):
    """Which face draws which character: found once, since papers ask for every character several times."""

    def __init__(self, faces: tuple[str, ...], wanted: str) -> None:
        super().__init__()
        self.order = (wanted, *faces)

    def __missing__(self, char: str) -> str | None:
        unseen = unicodedata.category(char) in UNSEEN and char != "\n"
        found = (face for face in self.order if not unseen and ord(char) in _widths(face))
        self[char] = next(found, None)
        return self[char]


@lru_cache
def _drawing(faces: tuple[str, ...], wanted: str) -> _DrawnBy:
    return _DrawnBy(faces, wanted)


@lru_cache
def _widths(face: str) -> dict[int, float]:
    """Code point to advance in thousandths of an em, of one registered face."""
    font: Any = pdfmetrics.getFont(face)
    return {code: font.face.charWidths.get(code, 1000.0) for code in font.face.charToGlyph}
