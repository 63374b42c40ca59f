"""An extract of the register for a working paper: its members, its list of digests, and how a sample is
drawn. Its form: docs/formats.md, section 13.

The list is a signed note (C2SP signed-note) that is no checkpoint: its first line names the format, where a
checkpoint names its log, and its third is no root.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.ledger.canonical import exact_keys, is_hex, jcs, sha256_hex, strict
from registry.ledger.notes import check_name
from registry.ledger.stored_zip import is_name

FORMAT = "open-license-extract/1"
NOTE, ABOUT, HEAD, KEY, ROWS, POPULATION = (
    "extract.note", "extract.json", "checkpoint", "vkey", "table.jsonl", "population.txt",
)  # fmt: skip
BUNDLES = "bundles/"
SAMPLE = "sample"
KINDS = (SAMPLE, "decisions", "exceptions", "events")
NEEDED = (ABOUT, HEAD, KEY, ROWS)
_MEMBERS = {"format", "origin", "kind", "made_at", "size", "asked", "rows", "drawn"}
_DRAWN = {"seed", "count", "as_of", "of", "population", "numbers", "elsewhere"}
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z").fullmatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What a seed drew: `numbers`, in their order, out of a population of `of`; those `elsewhere` were filed
    in a log that is closed, and have no bundle here. `as_of`: how many filings the log had.
    """

    seed: str
    count: int
    as_of: int
    of: int
    population: str
    numbers: Sequence[str]
    elsewhere: Sequence[str] = ()

    def value(self) -> dict[str, Any]:
        named = {name: getattr(self, name) for name in sorted(_DRAWN)}
        return {**named, "numbers": list(self.numbers), "elsewhere": list(self.elsewhere)}


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What an extract says of itself."""

    origin: str
    kind: str
    made_at: str
    size: int
    asked: Mapping[str, str]
    rows: int
    drawn: Drawn | None = None

    def encode(self) -> bytes:
        named = {name: getattr(self, name) for name in ("origin", "kind", "made_at", "size", "rows")}
        drawn = None if self.drawn is None else self.drawn.value()
        return jcs({"format": FORMAT, **named, "asked": dict(self.asked), "drawn": drawn})


def draw(numbers: Sequence[str], *, seed: str, size: int) -> list[str]:
    """The numbers whose digest with the seed is smallest, in that order. Pure: anybody can do it again."""
    return sorted(numbers, key=lambda number: hashlib.sha256(f"{seed}:{number}".encode()).digest())[:size]


def population_text(numbers: Sequence[str]) -> bytes:
    """Each number on a line, in the order of their code points: what the digest of a population is of."""
    return "".join(f"{number}\n" for number in sorted(numbers)).encode()


def list_text(origin: str, members: Mapping[str, bytes]) -> str:
    """What is signed: format, log, then digest and name of each member, as `sha256sum` writes them."""
    lines = [f"{sha256_hex(data)}  {name}" for name, data in members.items()]
    return "".join(f"{line}\n" for line in (FORMAT, origin, *lines))


def parse_list(text: str) -> tuple[str, dict[str, str]]:
    """The log's name, and the members' digests by name. Raises ValueError for every other spelling."""
    first, origin, *lines = text.split("\n")[:-1]
    listed = dict(_named(line) for line in lines)
    if first != FORMAT or len(listed) != len(lines) or NOTE in listed or not text.endswith("\n"):
        raise ValueError("not the list of an extract")
    return check_name(origin), listed


def parse_about(data: bytes) -> About:
    """Raises ValueError, TypeError."""
    value = exact_keys(strict(data), _MEMBERS)
    asked, drawn = value["asked"], value["drawn"]
    if value["format"] != FORMAT or value["kind"] not in KINDS or not isinstance(asked, dict):
        raise ValueError("not an extract")
    if not all(isinstance(said, str) for said in asked.values()) or not _INSTANT(value["made_at"]):
        raise ValueError("not an extract")
    if not _count(value["size"]) or not _count(value["rows"]) or (drawn is None) == (value["kind"] == SAMPLE):
        raise ValueError("not an extract")
    return About(
        origin=check_name(value["origin"]),
        kind=value["kind"],
        made_at=value["made_at"],
        size=value["size"],
        asked=asked,
        rows=value["rows"],
        drawn=None if drawn is None else _drawn(exact_keys(drawn, _DRAWN)),
    )


def _drawn(value: dict[str, Any]) -> Drawn:
    texts = [value["numbers"], value["elsewhere"]]
    if not all(isinstance(one, list) and all(isinstance(text, str) for text in one) for one in texts):
        raise ValueError("not a drawing")
    counts = all(_count(value[name]) for name in ("count", "as_of", "of"))
    if not counts or not is_hex(value["population"], 64) or not isinstance(value["seed"], str):
        raise ValueError("not a drawing")
    if not set(value["elsewhere"]) <= set(value["numbers"]):
        raise ValueError("not a drawing")
    return Drawn(**value)


def _named(line: str) -> tuple[str, str]:
    digest, name = line[:64], line[66:]
    if not is_hex(digest, 64) or line[64:66] != "  " or not is_name(name):
        raise ValueError("not a digest with its name")
    return name, digest


def _count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
