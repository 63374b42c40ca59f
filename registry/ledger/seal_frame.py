"""Where a seal stands in a certificate: behind its bundle, over every byte of the file but its own hole.

What is added (a further incremental update, ISO 32000-1, 7.5.6 and 12.8) is a function of the file before it,
the instant it claims and the signature in the hole alone: docs/formats.md, section 7a. So a checker makes it
again and compares every byte, and no update behind or between can hide anything. Pure: bytes in, bytes out.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from registry.ledger.attach import Attached, attached_catalogue, detach, read_printed, text_of
from registry.ledger.der import length_of

HOLE = 16384
"""Bytes kept for the signature: one with a chain of three and a timestamp has about eight thousand."""
_CERTIFIED = (
    b"/Reference [ << /Type /SigRef /TransformMethod /DocMDP"
    b" /TransformParams << /Type /TransformParams /P 1 /V /1.2 >> >> ]"
)
_BEGIN = re.compile(
    rb"\d+ 0 obj\n<< /Type /Sig /Filter /Adobe\.PPKLite /SubFilter /ETSI\.CAdES\.detached"
    rb" /M \(D:(2\d{13})Z\) [^<>]*<<[^<>]*<<[^<>]*>> >> \] /ByteRange \[[0-9 ]{34}\] /Contents <"
)
_MARK = b" 0 obj\n<< /Type /Sig "  # a bundle is one line of JSON: it cannot hold this line's end


class Appended(ValueError):
    """Bytes stand behind what was sealed."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The file around the hole: what is signed is the one and then the other."""

    before: bytes
    after: bytes

    @property
    def covered(self) -> bytes:
        return self.before + self.after

    def filled(self, signature: bytes) -> bytes:
        """The sealed file. Raises ValueError when the signature is larger than the hole."""
        if len(signature) > HOLE:
            raise ValueError(f"a signature of {len(signature)} bytes does not fit the hole of {HOLE}")
        return b"%s<%s>%s" % (self.before, signature.hex().ljust(2 * HOLE, "0").encode(), self.after)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed certificate taken apart: the certificate with its bundle, and the seal."""

    whole: bytes  # as `attach` made it
    parts: Attached
    frame: Frame
    at: datetime  # as the seal claims; whole seconds
    signature: bytes  # DER


def frame(whole: bytes, at: datetime) -> Frame:
    """What is to be sealed: a certificate with its bundle, at this instant. Raises ValueError for another."""
    return _frame(whole, detach(whole), at)


def unseal(data: bytes) -> Sealed | None:
    """The parts of a sealed certificate, None without a seal; whether its signature holds is not asked.

    Raises Appended, and ValueError unless what was added is exactly what it must be, behind a certificate
    with its bundle.
    """
    mark = data.rfind(_MARK)
    if mark < 0:
        return None
    start = data.rfind(b"\n", 0, mark) + 1
    head = _BEGIN.match(data, start)
    if head is None:
        raise ValueError("a seal that begins otherwise")
    at = datetime.strptime(head[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    signature = _signature(data[head.end() : head.end() + 2 * HOLE])
    whole = data[:start]
    parts = detach(whole)
    made = _frame(whole, parts, at)
    again = made.filled(signature)
    if again != data:
        raise (Appended if data.startswith(again) else ValueError)("the sealed file is not what it must be")
    return Sealed(whole, parts, made, at, signature)


def _signature(hole: bytes) -> bytes:
    """One DER value; what is behind it in the hole is compared when the file is made again."""
    if not re.fullmatch(rb"[0-9a-f]{%d}" % (2 * HOLE), hole):
        raise ValueError("a hole of another size or spelling")
    filled = bytes.fromhex(hole.decode())
    return filled[: length_of(filled)]


def _frame(whole: bytes, parts: Attached, at: datetime) -> Frame:
    read = read_printed(parts.printed)
    n, page = read.size + 2, _first_page(parts.printed)
    head = (
        b"%d 0 obj\n<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached"
        b" /M (D:%s) %s /ByteRange [" % (n, at.strftime("%Y%m%d%H%M%SZ").encode(), _CERTIFIED)
    )
    start = len(whole) + len(head) + 34 + len(b"] /Contents ")
    signature = len(head) + 34 + len(b"] /Contents ") + 2 * HOLE + 2 + len(b" >>\nendobj\n")
    field = (
        b"%d 0 obj\n<< /Type /Annot /Subtype /Widget /FT /Sig /T (Seal) /F 132 /Rect [ 0 0 0 0 ]"
        b" /P %d 0 R /V %d 0 R >>\nendobj\n" % (n + 1, page.number, n)
    )
    sheet = b"%d 0 obj\n<< %s /Annots [ %d 0 R ] >>\nendobj\n" % (page.number, page.text, n + 1)
    catalogue = (
        b"%d 0 obj\n<< %s /AcroForm << /Fields [ %d 0 R ] /SigFlags 3 >> /Perms << /DocMDP %d 0 R >> >>\n"
        b"endobj\n" % (read.root, attached_catalogue(read), n + 1, n)
    )
    places = [len(whole), len(whole) + signature]
    for one in (field, sheet, catalogue):
        places.append(places[-1] + len(one))
    rows = b"xref\n0 1\n0000000000 65535 f \n%d 1\n%010d 00000 n \n%d 1\n%010d 00000 n \n" % (
        read.root,
        places[3],
        page.number,
        places[2],
    ) + b"%d 2\n%010d 00000 n \n%010d 00000 n \n" % (n, places[0], places[1])
    trailer = b"trailer\n<< /Size %d /Root %d 0 R /Info %s /ID %s /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        n + 2,
        read.root,
        read.info,
        read.identity,
        _table(whole),
        places[4],
    )
    after = b"".join((b" >>\nendobj\n", field, sheet, catalogue, rows, trailer))
    end = start + 2 * HOLE + 2
    ranges = b" 0 %-10d %-10d %-9d" % (start, end, len(after))
    return Frame(b"".join((whole, head, ranges, b"] /Contents ")), after)


@dataclass(frozen=True, slots=True)
class _Page:
    number: int
    text: bytes


def _first_page(printed: bytes) -> _Page:
    read = read_printed(printed)
    tree = _once(read.catalogue, rb"/Pages (\d+) 0 R")
    kids = text_of(printed, tree, table=read.table, size=read.size)
    number = _once(kids, rb"/Kids \[ (\d+) 0 R")
    page = text_of(printed, number, table=read.table, size=read.size)
    if b"/Annots" in page:
        raise ValueError("no plain page without notes")
    return _Page(number, page)


def _table(whole: bytes) -> int:
    return int(whole[:-1].rsplit(b"\n", 2)[1])  # `detach` has made this end: startxref, a number, %%EOF


def _once(text: bytes, pattern: bytes) -> int:
    found = re.findall(pattern, text)
    if len(found) != 1:
        raise ValueError("not the plain text of an object")
    return int(found[0])
