"""A contract of several licenses on paper: what all say once, what each says under its own name.

The golden texts are written anew only when asked: REGISTRY_WRITE_GOLDEN=1 pytest
tests/contracts/test_several.py
"""

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from registry import jobs
from registry.contracts import papers, papers_shown, printing, register
from registry.contracts.blocks import Heading, plain
from registry.contracts.models import Paper
from registry.contracts.paper_facts import PaperFacts
from registry.contracts.registration_form import form_row
from registry.database import db, transaction
from registry.exports import covers
from tests.contracts import taking, together
from tests.contracts.papers import EXTRAS, UTILITY_MODEL, facts, record
from tests.factories import LUMP, make_organisation, published, reading

GOLDEN = Path(__file__).parent / "golden" / "several"
WHOLE = ("contract", "sheet")


def two(track: str = "statutory", *fees: str) -> PaperFacts:
    """A contract of an invention for a lump sum and a utility model for an entry fee and a royalty."""
    one, other = fees or ("lump", "entry_royalty")
    frozen = record(other, track=track, patents=[UTILITY_MODEL], acceptance="DEMO-MX-A26-9Q2C-4RT8")
    said = {**frozen["declaration"], "number": "DEMO-MX-D26-7XWB-1N5E", "digest": "5e" * 32}
    if track == "statutory":
        said["cnipa_number"] = "KF2026111042"
    filing = {**frozen["declaration"]["answers"], "acts": {"acts": ["use"], "made_by_contractor": False}}
    second = facts({**frozen, "declaration": {**said, "answers": filing}}, effective_on=date(2026, 11, 25))
    return replace(facts(record(one, track=track)), others=(second,))


@pytest.mark.parametrize("track", ["statutory", "local"])
def test_papers_of_two_licenses_read_as_they_were_approved(track: str) -> None:
    about = two(track)
    kinds = [*WHOLE, *(("contract_en", "sheet_en") if track == "statutory" else ())]
    row = {"contract": about.contract, "form": form_row(about.licenses, EXTRAS)}
    composed = [papers.compose(kind, about) for kind in kinds] + [covers.amounts(row, about)]
    found = "\f\n".join(map(plain, composed))
    path = GOLDEN / f"lump-and-entry-royalty-{track}.txt"
    if os.environ.get("REGISTRY_WRITE_GOLDEN") == "1":
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


def test_every_article_stands_once_or_once_for_each_license() -> None:
    heads = [b for b in papers.compose("contract", two()).blocks if isinstance(b, Heading)]
    numbered = [
        one.text for one in heads if one.text.startswith("第") and one.text.split("　")[0][-1] == "条"
    ]
    assert len(numbered) == len(set(numbered)) == 19
    named = [one.text for one in heads if one.text.startswith("第 2 项许可")]
    assert set(named) == {"第 2 项许可　ZL202129999004.8　焊接机器人旋转臂架"}
    assert 3 <= len(named) < 19


def test_two_licenses_on_the_same_terms_differ_in_little() -> None:
    about = two("local", "free", "free")
    said = plain(papers.compose("contract", about))
    alone = plain(papers.compose("contract", replace(about, others=())))
    assert len(said) < 2 * len(alone)
    assert said.count("本许可免费，被许可方无须支付任何使用费") == 1


def test_whoever_signs_has_one_sheet_with_every_declaration_on_it() -> None:
    said = plain(papers.compose("contract", two()))
    assert said.count("# 签署页　许可方") == said.count("# 签署页　被许可方") == 1
    for number in ("DEMO-MX-D26-4HJ8-P0WK", "DEMO-MX-D26-7XWB-1N5E"):
        assert f"依声明 {number} 第 1 版中的授权签署" in said


def test_the_total_is_that_of_all_licenses_on_every_paper() -> None:
    about = two()
    row = form_row(about.licenses, EXTRAS)
    assert row["total_amount"] == "98000.00"
    assert "98,000.00" in plain(papers.compose("contract", about))
    assert "98,000.00" in plain(papers.compose("sheet_en", about))


def test_a_license_without_a_total_is_named_and_not_counted_as_nought() -> None:
    said = plain(papers.compose("contract", two("local", "lump", "royalty_profit")))
    assert "其中第 2 项没有定明以货币计算的总额，未计入" in said


def test_what_falls_due_is_listed_for_every_license() -> None:
    about = two("local", "instalments", "per_year")
    row = {"contract": about.contract, "form": form_row(about.licenses, EXTRAS)}
    said = plain(covers.amounts(row, about))
    assert said.count("40,000.00") == 3
    assert said.count("8,000.00") >= 3
    assert "ZL202129999004.8" in said


def test_the_footers_digest_is_that_of_the_list_of_records() -> None:
    about = two()
    composed = papers.compose("contract", about)
    assert composed.digest not in (about.digest, about.others[0].digest)
    said = plain(composed).replace(" ", "")
    assert about.digest in said
    assert about.others[0].digest in said


# --- printing ----------------------------------------------------------------------------------------


def kinds(contract: str) -> list[tuple[str, int]]:
    """Chinese papers of a contract with their edition."""

    def work() -> list[tuple[str, int]]:
        found = papers_shown.of(register.find_contract(contract))
        return sorted((one.kind, one.version) for one in found if "_" not in one.kind)

    return reading(work)


def test_a_whole_contract_is_printed_once_when_its_last_license_stands(lite: Flask) -> None:
    free = published(lite)
    dear = published(lite, free.holder, free.venue, fee=LUMP)
    c1 = make_organisation(lite, "c1")
    numbers = together.taken(c1, [free, dear])
    contract = together.contract_of(numbers[0])
    jobs.run_all()
    assert ("contract", 1) not in kinds(contract)
    assert ("certificate", 1) in kinds(contract)
    taking.answer(free.holder, taking.claim(lite, c1, numbers[1]))
    jobs.run_all()
    found = kinds(contract)
    assert found.count(("contract", 1)) == found.count(("sheet", 1)) == 1
    assert found.count(("certificate", 1)) == found.count(("notice", 1)) == 2
    assert reading(lambda: [one.state for one in db.session.query(jobs.Job) if one.state == "dead"]) == []
    listed = reading(
        lambda: [len(one.licenses) for one in db.session.query(Paper).filter_by(kind="contract")]
    )
    assert listed == [2]
    assert reading(lambda: _same(contract))


def _same(contract: str) -> bool:
    """Whether the contract's text composed again gives the bytes that were issued."""
    found = register.find_contract(contract)
    paper = printing.issued(found, "contract")
    assert paper is not None
    return papers_shown.text_of(found, paper.id).same


def test_after_a_license_was_void_the_contract_is_printed_again_without_it(lite: Flask) -> None:
    one = published(lite)
    other = published(lite, one.holder, one.venue)
    numbers = together.taken(make_organisation(lite, "c1"), [one, other])
    contract = together.contract_of(numbers[0])
    jobs.run_all()
    from registry.contracts import decisions

    transaction(
        lambda: (
            decisions.object_to(
                one.holder.actor, register.find(numbers[0]), ground="other_law", reason="违反规定。"
            ).ground
        )
    )
    taking.decide(one.venue, numbers[0], "void")
    jobs.run_all()
    assert [v for kind, v in kinds(contract) if kind == "contract"] == [1, 2]
    assert kinds(together.contract_of(numbers[0])) == [("certificate", 1), ("notice", 1)]
    said = reading(lambda: _text(contract))
    assert one.patent not in said
    assert other.patent in said
    assert "已从本合同分出" in said


def _text(contract: str) -> str:
    found = register.find_contract(contract)
    paper = printing.issued(found, "contract")
    assert paper is not None
    return plain(papers_shown.text_of(found, paper.id).composed)
