"""A declaration through the pages: steps, signature, consent, review, withdrawal."""

from typing import Any

import pytest
from flask import Flask

from registry import jobs
from registry.database import transaction
from registry.licenses import consents, register, reviews, reviews_schemas
from registry.licenses.service import STEPS
from tests import factories
from tests.browser import PASSWORD, Browser
from tests.factories import Person
from tests.parties.people import PDF

PATENT = "ZL201999990017"
TICKS = {
    "undertaking": "yes",
    "standing_authorisation": "yes",
    "receives_here": "yes",
    "internal_check": "yes",
    "ask_reviewer": "yes",
}
ANSWERS: dict[str, dict[str, Any]] = {
    "declarant": {"declarant.signer_capacity": "legal_representative"},
    "owners": {},
    "account": {
        "account.whose": "own",
        "account.name": "申城理工大学",
        "account.bank": "某银行",
        "account.number": "622202",
    },
    "fee_note": {"fee_note.text": "参照同类技术的许可费用测算。"},
    "term": {
        "term.offer_last_day": "2028年12月31日",
        "term.license_last_day": "2030-12-31",
        "term.duration_months": "36",
    },
    "acts": {"acts.acts[]": ["make", "use", "sell"], "acts.made_by_contractor": "yes"},
    "materials": {"materials.handover": "published_only"},
    "use": {"use.summary": "在多个节点之间共享文件。", "use.industry": "I65", "use.field": "01"},
    "contact": {
        "contact.unit": "技术转移中心",
        "contact.phone": "021-63211234",
        "contact.notices_email": "a@example.cn",
    },
    "filing": {
        "filing.recordal_by": "licensee",
        "filing.registration_by": "holder",
        "filing.dispute": "court",
    },
    "opening": {"opening.open_from": "now"},
}
LUMP = {"fee.amount": "68,000", "fee.tax_included": "yes", "fee.pay_within_days": "15"}


@pytest.fixture
def people(app: Flask) -> tuple[Person, Person]:
    return factories.make_organisation(app, "u1"), factories.make_venue(app, "v1")


@pytest.fixture
def two(lite: Flask) -> tuple[Person, Person]:
    return factories.make_organisation(lite, "u1"), factories.make_venue(lite, "v1")


def browser(app: Flask, who: Person, **options: Any) -> Browser:
    return Browser(app, **options).sign_in(who.email)


def begin(holder: Browser, patent: str) -> str:
    holder.get(f"/declarations/new?patent={patent}").submit({"venue": "v1"}, action="")
    assert holder.status == 200, holder.text
    return holder.address.rpartition("/")[2]


def fill(holder: Browser, number: str, **changes: Any) -> None:
    for step, fields in (ANSWERS | changes).items():
        holder.get(f"/declarations/{number}/{step}").submit(fields)
        assert holder.status == 200, (step, holder.text)
        assert "需要改正" not in holder.text, (step, holder.text)
    holder.get(f"/declarations/{number}/fee?method=LUMP").submit(LUMP)
    assert holder.address == f"/declarations/{number}", holder.text


def sign(holder: Browser, number: str, **changes: Any) -> Browser:
    return holder.get(f"/declarations/{number}/check").submit({**TICKS, "password": PASSWORD, **changes})


def ready(app: Flask, who: Person, **options: Any) -> tuple[Browser, str]:
    """A browser and a draft filled in through the pages."""
    patent = factories.make_patent(app, who, **options)
    holder = browser(app, who)
    number = begin(holder, patent)
    fill(holder, number)
    return holder, number


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
    assert "去改：许可多久？" in holder.get(f"/declarations/{number}/check").text
    assert sign(holder, number).status == 422


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
    first.get(path).submit({"reason": "评估报告支持这一价格，附在说明里。", "password": PASSWORD})
    assert "等待第二人" in first.text, first.text
    colleague = factories.make_member(lite, two[1], factories.Role.OPERATOR)
    second = browser(lite, colleague)
    second.get(path).submit({"password": PASSWORD})
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


def test_the_venues_own_page_shows_what_waits(lite: Flask, two: tuple[Person, Person]) -> None:
    number = factories.submitted(lite, *two)
    clerk = browser(lite, two[1])
    assert number in clerk.get("/venue").text
    assert "待审声明" in clerk.text
    assert browser(lite, two[0]).get("/venue").status in (403, 404)


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


def test_the_lines_a_page_may_send_are_those_of_the_check_list() -> None:
    assert list(reviews.LINES) == list(reviews_schemas.LinesSchema().fields)
    assert reviews.VERDICTS == reviews_schemas.VERDICTS


def test_what_was_signed_reaches_the_venue_by_mail(lite: Flask, two: tuple[Person, Person]) -> None:
    holder, number = ready(lite, two[0])
    sign(holder, number)
    assert transaction(lambda: register.find(number).state) == "submitted"
    jobs.run_all(1000)
