"""Fonts, made once at set-up: Noto's PostScript outlines become the TrueType outlines ReportLab can embed.

Body is Noto Serif SC (宋), heads are Noto Sans SC (黑), both under the SIL Open Font License, whose text is
written beside them. Every Chinese character the source covers is kept: names use characters outside any
list (26 s for both on two cores, 13 + 9 MB). Font binaries are never committed. If we crash here, the stamp
is missing and the next call begins again.
"""

import hashlib
import importlib.metadata
import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont

from registry.config import Misconfigured

RECIPE = "mingxu-fonts-1"
STAMP = "VERSION.txt"
LICENCE = "OFL.txt"
WHEEL = "pylopdf-fonts-zh-cn"
DEBIAN = Path("/usr/share/fonts/opentype/noto")
DEBIAN_LICENCE = Path("/usr/share/doc/fonts-noto-cjk/copyright")
# Latin to geometric shapes, CJK symbols and kana, compatibility forms, every plane of Chinese characters.
KEPT = (
    range(0x20, 0x2600),
    range(0x2E80, 0x3100),
    range(0x31C0, 0xA000),
    range(0xF900, 0xFB00),
    range(0xFE10, 0xFE70),
    range(0xFF00, 0xFFF0),
    range(0x20000, 0x40000),
)
OUTLINE_ERROR = 1.0  # thousandths of an em: 0.01 pt at 10.5 pt, below any printer


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """One face to make: its file, where the wheel and Debian keep it, its name in Debian's collection."""

    file: str
    wheel_file: str
    debian_file: str
    debian_name: str


FACES = (
    Face(
        file="NotoSerifSC.ttf",
        wheel_file="NotoSerifSC-Regular.otf",
        debian_file="NotoSerifCJK-Regular.ttc",
        debian_name="Noto Serif CJK SC",
    ),
    Face(
        file="NotoSansSC.ttf",
        wheel_file="NotoSansSC-Regular.otf",
        debian_file="NotoSansCJK-Regular.ttc",
        debian_name="Noto Sans CJK SC",
    ),
)


def build_fonts(folder: Path, *, progress: Callable[[str], object] = print) -> None:
    """Make both faces in `folder` unless they are there. Raises Misconfigured without a source."""
    sources = [source(face) for face in FACES]
    stamp = _stamp(sources)
    if is_built(folder) and (folder / STAMP).read_text(encoding="utf-8") == stamp:
        progress(f"{folder}: up to date")
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / STAMP).unlink(missing_ok=True)
    with ProcessPoolExecutor(max_workers=len(FACES), mp_context=get_context("spawn")) as workers:
        for face, made in zip(
            FACES, workers.map(_convert, FACES, sources, [folder] * len(FACES)), strict=True
        ):
            progress(f"{face.file}: {made} characters")
    with _replacing(folder / LICENCE) as part:
        part.write_text(_licence(), encoding="utf-8")
    with _replacing(folder / STAMP) as part:
        part.write_text(stamp, encoding="utf-8")


def is_built(folder: Path) -> bool:
    """Whether `folder` holds a finished set of faces, of whatever version."""
    return all((folder / name).is_file() for name in (STAMP, LICENCE, *(face.file for face in FACES)))


def source(face: Face) -> Path:
    """The outlines to convert: the wheel's, else Debian's. Raises Misconfigured when neither is installed."""
    wheel = _wheel_file(face.wheel_file)
    if wheel is not None:
        return wheel
    if (DEBIAN / face.debian_file).is_file():
        return DEBIAN / face.debian_file
    raise Misconfigured(f"no Chinese fonts: install the package {WHEEL} or Debian's fonts-noto-cjk")


class _replacing:
    """A temporary file beside the wanted one that takes its place only when the block succeeds."""

    def __init__(self, wanted: Path) -> None:
        self.wanted = wanted

    def __enter__(self) -> Path:
        handle, name = tempfile.mkstemp(dir=self.wanted.parent, prefix=".", suffix=self.wanted.suffix)
        os.close(handle)
        self.part = Path(name)
        return self.part

    def __exit__(self, kind: object, _value: object, _traceback: object) -> None:
        if kind is None:
            self.part.chmod(0o644)
            self.part.replace(self.wanted)
        else:
            self.part.unlink(missing_ok=True)


def _convert(face: Face, path: Path, folder: Path) -> int:
    """Make one face, in a process of its own; the number of characters it covers."""
    font = _truetype(_opened(path, face))
    with _replacing(folder / face.file) as part:
        font.save(part)
    return len(font.getBestCmap())


def _opened(path: Path, face: Face) -> Any:
    if path.suffix != ".ttc":
        return TTFont(path, recalcTimestamp=False)
    for font in TTCollection(path).fonts:
        if font["name"].getDebugName(1) == face.debian_name:
            font.recalcTimestamp = False
            return font
    raise Misconfigured(f"{path} does not hold {face.debian_name}")


def _truetype(source_font: Any) -> Any:
    """A TrueType font of the kept characters with the source's metrics and names; same input, same bytes."""
    kept = {
        code: name for code, name in source_font.getBestCmap().items() if any(code in block for block in KEPT)
    }
    order = [".notdef", *sorted(set(kept.values()) - {".notdef"}, key=source_font.getGlyphID)]
    outlines = _outlines(source_font, order)
    builder = FontBuilder(source_font["head"].unitsPerEm, isTTF=True)
    builder.font.recalcTimestamp = False
    builder.updateHead(
        **{part: getattr(source_font["head"], part) for part in ("created", "modified", "fontRevision")}
    )
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(kept)
    builder.setupGlyf(outlines)
    widths = source_font["hmtx"].metrics
    builder.setupHorizontalMetrics({name: (widths[name][0], outlines[name].xMin) for name in order})
    builder.setupHorizontalHeader(ascent=source_font["hhea"].ascent, descent=source_font["hhea"].descent)
    builder.font["name"] = source_font["name"]
    builder.font["OS/2"] = source_font["OS/2"]
    builder.setupPost(keepGlyphNames=False)
    return builder.font


def _outlines(source_font: Any, order: list[str]) -> dict[str, Any]:
    glyphs = source_font.getGlyphSet()
    outlines = {}
    for name in order:
        pen = TTGlyphPen(None)
        glyphs[name].draw(Cu2QuPen(pen, OUTLINE_ERROR, reverse_direction=True))
        outlines[name] = glyph = pen.glyph()
        glyph.recalcBounds(None)
    return outlines


@lru_cache
def _wheel_files() -> dict[str, Path]:
    try:
        files = importlib.metadata.files(WHEEL) or []
    except importlib.metadata.PackageNotFoundError:
        return {}
    return {file.name: Path(str(file.locate())) for file in files}


def _wheel_file(name: str) -> Path | None:
    path = _wheel_files().get(name)
    return path if path is not None and path.is_file() else None


def _licence() -> str:
    path = _wheel_file("LICENSE") or DEBIAN_LICENCE
    return path.read_text(encoding="utf-8")


def _stamp(sources: list[Path]) -> str:
    return "\n".join([RECIPE, *_digests(sources), ""])


def _digests(sources: list[Path]) -> Iterator[str]:
    for path in sources:
        with path.open("rb") as stream:
            yield f"{path.name} sha256 {hashlib.file_digest(stream, 'sha256').hexdigest()}"
