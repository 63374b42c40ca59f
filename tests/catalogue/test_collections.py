"""Collections: one's own open offers on one page, in order, without a price of their own."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from registry import clock
from registry.catalogue import collections
from registry.catalogue import service as catalogue
from registry.catalogue.collecting import COLLECTION, CollectionState, refusals
from registry.catalogue.rules import SearchQuery
from registry.database import db, new_id, transaction
from registry.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from registry.licenses.models import Declaration
from registry.parties.models import Organisation
from registry.parties.rules import Actor, Role
from tests.browser import Browser
from tests.catalogue.offers import offer
from tests.factories import Person, make_organisation, make_venue, reading
from tests.wishes import machine

ANNOUNCED: dict[str, Any] = {"cnipa_status": "announced", "cnipa_announced_on": date(2026, 11, 1)}
HOLDER = "闵行云析信息技术有限公司（演示）"


def owner(role: Role = Role.OWNER, name: str = HOLDER) -> Actor:
    """Somebody of the organisation whose offers tests.catalogue.offers makes."""

    def work() -> Actor:
        found = db.session.scalars(select(Organisation).where(Organisation.name == name)).one()
        return Actor(account_id=new_id(), organisation_id=found.id, role=role, confirmed=True)

    return reading(work)


def given(*numbers: str, **changes: Any) -> dict[str, Any]:
    return {"title": "文件共享（2 件）", "words": "用于企业文件服务。", "offers": list(numbers), **changes}


def made(actor: Actor, *numbers: str, **changes: Any) -> str:
    return transaction(lambda: collections.make(actor, given(*numbers, **changes)).number)


def codes(title: str = "焊接机器人夹具（3 件）", words: str = "", count: int = 3) -> list[str]:
    return [one.code for one in refusals(title, words, [str(n) for n in range(count)], date(2026, 11, 22))]


def close(number: str) -> None:
    def work() -> None:
        row = db.session.scalars(select(Declaration).where(Declaration.number == number)).one()
        row.state = "terminated"
        catalogue.index(row.id)

    transaction(work)


def test_a_retired_collection_can_only_be_restored() -> None:
    assert COLLECTION.verbs(CollectionState.RETIRED) == ("restore",)


def test_words_that_advertise_or_name_a_price_for_the_whole_are_refused() -> None:
    assert codes() == []
    assert codes(words="三件一起用于同一台焊接机器人，分别覆盖臂架、支撑和夹具。") == []
    for words in ("打包价 5 万元", "三件一起八折", "两件９折", "Package price on request", "共 50000元"):
        assert codes(words=words) == ["collection_price"], words
    assert codes(title="国内首创的夹具") == ["advertising_words"]
    assert codes(count=1) == ["too_few"]
    assert codes(count=51) == ["too_many"]


def test_a_collection_keeps_its_order_and_shows_an_ended_offer_as_ended(app: Flask) -> None:
    one, two, three = offer(), offer(), offer()
    number = made(owner(), three, one, two)
    transaction(lambda: collections.edit(owner(), collections.find(number), given(two, three, one)))
    rows = reading(lambda: collections.offers_of(collections.find(number)))
    assert [row.number for row in rows] == [two, three, one]
    close(two)
    rows = reading(lambda: collections.offers_of(collections.find(number)))
    assert [str(catalogue.offer_tag(row)) == "ended" for row in rows] == [True, False, False]
    transaction(lambda: collections.edit(owner(), collections.find(number), given(one, two)))
    with pytest.raises(Refused, match="collection_not_own"):
        made(owner(), one, two)


def test_search_looks_into_a_public_collection_only(app: Flask) -> None:
    one, two, _other = offer(), offer(), offer()
    number = made(owner(), one, two)
    wanted = SearchQuery(collection=number)
    assert {row.number for row in reading(lambda: catalogue.search(wanted)).rows} == {one, two}
    transaction(lambda: collections.retire(owner(), collections.find(number)))
    assert reading(lambda: catalogue.search(wanted)).count == 0
    with pytest.raises(Conflict, match="wrong_state"):
        transaction(lambda: collections.edit(owner(), collections.find(number), given(one, two)))
    db.session.rollback()
    transaction(lambda: collections.restore(owner(), collections.find(number)))
    assert reading(lambda: len(collections.of_offer(one))) == 1


def test_nobody_groups_anothers_offers_or_changes_anothers_collection(lite: Flask) -> None:
    mine, more, others = offer(), offer(), offer(holders=("别人的公司",))
    with pytest.raises(Refused, match="collection_not_own"):
        made(owner(), mine, others)
    db.session.rollback()
    number = made(owner(), mine, more)
    stranger = owner(name="别人的公司")
    for act in (collections.retire, collections.restore):
        with pytest.raises(NotFound):
            act(stranger, collections.find(number))
    with pytest.raises(NotAllowed):
        collections.retire(owner(Role.FINANCE), collections.find(number))
    with pytest.raises(Refused, match="no_organisation"):
        collections.make(Actor(account_id=new_id(), role=Role.GUEST), given(mine, more))


def test_what_is_wrong_stands_beside_each_field_at_once(lite: Flask) -> None:
    one = offer()
    with pytest.raises(Invalid) as refused:
        made(owner(), one, one, title="国内首创", words="三件九折")
    assert [(each.field, each.code) for each in refused.value.refusals] == [
        ("title", "advertising_words"),
        ("words", "collection_price"),
        ("offers", "collection_twice"),
    ]


@pytest.fixture
def holder(lite: Flask) -> Person:
    """An organisation with accounts whose offers stand in the index."""
    person = make_organisation(lite, "c2")
    for title in ("机器人焊接回转支撑装置", "焊接机器人旋转臂架"):
        offer(holders=("闵行云析信息技术有限公司",), title=title, **ANNOUNCED)
    return person


def test_a_holder_makes_changes_and_retires_one_through_the_pages(lite: Flask, holder: Person) -> None:
    page = Browser(lite).sign_in(holder.email).get("/collections/new")
    names = [name for name in page.form("/collections/new").fields if name.startswith("places.")]
    assert len(names) == 2
    script = "<script>alert(1)</script>"
    page.submit({"title": f"夹具{script}", "words": "", names[0]: "2", names[1]: "x"})
    assert page.status == 422
    assert 'value="x"' in page.html
    page.submit({names[1]: "1"})
    assert page.status == 200
    assert script not in page.html
    assert "没有整包的价格" in page.text
    number = page.address.rpartition("/")[2]
    listing = names[0].removeprefix("places.")
    public = Browser(lite)
    assert f'href="/collections/{number}"' in public.get(f"/offers/{listing}").html
    assert "夹具" in public.get("/collections").text
    assert f"专利包 {number}" in public.get(f"/search?collection={number}").text
    assert f'value="{listing}"' in public.get(f"/collections/{number}").html
    wanted = public.form("/basket/add").fields.getlist("offer")
    assert sorted(wanted) == sorted(name.removeprefix("places.") for name in names)
    page.get(f"/collections/{number}/edit").submit({"title": "夹具", names[0]: None})
    assert page.status == 422
    page.get(f"/collections/{number}").submit(action=f"/collections/{number}/retire")
    assert "已经撤下" in public.get(f"/collections/{number}").text
    assert "夹具" in page.get("/collections/mine").text


def test_machines_make_read_and_retire_one(lite: Flask, holder: Person) -> None:
    knock = machine(lite, holder)
    found = lite.test_client().get("/api/v1/offers").json["offers"]
    body = {"title": "夹具（2 件）", "offers": [one["number"] for one in found]}
    answer = knock("POST", "/api/v1/collections", body)
    assert answer.status_code == 201
    number = answer.json["number"]
    assert [one["number"] for one in answer.json["offers"]] == body["offers"]
    assert lite.test_client().get("/api/v1/collections").json["collections"][0]["number"] == number
    assert knock("PUT", f"/api/v1/collections/{number}", {**body, "words": "打八折"}).status_code == 422
    assert knock("POST", f"/api/v1/collections/{number}/retire").json["offers"] == []


def test_an_operator_groups_the_offers_of_its_venue_and_no_others(lite: Flask) -> None:
    one, two = offer(), offer()
    operator = make_venue(lite, "v2")
    with pytest.raises(Invalid) as refused:
        made(operator.actor, one, two)
    assert {each.code for each in refused.value.refusals} == {"collection_not_own"}
    db.session.rollback()

    def move() -> None:
        for row in db.session.scalars(select(Declaration)):
            row.venue_id = operator.venue_id
            catalogue.index(row.id)

    transaction(move)
    number = made(operator.actor, one, two)
    assert reading(lambda: collections.find(number).owner) == "江畔技术交易所"
    assert clock.now() - reading(lambda: collections.find(number).created_at) < timedelta(minutes=1)
