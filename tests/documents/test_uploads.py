"""Uploads: known by content, refused before a bomb goes off."""

import struct
import time
import zlib
from contextlib import suppress
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfWriter

from registry.documents.sheets import Sheet, SheetColumn, xlsx_bytes
from registry.documents.uploads import (
    CSV,
    JPEG,
    PDF,
    PNG,
    TEXT,
    UNKNOWN,
    XLSX,
    check_upload,
    decode_text,
    image_size,
    sniff,
)
from registry.errors import Mistyped, Refused, TooLarge
from registry.text import readable_size
from tests.documents.papers import paper

ALL = frozenset({PDF, PNG, JPEG, XLSX, CSV, TEXT})
LIMIT = 10 * 1024 * 1024


def png(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


def jpeg(width: int, height: int) -> bytes:
    app0 = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + b"\0" * 9
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, height, width, 3) + b"\0" * 9
    return b"\xff\xd8" + app0 + frame + b"\xff\xd9"


def workbook(**extra: bytes) -> bytes:
    output = BytesIO(xlsx_bytes([Sheet(name="a", columns=(SheetColumn(heading="甲"),), rows=[("乙",)])]))
    with ZipFile(output, "a", ZIP_DEFLATED) as archive:
        for name, data in extra.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return output.getvalue()


def encrypted() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", algorithm="RC4-128")
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def refusal(data: bytes) -> str:
    with pytest.raises(Refused) as caught:
        check_upload(data, allowed=ALL, limit=LIMIT, field="scan")
    assert caught.value.field == "scan"
    return caught.value.code


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (png(10, 20), PNG),
        (jpeg(10, 20), JPEG),
        (workbook(), XLSX),
        ("专利号,名称\r\n1,2".encode("gb18030"), CSV),
        ("\ufeff专利号\t名称".encode(), CSV),
        ("只是文字".encode(), TEXT),
        (b"MZ\x00\x01", UNKNOWN),
        (b"<!doctype html><script>", UNKNOWN),
        (b"  <svg onload=alert(1)>", UNKNOWN),
        (b"PK\x03\x04broken", UNKNOWN),
        (b"\x80\x80\x80", UNKNOWN),
    ],
)
def test_content_tells_the_type(data: bytes, kind: str) -> None:
    assert sniff(data) == kind


def test_a_printed_paper_is_accepted() -> None:
    assert check_upload(paper().render().data, allowed={PDF}, limit=LIMIT) == PDF


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b" \r\n", "empty_file"),
        (b"MZ\x00\x01", "wrong_type"),
        (b"%PDF-1.7 torn", "damaged_file"),
        (encrypted(), "encrypted_pdf"),
        (png(0, 5), "damaged_file"),
        (png(50_000, 50_000), "image_too_large"),
        (jpeg(65_000, 65_000), "image_too_large"),
        (b"\xff\xd8\xff\xe0\x00", "damaged_file"),
        (workbook(xl__vbaProject_dot_bin=b"macro"), "wrong_type"),
        (workbook(xl__a_dot_xml=b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'), "damaged_file"),
        (workbook(xl__a_dot_xml=b"<!--" + b"x" * 5000 + b"--><!DOCTYPE a><a/>"), "damaged_file"),
        (workbook(xl__a_dot_xml="<!DOCTYPE a><a/>".encode("utf-16")), "damaged_file"),
        (workbook(bomb_dot_txt=b"0" * 20_000_000), "unpacks_too_large"),
        (b"a" * (LIMIT + 1), "too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_must_not_be_kept_is_refused_quickly(data: bytes, code: str) -> None:
    begun = time.monotonic()
    assert refusal(data) == code
    assert time.monotonic() - begun < 1


def test_refusals_have_the_classes_the_doors_answer_by() -> None:
    with pytest.raises(TooLarge):
        check_upload(b"ab", allowed=ALL, limit=1)
    with pytest.raises(Mistyped):
        check_upload(png(1, 1), allowed={PDF}, limit=LIMIT)


def test_text_is_accepted_where_csv_is() -> None:
    assert check_upload("一列".encode(), allowed={CSV}, limit=LIMIT) == TEXT


def test_image_sizes_are_read_from_headers() -> None:
    assert image_size(png(3, 4), PNG) == (3, 4)
    assert image_size(jpeg(3, 4), JPEG) == (3, 4)


def test_text_is_read_in_either_encoding() -> None:
    assert decode_text("张𬱟".encode("gb18030")) == decode_text("\ufeff张𬱟".encode()) == "张𬱟"


def test_sizes_are_told_in_familiar_units() -> None:
    assert [readable_size(n) for n in (12, 1536, LIMIT)] == ["12 B", "1.5 KB", "10 MB"]


@given(
    st.sampled_from([b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"PK\x03\x04", b""]),
    st.binary(max_size=200),
)
def test_no_bytes_break_the_check(start: bytes, rest: bytes) -> None:
    with suppress(Refused):
        assert check_upload(start + rest, allowed=ALL, limit=LIMIT) in ALL
