"""English reading versions: marked on every page, built as the Chinese is, every value in them, no Chinese of
ours left.

The golden texts are written anew only when asked: REGISTRY_WRITE_GOLDEN=1
"""

import os
import re

import pytest

from registry.contracts import papers
from registry.contracts.blocks import Block, Clause, Facts, Form, Grid, Heading, Signatures, plain, rendered
from registry.contracts.paper_facts import PaperFacts
from registry.contracts.papers import READING
from registry.contracts.sheet_notes import HEADS, LABELS
from tests.contracts.papers import ENGLISH, FEES, facts, record
from tests.contracts.test_papers import GOLDEN, variant
from tests.documents.papers import pdftotext
from tests.fonts import fonts

TRACKS = ("statutory", "local")
BASE = ("notice", "payment_request", "contract", "certificate")
HAN = re.compile(r"[\u4e00-\u9fff，。；：（）、]+")
VALUES = re.compile(r"[0-9,]+\.[0-9]{2}|ZL[0-9.X]+|DEMO-[A-Z0-9-]+|[0-9a-f]{64}|[0-9]{16,19}")
NAMES_STAY = re.compile(
    r"专利开放许可：.*|专利实施许可（普通许可）：.*|“[^”]*”|（演示）|、|：.*（ZL|等 . 件"
)  # what people and patents are called is not translated

NAMES = {
    "申城理工大学", "吴岚", "王若水", "演示银行上海杨浦支行", "用于本公司质控软件", "临床质控分析系统",
    "上海市江苏省", "上海知识产权法院", "东海知识产权交易中心", "申城应用技术研究院", "运费和税款",
    "被许可方销售许可产品开票金额减去退货运费和税款", "以一台检测设备的使用权抵付。",
    "设备在实施通知到达后六十日内交付，并由双方在交接单上签收",
}  # fmt: skip


def english(about: PaperFacts) -> list[str]:
    return [kind.kind for kind in papers.KINDS.values() if kind.language == "en" and kind.wanted(about)]


@pytest.mark.parametrize(("fee", "track"), ENGLISH)
def test_reading_versions_read_as_they_were_approved(fee: str, track: str) -> None:
    about = variant(fee, track)
    found = "\f\n".join(plain(papers.compose(kind, about)) for kind in english(about))
    path = GOLDEN / f"en-{fee}-{track}.txt"
    if os.environ.get("REGISTRY_WRITE_GOLDEN") == "1":
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


def shape(blocks: tuple[Block, ...]) -> list[object]:
    """What a paper is built of: kinds of blocks, numbers of clauses, sizes of tables."""
    found: list[object] = []
    for block in blocks:
        match block:
            case Clause(number, _):
                found.append(number)
            case Facts(rows):
                found.append(("facts", len(rows)))
            case Grid(columns, rows):
                found.append(("grid", len(columns), len(rows)))
            case Form(groups):
                found.append([len(group.fields) for group in groups])
            case Signatures(signatories):
                found.append([len(one.facts) for one in signatories])
            case _:
                found.append(type(block).__name__)
    return found


@pytest.mark.parametrize("track", TRACKS)
@pytest.mark.parametrize("fee", FEES)
def test_a_reading_version_is_built_as_the_chinese_paper(fee: str, track: str) -> None:
    about = variant(fee, track)
    for kind in BASE:
        if not papers.KINDS[kind].wanted(about):
            continue
        zh, en = (papers.KINDS[one].compose(about) for one in (kind, f"{kind}_en"))
        assert shape(en.blocks) == shape(zh.blocks)
        assert (en.number, en.digest, en.lang) == (zh.number, zh.digest, "en")


@pytest.mark.parametrize("fee", FEES)
def test_every_figure_and_code_of_the_chinese_paper_stands_in_the_reading_version(fee: str) -> None:
    about = variant(fee, "statutory")
    for kind in BASE:
        if papers.KINDS[kind].wanted(about):
            zh, en = (plain(papers.compose(one, about)) for one in (kind, f"{kind}_en"))
            for value in VALUES.findall(zh):
                assert value in en, value


@pytest.mark.parametrize(("fee", "track"), ENGLISH)
def test_no_sentence_of_ours_stays_chinese(fee: str, track: str) -> None:
    about = facts(record(fee, track=track, licensee={**record()["licensee"], "name": "Ltd"}))
    given = plain(papers.compose("contract_en", about))
    sentences = [line for line in given.splitlines() if re.match(r"[0-9]+\.[0-9]+　|# ", line)]
    assert len(sentences) > 60
    for line in sentences:
        left = HAN.findall(NAMES_STAY.sub("", line.replace("　", " ")))
        assert set(left) <= NAMES, (left, line)


@pytest.mark.parametrize("kind", ["contract_en", "notice_en"])
def test_every_page_of_a_reading_version_says_what_it_is(kind: str) -> None:
    printed = rendered(papers.compose(kind, facts()), fonts())
    said = pdftotext(printed.data)
    assert said.count("Reading version; the Chinese text prevails · record digest") == printed.pages
    assert READING in said


def test_an_older_wording_has_no_reading_version_and_no_editable_text() -> None:
    old = facts(record(wording="2026-03"))
    assert english(old) == []
    assert not papers.KINDS["contract_docx"].wanted(old)


def test_the_sheets_notes_name_every_field_of_the_sheet() -> None:
    form = papers.compose("sheet", facts())
    groups = [group for block in form.blocks if isinstance(block, Form) for group in block.groups]
    assert {group.head for group in groups} <= set(HEADS)
    assert {one.label for group in groups for one in group.fields} <= set(LABELS)
    notes = plain(papers.compose("sheet_en", facts()))
    for words in ("022 University or college", "C35 ", "22 November 2026", "CNY 68,000.00, sixty-eight"):
        assert words in notes
    assert "related parties: □ yes　■ no" in notes


def test_headings_of_a_reading_version_are_numbered_articles() -> None:
    heads = [b.text for b in papers.compose("contract_en", facts()).blocks if isinstance(b, Heading)]
    assert [head.split("　")[0] for head in heads if "　" in head] == [f"Article {n}" for n in range(1, 20)]
