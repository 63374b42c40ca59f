"""What a paper says, as values in reading order: set in ink, or written as plain text that says the same.

Builders make blocks and know no ink; documents know ink and no law. The plain text is what golden tests
compare and what a reader without eyes gets.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from registry.documents.fonts import FontSet
from registry.documents.pdf import Lang, Paper, Rendered
from registry.documents.tables import Column, Field, Group, Signatory


@dataclass(frozen=True, slots=True)
class Title:
    text: str
    subtitle: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Clause:
    number: str
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    small: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Label and value; an empty value prints "/"."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Form:
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Signatures:
    signatories: tuple[Signatory, ...]


@dataclass(frozen=True, slots=True)
class Qr:
    address: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageBreak:
    pass


@dataclass(frozen=True, slots=True)
class Space:
    points: float = 8.0


Block = Title | Heading | Clause | Paragraph | Facts | Form | Grid | Signatures | Qr | PageBreak | Space


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """One paper before it is printed. `digest` is the frozen record's, for the footer."""

    title: str
    number: str
    digest: str
    watermark: str = ""
    dense: bool = False  # a form that must stand on one page
    lang: Lang = "zh"
    riding: bool = False  # several pages that one seal is set across (骑缝章)
    blocks: tuple[Block, ...] = field(default=())


def rendered(paper: Composed, fonts: FontSet) -> Rendered:
    """Print it: the same blocks and fonts always give the same bytes."""
    sheet = Paper(
        fonts,
        number=paper.number,
        title=paper.title,
        digest=paper.digest,
        watermark=paper.watermark,
        dense=paper.dense,
        lang=paper.lang,
        riding=paper.riding,
    )
    for block in paper.blocks:
        _ink(sheet, block)
    return sheet.render()


def _ink(sheet: Paper, block: Block) -> None:
    match block:
        case Title(text, subtitle):
            sheet.title(text, subtitle=subtitle)
        case Heading(text, level):
            sheet.heading(text, level=level)
        case Clause(number, text):
            sheet.clause(number, text)
        case Paragraph(text, small):
            (sheet.small if small else sheet.paragraph)(text)
        case Facts(rows):
            sheet.facts(rows)
        case Form(groups):
            sheet.form(groups)
        case Grid(columns, rows):
            sheet.grid(columns, rows)
        case Signatures(signatories):
            sheet.signatures(signatories)
        case Qr(address, lines):
            sheet.qr(address, lines)
        case PageBreak():
            sheet.page_break()
        case Space(points):
            sheet.space(points)


def plain(paper: Composed) -> str:
    """The whole paper as text, one block after another; the footer's number and digest come first."""
    digest = "record digest" if paper.lang == "en" else "记录摘要"
    head = f"{paper.title}\n{paper.number}\n{digest} {paper.digest}\n{paper.watermark}".rstrip()
    return "\n".join([head, *(line for block in paper.blocks for line in _lines(block))]) + "\n"


def _lines(block: Block) -> Sequence[str]:
    match block:
        case Title(text, subtitle):
            return ["", f"== {text}", *([subtitle] if subtitle else [])]
        case Heading(text, level):
            return ["", f"{'#' * level} {text}"]
        case Clause(number, text):
            return [f"{number}　{text}"]
        case Paragraph(text, _):
            return [text]
        case Facts(rows):
            return [f"| {label}：{value or '/'}" for label, value in rows]
        case Form(groups):
            return [line for group in groups for line in _group(group)]
        case Grid(columns, rows):
            table = [tuple(column.heading for column in columns), *rows]
            return ["| " + " | ".join(cell or "/" for cell in row) for row in table]
        case Signatures(signatories):
            return [line for one in signatories for line in _signatory(one)]
        case Qr(address, lines):
            return [f"[{address}]", *lines]
        case PageBreak():
            return ["", "---"]
    return []


def _group(group: Group) -> Iterable[str]:
    yield f"[{group.head}]"
    for one in group.fields:
        yield f"| {one.label}：{words_of(one)}"


def words_of(one: Field) -> str:
    """A field's value as text; "/" where it is empty and not left for a pen."""
    parts = [one.value] if isinstance(one.value, str) else one.value
    words = "".join(part if isinstance(part, str) else part.text for part in parts)
    return words or ("" if one.blank else "/")


def _signatory(one: Signatory) -> Iterable[str]:
    yield f"{one.role}　{one.name}"
    yield from one.facts
    yield " ".join(word for word in (one.seal, one.sign, one.day) if word)
