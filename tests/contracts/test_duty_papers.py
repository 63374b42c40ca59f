"""Papers about acts after a license say what was signed, in exactly the words that were looked at.

The golden texts are written anew only when asked: REGISTRY_WRITE_GOLDEN=1 pytest
tests/contracts/test_duty_papers.py
"""

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from registry import clock, jobs
from registry.contracts import duty_acts, duty_printing
from registry.contracts.blocks import Paragraph, plain, rendered
from registry.contracts.duty_models import DutyPaper
from registry.contracts.papers import READING
from registry.database import db
from registry.documents import store
from registry.errors import NotFound
from tests.contracts import performing as do
from tests.contracts.duty_papers import SHEETS, composed
from tests.contracts.taking import filings
from tests.contracts.test_reading_versions import HAN, VALUES, shape
from tests.documents.papers import pdftotext
from tests.factories import make_organisation, reading
from tests.fonts import fonts

GOLDEN = Path(__file__).parent / "golden" / "duties"
PARTIES = ("申城理工大学（演示）", "嘉定启明医疗器械有限公司（演示）")
TYPED = (
    "被许可方销售许可产品开票金额减去退货、运费和税款", "退货 20,000.00 元，运费 14,567.80 元",
    "贵方第一结算期的提成费报告至今未提交，请尽快提交并付款。",
    "催告的期限届满，贵方仍未提交报告，也未付款。", "许可方拒绝交付资料。", "技术交底书一份，样机图纸一套",
    "技术交底书一份（电子版），样机图纸一套（光盘），2027年3月9日线上指导 4 小时",
)  # fmt: skip
"""What parties typed is not translated."""


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", SHEETS)
def test_duty_papers_read_as_they_were_approved(name: str, lang: str) -> None:
    found, path = plain(composed(name, lang)), GOLDEN / f"{'en-' if lang == 'en' else ''}{name}.txt"
    if os.environ.get("REGISTRY_WRITE_GOLDEN") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


def test_every_golden_text_of_a_duty_belongs_to_a_paper() -> None:
    assert {path.stem.removeprefix("en-") for path in GOLDEN.glob("*.txt")} == set(SHEETS)


@pytest.mark.parametrize("name", SHEETS)
def test_a_reading_version_of_a_duty_paper_is_built_as_the_chinese_and_marked(name: str) -> None:
    zh, en = composed(name), composed(name, "en")
    mark = en.blocks[1]
    assert isinstance(mark, Paragraph)
    assert mark.text == READING
    assert shape((en.blocks[0], *en.blocks[2:])) == shape(zh.blocks)
    assert all(value in plain(en) for value in VALUES.findall(plain(zh)))
    assert "Reading version" in en.number


@pytest.mark.parametrize("name", SHEETS)
def test_a_short_paper_of_an_act_stands_on_one_page(name: str) -> None:
    assert rendered(composed(name), fonts()).pages == 1


@pytest.mark.parametrize("name", SHEETS)
def test_no_sentence_of_a_duty_papers_reading_version_stays_chinese(name: str) -> None:
    lines = [line for line in plain(composed(name, "en")).splitlines() if re.match(r"[0-9]+\.　|# ", line)]
    assert len(lines) > 1
    for line in lines:
        left = line.replace("　", " ")
        for words in (*PARTIES, *TYPED):
            left = left.replace(words, "")
        assert not HAN.findall(left), line


def test_a_report_is_printed_once_filed_and_shown_to_its_parties_alone(lite: Flask) -> None:
    offer, licensee, number = do.licensed(lite)
    with time_machine.travel(clock.now() + timedelta(days=95), tick=True):
        made = do.report(licensee, number)
        jobs.run_all()
        duty_printing.print_paper({"kind": "royalty_report", "subject": str(made)})
        papers = reading(lambda: [one.id for one in db.session.scalars(select(DutyPaper))])
        assert len(papers) == 2
        paper, english = reading(lambda: duty_acts.papers_of(made))
        assert (paper.kind, english.kind) == ("royalty_report", "royalty_report_en")
        listed = [fields["papers"] for kind, fields in filings(0) if kind == "papers.issued"]
        assert [
            {"paper": "royalty_report", "version": 1, "digest": paper.digest},
            {"paper": "royalty_report_en", "version": 1, "digest": english.digest},
        ] in listed
        data = reading(lambda: duty_printing.shown(offer.holder.actor, paper.id)[1])
        assert "3,000.00" in pdftotext(data)
        assert data == reading(lambda: store.get(paper.digest))
        with pytest.raises(NotFound):
            reading(lambda: duty_printing.shown(make_organisation(lite, "c2").actor, papers[0]))
