"""A declaration through the pages: steps, signature, consent, withdrawal (the venue: test_venue_pages)."""

import pytest
from flask import Flask

from registry import jobs
from registry.database import transaction
from registry.licenses import consents, register, reviews
from registry.licenses.service import STEPS
from tests import factories
from tests.browser import PASSWORD, Browser
from tests.factories import Person
from tests.licenses.filling import LUMP, TICKS, browser, ready, sign
from tests.parties.people import PDF


@pytest.fixture
def people(app: Flask) -> tuple[Person, Person]:
    return factories.make_organisation(app, "u1"), factories.make_venue(app, "v1")


@pytest.fixture
def two(lite: Flask) -> tuple[Person, Person]:
    return factories.make_organisation(lite, "u1"), factories.make_venue(lite, "v1")


def test_a_holder_declares_and_a_reviewer_publishes(app: Flask, people: tuple[Person, Person]) -> None:
    university, operator = people
    holder, number = ready(app, university)
    assert "可以签署" in holder.text
    check = holder.get(f"/declarations/{number}/check")
    assert "人民币陆万捌仟元整" in check.text
    assert register.find(number).state == "draft"
    sign(holder, number)
    assert holder.address == f"/declarations/{number}/submitted"
    assert number in holder.text
    clerk = browser(app, operator)
    assert number in clerk.get("/venue/reviews").text
    clerk.get(f"/venue/reviews/{number}").submit(
        {f"lines.{line}.verdict": "pass" for line in reviews.LINES}, action=""
    )
    assert clerk.address == f"/venue/reviews/{number}/decision", clerk.text
    clerk.submit(action=f"/venue/reviews/{number}/approve")
    assert clerk.status == 200, clerk.text
    declaration = register.find(number)
    assert (declaration.state, declaration.published_seq is not None) == ("published", True)


def test_every_step_is_a_page_and_keeps_what_was_typed(lite: Flask, two: tuple[Person, Person]) -> None:
    holder, number = ready(lite, two[0])
    for step in STEPS:
        page = holder.get(f"/declarations/{number}/{step}")
        assert page.status == 200
        assert page.html.count("<h1") == 1, step
    assert holder.get(f"/declarations/{number}/term").form().fields["term.duration_months"] == "36"
    for page_of in ("", "/text", "/sheet", "/check", "/consents"):
        assert holder.get(f"/declarations/{number}{page_of}").status == 200, page_of


def test_a_wrong_answer_stays_on_its_page_with_the_error_beside_it(
    lite: Flask, two: tuple[Person, Person]
) -> None:
    holder, number = ready(lite, two[0])
    holder.get(f"/declarations/{number}/fee?method=LUMP").submit({**LUMP, "fee.amount": "1.234"})
    assert holder.status == 422
    assert holder.title.startswith("错误")
    assert "小数" in holder.text
    assert holder.form().fields["fee.amount"] == "1.234"
    assert register.find(number).draft["fee"]["amount"] == "68000.00"


def test_a_legal_problem_is_kept_and_said_on_the_step_and_on_the_list(
    lite: Flask, two: tuple[Person, Person]
) -> None:
    holder, number = ready(lite, two[0])
    dates = {"term.offer_last_day": "2028-12-31", "term.license_last_day": "2090-01-01"}
    holder.get(f"/declarations/{number}/term").submit(dates)
    assert holder.address.startswith(f"/declarations/{number}/term")
    assert "不能晚于专利权最后一日" in holder.text
    assert "有问题" in holder.get(f"/declarations/{number}").text
    assert f'/declarations/{number}/term">许可多久？</a>' in holder.get(f"/declarations/{number}/check").html
    assert sign(holder, number).status == 422


def test_words_to_look_at_are_said_beside_their_field_and_nothing_is_lost(
    lite: Flask, two: tuple[Person, Person]
) -> None:
    holder, number = ready(lite, two[0])
    words = "被许可方不得出口，且必须购买许可方的设备。"
    holder.get(f"/declarations/{number}/use").submit({"use.additional_terms": words})
    assert holder.address.startswith(f"/declarations/{number}/use")
    beside = holder.html.partition('id="f-use-additional_terms-caution"')[2].partition("</div>")[0]
    assert "不得出口" in beside
    assert "必须购买许可方的设备" in beside
    assert 'aria-describedby="f-use-additional_terms-hint f-use-additional_terms-caution"' in holder.html
    assert holder.form().fields["use.additional_terms"].strip() == words
    assert "可以签署" in holder.get(f"/declarations/{number}").text


@pytest.mark.parametrize(
    ("method", "fields"),
    [
        ("FREE", {}),
        (
            "INSTALMENTS",
            {
                "fee.amount": "120000",
                "fee.instalments.0.amount": "40000",
                "fee.instalments.0.anchor": "notice",
                "fee.instalments.0.after_days": "15",
                "fee.instalments.1.amount": "80000",
                "fee.instalments.1.anchor": "effective",
                "fee.instalments.1.after_months": "12",
                "fee.tax_included": "yes",
            },
        ),
        ("PER_YEAR", {"fee.amount": "8000", "fee.tax_included": "no"}),
        (
            "ROYALTY_SALES",
            {
                "fee.royalty.base_words": "开票金额扣除增值税",
                "fee.royalty.rate": "2.5",
                "fee.royalty.period": "year",
                "fee.royalty.minimum": "10000",
                "fee.royalty.inspection": "yes",
            },
        ),
        (
            "ROYALTY_PROFIT",
            {"fee.royalty.base_words": "产品利润", "fee.royalty.rate": "12", "fee.royalty.period": "year"},
        ),
        (
            "ENTRY_ROYALTY",
            {
                "fee.amount": "30000",
                "fee.royalty.base": "sales",
                "fee.royalty.base_words": "净销售额",
                "fee.royalty.rate": "3",
                "fee.royalty.period": "quarter",
            },
        ),
    ],
)
def test_each_fee_method_has_its_own_fields(
    lite: Flask, two: tuple[Person, Person], method: str, fields: dict[str, str]
) -> None:
    holder, number = ready(lite, two[0])
    holder.get(f"/declarations/{number}/fee?method={method}").submit(fields)
    assert holder.address == f"/declarations/{number}", holder.text
    assert register.find(number).draft["fee"]["method"] == method
    assert holder.get(f"/declarations/{number}/check").status == 200


def test_a_digest_that_was_not_read_is_a_conflict(lite: Flask, two: tuple[Person, Person]) -> None:
    holder, number = ready(lite, two[0])
    sign(holder, number, digest="0" * 64)
    assert holder.status == 409
    assert register.find(number).state == "draft"


def test_a_wrong_password_signs_nothing(lite: Flask, two: tuple[Person, Person]) -> None:
    holder, number = ready(lite, two[0])
    sign(holder, number, password="not the password")
    assert holder.status == 422
    assert register.find(number).state == "draft"


def test_pressing_twice_shows_the_first_result(lite: Flask, two: tuple[Person, Person]) -> None:
    holder, number = ready(lite, two[0])
    holder.get(f"/declarations/{number}/check")
    form = holder.form()
    sent = {**dict(form.fields), **TICKS, "password": PASSWORD}
    path = f"/declarations/{number}/check"
    assert (
        holder.post(path, sent).address
        == holder.post(path, sent).address
        == f"/declarations/{number}/submitted"
    )
    assert len(register.find(number).versions) == 1


def test_a_co_owner_consents_through_the_link(app: Flask, people: tuple[Person, Person]) -> None:
    holder, number = ready(app, people[0], co_owners=("r1",))
    holder.get(f"/declarations/{number}/owners").submit({"owners.items.1.email": "owner1@example.cn"})
    assert "等待同意" in holder.text
    holder.get(f"/declarations/{number}/consents").submit()
    assert "已发送链接" in holder.text, holder.text
    (token,) = factories.consent_links(number)
    owner = browser(app, factories.make_account(app, "owner1@example.cn"))
    assert "申城理工大学" in owner.get(f"/consent/{token}").text
    assert "一次付清" in owner.get(f"/consent/{token}/text").text
    owner.get(f"/consent/{token}/answer").submit({"answer": "agreed"})
    owner.submit({"password": PASSWORD})
    assert "您已同意" in owner.text, owner.text
    assert sign(holder, number).address == f"/declarations/{number}/submitted", holder.text


def test_a_co_owner_may_bring_a_stamped_sheet(lite: Flask, two: tuple[Person, Person]) -> None:
    holder, number = ready(lite, two[0], co_owners=("r1",))
    holder.get(f"/declarations/{number}/owners").submit({"owners.items.1.email": "owner1@example.cn"})
    holder.get(f"/declarations/{number}/consents").submit()
    (token,) = factories.consent_links(number)
    owner = browser(lite, factories.make_account(lite, "owner1@example.cn"))
    assert "书面声明" in owner.get(f"/consent/{token}/sheet").text
    owner.get(f"/consent/{token}/sign").submit(files={"consent_upload": (PDF, "同意书.pdf")})
    assert "您已同意" in owner.text, owner.text
    assert [one.state for one in consents.status(register.find(number))] == ["declarant", "agreed"]


def test_sending_back_needs_a_reason(lite: Flask, two: tuple[Person, Person]) -> None:
    holder, number = ready(lite, two[0], co_owners=("r1",))
    holder.get(f"/declarations/{number}/owners").submit({"owners.items.1.email": "owner1@example.cn"})
    holder.get(f"/declarations/{number}/consents").submit()
    (token,) = factories.consent_links(number)
    owner = browser(lite, factories.make_account(lite, "owner1@example.cn"))
    owner.get(f"/consent/{token}/answer").submit({"answer": "sent_back"})
    assert owner.status == 422
    owner.submit({"answer": "sent_back", "reason": "费用过低"})
    assert "您已退回" in owner.text
    assert "费用过低" in holder.get(f"/declarations/{number}/consents").text


def test_an_unknown_link_is_not_found(lite: Flask) -> None:
    assert Browser(lite).get("/consent/nothing").status == 404


def test_a_holder_withdraws_a_local_offer_at_once(app: Flask, people: tuple[Person, Person]) -> None:
    offer = factories.published(app, *people)
    holder = browser(app, people[0])
    holder.get(f"/declarations/{offer.number}/withdraw").submit({"ground": "assignment"})
    assert "检查并签署撤回" in holder.text, holder.text
    holder.submit({"password": PASSWORD})
    assert "声明已撤回" in holder.text, holder.text
    assert register.find(offer.number).state == "withdrawn"


def test_a_ground_that_needs_words_asks_for_them(lite: Flask, two: tuple[Person, Person]) -> None:
    offer = factories.published(lite, *two)
    holder = browser(lite, two[0]).get(f"/declarations/{offer.number}/withdraw")
    holder.submit({"ground": "other"})
    assert holder.status == 422
    assert register.find(offer.number).state == "published"


def test_an_announced_offer_stays_open_while_its_withdrawal_waits(
    lite: Flask, two: tuple[Person, Person]
) -> None:
    offer = factories.published(lite, *two)
    factories.announce(offer)
    holder = browser(lite, two[0])
    holder.get(f"/declarations/{offer.number}/withdraw").submit({"ground": "assignment"})
    holder.submit({"password": PASSWORD})
    assert "撤回已提出" in holder.text, holder.text
    assert register.find(offer.number).state == "withdrawal_filed"


def test_the_desk_counts_what_waits_for_a_holder(lite: Flask, two: tuple[Person, Person]) -> None:
    factories.ready_draft(lite, *two)
    assert "声明草稿" in browser(lite, two[0]).get("/desk").text


def test_another_organisation_learns_nothing(lite: Flask, two: tuple[Person, Person]) -> None:
    number = factories.ready_draft(lite, *two)
    stranger = browser(lite, factories.make_organisation(lite, "c1"))
    for path in ("", "/fee", "/check", "/text", "/consents", "/withdraw"):
        assert stranger.get(f"/declarations/{number}{path}").status == 404, path
    assert stranger.get(f"/venue/reviews/{number}").status == 404
    assert stranger.get("/venue/reviews").status in (403, 404)


def test_every_page_speaks_english_too(lite: Flask, two: tuple[Person, Person]) -> None:
    number = factories.ready_draft(lite, *two)
    holder = browser(lite, two[0], lang="en")
    for path in (
        "/declarations",
        f"/declarations/{number}",
        f"/declarations/{number}/check",
        "/declarations/new",
    ):
        assert holder.get(path).status == 200, path


def test_what_was_signed_reaches_the_venue_by_mail(lite: Flask, two: tuple[Person, Person]) -> None:
    holder, number = ready(lite, two[0])
    sign(holder, number)
    assert transaction(lambda: register.find(number).state) == "submitted"
    jobs.run_all(1000)
