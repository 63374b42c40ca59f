"""Code tables: what the state's lists call things, as dated rows with their source.

A table is `data/<name>.csv`: `# key: value` lines (title, source, version, date, confidence), a heading,
rows. Old codes stay in the file with the day their validity ended, so that old contracts still print. A
code may stand in several rows with different days. `registrar_code` is what a registrar's own system calls
the row; it is empty where no source gave it. Columns beyond the known ones are kept as `facts`. This module
knows no table's meaning.

What an administrator changed lies over a file as further dated rows (overlay.py); whoever opened the door
lays them out for the time of its work (`laid_out`), and papers of an earlier day are read as that day read
(`reading`). Without either a table is its file.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from importlib import resources
from itertools import pairwise
from types import MappingProxyType

from registry.errors import Refused

CONFIDENCE = ("law", "standard", "second_hand", "unverified", "ours")
"""How well a row is founded: read in the law or a standard, told by others, believed, or our own key."""

_COLUMNS = ("code", "zh", "en", "parent", "valid_from", "valid_to", "registrar_code", "confidence")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class BadTable(ValueError):
    """A table's file breaks the rules above; the message names the file and the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One row. `valid_to` is the last valid day; an empty end is open."""

    code: str
    zh: str
    en: str
    parent: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    registrar_code: str = ""
    confidence: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    def name(self, lang: str = "zh") -> str:
        return (self.en if lang == "en" else self.zh) or self.zh

    def printed(self, lang: str = "zh") -> str:
        """`022 高等院校`, as the form prints codes; without a registrar's code the name alone."""
        return f"{self.registrar_code} {self.name(lang)}".strip()

    def valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """How tables are read for the time of one piece of work: as of a day, for one registrar."""

    day: date | None = None
    registrar: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """An immutable list of codes in the order of its file, changes after it.

    `day` is the day a changed table is read on where nobody names one; `mapped` what a registrar calls codes.
    """

    name: str
    about: Mapping[str, str]
    rows: tuple[Code, ...]
    index: Mapping[str, tuple[Code, ...]]
    day: date | None = None
    mapped: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Code]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, code: object) -> bool:
        return code in self.index

    def get(self, code: str, *, on: date | None = None, field: str = "") -> Code:
        """The row of a code on a day. Refuses: not_a_choice.

        Without a day the one it has today, or had last: an old contract's code is still said.
        """
        rows = [row for row in self.index.get(code, ()) if on is None or row.valid_on(on)]
        if not rows:
            raise Refused("not_a_choice", field, table=self.name, value=code)
        reading = _READING.get()
        found = rows[-1] if on is not None else _standing(rows, reading.day or self.day)
        own = self.mapped.get((reading.registrar, code)) if reading.registrar else None
        return replace(found, registrar_code=own) if own else found

    def choose(self, code: str, *, field: str = "") -> Code:
        """The row of a code somebody chooses now. Refuses not_a_choice for one that has ended."""
        found = self.get(code, field=field)
        if self.day is not None and not found.valid_on(self.day):
            raise Refused("not_a_choice", field, table=self.name, value=code)
        return found

    def valid_on(self, day: date) -> "Table":
        """The same table with the rows valid on a day."""
        kept = tuple(row for row in self.rows if row.valid_on(day))
        return table_of(self.name, self.about, kept, mapped=self.mapped)

    def children(self, parent: str) -> tuple[Code, ...]:
        return tuple(row for row in self.rows if row.parent == parent)

    def choices(self, lang: str = "zh") -> tuple[tuple[str, str], ...]:
        """(code, label) pairs for a select; one pair a code, and of a changed table those valid today."""
        found = ((code, _standing(rows, self.day)) for code, rows in self.index.items())
        return tuple((code, row.name(lang)) for code, row in found if not self.day or row.valid_on(self.day))


_PLAIN = Reading()
_READING: ContextVar[Reading] = ContextVar("reading", default=_PLAIN)
_LAID: ContextVar[Mapping[str, Table]] = ContextVar("laid", default=MappingProxyType({}))


@contextmanager
def reading(*, on: date | None = None, registrar: str = "") -> Iterator[None]:
    """Read tables as of a day, and with a registrar's own codes, until the block ends."""
    token = _READING.set(Reading(day=on, registrar=registrar))
    try:
        yield
    finally:
        _READING.reset(token)


@contextmanager
def laid_out(tables: Mapping[str, Table]) -> Iterator[None]:
    """Have changed tables in place of their files until the block ends."""
    token = _LAID.set(tables)
    try:
        yield
    finally:
        _LAID.reset(token)


def _standing(rows: Sequence[Code], day: date | None) -> Code:
    """Of a code's rows the one of a day: else the last that had begun, else the first to come."""
    if day is None:
        return rows[-1]
    valid = [row for row in rows if row.valid_on(day)]
    begun = [row for row in rows if row.valid_from is None or row.valid_from <= day]
    return valid[-1] if valid else begun[-1] if begun else rows[0]


def table(name: str) -> Table:
    """A table as it stands here and now. Raises KeyError for an unknown name, BadTable for a broken file."""
    return _LAID.get().get(name) or shipped(name)


@cache
def shipped(name: str) -> Table:
    """A table shipped with the registry. Raises KeyError for an unknown name, BadTable for a broken file."""
    path = resources.files("registry.codes") / "data" / f"{name}.csv"
    if not _NAME.fullmatch(name) or not path.is_file():
        raise KeyError(name)
    return read_table(name, path.read_text(encoding="utf-8"))


def names() -> tuple[str, ...]:
    """Every table there is. The calendar's exceptions have another shape and are read by `calendar`."""
    folder = resources.files("registry.codes") / "data"
    found = (entry.name.removesuffix(".csv") for entry in folder.iterdir() if entry.name.endswith(".csv"))
    return tuple(sorted(name for name in found if name != "calendar"))


def read_about(text: str) -> tuple[dict[str, str], list[str]]:
    """The `# key: value` lines of a file, and its other lines."""
    about: dict[str, str] = {}
    lines = text.removeprefix("\ufeff").splitlines()
    for line in lines:
        if line.startswith("#"):
            key, _, value = line.lstrip("# ").partition(":")
            about[key.strip()] = value.strip()
    return about, [line for line in lines if line.strip() and not line.startswith("#")]


def read_table(name: str, text: str) -> Table:
    """A table from its file's text. Raises BadTable."""
    about, lines = read_about(text)
    for key in ("title", "source", "version", "date", "confidence"):
        if not about.get(key):
            raise BadTable(f"{name}: no '# {key}:' line")
    reader = csv.DictReader(lines, strict=True)
    rows = tuple(_code(name, number, raw, about) for number, raw in enumerate(reader, start=1))
    read = table_of(name, MappingProxyType(about), rows)
    check_table(read)
    return read


def _code(name: str, number: int, raw: Mapping[str, str], about: Mapping[str, str]) -> Code:
    if None in raw or None in raw.values():
        raise BadTable(f"{name}: row {number} has not as many cells as the heading")
    try:
        return Code(
            code=raw["code"],
            zh=raw["zh"],
            en=raw["en"],
            parent=raw.get("parent", ""),
            valid_from=_day(raw.get("valid_from", "")),
            valid_to=_day(raw.get("valid_to", "")),
            registrar_code=raw.get("registrar_code", ""),
            confidence=raw.get("confidence") or about["confidence"],
            facts=MappingProxyType({key: value for key, value in raw.items() if key not in _COLUMNS}),
        )
    except (KeyError, ValueError) as error:
        raise BadTable(f"{name}: row {number}: {error}") from error


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def table_of(
    name: str,
    about: Mapping[str, str],
    rows: tuple[Code, ...],
    *,
    day: date | None = None,
    mapped: Mapping[tuple[str, str], str] | None = None,
) -> Table:
    """A table of rows, not checked yet."""
    index: dict[str, tuple[Code, ...]] = {}
    for row in rows:
        index[row.code] = (*index.get(row.code, ()), row)
    return Table(
        name=name, about=about, rows=rows, index=MappingProxyType(index), day=day, mapped=mapped or {}
    )


def check_table(read: Table) -> None:
    """Raises BadTable for what no table may have: gaps, unknown parents, rows of one code that overlap."""
    for row in read.rows:
        if not row.code or not row.zh:
            raise BadTable(f"{read.name}: a row without code or name")
        if row.parent and row.parent not in read.index:
            raise BadTable(f"{read.name}: {row.code} hangs under unknown {row.parent}")
        if row.confidence not in CONFIDENCE:
            raise BadTable(f"{read.name}: {row.code} has confidence {row.confidence!r}")
    for code, rows in read.index.items():
        for earlier, later in pairwise(rows):
            if earlier.valid_to is None or later.valid_from is None or earlier.valid_to >= later.valid_from:
                raise BadTable(f"{read.name}: rows of {code} overlap or are out of order")
