"""Where money is paid changes with two persons, two working days and word to everybody who has to pay."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask

from registry import clock
from registry.codes.calendar import working_days_between
from registry.contracts import account_changes, money_rules, payment_requests, receiving_accounts, register
from registry.contracts.money_tasks import money_round
from registry.database import db, transaction
from registry.errors import Conflict, NotAllowed, NotFound, Refused
from registry.ledger import service as ledger
from registry.licenses import register as offers
from registry.parties import service as parties
from registry.parties.models import Mail
from registry.parties.rules import Role
from tests.browser import PASSWORD, Browser, run_jobs
from tests.contracts import taking
from tests.contracts.taking import answer, claim, filings, taken
from tests.factories import LUMP, Offer, Person, make_member, make_organisation, published, reading
from tests.kept import Kept

NEW = {
    "name": "申城理工大学",
    "bank": "另一银行上海分行",
    "number": "6222020000000000999",
    "reason": "开户行撤并",
}
OLD = "6222020000000000001"


@pytest.fixture
def offer(lite: Flask, kept: Kept) -> Offer:
    return kept(lite, published, fee=LUMP)


@pytest.fixture
def second(lite: Flask, offer: Offer) -> Person:
    return make_member(lite, offer.holder, Role.FINANCE)


def ask(offer: Offer, who: Person | None = None, **changes: Any) -> UUID:
    who, facts = who or offer.holder, {**NEW, **changes}
    act = reading(lambda: account_changes.ask_act(who.actor, offers.find(offer.number), facts))
    said = who.sign(act.statement)
    declaration = offer.number
    return transaction(lambda: account_changes.ask(who.actor, offers.find(declaration), facts, act, said).id)


def approve(who: Person, change: UUID) -> str:
    said = who.sign(reading(lambda: account_changes.second_statement(account_changes.find(change))))
    return transaction(lambda: account_changes.approve(who.actor, account_changes.find(change), said).state)


def account(offer: Offer) -> str:
    return reading(lambda: str(receiving_accounts.of(offers.find(offer.number))["number"]))


def state(change: UUID) -> str:
    return reading(lambda: account_changes.find(change).state)


def later(days: int) -> time_machine.travel:
    return time_machine.travel(clock.now() + timedelta(days=days), tick=True)


def test_two_whole_working_days_lie_between_the_second_signature_and_the_new_account() -> None:
    for n in range(40):
        approved = date(2026, 9, 20) + timedelta(days=n)  # with the October holidays in between
        day = money_rules.in_force_on(approved).day
        assert working_days_between(approved, day - timedelta(days=1)) == 2
        assert working_days_between(day - timedelta(days=1), day) == 1


def test_a_change_is_filed_when_it_is_in_force_and_not_before(app: Flask) -> None:
    offer = published(app, fee=LUMP)
    second, c1 = make_member(app, offer.holder, Role.FINANCE), make_organisation(app, "c1")
    number, size = taken(c1, offer), reading(ledger.size)
    change = ask(offer)
    assert approve(second, change) == "approved"
    assert (account(offer), reading(ledger.size)) == (OLD, size), "nothing has changed yet"
    with later(1):
        money_round()
        assert (state(change), account(offer)) == ("approved", OLD), "not before its day"
    with later(12):
        money_round()
        money_round()
        assert (state(change), account(offer)) == ("in_force", NEW["number"])
        found = [(kind, dict(fields)) for kind, fields in filings(size)]
        assert [kind for kind, _ in found] == ["account.changed"]
        assert set(found[0][1]) == {"number", "asked_on"}
        assert NEW["number"] not in str(found)
        assert len(reading(lambda: ledger.filed_at(size)[1].statements)) == 2
        assert (
            reading(lambda: payment_requests.account(register.find(number), "start"))["number"]
            == (NEW["number"])
        )
        old = reading(
            lambda: [one["number"] for one, _ in receiving_accounts.former(offers.find(offer.number))]
        )
        assert old == [OLD], "the old account stays readable"
        assert reading(lambda: ledger.audit().exit_code) == 0
        run_jobs()
        reissued = reading(lambda: _request(number))
        assert reissued == (2, True, taking.seen(number, "reference")[0])


def _request(number: str) -> tuple[int, bool, str]:
    found = payment_requests.of(register.find(number), "start")
    assert found is not None
    return found.edition, bool(found.digest), found.reference


def test_everybody_who_has_to_pay_hears_of_it_three_times_and_never_the_account(
    lite: Flask, offer: Offer, second: Person
) -> None:
    c1, c2 = make_organisation(lite, "c1"), make_organisation(lite, "c2")
    taken(c1, offer)
    change = ask(offer)
    approve(second, change)
    with later(12):
        money_round()
        letters = reading(lambda: _letters(offer.number))
    subjects = [subject for address, subject, _ in letters if address == c1.email]
    assert [one.split("：")[0].split(" ")[0] for one in subjects] == [
        "收款账户变更待确认", "收款账户变更将于", "收款账户变更已生效",
    ]  # fmt: skip
    assert c2.email not in {address for address, *_ in letters}, "who owes nothing is not told"
    assert offer.venue.email in {address for address, *_ in letters}
    assert not any(NEW["number"] in body or OLD in body for *_, body in letters)


def _letters(number: str) -> list[tuple[str, str, str]]:
    found = db.session.query(Mail).filter(Mail.body.contains(number)).order_by(Mail.created_at)
    return [(one.address, one.subject, one.body) for one in found if "收款账户" in one.subject]


def test_the_same_person_never_signs_twice(lite: Flask, offer: Offer, second: Person) -> None:
    change = ask(offer)
    with pytest.raises(Refused) as caught:
        approve(offer.holder, change)
    assert (caught.value.code, state(change)) == ("same_person", "asked")


def test_the_venue_is_the_second_person_only_where_the_holder_has_nobody(lite: Flask, offer: Offer) -> None:
    change = ask(offer)
    assert approve(offer.venue, change) == "approved"
    with later(12):
        money_round()
        assert state(change) == "in_force"


def test_the_venue_may_not_step_in_where_the_holder_has_a_second_person(
    lite: Flask, offer: Offer, second: Person
) -> None:
    change = ask(offer)
    with pytest.raises(Refused) as caught:
        approve(offer.venue, change)
    assert caught.value.code == "second_in_house"


def test_a_second_person_who_came_after_the_change_was_asked_for_is_none(lite: Flask, offer: Offer) -> None:
    change = ask(offer)
    late = make_member(lite, offer.holder, Role.FINANCE)
    with pytest.raises(Refused, match="second_too_new"):
        approve(late, change)
    assert approve(offer.venue, change) == "approved", "the holder had nobody else"


def test_an_operator_who_belongs_to_the_holder_is_no_second_person(lite: Flask, offer: Offer) -> None:
    change, preparer = ask(offer), offer.venue.actor.account_id
    of_it = offer.holder.organisation_id
    transaction(lambda: parties.join(preparer, role=Role.PREPARER, organisation_id=of_it).id)
    with pytest.raises(NotAllowed, match="own_party"):
        approve(offer.venue, change)


def test_strangers_licensees_and_preparers_change_nothing(lite: Flask, offer: Offer, second: Person) -> None:
    preparer = make_member(lite, offer.holder, Role.PREPARER)
    for who, refusal in (
        (make_organisation(lite, "c2"), NotFound),
        (preparer, NotAllowed),
        (second, NotAllowed),
    ):
        with pytest.raises(refusal):
            ask(offer, who)
    change = ask(offer)
    with pytest.raises(NotAllowed):
        approve(preparer, change)


def test_a_stolen_session_without_the_password_asks_for_nothing(lite: Flask, offer: Offer) -> None:
    browser = Browser(lite).sign_in(offer.holder.email)
    browser.get(f"/declarations/{offer.number}/receiving-account").submit(
        {**NEW, "password": "not the password"}
    )
    assert (browser.status, "密码" in browser.text) == (422, True)
    assert reading(lambda: account_changes.open_of(offers.find(offer.number))) is None


@pytest.mark.parametrize("before", ["asked", "approved"])
def test_a_stopped_change_never_takes_effect(lite: Flask, offer: Offer, second: Person, before: str) -> None:
    change, size = ask(offer), reading(ledger.size)
    if before == "approved":
        approve(second, change)
    transaction(
        lambda: account_changes.stop(offer.venue.actor, account_changes.find(change), reason="可疑").state
    )
    with later(12):
        money_round()
        assert (state(change), account(offer), reading(ledger.size)) == ("stopped", OLD, size)
    with pytest.raises(Conflict):
        transaction(
            lambda: account_changes.stop(offer.venue.actor, account_changes.find(change), reason="再停").state
        )
    assert ask(offer), "another one may be asked for"


def test_a_claim_during_the_wait_keeps_the_account_it_was_paid_into(
    lite: Flask, offer: Offer, second: Person
) -> None:
    c1 = make_organisation(lite, "c1")
    number = taken(c1, offer)
    approve(second, ask(offer))
    payment = claim(lite, c1, number)
    with later(12):
        money_round()
        kept = reading(lambda: register.find(number).payments[0].account["number"])
        assert kept == OLD
        assert reading(lambda: payment_requests.of(register.find(number), "start")) is None, "not asked anew"
        answer(offer.holder, payment)
        assert taking.state(number) == "effective"


def test_a_notice_prepared_before_is_read_again_and_prints_the_account_in_force(
    lite: Flask, offer: Offer, second: Person
) -> None:
    c1 = make_organisation(lite, "c1")
    approve(second, ask(offer))
    with later(12):
        number = taking.drafted(c1, offer)
        assert reading(lambda: register.find(number).record["account"]["number"]) == OLD
        money_round()
        with pytest.raises(Conflict) as caught:
            taking.send(c1, number)
        assert caught.value.code == "stale_digest"
        fresh = reading(lambda: register.find(taken(make_organisation(lite, "c2"), offer)).record)
        assert fresh["account"]["number"] == NEW["number"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"number": OLD}, "account_same"),
        ({"name": "另一家公司"}, "account_name"),
        ({"reason": " "}, "required"),
        ({"bank": ""}, "required"),
    ],
)
def test_a_wrong_change_is_refused(lite: Flask, offer: Offer, changes: Mapping[str, Any], code: str) -> None:
    with pytest.raises(Refused) as caught:
        ask(offer, **changes)
    assert caught.value.code == code


def test_one_change_at_a_time_and_none_without_an_account(lite: Flask, offer: Offer) -> None:
    ask(offer)
    with pytest.raises(Conflict) as caught:
        ask(offer, number="6222020000000000777")
    assert caught.value.code == "account_change_open"
    with pytest.raises(Refused) as nothing:
        ask(published(lite, offer.holder, offer.venue))
    assert nothing.value.code == "account_none"


def test_the_second_person_confirms_on_the_page_and_the_venue_sees_it(
    lite: Flask, offer: Offer, second: Person
) -> None:
    first = Browser(lite).sign_in(offer.holder.email)
    first.get(f"/declarations/{offer.number}/receiving-account").submit({**NEW, "password": PASSWORD})
    assert (first.status, "等待第二人确认" in first.text) == (200, True)
    assert "签署并确认" not in first.text
    browser = Browser(lite).sign_in(second.email)
    browser.get(f"/declarations/{offer.number}/receiving-account")
    assert "签署并确认" in browser.text
    change = reading(lambda: account_changes.open_of(offers.find(offer.number)).id)  # type: ignore[union-attr]
    first_led, then_led = browser.press_twice(
        {"password": PASSWORD}, action=f"/account-changes/{change}/approve"
    )
    assert first_led == then_led
    assert "已确认，等待生效" in browser.text
    venue = Browser(lite).sign_in(offer.venue.email).get("/venue/account-changes")
    assert offer.number in venue.text
    venue.get(f"/declarations/{offer.number}/receiving-account")
    venue.submit({"reason": "电话核实不符"}, action=f"/account-changes/{change}/stop")
    assert (venue.status, state(change)) == (200, "stopped")
