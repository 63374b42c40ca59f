"""The words of `vocabulary.txt`, by the name their line begins with."""

from pathlib import Path

_LINES = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines()[1:]
_WORDS = {name: tuple(words) for name, *words in (line.split() for line in _LINES)}
HEADS, ACTS, MEANS, NOUNS, PLACES, TRADES, FAMILY = _WORDS.values()
