"""A ZIP file that is a function of its members: stored as they are, dated 1980-01-01, nothing between them.

Programs differ over archives that say one thing twice: a name given twice, a local header that is not the
directory's, bytes before, between or behind. So a reader takes the members in their order, makes the whole
again and compares every byte (APPNOTE 4.3).
"""

import re
import struct
from collections.abc import Mapping
from zlib import crc32

LOCAL_SIGN, CENTRAL_SIGN, END_SIGN = 0x04034B50, 0x02014B50, 0x06054B50
LOCAL = struct.Struct("<IHHHHHIIIHH")
CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
END = struct.Struct("<IHHHHIIH")
VERSION, UTF8, DAY = 20, 0x0800, (1 << 5) | 1
REGULAR = 0o100644 << 16  # a plain file, on Unix
MOST = 1000  # members
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*").fullmatch


def pack(members: Mapping[str, bytes]) -> bytes:
    """The archive of these members, in their order. Raises ValueError for a name that is not plain ASCII or
    not safe to unpack anywhere, and beyond MOST members.
    """
    if len(members) > MOST or not all(map(is_name, members)):
        raise ValueError("too many members, or a name that is not plain")
    parts, directory, at = list[bytes](), list[bytes](), 0
    for name, data in members.items():
        said = (UTF8, 0, 0, DAY, crc32(data), len(data), len(data), len(name), 0)
        parts += [LOCAL.pack(LOCAL_SIGN, VERSION, *said), name.encode(), data]
        head = CENTRAL.pack(CENTRAL_SIGN, 3 << 8 | VERSION, VERSION, *said, 0, 0, 0, REGULAR, at)
        directory += [head, name.encode()]
        at += LOCAL.size + len(name) + len(data)
    length = sum(map(len, directory))
    end = END.pack(END_SIGN, 0, 0, len(members), len(members), length, at, 0)
    return b"".join([*parts, *directory, end])


def unpack(data: bytes) -> dict[str, bytes]:
    """The members as they follow each other up to the directory; that the whole is `pack` of them is asked
    apart, so that what is wrong with a member can be said first. Raises ValueError.
    """
    members: dict[str, bytes] = {}
    at = 0
    while data[at : at + 4] == struct.pack("<I", LOCAL_SIGN):
        if len(data) < at + LOCAL.size:
            raise ValueError("a cut header")
        _, _, _, method, _, _, _, packed, size, length, extra = LOCAL.unpack_from(data, at)
        start = at + LOCAL.size + length + extra
        name = data[at + LOCAL.size :][:length].decode("ascii")
        if method or packed != size or start + size > len(data) or len(members) == MOST:
            raise ValueError("not stored as it is")
        if not is_name(name) or name in members:
            raise ValueError("a name twice, or not plain")
        members[name] = data[start : start + size]
        at = start + size
    if not members:
        raise ValueError("no members")
    return members


def is_name(name: str) -> bool:
    """Whether it is plain ASCII, relative, and leads nowhere else."""
    return len(name) <= 200 and _NAME(name) is not None
