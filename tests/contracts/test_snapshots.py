"""What readiness sees of real contracts: bars of the day, words, accounts; where each finding is mended."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from flask import Flask
from sqlalchemy import event

from registry import clock
from registry.contracts import mending, register, registrar_accounts, registration, slots
from registry.contracts.models import Contract
from registry.contracts.readiness import Finding, Severity
from registry.database import db, new_id, transaction
from registry.errors import NotFound, Refused
from registry.licenses import bars
from registry.parties.models import Venue
from registry.patents.models import EvaluationReport, PatentFact
from tests.browser import Browser
from tests.exports.making import effective
from tests.factories import Offer, make_organisation, make_venue, published, reading
from tests.kept import Kept
from tests.licenses.sample import facts

DAY = date(2026, 3, 2)


# --- bars of a day, pure


def fact(kind: str, starts: date, ends: date | None = None) -> bars.Fact:
    return bars.Fact(kind=kind, starts_on=starts, ends_on=ends)


@pytest.mark.parametrize(
    ("starts", "ends", "held"),
    [
        (DAY, None, True),
        (DAY - timedelta(days=9), DAY, True),
        (DAY - timedelta(days=9), DAY - timedelta(days=1), False),
        (DAY + timedelta(days=1), None, False),
    ],
)
def test_a_bar_stood_against_a_license_only_between_its_days(
    starts: date, ends: date | None, held: bool
) -> None:
    found = bars.held_on(facts(facts=(fact("exclusive_license", starts, ends),)), DAY)
    assert [one.bar for one in found] == (["B1"] if held else [])


def test_an_annuity_nobody_recorded_is_no_bar_of_the_day_and_one_run_out_is() -> None:
    assert bars.held_on(facts(annuity_paid_to=None), DAY) == []
    unpaid = bars.held_on(facts(annuity_paid_to=DAY - timedelta(days=1)), DAY)
    assert [one.bar for one in unpaid] == ["B3"]


def pause(bar: str, on: date, *, begins: bool = True) -> bars.Pause:
    return bars.Pause(bar=bar, on=on, begins=begins)


def test_a_pause_holds_from_its_day_until_the_day_of_its_end() -> None:
    ten = DAY + timedelta(days=10)
    once = [pause("B2", DAY), pause("B2", ten, begins=False)]
    assert bars.paused_on(once, DAY - timedelta(days=1)) == frozenset()
    assert bars.paused_on(once, DAY) == {"B2"}
    assert bars.paused_on(once, ten - timedelta(days=1)) == {"B2"}
    assert bars.paused_on(once, ten) == frozenset()
    assert bars.paused_on([*once, pause("B4", ten)], ten + timedelta(days=99)) == {"B4"}


# --- from rows


@pytest.fixture
def offer(lite: Flask, kept: Kept) -> Offer:
    return kept(lite, published)


def found(number: str) -> list[Finding]:
    return reading(lambda: registration.findings(register.find_contract(number)))


def codes(number: str) -> list[str]:
    return [one.code for one in found(number)]


def in_force(lite: Flask, offer: Offer, key: str = "c1") -> str:
    return effective(lite, offer, make_organisation(lite, key))


def test_a_bar_of_the_day_the_license_was_obtained_is_a_fault_and_one_since_is_not(
    lite: Flask, offer: Offer
) -> None:
    number = in_force(lite, offer)
    assert "bar_on_effective_day" not in codes(number)

    def arise(starts: date) -> None:
        patent = register.find_contract(number).acceptances[0].declaration.patent
        row = PatentFact(id=new_id(), patent_id=patent.id, kind="pledge", starts_on=starts)
        row.created_at = clock.now()
        db.session.add(row)

    transaction(lambda: arise(clock.today() + timedelta(days=1)))
    assert "bar_on_effective_day" not in codes(number)
    transaction(lambda: arise(clock.today()))
    barred = next(one for one in found(number) if one.code == "bar_on_effective_day")
    assert (barred.ground, barred.subject.endswith(" B4")) == (1, True)


def test_terms_that_may_monopolise_are_told_as_ground_six_in_words(lite: Flask) -> None:
    use = {"summary": "一种方法", "industry": "I65", "field": "01", "stage": ""}
    offer = published(lite, use={**use, "additional_terms": "产品不得出口。被许可方不得质疑本专利的有效性。"})
    number = in_force(lite, offer)
    flags = [one for one in found(number) if one.code == "monopoly_term"]
    assert [(one.ground, one.subject, one.severity) for one in flags] == [
        (6, "limits", Severity.WARNING),
        (6, "challenge", Severity.WARNING),
    ]
    page = Browser(lite).sign_in(offer.venue.email).get(f"/contracts/{number}").text
    assert "不合理限制数量、品种、价格、渠道或者出口" in page


def test_a_first_time_seller_is_told_until_its_account_is_noted(lite: Flask, offer: Offer) -> None:
    number = in_force(lite, offer)
    assert "applicant_new_at_registrar" in codes(number)
    clerk = Browser(lite).sign_in(offer.venue.email)
    page = clerk.get(f"/contracts/{number}/registrar-account")
    assert "别人不能代办" in page.text
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    assert clerk.submit({"since": tomorrow}).status == 422
    clerk.submit({"since": clock.today().isoformat()})
    assert clerk.address == f"/contracts/{number}"
    assert "applicant_new_at_registrar" not in codes(number)
    stranger = make_venue(lite, "v2").actor
    with pytest.raises(NotFound):
        transaction(lambda: registrar_accounts.note(stranger, register.find_contract(number), clock.today()))


def test_a_registered_contract_shows_that_the_account_is_there(lite: Flask, offer: Offer) -> None:
    first, second = in_force(lite, offer), in_force(lite, offer, "c2")
    transaction(lambda: setattr(register.find_contract(first), "registration", "registered"))
    assert "applicant_new_at_registrar" not in codes(second)


def test_a_venue_that_wants_reports_gets_no_utility_model_without_one(lite: Flask) -> None:
    offer = published(lite)
    number = in_force(lite, offer)

    def as_model(contract: Contract) -> None:
        one = contract.acceptances[0]
        one.record = {**one.record, "patents": [{**one.record["patents"][0], "kind": "utility_model"}]}

    transaction(lambda: as_model(register.find_contract(number)))
    assert "report_missing" not in codes(number)
    clerk = Browser(lite).sign_in(offer.venue.email)
    clerk.get("/venue/report-wanted").submit({"wanted": "yes"})
    assert clerk.address == "/venue/contracts"
    assert reading(lambda: db.session.scalars(db.select(Venue)).one().report_wanted) is True
    assert "report_missing" in codes(number)

    def bring() -> None:
        patent = register.find_contract(number).acceptances[0].declaration.patent
        db.session.add(
            EvaluationReport(
                id=new_id(),
                patent_id=patent.id,
                number="W1",
                day=clock.today(),
                positive=True,
                upload_id=new_id(),
                created_at=clock.now(),
            )
        )

    transaction(bring)
    assert "report_missing" not in codes(number)


def test_a_confidential_contract_goes_on_paper(lite: Flask, offer: Offer) -> None:
    number = in_force(lite, offer)
    clerk = Browser(lite).sign_in(offer.venue.email)
    clerk.get(f"/contracts/{number}/classification").submit({"confidential": "yes"})
    assert "confidential_on_paper" in codes(number)


def test_the_place_for_an_approval_is_one_that_parties_fill(lite: Flask, offer: Offer) -> None:
    assert slots.APPROVAL in slots.BROUGHT
    number = in_force(lite, offer)
    page = Browser(lite).sign_in(offer.venue.email).get(f"/contracts/{number}?slot={slots.APPROVAL}")
    assert page.form(action=f"/contracts/{number}/files").fields["slot"] == slots.APPROVAL


def test_the_venues_list_asks_no_more_for_many_contracts_than_for_two(lite: Flask, offer: Offer) -> None:
    for key in ("c1", "c2"):
        in_force(lite, offer, key)
    clerk = Browser(lite).sign_in(offer.venue.email)
    two = statements(clerk, "/venue/contracts")
    for key in ("c3", "c4", "c5"):
        in_force(lite, offer, key)
    assert statements(clerk, "/venue/contracts") == two
    assert clerk.text.count("缺") > 5


def statements(clerk: Browser, address: str) -> int:
    """How many statements a page takes, everything about it included."""
    seen: list[str] = []

    def note(*args: Any) -> None:
        seen.append(args[2])

    db.session.remove()
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert clerk.get(address).status == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


# --- where each is mended


def test_every_finding_of_a_contract_leads_to_a_page_its_reader_may_open(lite: Flask, offer: Offer) -> None:
    licensee = make_organisation(lite, "c1")
    number = effective(lite, offer, licensee)
    for reader in (offer.venue, offer.holder, licensee):
        browser = Browser(lite).sign_in(reader.email)
        side = reading(lambda who=reader: mending.side_of(who.actor, register.find_contract(number)))
        links = reading(
            lambda on=side: [
                mending.of(register.find_contract(number), one, on).url
                for one in registration.findings(register.find_contract(number))
            ]
        )
        assert any(links)
        for link in filter(None, links):
            page, _, anchor = link.partition("#")
            assert browser.get(page).status == 200, (side, link)
            assert not anchor or f'id="{anchor}"' in browser.html, (side, link)


def test_a_missing_particular_is_mended_by_the_party_itself_in_a_correction() -> None:
    contract = cast(
        Contract,
        SimpleNamespace(
            number="C-1", holder_id="h", licensee_id="l", acceptances=[SimpleNamespace(noticed_seq=7)]
        ),
    )
    missing = Finding(
        code="party_fact_missing",
        article="CC 470",
        severity=Severity.FAULT,
        mend="parties.buyer",
        subject="甲.phone",
    )
    for_buyer = mending.of(contract, missing, "buyer")
    assert (for_buyer.url, for_buyer.by) == (
        "/contracts/C-1/corrections/7#f-values-licensee-contact_phone",
        "buyer",
    )
    assert mending.of(contract, missing, "clerk").url == ""
    assert mending.of(contract, missing, None).url == ""


def test_what_a_finding_is_about_is_said_in_words(lite: Flask) -> None:
    def said(code: str, subject: str) -> str:
        one = Finding(code=code, article="-", severity=Severity.FAULT, mend="x", subject=subject)
        return str(mending.sentence_of(one).params["subject"])

    with lite.test_request_context():
        assert said("proof_missing", "05") == "05 支付凭证"
        assert said("classification_missing", "industry") == "国民经济行业"
        assert said("party_fact_missing", "甲公司.phone") == "甲公司：联系电话"
        assert said("patent_fact_missing", "ZL201919999002.6.grant_date") == "ZL201919999002.6：授权公告日"
        assert said("monopoly_term", "tying") == "搭售"
        assert said("fee_unclear", "") == "/"


def test_an_account_of_tomorrow_is_refused(lite: Flask, offer: Offer) -> None:
    number = in_force(lite, offer)
    with pytest.raises(Refused, match="day_in_future"):
        transaction(
            lambda: registrar_accounts.note(
                offer.venue.actor, register.find_contract(number), clock.today() + timedelta(days=1)
            )
        )
