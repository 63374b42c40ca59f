"""The contract for a word processor: the words of the print, page fields in the footer, Chinese faces, and
nothing of what people typed read as markup, template or field.
"""

import re
import shutil
import subprocess
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from docx import Document
from docx.oxml.ns import qn

from registry.contracts import papers
from registry.contracts.blocks import Composed, Facts, Grid, plain
from registry.contracts.paper_facts import PaperFacts
from registry.contracts.papers import EDITABLE
from registry.documents.word import STYLES, shown
from tests.contracts.papers import FEES, PERSON, facts, record
from tests.contracts.test_papers import variant
from tests.documents.papers import pypdf_text
from tests.fonts import fonts

HOSTILE = "<b>粗</b> & {{ 7 * 7 }} {% for x in y %} \x0b\u202e"


def made(about: PaperFacts) -> Any:
    return papers.printed("contract_docx", about, fonts())


def read(data: bytes) -> list[str]:
    """Every paragraph and cell in the order of the text."""
    text = Document(BytesIO(data))
    found = []
    for piece in text.element.body.iter(qn("w:p")):
        found.append("".join(node.text or "" for node in piece.iter(qn("w:t"))))
    return [line for line in found if line]


def words_of(paper: Composed) -> str:
    """The words of the blocks without the plain text's own marks."""
    lines = plain(paper).split("\n\n== ", 1)[1].splitlines()
    bare = [re.sub(r"^(\| |#+ |\[|---$)", "", line) for line in lines]
    return squeezed("".join(bare))


def squeezed(text: str) -> str:
    return re.sub(r"[\s|：\[\]]", "", text)


@pytest.mark.parametrize("fee", FEES)
def test_the_text_says_the_words_of_the_print(fee: str) -> None:
    about = variant(fee, "statutory")
    composed = papers.compose("contract_docx", about)
    assert EDITABLE in plain(composed)
    said = squeezed("".join(read(made(about).data)))
    expected = words_of(composed)
    verify = squeezed(about.verify_address)
    assert said.replace(verify, "") == expected.replace(verify, "")


def test_text_and_print_hold_the_same_words_in_the_same_order() -> None:
    about = variant("lump", "statutory")
    printed = papers.printed("contract", about, fonts())
    inked = squeezed(re.sub(r".*记录摘要 [0-9a-f]{16} · 第 .*", "", pypdf_text(printed.data)))
    at = 0
    for line in read(made(about).data):
        if EDITABLE not in line and "http" not in line:
            found = inked.find(squeezed(line), at)
            at = max(at, found) if "签署页" not in inked[:at] else at  # a seal's place stands beside words
            assert found >= 0 or squeezed(line) in inked, line


def test_the_same_record_gives_the_same_bytes() -> None:
    first, again = made(facts()), made(facts())
    assert first == again
    assert first.pages == 0
    with ZipFile(BytesIO(first.data)) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_footer_has_number_digest_and_page_fields() -> None:
    about = facts()
    text = Document(BytesIO(made(about).data))
    foot = text.sections[0].footer._element
    said = "".join(node.text or "" for node in foot.iter(qn("w:t")))
    assert about.contract in said
    assert about.digest[:16] in said
    assert EDITABLE.rstrip("。") in said
    assert [one.get(qn("w:instr")) for one in foot.iter(qn("w:fldSimple"))] == ["PAGE", "NUMPAGES"]
    assert "演示" in text.sections[0].header.paragraphs[0].text
    assert text.core_properties.title == about.title


def test_sections_are_headings_and_faces_are_chinese_ones() -> None:
    text = Document(BytesIO(made(facts()).data))
    heads = [one.text for one in text.paragraphs if one.style.name == "Heading 1"]
    assert len([head for head in heads if head.startswith("第")]) == 19
    for name in STYLES:
        face = text.styles[name].element.rPr.rFonts.get(qn("w:eastAsia"))
        assert face in ("宋体", "黑体"), name
    assert text.styles["Heading 1"].element.rPr.rFonts.get(qn("w:eastAsia")) == "黑体"


def test_what_people_typed_is_inert() -> None:
    notice = {**record()["notice"], "use": HOSTILE, "product": "'; DROP TABLE"}
    about = facts(record(notice=notice, licensee={**record()["licensee"], "name": "甲&乙<w:p/>有限公司"}))
    given = made(about).data
    said = "".join(read(given))
    assert "<b>粗</b> & {{ 7 * 7 }} {% for x in y %}" in said
    assert "甲&乙<w:p/>有限公司" in said
    assert "〓[U+202E]" in said
    assert "49" not in re.findall(r"用途：(.*?)；", said)[0]
    with ZipFile(BytesIO(given)) as archive:
        body = archive.read("word/document.xml").decode()
    assert "&lt;b&gt;粗&lt;/b&gt; &amp;" in body
    assert len(re.findall("<w:fldSimple|w:instrText", body)) == 0


def test_rare_characters_stay_themselves_and_unseen_ones_are_spelled() -> None:
    about = facts(record(licensee={**PERSON, "name": "王𠀾"}))
    assert "王𠀾" in "".join(read(made(about).data))
    assert shown("甲\u200b乙\x00") == "甲〓[U+200B]乙〓[U+0000]"


def test_tables_print_a_slash_for_what_is_empty_and_repeat_their_head() -> None:
    composed = papers.compose("contract", variant("instalments", "statutory"))
    grids = [block for block in composed.blocks if isinstance(block, Grid)]
    tables = Document(BytesIO(made(variant("instalments", "statutory")).data)).tables
    assert len(tables) == len(grids) + sum(isinstance(b, Facts) for b in composed.blocks) + 1
    heads = [one for one in tables if one._tbl.findall(f".//{qn('w:tblHeader')}")]
    assert [[cell.text for cell in one.rows[0].cells] for one in heads] == [
        [column.heading for column in grid.columns] for grid in grids
    ]
    assert any(cell.text == "/" for one in heads for row in one.rows for cell in row.cells)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_word_processor_opens_it(tmp_path: Path) -> None:
    path = tmp_path / "contract.docx"
    path.write_bytes(made(facts()).data)
    command = ["soffice", "--headless", "--convert-to", "txt:Text", "--outdir", str(tmp_path), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert "第十九条" in (tmp_path / "contract.txt").read_text(encoding="utf-8")
