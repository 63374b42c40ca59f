"""The registration track of a venue: registrars, applicants, steps, clocks, and what stands on the pages."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from registry import clock, history, jobs
from registry.contracts import cases, register, registration, track
from registry.database import db, transaction
from registry.errors import Conflict, NotAllowed, NotFound, Refused
from registry.parties.models import Mail, Venue
from tests.browser import Browser
from tests.contracts import taking
from tests.contracts.offices import OFFICE
from tests.exports import making
from tests.factories import Offer, Person, make_organisation, make_venue, published, reading


def office(venue: Person, **changes: Any) -> UUID:
    return transaction(lambda: cases.enter_registrar(venue.actor, {**OFFICE, **changes}).id)


def result(venue: Person, number: str, said: str, **facts: Any) -> None:
    given: Mapping[str, Any] = {"result": said, "day": clock.today(), **facts}
    transaction(lambda: registration.record_result(venue.actor, register.find_contract(number), given).result)


def at(number: str, state: str) -> str:
    """Put a contract into a state of the track without a batch."""
    transaction(lambda: setattr(register.find_contract(number), "registration", state))
    return number


@pytest.fixture
def taken(lite: Flask) -> tuple[Offer, str]:
    offer = published(lite)
    return offer, making.contract_of(taking.taken(make_organisation(lite, "c1"), offer))


def test_the_registrars_row_counts_for_readiness_clock_and_zero_fees(app: Flask) -> None:
    offer = published(app)
    number = making.contract_of(taking.taken(make_organisation(app, "c5"), offer))  # buyer in Hangzhou
    venue = offer.venue
    assert "zero_view_missing" in making.faults(number)
    transaction(lambda: setattr(register.find_contract(number).venue, "zero_fee_view", "可以"))
    assert "zero_view_missing" not in making.faults(number)
    held = office(venue)
    assert {"zero_view_missing"} <= set(making.faults(number))  # the registrar's own view counts now
    assert "applicant_elsewhere" not in making.faults(number)
    facts = {**OFFICE, "zero_fee_view": "可以", "zero_fee_on": clock.today(), "zero_fee_source": "受理科电话"}
    transaction(lambda: cases.change_registrar(venue.actor, cases.registrar(venue.actor, held), facts))
    assert "zero_view_missing" not in making.faults(number)
    at(number, "submitted")
    result(venue, number, "已受理", expert_review=True)
    found = reading(lambda: register.find_contract(number).results[0])
    assert (found.working_days, found.registrar) == (15, OFFICE["name"])
    running = reading(lambda: track.running(register.find_contract(number)))
    assert running is not None
    assert running.due.day > clock.today()


def test_a_view_on_zero_fees_needs_its_day_and_source(lite: Flask) -> None:
    venue = make_venue(lite, "v1")
    with pytest.raises(Refused, match="view_needs_source"):
        office(venue, zero_fee_view="可以")


def test_a_registrar_of_another_venue_is_not_there(lite: Flask) -> None:
    held = office(make_venue(lite, "v1"))
    with pytest.raises(NotFound):
        reading(lambda: cases.registrar(make_venue(lite, "v2").actor, held))


def test_a_registrar_stands_once_in_a_venues_list(lite: Flask) -> None:
    venue = make_venue(lite, "v1")
    office(venue)
    with pytest.raises(Conflict, match="registrar_known"):
        office(venue)


def test_a_seller_elsewhere_is_named_by_readiness_with_the_page_that_mends_it(lite: Flask) -> None:
    offer = published(lite, make_organisation(lite, "c5"))
    number = making.contract_of(taking.taken(make_organisation(lite, "c1"), offer))
    office(offer.venue)
    assert "applicant_elsewhere" in making.faults(number)
    browser = Browser(lite).sign_in(offer.venue.email).get(f"/contracts/{number}/applicant")
    browser.submit({"applicant": "seller", "elsewhere": "no"})
    assert (browser.status, "没有服务申请人所在区域" in browser.text) == (422, True)
    browser.submit({"applicant": "intermediary", "elsewhere": "no"})
    assert browser.status == 200
    assert "applicant_elsewhere" not in making.faults(number)


def test_who_said_that_a_contract_is_registered_nowhere_else_is_kept(taken: tuple[Offer, str]) -> None:
    offer, number = taken
    facts = {"applicant": "seller", "registrar": None, "elsewhere": "no"}
    for said in ("no", "yes"):
        transaction(
            lambda said=said: cases.set_applicant(
                offer.venue.actor, register.find_contract(number), {**facts, "elsewhere": said}
            )
        )
        case = reading(lambda: cases.of(register.find_contract(number)))
        assert case is not None
        assert (case.elsewhere, case.elsewhere_by) == (said, offer.venue.actor.account_id)
        assert case.elsewhere_at is not None
        assert ("registered_elsewhere" in making.faults(number)) == (said == "yes")
    rows = reading(lambda: [row.verb for row in history.of(register.find_contract(number))])
    assert rows.count("set_applicant") == 2


def test_a_contract_goes_from_submission_over_correction_to_registration_and_its_end(
    taken: tuple[Offer, str],
) -> None:
    offer, number = taken
    at(number, "exported")
    today = clock.today()

    def submit(day: date) -> None:
        transaction(lambda: registration.submit(offer.venue.actor, register.find_contract(number), day))

    with pytest.raises(Refused, match="day_in_future"):
        submit(today + timedelta(days=1))
    submit(today)
    with pytest.raises(Conflict):
        submit(today)
    result(offer.venue, number, "已受理")
    with pytest.raises(Refused, match="required"):
        result(offer.venue, number, "补正")
    result(offer.venue, number, "补正", ground="8", due_on=today + timedelta(days=10))
    submit(today)
    assert making.state(number) == "submitted"
    with pytest.raises(Conflict):
        result(offer.venue, number, "注销", words="不能跳过登记")
    result(offer.venue, number, "已登记", registration_number="20263100000012")
    result(offer.venue, number, "变更", words="变更金额")
    result(offer.venue, number, "注销", words="当事人申请注销")
    assert making.state(number) == "cancelled"
    filed = [fields["status"] for kind, fields in taking.filings() if kind == "registration.result"]
    assert filed == ["accepted", "correction", "registered", "changed", "cancelled"]


def test_a_refused_contract_is_taken_back_to_be_mended(taken: tuple[Offer, str]) -> None:
    offer, number = taken
    at(number, "submitted")
    result(offer.venue, number, "不予登记", ground="7")
    transaction(lambda: len(registration.mend(offer.venue.actor, register.find_contract(number))))
    assert making.state(number) == "draft"


def test_the_result_is_shown_in_the_readers_language_with_the_grounds_name(
    lite: Flask, taken: tuple[Offer, str]
) -> None:
    offer, number = taken
    at(number, "submitted")
    result(offer.venue, number, "不予登记", ground="8", words="印章模糊")
    chinese = Browser(lite).sign_in(offer.venue.email).get(f"/contracts/{number}").text
    english = Browser(lite, lang="en").sign_in(offer.venue.email).get(f"/contracts/{number}").text
    assert "第 8 项：印章不全或者与书写的名称不一致" in chinese
    assert "Ground 8: Seals incomplete" in english
    assert "不予登记" not in english


def test_both_sides_are_told_of_a_cancellation_and_the_page_says_what_follows(
    lite: Flask, taken: tuple[Offer, str]
) -> None:
    offer, number = taken
    at(number, "submitted")
    result(offer.venue, number, "已登记", registration_number="20263100000012")
    result(offer.venue, number, "注销", words="当事人申请")
    jobs.run_all()
    letters = reading(lambda: [one for one in db.session.query(Mail) if "注销" in one.body])
    assert len({one.address for one in letters}) == 2
    text = Browser(lite).sign_in(offer.holder.email).get(f"/contracts/{number}").text
    assert "登记已注销" in text
    assert "登记证明 20263100000012 不再有效" in text


def test_numbers_of_the_venue_are_kept_and_printed_on_the_form(taken: tuple[Offer, str], lite: Flask) -> None:
    offer, number = taken
    browser = Browser(lite).sign_in(offer.venue.email).get(f"/contracts/{number}/numbers")
    browser.submit({"voucher": "V-2026-7", "deal": "D-9"})
    assert "V-2026-7 / D-9" in browser.text
    assert reading(lambda: cases.voucher_of(register.find_contract(number))) == "V-2026-7（成交编号 D-9）"


def test_the_venues_list_counts_states_names_what_is_overdue_and_nothing_missing_of_what_has_ended(
    lite: Flask,
) -> None:
    offer = published(lite)
    first, second = (
        making.contract_of(taking.taken(make_organisation(lite, key), offer)) for key in ("c1", "c2")
    )
    at(first, "submitted")
    result(offer.venue, first, "已受理", day=clock.today() - timedelta(days=60))
    transaction(lambda: setattr(register.find_contract(second).acceptances[0], "state", "void"))
    browser = Browser(lite).sign_in(offer.venue.email).get("/venue/contracts")
    assert "超过期限的" in browser.text
    assert 'href="/venue/contracts?state=accepted"' in browser.html
    assert "材料缺第" not in browser.text
    only = browser.get("/venue/contracts?state=draft").text
    assert second in only


def test_a_clerk_enters_and_changes_a_registrar_and_a_faulty_form_comes_back_whole(lite: Flask) -> None:
    venue = make_venue(lite, "v1")
    browser = Browser(lite).sign_in(venue.email).get("/venue/registrars")
    assert "还没有登记机构" in browser.text
    filled = {
        "name": "某登记处（测试）",
        "regions": "31, 310115",
        "applicants[]": ["seller"],
        "working_days": "7",
        "expert_days": "20",
        "date_form": "iso",
        "source": "指南第三条",
        "confidence": "published",
    }
    browser.get("/venue/registrars/new").submit({**filled, "regions": "上海"})
    assert (browser.status, "某登记处（测试）" in browser.html) == (422, True)
    browser.submit(filled)
    assert (browser.status, browser.address) == (200, "/venue/registrars")
    assert "某登记处（测试）" in browser.text
    held = reading(lambda: cases.registrars(venue.actor.venue_id)[0].id)  # type: ignore[arg-type]
    browser.get(f"/venue/registrars/{held}").submit({"working_days": "9"})
    assert reading(lambda: cases.registrars(venue.actor.venue_id)[0].working_days) == 9  # type: ignore[arg-type]
    assert browser.get("/venue/zero-fee").address == "/venue/registrars"


def test_a_clerk_who_belongs_to_a_party_enters_no_registrars_answer(taken: tuple[Offer, str]) -> None:
    offer, number = taken
    at(number, "submitted")
    venue_id, own = offer.venue.venue_id, offer.holder.organisation_id
    transaction(lambda: setattr(db.session.get_one(Venue, venue_id), "organisation_id", own))
    with pytest.raises(NotAllowed, match="own_party"):
        result(offer.venue, number, "已受理")
    assert making.state(number) == "submitted"
