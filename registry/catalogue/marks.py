"""What an offer is, as tokens beside its words: so that words and filters are one question to one index.

A mark begins with two underscores, which no word and no character does. Filters by a figure or a day have
marks too, by steps: they find a little too much, and the columns say the rest.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from registry.catalogue.rules import SearchQuery, Standing, Tag, class_key
from registry.codes.calendar import corresponding_day
from registry.licenses.terms import term_end

FACETS = (
    *("fee_method", "tag", "patent_kind", "section", "industry", "technology_field", "stage"),
    "region",
)
"""What results are divided by; packed into one column in this order."""

SEPARATOR = "|"
PROVINCE = 2
"""Digits of a region's code that name its province."""

MUNICIPALITIES = frozenset({"11", "12", "31", "50"})
"""Beijing, Tianjin, Shanghai, Chongqing: divided into districts, not prefectures."""

OPEN, ANY = "__open", "__any"
_LETTER = {
    "fee_method": "m",
    "tag": "g",
    "patent_kind": "k",
    "section": "s",
    "technology_field": "f",
    "stage": "e",
}
_LAST_YEAR = 2080
"""Later years share this one's mark."""

_STEPS = tuple(Decimal(n) * 10**power for power in range(16) for n in (1, 2, 5))
_ODD = re.compile(r"[^a-z0-9]")


def packed(values: Mapping[str, Any]) -> str:
    """A row's facets in one text: one narrow column is read for ten thousand rows, not eight."""
    return SEPARATOR.join(str(values[name]).replace(SEPARATOR, "") for name in FACETS)


def of_offer(values: Mapping[str, Any]) -> list[str]:
    """The marks of a row of the index, from its columns."""
    found = [_mark(name, values[name]) for name in _LETTER]
    found += [f"__i{_plain(part)}" for part in _levels(values["industry"], 1, 3)]
    found += [f"__r{part}" for part in _levels(values["region"], 2, 4, 6)]
    found += [f"__c{key}" for key in _beginnings(values["class_key"])]
    found += [f"__a{step(values['amount'])}", f"__d{_years(values['duration_months'])}"]
    found += [f"__l{_year(values['license_last_day'])}", f"__p{_year(values['patent_last_day'])}"]
    found += [ANY, number(values["number"]), number(values["patent_number"])]
    return [OPEN, *found] if values["tag"] != Tag.ENDED else found


def asked(query: SearchQuery) -> list[tuple[str, ...]]:
    """The marks a query's filters ask for: of each tuple one must be there."""
    chosen = {"fee_method": query.method, "tag": query.tag, "patent_kind": query.kind}
    chosen |= {"section": query.section, "technology_field": query.technology_field, "stage": query.stage}
    wanted: list[tuple[str, ...]] = [(_mark(name, value),) for name, value in chosen.items() if value]
    if query.standing is Standing.OPEN:
        wanted.append((OPEN,))
    if query.industry:
        wanted.append((f"__i{_plain(query.industry)}",))
    if query.region:
        wanted.append((f"__r{region_beginning(query.region)}",))
    if ipc := class_key(query.ipc):
        wanted.append((f"__c{_plain(ipc)}",))
    return wanted


def bounds(query: SearchQuery, today: date) -> list[tuple[str, ...]]:
    """The same of the filter by a figure, which its column says exactly."""
    if query.amount_to is None:
        return []
    last = 0 if query.amount_to == 0 else int(step(query.amount_to))
    return [("__az", *(f"__a{one}" for one in range(last + 1))) if query.amount_to else ("__az",)]


def barred(query: SearchQuery, today: date) -> list[str]:
    """The marks of years, from this one on, that no offer has which filters by a day or a term let through.
    They are few where those of all later years are many.
    """
    found: list[str] = []
    if query.term_months is not None:
        end = term_end(today, query.term_months)
        found += [*_before("l", today, end), *_before("p", today, end)]
        found += [f"__d{n}" for n in range(query.term_months // 12)]
    if query.life_months is not None:
        found += _before("p", today, corresponding_day(today, query.life_months))
    return sorted(set(found))


def region_beginning(code: str) -> str:
    """`330000` asks for all that begins with 33, `330100` with 3301."""
    return code[:PROVINCE] if code.endswith("0000") else code.removesuffix("00")


def number(whole: str) -> str:
    """The mark of a whole number, ours or the office's."""
    return f"__n{_plain(whole)}"


def level(name: str, code: str, query: SearchQuery) -> str:
    """The value under which a row counts: sections and provinces first, their parts once one is chosen."""
    if name == "industry":
        return code[:3] if query.industry else code[:1]
    if name != "region" or len(query.region.rstrip("0")) > PROVINCE:
        return code
    if not query.region:
        return code[:PROVINCE].ljust(6, "0")
    return code if code[:PROVINCE] in MUNICIPALITIES else code[:4].ljust(6, "0")


def step(amount: Decimal | None) -> str:
    """Between which two steps (1, 2, 5, 10, 20 … yuan) an amount lies; `n` for none, `z` for zero."""
    if amount is None:
        return "n"
    return "z" if amount == 0 else str(bisect_right(_STEPS, amount))


def _before(letter: str, today: date, day: date) -> list[str]:
    return [f"__{letter}{one}" for one in range(today.year, _year(day))]


def _year(day: date) -> int:
    return min(day.year, _LAST_YEAR)


def _years(months: int | None) -> str:
    return "n" if months is None else str(min(months // 12, 40))


def _mark(name: str, value: str) -> str:
    return f"__{_LETTER[name]}{_plain(value)}"


def _levels(code: str, *sizes: int) -> list[str]:
    return [code[:size] for size in sizes if len(code) >= size]


def _beginnings(key: str) -> list[str]:
    return [_plain(key[:size]) for size in range(1, len(key) + 1)]


def _plain(code: str) -> str:
    return _ODD.sub("_", code.lower())
