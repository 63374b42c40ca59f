"""Geometry of plots: bars as shares of the longest, columns on a grid. Pure; the template draws them as SVG
and shows the same numbers as a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, FOOT, TOP = 720, 200, 28, 18
"""A plot of months, in units of its own view box; the foot holds the names of quarters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its place in the view box, and whether its name is written under it."""

    x: float
    y: float
    width: float
    height: float
    named: bool


def shares(counts: Sequence[int]) -> list[float]:
    """Each as percent of the largest, at least a hair's breadth where there is anything."""
    top = max(counts, default=0)
    return [max(round(100 * count / top, 2), 0.5) if count else 0.0 for count in counts]


def columns(counts: Sequence[int], *, every: int = 3) -> list[Column]:
    """Columns from left to right; every third is named, and the last."""
    top, wide = max([*counts, 1]), WIDTH / max(len(counts), 1)
    room = HEIGHT - FOOT - TOP
    made = []
    for place, count in enumerate(counts):
        tall = round(room * count / top, 2)
        made.append(
            Column(
                x=round(place * wide + wide * 0.15, 2),
                y=round(HEIGHT - FOOT - tall, 2),
                width=round(wide * 0.7, 2),
                height=tall,
                named=(len(counts) - 1 - place) % every == 0,
            )
        )
    return made
