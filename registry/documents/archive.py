"""ZIP packages, streamed: dates fixed, members in the caller's order, names safe to unpack anywhere.

Members are stored uncompressed (papers are compressed already), so the length is known before the first byte
goes out. Same members, same bytes. zipstream-ng is not used: it dates every
member with the present moment.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO, BinaryIO, cast
from zipfile import ZIP64_LIMIT, ZIP_FILECOUNT_LIMIT, ZIP_STORED, ZipFile, ZipInfo

FIXED_DATE = (1980, 1, 1, 0, 0, 0)  # the format's first day
CHUNK = 64 * 1024
LONGEST_NAME = 180  # bytes of UTF-8 for each part of a path, below every file system's 255
FORBIDDEN = frozenset('\\/:*?"<>|')
RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
)
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file of a package; `open` is called when its turn comes, and must give exactly `size` bytes."""

    name: str
    size: int
    open: Callable[[], BinaryIO]


class Archive:
    """The chunks of a ZIP file, made while they are sent; `len()` is their sum in bytes."""

    def __init__(self, members: Iterable[Member]) -> None:
        """Raises ValueError when two members would unpack over each other, beyond 2 GiB or 65,535 members."""
        self._members = [(safe_path(member.name), member) for member in members]
        folded = [name.casefold() for name, _ in self._members]
        for name, times in Counter(folded).items():
            if times > 1:
                raise ValueError(f"{times} members are called {name}")
        if len(self) > ZIP64_LIMIT / 1.05 or len(self._members) > ZIP_FILECOUNT_LIMIT:
            raise ValueError("too much for one archive")

    def __len__(self) -> int:
        """Local header, data and its descriptor, central header of each; one end record (APPNOTE 4.3)."""
        each = ((len(name.encode()), member.size) for name, member in self._members)
        return sum(30 + name + size + 16 + 46 + name for name, size in each) + 22

    def __iter__(self) -> Iterator[bytes]:
        sink = _Sink()
        with ZipFile(cast(IO[bytes], sink), "w", ZIP_STORED) as archive:
            for name, member in self._members:
                yield from _packed(archive, sink, name, member=member)
        yield sink.taken()


class _Sink:
    """Where zipfile writes; not seekable, so sizes follow the data."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._waiting.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        data, self._waiting = b"".join(self._waiting), []
        return data


def _packed(archive: ZipFile, sink: _Sink, name: str, *, member: Member) -> Iterator[bytes]:
    entry = ZipInfo(name, FIXED_DATE)
    entry.create_system = 3
    entry.external_attr = 0o100644 << 16
    entry.file_size = member.size
    written = 0
    with member.open() as source, archive.open(entry, "w") as target:
        while chunk := source.read(CHUNK):
            written += target.write(chunk)
            yield sink.taken()
    if written != member.size:
        raise ValueError(f"{name} has {written} bytes, not {member.size}")


def safe_path(path: str) -> str:
    """A relative path each of whose parts is safe: `../a` becomes `a`."""
    parts = [safe_name(part) for part in path.split("/") if part.strip(". ")]
    return "/".join(parts) or "_"


def safe_name(text: str) -> str:
    """A file name that Windows, macOS and Linux all accept; the extension survives shortening."""
    text = unicodedata.normalize("NFC", text)
    text = "".join(
        "_" if char in FORBIDDEN else char for char in text if unicodedata.category(char) not in HIDDEN
    )
    text = text.strip(". ") or "_"
    if text.split(".")[0].strip().casefold() in RESERVED:
        text = "_" + text
    return _shortened(text)


def _shortened(text: str) -> str:
    stem, dot, extension = text.rpartition(".")
    if not dot or len(extension.encode()) > 10:
        stem, dot, extension = text, "", ""
    room = LONGEST_NAME - len((dot + extension).encode())
    if len(stem.encode()) > room:
        stem = stem.encode()[:room].decode(errors="ignore").rstrip(". ")
    return stem + dot + extension
