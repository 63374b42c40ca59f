"""Patents through the pages: entered, corrected, their state and report said; wrong numbers named."""

from typing import Any

import pytest
from flask import Flask

from registry.patents import service as patents
from tests import factories
from tests.browser import Browser
from tests.factories import Person
from tests.parties.people import PDF

FACTS = {
    "title": "一种分布式文件共享方法",
    "filing_date": "2018年4月13日",
    "grant_date": "2021-06-01",
    "main_class": "g06f16/176",
    "inventors": "张三\n李四、王五",
}
NO = {f"{name}.answer": "no" for name in ("b1", "b2", "b4", "b5", "b6", "b9")}


@pytest.fixture
def university(lite: Flask) -> Person:
    return factories.make_organisation(lite, "u1")


@pytest.fixture
def holder(lite: Flask, university: Person) -> Browser:
    return Browser(lite).sign_in(university.email)


def enter(holder: Browser, number: str = "２０１８１０３２３０２１．５", **changes: Any) -> Browser:
    return holder.get(f"/patents/new?number={number}").submit({**FACTS, **changes})


def test_a_patent_is_entered_from_its_number_in_any_spelling(holder: Browser) -> None:
    enter(holder)
    assert holder.address == "/patents/ZL201810323021.5", holder.text
    patent = patents.find("201810323021.5")
    assert (patent.main_class, patent.inventors) == ("G06F 16/176", ["张三", "李四", "王五"])
    assert [owner.name for owner in patent.owners] == ["申城理工大学"]
    assert "ZL201810323021.5" in holder.get("/patents").text


def test_a_wrong_check_digit_is_said_beside_the_number(holder: Browser) -> None:
    holder.get("/patents/new?number=ZL201810323021.6")
    assert holder.status == 422
    assert "校验位不对" in holder.text


def test_what_the_number_contradicts_is_refused_beside_its_field(holder: Browser) -> None:
    enter(holder, filing_date="2017-01-01")
    assert holder.status == 422
    assert "与专利号中的年份" in holder.text
    assert holder.form().fields["title"] == FACTS["title"]


def test_a_known_patent_is_not_entered_twice(lite: Flask, holder: Browser) -> None:
    enter(holder)
    other = Browser(lite).sign_in(factories.make_organisation(lite, "c1").email)
    enter(other)
    assert other.status == 409


def test_more_rows_for_owners_without_losing_what_was_typed(holder: Browser) -> None:
    holder.get("/patents/new?number=201810323021.5").submit({**FACTS, "_more": "owners"})
    assert holder.status == 200
    assert holder.form().fields["title"] == FACTS["title"]
    assert "owners.4.name" in holder.form().fields


def test_a_certificate_survives_a_mistake_elsewhere(holder: Browser) -> None:
    holder.get("/patents/new?number=201810323021.5")
    holder.submit({**FACTS, "title": ""}, files={"certificate_upload": (PDF, "证书.pdf")})
    assert holder.status == 422
    assert "证书.pdf" in holder.text
    holder.submit({"title": FACTS["title"]})
    assert patents.find("201810323021.5").certificate_upload is not None, holder.text


def test_a_mistyped_file_is_refused_beside_its_input(holder: Browser) -> None:
    holder.get("/patents/new?number=201810323021.5")
    holder.submit(FACTS, files={"certificate_upload": (b"MZ not a document \x00", "a.exe")})
    assert holder.status == 422
    assert "类型" in holder.text


def test_a_patent_is_corrected(holder: Browser) -> None:
    enter(holder)
    holder.get("/patents/ZL201810323021.5/edit").submit({"title": "改正后的名称"})
    assert patents.find("201810323021.5").title == "改正后的名称"


def test_the_state_is_answered_question_by_question(holder: Browser) -> None:
    enter(holder)
    page = holder.get("/patents/ZL201810323021.5/state")
    page.submit({"annuity_paid_to": "2030-04-13", **NO, "b4.answer": "yes"})
    assert holder.status == 422, "a yes without its day"
    page.submit({"b4.starts_on": "2025-01-02", "b4.consented": "yes", "b4.reference": "Y2025"})
    assert holder.address == "/patents/ZL201810323021.5", holder.text
    (fact,) = patents.find("201810323021.5").facts
    assert (fact.kind, fact.consented, fact.reference) == ("pledge", True, "Y2025")
    holder.get("/patents/ZL201810323021.5/state").submit({"b4.answer": "no"})
    assert patents.find("201810323021.5").facts == []


def test_an_unanswered_question_is_named(holder: Browser) -> None:
    enter(holder)
    answers = {name: value for name, value in NO.items() if name != "b2.answer"}
    holder.get("/patents/ZL201810323021.5/state").submit({"annuity_paid_to": "2030-04-13", **answers})
    assert holder.status == 422
    assert "纠纷或者保全" in holder.text


def test_the_reader_comes_back_to_the_declaration(holder: Browser) -> None:
    enter(holder)
    path = "/patents/ZL201810323021.5/state?next=/patents"
    holder.get(path).submit({"annuity_paid_to": "2030-04-13", **NO})
    assert holder.address == "/patents"


def test_nobody_is_led_to_another_site(holder: Browser) -> None:
    enter(holder)
    path = "/patents/ZL201810323021.5/state?next=//evil.example"
    holder.get(path).submit({"annuity_paid_to": "2030-04-13", **NO})
    assert holder.address.startswith("/patents/")


def test_a_utility_model_needs_its_report(lite: Flask, university: Person, holder: Browser) -> None:
    number = factories.make_patent(lite, university, number=factories.patent_number(kind="2"))
    holder.get(f"/patents/{number}/report").submit(
        {"number": "PJ2026001", "day": "2026-01-05", "positive": "yes"},
        files={"report_upload": (PDF, "评价报告.pdf")},
    )
    report = patents.find(number).report
    assert report is not None, holder.text
    assert (report.number, report.positive) == ("PJ2026001", True)


def test_another_organisation_sees_no_patent_of_ours(lite: Flask, holder: Browser) -> None:
    enter(holder)
    other = Browser(lite).sign_in(factories.make_organisation(lite, "c1").email)
    for path in ("", "/edit", "/state", "/report"):
        assert other.get(f"/patents/ZL201810323021.5{path}").status == 404, path
