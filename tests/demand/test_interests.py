"""Interest before the announcement: it binds nobody, counts once its address answered, and is told once."""

from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from registry import clock
from registry.database import db, transaction
from registry.demand import interests, rules, tasks
from registry.demand.models import Interest
from registry.demand.rules import INTEREST, InterestState
from registry.errors import Conflict, NotFound, Refused, TooOften
from registry.history import History
from registry.licenses import announcements, register
from registry.parties.models import Mail
from tests.browser import Browser, run_jobs
from tests.factories import (
    FREE,
    Offer,
    Person,
    announce,
    make_account,
    make_organisation,
    make_venue,
    published,
    reading,
    ready_draft,
    withdraw,
)
from tests.wishes import SAID, interested, machine, waiting_offer


def letters(address: str) -> list[str]:
    return reading(
        lambda: list(
            db.session.scalars(select(Mail.subject).where(Mail.address == address).order_by(Mail.created_at))
        )
    )


def row_of(interest: str) -> Interest:
    return interests.find(UUID(interest))


def state_of(interest: str) -> str:
    return reading(lambda: row_of(interest).state)


def link_in(address: str) -> str:
    """The path of the newest letter's own link."""
    bodies = reading(
        lambda: list(
            db.session.scalars(select(Mail.body).where(Mail.address == address).order_by(Mail.created_at))
        )
    )
    return next(word for word in bodies[-1].split() if "/interests/" in word).removeprefix("http://localhost")


def count(offer: Offer) -> int:
    return reading(lambda: interests.count_of(offer.number))


def two_people(app: Flask) -> tuple[Person, Person]:
    return make_account(app, "one@example.cn"), make_account(app, "two@example.cn")


def pause(offer: Offer) -> None:
    declaration = register.find(offer.number)
    announcements.pause(offer.venue.actor, declaration, ground="B3", since=clock.today())


def test_no_state_is_a_dead_end_before_the_person_may_leave() -> None:
    for state in InterestState:
        assert state == InterestState.WITHDRAWN or INTEREST.allows(state, "withdraw")
    assert INTEREST.verbs(InterestState.WITHDRAWN) == ()


def test_everyone_who_waits_is_told_once_when_the_announcement_is_entered(app: Flask) -> None:
    offer, one, two = (
        waiting_offer(app),
        make_account(app, "one@example.cn"),
        make_account(app, "two@example.cn"),
    )
    first, second = interested(offer, one.actor), interested(offer, two.actor)
    transaction(lambda: interests.withdraw(two.actor, row_of(second)))
    announce(offer)
    run_jobs()
    transaction(lambda: interests.settle(register.find(offer.number).id))
    told = [subject for subject in letters("one@example.cn") if "现在可以取得" in subject]
    assert len(told) == 1
    assert not [subject for subject in letters("two@example.cn") if "现在可以取得" in subject]
    assert (state_of(first), state_of(second)) == ("told", "withdrawn")
    moves = reading(
        lambda: list(db.session.scalars(select(History.verb).where(History.subject_id == UUID(first))))
    )
    assert sorted(moves) == ["confirm", "tell"]


def test_an_offer_that_closes_without_opening_says_so(lite: Flask) -> None:
    offer, one = waiting_offer(lite), make_account(lite, "one@example.cn")
    interest = interested(offer, one.actor)
    withdraw(lite, offer)
    tasks.look({})
    assert state_of(interest) == "ended"
    assert "未开放即结束" in letters("one@example.cn")[-1]


def test_a_paused_offer_keeps_its_people_waiting(lite: Flask) -> None:
    offer, one = waiting_offer(lite), make_account(lite, "one@example.cn")
    interest = interested(offer, one.actor)
    transaction(lambda: pause(offer))
    tasks.look({})
    assert state_of(interest) == "open"


@pytest.mark.parametrize("opening", ["now", "announcement"])
def test_only_an_offer_that_waits_takes_interests(lite: Flask, opening: str) -> None:
    offer, one = (
        published(lite, fee=FREE, opening={"open_from": opening}),
        make_account(lite, "one@example.cn"),
    )
    if opening == "announcement":
        announce(offer)
    with pytest.raises(Conflict, match="offer_not_waiting"):
        interested(offer, one.actor)


def test_a_declaration_that_is_not_published_is_nobodys_business(lite: Flask) -> None:
    holder, venue = make_organisation(lite, "u1"), make_venue(lite, "v1")
    number = ready_draft(lite, holder, venue)
    visitor = Browser(lite).get("/login")
    said = {**SAID, "email": "v@example.cn", "csrf_token": visitor.form("/login").fields["csrf_token"]}
    assert visitor.post(f"/offers/{number}/interest", said).status == 404
    assert visitor.get(f"/offers/{number}/interest").status == 404
    assert letters("v@example.cn") == []


def test_the_holder_cannot_be_interested_in_its_own_offer(lite: Flask) -> None:
    offer = waiting_offer(lite)
    with pytest.raises(Refused, match="own_offer"):
        interested(offer, offer.holder.actor)


def test_a_visitors_address_counts_for_nothing_until_it_answers(app: Flask) -> None:
    offer = waiting_offer(app)
    interest = interested(offer, None, email="visitor@example.cn")
    assert (count(offer), state_of(interest)) == (0, "unconfirmed")
    announce(offer)
    run_jobs()
    assert not [subject for subject in letters("visitor@example.cn") if "现在可以取得" in subject]
    transaction(lambda: interests.confirm(row_of(interest)))
    assert (count(offer), state_of(interest)) == (1, "open")
    tasks.look({})
    assert state_of(interest) == "told"


def test_an_address_nobody_confirmed_is_forgotten_and_what_was_told_is_blanked_later(lite: Flask) -> None:
    offer, one = waiting_offer(lite), make_account(lite, "one@example.cn")
    stale, told = interested(offer, None, email="visitor@example.cn"), interested(offer, one.actor)
    announce(offer)
    run_jobs()
    with time_machine.travel(clock.now() + rules.UNCONFIRMED_KEPT + timedelta(hours=1)):
        transaction(interests.clean)
        with pytest.raises(NotFound):
            row_of(stale)
        db.session.rollback()
        assert reading(lambda: row_of(told).email) == "one@example.cn"
    with time_machine.travel(clock.now() + rules.TOLD_KEPT + timedelta(hours=1)):
        transaction(interests.clean)
        left = reading(lambda: (row_of(told).email, row_of(told).name, row_of(told).use))
        assert left == ("", "", "")


def test_withdrawing_deletes_who_it_was_at_once(app: Flask) -> None:
    offer, one = waiting_offer(app), make_account(app, "one@example.cn")
    interest = interested(offer, one.actor)
    transaction(lambda: interests.withdraw(one.actor, row_of(interest)))
    transaction(lambda: interests.withdraw(None, row_of(interest)))
    left = reading(lambda: (row_of(interest).email, row_of(interest).name, row_of(interest).account_id))
    assert left == ("", "", None)
    again = interested(offer, one.actor)
    assert (again != interest, count(offer)) == (True, 1)


def test_the_same_person_twice_is_one_interest_with_the_newer_words(lite: Flask) -> None:
    offer, one = waiting_offer(lite), make_account(lite, "one@example.cn")
    first = interested(offer, None, email="one@example.cn")
    assert interested(offer, one.actor, use="改作隧道监测。") == first
    assert interested(offer, one.actor, use="再改作边坡监测。") == first
    assert interested(offer, None, email="one@example.cn", use="别人想改的用途。") == first
    assert reading(lambda: (row_of(first).use, row_of(first).state)) == ("再改作边坡监测。", "open")
    assert count(offer) == 1


def test_nobody_withdraws_another_accounts_interest_or_guesses_a_link(lite: Flask) -> None:
    offer, one, other = waiting_offer(lite), make_account(lite, "one@example.cn"), make_account(lite)
    interest = interested(offer, one.actor)
    with pytest.raises(NotFound):
        transaction(lambda: interests.withdraw(other.actor, row_of(interest)))
    with pytest.raises(NotFound):
        interests.by_link(UUID(interest), "A" * 24)
    another = interested(offer, other.actor)
    key = reading(lambda: interests.key_of(row_of(another)))
    with pytest.raises(NotFound):
        interests.by_link(UUID(interest), key)


def test_the_holder_reads_uses_and_a_mail_only_where_it_was_allowed(lite: Flask) -> None:
    offer, one, two = (
        waiting_offer(lite),
        make_account(lite, "one@example.cn"),
        make_account(lite, "two@example.cn"),
    )
    interested(offer, one.actor, use="用途甲。")
    interested(offer, two.actor, use="用途乙。", may_contact=True)
    seen = reading(lambda: interests.seen_by_holder(offer.holder.actor, register.find(offer.number)))
    assert {(each.use, each.email) for each in seen} == {("用途甲。", ""), ("用途乙。", "two@example.cn")}
    stranger = make_organisation(lite, "c1")
    with pytest.raises(NotFound):
        interests.seen_by_holder(stranger.actor, register.find(offer.number))


def test_letters_to_one_address_and_from_one_place_are_counted_in_the_database(lite: Flask) -> None:
    offer = waiting_offer(lite)
    for _ in range(rules.LETTERS):
        interested(offer, None, email="victim@example.cn")
    with pytest.raises(TooOften, match="too_many_attempts"):
        interested(offer, None, email="victim@example.cn", place="198.51.100.1")
    for n in range(rules.LETTERS_FROM - rules.LETTERS):
        interested(offer, None, email=f"other{n}@example.cn")
    with pytest.raises(TooOften, match="too_many_attempts"):
        interested(offer, None, email="last@example.cn")


def test_a_visitor_registers_confirms_and_withdraws_through_the_pages(lite: Flask) -> None:
    offer, script = waiting_offer(lite), "<script>alert(1)</script>"
    run_jobs()
    visitor = Browser(lite)
    visitor.get(f"/offers/{offer.number}")
    assert f'href="/offers/{offer.number}/interest"' in visitor.html
    visitor.get(f"/offers/{offer.number}/interest").submit(
        {"name": "访客", "use": "", "email": "v@example.cn"}
    )
    assert visitor.status == 422
    assert "v@example.cn" in visitor.html
    visitor.submit({"use": script})
    assert "请查收邮件" in visitor.text
    link = link_in("v@example.cn")
    visitor.get(link)
    assert state_of(link.split("/")[2]) == "unconfirmed"
    assert script not in visitor.html
    visitor.submit(action=f"{link}/confirm")
    assert "等待公告" in visitor.text
    holder = Browser(lite).sign_in(offer.holder.email).get(f"/offers/{offer.number}")
    assert "已有 1 人登记" in holder.text  # the public's copy of the page may be a minute old
    holder.get(f"/declarations/{offer.number}/attention")
    assert script in holder.text
    assert script not in holder.html
    assert "v@example.cn" not in holder.html
    visitor.get(link).submit(action=f"{link}/withdraw")
    assert "已撤销" in visitor.text


def test_somebody_signed_in_registers_once_and_withdraws_on_their_own_page(lite: Flask) -> None:
    offer, one = waiting_offer(lite), make_account(lite, "one@example.cn")
    person = Browser(lite).sign_in(one.email).get(f"/offers/{offer.number}/interest")
    person.submit({"use": SAID["use"]})
    assert person.address == "/interests"
    assert "意向已登记" in person.text
    person.submit(action="/interests/")
    assert "已撤销" in person.text
    announce(offer)
    assert person.get(f"/offers/{offer.number}/interest").address == f"/offers/{offer.number}"


def test_english_speaks_of_it_too(lite: Flask) -> None:
    offer = waiting_offer(lite)
    reader = Browser(lite, lang="en").get(f"/offers/{offer.number}/interest")
    assert "Tell me when it opens" in reader.text


def test_machines_register_read_and_withdraw(lite: Flask) -> None:
    offer, one = waiting_offer(lite), make_organisation(lite, "c1")
    mine, holders = machine(lite, one), machine(lite, offer.holder)
    made = mine("POST", f"/api/v1/offers/{offer.number}/interests", {**SAID, "may_contact": True})
    assert (made.status_code, made.json["state"]) == (201, "open")
    assert mine("GET", "/api/v1/interests").json["interests"] == [made.json]
    seen = holders("GET", f"/api/v1/declarations/{offer.number}/attention").json["interests"]
    assert [each["email"] for each in seen] == [one.email]
    mine("POST", f"/api/v1/interests/{made.json['id']}/withdraw")
    counted = lite.test_client().get(f"/api/v1/offers/{offer.number}/interests").json
    assert counted == {"offer": offer.number, "count": 0}
