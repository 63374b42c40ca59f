"""Default and ending: a party's own signed acts, in their order; the registry ends nothing."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, select

from registry import clock
from registry.contracts import default_notices as notices
from registry.contracts import duties, endings, register, schemas
from registry.contracts import service as contracts
from registry.contracts.duty_schemas import DEFAULT_ANSWERS
from registry.database import db, transaction
from registry.errors import Conflict, NotAllowed, NotFound, Refused
from registry.jobs import Job
from tests.contracts import performing as do
from tests.contracts.taking import FIRST_FREE, filings, seen, taken
from tests.factories import make_organisation, make_venue, reading

LATE = timedelta(days=120)


def test_a_default_is_noticed_answered_and_ends_the_license_only_by_the_party(app: Flask) -> None:
    offer, licensee, number = do.licensed(app)
    with time_machine.travel(clock.now() + LATE, tick=True):
        notice = do.notice(offer.holder, number, "report:1")
        assert filings(0)[-1][0] == "default.noticed"
        assert filings(0)[-1][1]["side"] == "licensee"
        do.answer_notice(licensee, notice)
        with pytest.raises(Refused, match="cure_running"):
            do.end(offer.holder, number, notice)
        cure_by = reading(lambda: notices.find(notice).cure_by)
    with time_machine.travel(clock.now() + LATE + timedelta(days=25), tick=True):
        assert cure_by < clock.today()
        transaction(contracts.end_due)
        assert seen(number, "state") == ("effective",)
        ending = do.end(offer.holder, number, notice)
        assert seen(number, "state", "ended_ground") == ("terminated", "breach")
        kind, fields = filings(0)[-1]
        assert (kind, fields["ground"], fields["last_day"]) == (
            "license.ended",
            "breach",
            clock.today().isoformat(),
        )
        assert reading(lambda: notices.find(notice).state) == "ended"
        do.answer_ending(licensee, ending, "accept")
        assert reading(lambda: endings.find(ending).state) == "accepted"


def test_an_objection_goes_to_the_venue_and_a_reversed_ending_leaves_the_license(
    lite: Flask,
) -> None:
    offer, licensee, number = do.licensed(lite)
    last_day = seen(number, "last_day")
    ending = do.end(offer.holder, number, ground="purpose_lost")
    with pytest.raises(Refused, match="required"):
        do.answer_ending(licensee, ending, "object")
    with pytest.raises(Conflict, match="own_notice"):
        do.answer_ending(offer.holder, ending, "accept")
    do.answer_ending(licensee, ending, "object", "没有违约。")
    assert [one.id for one in reading(lambda: endings.of_venue(offer.venue.actor))] == [ending]
    with pytest.raises(NotAllowed):
        do.settle(offer.holder, ending, "reverse")
    with pytest.raises(NotFound):
        do.settle(make_venue(lite, "v2"), ending, "reverse")
    do.settle(offer.venue, ending, "reverse")
    assert seen(number, "state", "ended_on", "last_day") == ("effective", None, *last_day)
    assert [kind for kind, _ in filings(0)][-2:] == ["objection.decided", "license.effective"]
    assert filings(0)[-1][1]["ground"] == "reinstated"


def test_a_reversed_ending_does_not_stand_beside_a_new_license_of_the_same_offer(lite: Flask) -> None:
    offer, licensee, number = do.licensed(lite)
    ending = do.end(offer.holder, number, ground="refused")
    do.answer_ending(licensee, ending, "object", "没有拒绝。")
    taken(licensee, offer)
    with pytest.raises(Conflict, match="already_licensed"):
        do.settle(offer.venue, ending, "reverse")
    assert seen(number, "state") == ("terminated",)
    do.settle(offer.venue, ending, "uphold")


def test_notice_is_given_of_what_is_late_and_once(lite: Flask) -> None:
    offer, licensee, number = do.licensed(lite)
    with pytest.raises(Refused, match="not_late"):
        do.notice(offer.holder, number, "report:1")
    with time_machine.travel(clock.now() + LATE, tick=True):
        with pytest.raises(Refused, match="cure_too_short"):
            do.notice(offer.holder, number, "report:1", days=14)
        with pytest.raises(NotFound):
            do.notice(make_organisation(lite, "c2"), number, "report:1")
        first = do.notice(offer.holder, number, "report:1")
        with pytest.raises(Conflict, match="notice_open"):
            do.notice(offer.holder, number, "report:1")
        with pytest.raises(Conflict, match="own_notice"):
            do.answer_notice(offer.holder, first)
        with pytest.raises(Conflict, match="not_your_notice"):
            transaction(lambda: notices.close(licensee.actor, notices.find(first), "cure"))
        do.report(licensee, number)
        transaction(lambda: notices.close(offer.holder.actor, notices.find(first), "cure"))
        assert reading(lambda: notices.find(first).state) == "cured"
        assert not [one for one in reading(lambda: duties.of(register.find(number))) if one.code == "cure"]


def test_a_delay_alone_ends_nothing_without_a_notice(lite: Flask) -> None:
    offer, _, number = do.licensed(lite)
    with pytest.raises(Refused, match="notice_first"):
        do.end(offer.holder, number)
    do.end(offer.holder, number, ground="refused")
    with pytest.raises(Conflict, match="license_not_in_force"):
        do.end(offer.holder, number, ground="refused")


def test_dues_after_the_end_cease_and_the_lists_say_so(lite: Flask) -> None:
    offer, _, number = do.licensed(lite)

    def keys() -> set[str]:
        return {one.key for one in duties.of(register.find(number))}

    assert "report:4" in reading(keys)
    do.end(offer.holder, number, ground="refused")
    assert reading(keys) == {"report:1", "royalty:1", "answer_ending"}  # for the use before the end (CC 566)


def test_forms_offer_the_answers_the_services_know() -> None:
    assert DEFAULT_ANSWERS == notices.ANSWERS
    assert "stands" in schemas.OUTCOMES


def test_what_was_done_in_the_time_a_notice_gave_ends_no_license(lite: Flask) -> None:
    offer, licensee, number = do.licensed(lite)
    with time_machine.travel(clock.now() + LATE, tick=True):
        notice = do.notice(offer.holder, number, "report:1")
        do.report(licensee, number)
    with time_machine.travel(clock.now() + LATE + timedelta(days=25), tick=True):
        with pytest.raises(Conflict, match="notice_performed"):
            do.end(offer.holder, number, notice)
        assert seen(number, "state") == ("effective",)


def test_what_was_done_too_late_does_not_bar_an_ending(lite: Flask) -> None:
    offer, licensee, number = do.licensed(lite)
    with time_machine.travel(clock.now() + LATE, tick=True):
        notice = do.notice(offer.holder, number, "report:1")
    with time_machine.travel(clock.now() + LATE + timedelta(days=25), tick=True):
        do.report(licensee, number)
        do.end(offer.holder, number, notice)
        assert seen(number, "state") == ("terminated",)


def test_a_reversed_ending_has_the_dues_that_fell_away_asked_for_again(lite: Flask) -> None:
    offer, licensee, number = do.licensed(lite, FIRST_FREE)
    ending = do.end(offer.holder, number, ground="refused")
    do.answer_ending(licensee, ending, "object", "没有拒绝。")
    transaction(lambda: db.session.execute(delete(Job)) and None)
    do.settle(offer.venue, ending, "reverse")
    assert reading(lambda: db.session.scalar(select(Job.name).where(Job.name == "dues.plan"))) == "dues.plan"
