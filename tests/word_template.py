"""Make the template of editable texts: `python -m tests.word_template`. Page as in print, 宋体 for text and
黑体 for heads (set as East Asian faces), a footer with number, digest and page fields.
"""

import sys
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from registry.contracts.record import WORDING
from registry.contracts.word_text import template

SONG, HEI, LATIN = "宋体", "黑体", "Times New Roman"
CENTRE, JUSTIFIED, LEFT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY, WD_ALIGN_PARAGRAPH.LEFT
GREY = RGBColor(0x4D, 0x4D, 0x4D)


def make(path: Path) -> None:
    text = Document()
    section = text.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin, section.bottom_margin = Mm(18), Mm(20)
    _style(text, "Normal", SONG, 10.5)
    _style(text, "Title", HEI, 18, align=CENTRE, after=4)
    _style(text, "Subtitle", SONG, 8.5, align=CENTRE, after=6, colour=GREY)
    _style(text, "Heading 1", HEI, 12, before=8, after=3)
    _style(text, "Heading 2", HEI, 10.5, before=4, after=2)
    _style(text, "Body Text", SONG, 10.5, align=JUSTIFIED, after=3, indent=21)
    _style(text, "Clause", SONG, 10.5, align=JUSTIFIED, after=3, indent=21)
    _style(text, "Note", SONG, 8.5, after=2, colour=GREY)
    _style(text, "Cell", SONG, 10.5)
    _style(text, "Cell Head", HEI, 10.5)
    _style(text, "Header", SONG, 8.5, align=CENTRE, colour=GREY)
    _style(text, "Footer", SONG, 8, align=CENTRE, colour=GREY)
    section.header.paragraphs[0].add_run("{{ watermark }}")
    foot = section.footer.paragraphs[0]
    foot.add_run("{{ number }} · 记录摘要 {{ digest }} · 第 ")
    _field(foot, "PAGE")
    foot.add_run(" / ")
    _field(foot, "NUMPAGES")
    foot.add_run(" 页")
    text.save(str(path))


def _style(
    text: Any, name: str, face: str, size: float, *, align: Any = LEFT, before: float = 0, after: float = 0,
    indent: float = 0, colour: RGBColor | None = None,
) -> None:  # fmt: skip
    known = {style.name for style in text.styles}
    style = text.styles[name] if name in known else text.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.font.size, style.font.name, style.font.bold, style.font.italic = Pt(size), LATIN, False, False
    style.font.color.rgb = colour or RGBColor(0, 0, 0)
    faces = style.element.get_or_add_rPr().get_or_add_rFonts()
    for slot in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        faces.attrib.pop(qn(f"w:{slot}"), None)
    faces.set(qn("w:eastAsia"), face)
    lines = style.paragraph_format
    lines.alignment, lines.space_before, lines.space_after = align, Pt(before), Pt(after)
    lines.first_line_indent, lines.line_spacing = Pt(indent), 1.3
    for border in style.element.get_or_add_pPr().findall(qn("w:pBdr")):
        style.element.pPr.remove(border)


def _field(paragraph: Any, code: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run = OxmlElement("w:r")
    shown = OxmlElement("w:t")
    shown.text = "1"
    run.append(shown)
    field.append(run)
    paragraph._p.append(field)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else template(WORDING))
