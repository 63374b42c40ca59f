"""The words of papers: versioned, dated templates under templates/papers/<version>/, rendered into blocks.

The Chinese text stands in the version's folder, its English reading version under en/: the same lines in the
same order. A record keeps the version it was frozen with, so that its papers say the same for ever; another
meaning is another folder.

A template's line says by its first characters what it becomes: `# ` a section (第一条 …), `## ` a small head,
`- ` a clause numbered within its section, `~ ` small type, `@name` a block the builder brings; anything else
is a paragraph. What people typed is put on one line and can never begin one, so nobody can write a head of
ours into a field. A name the template uses and the builder does not bring is an error, never a blank.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template

from registry.codes.laws import chinese_number
from registry.contracts.blocks import Block, Clause, Heading, Paragraph
from registry.text import phrase

FOLDER = Path(__file__).resolve().parent.parent / "templates" / "papers"
_MARK = "\x02"
_MARKED = re.compile(r"^(?=(?:# |## |- |~ |@))", re.MULTILINE)


def one_line(value: Any) -> str:
    """A value as it stands within a line: white space and controls made single spaces."""
    text = "".join(" " if ord(char) < 32 else char for char in str(value))
    return " ".join(text.split())


def blocks(
    version: str,
    name: str,
    words: Mapping[str, Any],
    inserts: Mapping[str, Sequence[Block]] | None = None,
    *,
    lang: str = "zh",
) -> tuple[Block, ...]:
    """The template's blocks with `words` filled in. Raises jinja2.UndefinedError, KeyError for a missing
    insert.
    """
    text = _template(version, name, lang).render(words)
    return tuple(_blocks(text, inserts or {}, lang))


def translated(version: str) -> bool:
    """Whether the papers of a wording version have an English reading version."""
    return (FOLDER / version / "en").is_dir()


def _blocks(text: str, inserts: Mapping[str, Sequence[Block]], lang: str) -> Iterator[Block]:
    section = clause = 0
    for raw in text.splitlines():
        if not raw.strip():
            continue
        kind, rest = _kind(raw)
        if kind == "@":
            yield from inserts[rest]
        elif kind == "#":
            section, clause = section + 1, 0
            number = f"Article {section}" if lang == "en" else f"第{chinese_number(section)}条"
            yield Heading(f"{number}　{rest}")
        elif kind == "##":
            yield Heading(rest, 2)
        elif kind == "-":
            clause += 1
            yield Clause(f"{section}.{clause}" if section else f"{clause}.", rest)
        else:
            yield Paragraph(rest, small=kind == "~")


def _kind(raw: str) -> tuple[str, str]:
    if not raw.startswith(_MARK):
        return "", raw.strip()
    marked = raw.removeprefix(_MARK)
    if marked.startswith("@"):
        return "@", marked[1:].strip()
    kind, _, rest = marked.partition(" ")
    return kind, rest.strip()


@lru_cache
def _template(version: str, name: str, lang: str) -> Template:
    folder = f"{version}/en" if lang == "en" else version
    return _environment().get_template(f"{folder}/{name}.txt")


@lru_cache
def _environment() -> Environment:
    """No autoescape: this is ink, which reads no markup; see the module's text for what keeps fields in their
    line.
    """
    environment = Environment(
        loader=FunctionLoader(_source),
        undefined=StrictUndefined,
        finalize=one_line,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - ink, not HTML
    )
    environment.filters["phrase"] = phrase
    return environment


def _source(path: str) -> str:
    return _MARKED.sub(_MARK, (FOLDER / path).read_text(encoding="utf-8"))
