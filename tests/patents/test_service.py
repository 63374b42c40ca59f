"""Entering patents, saying how they stand, and what an open offer forbids meanwhile."""

from datetime import date, timedelta

import pytest
from flask import Flask

from registry import clock
from registry.database import transaction
from registry.errors import Conflict, NotAllowed, NotFound, Refused
from registry.licenses import register
from registry.patents import service as patents
from tests import factories


def described(number: str, **changes: object) -> dict[str, object]:
    return {
        "number": number,
        "title": "焊接机器人旋转臂架",
        "filing_date": date(2019, 5, 6),
        "grant_date": date(2021, 2, 3),
        "main_class": "b23k37/02",
        "owners": [{"name": "申城理工大学", "uscc": "12310000000000019X"}],
        **changes,
    }


def exclusive(**changes: object) -> dict[str, object]:
    return {"kind": "exclusive_license", "starts_on": clock.today(), **changes}


def test_a_number_in_any_spelling_is_kept_in_one(lite: Flask) -> None:
    holder = factories.make_organisation(lite)
    number = factories.patent_number(2019)
    typed = number.replace("ZL", "zl ").replace(".", "")
    transaction(lambda: patents.add(holder.actor, described(typed)).number)
    found = patents.find(f"CN {number[2:]}")
    assert (found.number, found.kind, found.main_class) == (number, "invention", "B23K 37/02")


def test_the_same_patent_is_entered_once(lite: Flask) -> None:
    holder, other = factories.make_organisation(lite), factories.make_organisation(lite, "c1")
    number = factories.make_patent(lite, holder, co_owners=("c1",))
    with pytest.raises(Conflict, match="patent_known"):
        factories.make_patent(lite, other, number=number)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"kind": "design"}, "patent_kind_number", "kind"),
        ({"filing_date": date(2018, 5, 6)}, "filing_date_number", "filing_date"),
        ({"grant_date": date(2019, 5, 6)}, "grant_before_filing", "grant_date"),
        ({"grant_date": date(2099, 1, 1)}, "day_future", "grant_date"),
        ({"main_class": "25-03"}, "ipc_form", "main_class"),
        ({"owners": []}, "required", "owners"),
        ({"owners": [{"name": "别的公司"}]}, "holder_not_owner", "owners"),
        ({"owners": [{"name": "申城理工大学", "uscc": "123100000000000190"}]}, "uscc_check", "owners.0.uscc"),
    ],
)
def test_what_the_number_or_the_register_contradicts_is_refused(
    lite: Flask, changes: dict, code: str, field: str
) -> None:
    holder = factories.make_organisation(lite)
    facts = described(factories.patent_number(2019), **changes)
    with pytest.raises(Refused) as refused:
        transaction(lambda: patents.add(holder.actor, facts))
    assert (refused.value.code, refused.value.field) == (code, field)


def test_a_strangers_patent_is_not_to_be_seen(lite: Flask) -> None:
    holder, stranger = factories.make_organisation(lite), factories.make_organisation(lite, "c1")
    number = factories.make_patent(lite, holder)
    assert [one.number for one in patents.of_holder(holder.actor)] == [number]
    assert list(patents.of_holder(stranger.actor)) == []
    with pytest.raises(NotFound):
        patents.own(stranger.actor, number)
    with pytest.raises(NotFound):
        patents.find("ZL00")


def test_owners_may_be_put_in_another_order(lite: Flask) -> None:
    holder = factories.make_organisation(lite)
    number = factories.make_patent(lite, holder, co_owners=("r1",))
    owners = [{"name": "申城应用技术研究院", "uscc": "12310000000000094N"}]
    facts = described(number, owners=owners + described(number)["owners"])
    transaction(lambda: patents.edit(holder.actor, patents.find(number), facts))
    assert [one.name for one in patents.find(number).owners] == ["申城应用技术研究院", "申城理工大学"]


def test_the_identity_stays_while_a_declaration_is_handed_in(lite: Flask) -> None:
    offer = factories.published(lite)
    with pytest.raises(Conflict, match="patent_in_offer"):
        transaction(
            lambda: patents.edit(offer.holder.actor, patents.find(offer.patent), described(offer.patent))
        )


def test_no_exclusive_license_is_recorded_beside_an_open_offer(app: Flask) -> None:
    offer = factories.published(app)
    paid_to = clock.today() + timedelta(days=100)

    def record(fact: dict[str, object]) -> None:
        patents.set_state(
            offer.holder.actor, patents.find(offer.patent), annuity_paid_to=paid_to, facts=[fact]
        )

    with pytest.raises(Refused, match="exclusive_while_open"):
        transaction(lambda: record(exclusive()))
    transaction(lambda: record(exclusive(kind="ordinary_license")))
    factories.withdraw(app, offer)
    transaction(lambda: record(exclusive()))
    assert [fact.kind for fact in patents.find(offer.patent).facts] == ["exclusive_license"]


def test_facts_are_replaced_as_a_whole_and_left_alone_when_not_named(lite: Flask) -> None:
    holder = factories.make_organisation(lite)
    number = factories.make_patent(lite, holder, facts=(exclusive(),))
    transaction(lambda: patents.set_state(holder.actor, patents.find(number), annuity_paid_to=clock.today()))
    assert len(patents.find(number).facts) == 1
    transaction(lambda: patents.set_state(holder.actor, patents.find(number), annuity_paid_to=None, facts=[]))
    assert patents.find(number).facts == []


def test_a_corrected_report_replaces_the_former_and_both_are_kept(lite: Flask) -> None:
    holder = factories.make_organisation(lite)
    number = factories.make_patent(lite, holder, number=factories.patent_number(2021, "2"))
    upload = factories.make_upload(lite, holder, "evaluation")

    def bring(day: date, positive: bool) -> str:
        report = {"number": f"R{day.year}", "day": day, "positive": positive, "upload_id": upload}
        return patents.add_report(holder.actor, patents.find(number), report).number

    transaction(lambda: bring(date(2023, 1, 1), True))
    transaction(lambda: bring(date(2024, 1, 1), False))
    found = patents.find(number)
    assert [one.number for one in found.reports] == ["R2023", "R2024"]
    assert found.report.positive is False


def test_an_invention_has_no_evaluation_report(lite: Flask) -> None:
    holder = factories.make_organisation(lite)
    number = factories.make_patent(lite, holder)
    with pytest.raises(Refused, match="report_not_needed"):
        transaction(
            lambda: patents.add_report(
                holder.actor,
                patents.find(number),
                {"number": "R1", "day": date(2023, 1, 1), "positive": True, "upload_id": None},
            )
        )


def test_only_an_operator_compares_with_the_register(lite: Flask) -> None:
    holder, venue = factories.make_organisation(lite), factories.make_venue(lite)
    number = factories.make_patent(lite, holder)
    with pytest.raises(NotAllowed):
        transaction(lambda: patents.mark_checked(holder.actor, patents.find(number)))
    transaction(lambda: patents.mark_checked(venue.actor, patents.find(number)))
    assert patents.find(number).checked_at is not None


def test_a_utility_model_without_its_report_is_not_offered(lite: Flask) -> None:
    holder, venue = factories.make_organisation(lite), factories.make_venue(lite)
    number = factories.make_patent(lite, holder, number=factories.patent_number(2021, "2"))
    term = {"license_last_day": (clock.today() + timedelta(days=900)).isoformat()}
    declaration = factories.ready_draft(lite, holder, venue, patent=number, term=term)
    with pytest.raises(Refused, match="bar_report_missing"):
        factories.submit(lite, holder, declaration)
    assert register.find(declaration).state == "draft"
