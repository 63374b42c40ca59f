"""How the catalogue reads a text: Chinese character by character and pair by pair, Latin and digits word by
word.

Both databases store and search the same tokens, plain ASCII, so that neither's idea of letters, of a locale
or of a query language can matter. A word is `[a-z0-9]+`, and each of its first beginnings a token with an
underscore behind it; any other letter is its code point behind an underscore, and two such letters side by
side are a token too. A run of letters asks for each pair of neighbours in it, hence Chinese of any length
from one character; a word asks for how it begins. All that is asked must be there. The rest only separates.

Pairs instead of positions: no index of either database has to be read together with the row to know whether
two characters stand side by side (docs/adr/0023).
"""

import itertools
import re
import unicodedata
from dataclasses import dataclass

TOKENS_MAX = 6000
"""Indexed of one offer; more than its texts can hold at their greatest lengths."""

WORD_MAX = 64
"""Characters of one Latin word that count; PostgreSQL takes no lexeme over 2,046 bytes."""

TERMS_MAX = 12
"""Terms of one query; what comes after adds nothing a person meant."""

LETTERS, DIGITS = 4, 6
"""Beginnings of a word that are tokens themselves, so that a short one costs one look: of a number more,
because a million of them begin alike."""

# the ideographic planes by their range: rare names are written with characters newer than Python's tables
_RUN = re.compile("[a-z0-9]+|(?:[^\\Wa-z0-9_]|[\U00020000-\U0003fffd])+")
_DOTTED_CHECK = re.compile(r"(\d{8}|\d{12})\s?[.。．]\s?([0-9xX])(?![0-9A-Za-z])")
_COUNTRY = re.compile(r"(?<![a-z0-9])(?:zl|cn)\s?(?=\d{3})")


@dataclass(frozen=True, slots=True)
class Term:
    """Tokens that must all be there; of a `prefix` term the only token is a beginning."""

    tokens: tuple[str, ...]
    prefix: bool


def normal(text: str) -> str:
    """One spelling for comparison: NFKC, lower case; a patent number without ZL, its check digit joined."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    joined = _DOTTED_CHECK.sub(r"\1\2", unicodedata.normalize("NFKC", folded))
    return _COUNTRY.sub("", joined)


def tokens(text: str) -> list[str]:
    """The tokens of a text, each as often as it occurs."""
    found: list[str] = []
    for run in _RUN.findall(normal(text)):
        found += _beginnings(run[:WORD_MAX]) if run.isascii() else _characters(run)
    return found


def indexed(*texts: str) -> str:
    """The tokens of several texts as one line, each once; no pair runs over from one text into the next."""
    every = dict.fromkeys(token for text in texts if text for token in tokens(text))
    return " ".join(list(every)[:TOKENS_MAX])


def terms(query: str) -> tuple[Term, ...]:
    """What a query asks for. Empty when there is no letter or digit in it."""
    found: list[Term] = []
    for run in _RUN.findall(normal(query)):
        term = _word(run[:WORD_MAX]) if run.isascii() else Term(tuple(dict.fromkeys(_asked(run))), False)
        if term not in found:
            found.append(term)
    return tuple(found[:TERMS_MAX])


def _beginnings(word: str) -> list[str]:
    """`robot5` is r_ ro_ rob_ robo_ robot_ robot5_ robot5: the whole word is found by any later beginning."""
    short = [f"{word[:size]}_" for size in range(1, min(len(word), _most(word)) + 1)]
    return [*short, word] if len(word) > LETTERS else short


def _word(word: str) -> Term:
    return Term((f"{word}_",), False) if len(word) <= _most(word) else Term((word,), True)


def _most(word: str) -> int:
    return LETTERS if word.isalpha() else DIGITS


def _characters(run: str) -> list[str]:
    return [*(_token(one) for one in run), *_pairs(run)]


def _asked(run: str) -> list[str]:
    return _pairs(run) or [_token(run)]


def _pairs(run: str) -> list[str]:
    single = [_token(one) for one in run]
    return [first + second for first, second in itertools.pairwise(single)]


def _token(character: str) -> str:
    return f"_{ord(character):x}"
