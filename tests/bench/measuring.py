"""Measure two things in turn, so that a slow moment of the machine falls on both; medians and their ratio."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report: rates per second of ours and of the bare baseline, and ours / bare."""

    name: str
    ours: float
    bare: float
    spread: tuple[float, float]
    aim: str = ""

    @property
    def ratio(self) -> float:
        return self.ours / self.bare


def compare(
    name: str,
    ours: Callable[[int], None],
    bare: Callable[[int], None],
    *,
    rounds: int,
    each: int,
    per: int = 1,
    aim: str = "",
) -> Row:
    """Run `ours(i)` and `bare(i)` alternately, `each` calls a round; one call of ours does `per` things."""
    ours_rates, bare_rates = [], []
    for round_number in range(rounds):
        ours_rates.append(each * per / _timed(ours, round_number * each, each))
        bare_rates.append(each / _timed(bare, round_number * each, each))
    ratios = sorted(a / b for a, b in zip(ours_rates, bare_rates, strict=True))
    return Row(
        name, statistics.median(ours_rates), statistics.median(bare_rates), (ratios[0], ratios[-1]), aim
    )


def _timed(call: Callable[[int], None], first: int, count: int) -> float:
    start = time.perf_counter()
    for number in range(first, first + count):
        call(number)
    return time.perf_counter() - start


def table(rows: list[Row]) -> str:
    """The report as a Markdown table, ready for docs/performance.md."""
    lines = [
        "| what | ours /s | bare /s | ratio | lowest–highest round | aim |",
        "|---|---:|---:|---:|---:|---|",
    ]
    lines += [
        f"| {row.name} | {row.ours:,.1f} | {row.bare:,.1f} | {row.ratio:.2f} "
        f"| {row.spread[0]:.2f}–{row.spread[1]:.2f} | {row.aim} |"
        for row in rows
    ]
    return "\n".join(lines)
