"""A license bundle attached to a printed certificate, in the one way that a checker can make again.

The printed file stays as it was, byte for byte; what is added behind it (an incremental update, ISO 32000-1,
7.5.6) is a function of the two alone: docs/formats.md, section 7. Pure: bytes in, bytes out.
"""

import re
from typing import NamedTuple

NAME = b"license-bundle.json"
ROW = 20  # bytes of one line of the table
_TRAILER = re.compile(rb"trailer\s*<<(.*?)>>\s*startxref\n(\d+)\n%%EOF\n\Z", re.DOTALL)


class Attached(NamedTuple):
    """A certificate taken apart again."""

    printed: bytes
    bundle: bytes


class Printed(NamedTuple):
    """What an addition needs to know of the printed file; `catalogue` is its text without brackets."""

    size: int
    root: int
    catalogue: bytes
    info: bytes
    identity: bytes
    table: int


def attach(printed: bytes, bundle: bytes) -> bytes:
    """The certificate with its bundle. Raises ValueError for a file not printed the way papers here are."""
    read = read_printed(printed)
    n, root = read.size, read.root
    file = (
        b"%d 0 obj\n<< /Type /EmbeddedFile /Subtype /application#2Fvnd.open-license.bundle.v1+json"
        b" /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (n, len(bundle), bundle)
    )
    described = (
        b"%d 0 obj\n<< /Type /Filespec /F (%s) /UF (%s) /AFRelationship /Data"
        b" /EF << /F %d 0 R >> >>\nendobj\n" % (n + 1, NAME, NAME, n)
    )
    catalogue = b"%d 0 obj\n<< %s >>\nendobj\n" % (root, attached_catalogue(read))
    places = [len(printed), len(printed) + len(file), len(printed) + len(file) + len(described)]
    table = places[2] + len(catalogue)
    rows = b"xref\n0 1\n0000000000 65535 f \n%d 1\n%010d 00000 n \n%d 2\n%010d 00000 n \n%010d 00000 n \n" % (
        root,
        places[2],
        n,
        places[0],
        places[1],
    )
    trailer = b"trailer\n<< /Size %d /Root %d 0 R /Info %s /ID %s /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        n + 2,
        root,
        read.info,
        read.identity,
        read.table,
        table,
    )
    return b"".join((printed, file, described, catalogue, rows, trailer))


def attached_catalogue(read: Printed) -> bytes:
    """The text of the catalogue once a bundle is attached."""
    named = read.size + 1
    return b"%s /AF [ %d 0 R ] /Names << /EmbeddedFiles << /Names [ (%s) %d 0 R ] >> >>" % (
        read.catalogue,
        named,
        NAME,
        named,
    )


def detach(data: bytes) -> Attached:
    """The printed file and the bundle. Raises ValueError unless the addition is exactly what it must be."""
    place = _last_number(data, rb"xref\n.*\n(\d{10}) 00000 n \n\d{10} 00000 n \ntrailer\n")
    head = re.compile(rb"\d+ 0 obj\n<< [^<>]* /Length (\d+) >>\nstream\n").match(data, place)
    if head is None:
        raise ValueError("no bundle stands behind the printed file")
    parts = Attached(data[:place], data[head.end() : head.end() + int(head[1])])
    if attach(*parts) != data:
        raise ValueError("the added part is not what it must be")
    return parts


def _last_number(data: bytes, pattern: bytes) -> int:
    """A number out of the last table of references."""
    at = data.rfind(b"xref\n0 1\n")
    found = re.compile(pattern, re.DOTALL).match(data, at) if at >= 0 else None
    if found is None:
        raise ValueError("nothing was added behind the printed file")
    return int(found[1])


def read_printed(printed: bytes) -> Printed:
    """What the last trailer names, and the text of the catalogue. Raises ValueError."""
    tail = _TRAILER.search(printed, max(0, printed.rfind(b"trailer")))
    if tail is None:
        raise ValueError("no plain trailer at the end")
    size, table = int(_named(tail[1], rb"/Size\s+(\d+)")), int(tail[2])
    root = int(_named(tail[1], rb"/Root\s+(\d+) 0 R"))
    body = text_of(printed, root, table=table, size=size)
    if b"/Names" in body or b"/AF" in body:
        raise ValueError("no plain catalogue without attachments")
    return Printed(
        size=size,
        root=root,
        catalogue=body,
        info=_named(tail[1], rb"/Info\s+(\d+ 0 R)"),
        identity=_named(tail[1], rb"/ID\s*(\[\s*<[0-9a-f]+>\s*<[0-9a-f]+>\s*\])"),
        table=table,
    )


def text_of(printed: bytes, number: int, *, table: int, size: int) -> bytes:
    """What stands between the brackets of a plain object, without white space at its ends. ValueError."""
    place = _place(printed, table, number, size=size)
    body = re.compile(rb"%d 0 obj\s*<<(.*?)>>\s*endobj\n" % number, re.DOTALL).match(printed, place)
    if body is None:
        raise ValueError("no plain object")
    return body[1].strip()


def _place(printed: bytes, table: int, number: int, *, size: int) -> int:
    """Where an object stands, by a table of one section that lists all."""
    head = b"xref\n0 %d\n" % size
    if max(table, number) > len(printed):  # numbers of any length may stand there
        raise ValueError("no plain table of references")
    row = table + len(head) + ROW * number
    found = re.compile(rb"(\d{10}) \d{5} n \n").match(printed, row)
    if not printed.startswith(head, table) or number >= size or found is None:
        raise ValueError("no plain table of references")
    return int(found[1])


def _named(text: bytes, pattern: bytes) -> bytes:
    found = re.findall(pattern, text)
    if len(found) != 1:
        raise ValueError("a trailer names size, root, info and identity once")
    return bytes(found[0])
