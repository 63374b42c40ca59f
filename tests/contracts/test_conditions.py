"""A fee of another kind from declaration to license: the reviewer's words bind anew, the patentee states that
they are met, the venue decides where nobody does, and nothing but those words makes the license.
"""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from registry import clock, jobs
from registry.contracts import conditions, decisions, papers, printing, register
from registry.contracts import service as contracts
from registry.contracts.blocks import plain
from registry.database import transaction
from registry.errors import Conflict, NotAllowed, NotFound, Refused
from registry.licenses import conditions as wording
from registry.licenses import register as offers
from registry.licenses import reviews
from registry.licenses import service as licenses
from tests.browser import PASSWORD, Browser
from tests.contracts import taking
from tests.factories import (
    IN_KIND,
    TICKED,
    Offer,
    Person,
    consent_all,
    make_organisation,
    make_venue,
    pass_all,
    published,
    reading,
    submit,
    submitted,
)

WORDS = "设备在实施通知到达后六十日内交付，并由双方在交接单上签收。"
MET = {"reason": "设备已交付，交接单由双方签收。"}


@pytest.fixture
def offer(lite: Flask) -> Offer:
    return published(lite, fee=IN_KIND)


@pytest.fixture
def licensee(lite: Flask, offer: Offer) -> Person:
    return make_organisation(lite, "c4")


def meet(who: Person, number: str, **facts: Any) -> None:
    given = {"met_on": clock.today(), **MET, **facts}
    act = reading(lambda: conditions.meet_act(who.actor, register.find(number), given))
    statement = who.sign(act.statement)
    transaction(lambda: conditions.meet(who.actor, register.find(number), given, act, statement).number)


def state(number: str) -> str:
    return str(taking.seen(number, "state")[0])


# --- before publication ------------------------------------------------------------------------------


def test_nothing_is_published_before_its_condition_stands_in_words_and_is_signed_anew(lite: Flask) -> None:
    holder, venue = make_organisation(lite, "u1"), make_venue(lite, "v1")
    bare = {name: value for name, value in IN_KIND.items() if name != "condition"}
    number = submitted(lite, holder, venue, fee=bare, co_owners=("r1",))
    pass_all(venue, number)
    with pytest.raises(Refused) as caught:
        transaction(lambda: reviews.approve(venue.actor, offers.find(number)))
    assert [one.code for one in getattr(caught.value, "refusals", [caught.value])] == ["condition_missing"]
    before = reading(lambda: offers.find(number).current.digest)  # type: ignore[union-attr]
    transaction(lambda: wording.write(venue.actor, offers.find(number), WORDS))
    assert reading(lambda: (offers.find(number).state, offers.find(number).draft["fee"]["condition"])) == (
        "returned", WORDS,
    )  # fmt: skip
    transaction(lambda: licenses.tick(holder.actor, offers.find(number), TICKED))
    with pytest.raises(Refused) as fell:  # the co-owner consented to another text
        submit(lite, holder, number)
    assert fell.value.code.startswith("consent"), fell.value
    consent_all(lite, holder, number)
    submit(lite, holder, number)
    pass_all(venue, number)
    transaction(lambda: reviews.approve(venue.actor, offers.find(number)))
    version = reading(lambda: offers.find(number).current)
    assert version is not None
    assert version.digest != before
    assert WORDS.rstrip("。") in version.public_text


def test_only_a_fee_of_another_kind_gets_a_condition_and_only_a_new_one(lite: Flask) -> None:
    holder, venue = make_organisation(lite, "u1"), make_venue(lite, "v1")
    number = submitted(lite, holder, venue, fee=IN_KIND)
    pass_all(venue, number)
    for text, error in ((" ", Refused), (IN_KIND["condition"], Conflict), ("字" * 2001, Refused)):
        with pytest.raises(error):
            transaction(lambda text=text: wording.write(venue.actor, offers.find(number), text))
    with pytest.raises((NotAllowed, NotFound)):
        transaction(lambda: wording.write(holder.actor, offers.find(number), WORDS))
    other = submitted(lite, holder, venue)
    pass_all(venue, other)
    with pytest.raises(Refused):
        transaction(lambda: wording.write(venue.actor, offers.find(other), WORDS))


# --- taking it ---------------------------------------------------------------------------------------


def test_the_patentee_states_under_signature_that_the_condition_is_met(app: Flask) -> None:
    offer = published(app, fee=IN_KIND)
    licensee = make_organisation(app, "c4")
    number = taking.taken(licensee, offer)
    assert state(number) == "awaiting_payment"
    assert reading(lambda: str(register.find(number).amount_due)) == "0.00"
    with pytest.raises((NotAllowed, NotFound)):
        meet(licensee, number)
    meet(offer.holder, number)
    assert state(number) == "effective"
    kind, fields = taking.filings()[-1]
    assert (kind, fields["ground"]) == ("license.effective", "condition")
    with pytest.raises(Conflict):
        meet(offer.holder, number)
    jobs.run_all()
    said = plain(papers.compose("contract", reading(lambda: printing.facts_of(register.find(number)))))
    assert "上述条件经许可方确认已经满足" in said
    assert "声明没有定明以货币计算的总额" in said
    assert "收款账户" not in said


def test_no_payment_makes_such_a_license(lite: Flask, offer: Offer, licensee: Person) -> None:
    number = taking.taken(licensee, offer)
    with pytest.raises(Conflict):
        taking.claim(lite, licensee, number)
    assert state(number) == "awaiting_payment"


@pytest.mark.parametrize(("days", "code"), [(1, "day_in_future"), (-1, "condition_before_notice")])
def test_the_day_lies_between_the_notice_and_today(
    offer: Offer, licensee: Person, days: int, code: str
) -> None:
    number = taking.taken(licensee, offer)
    with pytest.raises(Refused) as caught:
        meet(offer.holder, number, met_on=clock.today() + timedelta(days=days))
    assert caught.value.code == code


def test_what_was_signed_is_what_is_filed(offer: Offer, licensee: Person) -> None:
    number = taking.taken(licensee, offer)
    given = {"met_on": clock.today(), **MET}
    act = reading(lambda: conditions.meet_act(offer.holder.actor, register.find(number), given))
    statement = offer.holder.sign(act.statement)
    other = {**given, "reason": "另一种说法。"}
    with pytest.raises(Conflict):
        transaction(
            lambda: conditions.meet(offer.holder.actor, register.find(number), other, act, statement).number
        )
    assert state(number) == "awaiting_payment"


def test_where_the_patentee_is_silent_the_venue_decides(offer: Offer, licensee: Person) -> None:
    number = taking.taken(licensee, offer)
    transaction(lambda: conditions.ask(licensee.actor, register.find(number), reason="已签收。").id)
    assert state(number) == "in_decision"
    found = reading(
        lambda: decisions.outcomes(decisions.find(taking.open_question(number)), register.find(number))
    )
    assert found == ("met", "unmet", "void")
    with pytest.raises(Refused):
        taking.decide(offer.venue, number, "met")  # on which day?
    taking.decide(offer.venue, number, "met", arrived_on=clock.today())
    assert state(number) == "effective"
    assert reading(lambda: printing.facts_of(register.find(number)).decided)


def test_a_condition_found_unmet_is_waited_for_and_lapses_with_its_time(
    offer: Offer, licensee: Person
) -> None:
    number = taking.taken(licensee, offer)
    transaction(lambda: conditions.ask(licensee.actor, register.find(number), reason="已签收。").id)
    taking.decide(offer.venue, number, "unmet")
    assert state(number) == "awaiting_payment"
    last = reading(lambda: register.find(number).pay_by)
    with clock.pretend(clock.now() + timedelta(days=(last - clock.today()).days + 1)):
        for one in reading(contracts.due_to_lapse):
            transaction(lambda one=one: contracts.lapse(one))
    assert state(number) == "lapsed"


def test_both_sides_find_their_page_and_a_stranger_none(
    lite: Flask, offer: Offer, licensee: Person
) -> None:
    number = taking.taken(licensee, offer)
    address = f"/acceptances/{number}/condition"
    asks = Browser(lite).sign_in(licensee.email).get(address)
    assert "请交易场所认定条件已满足" in asks.text
    assert "等待约定的条件满足" in Browser(lite).sign_in(licensee.email).get(f"/acceptances/{number}").text
    stranger = make_organisation(lite, "c5")
    assert Browser(lite).sign_in(stranger.email).get(address).status in (403, 404)
    page = Browser(lite).sign_in(offer.holder.email).get(address)
    assert IN_KIND["condition"] in page.text
    wrong = page.submit({"met_on": "2020-01-01", "reason": "已交付。", "password": PASSWORD}, action=address)
    assert wrong.status == 422
    assert "不能早于实施通知到达之日" in wrong.text
    done = wrong.submit(
        {"met_on": clock.today().isoformat(), "reason": "已交付。", "password": PASSWORD}, action=address
    )
    assert done.status == 200
    assert state(number) == "effective"


def test_the_reviewer_writes_the_words_on_the_page_where_the_review_is_decided(lite: Flask) -> None:
    holder, venue = make_organisation(lite, "u1"), make_venue(lite, "v1")
    number = submitted(lite, holder, venue, fee=IN_KIND)
    pass_all(venue, number)
    page = Browser(lite).sign_in(venue.email).get(f"/venue/reviews/{number}/decision")
    assert IN_KIND["condition"] in page.text
    page.submit({"condition": WORDS}, action=f"/venue/reviews/{number}/condition")
    assert reading(lambda: offers.find(number).state) == "returned"
