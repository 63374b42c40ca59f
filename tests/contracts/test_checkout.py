"""Several licenses in one act: one contract a set of licensors, all or nothing, once however often sent."""

import pytest
from flask import Flask

from registry.contracts import checkout, register
from registry.contracts import service as contracts
from registry.contracts.models import Acceptance, Contract
from registry.database import db, transaction
from registry.errors import Conflict, Refused
from registry.ledger import service as ledger
from registry.licenses import consents, reviews
from registry.licenses import register as offers
from tests import factories
from tests.contracts import taking, together
from tests.contracts.test_races import together as at_once
from tests.factories import LUMP, Offer, announce, make_organisation, published, reading, withdraw

ACTS = 32


def test_offers_of_one_licensor_become_one_contract_of_several_licenses(app: Flask) -> None:
    first = published(app)
    second = published(app, first.holder, first.venue, fee=LUMP)
    other = published(app, make_organisation(app, "c2"), first.venue)
    c1 = make_organisation(app, "c1")
    size = reading(ledger.size)
    numbers = together.taken(c1, [first, other, second])
    assert [taking.state(one) for one in numbers] == ["effective", "effective", "awaiting_payment"]
    held = [together.contract_of(one) for one in numbers]
    assert held[0] == held[2] != held[1]
    filed = taking.filings(size)
    assert [kind for kind, _ in filed] == [
        "license.noticed", "license.effective", "license.noticed", "license.effective", "license.noticed",
    ]  # fmt: skip
    assert [fields["contract"] for _, fields in filed] == [held[0], held[0], held[1], held[1], held[0]]
    assert filed[1][1]["declaration"] == first.number  # which of the two took effect
    assert reading(lambda: ledger.audit().exit_code) == 0


def test_what_is_announced_and_what_is_not_is_never_one_contract(lite: Flask) -> None:
    local = published(lite)
    announced = published(lite, local.holder, local.venue)
    announce(announced)
    numbers = together.taken(make_organisation(lite, "c1"), [local, announced])
    assert [taking.seen(one, "track") for one in numbers] == [("local",), ("statutory",)]
    assert len({together.contract_of(one) for one in numbers}) == 2


def test_co_owners_and_the_place_of_disputes_part_contracts(lite: Flask) -> None:
    alone = published(lite)
    owned = published(lite, alone.holder, alone.venue, co_owners=("r1",))
    disputed = published(
        lite, alone.holder, alone.venue, filing={"dispute": "arbitration", "dispute_body": "上海仲裁委员会"}
    )
    numbers = together.taken(make_organisation(lite, "c1"), [alone, owned, disputed])
    assert len({together.contract_of(one) for one in numbers}) == 3


def test_an_agency_does_not_part_contracts_of_one_licensor(lite: Flask) -> None:
    plain = published(lite)
    by_agency = _by_agency(lite, plain)
    numbers = together.taken(make_organisation(lite, "c1"), [plain, by_agency])
    assert len({together.contract_of(one) for one in numbers}) == 1


def _by_agency(app: Flask, like: Offer) -> Offer:
    """Another offer of the same holder, made by an agency, so that even a single patentee has consented."""
    power = str(factories.make_upload(app, like.holder, "agency_power"))
    agency = {"name": "某代理所", "code": "31001", "agent": "", "power_upload": power, "scope": []}
    number = factories.ready_draft(app, like.holder, like.venue, declarant={"agency": agency})
    transaction(lambda: consents.ask(like.holder.actor, offers.find(number)))
    asked = reading(lambda: [one.consent.id for one in consents.status(offers.find(number))])
    factories.agree(app, asked[0], like.holder)
    factories.submit(app, like.holder, number)
    factories.pass_all(like.venue, number)
    transaction(lambda: reviews.approve(like.venue.actor, offers.find(number)))
    patent = reading(lambda: offers.find(number).patent.number)
    return Offer(number=number, patent=patent, holder=like.holder, venue=like.venue)


def test_an_operator_may_ask_for_one_contract_a_license(lite: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    offer = published(lite)
    again = published(lite, offer.holder, offer.venue)
    settings = reading(register.settings)
    monkeypatch.setattr(register, "settings", lambda: _single(settings))
    numbers = together.taken(make_organisation(lite, "c1"), [offer, again])
    assert len({together.contract_of(one) for one in numbers}) == 2


def _single(settings: object) -> object:
    from dataclasses import replace

    return replace(settings, contract_grouping=checkout.SINGLE)  # type: ignore[type-var]


def test_one_offer_withdrawn_meanwhile_refuses_the_whole_and_writes_nothing(app: Flask) -> None:
    stands, goes = _two(app)
    c1 = make_organisation(app, "c1")
    number = together.prepared(c1, [stands, goes])
    withdraw(app, goes)
    size = reading(ledger.size)
    with pytest.raises(Refused) as refused:
        together.send(c1, number)
    assert (refused.value.code, refused.value.field) == ("offer_withdrawn", "lines.2")
    assert [taking.state(one) for one in together.numbers(number)] == ["drafted", "drafted"]
    assert reading(ledger.size) == size
    assert reading(lambda: list(checkout.stops(checkout.find(number)))) == [2]


def test_an_offer_announced_meanwhile_is_another_one_and_must_be_read_again(lite: Flask) -> None:
    one, other = _two(lite)
    c1 = make_organisation(lite, "c1")
    number = together.prepared(c1, [one, other])
    announce(other)
    with pytest.raises(Conflict) as refused:
        together.send(c1, number)
    assert (refused.value.code, refused.value.params["number"]) == (
        "stale_digest",
        together.numbers(number)[1],
    )
    transaction(lambda: checkout.redraft(c1.actor, checkout.find(number)).number)
    together.send(c1, number)
    assert len({together.contract_of(each) for each in together.numbers(number)}) == 2


def test_a_license_taken_alone_meanwhile_stops_the_list(lite: Flask) -> None:
    one, other = _two(lite)
    c1 = make_organisation(lite, "c1")
    number = together.prepared(c1, [one, other])
    taking.taken(c1, other)
    with pytest.raises(Conflict) as refused:
        together.send(c1, number)
    assert (refused.value.code, refused.value.field) == ("already_licensed", "lines.2")


def test_a_notice_of_a_list_is_not_sent_by_itself(lite: Flask) -> None:
    one, other = _two(lite)
    c1 = make_organisation(lite, "c1")
    number = together.numbers(together.prepared(c1, [one, other]))[0]
    with pytest.raises(Conflict) as refused:
        taking.send(c1, number)
    assert refused.value.code == "sent_with_list"
    with pytest.raises(Conflict):
        transaction(lambda: contracts.redraft(c1.actor, register.find(number)).number)


def test_signatures_made_apart_or_in_another_order_do_not_send_a_list(lite: Flask) -> None:
    one, other = _two(lite)
    c1 = make_organisation(lite, "c1")
    number = together.prepared(c1, [one, other])
    fields = reading(lambda: checkout.listed(checkout.find(number)).statements)
    turned = together.signed(c1, [fields[1], fields[0]])
    for said in ([c1.sign(each) for each in fields], turned, [turned[1], turned[0]]):
        with pytest.raises(Conflict) as refused:
            transaction(lambda said=said: checkout.send(c1.actor, checkout.find(number), said).number)  # type: ignore[misc]
        assert refused.value.code == "stale_digest"


def test_another_list_takes_the_place_of_one_that_was_not_sent(app: Flask) -> None:
    one, other = _two(app)
    c1 = make_organisation(app, "c1")
    together.prepared(c1, [one, other])
    kept = together.prepared(c1, [other])
    assert reading(lambda: db.session.query(checkout.Checkout).count()) == 1
    assert reading(lambda: db.session.query(Acceptance).count()) == 1
    assert reading(lambda: db.session.query(Contract).count()) == 1
    together.send(c1, kept)


def test_a_list_is_neither_empty_nor_too_long_nor_holds_an_offer_twice(lite: Flask) -> None:
    one, c1 = published(lite), make_organisation(lite, "c1")
    for listed, code in (([], "list_empty"), ([one, one], "list_twice"), ([one] * 51, "list_too_long")):
        with pytest.raises(Refused) as refused:
            together.prepared(c1, listed)
        assert refused.value.code == code
    with pytest.raises(Refused) as refused:
        together.prepared(one.holder, [one])
    assert (refused.value.code, refused.value.field) == ("own_offer", "lines.1")


def test_thirty_two_presses_send_one_list_once(app: Flask) -> None:
    listed = _two(app)
    c1 = make_organisation(app, "c1")
    number = together.prepared(c1, listed)
    said, size = together.statements_of(c1, number), reading(ledger.size)

    def work() -> str:
        return transaction(lambda: checkout.send(c1.actor, checkout.find(number), said).number)

    answers = at_once(app, [work] * ACTS)
    assert answers.count(number) == 1, answers
    assert set(answers) <= {number, "already_sent", "busy"}
    assert reading(ledger.size) == size + 6  # for each: its key, the notice, the effect
    assert reading(lambda: ledger.audit().exit_code) == 0


def test_two_lists_with_one_offer_in_common_never_both_go_out(app: Flask) -> None:
    one, other = _two(app)
    third = published(app, one.holder, one.venue)
    c1 = make_organisation(app, "c1")
    single = taking.drafted(c1, other)
    number = together.prepared(c1, [third, other, one])
    said, alone = (
        together.statements_of(c1, number),
        c1.sign(reading(lambda: register.find(single).statement_fields)),
    )

    def listed() -> str:
        return transaction(lambda: checkout.send(c1.actor, checkout.find(number), said).number)

    def by_itself() -> str:
        return transaction(lambda: contracts.accept(c1.actor, register.find(single), alone).number)

    answers = at_once(app, [listed, by_itself])
    assert sorted(answers)[-1] == "already_licensed", answers
    live = reading(lambda: [row.state for row in db.session.query(Acceptance) if row.state == "effective"])
    assert len(live) == (3 if answers[0] == number else 1)


def _two(app: Flask) -> tuple[Offer, Offer]:
    first = published(app)
    return first, published(app, first.holder, first.venue)
