"""The English catalogue. `make messages` brings it up to the source; tests refuse gaps and left-overs."""

import io
import sys
import tomllib
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
ENGLISH = ROOT / "registry" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {
    "_": None, "_l": None, "N_": None, "gettext": None, "lazy_gettext": None,
    "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "lazy_pgettext": ((1, "c"), 2),
}  # fmt: skip


@cache
def source() -> Catalog:
    """Every sentence the source asks to have translated."""
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["babel"][
        "mappings"
    ]
    methods = [(entry["pattern"], entry["method"]) for entry in mappings]
    found = Catalog(fuzzy=False)
    extracted = extract_from_dir(
        ROOT, methods, {"**.html": {"silent": "false"}}, keywords=KEYWORDS, directory_filter=_ours
    )
    for _name, _line, message, _comments, context in extracted:
        found.add(message, context=context)
    return found


@cache
def english() -> Catalog:
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en")


def update() -> int:
    """Add new sentences without a translation, drop what the source no longer says; returns how many wait."""
    known = english() if ENGLISH.exists() else Catalog(locale="en")
    fresh = Catalog(locale="en", fuzzy=False)
    for message in source():
        if message.id:
            old = known.get(message.id, context=message.context)
            fresh.add(message.id, old.string if old else "", context=message.context)
    ENGLISH.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    write_po(buffer, fresh, width=110, sort_output=True, omit_header=False, no_location=True)
    lines = buffer.getvalue().decode().splitlines(keepends=True)
    dated = ('"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By')
    ENGLISH.write_text("".join(line for line in lines if not line.startswith(dated)), encoding="utf-8")
    return len(missing(fresh))


def missing(catalogue: Catalog) -> list[str]:
    return [str(message.id) for message in catalogue if message.id and not _whole(message.string)]


def _whole(text: object) -> bool:
    return all(text) if isinstance(text, tuple) else bool(text)


def _ours(path: str) -> bool:
    name = Path(path).name
    return not name.startswith((".", "_")) and name not in {
        "tests",
        "build",
        "instance",
        "migrations",
        "docs",
    }


if __name__ == "__main__":
    waiting = update()
    print(f"{waiting} sentences wait for English in {ENGLISH.relative_to(ROOT)}")
    sys.exit(1 if waiting else 0)
