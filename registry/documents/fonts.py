"""The faces papers are printed with, and which of them draws which character.

A text is split into runs by coverage: the wanted face, the other face, the operator's extra faces in order.
What no face covers prints as `〓[U+3106C]`, never as a silent box, and is reported. Controls and invisible
characters (bidirectional marks among them) print the same way: a paper shows what a name really contains.
"""

import unicodedata
from collections.abc import Iterable, Iterator
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
        known = _drawn_by(self.faces, wanted)
        if char not in known:
            known[char] = self._found(char, wanted)
        return known[char]

    def _found(self, char: str, wanted: str) -> str | None:
        if unicodedata.category(char) in UNSEEN and char != "\n":
            return None
        return next((face for face in (wanted, *self.faces) if ord(char) in _widths(face)), None)

    def missing(self, text: str) -> tuple[str, ...]:
        """The characters of `text` that no face draws, each once, in order."""
        seen = dict.fromkeys(
            char for char in text if char not in "\n\t" and self.face_for(char, SERIF) is None
        )
        return tuple(seen)

    def shown(self, text: str) -> str:
        """The text as it will be drawn: what no face covers is spelled out."""
        absent = self.missing(text)
        self.absent.update(dict.fromkeys(absent))
        return text.translate({ord(char): spelled(char) for char in absent})

    def runs(self, text: str, wanted: str = SERIF) -> list[Run]:
        """Runs of one face each; expects text that `shown` has passed."""
        chosen = ((self.face_for(char, wanted) or wanted, char) for char in text)
        return [
            Run(face, "".join(char for _, char in group))
            for face, group in groupby(chosen, key=lambda c: c[0])
        ]

    def width(self, text: str, size: float, wanted: str = SERIF) -> float:
        """Width in points at `size` points."""
        return sum(self._advance(char, wanted) for char in text) * size / 1000

    def advances(self, text: str, faces: Iterable[str], size: float) -> list[float]:
        """Width in points of each character in its own face."""
        return [self._advance(char, face) * size / 1000 for char, face in zip(text, faces, strict=True)]

    def _advance(self, char: str, wanted: str) -> float:
        face = self.face_for(char, wanted) or wanted
        return _widths(face).get(ord(char), 1000.0)


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
    pdfmetrics.registerFont(font)
    _widths.cache_clear()
    _drawn_by.cache_clear()


@lru_cache
def _drawn_by(faces: tuple[str, ...], wanted: str) -> dict[str, str | None]:
    """Which face draws which character: found once, since papers ask for every character several times."""
    return {}


@lru_cache
def _widths(face: str) -> dict[int, float]:
    """Code point to advance in thousandths of an em, of one registered face."""
    font: Any = pdfmetrics.getFont(face)
    return {code: font.face.charWidths.get(code, 1000.0) for code in font.face.charToGlyph}
