"""Reading papers back with the tools a court clerk would have: poppler's, and pypdf."""

import subprocess
from io import BytesIO

from pypdf import PdfReader

from registry.documents.pdf import Paper
from tests.fonts import fonts


def paper(**changes: str) -> Paper:
    facts = {"number": "MX2026-000123", "title": "测试文件", "digest": "ab" * 32, **changes}
    return Paper(fonts(), **facts)  # type: ignore[arg-type]


def pdftotext(data: bytes) -> str:
    return _poppler(["pdftotext", "-layout", "-", "-"], data)


def pdffonts(data: bytes) -> list[list[str]]:
    """The table's rows: name, type, encoding, emb, sub, uni, object."""
    return [line.split() for line in _poppler(["pdffonts", "-"], data).splitlines()[2:]]


def reader(data: bytes) -> PdfReader:
    return PdfReader(BytesIO(data))


def pypdf_text(data: bytes) -> str:
    return "\n".join(page.extract_text() for page in reader(data).pages)


def _poppler(command: list[str], data: bytes) -> str:
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout.decode()
