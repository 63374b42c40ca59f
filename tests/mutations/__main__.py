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
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from registry.ledger.policy import Policy
from registry.ledger.report import Report, State
from registry.ledger.verify import verify_bytes, verify_path
from tests.mutations.subjects import Subject, subjects

STEP = 256
WORTH = {State.VALID: 3, State.LOWERED: 2, State.NOT_CHECKABLE: 1, State.INVALID: 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of one subject: which file of it, from where to where."""

    subject: int
    file: str
    start: int
    end: int
    every: bool


def changes(data: bytes, at: int, *, every: bool) -> Iterator[tuple[str, bytes]]:
    """The file with one byte changed, left out, doubled."""
    byte, head, tail = data[at], data[:at], data[at + 1 :]
    some = dict.fromkeys(value for value in (byte ^ 0x01, byte ^ 0x20, (at * 37 + 11) % 256) if value != byte)
    for value in [other for other in range(256) if other != byte] if every else some:
        yield f"{at}: {byte} -> {value}", b"".join((head, bytes((value,)), tail))
    if not tail or tail[0] != byte:  # of equal neighbours the last one stands for all
        yield f"{at}: {byte} left out", head + tail
        yield f"{at}: {byte} doubled", b"".join((head, bytes((byte, byte)), tail))


def noticed(report: Report, before: Report) -> bool:
    """Whether the check failed, or says less than it said of the whole file."""
    lower = [WORTH[a.state] < WORTH[b.state] for a, b in zip(report.verdicts, before.verdicts, strict=True)]
    return report.exit_code != 0 or any(lower)


def judge(piece: Piece) -> tuple[int, int, list[str]]:
    """Subject, how many changes were tried in the piece, and those nobody noticed."""
    subject = _ready()[piece.subject]
    check, data = _checker(subject, piece.file), subject.files[piece.file]
    before, tried, passed = check(data), 0, []
    for at in range(piece.start, piece.end):
        for change, spoiled in changes(data, at, every=piece.every):
            tried += 1
            try:
                if not noticed(check(spoiled), before):
                    passed.append(f"{subject.name} {piece.file} {change}")
            except Exception as error:  # a checker that stops says nothing: as bad as saying yes
                passed.append(f"{subject.name} {piece.file} {change} raised {error!r}")
    check(data)
    return piece.subject, tried, passed


def _checker(subject: Subject, file: str) -> Callable[[bytes], Report]:
    if file == "":
        return partial(verify_bytes, policy=subject.policy)
    return partial(_check_folder, subject.policy, _folder(subject) / file)


def _check_folder(policy: Policy, path: Path, data: bytes) -> Report:
    path.write_bytes(data)
    return verify_path(_FOLDERS[os.getpid()], policy)


_READY: list[Subject] = []
_FOLDERS: dict[int, Path] = {}


def _ready() -> list[Subject]:
    """The subjects, made once in each process; they are the same bytes everywhere."""
    if not _READY:
        _READY.extend(subjects())
    return _READY


def _folder(subject: Subject) -> Path:
    """The log written out, a folder for each process: it is one change away from whole at any time."""
    if os.getpid() not in _FOLDERS:
        folder = Path(tempfile.mkdtemp(prefix="mxmutations", dir=_SHARED[0]))
        subject.write(folder)
        _FOLDERS[os.getpid()] = folder
    return _FOLDERS[os.getpid()]


_SHARED: list[str] = []


def _begin(shared: str) -> None:
    _SHARED.append(shared)


def pieces(every: bool, only: str) -> Iterator[Piece]:
    for number, subject in enumerate(_ready()):
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
        with context.Pool(os.cpu_count(), initializer=_begin, initargs=(shared,)) as pool:
            for number, count, found in pool.imap_unordered(judge, wanted):
                tried[number] += count
                passed += found
    for piece in wanted:
        bytes_of[piece.subject] += piece.end - piece.start
    print("| subject | bytes | changes | not noticed |\n|---|---:|---:|---:|")
    for number, count in sorted(tried.items()):
        name = _ready()[number].name
        missed = sum(line.startswith(f"{name} ") for line in passed)
        print(f"| {name} | {bytes_of[number]:,} | {count:,} | {missed} |")
    print(f"\n{sum(tried.values()):,} changes in {time.monotonic() - began:.0f} s")
    print("\n".join(passed[:50]))
    return 1 if passed or not tried else 0


if __name__ == "__main__":
    sys.exit(main())
