"""Changes of code tables as dated rows over the shipped files: nothing is overwritten, nothing is taken away.

A change adds a code from a day, ends one with a day, gives one another name from a day, or says what a
registrar calls it. Laid over a newer file that brings the same itself, a change that no longer fits is left
out and named, so that an update of the program never stops the registry.
"""

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from io import StringIO
from types import MappingProxyType
from typing import Any

from registry.codes.tables import CONFIDENCE, BadTable, Code, Table, check_table, table_of
from registry.errors import Refused

ADD, AMEND, END, MAP = "add", "amend", "end", "map"
VERBS = (ADD, AMEND, END, MAP)
HEADINGS = ("code", "zh", "en", "parent", "valid_from", "valid_to", "registrar_code", "confidence")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change. `day` is the first day of an added or amended row, the last day of one that ends, and the
    first day a registrar's code counts.
    """

    verb: str
    code: str
    day: date
    zh: str = ""
    en: str = ""
    parent: str = ""
    confidence: str = ""
    registrar: str = ""
    registrar_code: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """A table with its changes, and those that did not fit, by their place in the list."""

    table: Table
    left_out: tuple[int, ...] = ()


def lay(base: Table, changes: Iterable[Change], today: date) -> Laid:
    """The table as it stands on a day with every change in its order."""
    found, left, mapped = base, [], {}
    for place, change in enumerate(changes):
        if change.verb == MAP:
            if change.day <= today:
                mapped[change.registrar, change.code] = change.registrar_code
            continue
        try:
            found = changed(found, change)
        except Refused:
            left.append(place)
    laid = table_of(base.name, base.about, found.rows, day=today, mapped=MappingProxyType(mapped))
    return Laid(table=laid, left_out=tuple(left))


def changed(table: Table, change: Change) -> Table:
    """The table with one more change. Raises Refused, its field that of the change: code_form, code_known,
    code_unknown, code_ended, parent_unknown, day_not_after, required, not_a_choice.
    """
    rows = _VERBS[change.verb](table, change)
    made = table_of(table.name, table.about, rows, day=table.day, mapped=table.mapped)
    try:
        check_table(made)
    except BadTable as error:  # pragma: no cover - each verb refuses before with its own words
        raise Refused("not_valid", "code") from error
    return made


def check(table: Table, change: Change) -> None:
    """Refuse a change that does not fit the table as it stands. Raises Refused as `changed`."""
    if change.verb not in VERBS:
        raise Refused("not_a_choice", "verb")
    if change.verb != MAP:
        changed(table, change)
    elif change.code not in table:
        raise Refused("code_unknown", "code", value=change.code)
    elif not change.registrar.strip():
        raise Refused("required", "registrar")


def _added(table: Table, change: Change) -> tuple[Code, ...]:
    if not _CODE.fullmatch(change.code):
        raise Refused("code_form", "code", value=change.code)
    known = table.index.get(change.code, ())
    if known and (known[-1].valid_to is None or known[-1].valid_to >= change.day):
        raise Refused("code_known", "code", value=change.code)
    return _inserted(table, _row(table, change), after=change.parent)


def _amended(table: Table, change: Change) -> tuple[Code, ...]:
    last = _open_row(table, change)
    if last.valid_from is not None and change.day <= last.valid_from:
        raise Refused("day_not_after", "day", day=last.valid_from.isoformat())
    ended = replace(last, valid_to=change.day - timedelta(days=1))
    new = _row(table, change, before=last)
    return tuple(one for row in table.rows for one in ((ended, new) if row is last else (row,)))


def _ended(table: Table, change: Change) -> tuple[Code, ...]:
    last = _open_row(table, change)
    if last.valid_from is not None and change.day < last.valid_from:
        raise Refused("day_not_after", "day", day=last.valid_from.isoformat())
    return tuple(replace(row, valid_to=change.day) if row is last else row for row in table.rows)


_VERBS = {ADD: _added, AMEND: _amended, END: _ended}


def _open_row(table: Table, change: Change) -> Code:
    known = table.index.get(change.code)
    if not known:
        raise Refused("code_unknown", "code", value=change.code)
    if known[-1].valid_to is not None:
        raise Refused("code_ended", "code", value=change.code, day=known[-1].valid_to.isoformat())
    return known[-1]


def _row(table: Table, change: Change, *, before: Code | None = None) -> Code:
    """The row a change makes; what it leaves empty stays as it was."""
    parent = change.parent or (before.parent if before else "")
    if not change.zh.strip():
        raise Refused("required", "zh")
    if not (change.en.strip() or (before and before.en)) and table.name != "region":
        raise Refused("required", "en")
    if parent and parent not in table:
        raise Refused("parent_unknown", "parent", value=parent)
    if (change.confidence or "ours") not in CONFIDENCE:
        raise Refused("not_a_choice", "confidence")
    facts = {**dict.fromkeys(columns(table), ""), **(before.facts if before else {}), **change.facts}
    return Code(
        code=change.code,
        zh=change.zh.strip(),
        en=change.en.strip() or (before.en if before else ""),
        parent=parent,
        valid_from=change.day,
        registrar_code=change.registrar_code or (before.registrar_code if before else ""),
        confidence=change.confidence or (before.confidence if before else "ours"),
        facts=MappingProxyType({name: facts[name] for name in columns(table)}),
    )


def _inserted(table: Table, row: Code, *, after: str) -> tuple[Code, ...]:
    """Behind the last row of its own code or of its parent's children, else at the end."""
    places = [n for n, one in enumerate(table.rows) if one.code == row.code]
    places = places or [n for n, one in enumerate(table.rows) if after and after in (one.code, one.parent)]
    cut = places[-1] + 1 if places else len(table.rows)
    return (*table.rows[:cut], row, *table.rows[cut:])


# --- as text -----------------------------------------------------------------------------------------


def columns(table: Table) -> tuple[str, ...]:
    """The columns a table has beyond those every table has."""
    return tuple(table.rows[0].facts) if table.rows else ()


def cells(table: Table, row: Code) -> list[str]:
    """One row as its file has it."""
    days = [day.isoformat() if day else "" for day in (row.valid_from, row.valid_to)]
    known = [row.code, row.zh, row.en, row.parent, *days, row.registrar_code, row.confidence]
    return [*known, *(row.facts[name] for name in columns(table))]


def digest(table: Table) -> str:
    """SHA-256 in hex over the rows as CSV (UTF-8, LF), headings first; registrars' own codes after them."""
    output = StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow([*HEADINGS, *columns(table)])
    writer.writerows(cells(table, row) for row in table)
    writer.writerows([registrar, code, value] for (registrar, code), value in sorted(table.mapped.items()))
    return hashlib.sha256(output.getvalue().encode()).hexdigest()


def differences(
    table: Table, rows: Iterable[tuple[int, Mapping[str, str]]], day: date
) -> Iterator[tuple[int, Change | Refused]]:
    """What a list somebody brought would change, line by line: other names count from `day`, a code with a
    last day ends, a new one begins. A code the list leaves out is left alone. Line numbers are the list's.
    """
    present = table
    for line, row in rows:
        try:
            for change in _difference(present, row, day):
                present = changed(present, change)
                yield line, change
        except (Refused, ValueError) as error:
            yield line, error if isinstance(error, Refused) else Refused("not_a_date", "valid_from")


def _difference(table: Table, row: Mapping[str, str], day: date) -> Iterator[Change]:
    code = row.get("code", "")
    known = table.index.get(code)
    last_day = date.fromisoformat(row["valid_to"]) if row.get("valid_to") else None
    given: dict[str, Any] = {name: row.get(name, "") for name in ("zh", "en", "parent", "confidence")}
    given |= {"registrar_code": row.get("registrar_code", "")}
    given |= {"facts": {name: row.get(name, "") for name in columns(table) if name in row}}
    if known is None:
        first = date.fromisoformat(row["valid_from"]) if row.get("valid_from") else day
        yield Change(verb=ADD, code=code, day=first, **given)
        if last_day is not None:
            yield Change(verb=END, code=code, day=last_day)
        return
    last = known[-1]
    if any(last_day == one.valid_to and last_day is not None for one in known):
        return  # a row that has ended and is known to have
    if last_day is not None:
        yield Change(verb=END, code=code, day=last_day)
    elif _differs(table, last, given):
        yield Change(verb=AMEND, code=code, day=day, **given)


def _differs(table: Table, last: Code, given: Mapping[str, Any]) -> bool:
    named = ("zh", "en", "parent", "registrar_code", "confidence")
    plain = any(given[name] and given[name] != getattr(last, name) for name in named)
    return plain or any(value != last.facts.get(name) for name, value in given["facts"].items())
