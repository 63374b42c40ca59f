"""Saved searches as values: what of a search is kept, how often it is told, what is due today."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from urllib.parse import urlencode

MOST = 30
"""Saved searches an account may have; industries are counted apart."""

PASSING = frozenset({"page", "sort", "lang", "name", "every"})
"""Parameters that say how a result is looked at, not what is looked for."""

LISTED = 10
"""Finds of one search that a letter names; the rest are counted."""

AT_ONCE = 200
OVERLAP = timedelta(days=3)
"""An offer published before the last look may have come into the index after it, by no more than this."""


class Every(StrEnum):
    """How often new finds are told."""

    DAILY = "daily"
    WEEKLY = "weekly"
    NONE = "none"


class Kind(StrEnum):
    """What is watched: a search somebody saved, or an industry somebody follows."""

    SEARCH = "search"
    INDUSTRY = "industry"


def kept(parameters: Mapping[str, str]) -> dict[str, str]:
    """What of a search's parameters is looked for, in one order."""
    named = {name: value.strip() for name, value in parameters.items() if name not in PASSING}
    return {name: value for name, value in sorted(named.items()) if value}


def digest(query: Mapping[str, str]) -> str:
    """The same search saved twice is one."""
    text = json.dumps(query, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def address(query: Mapping[str, str]) -> str:
    """The search's own page."""
    return f"/search?{urlencode(query)}" if query else "/search"


def last_told(every: str, today: date) -> date | None:
    """A search last told on this day or before is due today; None when it never is."""
    if every == Every.DAILY:
        return today - timedelta(days=1)
    return today - timedelta(days=7) if every == Every.WEEKLY else None
