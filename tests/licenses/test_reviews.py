"""Review, publication, two-person overrides, CNIPA's announcement, pauses and endings."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from registry import clock, history
from registry.database import db, transaction
from registry.errors import Invalid, NotAllowed, NotFound, Refused
from registry.jobs import HANDLERS, Job
from registry.ledger import service as ledger
from registry.licenses import offers, register, review_queue, reviews
from registry.licenses.models import Override
from registry.licenses.rules import Track
from registry.parties.models import Mail
from registry.parties.rules import Role
from registry.patents import service as patents
from tests import factories
from tests.factories import LUMP

OVER_CAP = {**LUMP, "amount": "30000000.00"}


@pytest.fixture
def handed_in(lite: Flask) -> tuple[factories.Person, factories.Person, str]:
    holder, venue = factories.make_organisation(lite), factories.make_venue(lite)
    return holder, venue, factories.submitted(lite, holder, venue)


def last_filing():
    return factories.reading(lambda: ledger.filed_at(ledger.size() - 1)[1])


def jobs_named(name: str) -> int:
    return db.session.query(Job).filter_by(name=name).count()


def approve(venue: factories.Person, number: str) -> None:
    transaction(lambda: reviews.approve(venue.actor, register.find(number)))


def override(app: Flask, first: factories.Person, number: str, rule: str) -> Override:
    act = factories.reading(lambda: reviews.override_act(register.find(number), rule, "国际标准必要专利"))
    statement = first.sign(act.statement)
    transaction(lambda: reviews.ask_override(first.actor, register.find(number), act, statement).rule)
    return reviews.overrides_of(register.find(number))[rule]


def second(person: factories.Person, number: str, rule: str) -> None:
    fields = factories.reading(
        lambda: reviews.second_statement(
            reviews.overrides_of(register.find(number))[rule], register.find(number)
        )
    )
    statement = person.sign(fields)
    transaction(
        lambda: reviews.approve_override(
            person.actor, reviews.overrides_of(register.find(number))[rule], statement
        )
    )


def test_the_queue_shows_the_oldest_first_with_what_is_remarkable(lite: Flask) -> None:
    holder, venue = factories.make_organisation(lite), factories.make_venue(lite)
    numbers = [factories.submitted(lite, holder, venue, fee=fee) for fee in (OVER_CAP, LUMP)]
    queued = review_queue.queue(venue.actor)
    assert [one.declaration.number for one in queued] == numbers
    assert queued[0].flags == ("over_cap", "to_decide", "first_declaration")
    assert queued[0].age == 0


def test_another_venue_sees_and_does_nothing(lite: Flask, handed_in) -> None:
    _, _, number = handed_in
    other = factories.make_venue(lite, "v2")
    assert review_queue.queue(other.actor) == []
    with pytest.raises(NotFound):
        transaction(lambda: reviews.take_up(other.actor, register.find(number)))


def test_a_holder_does_not_review_itself(handed_in) -> None:
    holder, _, number = handed_in
    with pytest.raises(NotAllowed):
        transaction(lambda: reviews.take_up(holder.actor, register.find(number)))


def test_every_line_has_evidence_and_an_answer_before_publication(handed_in) -> None:
    _, venue, number = handed_in
    transaction(lambda: reviews.take_up(venue.actor, register.find(number)))
    assert list(reviews.evidence(register.find(number))) == list(reviews.LINES)
    assert reviews.evidence(register.find(number))["number"].facts[0][1].startswith("ZL")
    with pytest.raises(Invalid) as refused:
        approve(venue, number)
    assert {one.code for one in refused.value.refusals} == {"line_unanswered"}
    factories.pass_all(venue, number)
    approve(venue, number)
    assert register.find(number).state == "published"
    assert jobs_named("catalogue.index") >= 1


def test_a_problem_needs_words_and_sends_back_with_them(handed_in) -> None:
    holder, venue, number = handed_in
    factories.pass_all(venue, number)
    with pytest.raises(Refused, match="reasons_missing"):
        transaction(lambda: reviews.send_back(venue.actor, register.find(number)))
    with pytest.raises(Refused, match="required"):
        transaction(lambda: reviews.note_line(venue.actor, register.find(number), "fee", "problem"))
    transaction(lambda: reviews.note_line(venue.actor, register.find(number), "fee", "problem", "口径不清"))
    with pytest.raises(Refused, match="line_problem"):
        approve(venue, number)
    transaction(lambda: reviews.send_back(venue.actor, register.find(number), "请一并补交收据"))
    letters = db.session.query(Mail).filter_by(address=holder.email).all()
    assert any("口径不清" in one.body and "请一并补交收据" in one.body for one in letters)
    assert reviews.lines_of(register.find(number))["fee"].note == "口径不清"


def test_a_refusal_names_one_of_the_nine_bars(handed_in) -> None:
    _, venue, number = handed_in
    transaction(lambda: reviews.take_up(venue.actor, register.find(number)))
    with pytest.raises(Refused, match="not_a_choice"):
        transaction(lambda: reviews.refuse(venue.actor, register.find(number), ground="price", words="太贵"))
    transaction(lambda: reviews.refuse(venue.actor, register.find(number), ground="B2", words="程序已中止"))
    assert register.find(number).state == "refused"


def test_a_bar_that_arises_during_review_stops_publication(handed_in) -> None:
    holder, venue, number = handed_in
    factories.pass_all(venue, number)
    day = clock.today()
    pledge = {"kind": "pledge", "starts_on": day, "consented": False}
    patent = register.find(number).patent.number
    transaction(
        lambda: patents.set_state(
            holder.actor, patents.find(patent), annuity_paid_to=day + timedelta(days=9), facts=[pledge]
        )
    )
    with pytest.raises(Refused, match="bar_pledge"):
        approve(venue, number)


def test_a_cap_is_set_aside_by_two_persons_who_both_sign(app: Flask) -> None:
    holder, venue = factories.make_organisation(app), factories.make_venue(app)
    colleague = factories.make_member(app, venue, Role.OPERATOR)
    number = factories.submitted(app, holder, venue, fee=OVER_CAP)
    factories.pass_all(venue, number)
    with pytest.raises(Refused, match="fee_over_cap"):
        approve(venue, number)
    override(app, venue, number, "fee_over_cap")
    with pytest.raises(Refused, match="fee_over_cap"):
        approve(venue, number)  # asked is not approved
    with pytest.raises(Refused, match="same_person"):
        second(venue, number, "fee_over_cap")
    second(colleague, number, "fee_over_cap")
    filed = last_filing()
    assert filed.type == "override.recorded"
    assert {said.kid for said in filed.statements} == {venue.signer.kid, colleague.signer.kid}
    approve(venue, number)
    assert register.find(number).state == "published"
    db.session.rollback()
    assert ledger.audit().exit_code == 0


def test_nobody_sets_aside_what_the_law_leaves_no_room_for(handed_in) -> None:
    _, venue, number = handed_in
    factories.pass_all(venue, number)
    with pytest.raises(Refused, match="not_a_choice"):
        reviews.override_act(register.find(number), "bar_annuity", "先放行")
    with pytest.raises(Refused, match="override_needless"):
        reviews.override_act(register.find(number), "fee_over_cap", "先放行")


def test_an_announcement_opens_the_statutory_track_from_its_day(lite: Flask) -> None:
    offer = factories.published(lite, opening={"open_from": "announcement"})
    closed = offers.standing(register.find(offer.number))
    assert isinstance(closed, Refused)
    assert closed.code == "offer_not_announced"
    day = clock.today() - timedelta(days=3)
    factories.announce(offer, day)
    declaration = register.find(offer.number)
    assert offers.standing(declaration) is Track.STATUTORY
    assert offers.status_tag(declaration) == "announced"
    filed = last_filing()
    assert (filed.type, filed.fields["cnipa_day"]) == ("declaration.announced", day.isoformat())


def test_an_announcement_of_tomorrow_is_refused(lite: Flask) -> None:
    offer = factories.published(lite)
    with pytest.raises(Refused, match="day_future"):
        factories.announce(offer, clock.today() + timedelta(days=1))


def test_an_announcement_before_publication_goes_into_the_publication(handed_in) -> None:
    holder, venue, number = handed_in
    size = ledger.size()
    db.session.rollback()
    offer = factories.Offer(number=number, patent="", holder=holder, venue=venue)
    cnipa = factories.announce(offer)
    assert factories.reading(ledger.size) == size
    factories.pass_all(venue, number)
    approve(venue, number)
    filed = last_filing()
    assert filed.fields["cnipa_number"] == cnipa
    assert filed.fields["cnipa_status"] == "announced"


def test_a_pause_takes_no_notices_and_tells_holder_and_licensees(lite: Flask) -> None:
    offer = factories.published(lite)
    day = clock.today()
    transaction(lambda: reviews.pause(offer.venue.actor, register.find(offer.number), ground="B3", since=day))
    declaration = register.find(offer.number)
    assert offers.standing(declaration).code == "offer_paused"
    assert jobs_named("contracts.must_withdraw") == 1
    assert last_filing().type == "declaration.paused"
    transaction(lambda: reviews.resume(offer.venue.actor, register.find(offer.number), words="已补缴"))
    assert offers.standing(register.find(offer.number)) is Track.LOCAL
    assert last_filing().type == "declaration.resumed"


def test_a_pause_under_an_open_withdrawal_stands_beside_it(lite: Flask) -> None:
    offer = factories.published(lite)
    factories.announce(offer)
    factories.withdraw(lite, offer)
    venue, since = offer.venue.actor, clock.today()
    transaction(lambda: reviews.pause(venue, register.find(offer.number), ground="B1", since=since))
    declaration = register.find(offer.number)
    assert declaration.state == "withdrawal_filed"
    assert offers.standing(declaration).code == "offer_paused"
    transaction(lambda: reviews.reject_withdrawal(venue, register.find(offer.number), words="不符合规定"))
    assert register.find(offer.number).state == "paused"
    transaction(lambda: reviews.resume(venue, register.find(offer.number)))
    assert offers.standing(register.find(offer.number)) is Track.STATUTORY


@pytest.mark.parametrize(("verb", "state"), [("terminate", "terminated"), ("revoke", "revoked")])
def test_what_the_office_ends_is_ended_here_with_its_reason_closed(
    lite: Flask, verb: str, state: str
) -> None:
    offer = factories.published(lite)
    end = getattr(reviews, verb)
    transaction(lambda: end(offer.venue.actor, register.find(offer.number), words="虚假声明"))
    declaration = register.find(offer.number)
    assert declaration.state == state
    assert offers.standing(declaration).code == "offer_not_open"
    filed = last_filing()
    assert filed.fields["ground"] == state
    assert "虚假声明" not in str(filed.fields)
    assert jobs_named("contracts.after_withdrawal") == 1


def test_every_move_leaves_who_when_and_on_what_article(lite: Flask) -> None:
    offer = factories.published(lite)
    rows = history.of(register.find(offer.number))
    moves = {row.verb: row for row in rows}
    assert [moves[verb].after for verb in ("submit", "take_up", "approve")] == [
        "submitted",
        "under_review",
        "published",
    ]
    assert moves["approve"].changes["article"].startswith("PL 50")
    assert moves["approve"].account_id == offer.venue.actor.account_id


def test_offers_whose_annuity_day_has_passed_are_listed_for_a_new_check(lite: Flask) -> None:
    offer = factories.published(lite)
    venue = offer.venue.actor
    assert list(review_queue.due_for_recheck(venue)) == []  # its review has compared it with the register
    with time_machine.travel(clock.now() + timedelta(days=review_queue.RECHECK_DAYS + 1)):
        assert len(review_queue.due_for_recheck(venue)) == 1
        transaction(lambda: patents.mark_checked(venue, patents.find(offer.patent)))
        assert list(review_queue.due_for_recheck(venue)) == []
    db.session.rollback()
    late = clock.today() - timedelta(days=1)
    transaction(
        lambda: patents.set_state(offer.holder.actor, patents.find(offer.patent), annuity_paid_to=late)
    )
    assert [one.number for one in review_queue.due_for_recheck(venue)] == [offer.number]
    assert jobs_named("offers.recheck") == 1


def test_a_bar_that_arises_under_an_open_offer_is_brought_before_the_venue(lite: Flask) -> None:
    offer = factories.published(lite)
    late = clock.today() - timedelta(days=1)
    transaction(
        lambda: patents.set_state(offer.holder.actor, patents.find(offer.patent), annuity_paid_to=late)
    )
    HANDLERS["offers.recheck"]({"patent": str(factories.reading(lambda: patents.find(offer.patent).id))})
    letters = db.session.query(Mail).filter_by(address=offer.venue.email).all()
    assert any("B3" in one.body and offer.number in one.body for one in letters)


def test_what_cnipa_did_not_accept_may_be_filed_again(lite: Flask) -> None:
    offer = factories.published(lite)
    venue = offer.venue.actor
    transaction(lambda: reviews.file_with_cnipa(venue, register.find(offer.number)))
    transaction(lambda: reviews.cnipa_declined(venue, register.find(offer.number), words="缺少签章"))
    assert register.find(offer.number).cnipa_status == "not_filed"
    transaction(lambda: reviews.file_with_cnipa(venue, register.find(offer.number)))
    assert register.find(offer.number).cnipa_status == "filed"
    assert offers.standing(register.find(offer.number)) is Track.LOCAL
