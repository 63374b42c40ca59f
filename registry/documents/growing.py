"""A ZIP file that grows on the disk in steps: what a worker had finished when it died is not made again.

The members of a step are written, flushed to the disk, and only then named in the index beside the archive:
one JSON line a step. Opening it again cuts off whatever came after the last line. Members are stored as they
are, dates fixed; the central directory is written from the index, so memory does not grow with the archive.
Zip64 (APPNOTE 4.3.14, 4.5.3) where there are more than 65,535 members or more than 4 GiB.
"""

import fcntl
import json
import os
import struct
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO
from zlib import crc32

from registry.documents.archive import CHUNK, Member, safe_path

MANY, BIG = 0xFFFF, 0xFFFFFFFF
UTF8 = 0x0800  # names are UTF-8 (APPNOTE 4.4.4, bit 11)
STORED, VERSION, VERSION_64 = 0, 20, 45
DAY = (1 << 5) | 1  # 1980-01-01, the format's first day, as `archive.FIXED_DATE`
REGULAR = 0o100644 << 16  # a plain file, on Unix
LOCAL = struct.Struct("<IHHHHHIIIHH")
CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
END = struct.Struct("<IHHHHIIH")
END_64 = struct.Struct("<IQHHIIQQQQ")
LOCATOR_64 = struct.Struct("<IIQI")


class Busy(Exception):
    """Another worker has this archive open."""


class GrowingZip:
    """One archive under its folder: `<name>.zip` and `<name>.index`. Use it in a `with` block."""

    def __init__(self, folder: Path, name: str) -> None:
        """Open or begin. Raises Busy while another process has it open."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path, self._index_path = folder / f"{name}.zip", folder / f"{name}.index"
        self._lock = (folder / f"{name}.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise Busy(name) from error
        self._file: BinaryIO = self._begun(self.path)
        self._index: BinaryIO = self._begun(self._index_path)
        self._entries: list[tuple[str, int, int, int]] = []
        self._recover()

    def __enter__(self) -> "GrowingZip":
        return self

    def __exit__(self, *_: object) -> None:
        for one in (self._file, self._index, self._lock):
            one.close()

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._file.tell()

    def notes(self) -> Iterator[Any]:
        """What the finished steps said of themselves, in order."""
        for line in self._lines():
            yield line["note"]

    def add(self, members: Iterable[Member]) -> None:
        """Write members; they count once `step` has named them. Raises ValueError for names that clash."""
        for member in members:
            self._write(safe_path(member.name), member)

    def step(self, note: Any) -> None:
        """Make what was added last: first the archive reaches the disk, then the line that names it."""
        self._refuse_clashes()
        _to_disk(self._file)
        line = {"end": self._file.tell(), "note": note, "members": self._entries}
        self._index.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        _to_disk(self._index)
        self._entries = []

    def finish(self, tail: Iterable[Member]) -> None:
        """Add the last members and the central directory. Done again after a crash, it is the same file."""
        self.add(tail)
        self._refuse_clashes()
        start, count = self._file.tell(), 0
        for name, crc, size, offset in self._members():
            self._file.write(_central(name, crc, size, offset))
            count += 1
        self._file.write(_end(count, start, self._file.tell() - start))
        _to_disk(self._file)

    def forget(self) -> None:
        """Remove what lies beside the finished archive, which somebody else has taken over by now."""
        for path in (self.path, self._index_path, Path(self._lock.name)):
            path.unlink(missing_ok=True)

    def _write(self, name: str, member: Member) -> None:
        encoded, offset, crc, size = name.encode(), self._file.tell(), 0, 0
        self._file.write(_local(encoded, 0, 0))
        with member.open() as source:
            while chunk := source.read(CHUNK):
                crc, size = crc32(chunk, crc), size + self._file.write(chunk)
        if size != member.size or size >= BIG:
            raise ValueError(f"{name} has {size} bytes, not {member.size}")
        end = self._file.tell()
        self._file.seek(offset)
        self._file.write(_local(encoded, crc, size))  # known only now
        self._file.seek(end)
        self._entries.append((name, crc, size, offset))

    def _refuse_clashes(self) -> None:
        """Steps have folders of their own, so names can clash within a step alone."""
        for name, times in Counter(name.casefold() for name, *_ in self._entries).items():
            if times > 1:
                raise ValueError(f"{times} members are called {name}")

    def _members(self) -> Iterator[tuple[str, int, int, int]]:
        for line in self._lines():
            yield from (tuple(one) for one in line["members"])
        yield from self._entries

    def _recover(self) -> None:
        """Cut off what no line names: half a member, half a step, half a line, an unfinished directory."""
        end, whole = 0, 0
        for raw in self._index:
            if not raw.endswith(b"\n"):
                break
            end, whole = json.loads(raw)["end"], whole + len(raw)
        if self.path.stat().st_size < end:
            end = whole = 0  # the disk lost what it had promised: begin again
        self._index.truncate(whole)
        self._index.seek(whole)
        self._file.truncate(end)
        self._file.seek(end)

    def _lines(self) -> Iterator[dict[str, Any]]:
        with self._index_path.open("rb") as lines:
            for raw in lines:
                yield json.loads(raw)

    @staticmethod
    def _begun(path: Path) -> BinaryIO:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        return os.fdopen(handle, "r+b")


def _to_disk(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _local(name: bytes, crc: int, size: int) -> bytes:
    head = (0x04034B50, VERSION, UTF8, STORED, 0, DAY, crc, size, size, len(name), 0)
    return LOCAL.pack(*head) + name


def _central(name: str, crc: int, size: int, offset: int) -> bytes:
    """One line of the directory; an offset beyond 4 GiB stands in a Zip64 field (4.5.3)."""
    encoded, far = name.encode(), offset >= BIG
    extra = struct.pack("<HHQ", 1, 8, offset) if far else b""
    version = VERSION_64 if far else VERSION
    head = CENTRAL.pack(
        0x02014B50, 3 << 8 | version, version, UTF8, STORED, 0, DAY, crc, size, size,
        len(encoded), len(extra), 0, 0, 0, REGULAR, BIG if far else offset,
    )  # fmt: skip
    return head + encoded + extra


def _end(count: int, start: int, size: int) -> bytes:
    """The end record, with its Zip64 forerunners where a number does not fit."""
    plain = END.pack(0x06054B50, 0, 0, min(count, MANY), min(count, MANY), min(size, BIG), min(start, BIG), 0)
    if count < MANY and start < BIG and size < BIG:
        return plain
    whole = END_64.pack(0x06064B50, 44, 3 << 8 | VERSION_64, VERSION_64, 0, 0, count, count, size, start)
    return whole + LOCATOR_64.pack(0x07064B50, 0, start + size, 1) + plain
