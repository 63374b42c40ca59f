"""Papers as pages to read and as an editable text to save: equal to what was issued, in both languages."""

import hashlib
import re
from dataclasses import replace
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from registry.contracts import papers_shown, register
from registry.contracts.blocks import Clause, Heading
from registry.contracts.models import Contract
from registry.documents import store
from registry.errors import Gone, NotFound
from tests.browser import Browser
from tests.exports.making import effective
from tests.factories import LUMP, Person, make_organisation, published, reading
from tests.kept import Kept


@pytest.fixture
def given(lite: Flask, kept: Kept) -> tuple[Person, str]:
    """A licensee with a name to be escaped, and the number of its contract."""
    return kept(lite, give)


def give(app: Flask) -> tuple[Person, str]:
    licensee = make_organisation(app, "c4", name="甲<b>乙</b>有限公司")
    return licensee, effective(app, published(app, fee=LUMP), licensee)


@pytest.fixture
def licensee(given: tuple[Person, str]) -> Person:
    return given[0]


@pytest.fixture
def contract(given: tuple[Person, str]) -> str:
    return given[1]


def papers(contract: str) -> dict[str, Any]:
    return reading(lambda: {p.kind: p.id for p in papers_shown.of(register.find_contract(contract))})


def test_papers_are_read_as_pages_and_saved_as_they_were_issued(
    lite: Flask, contract: str, licensee: Person
) -> None:
    found, page = papers(contract), Browser(lite).sign_in(licensee.email)
    for kind, tag in (("contract", "zh-CN"), ("contract_en", "en"), ("sheet", "zh-CN"), ("notice_en", "en")):
        shown = page.get(f"/contracts/{contract}/papers/{found[kind]}")
        assert shown.status == 200
        assert f'<article lang="{tag}"' in shown.html
        assert "本页与已出具的文件逐字相同" in shown.text
        assert shown.html.count("<h1") == 1
        assert "<b>乙</b>" not in shown.html
        assert "甲&lt;b&gt;乙&lt;/b&gt;有限公司" in shown.html
    saved = page.client.get(f"/contracts/{contract}/papers/{found['contract_docx']}.docx")
    assert saved.data.startswith(b"PK")
    assert saved.headers["ETag"].strip('"') == hashlib.sha256(saved.data).hexdigest()
    assert "wordprocessingml" in saved.content_type
    assert page.get(f"/contracts/{contract}/papers/{found['contract_docx']}.pdf").status == 404
    assert page.get(f"/contracts/{contract}/papers/{found['contract']}.docx").status == 404
    listed = page.get(f"/contracts/{contract}")
    for kind in ("contract", "contract_en"):
        assert f"/papers/{found[kind]}.pdf" in listed.html
        assert f'/papers/{found[kind]}"' in listed.html
    assert f"/papers/{found['contract_docx']}.docx" in listed.html
    assert "以 PDF 为准" in listed.text


def test_headings_of_every_paper_leave_no_level_out_and_every_table_has_a_name_of_its_own(
    lite: Flask, contract: str, licensee: Person
) -> None:
    page = Browser(lite).sign_in(licensee.email)
    for kind, paper_id in papers(contract).items():
        html = page.get(f"/contracts/{contract}/papers/{paper_id}").html
        levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", html)]
        assert all(later - earlier <= 1 for earlier, later in pairwise(levels)), kind
        named = re.findall(r'role="region" aria-label="([^"]*)"', html)
        assert len(set(named)) == len(named), kind


def test_a_page_holds_every_clause_and_says_when_its_bytes_are_not_those_issued(
    lite: Flask, contract: str, licensee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, page = papers(contract)["contract"], Browser(lite).sign_in(licensee.email)
    blocks = reading(lambda: papers_shown.text_of(register.find_contract(contract), found).composed.blocks)
    text = re.sub(r"\s", "", page.get(f"/contracts/{contract}/papers/{found}").text)
    said = [one.text for one in blocks if isinstance(one, Clause | Heading)]
    assert len(said) > 70
    for words in said:
        assert re.sub(r"\s", "", words) in text
    real = papers_shown.printed
    monkeypatch.setattr(papers_shown, "printed", lambda *given: replace(real(*given), digest="0" * 64))
    shown = page.get(f"/contracts/{contract}/papers/{found}")
    assert "请以文件为准" in shown.text
    assert "逐字相同" not in shown.text


def test_what_was_erased_or_is_anothers_is_not_composed(lite: Flask, contract: str) -> None:
    found = papers(contract)["contract"]

    def work() -> None:
        contract_ = register.find_contract(contract)
        with pytest.raises(NotFound):
            papers_shown.text_of(Contract(id=uuid4(), number="MX-C26-0000-0000"), found)
        store.forget(papers_shown.find(contract_, found)[0].digest)
        with pytest.raises(Gone):
            papers_shown.text_of(contract_, found)

    reading(work)
