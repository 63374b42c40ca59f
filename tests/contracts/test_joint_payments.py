"""One transfer for several licenses: one reference, shares in the order of the list, each license its own."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from flask import Flask

from registry import clock, history
from registry.contracts import joint_payments, payment_requests, payments, register, registration
from registry.database import transaction
from registry.erasure import contracts as erasing
from registry.errors import Conflict, NotAllowed, Refused
from registry.ledger import service as ledger
from tests.contracts import performing as do
from tests.contracts import taking, together
from tests.contracts.test_api import signed
from tests.factories import LUMP, make_organisation, make_upload, published, reading, withdraw
from tests.licenses.test_api import Machine

D = Decimal


def states(numbers: list[str]) -> list[str]:
    return [taking.state(one) for one in numbers]


def references(numbers: list[str]) -> list[str]:
    return [str(taking.seen(one, "reference")[0]) for one in numbers]


def test_what_pays_into_one_account_has_one_reference_and_what_does_not_has_its_own(app: Flask) -> None:
    first = published(app, fee=LUMP)
    second = published(app, first.holder, first.venue, fee=taking.PER_YEAR)
    free = published(app, first.holder, first.venue)
    elsewhere = {"number": "3100880000000000099"}
    other = published(app, make_organisation(app, "c2"), first.venue, fee=LUMP, account=elsewhere)
    c1 = make_organisation(app, "c1")
    drawn = references(together.taken(c1, [first, free, other, second]))
    assert drawn[0] == drawn[3]
    assert drawn[1] == "None"
    assert drawn[2] not in (drawn[0], "None")


def test_one_transfer_claimed_and_answered_once_gives_every_license(app: Flask) -> None:
    first = published(app, fee=LUMP)
    second = published(app, first.holder, first.venue, fee=taking.PER_YEAR)
    c1 = make_organisation(app, "c1")
    numbers = together.taken(c1, [first, second])
    size = reading(ledger.size)
    claims = together.claimed(app, c1, numbers[0], "76000.00")
    assert states(numbers) == ["claimed", "claimed"]
    together.answered(first.holder, claims[0], "76000.00")
    assert states(numbers) == ["effective", "effective"]
    filed = taking.filings(size)
    assert [kind for kind, _ in filed] == [
        *["payment.claimed"] * 2, *["payment.confirmed", "license.effective"] * 2,
    ]  # fmt: skip
    assert [fields["declaration"] for _, fields in filed][2:] == [first.number] * 2 + [second.number] * 2
    paid = reading(lambda: [payments.find(one).arrived_amount for one in claims])
    assert paid == [D("68000.00"), D("8000.00")]
    assert reading(lambda: ledger.audit().exit_code) == 0


def test_short_money_gives_whole_licenses_and_the_rest_is_asked_for(lite: Flask) -> None:
    first = published(lite, fee=LUMP)
    second = published(lite, first.holder, first.venue, fee=taking.PER_YEAR)
    third = published(lite, first.holder, first.venue, fee=taking.INSTALMENTS)
    c1 = make_organisation(lite, "c1")
    numbers = together.taken(c1, [first, second, third])
    claims = together.claimed(lite, c1, numbers[0], "116000.00")
    together.answered(first.holder, claims[0], "50000.00")
    assert states(numbers) == ["awaiting_payment", "effective", "effective"]
    assert reading(lambda: payments.outstanding(register.find(numbers[0]))) == D("66000.00")
    more = together.claimed(lite, c1, numbers[0], "66000.00")
    together.answered(first.holder, more[0], "66000.00")
    assert states(numbers) == ["effective"] * 3


def test_more_than_was_claimed_pays_what_still_waits_before_anything_goes_back(lite: Flask) -> None:
    first = published(lite, fee=LUMP)
    second = published(lite, first.holder, first.venue, fee=taking.PER_YEAR)
    c1 = make_organisation(lite, "c1")
    numbers = together.taken(c1, [first, second])
    claims = together.claimed(lite, c1, numbers[0], "68000.00")
    assert (len(claims), states(numbers)) == (1, ["claimed", "awaiting_payment"])
    together.answered(first.holder, claims[0], "77000.00")
    assert states(numbers) == ["effective", "effective"]
    assert taking.refunds(numbers[0]) == []
    assert taking.refunds(numbers[1]) == [(D("1000.00"), "over", "to_refund")]


def test_a_share_of_nought_waits_as_before(lite: Flask) -> None:
    first = published(lite, fee=LUMP)
    second = published(lite, first.holder, first.venue, fee=taking.PER_YEAR)
    c1 = make_organisation(lite, "c1")
    numbers = together.taken(c1, [first, second])
    claims = together.claimed(lite, c1, numbers[0], "76000.00")
    together.answered(first.holder, claims[1], "8000.00")
    assert states(numbers) == ["awaiting_payment", "effective"]
    assert reading(lambda: payments.outstanding(register.find(numbers[0]))) == D("68000.00")


def test_money_that_did_not_arrive_is_a_question_about_every_license(lite: Flask) -> None:
    first = published(lite, fee=LUMP)
    second = published(lite, first.holder, first.venue, fee=taking.PER_YEAR)
    c1 = make_organisation(lite, "c1")
    numbers = together.taken(c1, [first, second])
    claims = together.claimed(lite, c1, numbers[0], "76000.00")
    together.answered(first.holder, claims[0], None, "not_arrived", note="账户中没有这笔款。")
    assert states(numbers) == ["in_decision", "in_decision"]


def test_of_an_offer_that_closed_before_the_money_its_share_goes_back(lite: Flask) -> None:
    with time_machine.travel(clock.now(), tick=True) as now:
        first = published(lite, fee=LUMP)
        second = published(lite, first.holder, first.venue, fee=taking.PER_YEAR)
        c1 = make_organisation(lite, "c1")
        numbers = together.taken(c1, [first, second])
        withdraw(lite, second)
        now.shift(timedelta(days=1))
        claims = together.claimed(lite, c1, numbers[0], "76000.00")
        together.answered(first.holder, claims[0], "76000.00")
    assert states(numbers) == ["effective", "refund_due"]
    assert taking.refunds(numbers[1]) == [(D("8000.00"), "arrived_late", "to_refund")]
    assert together.contract_of(numbers[0]) != together.contract_of(numbers[1])


def test_money_nobody_claimed_is_shared_the_same_way(lite: Flask) -> None:
    first = published(lite, fee=LUMP)
    second = published(lite, first.holder, first.venue, fee=taking.PER_YEAR)
    c1 = make_organisation(lite, "c1")
    numbers = together.taken(c1, [first, second])
    together.arrived(first.holder, numbers[1], "76000.00", serial="B-1")
    assert states(numbers) == ["effective", "effective"]
    with pytest.raises(Conflict):
        together.arrived(first.holder, numbers[1], "76000.00", serial="B-2")


def test_the_parts_of_one_transfer_share_its_serial_and_another_transfer_may_not(lite: Flask) -> None:
    first = published(lite, fee=LUMP)
    second = published(lite, first.holder, first.venue, fee=taking.PER_YEAR)
    third = published(lite, first.holder, first.venue, fee=LUMP)
    c1 = make_organisation(lite, "c1")
    numbers = together.taken(c1, [first, second])
    claims = together.claimed(lite, c1, numbers[0], "76000.00", serial="S-1")
    alone = taking.taken(c1, third)
    with pytest.raises(Conflict) as refused:
        taking.claim(lite, c1, alone, serial="S-1")
    assert refused.value.code == "payment_known"
    together.answered(first.holder, claims[0], "76000.00", serial="R-1")
    answer = taking.claim(lite, c1, alone, serial="S-2")
    with pytest.raises(Conflict) as refused:
        taking.answer(first.holder, answer, serial="R-1")
    assert refused.value.code == "payment_known"


def test_only_who_may_answer_for_every_license_answers_a_transfer(lite: Flask) -> None:
    first = published(lite, fee=LUMP)
    second = published(lite, first.holder, first.venue, fee=taking.PER_YEAR)
    c1 = make_organisation(lite, "c1")
    numbers = together.taken(c1, [first, second])
    claims = together.claimed(lite, c1, numbers[0], "76000.00")
    with pytest.raises(NotAllowed):
        together.answered(c1, claims[0], "76000.00")
    together.answered(first.venue, claims[0], "76000.00")
    assert states(numbers) == ["effective", "effective"]


def test_nothing_claimed_is_refused_and_nothing_twice(lite: Flask) -> None:
    first = published(lite, fee=LUMP)
    second = published(lite, first.holder, first.venue, fee=taking.PER_YEAR)
    c1 = make_organisation(lite, "c1")
    numbers = together.taken(c1, [first, second])
    with pytest.raises(Refused) as refused:
        together.claimed(lite, c1, numbers[0], "0.00")
    assert refused.value.code == "amount_zero_claimed"
    together.claimed(lite, c1, numbers[0], "76000.00")
    with pytest.raises(Conflict) as again:
        together.claimed(lite, c1, numbers[0], "76000.00")
    assert again.value.code == "wrong_state"


def test_a_license_asked_into_another_account_is_paid_by_itself(lite: Flask) -> None:
    first = published(lite, fee=LUMP)
    second = published(lite, first.holder, first.venue, fee=taking.PER_YEAR)
    numbers = together.taken(make_organisation(lite, "c1"), [first, second])
    transaction(lambda: payment_requests.ask_again(register.find(numbers[0]), "start").reference)
    drawn = references(numbers)
    assert drawn[0] != drawn[1]
    assert reading(lambda: joint_payments.of(register.find(numbers[0]))) is None
    assert reading(lambda: len(joint_payments.open_lines(_joint(numbers[1])))) == 1


def _joint(number: str) -> joint_payments.JointPayment:
    found = joint_payments.of(register.find(number))
    assert found is not None
    return found


def test_machines_claim_and_answer_one_transfer_with_one_signature_each(lite: Flask) -> None:
    first = published(lite, fee=LUMP)
    second = published(lite, first.holder, first.venue, fee=taking.PER_YEAR)
    c1 = make_organisation(lite, "c1")
    numbers = together.taken(c1, [first, second])
    joint = reading(lambda: joint_payments.of(register.find(numbers[0])).id)  # type: ignore[union-attr]
    licensee, holder = Machine(lite, c1), Machine(lite, first.holder)
    asked = {
        "amount": "76000.00", "paid_on": str(clock.today()), "payer": "甲", "payer_reason": "由母公司代付",
        "serial": "1", "slip_upload": str(make_upload(lite, c1, "bank_slip")),
    }  # fmt: skip
    where = f"/joint-payments/{joint}/claim"
    assert holder.call("POST", f"{where}/prepare", asked).status_code == 404
    claimed = licensee.do("POST", f"{where}/prepare", asked, status=201)
    assert len(claimed["statements"]) == claimed["head"]["size"] == 2
    sent = {"prepared": claimed["prepared"], **signed(licensee, claimed)}
    claims = licensee.do("POST", where, sent, status=201, key="once")
    assert [(one["acceptance"], one["state"]) for one in claims] == [(one, "claimed") for one in numbers]
    assert len({one["transfer"] for one in claims}) == 1
    assert licensee.do("POST", where, sent, status=201, key="once") == claims
    assert licensee.call("POST", where, sent).json["code"] == "prepared_used"
    where = f"/payments/{claims[1]['id']}/transfer"
    account = {"result": "agrees", "amount": "76000.00", "arrived_on": str(clock.today())}
    shown = holder.do("POST", f"{where}/prepare", account, status=201)
    sent = {"prepared": shown["prepared"], **signed(holder, shown)}
    wrong = f"/payments/{claims[0]['id']}/transfer"
    assert holder.call("POST", wrong, sent).status_code == 404
    answered = holder.do("POST", where, sent, status=201)
    assert [one["state"] for one in answered] == ["confirmed"] * 2
    assert states(numbers) == ["effective", "effective"]
    assert reading(lambda: ledger.audit().exit_code) == 0
    contract = reading(lambda: register.find(numbers[0]).contract.number)
    goes = reading(lambda: erasing.listing(erasing.find(contract)).goes)
    assert {ready["prepared"] for ready in (claimed, shown)} <= {one.key for one in goes}


def test_the_total_of_a_contract_is_that_of_the_licenses_registered_with_it(lite: Flask) -> None:
    first = published(lite, fee=taking.FIRST_FREE)
    second = published(lite, first.holder, first.venue, fee=taking.FIRST_FREE)
    numbers = together.taken(make_organisation(lite, "c1"), [first, second])
    contract = together.contract_of(numbers[0])

    def total() -> D:
        return reading(lambda: registration.total_of(register.find_contract(contract)).amount)

    both = total()
    do.end(first.holder, numbers[1], ground="refused")
    assert total() == both / 2, "the form lists one license, so its total is that of one"
    went = clock.now() - timedelta(days=1)
    transaction(
        lambda: history.record(first.venue.actor, "export", register.find_contract(contract), at=went)
    )
    assert total() == both, "it had left with both licenses"
