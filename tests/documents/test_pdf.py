"""Papers: embedded fonts, text that reads back, the same bytes, and nothing a hostile word could do."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.documents.flow import HEIGHT, WIDTH, Text
from registry.documents.pdf import Paper
from registry.documents.tables import Column, Field, Group, Signatory, boxes
from tests.documents.papers import paper, pdffonts, pdftotext, pypdf_text, reader
from tests.fonts import fonts

HOSTILE = [
    '<b>粗</b> & <a href="javascript:alert(1)">链接</a>',
    "<img src='file:///etc/passwd'/>",
    "&lt;&#60;&nbsp;<para>",
    "%s %(x)s {0} {number}",
    "\\) Tj ET (漏",
    "<onDraw name='x'/><seq/>",
]
RARE = "𬱟㛃䶮𫖯龑喆堃𬭊"


def everything() -> Paper:
    page = paper(watermark="演示")
    page.title(subtitle="小字说明")
    page.facts([("许可方", "申城理工大学"), ("备注", "")])
    page.heading("一、许可的专利")
    page.clause("第一条", "许可方声明开放许可。" * 30)
    page.heading("细目", level=2)
    page.form(
        [
            Group("一　合同", (Field(label="项目名称", value="名称" * 20, wide=True), Field(label="日期"))),
            Group(
                "二　金额",
                (Field(label="金额", value="68,000.00", figures=True), Field(label="方式", value="甲")),
            ),
        ]
    )
    page.grid([Column(heading="期次"), Column(heading="金额", align="right")], [("1", "40,000.00")] * 60)
    page.signatures([Signatory(role="甲方", name="申城理工大学"), Signatory(role="乙方", name="")])
    page.qr("https://registry.invalid/v/MX2026-000123", ["扫码核验"])
    page.small("附注")
    return page


def test_every_font_is_embedded_subset_and_searchable() -> None:
    rows = pdffonts(everything().render().data)
    assert rows
    for row in rows:
        assert row[-5:-2] == ["yes", "yes", "yes"], row
        assert "Noto" in row[0]


def test_the_same_words_print_as_the_same_bytes() -> None:
    first, second = everything().render(), everything().render()
    assert first == second
    assert first.digest != paper().render().digest


def test_a_paper_may_be_printed_twice() -> None:
    page = everything()
    assert page.render() == page.render()


def test_footers_carry_number_digest_and_place_on_each_page() -> None:
    printed = everything().render()
    assert printed.pages > 1
    for number, page in enumerate(reader(printed.data).pages, start=1):
        text = page.extract_text()
        assert f"MX2026-000123 · 记录摘要 {'ab' * 8} · 第 {number} / {printed.pages} 页" in text


def test_english_papers_have_english_footers_and_language() -> None:
    page = paper(lang="en")
    page.paragraph("A clause.")
    data = page.render().data
    assert "page 1 / 1" in pdftotext(data)
    assert reader(data).trailer["/Root"]["/Lang"] == "en"


def test_outline_and_metadata_are_set() -> None:
    document = reader(everything().render().data)
    assert document.metadata is not None
    assert document.metadata.title == "测试文件"
    assert document.metadata.subject == "MX2026-000123"
    outline = document.outline
    assert outline[0]["/Title"] == "测试文件"
    assert outline[1][0]["/Title"] == "一、许可的专利"
    assert outline[1][1][0]["/Title"] == "细目"


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_come_back_as_words(words: str) -> None:
    page = paper(title=words, number=words, watermark=words)
    page.title()
    page.paragraph(words)
    page.facts([(words, words)])
    page.grid([Column(heading=words)], [(words,)])
    data = page.render().data
    flat = re.sub(r"\s", "", pypdf_text(data))
    assert flat.count(re.sub(r"\s", "", words)) >= 5
    for action in (b"/JavaScript", b"/JS", b"/Launch", b"/URI", b"/Annots", b"/EmbeddedFile", b"/OpenAction"):
        assert action not in data


def test_rare_characters_read_back_with_both_tools() -> None:
    page = paper()
    page.heading("张" + RARE)
    page.paragraph("张" + RARE)
    printed = page.render()
    assert printed.warnings == ()
    for text in (pdftotext(printed.data), pypdf_text(printed.data)):
        assert text.count("张" + RARE) == 2


def test_what_no_face_covers_is_spelled_out_and_reported() -> None:
    page = paper()
    page.facts([("名称", "王𠀾公司")])
    printed = page.render()
    assert printed.warnings == ("〓[U+2003E]",)
    assert "王〓[U+2003E]公司" in pdftotext(printed.data)


def test_invisible_and_bidirectional_characters_become_visible() -> None:
    page = paper()
    page.paragraph("甲\u202e乙\u200b丙\x00丁")
    assert page.render().warnings == ("〓[U+202E]", "〓[U+200B]", "〓[U+0000]")


def test_one_papers_warnings_stay_its_own() -> None:
    page = paper()
    page.paragraph("𠀾")
    page.render()
    assert paper().render().warnings == ()


def test_a_grid_repeats_its_head_on_every_page() -> None:
    page = paper()
    page.grid([Column(heading="期次甲"), Column(heading="金额")], [(str(n), "1.00") for n in range(120)])
    for sheet in reader(page.render().data).pages:
        assert "期次甲" in sheet.extract_text()


def test_a_cell_longer_than_pages_is_printed_whole() -> None:
    page = paper()
    page.form(
        [Group("组", (Field(label="说明", value="长" * 6000, wide=True), Field(label="尾", value="末")))]
    )
    printed = page.render()
    assert printed.pages > 2
    assert pypdf_text(printed.data).count("长") == 6000


def test_empty_values_print_a_stroke_and_pen_fields_stay_empty() -> None:
    page = paper()
    page.form([Group("组", (Field(label="甲"), Field(label="乙", blank=True)))])
    body = pypdf_text(page.render().data).split("MX2026")[0]
    assert body.count("/") == 1


def test_boxes_fill_the_chosen_code_only() -> None:
    assert boxes([("1", "甲"), ("2", "乙")], "2") == "□甲　■乙"
    assert boxes([("1", "甲")], "") == "□甲"


def test_a_paragraph_leaves_no_line_alone() -> None:
    text = Text(fonts(), "字" * 400)
    _, height = text.wrap(WIDTH, HEIGHT)
    lines = round(height / text.style.leading)
    above, below = text.split(WIDTH, height - text.style.leading)
    assert below.wrap(WIDTH, HEIGHT)[1] == 2 * text.style.leading
    assert above.wrap(WIDTH, HEIGHT)[1] == (lines - 2) * text.style.leading
    assert text.split(WIDTH, text.style.leading) == []


def test_an_empty_paper_still_prints(tmp_path: Path) -> None:
    assert paper().render().pages == 1


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=80))
def test_any_text_prints(words: str) -> None:
    page = paper()
    page.paragraph(words)
    page.facts([("值", words)])
    assert page.render().data.startswith(b"%PDF-")
