"""Papers say the whole truth for each fee method and track, in exactly the words that were looked at.

The golden texts are written anew only when asked: REGISTRY_WRITE_GOLDEN=1 pytest
tests/contracts/test_papers.py
"""

import os
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError

from registry.codes.laws import chinese_number
from registry.contracts import blocks, paper_wording, papers, sheet
from registry.contracts.blocks import Heading, plain, rendered
from registry.contracts.paper_facts import PaperFacts, span
from registry.contracts.registration_form import COLUMNS, FormExtras, form_row
from tests.contracts.papers import (
    CO_OWNER,
    ENGLISH,
    EXTRAS,
    FEES,
    PATENT,
    PERSON,
    UTILITY_MODEL,
    facts,
    record,
)
from tests.documents.papers import pdffonts, pdftotext
from tests.fonts import fonts

GOLDEN = Path(__file__).parent / "golden"
TRACKS = ("statutory", "local")
CHINESE = [kind.kind for kind in papers.KINDS.values() if kind.language != "en" and kind.form == "pdf"]


def text(kind: str, about: PaperFacts) -> str:
    return plain(papers.compose(kind, about))


def variant(fee: str, track: str) -> PaperFacts:
    """Each method once with a simple party set; special parties go with some of them, so that all are
    seen.
    """
    special: dict[str, dict[str, Any]] = {
        "per_year": {"patents": [UTILITY_MODEL]},
        "instalments": {
            "co_owners": [CO_OWNER],
            "patents": [{**PATENT, "owners": [*PATENT["owners"], CO_OWNER["name"]]}],
        },
        "entry_royalty": {
            "licensee": PERSON,
            "signers": {"licensor": "吴岚", "licensee": "张𬱟"},
            "notice": {**record()["notice"], "capacity": "self"},
        },
    }
    return facts(record(fee, track=track, **special.get(fee, {})))


@pytest.mark.parametrize("track", TRACKS)
@pytest.mark.parametrize("fee", FEES)
def test_papers_read_as_they_were_approved(fee: str, track: str) -> None:
    about = variant(fee, track)
    wanted = [kind for kind in papers.KINDS.values() if kind.wanted(about) and kind.kind in CHINESE]
    found = "\f\n".join(text(kind.kind, about) for kind in wanted)
    path = GOLDEN / f"{fee}-{track}.txt"
    if os.environ.get("REGISTRY_WRITE_GOLDEN") == "1":
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")



def test_every_golden_text_belongs_to_a_variant() -> None:
    variants = {f"{fee}-{track}" for fee in FEES for track in TRACKS}
    english = {f"en-{fee}-{track}" for fee, track in ENGLISH}
    assert {path.stem for path in GOLDEN.glob("*.txt")} == {*variants, *english, "corrected-lump-statutory"}


def test_the_contract_has_its_nineteen_sections_in_order() -> None:
    heads = [b.text for b in papers.compose("contract", facts()).blocks if isinstance(b, Heading)]
    numbered = [head for head in heads if head.startswith("第")]
    assert numbered == [
        f"第{chinese_number(n)}条　{head.split('　')[1]}" for n, head in enumerate(numbered, 1)
    ]
    assert len(numbered) == 19


@pytest.mark.parametrize("fee", FEES)
def test_a_local_license_never_speaks_as_if_it_had_been_announced(fee: str) -> None:
    about = variant(fee, "local")
    for kind in papers.KINDS.values():
        if kind.wanted(about):
            said = text(kind.kind, about)
            assert "KF2026110999" not in said
            assert "是专利开放许可实施合同" not in said
            assert "年费的减免" not in said
    assert "专利实施许可合同（普通许可）" in text("contract", about)
    assert "专利实施许可（普通许可）：" in text("sheet", about)


def test_only_an_announced_license_hints_at_annuities() -> None:
    assert "年费的减免" in text("contract", variant("lump", "statutory"))


def test_a_free_license_mentions_no_money_to_pay() -> None:
    said = text("contract", variant("free", "statutory"))
    assert "本许可免费" in said
    for word in ("收款账户", "付款日程", "发票", "补交使用费"):
        assert word not in said


@pytest.mark.parametrize("fee", ["lump", "in_kind", "entry_royalty"])
def test_no_space_stands_between_a_closing_bracket_and_a_chinese_word(fee: str) -> None:
    for track in ("statutory", "local"):
        said = text("contract", variant(fee, track)) + text("notice", variant(fee, track))
        assert re.findall(r".{8}[）】」』”] [\u4e00-\u9fff]", said) == []


@pytest.mark.parametrize("fee", ["royalty_profit", "in_kind"])
def test_a_total_nobody_can_tell_is_an_empty_cell_and_an_estimate(fee: str) -> None:
    about = variant(fee, "local")
    row = form_row([about], EXTRAS)
    cells = [row[name] for name in ("total_amount", "technology_amount", "total_wan")]
    assert (row["basis"], cells) == ("估算", ["", "", ""])
    both = form_row([about, variant("lump", "local")], EXTRAS)
    assert (both["basis"], both["total_amount"]) == ("估算", "68000.00")


def test_a_free_license_comes_to_nought_and_is_no_estimate() -> None:
    row = form_row([variant("free", "local")], EXTRAS)
    assert (row["basis"], row["total_amount"], row["total_wan"]) == ("零", "0.00", "0.00")


def test_a_royalty_total_is_marked_as_an_estimate() -> None:
    assert "估算" in text("contract", variant("royalty_sales", "statutory"))
    row = form_row([variant("royalty_sales", "statutory")], EXTRAS)
    assert (row["basis"], row["total_amount"]) == ("估算", "30000.00")


def test_no_payment_request_is_printed_where_nothing_is_due_at_the_start() -> None:
    printed = [kind.kind for kind in papers.of_set("notice", variant("free_first", "statutory"))]
    assert printed == ["notice", "notice_en"]
    with pytest.raises(ValueError, match="nothing is due"):
        papers.compose("payment_request", variant("free", "statutory"))


def test_a_natural_person_is_masked_on_every_issued_paper_and_has_no_seal_place() -> None:
    about = variant("entry_royalty", "statutory")
    full = "310101199001010012"
    for kind in papers.KINDS:
        assert full not in text(kind, about)
    assert "3101**********0012" in text("contract", about)
    assert text("contract", about).count("盖章处") == 1  # the licensor's


def test_the_package_alone_prints_the_full_number() -> None:
    about = variant("entry_royalty", "statutory")
    extras = FormExtras(codes=EXTRAS.codes, identities={"buyer": "310101199001010012"})
    assert "310101199001010012" in plain(sheet.compose([about], extras))


def test_group_nine_is_empty_and_no_official_form_number_is_printed() -> None:
    said = text("sheet", variant("lump", "statutory"))
    nine = said.split("[九　登记机构填写（金额单位：元）]")[1].split("记录随机数")[0]
    assert all(line.endswith("：") for line in nine.strip().splitlines())
    assert "JJ-001" not in said
    assert "非登记机构制发的表格" in said


def test_the_sheet_of_one_patent_stands_on_one_page() -> None:
    for fee in FEES:
        assert rendered(papers.compose("sheet", variant(fee, "local")), fonts()).pages == 1


def test_a_third_patent_goes_on_a_second_sheet() -> None:
    three = [{**PATENT, "number": f"ZL20181999900{n}.7"} for n in range(3)]
    composed = papers.compose("sheet", facts(record(patents=three)))
    assert rendered(composed, fonts()).pages == 2


def test_contracts_registered_now_cite_the_measures_of_2026() -> None:
    assert "技术合同认定登记管理办法（2026年）" in text("contract", variant("lump", "statutory"))


def test_shorter_time_for_the_same_fee_is_said_on_the_paper() -> None:
    assert "费用不变" in text("contract", facts(last_day=date(2028, 11, 30)))
    assert "费用不变" not in text("contract", facts())


def test_the_demonstration_prints_its_watermark_and_nothing_else_does() -> None:
    assert papers.compose("certificate", facts()).watermark == "演示"
    assert papers.compose("certificate", facts(record(demonstration=False))).watermark == ""


def test_what_people_type_cannot_become_a_head_or_a_clause_of_ours() -> None:
    hostile = "甲\n# 伪造的条\n- 伪造的款\n@schedule\n\x02# 再伪造"
    notice = {**record()["notice"], "use": hostile, "product": "{{ 7 * 7 }}"}
    for kind in ("contract", "notice"):
        composed = papers.compose(kind, facts(record(notice=notice)))
        heads = [b.text for b in composed.blocks if isinstance(b, Heading)]
        assert not any("伪造" in head for head in heads)
        assert "{{ 7 * 7 }}" in plain(composed)


def test_a_word_the_template_misses_is_an_error_and_never_a_blank() -> None:
    with pytest.raises(UndefinedError):
        paper_wording.blocks("2026-03", "truthfulness", {}, {"contract": []})


@pytest.mark.parametrize("kind", papers.KINDS)
def test_a_record_without_a_field_prints_nothing(kind: str) -> None:
    bare = record()
    del bare[papers.KINDS[kind].needs[-1]]
    with pytest.raises(ValueError, match="the record lacks"):
        papers.compose(kind, facts(bare))


@pytest.mark.parametrize("kind", [*CHINESE, "contract_en"])
def test_the_same_record_prints_the_same_bytes_with_every_font_embedded(kind: str) -> None:
    first, again = (rendered(papers.compose(kind, facts()), fonts()) for _ in range(2))
    assert first == again
    assert all(row[-5:-2] == ["yes", "yes", "yes"] for row in pdffonts(first.data))


def test_every_page_carries_number_and_record_digest() -> None:
    about = facts()
    printed = rendered(papers.compose("contract", about), fonts())
    said = pdftotext(printed.data)
    for page in range(1, printed.pages + 1):
        assert f"{about.contract} · 记录摘要 {about.digest[:16]} · 第 {page} / {printed.pages} 页" in said


def test_rare_characters_of_a_name_are_printed_or_reported() -> None:
    good = rendered(papers.compose("certificate", variant("entry_royalty", "local")), fonts())
    assert good.warnings == ()
    assert "张𬱟" in pdftotext(good.data)
    odd = facts(record(licensee={**PERSON, "name": "王𠀾"}))
    printed = rendered(papers.compose("certificate", odd), fonts())
    assert printed.warnings == ("〓[U+2003E]",)


def test_every_paper_prints_the_records_nonce() -> None:
    about = facts()
    for kind in papers.KINDS:
        assert about.record["nonce"] in text(kind, about)


def test_the_forms_columns_are_those_of_the_design_in_order() -> None:
    headings = [column.heading for column in COLUMNS]
    assert headings[:3] == ["平台存证编号", "项目名称", "合同类别"]
    assert headings[-7:] == [
        "结果", "合同登记编号", "登记日期", "核定成交总额（元）", "核定技术交易额（元）", "证明编号", "理由",
    ]  # fmt: skip
    assert len(headings) == len(set(headings))
    assert [c.key for c in COLUMNS] == list(dict.fromkeys(c.key for c in COLUMNS))
    assert set(form_row([facts()], EXTRAS)) == {column.key for column in COLUMNS}


def test_several_patents_stand_in_one_cell_in_order() -> None:
    row = form_row([facts(record(patents=[PATENT, UTILITY_MODEL]))], EXTRAS)
    assert row["patent_number"] == "ZL201819999001.7；ZL202129999004.8"
    assert row["patent_count"] == "2"
    assert row["project_name"].endswith("等 2 件")


def test_terms_are_said_in_whole_months_and_days() -> None:
    assert span(date(2026, 1, 1), date(2028, 12, 31)) == "36 个月"
    assert span(date(2026, 1, 1), date(2026, 1, 10)) == "10 天"
    assert span(date(2026, 1, 1), date(2026, 2, 10)) == "1 个月 10 天"


def test_blocks_have_a_text_that_says_the_same_as_the_ink() -> None:
    composed = papers.compose("payment_request", facts())
    inked = re.sub(r"\s", "", pdftotext(rendered(composed, fonts()).data))
    for block in composed.blocks:
        if isinstance(block, blocks.Facts):
            for label, value in block.rows:
                assert re.sub(r"\s", "", label) in inked
                assert re.sub(r"\s", "", value) in inked
