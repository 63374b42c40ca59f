"""What does not fit together is named, each difference by a rule of its own."""

import csv
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from uuid import UUID, uuid5

import openpyxl
import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, insert, inspect

from registry import clock
from registry.codes.calendar import Due
from registry.contracts import reconciling, register, registration, tasks
from registry.contracts.clocks import Clock
from registry.contracts.models import Acceptance, Contract, RegistrationResult
from registry.contracts.reconciliation import DIFFERENCES, Position, differences, found_from
from registry.contracts.reconciling import Asked, Listed
from registry.database import db, transaction
from tests.browser import Browser
from tests.contracts import taking
from tests.exports import making
from tests.factories import LUMP, Offer, Person, make_organisation, published, reading

TODAY = date(2026, 6, 1)
PAST = TODAY - timedelta(days=1)
PLAIN = Position(
    number="C-1",
    states=("effective",),
    noticed_on=date(2026, 3, 1),
    effective_on=date(2026, 3, 1),
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


def test_a_day_that_has_not_come_is_no_difference_yet_and_becomes_one_by_itself() -> None:
    waiting = replace(PLAIN, recordal="due", recordal_day=None, recordal_due=TODAY)
    assert differences(waiting, TODAY) == ()
    assert differences(waiting, TODAY + timedelta(days=1)) == ("recordal_missing",)
    assert found_from(waiting) == (("recordal_missing", TODAY + timedelta(days=1)),)


def registered(offer: Offer, contract: str, number: str = "20263100000012", total: int = 60000) -> None:
    """The registrar's answer, as the venue enters it."""
    facts = {
        "result": "已登记",
        "day": clock.today(),
        "registration_number": number,
        "total_amount": Decimal(total),
        "technology_amount": Decimal(total),
    }

    def work() -> str:
        found = register.find_contract(contract)
        found.registration = "submitted"
        return registration.record_result(offer.venue.actor, found, facts).result

    transaction(work)


def listed(who: Person, **asked: Any) -> Listed:
    """The page, everything that moved looked at before."""
    transaction(lambda: reconciling.bring_up(who.actor))
    return reading(lambda: reconciling.listed(who.actor, Asked(**asked), 1))


def test_a_venue_sees_its_contracts_with_money_and_filings_beside_each_other(app: Flask) -> None:
    offer = published(app, fee=LUMP)
    licensee = make_organisation(app, "c1")
    number = taking.taken(licensee, offer)
    contract = making.contract_of(number)
    assert [(one.codes, one.at.paid) for one in listed(offer.venue).lines] == [((), Decimal(0))]
    taking.answer(offer.holder, taking.claim(app, licensee, number))
    registered(offer, contract)
    found = listed(offer.venue)
    (one,) = found.lines
    assert (one.at.paid, one.at.due_at_start, one.at.total) == (
        Decimal(68000),
        Decimal(68000),
        Decimal(68000),
    )
    assert (one.at.recognised, one.at.filings, one.codes) == (Decimal(60000), 1, ("recognised_differs",))
    assert (one.seller, one.buyer) == reading(lambda: _names(contract))
    assert (found.sums.contracts, found.sums.differing, found.counts) == (1, 1, {"recognised_differs": 1})
    assert found.sums.total == found.sums.paid == Decimal(68000)
    assert listed(offer.venue, month=date(2020, 1, 1)).lines == []
    assert listed(offer.venue, only="number_twice").lines == []
    assert reading(lambda: reconciling.months(offer.venue.actor)) == [clock.today().replace(day=1)]
    browser = Browser(app).sign_in(offer.venue.email).get("/reconciliation?only=recognised_differs")
    assert "核定金额与本平台不同" in browser.text
    assert "60,000.00" in browser.text
    rows = list(csv.reader(StringIO(browser.client.get("/reconciliation.csv").data.decode("utf-8-sig"))))
    assert rows[1][0] == contract
    assert "60000.00" in rows[1]
    sheet = openpyxl.load_workbook(BytesIO(browser.client.get("/reconciliation.xlsx").data)).worksheets[0]
    assert [sheet["A2"].value, sheet["Q2"].value] == [contract, 60000]
    assert Browser(app, lang="en").sign_in(offer.venue.email).get("/reconciliation").status == 200
    assert browser.get("/reconciliation.pdf").status == 404


def test_a_license_paid_in_two_parts_shows_what_arrived_in_both(lite: Flask) -> None:
    offer, licensee = published(lite, fee=LUMP), make_organisation(lite, "c1")
    number = taking.taken(licensee, offer)
    for part in (Decimal("50000.00"), Decimal("18000.00")):
        taking.answer(offer.holder, taking.claim(lite, licensee, number, amount=part), amount=part)
    (one,) = listed(offer.venue).lines
    assert (one.at.paid, one.at.due_at_start, one.codes) == (Decimal(68000), Decimal(68000), ())


def _names(contract: str) -> tuple[str, str]:
    found = register.find_contract(contract)
    return found.holder.name, found.licensee.name


def test_a_number_given_twice_is_found_at_both_contracts(lite: Flask) -> None:
    offer = published(lite)
    first, second = (
        making.contract_of(taking.taken(make_organisation(lite, key), offer)) for key in ("c1", "c2")
    )
    registered(offer, first, total=0)
    assert listed(offer.venue).counts == {}
    registered(offer, second, total=0)
    assert listed(offer.venue).counts == {"number_twice": 2}


def test_a_row_that_no_longer_says_what_was_filed_is_found_within_a_day(lite: Flask) -> None:
    offer = published(lite)
    contract = making.contract_of(taking.taken(make_organisation(lite, "c1"), offer))
    registered(offer, contract, total=0)
    assert listed(offer.venue).counts == {}

    def tamper() -> None:  # past every service, so that no move says so
        (row,) = register.find_contract(contract).results
        plain = {column.key: getattr(row, column.key) for column in inspect(RegistrationResult).column_attrs}
        forged = {**plain, "id": uuid5(row.id, "forged"), "day": clock.today() - timedelta(days=9)}
        db.session.execute(insert(RegistrationResult), [forged])

    transaction(tamper)
    with time_machine.travel(clock.now() + timedelta(days=1), tick=True):
        tasks.look({})
        assert listed(offer.venue).counts == {"filing_differs": 1}


# --- many --------------------------------------------------------------------------------------------


def multiplied(contract: str, copies: range) -> None:
    """The one contract again and again, row by row; every other one was struck off and so is in order."""

    def work() -> None:
        one = register.find_contract(contract)
        (license,), (result,) = one.acceptances, one.results
        for model, row in ((Contract, one), (Acceptance, license), (RegistrationResult, result)):
            plain = {column.key: getattr(row, column.key) for column in inspect(model).column_attrs}
            for start in range(0, len(copies), 1000):
                part = copies[start : start + 1000]
                db.session.execute(insert(model), [_copy(plain, n, of=one.id) for n in part])

    transaction(work)


def _copy(plain: dict[str, Any], n: int, *, of: UUID) -> dict[str, Any]:
    own = {
        "id": uuid5(plain["id"], str(n)),
        "contract_id": uuid5(of, str(n)),
        "number": f"N{n:06}",
        "voucher_number": None,
        "reference": None,
        "state": "expired",  # a licensee has one live license of an offer
        "registration": "registered" if n % 2 else "cancelled",
        "registration_number": f"R{n:06}",
    }
    return {**plain, **{name: value for name, value in own.items() if name in plain}}


def looked_at_all() -> None:
    with clock.pretend(clock.now() + timedelta(minutes=1)):  # past what a late commit may still bring
        tasks.look({})


def one_registered(app: Flask) -> tuple[Offer, str]:
    offer = published(app)
    contract = making.contract_of(taking.taken(make_organisation(app, "c1"), offer))
    registered(offer, contract, total=0)
    return offer, contract


def statements_of(work: Callable[[], Any]) -> int:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        reading(work)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


def test_the_page_asks_as_much_of_two_hundred_contracts_as_of_one_and_differing_ones_come_first(
    app: Flask,
) -> None:
    offer, contract = one_registered(app)
    looked_at_all()
    venue = offer.venue.actor
    first = statements_of(lambda: reconciling.listed(venue, Asked(), 1))
    multiplied(contract, range(250))
    assert listed(offer.venue).sums.contracts == 101  # a hundred at once, and the page says what is left
    looked_at_all()
    assert statements_of(lambda: reconciling.listed(venue, Asked(), 1)) == first
    found = listed(offer.venue)
    assert (found.sums.contracts, found.sums.differing, found.pages) == (251, 125, 2)
    assert [bool(line.codes) for line in found.lines] == [True] * 125 + [False] * 75
    assert [line.at.number for line in found.lines[:2]] == ["N000001", "N000003"]
    every = reading(lambda: [line.at.number for line in reconciling.lines(venue, Asked())])
    second = reading(lambda: reconciling.listed(venue, Asked(), 2))
    assert every == [line.at.number for line in (*found.lines, *second.lines)]
    assert len(listed(offer.venue, only="any").lines) == 125


def test_a_file_of_many_contracts_takes_no_more_memory_than_one_of_few(lite: Flask) -> None:
    offer, contract = one_registered(lite)
    peaks = []
    browser = Browser(lite).sign_in(offer.venue.email)
    for copies in (range(200), range(200, 700)):
        multiplied(contract, copies)
        looked_at_all()
        browser.get("/reconciliation")
        tracemalloc.start()
        rows = sum(chunk.count(b"\r\n") for chunk in browser.client.get("/reconciliation.csv").iter_encoded())
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert rows == copies.stop + 2  # the headings and the one they were made from
    assert (
        peaks[1] < peaks[0] * 1.5
    )  # what is collected late counts too; five hundred rows held are thrice it


def test_a_file_is_not_given_while_contracts_wait_to_be_looked_at(lite: Flask) -> None:
    offer, contract = one_registered(lite)
    multiplied(contract, range(250))
    browser = Browser(lite).sign_in(offer.venue.email)
    assert browser.get("/reconciliation.csv").status == 409
    assert "没有重新检查" in browser.get("/reconciliation").text
    looked_at_all()
    assert browser.get("/reconciliation.csv").status == 200
