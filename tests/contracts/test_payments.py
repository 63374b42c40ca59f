"""Money: what each fee method waits for, and what every way of paying wrongly does (journeys 1.4, 3.5)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from flask import Flask

from registry import clock
from registry.clock import SHANGHAI
from registry.contracts import payments, refunds, register
from registry.contracts import service as contracts
from registry.database import db, transaction
from registry.errors import Conflict, NotFound, Refused
from registry.ledger import service as ledger
from registry.licenses import register as offers
from registry.licenses import reviews
from registry.parties.rules import Role
from tests.contracts import taking
from tests.contracts.taking import answer, claim, days, filings, seen, state, taken
from tests.factories import (
    FREE,
    LUMP,
    Offer,
    Person,
    announce,
    make_member,
    make_organisation,
    make_upload,
    published,
    reading,
    withdraw,
)
from tests.kept import Kept


@pytest.fixture
def offer(lite: Flask, kept: Kept) -> Offer:
    return kept(lite, published, fee=LUMP)


@pytest.fixture
def c1(lite: Flask, offer: Offer) -> Person:
    return make_organisation(lite, "c1", verified=False)


def yuan(text: str) -> Decimal:
    return Decimal(text)


@pytest.mark.parametrize(
    ("fee", "due"),
    [
        (FREE, None),
        (LUMP, "68000.00"),
        (taking.INSTALMENTS, "40000.00"),
        (taking.FIRST_FREE, None),
        (taking.PER_YEAR, "8000.00"),
        (taking.ROYALTY_SALES, None),
        (taking.ROYALTY_PROFIT, None),
        (taking.ADVANCE, "10000.00"),
        (taking.ENTRY_ROYALTY, "30000.00"),
    ],
    ids=["free", "lump", "instalments", "first_free", "per_year", "sales", "profit", "advance", "entry"],
)
def test_each_fee_method_waits_for_its_own_condition(
    lite: Flask, fee: dict[str, Any], due: str | None
) -> None:
    offer, c1 = published(lite, fee=fee), make_organisation(lite, "c1")
    number = taken(c1, offer)
    if due is None:
        assert seen(number, "state", "effective_on") == ("effective", clock.today())
        return
    assert seen(number, "state", "amount_due", "effective_on") == ("awaiting_payment", yuan(due), None)
    answer(offer.holder, claim(lite, c1, number, amount=yuan(due)), amount=yuan(due))
    assert seen(number, "state", "effective_on") == ("effective", clock.today())


def test_the_whole_way_on_both_databases(app: Flask) -> None:
    offer, c1 = published(app, fee=LUMP), make_organisation(app, "c1")
    size = reading(ledger.size)
    number = taken(c1, offer)
    payment = claim(app, c1, number)
    assert state(number) == "claimed"
    answer(offer.holder, payment)
    found = [(kind, fields.get("state")) for kind, fields in filings(size)]
    assert found == [
        ("license.noticed", None),
        ("payment.claimed", "claimed"),
        ("payment.confirmed", "confirmed"),
        ("license.effective", None),
    ]
    assert reading(lambda: payments.find(payment).state) == "confirmed"
    assert "68000" not in str(filings(size))
    assert reading(lambda: ledger.audit().exit_code) == 0


def test_effective_is_the_banks_instant_never_the_confirmation(lite: Flask, offer: Offer, c1: Person) -> None:
    number = taken(c1, offer)
    with time_machine.travel(clock.now() + timedelta(days=3), tick=True):
        payment = claim(lite, c1, number, paid_on=days(-2))
        at = datetime.combine(days(-2), datetime.min.time(), SHANGHAI) + timedelta(hours=15)
        answer(offer.holder, payment, arrived_on=days(-2), arrived_at=at)
        assert seen(number, "effective_on", "effective_at") == (days(-2), at.astimezone(UTC))


def test_short_stays_due_with_the_rest_shown_and_the_same_last_day(
    lite: Flask, offer: Offer, c1: Person
) -> None:
    number = taken(c1, offer)
    before = seen(number, "pay_by")
    answer(offer.holder, claim(lite, c1, number), amount=yuan("60000"))
    assert seen(number, "state", "effective_on") == ("awaiting_payment", None)
    assert reading(lambda: payments.outstanding(register.find(number))) == yuan("8000")
    assert seen(number, "pay_by") == before
    answer(offer.holder, claim(lite, c1, number, amount=yuan("8000")), amount=yuan("8000"))
    assert state(number) == "effective"
    assert taking.refunds(number) == []


def test_over_is_effective_and_the_rest_goes_back(lite: Flask, offer: Offer, c1: Person) -> None:
    number = taken(c1, offer)
    answer(offer.holder, claim(lite, c1, number), amount=yuan("70000"))
    assert state(number) == "effective"
    assert taking.refunds(number) == [(yuan("2000"), "over", "to_refund")]


def test_late_money_counts_while_the_offer_is_open(lite: Flask, offer: Offer, c1: Person) -> None:
    number = taken(c1, offer)
    with time_machine.travel(clock.now() + timedelta(days=40), tick=True):
        assert transaction(contracts.lapse_due) == 1
        assert seen(number, "state", "ended_ground") == ("lapsed", "unpaid")
        answer(offer.holder, claim(lite, c1, number))
        assert seen(number, "state", "effective_on") == ("effective", clock.today())


def test_late_money_for_a_notice_in_whose_place_another_stands_goes_back(
    lite: Flask, offer: Offer, c1: Person
) -> None:
    number = taken(c1, offer)
    with time_machine.travel(clock.now() + timedelta(days=40), tick=True):
        transaction(contracts.lapse_due)
        taken(c1, offer)
        answer(offer.holder, claim(lite, c1, number))
        assert state(number) == "refund_due"
        assert taking.refunds(number) == [(yuan("68000"), "arrived_late", "to_refund")]


def test_money_after_a_withdrawal_does_not_count_and_goes_back(app: Flask) -> None:
    offer, c1 = published(app, fee=LUMP), make_organisation(app, "c1")
    number = taken(c1, offer)
    announce(offer)
    _withdrawn_since(offer, days=1)
    answer(offer.holder, claim(app, c1, number))
    assert state(number) == "refund_due"
    assert taking.refunds(number) == [(yuan("68000"), "arrived_late", "to_refund")]
    assert "license.effective" not in [kind for kind, _ in filings()]


def _withdrawn_since(offer: Offer, *, days: int) -> None:
    """CNIPA announced a withdrawal some days ago; entered today."""

    def work() -> None:
        found = offers.find(offer.number)
        found.cnipa_withdrawn_on = clock.today() - timedelta(days=days)

    transaction(work)


def test_a_lapsed_notice_gives_back_what_came_short(lite: Flask, offer: Offer, c1: Person) -> None:
    number = taken(c1, offer)
    answer(offer.holder, claim(lite, c1, number), amount=yuan("60000"))
    with time_machine.travel(clock.now() + timedelta(days=40), tick=True):
        transaction(contracts.lapse_due)
    assert taking.refunds(number) == [(yuan("60000"), "lapsed", "to_refund")]


def test_a_claimed_payment_never_lapses(lite: Flask, offer: Offer, c1: Person) -> None:
    number = taken(c1, offer)
    claim(lite, c1, number)
    with time_machine.travel(clock.now() + timedelta(days=40), tick=True):
        assert transaction(contracts.lapse_due) == 0
    assert state(number) == "claimed"


def test_the_last_payment_day_itself_is_still_in_time(lite: Flask, offer: Offer, c1: Person) -> None:
    number = taken(c1, offer)
    (last,) = seen(number, "pay_by")
    noon = datetime.combine(last, datetime.min.time(), SHANGHAI) + timedelta(hours=23)
    with time_machine.travel(noon, tick=False):
        assert transaction(contracts.lapse_due) == 0
    with time_machine.travel(noon + timedelta(hours=2), tick=False):
        assert transaction(contracts.lapse_due) == 1


def test_another_payer_needs_a_reason_from_both_sides(lite: Flask, offer: Offer, c1: Person) -> None:
    number = taken(c1, offer)
    with pytest.raises(Refused) as caught:
        claim(lite, c1, number, payer="某关联公司")
    assert (caught.value.code, caught.value.field) == ("other_payer_reason", "payer_reason")
    payment = claim(lite, c1, number, payer="某关联公司", payer_reason="母公司代付。")
    with pytest.raises(Refused):
        answer(offer.holder, payment, result="other_payer")
    answer(offer.holder, payment, result="other_payer", note="对方出具了代付说明。")
    assert state(number) == "effective"


def test_not_arrived_goes_before_the_venue(lite: Flask, offer: Offer, c1: Person) -> None:
    number = taken(c1, offer)
    answer(offer.holder, claim(lite, c1, number), result="not_arrived", amount=None, arrived_on=None)
    assert state(number) == "in_decision"
    assert taking.open_question(number)
    db.session.rollback()


def test_a_duplicate_goes_back_and_the_fee_stays_due(lite: Flask, offer: Offer, c1: Person) -> None:
    number = taken(c1, offer)
    answer(offer.holder, claim(lite, c1, number), result="duplicate")
    assert state(number) == "awaiting_payment"
    assert taking.refunds(number) == [(yuan("68000"), "duplicate", "to_refund")]


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"paid_on": clock.today() + timedelta(days=2)}, "day_in_future", "paid_on"),
        ({"amount": Decimal("0.00")}, "amount_zero_claimed", "amount"),
        ({"slip_upload": "not-there"}, "upload_unknown", "slip_upload"),
    ],
)
def test_a_wrong_claim_is_refused_and_nothing_written(
    lite: Flask, offer: Offer, c1: Person, changes: dict[str, Any], code: str, field: str
) -> None:
    number = taken(c1, offer)
    size = reading(ledger.size)
    with pytest.raises(Refused) as caught:
        claim(lite, c1, number, **changes)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert (state(number), reading(ledger.size)) == ("awaiting_payment", size)


def test_one_claim_at_a_time_and_no_serial_twice(lite: Flask, offer: Offer, c1: Person) -> None:
    number = taken(c1, offer)
    payment = claim(lite, c1, number, serial="SN1")
    with pytest.raises(Conflict) as caught:
        claim(lite, c1, number)
    assert caught.value.code == "wrong_state"
    answer(offer.holder, payment, amount=yuan("1"))
    with pytest.raises(Conflict) as caught:
        claim(lite, c1, number, serial="SN1")
    assert caught.value.code == "payment_known"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"arrived_on": None}, "arrived_on"),
        ({"amount": None}, "amount"),
        ({"arrived_on": clock.today() + timedelta(days=3)}, "arrived_on"),
        ({"arrived_at": datetime(2020, 1, 1, tzinfo=UTC)}, "arrived_at"),
    ],
)
def test_a_wrong_answer_names_its_field(
    lite: Flask, offer: Offer, c1: Person, changes: dict[str, Any], field: str
) -> None:
    payment = claim(lite, c1, taken(c1, offer))
    with pytest.raises(Refused) as caught:
        answer(offer.holder, payment, **changes)
    assert caught.value.field == field


def test_a_statement_over_other_money_is_refused(lite: Flask, offer: Offer, c1: Person) -> None:
    payment = claim(lite, c1, taken(c1, offer))
    facts = {"result": "agrees", "amount": yuan("68000"), "arrived_on": clock.today()}
    act = reading(lambda: payments.confirm_act(offer.holder.actor, payments.find(payment), facts))
    statement = offer.holder.sign(act.statement)
    changed = {**facts, "amount": yuan("90000")}
    with pytest.raises(Conflict) as caught:
        transaction(
            lambda: payments.confirm(offer.holder.actor, payments.find(payment), changed, act, statement).id
        )
    assert caught.value.code == "stale_digest"


def test_the_licensee_does_not_confirm_its_own_money_and_strangers_see_nothing(
    lite: Flask, offer: Offer, c1: Person
) -> None:
    payment = claim(lite, c1, taken(c1, offer))
    stranger = make_organisation(lite, "c2")
    for who in (c1, stranger):
        with pytest.raises(Refused):
            answer(who, payment)
    finance = make_member(lite, offer.holder, Role.FINANCE)
    answer(finance, payment)
    with pytest.raises(Conflict):
        answer(offer.venue, payment)


def test_the_venue_may_confirm_too(lite: Flask, offer: Offer, c1: Person) -> None:
    number = taken(c1, offer)
    payment = claim(lite, c1, number)
    assert reading(lambda: [one.id for one in payments.waiting_for_venue(offer.venue.actor)]) == [payment]
    answer(offer.venue, payment)
    assert state(number) == "effective"
    assert reading(lambda: payments.waiting_for_holder(offer.holder.actor)) == []


def test_a_refund_is_sent_with_its_slip_filed_and_answered(lite: Flask, offer: Offer, c1: Person) -> None:
    number = taken(c1, offer)
    answer(offer.holder, claim(lite, c1, number), amount=yuan("70000"))
    refund = reading(lambda: refunds.of_acceptance(register.find(number))[0].id)
    stranger = make_organisation(lite, "c2")
    with pytest.raises(NotFound):
        transaction(lambda: refunds.send(stranger.actor, refunds.find(refund), {}))
    facts = {"sent_on": clock.today(), "slip_upload": make_upload(lite, offer.holder, "bank_slip")}
    size = reading(ledger.size)
    transaction(lambda: refunds.send(offer.holder.actor, refunds.find(refund), facts))
    assert [(kind, fields["ground"]) for kind, fields in filings(size)] == [("payment.refunded", "over")]
    transaction(lambda: refunds.answer(c1.actor, refunds.find(refund), received=True))
    assert [state for *_, state in taking.refunds(number)] == ["confirmed"]
    with pytest.raises(Conflict):
        transaction(lambda: refunds.send(offer.holder.actor, refunds.find(refund), facts))


def test_the_last_refund_of_a_notice_that_came_too_late_closes_it(app: Flask) -> None:
    offer, c1 = published(app, fee=LUMP), make_organisation(app, "c1")
    number = taken(c1, offer)
    announce(offer)
    _withdrawn_since(offer, days=1)
    answer(offer.holder, claim(app, c1, number))
    refund = reading(lambda: refunds.of_acceptance(register.find(number))[0].id)
    facts = {"sent_on": clock.today(), "slip_upload": make_upload(app, offer.holder, "bank_slip")}
    transaction(lambda: refunds.send(offer.holder.actor, refunds.find(refund), facts))
    assert state(number) == "lapsed"
    transaction(lambda: refunds.answer(c1.actor, refunds.find(refund), received=False))
    assert [state for *_, state in taking.refunds(number)] == ["disputed"]


def test_a_withdrawal_waits_for_the_answer_to_a_claim(lite: Flask, offer: Offer, c1: Person) -> None:
    payment = claim(lite, c1, taken(c1, offer))
    with pytest.raises(Conflict):
        withdraw(lite, offer)
    answer(offer.holder, payment)
    withdraw(lite, offer)
    assert reading(lambda: offers.find(offer.number).state) == "withdrawn"


def test_money_after_a_bar_arose_goes_back(lite: Flask, offer: Offer, c1: Person) -> None:
    number = taken(c1, offer)
    payment = claim(lite, c1, number)
    since = clock.today() - timedelta(days=1)
    words = "年费未缴。"
    transaction(
        lambda: reviews.pause(
            offer.venue.actor, offers.find(offer.number), ground="B3", since=since, words=words
        )
    )
    answer(offer.holder, payment)
    assert state(number) == "refund_due"
