"""`make mutations`: every byte changed, left out and doubled, judged by what `registry verify` calls.

Each byte takes three other values (its lowest bit turned, its letter case turned, and one that depends on its
place), or with `--all` every one of the 255. Detected means: not ended with 0, or a verdict lowered; and the
checker never raises. One process for each core; the sums stand in a table, exit code 1 on any undetected one.
"""

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator

from tests.mutations import in_browser
from tests.mutations.judging import Piece, begin, judge, ready

STEP = 256


def pieces(every: bool, only: str) -> Iterator[Piece]:
    for number, subject in enumerate(ready()):
        if only not in subject.name:
            continue
        for file, data in subject.files.items():
            for start in range(0, len(data), STEP):
                end = min(start + STEP, len(data))
                yield Piece(subject=number, file=file, start=start, end=end, every=every)


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.mutations")
    parser.add_argument("--all", action="store_true", help="all 255 values of each byte")
    parser.add_argument("--only", default="", help="subjects whose name holds this word")
    asked = parser.parse_args()
    wanted = list(pieces(asked.all, asked.only))
    tried: Counter[int] = Counter()
    bytes_of: Counter[int] = Counter()
    passed: list[str] = []
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mxmutations") as shared:
        context = multiprocessing.get_context("spawn")
        with context.Pool(os.cpu_count(), initializer=begin, initargs=(shared,)) as pool:
            for number, count, found in pool.imap_unordered(judge, wanted):
                tried[number] += count
                passed += found
    for piece in wanted:
        bytes_of[piece.subject] += piece.end - piece.start
    print("| subject | bytes | changes | not noticed |\n|---|---:|---:|---:|")
    for number, count in sorted(tried.items()):
        name = ready()[number].name
        missed = sum(line.startswith(f"{name} ") for line in passed)
        print(f"| {name} | {bytes_of[number]:,} | {count:,} | {missed} |")
    print(f"\n{sum(tried.values()):,} changes in {time.monotonic() - began:.0f} s", flush=True)
    passed += _in_browser(asked.only)
    print("\n".join(passed[:50]))
    return 1 if passed or not tried else 0


def _in_browser(only: str) -> list[str]:
    """The table of the checking page; answers what it did not notice."""
    rows = in_browser.judged(only)
    if rows is None:
        print("no browser here: the checking page was not tried")
        return []
    passed: list[str] = []
    print("\n| in the browser | bytes | changes | not noticed |\n|---|---:|---:|---:|", flush=True)
    for name, size, tried, missed in rows:
        print(f"| {name} | {size:,} | {tried:,} | {len(missed)} |", flush=True)
        passed += missed
    return passed


if __name__ == "__main__":
    sys.exit(main())
