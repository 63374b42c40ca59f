"""The documents stay true: what they name exists, what exists and matters is named."""

import re
from importlib import import_module
from pathlib import Path

import click
import pytest
from flask import Flask

from registry.commands import cli
from registry.ledger.kinds import KINDS, Kind

ROOT = Path(__file__).resolve().parent.parent
DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SOURCES = sorted((ROOT / "registry").rglob("*.py"))
VARIABLE = re.compile(r"REGISTRY_[A-Z_]+[A-Z]")


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_every_setting_is_documented_and_every_documented_setting_is_read() -> None:
    documented = set(VARIABLE.findall(read(ROOT / "docs" / "operations.md")))
    code = [*SOURCES, *(ROOT / "tests").rglob("*.py")]
    used = {name for path in code if path.name != "test_docs.py" for name in VARIABLE.findall(read(path))}
    assert documented == used - {"REGISTRY_WRITE_GOLDEN"}


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_and_pictures_resolve(path: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", read(path))
    assert not [target for target in targets if not (path.parent / target).exists()]


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_no_document_holds_the_marks_of_a_merge(path: Path) -> None:
    assert not re.findall(r"^(?:<{7}|={7}|>{7})(?: .*)?$", read(path), re.MULTILINE)


def test_commands_named_in_the_documents_exist() -> None:
    named = {match for path in DOCS for match in re.findall(r"registry ((?:[a-z]+ ?){1,2})", read(path))}
    known = set(cli.commands)
    code = {
        match.split()[0]
        for path in DOCS
        for block in re.findall(r"```(.*?)```|`([^`]+)`", read(path), re.S)
        for match in re.findall(r"(?:^|bin/|\s)registry ([a-z]+)", "".join(block))
    }
    assert named
    assert code <= known, code - known


TYPED = re.compile(r"(?:^|[\s|/])registry ((?:[a-z][a-z-]*)(?: [^`\n]*)?)")


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_commands_in_the_documents_are_typed_rightly(path: Path) -> None:
    """Every sub-command and every option stands in the program; `…` and the like stand for values."""
    pieces = re.findall(r"```.*?\n(.*?)```|`([^`]+)`", read(path), re.S)
    for block, span in pieces:
        text = (block or span).replace("\\\n", " ")
        for line in [" ".join(text.split())] if span else text.splitlines():
            for typed in TYPED.findall(line):
                _check_command(re.split(r"[|;#&]", typed)[0].split())


def _check_command(words: list[str]) -> None:
    command: click.Command = cli
    while isinstance(command, click.Group) and words and words[0] in command.commands:
        command = command.commands[words.pop(0)]
    assert command is not cli, words
    if isinstance(command, click.Group):
        assert not words or not re.fullmatch(r"[a-z-]+", words[0]), (command.name, words)
    known = {option for one in command.params for option in (*one.opts, *one.secondary_opts)} | {"--help"}
    used = [re.match(r"--[a-z-]+", word) for word in words]
    assert {one[0] for one in used if one} <= known, (command.name, words)


def test_paths_named_for_operators_are_pages(lite: Flask) -> None:
    served = lite.url_map.bind("localhost")
    for name in ("incident", "recovery", "key-ceremony", "scaling", "security-rules", "security-asvs"):
        for path in re.findall(r"`(/[a-z/-]+[a-z])`", read(ROOT / "docs" / f"{name}.md")):
            assert served.test(path) or path.startswith(("/problems", "/api", "/log")), (name, path)


def test_identifiers_of_the_glossary_exist() -> None:
    rows = [line for line in read(ROOT / "docs" / "glossary.md").splitlines() if line.startswith("| ")]
    names = [name for row in rows for name in re.findall(r"`([a-z_]+(?:\.[A-Za-z_]+)+)`", row.split("|")[2])]
    assert len(names) > 25
    assert not [name for name in names if not _exists(name)]


FORMS = {"list of texts": "texts", "whole number": "number", "list of objects": "objects"}


def test_the_formats_list_every_type_of_filing_with_its_fields() -> None:
    row = re.compile(r"\| `\w+\.?\w*` \| \d")
    rows = [line for line in read(ROOT / "docs" / "formats.md").splitlines() if row.match(line)]
    assert rows == [_row(name, kind) for name, kind in KINDS.items()]


def _row(name: str, kind: Kind) -> str:
    fields = []
    for field, form in {**kind.required, **kind.optional}.items():
        mark = "?" if field in kind.optional else ""
        written = f"`{field}{mark}` {FORMS.get(form, form)}"
        fields.append(f"**{written}**" if field in kind.bound else written)
    versions = ", ".join(str(version) for version in kind.versions)
    return f"| `{name}` | {versions} | `{kind.subject}` | {', '.join(fields)} | {kind.least_statements} |"


def _exists(name: str) -> bool:
    """A module, or an attribute of one, under registry; types of filing are data of ledger.kinds."""
    if name in import_module("registry.ledger.kinds").KINDS:
        return True
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        for prefix in ("registry.", "registry.licenses.", "registry.parties.", "registry.ledger."):
            try:
                found: object = import_module(prefix + ".".join(parts[:cut]))
            except ModuleNotFoundError:
                continue
            for attribute in parts[cut:]:
                found = getattr(found, attribute, None)
            if found is not None:
                return True
    return False


def test_source_files_stay_readable() -> None:
    assert not [path.name for path in SOURCES if len(read(path).splitlines()) > 400]


def test_nothing_is_left_for_later_in_the_source() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX)\b")
    assert not [path.name for path in SOURCES if marks.search(read(path))]


def test_adr_are_numbered_without_gaps() -> None:
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))
