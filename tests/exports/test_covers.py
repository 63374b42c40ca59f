"""The papers of a package alone, and the statement of a recordal pack, word by word in both languages.

The golden texts are written anew only when asked: REGISTRY_WRITE_GOLDEN=1 pytest
"""

import os
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from registry.contracts import papers, signature_sheet, stamping
from registry.contracts.blocks import Composed, plain, rendered
from registry.contracts.paper_facts import PaperFacts
from registry.contracts.registration_form import form_row
from registry.contracts.signature_sheet import Listed
from registry.exports import covers, recordal_papers, voucher
from registry.exports.sums import Line, line_of, summed
from tests.contracts.papers import CO_OWNER, EXTRAS, FEES, PERSON, facts, record
from tests.contracts.test_reading_versions import HAN, VALUES, shape
from tests.documents.papers import pdftotext
from tests.exports.test_recordal import GOLDEN
from tests.fonts import fonts
from tests.pictures import COURIER, TEXT, TEXT_DIGEST

LISTED = [
    ("01 技术合同登记表.pdf", "有", covers.ORIGINAL, "1", "/"),
    ("08b 委托登记授权书", "缺", "/", "", "许可方"),
]
TWICE: dict[str, Callable[[dict[str, Any], PaperFacts], Composed]] = {
    "09": covers.truthfulness,
    "10": covers.amounts,
    "03-nothing": lambda row, about: recordal_papers.nothing_payable(about),
}
"""Papers that have a reading version of their own."""
GIVEN = {
    "申城理工大学", "嘉定启明医疗器械有限公司",
    "专利开放许可：基于标准化电子病历的临床质量指标计算方法", "（演示）", "演示",
    "以一台检测设备的使用权抵付。",
    "设备在实施通知到达后六十日内交付，并由双方在交接单上签收",
}  # fmt: skip
"""What people and patents are called is not translated."""


def frozen(about: PaperFacts) -> dict[str, Any]:
    form = form_row([about], EXTRAS)
    return {"contract": about.contract, "form": form, "voucher": "DEMO-MX-V26-2K7Q-M3X9"}


def printed(name: str, about: PaperFacts) -> bool:
    """That nothing is payable is stated only where it is so."""
    return name != "03-nothing" or not about.amount_due


def sheets(about: PaperFacts) -> dict[str, Composed]:
    row = frozen(about)
    signs = [Listed(facts=about, seat=seat, text_digest=TEXT_DIGEST, text_pages=10) for seat in seats(about)]
    return {
        "00": covers.contents(row, about, LISTED),
        "03": covers.declaration(row, about, TEXT),
        **{name: make(row, about) for name, make in TWICE.items() if printed(name, about)},
        "12": voucher.compose(row, [about]),
        **{f"02b-{n}": signature_sheet.compose([one], COURIER) for n, one in enumerate(signs, start=1)},
        "02b-both": signature_sheet.compose([signs[0], signs[0]], ""),
    }


def seats(about: PaperFacts) -> list[stamping.Seat]:
    return list(stamping.seats(about.record))


@pytest.mark.parametrize(
    ("fee", "track"),
    [("lump", "statutory"), ("entry_royalty", "local"), ("in_kind", "local"), ("free", "local")],
)
def test_the_papers_of_a_package_say_exactly_what_was_looked_at(fee: str, track: str) -> None:
    special = {"lump": {"co_owners": [CO_OWNER]}, "entry_royalty": {"licensee": PERSON}}
    about = facts(record(fee, track=track, **special.get(fee, {})))
    english = {
        f"{name}-en": make(frozen(about), replace(about, lang="en"))
        for name, make in TWICE.items()
        if printed(name, about)
    }
    found = "\f\n".join(f"[{name}]\n{plain(one)}" for name, one in {**sheets(about), **english}.items())
    path = GOLDEN / f"covers-{fee}-{track}.txt"
    if os.environ.get("REGISTRY_WRITE_GOLDEN") == "1":
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


def test_an_agent_and_a_unit_stand_on_the_covers_and_nowhere_in_the_form() -> None:
    agent = {"name": "徐汇明正专利代理事务所", "number": "MX-P26", "digest": "a" * 64}
    named = {"agents": {"licensor": agent}, "units": {"licensee": "材料学院"}}
    about = facts({**record("lump"), **named})
    cover, sheet = plain(sheets(about)["00"]), plain(recordal_papers.data_sheet([about]))
    assert "许可方委托代理人：徐汇明正专利代理事务所（委托书 MX-P26）；被许可方经办部门：材料学院。" in cover
    assert sheet.count("徐汇明正专利代理事务所（委托书 MX-P26）") == 1
    assert "材料学院" in sheet
    assert frozen(about)["form"] == frozen(facts(record("lump")))["form"]


@pytest.mark.parametrize("name", TWICE)
@pytest.mark.parametrize("fee", FEES)
def test_a_reading_version_is_built_as_the_chinese_and_leaves_no_words_of_ours_chinese(
    fee: str, name: str
) -> None:
    about = facts(record(fee))
    zh, en = (TWICE[name](frozen(about), replace(about, lang=lang)) for lang in ("zh", "en"))
    marked = list(shape(en.blocks))
    assert marked.pop(1) == "Paragraph"
    assert marked == shape(zh.blocks)
    said = plain(en)
    assert papers.READING in said
    assert set(VALUES.findall(plain(zh))) <= set(VALUES.findall(said))
    ours = re.sub(r"^(\| [^：]+)：|　|（ZL[0-9.]+）", r"\1 ", said, flags=re.MULTILINE)
    for given in sorted(GIVEN, key=len, reverse=True):
        ours = ours.replace(given, "")
    assert HAN.findall(ours) == []


@pytest.mark.parametrize("name", TWICE)
def test_every_page_of_a_packages_reading_version_says_what_it_is(name: str) -> None:
    about = facts(record("free"), lang="en")
    made = rendered(TWICE[name](frozen(about), about), fonts())
    said = pdftotext(made.data)
    assert said.count("Reading version; the Chinese text prevails · record") == made.pages


@pytest.mark.parametrize("fee", ["in_kind", "royalty_profit"])
def test_no_paper_of_a_package_prints_nought_for_a_total_nobody_can_tell(fee: str) -> None:
    about = facts(record(fee))
    row = frozen(about)
    assert "待申请人估算" in plain(covers.contents(row, about, LISTED))
    assert "由申请人估算" in plain(covers.amounts(row, about))
    assert "未定明以货币计算的总额" in plain(voucher.compose(row, [about]))
    assert "人民币零元" not in "".join(plain(one) for one in sheets(about).values())


def test_what_is_free_and_what_cannot_be_told_are_counted_apart() -> None:
    rows = [{**frozen(facts(record(fee))), "registrar": "甲"} for fee in ("lump", "free", "in_kind")]
    found = summed(map(line_of, rows))
    assert (found.all.count, found.zero.count, found.untold.count) == (3, 1, 1)
    assert found.all.total == Decimal("68000.00")
    free = Line(total=Decimal(0), technology=Decimal(0), registrar="", kind="", month="", zero=True)
    assert not free.untold
