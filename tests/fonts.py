"""The fonts of the test run: made once into the ignored `build/fonts`, or REGISTRY_TEST_FONTS."""

import os
from functools import lru_cache
from pathlib import Path

from registry.documents.fonts import FontSet, load_fonts
from registry.documents.foundry import build_fonts

ROOT = Path(__file__).resolve().parent.parent


@lru_cache
def font_folder() -> Path:
    """A folder with finished fonts; the first call on a machine takes about half a minute, the first of a run
    reads all their bytes.
    """
    folder = Path(os.environ.get("REGISTRY_TEST_FONTS") or ROOT / "build" / "fonts")
    build_fonts(folder, progress=lambda _line: None)
    return folder


@lru_cache
def fonts() -> FontSet:
    return load_fonts(font_folder())
