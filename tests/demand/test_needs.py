"""Needs: read by a person, answered by a form, matched once a day, withdrawn at any time."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from registry import clock
from registry.database import db, transaction
from registry.demand import need_rules as rules
from registry.demand import needs, tasks
from registry.errors import Conflict, NotAllowed, NotFound, Refused, TooOften
from registry.parties.models import Mail
from tests.browser import Browser
from tests.catalogue.offers import offer
from tests.factories import Person, make_account, make_organisation, make_venue, reading
from tests.wishes import machine, need

USE = {"summary": "监测数据按结构模态压缩，可以还原。", "industry": "E48", "field": "11"}


def public(venue: Person, who: Person, **changes: object) -> str:
    number = need(who, **changes)
    transaction(lambda: needs.publish(venue.actor, needs.find(number)))
    return number


def letters(address: str, word: str) -> list[str]:
    query = select(Mail.body).where(Mail.address == address, Mail.subject.contains(word))
    return reading(lambda: list(db.session.scalars(query.order_by(Mail.created_at))))


def state_of(number: str) -> str:
    return reading(lambda: needs.find(number).state)


def test_nothing_is_public_before_a_person_has_read_it(app: Flask) -> None:
    one, venue = make_organisation(app, "c1"), make_venue(app, "v1")
    number = need(one)
    for reader in (None, make_organisation(app, "c2").actor):
        with pytest.raises(NotFound):
            needs.seen(reader, number)
    assert reading(lambda: needs.public()[0]) == []
    with pytest.raises(NotAllowed):
        transaction(lambda: needs.publish(one.actor, needs.find(number)))
    transaction(lambda: needs.send_back(venue.actor, needs.find(number), words="请写清楚。"))
    assert "请写清楚" in letters(one.email, "退回")[0]
    with pytest.raises(Conflict, match="wrong_state"):
        transaction(lambda: needs.publish(venue.actor, needs.find(number)))
    given = {name: reading(lambda n=name: getattr(needs.find(number), n)) for name in needs.FIELDS}
    transaction(lambda: needs.send(one.actor, needs.find(number), given))
    transaction(lambda: needs.publish(venue.actor, needs.find(number)))
    assert reading(lambda: needs.seen(None, number).number) == number


def test_offers_that_fit_come_in_one_letter_a_day(app: Flask) -> None:
    fitting = offer(title="桥梁监测数据压缩方法", use=USE)
    offer(title="食用菌废弃基质再利用方法", use={"industry": "A01", "field": "09"})
    one, venue = make_organisation(app, "c1"), make_venue(app, "v2")
    number = public(venue, one)
    tasks.look({})
    tasks.look({})
    (told,) = letters(one.email, "可能合适")
    assert fitting in told
    assert told.count("/offers/") == 1
    second = offer(title="桥梁监测数据存储方法", use=USE, published_at=clock.now())
    tasks.look({})
    assert len(letters(one.email, "可能合适")) == 1, "no second letter on the same day"
    with time_machine.travel(clock.now() + timedelta(days=1)):
        tasks.look({})
        tasks.look({})
    assert len(letters(one.email, "可能合适")) == 2
    assert {row.number for row in reading(lambda: needs.matches_of(needs.find(number)))} == {fitting, second}


def test_a_need_ends_by_itself_and_hears_no_more(lite: Flask) -> None:
    one, venue = make_organisation(lite, "c1"), make_venue(lite, "v1")
    number = public(venue, one, until=clock.today() + timedelta(days=1))
    with time_machine.travel(clock.now() + timedelta(days=2)):
        tasks.look({})
        assert state_of(number) == "ended"
        assert reading(lambda: needs.public()[0]) == []


def test_a_holder_answers_by_a_form_and_no_person_is_named(lite: Flask) -> None:
    one, two, venue = make_organisation(lite, "c1"), make_organisation(lite, "c2"), make_venue(lite, "v1")
    number = public(venue, one)
    said = {"words": "我们有一项合适的许可。", "offer": ""}
    transaction(lambda: needs.answer(two.actor, needs.find(number), said).id)
    (told,) = letters(one.email, "答复")
    assert "闵行云析信息技术有限公司" in told
    assert two.actor.name not in told
    assert two.email not in told
    answers = reading(lambda: [each.words for each in needs.answers_to(one.actor, needs.find(number))])
    assert answers == [said["words"]]
    with pytest.raises(NotFound):
        needs.answers_to(two.actor, needs.find(number))
    with pytest.raises(Refused, match="own_need"):
        transaction(lambda: needs.answer(one.actor, needs.find(number), said))
    for _ in range(rules.ANSWERS_EACH - 1):
        transaction(lambda: needs.answer(two.actor, needs.find(number), said).id)
    with pytest.raises(Conflict, match="need_answered"):
        transaction(lambda: needs.answer(two.actor, needs.find(number), said))
    transaction(lambda: needs.withdraw(one.actor, needs.find(number)))
    with pytest.raises(Conflict, match="need_not_public"):
        transaction(lambda: needs.answer(two.actor, needs.find(number), said))


def test_nobody_touches_anothers_need_or_names_anothers_offer(lite: Flask) -> None:
    one, two, venue = make_organisation(lite, "c1"), make_organisation(lite, "c2"), make_venue(lite, "v1")
    number = public(venue, one)
    with pytest.raises(NotFound):
        transaction(lambda: needs.withdraw(two.actor, needs.find(number)))
    said = {"words": "看这项。", "offer": "MX-D26-0000-0000"}
    with pytest.raises(Refused, match="collection_not_own"):
        transaction(lambda: needs.answer(two.actor, needs.find(number), said))
    guest = make_account(lite, "guest@example.cn")
    with pytest.raises(NotAllowed):
        need(guest)
    assert state_of(number) == "public"


def test_posts_are_counted_in_the_database(lite: Flask) -> None:
    one = make_organisation(lite, "c1")
    for _ in range(rules.POSTS):
        need(one)
    with pytest.raises(TooOften, match="too_many_attempts"):
        need(one)


def test_from_an_empty_search_to_a_public_need_and_its_answer(lite: Flask) -> None:
    one, two, venue = make_organisation(lite, "c1"), make_organisation(lite, "c2"), make_venue(lite, "v1")
    poster = Browser(lite).sign_in(one.email).get("/search?q=量子桥梁")
    assert "/needs/new?q=" in poster.html
    poster.get("/needs/new?q=量子桥梁监测")
    assert 'value="量子桥梁监测"' in poster.html
    script = "<script>alert(1)</script>"
    until = (clock.today() + timedelta(days=30)).isoformat()
    poster.submit({"problem": "请打 13800138000 找我们谈", "until": until})
    assert poster.status == 422
    assert "13800138000" in poster.html
    poster.submit({"problem": f"数据太多存不下。{script}"})
    assert script not in poster.html
    number = poster.address.rpartition("/")[2]
    assert Browser(lite).get(f"/needs/{number}").status == 404
    clerk = Browser(lite).sign_in(venue.email).get("/venue/needs")
    assert number in clerk.html
    clerk.get(f"/needs/{number}").submit(action=f"/venue/needs/{number}/publish")
    reader = Browser(lite).get(f"/needs/{number}")
    assert "浦东智焊装备有限公司" not in reader.html
    assert number in reader.get("/needs").html
    holder = Browser(lite).sign_in(two.email).get(f"/needs/{number}/answer")
    holder.submit({"words": "我们可以。"})
    assert "答复已转达" in holder.text
    assert "我们可以。" in poster.get(f"/needs/{number}").text
    poster.submit(action=f"/needs/{number}/withdraw")
    assert state_of(number) == "withdrawn"


def test_machines_post_read_answer_and_withdraw(lite: Flask) -> None:
    one, two, venue = make_organisation(lite, "c1"), make_organisation(lite, "c2"), make_venue(lite, "v1")
    mine, others = machine(lite, one), machine(lite, two)
    until = (clock.today() + timedelta(days=30)).isoformat()
    body = {
        "title": "降低数据量",
        "problem": "每座桥每年产生几百亿条数据。",
        "industry": "E48",
        "until": until,
    }
    made = mine("POST", "/api/v1/needs", body)
    assert (made.status_code, made.json["state"], made.json["organisation"]) == (201, "waiting", "")
    number = made.json["number"]
    transaction(lambda: needs.publish(venue.actor, needs.find(number)))
    assert [each["number"] for each in others("GET", "/api/v1/needs?industry=E").json["needs"]] == [number]
    assert others("GET", "/api/v1/needs?industry=C").json["needs"] == []
    assert others("POST", f"/api/v1/needs/{number}/answers", {"words": "有一项合适。"}).status_code == 201
    assert mine("POST", f"/api/v1/needs/{number}/withdraw").json["state"] == "withdrawn"


def test_a_holder_sees_needs_near_its_offers_on_its_page_and_desk(lite: Flask) -> None:
    two = make_organisation(lite, "c2")
    offer(holders=("闵行云析信息技术有限公司",), use=USE)
    one, venue = make_organisation(lite, "c1"), make_venue(lite, "v2")
    wider = public(venue, one, industry="E", title="桥梁上的别的问题")
    near, far = public(venue, one), public(venue, one, industry="A01", title="找一种堆肥的方法")
    assert {each.number for each in reading(lambda: needs.for_holder(two.actor))} == {near, wider}
    holder = Browser(lite).sign_in(two.email).get("/needs/mine")
    assert near in holder.html
    assert far not in holder.html
    assert "与我们的许可同行业的需求" in holder.get("/desk").text
