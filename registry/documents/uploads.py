"""What an upload is, by its content alone, and whether it is safe to keep.

Names and declared types are not believed. Nothing is decoded: an image's size is read from its header, a
workbook's from its directory, so a bomb is refused before it can go off.
"""

import re
import struct
from collections.abc import Collection
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from registry.errors import Mistyped, Refused, TooLarge
from registry.text import readable_size

PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXT, CSV = "text/plain", "text/csv"
UNKNOWN = "application/octet-stream"

MOST_PIXELS = 60_000_000  # A4 at 600 dpi has 35 million
MOST_UNPACKED = 64 * 1024 * 1024
MOST_RATIO = 200
MOST_MEMBERS = 2000
PROLOG = 4096

ENCRYPTED = re.compile(rb"/Encrypt[\s]*(\d+\s+\d+\s+R|<<)")
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
DOCTYPE = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
ROOT = re.compile(rb"\s*(<\?[^>]*\?>\s*)?(<!--[^>]*-->\s*)*<[A-Za-z]")


def sniff(data: bytes) -> str:
    """The media type its content shows; `application/octet-stream` when none of ours."""
    if data.startswith(b"%PDF-"):
        return PDF
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(b"PK\x03\x04"):
        return XLSX if _is_workbook(data) else UNKNOWN
    return _sniff_text(data)


def check_upload(data: bytes, *, allowed: Collection[str], limit: int, field: str = "file") -> str:
    """The media type of an acceptable upload of at most `limit` bytes.

    Raises TooLarge (`too_large`, `image_too_large`, `unpacks_too_large`), Mistyped (`wrong_type`) and
    Refused (`empty_file`, `encrypted_pdf`, `damaged_file`).
    """
    if len(data) > limit:
        raise TooLarge("too_large", field, max=readable_size(limit))
    if not data.strip():
        raise Refused("empty_file", field)
    kind = sniff(data)
    if kind not in allowed and not (kind in {TEXT, CSV} and {TEXT, CSV} & set(allowed)):
        raise Mistyped("wrong_type", field)
    if kind == PDF:
        _check_pdf(data, field)
    if kind in {PNG, JPEG}:
        _check_image(data, kind, field=field)
    if kind == XLSX:
        _check_workbook(data, field)
    return kind


def decode_text(data: bytes, *, field: str = "file") -> str:
    """Text in UTF-8 (with or without its mark) or else GB18030. Raises Mistyped."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Mistyped("wrong_type", field)


def image_size(data: bytes, kind: str) -> tuple[int, int] | None:
    """Width and height in pixels from the header of a PNG or JPEG; None when it has none."""
    return _png_size(data) if kind == PNG else _jpeg_size(data)


def _sniff_text(data: bytes) -> str:
    try:
        text = decode_text(data)
    except Mistyped:
        return UNKNOWN
    if CONTROLS.search(text) or text.lstrip().startswith("<"):
        return UNKNOWN  # binary, or markup a browser might run
    first = next((line for line in text.splitlines() if line.strip()), "")
    return CSV if "," in first or "\t" in first or ";" in first else TEXT


def _is_workbook(data: bytes) -> bool:
    try:
        with ZipFile(BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (BadZipFile, ValueError, NotImplementedError):
        return False
    macros = any(name.casefold().endswith("vbaproject.bin") for name in names)
    return {"[Content_Types].xml", "xl/workbook.xml"} <= names and not macros


def _check_pdf(data: bytes, field: str) -> None:
    if b"%%EOF" not in data[-2048:]:
        raise Refused("damaged_file", field)
    if ENCRYPTED.search(data):
        raise Refused("encrypted_pdf", field)


def _check_image(data: bytes, kind: str, *, field: str) -> None:
    size = image_size(data, kind)
    if size is None or 0 in size:
        raise Refused("damaged_file", field)
    if size[0] * size[1] > MOST_PIXELS:
        raise TooLarge("image_too_large", field, width=size[0], height=size[1])


def _png_size(data: bytes) -> tuple[int, int] | None:
    if len(data) < 24 or data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Walk the segments to the frame header: SOF0 to SOF15 but DHT, JPG and DAC (ITU-T T.81, table B.1)."""
    place = 2
    while place + 9 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker == 0xFF:
            place += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return width, height
        (length,) = struct.unpack(">H", data[place + 2 : place + 4])
        place += 2 + max(length, 2)
    return None


def _check_workbook(data: bytes, field: str) -> None:
    try:
        with ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
            unpacked = sum(member.file_size for member in members)
            if len(members) > MOST_MEMBERS or unpacked > min(MOST_UNPACKED, MOST_RATIO * len(data)):
                raise TooLarge("unpacks_too_large", field, max=readable_size(MOST_UNPACKED))
            for member in members:
                if member.filename.endswith((".xml", ".rels")):
                    with archive.open(member) as part:
                        _check_prolog(part.read(PROLOG), field)
    except (BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise Refused("damaged_file", field) from error


def _check_prolog(start: bytes, field: str) -> None:
    """No document type, so no entities to expand; an honest part shows its root element at once."""
    if DOCTYPE.search(start) or not ROOT.match(start.removeprefix(b"\xef\xbb\xbf")):
        raise Refused("damaged_file", field)
