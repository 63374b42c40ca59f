"""Seals inside a PDF: what was changed is broken, what was appended is said, what cannot be read is never
called good.
"""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, NumberObject, StreamObject

from registry.documents.embedded import embedded_signatures
from registry.documents.pictures import first_picture, page_count
from registry.documents.uploads import JPEG, PDF, PNG
from tests.documents.papers import paper
from tests.documents.seals import revised, sealed
from tests.documents.test_uploads import jpeg, png


@pytest.fixture(scope="module")
def signed() -> bytes:
    return sealed(paper().render().data, "浦东智焊装备有限公司")


def test_a_seal_is_named_with_what_it_covers(signed: bytes) -> None:
    (found,) = embedded_signatures(signed)
    assert (found.verdict, found.whole_file, found.signer) == ("intact", True, "浦东智焊装备有限公司")
    assert found.issuer
    assert found.signed_at


def test_what_was_appended_afterwards_is_said(signed: bytes) -> None:
    (found,) = embedded_signatures(revised(signed))
    assert (found.verdict, found.whole_file) == ("intact", False)


def test_a_changed_byte_breaks_the_seal(signed: bytes) -> None:
    place = signed.index(b"stream") + 40
    (found,) = embedded_signatures(signed[:place] + bytes([signed[place] ^ 1]) + signed[place + 1 :])
    assert found.verdict == "broken"


def test_a_seal_that_cannot_be_read_is_not_called_good(signed: bytes) -> None:
    start = signed.index(b"/Contents") + 12
    (found,) = embedded_signatures(signed[:start] + b"00" * 40 + signed[start + 80 :])
    assert found.verdict != "intact"


def test_a_paper_without_a_seal_has_none() -> None:
    assert embedded_signatures(paper().render().data) == []


@given(st.integers(0, 20_000), st.binary(min_size=1, max_size=12))
@hypothesis_settings(max_examples=40, deadline=None)
def test_no_damage_makes_an_error_or_a_better_verdict(signed: bytes, place: int, junk: bytes) -> None:
    at = place % len(signed)
    data = signed[:at] + junk + signed[at + len(junk) :]
    for found in embedded_signatures(data):
        assert found.verdict != "intact" or not found.whole_file or data == signed or _in_contents(signed, at)


def _in_contents(signed: bytes, at: int) -> bool:
    """Padding behind the signature may change without harm: it is covered by nothing."""
    start = signed.index(b"/Contents")
    return start <= at <= signed.index(b">", start)


# --- the picture in a scan ---------------------------------------------------------------------------


def scan(picture: bytes, size: tuple[int, int] = (20, 10)) -> bytes:
    """A PDF as scanners make it: one JPEG on a page."""
    writer = PdfWriter()
    page = writer.add_blank_page(200, 100)
    image = StreamObject()
    image._data = picture
    image.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Image"),
            NameObject("/Filter"): NameObject("/DCTDecode"),
            NameObject("/Width"): NumberObject(size[0]),
            NameObject("/Height"): NumberObject(size[1]),
        }
    )
    held = DictionaryObject({NameObject("/Scan"): writer._add_object(image)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): held})
    made = BytesIO()
    writer.write(made)
    return made.getvalue()


def test_the_picture_of_a_scan_is_handed_out_as_it_lies_there() -> None:
    assert first_picture(scan(jpeg(20, 10)), PDF) == (jpeg(20, 10), JPEG)
    assert first_picture(png(3, 4), PNG) == (png(3, 4), PNG)


def test_what_is_no_bearable_picture_is_not_handed_out() -> None:
    assert first_picture(scan(b"<script>alert(1)</script>"), PDF) is None
    assert first_picture(scan(jpeg(60_000, 60_000)), PDF) is None
    assert first_picture(paper().render().data, PDF) is None
    assert first_picture(b"%PDF-1.7\nbroken", PDF) is None


def test_pages_are_counted_and_never_guessed() -> None:
    assert page_count(paper().render().data, PDF) == 1
    assert page_count(png(1, 1), PNG) == 1
    assert page_count(b"%PDF-1.7\nbroken", PDF) == 0
