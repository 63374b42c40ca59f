"""A composed paper as a text for a word processor: the same blocks as the print, so that both agree.

Page, faces and footer stand in the wording version's text.docx, which a lawyer may restyle; the words come
from the blocks alone and are never read as markup or as a template.
"""

from pathlib import Path

from registry.contracts import paper_wording
from registry.contracts.blocks import (
    Block,
    Clause,
    Composed,
    Facts,
    Form,
    Grid,
    Heading,
    PageBreak,
    Paragraph,
    Qr,
    Signatures,
    Space,
    Title,
)
from registry.documents.pdf import SHORT_DIGEST, Rendered
from registry.documents.word import Word


def template(wording: str) -> Path:
    """Where the styles of a wording version stand; versions before 2026-11 have none."""
    return paper_wording.FOLDER / wording / "text.docx"


def written(paper: Composed, styles: Path) -> Rendered:
    """The paper's text as DOCX; the same blocks and styles always give the same bytes."""
    marks = {"number": paper.number, "digest": paper.digest[:SHORT_DIGEST], "watermark": paper.watermark}
    text = Word(styles, title=paper.title, marks=marks)
    for block in paper.blocks:
        _write(text, block)
    return text.made()


def _write(text: Word, block: Block) -> None:
    match block:
        case Title(words, subtitle):
            text.title(words, subtitle)
        case Heading(words, level):
            text.heading(words, level=level)
        case Clause(number, words):
            text.clause(number, words)
        case Paragraph(words, small):
            text.paragraph(words, small=small)
        case Facts(rows):
            text.facts(rows)
        case Form(groups):
            text.form(groups)
        case Grid(columns, rows):
            text.grid(columns, rows)
        case Signatures(signatories):
            text.signatures(signatories)
        case Qr(address, lines):
            text.address(address, lines)
        case PageBreak():
            text.page_break()
        case Space():
            text.space()
