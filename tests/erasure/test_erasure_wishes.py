"""What people left about offers they did not take goes with the account and with the declaration."""

from flask import Flask

from registry.catalogue import collections
from registry.catalogue import service as catalogue
from registry.database import transaction
from registry.demand import interests, needs, reasons
from registry.licenses import register
from tests.erasure.making import administrator, erase, where
from tests.factories import FREE, make_account, make_organisation, published, reading, withdraw
from tests.wishes import interested, need, waiting_offer


def test_interests_go_with_the_account_and_with_the_declaration(app: Flask) -> None:
    first, second = administrator(app, "first@registry.cn"), administrator(app, "second@registry.cn")
    offer = waiting_offer(app)
    one, two = make_account(app, "mu.qingci@private.example"), make_account(app, "other@private.example")
    of_one = ("穆清辞", "为穆家桥做的样机")
    of_two = ("欧阳书桐", "为欧阳桥做的样机")
    interested(offer, one.actor, name=of_one[0], use=of_one[1])
    interested(offer, two.actor, name=of_two[0], use=of_two[1])
    assert len(where(app, [*of_one, *of_two])) >= 4, "else looking would prove nothing"
    erase(first, second, "account", one.email, "request")
    assert where(app, [*of_one, one.email]) == []
    withdraw(app, offer)
    assert reading(lambda: interests.count_of(offer.number)) == 1
    erase(first, second, "declaration", offer.number, "order")
    assert where(app, of_two) == []


def test_the_words_on_a_collection_go_with_its_party(lite: Flask) -> None:
    first, second = administrator(lite, "first@registry.cn"), administrator(lite, "second@registry.cn")
    one = published(lite, fee=FREE)
    two = published(lite, one.holder, one.venue, fee=FREE)
    transaction(catalogue.index_all)
    said = {"title": "穆家两件", "words": "请找穆清辞", "offers": [one.number, two.number]}
    transaction(lambda: collections.make(one.holder.actor, said).number)
    for offer in (one, two):
        withdraw(lite, offer)
        erase(first, second, "declaration", offer.number, "order")
    erase(first, second, "party", str(one.holder.organisation_id), "order")
    assert where(lite, ["穆家两件", "请找穆清辞"]) == []


def test_needs_answers_and_reasons_go_with_whose_they_are(lite: Flask) -> None:
    first, second = administrator(lite, "first@registry.cn"), administrator(lite, "second@registry.cn")
    offer, one = waiting_offer(lite), make_organisation(lite, "c1")
    number = need(one, title="穆家的需求九号", problem="穆家作坊里的秘密问题九号。")
    transaction(lambda: needs.publish(offer.venue.actor, needs.find(number)))
    said = {"words": "穆家可以用我们的", "offer": ""}
    transaction(lambda: needs.answer(offer.holder.actor, needs.find(number), said).id)
    why = {"why": "other", "words": "穆家觉得太贵"}
    transaction(lambda: reasons.say(None, register.find(offer.number), why, place="203.0.113.9"))
    withdraw(lite, offer)
    erase(first, second, "declaration", offer.number, "order")
    assert where(lite, [why["words"]]) == []
    assert len(where(lite, [said["words"]])) >= 2, "the row and the letter"
    erase(first, second, "party", str(offer.holder.organisation_id), "order")
    assert where(lite, [said["words"]]) == []
    erase(first, second, "party", str(one.organisation_id), "order")
    assert where(lite, ["穆家的需求九号", "秘密问题九号"]) == []
    assert reading(lambda: needs.find(number).state) == "ended"
