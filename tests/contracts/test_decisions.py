"""What the venue decides: claims nobody answered, days that coincide, objections on closed grounds; each
with reasons, each filed.
"""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from flask import Flask

from registry import clock
from registry.contracts import decisions, payments, register, tasks
from registry.database import db, transaction
from registry.errors import Conflict, NotFound, Refused
from registry.jobs import Job
from registry.ledger import service as ledger
from registry.licenses import register as offers
from tests.contracts import taking
from tests.contracts.taking import answer, claim, decide, filings, seen, state, taken
from tests.factories import (
    LUMP,
    Offer,
    Person,
    announce,
    make_organisation,
    make_venue,
    published,
    reading,
)
from tests.kept import Kept

WHOLE = Decimal("68000.00")


@pytest.fixture
def offer(lite: Flask, kept: Kept) -> Offer:
    return kept(lite, published, fee=LUMP)


@pytest.fixture
def c1(lite: Flask, offer: Offer) -> Person:
    return make_organisation(lite, "c1")


def ask(who: Person, number: str) -> None:
    transaction(lambda: decisions.ask_for_answer(who.actor, register.find(number)).id)


def object_to(who: Person, number: str, ground: str, reason: str = "见所附材料。") -> None:
    transaction(
        lambda: decisions.object_to(who.actor, register.find(number), ground=ground, reason=reason).id
    )


def test_no_answer_in_three_working_days_goes_to_the_venue(lite: Flask, offer: Offer, c1: Person) -> None:
    number = taken(c1, offer)
    payment = claim(lite, c1, number)
    with pytest.raises(Refused) as caught:
        ask(c1, number)
    assert caught.value.code == "answer_not_due"
    with time_machine.travel(clock.now() + timedelta(days=12), tick=True):
        ask(c1, number)
        assert state(number) == "in_decision"
        size = reading(ledger.size)
        decide(offer.venue, number, "paid", amount=WHOLE, arrived_on=taking.days(-12))
        assert [kind for kind, _ in filings(size)] == ["objection.decided", "license.effective"]
        assert filings(size)[0][1]["outcome"] == "paid"
    assert reading(lambda: payments.find(payment).state) == "confirmed"
    assert seen(number, "effective_on") == (clock.today(),)
    assert reading(lambda: ledger.audit().exit_code) == 0


def test_unpaid_stays_due_and_the_days_of_the_question_do_not_count(
    lite: Flask, offer: Offer, c1: Person
) -> None:
    number = taken(c1, offer)
    answer(offer.holder, claim(lite, c1, number), result="not_arrived", amount=None, arrived_on=None)
    (before,) = seen(number, "pay_by")
    with time_machine.travel(clock.now() + timedelta(days=10), tick=True):
        decide(offer.venue, number, "unpaid")
        assert seen(number, "state", "pay_by") == ("awaiting_payment", before + timedelta(days=10))
        answer(offer.holder, claim(lite, c1, number))
    assert state(number) == "effective"


def test_a_claim_found_true_after_all_makes_the_license_effective(
    lite: Flask, offer: Offer, c1: Person
) -> None:
    number = taken(c1, offer)
    answer(offer.holder, claim(lite, c1, number), result="not_arrived", amount=None, arrived_on=None)
    with pytest.raises(Refused) as caught:
        decide(offer.venue, number, "paid", amount=Decimal("1"), arrived_on=clock.today())
    assert caught.value.code == "amount_short"
    decide(offer.venue, number, "paid", amount=Decimal("70000"), arrived_on=clock.today())
    assert state(number) == "effective"
    assert taking.refunds(number) == [(Decimal("2000.00"), "over", "to_refund")]


def _withdrawn_on(offer: Offer, days: int) -> None:
    def work() -> None:
        offers.find(offer.number).cnipa_withdrawn_on = taking.days(days)

    transaction(work)


def test_money_and_withdrawal_before_after_and_on_the_same_day(app: Flask) -> None:
    """Before stands, after is refunded, the same day a person decides (domain point 8)."""
    offer = published(app, fee=LUMP)
    announce(offer, taking.days(-30))
    before, after, same = (make_organisation(app, key) for key in ("c1", "c2", "c3"))
    numbers = {who: taken(who, offer) for who in (before, after, same)}
    claims = {who: claim(app, who, number) for who, number in numbers.items()}
    _withdrawn_on(offer, -2)
    for who, day in ((before, -3), (after, -1), (same, -2)):
        answer(offer.holder, claims[who], arrived_on=taking.days(day))
    assert [state(numbers[who]) for who in (before, after, same)] == [
        "effective",
        "refund_due",
        "in_decision",
    ]
    assert taking.refunds(numbers[after]) == [(WHOLE, "arrived_late", "to_refund")]
    decide(offer.venue, numbers[same], "void")
    assert state(numbers[same]) == "refund_due"
    assert taking.refunds(numbers[same]) == [(WHOLE, "same_day", "to_refund")]


def test_the_same_day_may_be_decided_for_the_licensee(lite: Flask, offer: Offer, c1: Person) -> None:
    announce(offer, taking.days(-30))
    number = taken(c1, offer)
    payment = claim(lite, c1, number)
    _withdrawn_on(offer, 0)
    answer(offer.holder, payment)
    assert reading(lambda: decisions.outcomes(*_question(number))) == ("paid", "void")
    decide(offer.venue, number, "paid")
    assert state(number) == "effective"


def _question(number: str) -> tuple[decisions.Decision, register.Acceptance]:
    acceptance = register.find(number)
    found = decisions.open_of(acceptance)
    assert found is not None
    return found, acceptance


def test_money_after_the_withdrawal_is_not_decided_into_time(lite: Flask, offer: Offer, c1: Person) -> None:
    announce(offer, taking.days(-30))
    number = taken(c1, offer)
    claim(lite, c1, number)
    _withdrawn_on(offer, -1)
    with time_machine.travel(clock.now() + timedelta(days=12), tick=True):
        ask(c1, number)
        with pytest.raises(Refused) as caught:
            decide(offer.venue, number, "paid", amount=WHOLE, arrived_on=clock.today())
    assert caught.value.code == "arrived_too_late"


def test_an_objection_alone_takes_no_license_away(lite: Flask) -> None:
    offer, c1 = published(lite), make_organisation(lite, "c1")
    number = taken(c1, offer)
    object_to(offer.holder, number, "bar_existed")
    assert state(number) == "effective"
    with pytest.raises(Conflict) as caught:
        object_to(offer.holder, number, "other_law")
    assert caught.value.code == "decision_open"
    decide(offer.venue, number, "stands")
    assert state(number) == "effective"


def test_a_notice_from_somebody_else_is_void_and_its_end_filed_after_the_decision(lite: Flask) -> None:
    offer, c1 = published(lite), make_organisation(lite, "c1")
    number = taken(c1, offer)
    object_to(offer.holder, number, "notice_not_from_person")
    size = reading(ledger.size)
    decide(offer.venue, number, "void")
    assert [kind for kind, _ in filings(size)] == ["objection.decided", "license.ended"]
    assert seen(number, "state", "ended_ground") == ("void", "notice_not_from_person")


@pytest.mark.parametrize("claimed", [False, True], ids=["waiting", "claimed"])
def test_an_unfounded_objection_leaves_a_notice_where_it_stood(
    lite: Flask, offer: Offer, c1: Person, claimed: bool
) -> None:
    number = taken(c1, offer)
    if claimed:
        claim(lite, c1, number)
    object_to(offer.holder, number, "foreign_party")
    decide(offer.venue, number, "stands")
    assert state(number) == ("claimed" if claimed else "awaiting_payment")


def test_void_gives_back_everything_that_came(lite: Flask, offer: Offer, c1: Person) -> None:
    number = taken(c1, offer)
    answer(offer.holder, claim(lite, c1, number), amount=Decimal("70000"))
    object_to(offer.holder, number, "other_law")
    decide(offer.venue, number, "void")
    assert taking.refunds(number) == [
        (Decimal("2000.00"), "over", "to_refund"),
        (WHOLE, "other_law", "to_refund"),
    ]


def test_other_grounds_reasons_left_out_and_impossible_outcomes_are_refused(
    lite: Flask, offer: Offer, c1: Person
) -> None:
    number = taken(c1, offer)
    for ground, reason in (("competitor", "x"), ("no_answer", "x"), ("other_law", "  ")):
        with pytest.raises(Refused):
            object_to(offer.holder, number, ground, reason)
    with pytest.raises(Refused):
        object_to(c1, number, "other_law")
    object_to(offer.holder, number, "other_law")
    for outcome, facts in (("paid", {}), ("unpaid", {}), ("stands", {"reasons": " "}), ("nonsense", {})):
        with pytest.raises(Refused):
            decide(offer.venue, number, outcome, **facts)
    assert state(number) == "in_decision"


def test_only_the_offers_own_venue_decides_and_only_once(lite: Flask, offer: Offer, c1: Person) -> None:
    number = taken(c1, offer)
    object_to(offer.holder, number, "other_law")
    question = taking.open_question(number)
    db.session.rollback()
    with pytest.raises(NotFound):
        decide(make_venue(lite, "v2"), number, "stands")
    with pytest.raises(Refused):
        decide(offer.holder, number, "stands")
    decide(offer.venue, number, "stands")
    with pytest.raises(Conflict) as caught:
        reading(
            lambda: decisions.decide_act(
                offer.venue.actor, decisions.find(question), {"outcome": "stands", "reasons": "x"}
            )
        )
    assert caught.value.code == "already_decided"


def test_a_decision_signed_with_other_reasons_is_refused(lite: Flask, offer: Offer, c1: Person) -> None:
    number = taken(c1, offer)
    object_to(offer.holder, number, "other_law")
    question = taking.open_question(number)
    db.session.rollback()
    act = reading(
        lambda: decisions.decide_act(
            offer.venue.actor, decisions.find(question), {"outcome": "stands", "reasons": "甲"}
        )
    )
    facts = {"outcome": "void", "reasons": "甲"}
    with pytest.raises(Conflict) as caught:
        transaction(
            lambda: (
                decisions.decide(
                    offer.venue.actor, decisions.find(question), facts, act, offer.venue.sign(act.statement)
                ).outcome
            )
        )
    assert caught.value.code == "stale_digest"


def test_licenses_on_or_after_a_withdrawal_entered_late_are_listed_once_and_not_voided(lite: Flask) -> None:
    offer = published(lite)
    announce(offer, taking.days(-30))
    number = taken(make_organisation(lite, "c1"), offer)
    _withdrawn_on(offer, -1)
    payload = {"declaration": reading(lambda: str(offers.find(offer.number).id))}
    tasks.after_withdrawal(payload)
    tasks.after_withdrawal(payload)
    assert state(number) == "effective"
    assert reading(lambda: [one.ground for one in decisions.open_of_venue(offer.venue.actor)]) == [
        "after_withdrawal"
    ]
    decide(offer.venue, number, "stands")
    tasks.after_withdrawal(payload)
    assert reading(lambda: list(decisions.open_of_venue(offer.venue.actor))) == []


def test_the_clock_lapses_ends_and_asks_for_its_next_round_once(
    lite: Flask, offer: Offer, c1: Person
) -> None:
    number = taken(c1, offer)
    with time_machine.travel(clock.now() + timedelta(days=40), tick=True):
        tasks.tick({})
        tasks.tick({})
    assert state(number) == "lapsed"
    waiting = db.session.query(Job).filter_by(name=tasks.TICK, state="waiting").count()
    db.session.rollback()
    assert waiting == 1
