"""How the catalogue reads a text: Chinese character by character, Latin and digits word by word.

Both databases store and search the same tokens, plain ASCII, so that neither's idea of letters, of a locale
or of a query language can matter: a word is `[a-z0-9]+`, any other letter is its code point behind an
underscore. A run of such characters is looked for as a phrase, hence Chinese words of any length from one
character; a word is looked for by how it begins. All terms of a query must be there. The rest only separates.
"""

import re
import unicodedata
from dataclasses import dataclass

TOKENS_MAX = 6000
"""Indexed of one text; a position in PostgreSQL's tsvector ends at 16,383."""

GAP = "_"
WORD_MAX = 64
"""Characters of one Latin word that count; PostgreSQL takes no lexeme over 2,046 bytes."""

TERMS_MAX = 12
"""Terms of one query; what comes after adds nothing a person meant."""

# the ideographic planes by their range: rare names are written with characters newer than Python's tables
_RUN = re.compile("[a-z0-9]+|(?:[^\\Wa-z0-9_]|[\U00020000-\U0003fffd])+")
_DOTTED_CHECK = re.compile(r"(\d{8}|\d{12})\s?[.。．]\s?([0-9xX])(?![0-9A-Za-z])")


@dataclass(frozen=True, slots=True)
class Term:
    """Tokens that must follow one another; of a `prefix` term the only token is a beginning."""

    tokens: tuple[str, ...]
    prefix: bool


def normal(text: str) -> str:
    """One spelling for comparison: NFKC and lower case, and a patent number's check digit joined to it."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _DOTTED_CHECK.sub(r"\1\2", unicodedata.normalize("NFKC", folded))


def tokens(text: str) -> list[str]:
    """The tokens of a text in order."""
    found: list[str] = []
    for run in _RUN.findall(normal(text)):
        found += [run[:WORD_MAX]] if _is_word(run) else [_token(character) for character in run]
    return found


def indexed(*texts: str) -> str:
    """Several texts as one line of tokens; a gap keeps a phrase from running over from one into the next."""
    line = f" {GAP} ".join(" ".join(tokens(text)) for text in texts if text)
    return " ".join(line.split(" ", TOKENS_MAX)[:TOKENS_MAX])


def terms(query: str) -> tuple[Term, ...]:
    """What a query asks for. Empty when there is no letter or digit in it."""
    found: list[Term] = []
    for run in _RUN.findall(normal(query)):
        term = (
            Term((run[:WORD_MAX],), True) if _is_word(run) else Term(tuple(_token(one) for one in run), False)
        )
        if term not in found:
            found.append(term)
    return tuple(found[:TERMS_MAX])


def _is_word(run: str) -> bool:
    return run.isascii()


def _token(character: str) -> str:
    return f"_{ord(character):x}"
