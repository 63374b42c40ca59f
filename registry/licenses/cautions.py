"""Words that need a second look: terms that may monopolise technology (CC 850; SPC 10), advertising (IR 85).

The wordings are dated rows of the tables `monopoly_term` and `advertising_word`: a court's new view is a new
row and no new program. A pattern is plain Chinese with marks: （a|b） is one of several, （a|b）* up to three
of them, `~` up to six characters between, `…` up to sixteen, `?` behind a character makes it optional; a gap
never leaves its sentence. Where `unless` is found in the clauses a match lies in, it is no match. Nothing
here decides: a flag makes a person read the sentence.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from registry.codes.tables import Code, table

MONOPOLY, ADVERTISING = "monopoly_term", "advertising_word"
KINDS = ("improvement", "competing", "limits", "tying", "sources", "challenge")
"""The six kinds of SPC 10, in its order."""
LONGEST_PATTERN = 400
_SHORT, _LONG = "{0,6}?", "{0,16}?"
_INSIDE = "[^。；！？;!?]"
_SENTENCE = re.compile(r"[^。；！？;!?\n]+")
_CLAUSE = re.compile(r"[，,、：:]")
_TAKER = (("被许可方", "\ue000"), ("被许可人", "\ue001"))
"""The licensee's names end as the licensor's do; as one character each nobody takes the one for the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """Words found, the row and the kind they fall under, and its article."""

    code: str
    kind: str
    words: str
    article: str


def monopoly(text: str, on: date) -> tuple[Caution, ...]:
    """One caution for each of the six kinds a text may fall under on a day, in their order."""
    found: dict[str, Caution] = {}
    for one in _found(MONOPOLY, text, on):
        found.setdefault(one.kind, one)
    return tuple(found[kind] for kind in KINDS if kind in found)


def advertising(text: str, on: date) -> tuple[Caution, ...]:
    """Advertising words of a text on a day, each once, in the order of the table."""
    return tuple(_found(ADVERTISING, text, on))


def check_pattern(pattern: str) -> None:
    """Raises ValueError for a pattern that cannot be read or would take long to look for."""
    if len(pattern) > LONGEST_PATTERN or pattern.count("…") + pattern.count("~") > 12:
        raise ValueError("the pattern is too long")
    _compiled(pattern)


def _found(name: str, text: str, on: date) -> Iterator[Caution]:
    sentences = _sentences(text)
    for row in table(name):
        if not row.facts["pattern"] or not row.valid_on(on):
            continue
        words = next((hit for one in sentences if (hit := _hit(row, one))), "")
        if words:
            yield Caution(code=row.code, kind=row.parent, words=words, article=row.facts["article"])


def _sentences(text: str) -> tuple[str, ...]:
    """The text as it is looked at: one form of each character, no blanks, sentence by sentence.

    A line break ends a sentence where a mark would; blanks between words are how words hide.
    """
    plain = unicodedata.normalize("NFKC", text)
    return tuple(_folded("".join(part.split())) for part in _SENTENCE.findall(plain))


def _folded(text: str) -> str:
    for name, mark in _TAKER:
        text = text.replace(name, mark)
    return text


def _said(text: str) -> str:
    for name, mark in _TAKER:
        text = text.replace(mark, name)
    return text


def _hit(row: Code, sentence: str) -> str:
    pattern, unless = _compiled(row.facts["pattern"]), row.facts["unless"]
    for match in pattern.finditer(sentence):
        if not unless or not _compiled(unless).search(_clauses(sentence, match)):
            return _said(match.group())
    return ""


def _clauses(sentence: str, match: re.Match[str]) -> str:
    """The whole clauses a match touches."""
    marks = [mark.start() for mark in _CLAUSE.finditer(sentence)]
    start = max((place + 1 for place in marks if place < match.start()), default=0)
    end = min((place for place in marks if place >= match.end()), default=len(sentence))
    return sentence[start:end]


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    """The pattern as a regular expression. Raises ValueError for one that cannot be read."""
    made = [_MARKS.get(mark) or re.escape(mark) for mark in _folded(unicodedata.normalize("NFC", pattern))]
    try:
        return re.compile("".join(made))
    except re.error as error:
        raise ValueError(f"the pattern cannot be read: {error}") from error


_MARKS = {
    "（": "(?:",
    "）": ")",
    "|": "|",
    "~": f"{_INSIDE}{_SHORT}",
    "…": f"{_INSIDE}{_LONG}",
    "?": "?",
    "*": "{0,3}",
}
