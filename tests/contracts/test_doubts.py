"""When the sides say different things about money, the bank's paper and the venue decide (journeys 3.5)."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
import time_machine
from flask import Flask

from registry import clock
from registry.contracts import payment_doubts, payments, refunds, register
from registry.contracts import service as contracts
from registry.contracts.money_tasks import money_round
from registry.database import db, transaction
from registry.errors import Conflict, NotAllowed, Refused
from registry.jobs import Job
from registry.licenses import wording
from registry.licenses.fee_fields import from_fields, to_fields
from registry.licenses.fees import LatePayment
from tests.browser import PASSWORD, Browser
from tests.contracts import taking
from tests.contracts.taking import answer, claim, taken
from tests.documents.papers import pdftotext
from tests.factories import LUMP, Offer, Person, make_organisation, make_upload, published, reading
from tests.kept import Kept
from tests.parties.people import PDF

LATE_GOES_BACK = {**LUMP, "late_payment": "refund"}


@pytest.fixture
def offer(lite: Flask, kept: Kept) -> Offer:
    return kept(lite, published, fee=LUMP)


@pytest.fixture
def c1(lite: Flask, offer: Offer) -> Person:
    return make_organisation(lite, "c1")


def yuan(text: str) -> Decimal:
    return Decimal(text)


def told(letter: str) -> int:
    found = db.session.query(Job).filter(Job.name == "contracts.tell")
    return sum(one.payload["letter"] == letter for one in found)


def test_late_money_goes_back_where_the_declaration_says_so(lite: Flask) -> None:
    offer, c1 = published(lite, fee=LATE_GOES_BACK), make_organisation(lite, "c1")
    number = taken(c1, offer)
    with time_machine.travel(clock.now() + timedelta(days=40), tick=True):
        transaction(contracts.lapse_due)
        answer(offer.holder, claim(lite, c1, number))
        assert taking.state(number) == "refund_due"
        assert taking.refunds(number) == [(yuan("68000"), "arrived_late", "to_refund")]


def test_money_in_time_is_accepted_whatever_the_rule_for_late_money(lite: Flask) -> None:
    offer, c1 = published(lite, fee=LATE_GOES_BACK), make_organisation(lite, "c1")
    number = taken(c1, offer)
    answer(offer.holder, claim(lite, c1, number))
    assert taking.state(number) == "effective"


def test_the_rule_stands_in_the_text_only_where_it_differs_from_the_usual_one() -> None:
    usual, other = from_fields(LUMP), from_fields(LATE_GOES_BACK)
    assert "late_payment" not in to_fields(usual)
    assert from_fields(to_fields(other)).late_payment is LatePayment.REFUND
    assert wording.describe(other).startswith(wording.describe(usual))
    assert "不再接受" in wording.describe(other)
    assert "not accepted" in wording.describe(other, "en")


def test_a_stamped_receipt_is_asked_for_when_money_is_said_not_to_have_arrived(
    lite: Flask, offer: Offer, c1: Person
) -> None:
    number = taken(c1, offer)
    payment = claim(lite, c1, number)
    answer(offer.holder, payment, result="not_arrived", amount=None, arrived_on=None)
    assert taking.state(number) == "in_decision"
    browser = Browser(lite).sign_in(c1.email)
    assert f"/payments/{payment}/doubt" in browser.get(f"/acceptances/{number}").html
    browser.get(f"/payments/{payment}/doubt").submit(files={"receipt_upload": (PDF, "r.pdf")})
    assert browser.status == 200
    assert reading(lambda: payments.find(payment).receipt_upload) is not None
    assert reading(lambda: told("receipt_brought")) == 1
    decision = reading(lambda: str(taking.open_question(number)))
    venue = Browser(lite).sign_in(offer.venue.email).get(f"/venue/decisions/{decision}")
    receipt = reading(lambda: str(payments.find(payment).receipt_upload))
    assert f"/files/{receipt}" in venue.html
    assert venue.get(f"/files/{receipt}").status == 200
    taking.decide(offer.venue, number, "paid", amount=yuan("68000"), arrived_on=clock.today())
    assert taking.state(number) == "effective"


def test_a_settled_payment_takes_no_receipt(lite: Flask, offer: Offer, c1: Person) -> None:
    payment = claim(lite, c1, taken(c1, offer))
    answer(offer.holder, payment)
    receipt = make_upload(lite, c1, "bank_slip")
    with pytest.raises(Conflict):
        transaction(lambda: payment_doubts.bring_receipt(c1.actor, payments.find(payment), receipt).id)


def disputed(who: Person, payment: UUID) -> str:
    return transaction(
        lambda: payment_doubts.dispute(who.actor, payments.find(payment), reason="银行回单载明全额。").ground
    )


def test_a_short_answer_is_disputed_and_the_whole_amount_found_to_have_come(
    lite: Flask, offer: Offer, c1: Person
) -> None:
    number = taken(c1, offer)
    payment = claim(lite, c1, number)
    answer(offer.holder, payment, amount=yuan("60000"))
    with pytest.raises(NotAllowed):
        disputed(offer.holder, payment)
    assert disputed(c1, payment) == "amount_disputed"
    assert taking.state(number) == "in_decision"
    taking.decide(offer.venue, number, "paid", amount=yuan("68000"), arrived_on=clock.today())
    assert taking.state(number) == "effective"
    assert taking.refunds(number) == []


def test_a_dispute_that_fails_leaves_what_came_short_counted(lite: Flask, offer: Offer, c1: Person) -> None:
    number = taken(c1, offer)
    payment = claim(lite, c1, number)
    answer(offer.holder, payment, amount=yuan("60000"))
    disputed(c1, payment)
    taking.decide(offer.venue, number, "unpaid")
    assert taking.state(number) == "awaiting_payment"
    assert reading(lambda: payments.find(payment).state) == "short"
    assert reading(lambda: payments.outstanding(register.find(number))) == yuan("8000")


def test_a_disputed_short_part_of_a_later_due_leaves_the_license_alone(lite: Flask) -> None:
    offer, c1 = published(lite, fee=taking.PER_YEAR), make_organisation(lite, "c1")
    number = taken(c1, offer)
    answer(offer.holder, claim(lite, c1, number, amount=yuan("8000")), amount=yuan("8000"))
    payment = claim(lite, c1, number, amount=yuan("8000"), due="year:2")
    answer(offer.holder, payment, amount=yuan("7000"))
    disputed(c1, payment)
    assert taking.state(number) == "effective"
    with pytest.raises(Conflict):
        disputed(c1, payment)


def refund_states(number: str) -> list[tuple[str, str]]:
    return [(reason, state) for _amount, reason, state in taking.refunds(number)]


@pytest.mark.parametrize("outcome", ["paid", "unpaid"])
def test_a_late_answer_is_disputed_and_nothing_goes_back_until_the_venue_has_decided(
    app: Flask, outcome: str
) -> None:
    offer, c1 = published(app, fee=LATE_GOES_BACK), make_organisation(app, "c1")
    number = taken(c1, offer)
    payment, last = claim(app, c1, number), clock.today()
    with time_machine.travel(clock.now() + timedelta(days=40), tick=True):
        answer(offer.holder, payment, arrived_on=clock.today())
        assert (taking.state(number), refund_states(number)) == (
            "refund_due",
            [("arrived_late", "to_refund")],
        )
        assert disputed(c1, payment) == "late_disputed"
        assert (taking.state(number), refund_states(number)) == ("in_decision", [("arrived_late", "dropped")])
        taking.decide(offer.venue, number, outcome, **({"arrived_on": last} if outcome == "paid" else {}))
        if outcome == "paid":
            assert (taking.state(number), len(refund_states(number))) == ("effective", 1)
            assert reading(lambda: register.find(number).effective_on) == last
        else:
            assert taking.state(number) == "refund_due"
            assert refund_states(number) == [("arrived_late", "dropped"), ("arrived_late", "to_refund")]
            assert reading(lambda: payments.find(payment).state) == "late"


@pytest.mark.parametrize("outcome", ["paid", "unpaid"])
def test_an_answer_that_money_came_twice_is_disputed(
    lite: Flask, offer: Offer, c1: Person, outcome: str
) -> None:
    number = taken(c1, offer)
    payment = claim(lite, c1, number)
    answer(offer.holder, payment, result="duplicate")
    assert refund_states(number) == [("duplicate", "to_refund")]
    page = Browser(lite).sign_in(c1.email).get(f"/payments/{payment}/doubt")
    page.submit({"reason": "只付过一次。"})
    assert (page.status, taking.state(number)) == (200, "in_decision")
    assert refund_states(number) == [("duplicate", "dropped")]
    facts = {"amount": yuan("68000"), "arrived_on": clock.today()} if outcome == "paid" else {}
    taking.decide(offer.venue, number, outcome, **facts)
    if outcome == "paid":
        assert (taking.state(number), len(refund_states(number))) == ("effective", 1)
    else:
        assert taking.state(number) == "awaiting_payment"
        assert refund_states(number) == [("duplicate", "dropped"), ("duplicate", "to_refund")]
        assert disputed(c1, payment) == "duplicate_disputed"


def test_what_went_back_already_is_not_disputed_any_more(lite: Flask, offer: Offer, c1: Person) -> None:
    number = taken(c1, offer)
    payment = claim(lite, c1, number)
    answer(offer.holder, payment, result="duplicate")
    refund = reading(lambda: taking.refund_ids(number)[0])
    slip = {"sent_on": clock.today(), "slip_upload": make_upload(lite, offer.holder, "bank_slip")}
    transaction(lambda: refunds.send(offer.holder.actor, refunds.find(refund), slip))
    with pytest.raises(Conflict):
        disputed(c1, payment)
    assert taking.state(number) == "awaiting_payment"


def test_a_later_due_said_to_be_paid_twice_is_disputed_and_the_license_stands(lite: Flask) -> None:
    offer, c1 = published(lite, fee=taking.PER_YEAR), make_organisation(lite, "c1")
    number = taken(c1, offer)
    answer(offer.holder, claim(lite, c1, number, amount=yuan("8000")), amount=yuan("8000"))
    payment = claim(lite, c1, number, amount=yuan("8000"), due="year:2")
    answer(offer.holder, payment, amount=yuan("8000"), result="duplicate")
    assert disputed(c1, payment) == "duplicate_disputed"
    assert (taking.state(number), refund_states(number)) == ("effective", [("duplicate", "dropped")])


def test_one_transfer_is_never_claimed_for_two_licenses(lite: Flask, offer: Offer, c1: Person) -> None:
    claim(lite, c1, taken(c1, offer), serial="SAME")
    other = taken(c1, published(lite, offer.holder, offer.venue, fee=LUMP))
    with pytest.raises(Conflict) as caught:
        claim(lite, c1, other, serial="SAME")
    assert (caught.value.code, caught.value.field) == ("payment_known", "serial")


def test_another_payer_brings_a_statement_that_can_be_printed_and_is_filed_with_the_slip(
    lite: Flask, offer: Offer, c1: Person
) -> None:
    number = taken(c1, offer)
    browser = Browser(lite).sign_in(c1.email)
    pdf = browser.get(f"/acceptances/{number}/payer-statement.pdf").page.get_data()
    text = pdftotext(pdf)
    assert "代付说明" in text
    assert taking.seen(number, "reference")[0] in text
    said = make_upload(lite, c1, "other")
    payment = claim(
        lite, c1, number, payer="某关联公司", payer_reason="母公司代付。", payer_statement_upload=said
    )
    assert reading(lambda: payments.find(payment).payer_statement) is not None
    finance = Browser(lite).sign_in(offer.holder.email).get(f"/payments/{payment}")
    assert f"/files/{said}" in finance.html
    finance.submit({"result": "other_payer", "note": "见代付说明。", "password": PASSWORD})
    assert (finance.status, taking.state(number)) == (200, "effective")


def test_a_refund_somebody_misses_is_decided_by_the_venue(lite: Flask, offer: Offer, c1: Person) -> None:
    number = taken(c1, offer)
    answer(offer.holder, claim(lite, c1, number), amount=yuan("70000"))
    refund = reading(lambda: taking.refund_ids(number)[0])
    for received, state in ((False, "to_refund"), (True, "confirmed")):
        slip = {"sent_on": clock.today(), "slip_upload": make_upload(lite, offer.holder, "bank_slip")}
        transaction(lambda slip=slip: refunds.send(offer.holder.actor, refunds.find(refund), slip))
        transaction(lambda: refunds.answer(c1.actor, refunds.find(refund), received=False))
        with pytest.raises(Refused):
            transaction(lambda: refunds.decide(c1.actor, refunds.find(refund), received=True, reason="x"))
        transaction(
            lambda received=received: refunds.decide(
                offer.venue.actor, refunds.find(refund), received=received, reason="经核对流水。"
            )
        )
        assert reading(lambda: refunds.find(refund).state) == state
    with pytest.raises(Conflict):
        transaction(
            lambda: refunds.decide(offer.venue.actor, refunds.find(refund), received=True, reason="再次。")
        )


def test_an_overdue_refund_is_told_once_to_who_owes_it_and_to_the_venue(
    lite: Flask, offer: Offer, c1: Person
) -> None:
    number = taken(c1, offer)
    answer(offer.holder, claim(lite, c1, number), amount=yuan("70000"))
    money_round()
    assert reading(lambda: told("refund_overdue")) == 0
    with time_machine.travel(clock.now() + timedelta(days=15), tick=True):
        money_round()
        money_round()
        assert reading(lambda: told("refund_overdue")) == 1


def test_the_account_of_origin_is_shown_to_who_has_to_pay_and_the_registry_holds_no_money(
    lite: Flask, offer: Offer, c1: Person
) -> None:
    number = taken(c1, offer)
    answer(offer.holder, claim(lite, c1, number, payer_account="6222029990001112223"), amount=yuan("70000"))
    refund = reading(lambda: str(taking.refund_ids(number)[0]))
    page = Browser(lite).sign_in(offer.holder.email).get(f"/refunds/{refund}")
    assert "6222029990001112223" in page.text
    assert "从不保管款项" in page.text
