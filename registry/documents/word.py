"""An editable text (DOCX): written in order into a template's styles, the same bytes whenever made again.

The template brings page, styles with their East Asian faces, and a footer with PAGE and NUMPAGES fields; its
marks are filled by docxtpl with autoescape. What stands in the body is set through python-docx as plain
text: no markup, no template and no field is ever read from it. Times inside the file are fixed, for a file
that differed on every run could not be filed by its digest.
"""

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docxtpl import DocxTemplate

from registry.documents.archive import FIXED_DATE
from registry.documents.fonts import UNSEEN, spelled
from registry.documents.pdf import PRODUCER, Rendered
from registry.documents.tables import EMPTY, Column, Field, Group, Signatory

STYLES = (
    "Title", "Subtitle", "Heading 1", "Heading 2", "Body Text", "Clause", "Note", "Cell", "Cell Head",
)  # fmt: skip
"""What a template has to bring."""


class Word:
    """Collects a text in reading order; `made()` gives its bytes."""

    def __init__(self, template: Path, *, title: str, marks: Mapping[str, str]) -> None:
        """`marks` fill the template's header and footer: number, digest, watermark."""
        filled = DocxTemplate(template)
        filled.render({name: shown(text) for name, text in marks.items()}, autoescape=True)
        self._text: Any = filled.docx
        properties = self._text.core_properties
        properties.title, properties.author, properties.last_modified_by = shown(title), PRODUCER, PRODUCER
        properties.created = properties.modified = datetime(*FIXED_DATE, tzinfo=UTC)
        # by id: python-docx would search all styles again for every paragraph
        self._styles = {name: self._text.styles[name].style_id for name in STYLES}

    def title(self, words: str, subtitle: str = "") -> None:
        self._paragraph(words, "Title")
        if subtitle:
            self._paragraph(subtitle, "Subtitle")

    def heading(self, words: str, *, level: int = 1) -> None:
        self._paragraph(words, f"Heading {level}")

    def paragraph(self, words: str, *, small: bool = False) -> None:
        self._paragraph(words, "Note" if small else "Body Text")

    def clause(self, number: str, words: str) -> None:
        """The number is text, as in the print: a list's own numbers would change when somebody edits it."""
        self._paragraph(f"{number}　{words}", "Clause")

    def facts(self, rows: Iterable[tuple[str, str]]) -> None:
        self._table([(label, value or EMPTY) for label, value in rows], shares=(26, 74))

    def form(self, groups: Iterable[Group]) -> None:
        for group in groups:
            self.heading(group.head, level=2)
            self._table([(field.label, _value(field)) for field in group.fields], shares=(26, 74))

    def grid(self, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> None:
        """The head is repeated on every page."""
        head = tuple(column.heading for column in columns)
        body = [tuple(cell or EMPTY for cell in row) for row in rows]
        self._table([head, *body], shares=[column.share for column in columns], head=True)

    def signatures(self, signatories: Iterable[Signatory]) -> None:
        for one in signatories:
            self.heading(one.role, level=2)
            self._paragraph(one.name or EMPTY, "Body Text")
            for fact in one.facts:
                self._paragraph(fact, "Note")
            for line in (one.seal, one.sign, one.day):
                if line:
                    self._paragraph(line, "Body Text")

    def address(self, address: str, lines: Iterable[str]) -> None:
        """In place of the code: a text is edited, and a picture would outlive what it leads to."""
        for line in (address, *(one for one in lines if one != address)):
            self._paragraph(line, "Note")

    def page_break(self) -> None:
        self._text.add_paragraph().add_run().add_break(WD_BREAK.PAGE)

    def space(self) -> None:
        self._paragraph("", "Note")

    def made(self) -> Rendered:
        """The file; it has no pages of its own, a word processor lays them out."""
        buffer = BytesIO()
        self._text.save(buffer)
        data = _fixed(buffer.getvalue())
        return Rendered(data=data, digest=hashlib.sha256(data).hexdigest(), pages=0, warnings=())

    def _paragraph(self, words: str, style: str) -> None:
        self._text.add_paragraph(shown(words))._p.style = self._styles[style]

    def _table(
        self, rows: Sequence[Sequence[str]], *, shares: Sequence[float], head: bool = False
    ) -> None:
        section = self._text.sections[0]
        room = section.page_width - section.left_margin - section.right_margin
        table = self._text.add_table(rows=len(rows), cols=len(shares), style="Table Grid")
        table.autofit = False
        widths = [int(room * share / sum(shares)) for share in shares]
        for row, values in zip(table.rows, rows, strict=True):
            for cell, value, width in zip(row.cells, values, widths, strict=True):
                cell.width = width
                paragraph = cell.paragraphs[0]
                paragraph._p.style = self._styles["Cell"]
                paragraph.add_run(shown(value))
        if head:
            for cell in table.rows[0].cells:
                cell.paragraphs[0]._p.style = self._styles["Cell Head"]
            table.rows[0]._tr.get_or_add_trPr().append(_repeated())
        self.space()


def shown(text: str) -> str:
    """What XML cannot hold or nobody can see is spelled out, as in print; rare characters stay themselves."""
    return "".join(
        spelled(char) if char not in "\n\t" and unicodedata.category(char) in UNSEEN and not _rare(char)
        else char
        for char in text.replace("\r\n", "\n").replace("\r", "\n")
    )  # fmt: skip


def _rare(char: str) -> bool:
    """An ideograph newer than Python's tables: a word processor may have a face for it."""
    return 0x20000 <= ord(char) <= 0x3FFFD and unicodedata.category(char) == "Cn"


def _value(field: Field) -> str:
    parts = [field.value] if isinstance(field.value, str) else field.value
    words = "".join(part if isinstance(part, str) else part.text for part in parts)
    return words or ("" if field.blank else EMPTY)


def _repeated() -> Any:
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    return mark


def _fixed(data: bytes) -> bytes:
    """The same members with the format's first day in place of the present moment."""
    buffer = BytesIO()
    with ZipFile(BytesIO(data)) as made, ZipFile(buffer, "w", ZIP_DEFLATED) as kept:
        for name in made.namelist():
            member = ZipInfo(name, date_time=FIXED_DATE)
            member.compress_type, member.external_attr = ZIP_DEFLATED, 0o600 << 16
            kept.writestr(member, made.read(name))
    return buffer.getvalue()
