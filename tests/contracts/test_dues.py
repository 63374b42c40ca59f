"""Every due has a key, an amount, a last day and a state; a later one is paid and the license stays."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from registry import clock
from registry.contracts import debts, decisions, dues, payment_requests, payments, register
from registry.contracts import service as contracts
from registry.contracts.debts import Arrived, DueState
from registry.contracts.models import Acceptance
from registry.contracts.money_models import PaymentRequest
from registry.database import db, transaction
from registry.documents import store
from registry.errors import Conflict, NotFound, Refused
from registry.jobs import Job
from registry.ledger import service as ledger
from registry.licenses.schedule import Due, DueKind
from tests.browser import PASSWORD, Browser, run_jobs
from tests.contracts import taking
from tests.contracts.taking import answer, claim, filings, taken
from tests.documents.papers import pdftotext
from tests.factories import Offer, Person, make_organisation, published, reading
from tests.parties.people import PDF

YEAR = timedelta(days=366)
DAY = date(2026, 11, 26)


def yuan(text: str) -> Decimal:
    return Decimal(text)


def started(app: Flask, fee: Mapping[str, Any], amount: str = "") -> tuple[Offer, Person, str]:
    """An effective license; what is due at its start has been paid."""
    offer, c1 = published(app, fee=fee), make_organisation(app, "c1")
    number = taken(c1, offer)
    if amount:
        answer(offer.holder, claim(app, c1, number, amount=yuan(amount)), amount=yuan(amount))
    assert taking.state(number) == "effective"
    return offer, c1, number


def listed(number: str) -> list[tuple[str, Decimal | None, str]]:
    return reading(lambda: [(one.key, one.amount, str(one.state)) for one in dues.of(register.find(number))])


def rest(number: str, key: str) -> Decimal:
    return reading(lambda: dues.find(register.find(number), key).rest)


# --- the rules ---------------------------------------------------------------------------------------


@given(st.lists(st.decimals(0, 10_000, places=2), max_size=6), st.decimals(1, 30_000, places=2))
def test_a_due_is_paid_exactly_when_what_arrived_reaches_it(parts: list[Decimal], amount: Decimal) -> None:
    came = [Arrived(key="year:2", state="short", amount=part) for part in parts]
    other = Arrived(key="year:3", state="confirmed", amount=amount)
    state = debts.state_of(amount, DAY, key="year:2", payments=[*came, other], today=DAY)
    assert (state is DueState.PAID) == (sum(parts, debts.ZERO) >= amount)


@pytest.mark.parametrize(
    ("amount", "due", "ended", "payments", "state"),
    [
        ("100", 0, None, [], "open"),
        ("100", -1, None, [], "overdue"),
        ("100", -1, None, ["claimed"], "claimed"),
        ("100", -1, None, ["claimed", "disputed"], "disputed"),
        ("100", -1, None, ["not_arrived", "duplicate", "late"], "overdue"),
        ("100", 5, 4, [], "waived"),
        ("100", 4, 4, [], "open"),
        ("100", 5, 4, ["confirmed"], "paid"),
        (None, 5, None, [], "unreported"),
        (None, 5, 4, [], "waived"),
    ],
)
def test_where_a_due_stands(
    amount: str | None, due: int, ended: int | None, payments: list[str], state: str
) -> None:
    made = [Arrived(key="year:2", state=one, amount=yuan("100")) for one in payments]
    found = debts.state_of(
        None if amount is None else yuan(amount), DAY + timedelta(days=due), key="year:2", payments=made,
        today=DAY, ended_on=None if ended is None else DAY + timedelta(days=ended),
    )  # fmt: skip
    assert found == state


def test_a_minimum_counts_only_what_was_reported_for_its_own_license_year() -> None:
    def royalty(last: date, amount: str | None) -> Due:
        fixed = None if amount is None else yuan(amount)
        return Due(kind=DueKind.ROYALTY, number=1, amount=fixed, due_on=last, period_last=last)

    year = (date(2027, 1, 1), date(2027, 12, 31))
    made = [royalty(date(2027, 1, 1), "3000"), royalty(date(2027, 12, 31), "2500.50")]
    assert debts.made_up(yuan("10000"), year, made) == yuan("4499.50")
    assert debts.made_up(yuan("10000"), year, [royalty(date(2026, 12, 31), "9000")]) == yuan("10000")
    assert debts.made_up(yuan("10000"), year, [royalty(date(2027, 6, 1), None)]) == yuan("10000")
    assert debts.made_up(yuan("10000"), year, [*made, *made]) == debts.ZERO


# --- the dues of a license ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fee", "start", "expected"),
    [
        (
            taking.INSTALMENTS,
            "40000",
            [("start", "paid"), ("instalment:2", "open"), ("instalment:3", "open")],
        ),
        (taking.PER_YEAR, "8000", [("start", "paid"), ("year:2", "open"), ("year:3", "open")]),
        (taking.FIRST_FREE, "", [("instalment:1", "open")]),
        (taking.ADVANCE, "10000", [("start", "paid"), ("minimum:2", "open"), ("minimum:3", "open")]),
    ],
    ids=["instalments", "per_year", "first_free", "advance"],
)
def test_each_method_has_its_later_dues_under_stable_keys(
    lite: Flask, fee: dict[str, Any], start: str, expected: list[tuple[str, str]]
) -> None:
    *_, number = started(lite, fee, start)
    found = [(key, state) for key, _, state in listed(number) if not key.startswith("royalty")]
    assert found == expected
    royalties = [state for key, _, state in listed(number) if key.startswith("royalty")]
    assert len(royalties) == (12 if fee is taking.ADVANCE else 0)
    assert set(royalties) <= {"unreported"}


def test_before_it_is_paid_the_start_is_the_only_due(lite: Flask) -> None:
    offer, c1 = published(lite, fee=taking.INSTALMENTS), make_organisation(lite, "c1")
    number = taken(c1, offer)
    assert listed(number) == [("start", yuan("40000.00"), "open")]
    payment = claim(lite, c1, number, amount=yuan("30000"))
    assert listed(number)[0][2] == "claimed"
    answer(offer.holder, payment, amount=yuan("30000"))
    assert (listed(number)[0][2], rest(number, "start")) == ("open", yuan("10000"))
    with time_machine.travel(clock.now() + timedelta(days=40), tick=True):
        transaction(contracts.lapse_due)
        assert listed(number)[0][2] == "waived"
        assert reading(lambda: payments.outstanding(register.find(number))) == yuan("40000.00"), (
            "what goes back no longer counts"
        )


def test_another_noun_fixes_the_amount_of_a_royalty(lite: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    *_, number = started(lite, taking.ROYALTY_SALES)
    assert listed(number)[0] == ("royalty:1", None, "unreported")

    def reported(acceptance: Acceptance) -> Mapping[str, Due]:
        return {"royalty:1": replace(dues.scheduled(acceptance)[0], amount=yuan("1234.56"))}

    monkeypatch.setattr(dues, "_CONTRIBUTORS", [])
    assert dues.contributes(reported) is reported
    assert listed(number)[0] == ("royalty:1", yuan("1234.56"), "open")


# --- paying a later due ------------------------------------------------------------------------------


def test_a_later_due_is_claimed_and_confirmed_and_the_license_stays_as_it_is(app: Flask) -> None:
    offer, c1, number = started(app, taking.INSTALMENTS, "40000")
    before, size = taking.seen(number, "state", "effective_at", "last_day"), reading(ledger.size)
    payment = claim(app, c1, number, amount=yuan("40000"), due="instalment:2")
    assert {key: state for key, _, state in listed(number)}["instalment:2"] == "claimed"
    answer(offer.holder, payment, amount=yuan("40000"))
    assert {key: state for key, _, state in listed(number)} == {
        "start": "paid", "instalment:2": "paid", "instalment:3": "open",
    }  # fmt: skip
    assert taking.seen(number, "state", "effective_at", "last_day") == before
    found = [(kind, fields.get("state")) for kind, fields in filings(size)]
    assert found == [("payment.claimed", "claimed"), ("payment.confirmed", "confirmed")]
    assert reading(lambda: _disclosed(size + 1)["due"]) == "instalment:2"
    assert "instalment" not in str(filings(size)), "which due was paid is committed, not open"
    assert reading(lambda: ledger.audit().exit_code) == 0


def _disclosed(seq: int) -> dict[str, Any]:
    return {row["path"]: row["value"] for row in ledger.disclosures(seq)}


def test_several_short_parts_of_a_later_due_add_up_and_the_surplus_goes_back(lite: Flask) -> None:
    offer, c1, number = started(lite, taking.PER_YEAR, "8000")
    for part, left in (("3000", "5000"), ("4000", "1000"), ("1500", "0")):
        payment = claim(lite, c1, number, amount=yuan(part), due="year:2")
        answer(offer.holder, payment, amount=yuan(part))
        assert rest(number, "year:2") == yuan(left)
    assert taking.refunds(number) == [(yuan("500"), "over", "to_refund")]
    with pytest.raises(Conflict) as caught:
        claim(lite, c1, number, amount=yuan("1"), due="year:2")
    assert caught.value.code == "due_paid"


def test_a_claim_of_one_due_does_not_stop_a_claim_of_another(lite: Flask) -> None:
    _, c1, number = started(lite, taking.PER_YEAR, "8000")
    claim(lite, c1, number, amount=yuan("8000"), due="year:2")
    claim(lite, c1, number, amount=yuan("8000"), due="year:3")
    with pytest.raises(Conflict) as caught:
        claim(lite, c1, number, amount=yuan("8000"), due="year:3")
    assert caught.value.code == "claim_waiting"


@pytest.mark.parametrize(
    ("fee", "due", "code"),
    [
        (taking.PER_YEAR, "year:9", "due_unknown"),
        (taking.PER_YEAR, "year:0", "due_unknown"),
        (taking.PER_YEAR, "../etc", "due_unknown"),
        (taking.PER_YEAR, "start", "wrong_state"),
    ],
)
def test_what_is_not_due_cannot_be_claimed(lite: Flask, fee: dict[str, Any], due: str, code: str) -> None:
    _, c1, number = started(lite, fee, "8000")
    with pytest.raises(Refused) as caught:
        claim(lite, c1, number, amount=yuan("8000"), due=due)
    assert caught.value.code == code


def test_a_royalty_without_its_report_cannot_be_claimed(lite: Flask) -> None:
    _, c1, number = started(lite, taking.ROYALTY_SALES)
    with pytest.raises(Conflict) as caught:
        claim(lite, c1, number, amount=yuan("1"), due="royalty:1")
    assert caught.value.code == "due_not_fixed"


@pytest.mark.parametrize(("outcome", "state"), [("paid", "paid"), ("unpaid", "open")])
def test_the_venue_decides_whether_a_later_due_was_paid_and_nothing_else(
    lite: Flask, outcome: str, state: str
) -> None:
    offer, c1, number = started(lite, taking.PER_YEAR, "8000")
    payment = claim(lite, c1, number, amount=yuan("8000"), due="year:2")
    answer(offer.holder, payment, result="not_arrived", amount=None, arrived_on=None)
    decision = reading(lambda: decisions.of_acceptance(register.find(number))[0].id)
    offered = reading(lambda: decisions.outcomes(decisions.find(decision), register.find(number)))
    assert offered == ("paid", "unpaid")
    facts = {
        "outcome": outcome,
        "reasons": "经核对银行流水。",
        "amount": yuan("8000"),
        "arrived_on": clock.today(),
    }
    act = reading(lambda: decisions.decide_act(offer.venue.actor, decisions.find(decision), facts))
    said = offer.venue.sign(act.statement)
    transaction(lambda: decisions.decide(offer.venue.actor, decisions.find(decision), facts, act, said).id)
    assert {key: one for key, _, one in listed(number)}["year:2"] == state
    assert taking.state(number) == "effective"


def test_nobody_answered_a_later_claim_so_the_venue_is_asked(lite: Flask) -> None:
    _, c1, number = started(lite, taking.PER_YEAR, "8000")
    claim(lite, c1, number, amount=yuan("8000"), due="year:2")
    with pytest.raises(Refused) as caught:
        transaction(lambda: decisions.ask_for_answer(c1.actor, register.find(number), "year:2").id)
    assert caught.value.code == "answer_not_due"
    with time_machine.travel(clock.now() + timedelta(days=12), tick=True):
        transaction(lambda: decisions.ask_for_answer(c1.actor, register.find(number), "year:2").id)
        assert {key: one for key, _, one in listed(number)}["year:2"] == "disputed"
        assert reading(lambda: decisions.open_of(register.find(number))) is None, (
            "the license is not in doubt"
        )


def test_a_later_claim_does_not_hold_up_a_withdrawal(lite: Flask) -> None:
    _offer, c1, number = started(lite, taking.PER_YEAR, "8000")
    claim(lite, c1, number, amount=yuan("8000"), due="year:2")
    declaration = reading(lambda: register.find(number).declaration_id)
    assert not reading(lambda: decisions.has_open_claim(declaration))


# --- being asked -------------------------------------------------------------------------------------


def test_a_due_is_asked_for_a_month_before_with_its_own_reference_paper_and_letter(app: Flask) -> None:
    *_, number = started(app, taking.PER_YEAR, "8000")
    run_jobs()
    assert reading(lambda: payment_requests.of(register.find(number), "year:2")) is None
    with time_machine.travel(clock.now() + YEAR - timedelta(days=2), tick=True):
        run_jobs()
        request, reference = reading(lambda: _request(number))
        assert reference not in {"", reading(lambda: register.find(number).reference)}
        text = pdftotext(reading(lambda: store.get(db.session.get_one(PaymentRequest, request).digest)))
        assert "8,000.00 元" in text
        assert reference in text
        assert "第 2 个许可年度" in text
        assert ("papers.issued", "payment_request:year:2") in [
            (kind, fields["papers"][0]["paper"]) for kind, fields in filings() if kind == "papers.issued"
        ]
        assert reading(lambda: payment_requests.by_reference(reference)) is not None
        assert reading(lambda: _letters("payment_requested")) == 1


def _request(number: str) -> tuple[UUID, str]:
    found = payment_requests.of(register.find(number), "year:2")
    assert found is not None
    assert found.digest
    return found.id, found.reference


def _letters(name: str) -> int:
    told = db.session.query(Job).filter(Job.name == "contracts.tell", Job.state == "done")
    return sum(one.payload["letter"] == name for one in told)


def test_a_due_that_was_paid_meanwhile_is_not_asked_for(lite: Flask) -> None:
    offer, c1, number = started(lite, taking.PER_YEAR, "8000")
    payment = claim(lite, c1, number, amount=yuan("8000"), due="year:2")
    answer(offer.holder, payment, amount=yuan("8000"))
    acceptance = reading(lambda: register.find(number).id)
    payload = {"acceptance": str(acceptance), "due": "year:2"}
    assert transaction(lambda: payment_requests.ask_planned(payload)) is False


def test_only_the_licensee_asks_and_twice_gives_one_request(lite: Flask) -> None:
    offer, c1, number = started(lite, taking.PER_YEAR, "8000")
    ask = [
        transaction(lambda: payment_requests.ask(c1.actor, register.find(number), "year:3").reference)
        for _ in range(2)
    ]
    assert len(set(ask)) == 1
    stranger = make_organisation(lite, "c2")
    for who, refusal in ((offer.holder, Refused), (stranger, NotFound)):
        with pytest.raises(refusal):
            transaction(lambda who=who: payment_requests.ask(who.actor, register.find(number), "year:2").id)


def test_the_pages_of_a_later_due_lead_from_the_license_to_the_answer(lite: Flask) -> None:
    offer, c1, number = started(lite, taking.PER_YEAR, "8000")
    browser = Browser(lite).sign_in(c1.email)
    browser.get(f"/acceptances/{number}")
    assert f"/acceptances/{number}/dues/year:2" in browser.html
    browser.get(f"/acceptances/{number}/dues/year:2").submit()
    assert browser.status == 200
    reference = reading(lambda: payment_requests.reference(register.find(number), "year:2"))
    assert reference in browser.text
    assert "¥8,000.00" in browser.text
    browser.get(f"/acceptances/{number}/pay?due=year:2")
    browser.submit(
        {"paid_on": clock.today().isoformat(), "serial": "S1", "password": PASSWORD},
        files={"slip_upload": (PDF, "slip.pdf")},
    )
    assert (browser.status, browser.address) == (200, f"/acceptances/{number}/dues/year:2")
    assert "等待收款方核对" in browser.text
    finance = Browser(lite).sign_in(offer.holder.email)
    assert reference in finance.get("/holder/payments").text
    payment = reading(lambda: str(register.find(number).payments[-1].id))
    finance.get(f"/payments/{payment}").submit({"result": "agrees", "password": PASSWORD})
    assert finance.status == 200
    assert "已付清" in browser.get(f"/acceptances/{number}/dues").text
