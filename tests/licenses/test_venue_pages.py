"""The venue's side of a declaration through the pages: review, overrides, what CNIPA announced, pauses."""

import pytest
from flask import Flask

from registry.licenses import register, reviews, reviews_schemas
from tests import factories
from tests.browser import PASSWORD
from tests.factories import Person
from tests.licenses.filling import browser
from tests.parties.people import PDF


@pytest.fixture
def two(lite: Flask) -> tuple[Person, Person]:
    return factories.make_organisation(lite, "u1"), factories.make_venue(lite, "v1")


def test_a_reviewer_returns_with_reasons_and_the_holder_reads_them(
    lite: Flask, two: tuple[Person, Person]
) -> None:
    number = factories.submitted(lite, two[0], two[1])
    clerk = browser(lite, two[1])
    clerk.get(f"/venue/reviews/{number}").submit(
        {"lines.attachments.verdict": "problem", "lines.attachments.note": "证书看不清"}, action=""
    )
    clerk.submit(action=f"/venue/reviews/{number}/return")
    assert register.find(number).state == "returned"
    assert "证书看不清" in browser(lite, two[0]).get(f"/declarations/{number}").text


def test_a_problem_without_words_is_refused_beside_its_line(lite: Flask, two: tuple[Person, Person]) -> None:
    number = factories.submitted(lite, two[0], two[1])
    clerk = browser(lite, two[1]).get(f"/venue/reviews/{number}")
    clerk.submit({"lines.fee.verdict": "problem"}, action="")
    assert clerk.status == 422
    assert register.find(number).state == "submitted"


def test_a_reviewer_refuses_with_a_ground(lite: Flask, two: tuple[Person, Person]) -> None:
    number = factories.submitted(lite, two[0], two[1])
    clerk = browser(lite, two[1])
    clerk.get(f"/venue/reviews/{number}").submit({"lines.bars.verdict": "pass"}, action="")
    clerk.submit({"ground": "B2", "words": "法院已经裁定保全。"}, action=f"/venue/reviews/{number}/refuse")
    assert register.find(number).state == "refused"
    assert "法院已经裁定保全" in browser(lite, two[0]).get(f"/declarations/{number}").text


def test_two_persons_set_a_cap_aside(lite: Flask, two: tuple[Person, Person]) -> None:
    fee = {"method": "LUMP", "amount": "30000000.00", "tax_included": True, "pay_within_days": 15}
    number = factories.submitted(lite, two[0], two[1], fee=fee)
    factories.pass_all(two[1], number)
    path = f"/venue/reviews/{number}/overrides/fee_over_cap"
    first = browser(lite, two[1])
    needless = first.get(path.replace("fee_over", "rate_over"))
    assert (needless.status, "目前没有障碍" in needless.text) == (200, True)
    assert "为什么可以例外" not in needless.text
    assert first.get(path.replace("fee_over_cap", "anything")).status == 404
    asked = {"reason": "评估报告支持这一价格，附在说明里。", "password": PASSWORD}
    assert first.get(path).press_twice(asked) == (path, path)
    assert "等待第二人" in first.text, first.text
    colleague = factories.make_member(lite, two[1], factories.Role.OPERATOR)
    second = browser(lite, colleague)
    decision = f"/venue/reviews/{number}/decision"
    assert second.get(path).press_twice({"password": PASSWORD}) == (decision, decision)
    assert "已批准" in second.text, second.text
    second.submit(action=f"/venue/reviews/{number}/approve")
    assert register.find(number).state == "published"


def test_the_clerk_records_what_cnipa_announced(lite: Flask, two: tuple[Person, Person]) -> None:
    offer = factories.published(lite, *two)
    clerk = browser(lite, two[1])
    clerk.get(f"/venue/reviews/{offer.number}/cnipa").submit({"fact": "announced", "day": "2026-01-01"})
    assert clerk.status == 422
    clerk.submit({"fact": "announced", "day": "2090-01-01", "cnipa_number": "KF2026000001"})
    assert clerk.status == 422
    clerk.submit(
        {"fact": "announced", "day": "2026-03-02", "cnipa_number": "KF2026000001"},
        files={"gazette_upload": (PDF, "公报.pdf")},
    )
    declaration = register.find(offer.number)
    assert (declaration.cnipa_status, declaration.cnipa_number) == ("announced", "KF2026000001"), clerk.text


def test_the_clerk_pauses_and_resumes(lite: Flask, two: tuple[Person, Person]) -> None:
    offer = factories.published(lite, *two)
    clerk = browser(lite, two[1])
    clerk.get(f"/venue/reviews/{offer.number}/pause").submit({"ground": "B3", "since": "2026-03-02"})
    assert register.find(offer.number).paused_ground == "B3", clerk.text
    clerk.get(f"/venue/reviews/{offer.number}/resume").submit({"words": "已补缴年费"})
    assert register.find(offer.number).paused_since is None


def test_the_venues_own_page_shows_what_waits(lite: Flask, two: tuple[Person, Person]) -> None:
    number = factories.submitted(lite, *two)
    clerk = browser(lite, two[1])
    assert number in clerk.get("/venue").text
    assert "待审声明" in clerk.text
    assert browser(lite, two[0]).get("/venue").status in (403, 404)


def test_the_lines_a_page_may_send_are_those_of_the_check_list() -> None:
    assert list(reviews.LINES) == list(reviews_schemas.LinesSchema().fields)
    assert reviews.VERDICTS == reviews_schemas.VERDICTS
