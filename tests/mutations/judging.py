"""One piece of work: a stretch of bytes of one subject, spoiled byte by byte and judged. Imported by every
process of the pool.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from registry.ledger.policy import Policy
from registry.ledger.report import Report, State
from registry.ledger.verify import verify_bytes, verify_path
from tests.mutations.subjects import Subject, subjects

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
    """Whether the check failed, or says less than it said of the whole file: a verdict it no longer gives (of
    a seal that is not found any more) is less too.
    """
    now = {verdict.name: WORTH[verdict.state] for verdict in report.verdicts}
    lower = [now.get(verdict.name, -1) < WORTH[verdict.state] for verdict in before.verdicts]
    return report.exit_code != 0 or any(lower)


def judge(piece: Piece) -> tuple[int, int, list[str]]:
    """Subject, how many changes were tried in the piece, and those nobody noticed."""
    subject = ready()[piece.subject]
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


def ready() -> list[Subject]:
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


def begin(shared: str) -> None:
    """Where folders may be written; called once in each process."""
    _SHARED.append(shared)
