"""The picture inside a scan, as it lies there: nothing is decoded, rendered or run.

Scanners put one JPEG on each page of a PDF. Its bytes are handed out as they are, once its own header shows a
picture of a bearable size; a page of any other make has no picture here, and its reader opens the file.
"""

from io import BytesIO

from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import StreamObject

from registry.documents.uploads import JPEG, MOST_PIXELS, PDF, PNG, image_size

_UNREADABLE = (PyPdfError, ValueError, TypeError, LookupError, AttributeError, RecursionError, OSError)
"""What hostile or broken bytes make a reader raise."""


def first_picture(data: bytes, media_type: str) -> tuple[bytes, str] | None:
    """The largest picture of a scan's first page and its type; of an image file the file itself."""
    if media_type in (PNG, JPEG):
        return data, media_type
    if media_type != PDF:
        return None
    try:
        found = _pictures(PdfReader(BytesIO(data)).pages[0])
    except _UNREADABLE:
        return None
    return (max(found, key=len), JPEG) if found else None


def page_count(data: bytes, media_type: str) -> int:
    """Pages of a PDF, 1 for a picture, 0 where nobody can say."""
    if media_type in (PNG, JPEG):
        return 1
    if media_type != PDF:
        return 0
    try:
        return len(PdfReader(BytesIO(data)).pages)
    except _UNREADABLE:
        return 0


def _pictures(page: PageObject) -> list[bytes]:
    """The page's JPEG streams, undecoded."""
    objects = page["/Resources"]["/XObject"]  # type: ignore[index]
    found = []
    for name in objects:
        one = objects[name].get_object()
        if not isinstance(one, StreamObject) or one.get("/Subtype") != "/Image":
            continue
        if one.get("/Filter") in ("/DCTDecode", ["/DCTDecode"]):
            picture = bytes(one._data)
            size = image_size(picture, JPEG) if picture.startswith(b"\xff\xd8\xff") else None
            if size and size[0] * size[1] <= MOST_PIXELS:
                found.append(picture)
    return found
