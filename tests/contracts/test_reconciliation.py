"""What does not fit together is named, each difference by a rule of its own."""

import csv
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from flask import Flask

from registry import clock
from registry.codes.calendar import Due
from registry.contracts import reconciling, register, registration
from registry.contracts.clocks import Clock
from registry.contracts.reconciliation import DIFFERENCES, Position, differences, differing_first, sums
from registry.database import transaction
from tests.browser import Browser
from tests.contracts import taking
from tests.exports import making
from tests.factories import LUMP, make_organisation, published, reading

TODAY = date(2026, 6, 1)
PAST = TODAY - timedelta(days=1)
PLAIN = Position(
    number="C-1",
    venue="v1",
    seller="甲",
    buyer="乙",
    states=("effective",),
    noticed_on=date(2026, 3, 1),
    effective_on=date(2026, 3, 1),
    ended_on=None,
    due_at_start=Decimal("100.00"),
    paid=Decimal("100.00"),
    refunded=Decimal("0.00"),
    total=Decimal("100.00"),
    recognised=Decimal("100.00"),
    technology=Decimal("100.00"),
    registration="registered",
    registration_number="1",
    exported_on=date(2026, 3, 2),
    answered_on=date(2026, 3, 9),
    clock=None,
    recordal="recorded",
    recordal_due=PAST,
    recordal_day=PAST,
    filings=2,
    filing_differs=False,
)
LATE = Clock(kind="answer", since=PAST, due=Due(PAST, provisional=False), overdue=True, late=1)
FALLS: dict[str, dict[str, Any]] = {
    "filing_differs": {"filing_differs": True},
    "effective_without_payment": {"paid": Decimal("99.99")},
    "paid_without_license": {"effective_on": None, "states": ("lapsed",), "registration": "draft"},
    "registered_without_license": {"effective_on": None, "states": ("in_decision",), "paid": Decimal(0)},
    "registered_but_ended": {"states": ("terminated",)},
    "number_twice": {"others_with_number": ("C-2",)},
    "recognised_differs": {"recognised": Decimal("90.00")},
    "clock_ran_out": {"registration": "accepted", "clock": LATE, "answered_on": PAST},
    "no_answer": {"registration": "exported", "answered_on": None},
    "recordal_missing": {"recordal": "due", "recordal_day": None},
}


def test_nothing_differs_where_everything_fits() -> None:
    assert differences(PLAIN, TODAY) == ()


def test_every_rule_has_its_case() -> None:
    assert {rule.code for rule in DIFFERENCES} == set(FALLS)


@pytest.mark.parametrize("code", FALLS)
def test_each_difference_is_found_by_its_own_rule_alone(code: str) -> None:
    assert differences(replace(PLAIN, **FALLS[code]), TODAY) == (code,)


@pytest.mark.parametrize(
    "changes",
    [
        {"registration": "exported", "answered_on": None, "exported_on": TODAY - timedelta(days=30)},
        {"recordal": "filed", "recordal_day": None},
        {"recordal": "due", "recordal_day": None, "recordal_due": TODAY},
        {"paid": Decimal("130.00"), "refunded": Decimal("30.00")},
        {"states": ("terminated",), "registration": "cancelled"},
        {"recognised": None},
    ],
)
def test_what_is_still_in_order_is_not_called_a_difference(changes: dict[str, Any]) -> None:
    assert differences(replace(PLAIN, **changes), TODAY) == ()


def test_differences_come_first_and_sums_count_everything() -> None:
    worse = replace(PLAIN, number="C-9", paid=Decimal("0.00"))
    found = [(one, differences(one, TODAY)) for one in (PLAIN, replace(PLAIN, number="C-0"), worse)]
    assert [one.number for one, _ in differing_first(found)] == ["C-9", "C-0", "C-1"]
    total = sums(found)
    assert (total.contracts, total.differing, total.paid, total.due) == (3, 1, Decimal(200), Decimal(300))
    assert total.recognised == total.total == Decimal(300)


def test_a_venue_sees_its_contracts_with_money_and_filings_beside_each_other(app: Flask) -> None:
    offer = published(app, fee=LUMP)
    licensee = make_organisation(app, "c1")
    number = taking.taken(licensee, offer)
    taking.answer(offer.holder, taking.claim(app, licensee, number))
    contract = making.contract_of(number)
    transaction(lambda: setattr(register.find_contract(contract), "registration", "submitted"))
    facts = {
        "result": "已登记",
        "day": clock.today(),
        "registration_number": "20263100000012",
        "total_amount": Decimal("60000.00"),
        "technology_amount": Decimal("60000.00"),
    }
    transaction(
        lambda: registration.record_result(offer.venue.actor, register.find_contract(contract), facts).result
    )
    ((one, codes),) = reading(lambda: reconciling.positions(offer.venue.actor))
    assert (one.paid, one.due_at_start, one.total) == (Decimal(68000), Decimal(68000), Decimal(68000))
    assert (one.recognised, one.filings, codes) == (Decimal(60000), 1, ("recognised_differs",))
    assert reading(lambda: reconciling.positions(offer.venue.actor, date(2020, 1, 1))) == []
    assert reading(lambda: reconciling.months(offer.venue.actor)) == [clock.today().replace(day=1)]
    browser = Browser(app).sign_in(offer.venue.email).get("/reconciliation?only=recognised_differs")
    assert "核定金额与本平台不同" in browser.text
    assert "60,000.00" in browser.text
    rows = list(csv.reader(StringIO(browser.client.get("/reconciliation.csv").data.decode("utf-8-sig"))))
    assert rows[1][0] == contract
    assert "60000.00" in rows[1]
    assert Browser(app, lang="en").sign_in(offer.venue.email).get("/reconciliation").status == 200
    assert browser.get("/reconciliation.pdf").status == 404


def test_a_license_paid_in_two_parts_shows_what_arrived_in_both(lite: Flask) -> None:
    offer, licensee = published(lite, fee=LUMP), make_organisation(lite, "c1")
    number = taking.taken(licensee, offer)
    for part in (Decimal("50000.00"), Decimal("18000.00")):
        taking.answer(offer.holder, taking.claim(lite, licensee, number, amount=part), amount=part)
    ((one, codes),) = reading(lambda: reconciling.positions(offer.venue.actor))
    assert (one.paid, one.due_at_start, codes) == (Decimal(68000), Decimal(68000), ())
