"""A license that does not come about leaves its contract; the others go on, and no number is given twice."""

from datetime import timedelta
from decimal import Decimal

import time_machine
from flask import Flask

from registry import clock, history
from registry.contracts import oversight, register, registration
from registry.contracts import service as contracts
from registry.contracts.models import Contract
from registry.database import db, transaction
from registry.ledger import service as ledger
from tests.contracts import taking, together
from tests.factories import LUMP, make_organisation, published, reading

D = Decimal


def test_one_that_lapses_goes_into_a_contract_of_its_own_and_the_others_go_on(app: Flask) -> None:
    with time_machine.travel(clock.now(), tick=True) as now:
        free = published(app)
        dear = published(app, free.holder, free.venue, fee=LUMP)
        c1 = make_organisation(app, "c1")
        numbers = together.taken(c1, [dear, free])
        former = together.contract_of(numbers[0])
        size = reading(ledger.size)
        now.shift(timedelta(days=30))
        assert transaction(contracts.lapse_due) == 1
    left = together.contract_of(numbers[0])
    assert (together.contract_of(numbers[1]), taking.state(numbers[1])) == (former, "effective")
    assert left != former
    filed = taking.filings(size)
    split = {"contract": former, "declaration": dear.number, "into": left, "ground": "unpaid"}
    assert filed[0] == ("contract.split", split)
    assert (filed[1][0], filed[1][1]["contract"], filed[1][1]["declaration"]) == (
        "license.ended", former, dear.number,
    )  # fmt: skip
    verbs = [
        reading(lambda n=n: [row.verb for row in history.of(register.find_contract(n))])
        for n in (former, left)
    ]
    assert all("split" in found for found in verbs)
    assert reading(lambda: register.find_contract(left).split_from.number) == former
    assert reading(lambda: ledger.audit().exit_code) == 0


def test_the_last_one_of_a_contract_keeps_it(lite: Flask) -> None:
    with time_machine.travel(clock.now(), tick=True) as now:
        one = published(lite, fee=LUMP)
        other = published(lite, one.holder, one.venue, fee=taking.PER_YEAR)
        numbers = together.taken(make_organisation(lite, "c1"), [one, other])
        size = reading(ledger.size)
        before = reading(lambda: oversight.noticed_by(size))
        now.shift(timedelta(days=30))
        assert transaction(contracts.lapse_due) == 2
        assert reading(lambda: oversight.noticed_by(size)) == before  # an auditor draws the same again
    held = [together.contract_of(each) for each in numbers]
    assert len(set(held)) == 2
    assert reading(lambda: db.session.query(Contract).count()) == 2


def test_money_that_came_late_gives_the_license_in_its_own_contract(lite: Flask) -> None:
    with time_machine.travel(clock.now(), tick=True) as now:
        free = published(lite)
        dear = published(lite, free.holder, free.venue, fee=LUMP)
        c1 = make_organisation(lite, "c1")
        numbers = together.taken(c1, [free, dear])
        now.shift(timedelta(days=30))
        transaction(contracts.lapse_due)
        payment = taking.claim(lite, c1, numbers[1])
        taking.answer(free.holder, payment)
    assert taking.state(numbers[1]) == "effective"
    assert together.contract_of(numbers[1]) != together.contract_of(numbers[0])
    last = [fields for kind, fields in taking.filings() if kind == "license.effective"][-1]
    assert (last["contract"], last["declaration"]) == (together.contract_of(numbers[0]), dear.number)


def test_one_found_void_leaves_the_contract_that_stands(lite: Flask) -> None:
    one = published(lite)
    other = published(lite, one.holder, one.venue)
    c1 = make_organisation(lite, "c1")
    numbers = together.taken(c1, [one, other])
    former = together.contract_of(numbers[0])
    _object(one.holder, numbers[0])
    taking.decide(one.venue, numbers[0], "void")
    assert [taking.state(each) for each in numbers] == ["void", "effective"]
    assert together.contract_of(numbers[1]) == former != together.contract_of(numbers[0])


def test_one_alone_is_never_split(lite: Flask) -> None:
    with time_machine.travel(clock.now(), tick=True) as now:
        number = taking.taken(make_organisation(lite, "c1"), published(lite, fee=LUMP))
        held = together.contract_of(number)
        now.shift(timedelta(days=30))
        transaction(contracts.lapse_due)
    assert together.contract_of(number) == held
    assert "contract.split" not in [kind for kind, _ in taking.filings()]


def test_a_contract_is_ready_only_once_all_its_licenses_stand(lite: Flask) -> None:
    with time_machine.travel(clock.now(), tick=True) as now:
        free = published(lite)
        dear = published(lite, free.holder, free.venue, fee=LUMP)
        numbers = together.taken(make_organisation(lite, "c1"), [free, dear])
        former = together.contract_of(numbers[0])
        waiting = _subjects(former)
        now.shift(timedelta(days=30))
        transaction(contracts.lapse_due)
        after = _subjects(former)
    assert "not_effective" in waiting
    assert "not_effective" not in after


def _subjects(number: str) -> list[str]:
    return reading(lambda: [one.code for one in registration.findings(register.find_contract(number))])


def _object(holder: object, number: str) -> None:
    from registry.contracts import decisions

    transaction(
        lambda: (
            decisions.object_to(
                holder.actor,  # type: ignore[attr-defined]
                register.find(number),
                ground="notice_not_from_person",
                reason="不是该单位发出的。",
            ).ground
        )
    )
