"""Duties over many licenses: listed late first, as a calendar other programs read, reminded of once."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from flask import Flask
from icalendar import Calendar
from sqlalchemy import event, select

from registry import clock
from registry.contracts import calendars, duties, must_withdraw, register, reminders, tasks
from registry.contracts import default_notices as notices
from registry.contracts.duty_models import CalendarFeed, Reminder
from registry.database import db, transaction
from registry.errors import Conflict, NotAllowed, NotFound
from registry.parties.models import Mail, Membership
from tests.browser import Browser
from tests.contracts import performing as do
from tests.contracts.taking import PER_YEAR, answer, claim, taken
from tests.factories import FREE, make_organisation, published, reading

DAYS = timedelta(days=1)


def unfolded(data: bytes) -> list[str]:
    """The content lines, read without the library that wrote them (RFC 5545 3.1)."""
    text = data.decode()
    assert "\r\n" in text
    assert "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    return re.sub(r"\r\n[ \t]", "", text).strip().split("\r\n")


def of(who: Any) -> bytes:
    return reading(lambda: calendars.file_of(calendars.of_organisation(who.organisation_id), lang="zh"))


def letters() -> list[str]:
    def read() -> list[str]:
        query = select(Mail.subject).order_by(Mail.created_at)
        return [one for one in db.session.scalars(query) if "/ Due" in one or "/ Overdue" in one]

    return reading(read)


def reminded(key: str) -> list[int]:
    query = select(Reminder.days).where(Reminder.key == key)
    return reading(lambda: list(db.session.scalars(query)))


def remind() -> int:
    before = reading(lambda: len(list(db.session.scalars(select(Reminder)))))
    tasks.remind({})
    return reading(lambda: len(list(db.session.scalars(select(Reminder))))) - before


@contextmanager
def counted() -> Iterator[list[str]]:
    said: list[str] = []

    def note(_c: Any, _cu: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield said
    event.remove(db.engine, "before_cursor_execute", note)


# --- the calendar ------------------------------------------------------------------------------------


def test_the_calendar_reads_back_with_stable_uids_and_days_of_shanghai(app: Flask) -> None:
    offer, licensee, number = do.licensed(app)
    lines = unfolded(of(licensee))
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert {"VERSION:2.0", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"} <= set(lines)
    events = {str(one["UID"]): one for one in Calendar.from_ical(of(licensee)).walk("VEVENT")}
    recordal = events[f"{number}.recordal.licensee@test.mingxu.invalid"]
    assert recordal.decoded("DTSTART") == do.day_of(number, "recordal")
    assert type(recordal.decoded("DTSTART")) is date
    assert recordal.decoded("DTEND") == do.day_of(number, "recordal") + DAYS
    assert [one.decoded("TRIGGER") for one in recordal.walk("VALARM")] == [timedelta(days=-7)]
    assert not events[f"{number}.end.licensee@test.mingxu.invalid"].walk("VALARM")
    assert f"{number}.annuity" not in "".join(events)
    assert any(".annuity-" in uid for uid in _uids(of(offer.holder)))
    assert len(events) == len(set(events))


def _uids(data: bytes) -> list[str]:
    return [line for line in unfolded(data) if line.startswith("UID:")]


def test_the_sequence_grows_with_what_happens_and_stays_otherwise(lite: Flask) -> None:
    _, licensee, number = do.licensed(lite)

    def sequence() -> int:
        found = Calendar.from_ical(of(licensee)).walk("VEVENT")
        return next(int(one["SEQUENCE"]) for one in found if ".report-1." in one["UID"])

    before = sequence()
    assert sequence() == before
    with time_machine.travel(clock.now() + timedelta(days=95), tick=True):
        do.report(licensee, number)
        assert sequence() > before
        summary = next(
            str(one["SUMMARY"])
            for one in Calendar.from_ical(of(licensee)).walk("VEVENT")
            if ".report-1." in one["UID"]
        )
        assert summary.startswith("已办")


def test_the_calendar_of_many_licenses_asks_no_more_than_that_of_one(lite: Flask) -> None:
    licensee, first = make_organisation(lite, "c1"), published(lite, fee=FREE)
    taken(licensee, first)
    with counted() as few:
        of(licensee)
    for _ in range(4):
        taken(licensee, published(lite, first.holder, first.venue, fee=FREE))
    with counted() as many:
        of(licensee)
    assert len(many) == len(few)


def test_an_address_is_a_secret_that_dies_with_its_revocation_or_its_person(lite: Flask) -> None:
    _, licensee, number = do.licensed(lite)
    browser = Browser(lite)
    token = transaction(lambda: calendars.subscribe(licensee.actor))
    answer_ = browser.get(f"/calendar/{token}.ics")
    assert answer_.status == 200
    assert answer_.page.mimetype == "text/calendar"
    assert number.encode() in answer_.page.data.replace(b"\r\n ", b"")
    stored = reading(lambda: [one.digest for one in db.session.scalars(select(CalendarFeed))])
    assert token not in "".join(stored)
    assert browser.get(f"/calendar/{token[:-1]}x.ics").status == 404
    feed = reading(lambda: calendars.feeds(licensee.actor)[0].id)
    stranger = make_organisation(lite, "c2")
    with pytest.raises(NotFound):
        transaction(lambda: calendars.revoke(stranger.actor, feed))
    transaction(lambda: calendars.revoke(licensee.actor, feed))
    assert browser.get(f"/calendar/{token}.ics").status == 404
    left = transaction(lambda: calendars.subscribe(licensee.actor))

    def leave() -> None:
        query = select(Membership).where(Membership.account_id == licensee.actor.account_id)
        for one in db.session.scalars(query):
            one.ended_at = clock.now()

    transaction(leave)
    assert browser.get(f"/calendar/{left}.ics").status == 404


def test_addresses_are_counted(lite: Flask) -> None:
    licensee = make_organisation(lite, "c1")
    for _ in range(calendars.FEEDS_MAX):
        transaction(lambda: calendars.subscribe(licensee.actor))
    with pytest.raises(Conflict, match="too_many_feeds"):
        transaction(lambda: calendars.subscribe(licensee.actor))


# --- reminders ---------------------------------------------------------------------------------------


def test_each_distance_is_reminded_of_once_however_often_the_clock_looks(app: Flask) -> None:
    _, _, number = do.licensed(app, FREE)
    due = do.day_of(number, "recordal")
    at = clock.now()

    def travel(day: date) -> Any:
        return time_machine.travel(at + (day - clock.legal_day(at)), tick=True)

    with travel(due - timedelta(days=7)):
        remind()
        assert remind() == 0
        sent = reading(
            lambda: [one.days for one in db.session.scalars(select(Reminder)) if one.key == "recordal"]
        )
        assert sent == [-7]
    with travel(due + timedelta(days=40)):  # a worker that slept writes the newest one only
        remind()
        assert remind() == 0
    sent = reading(
        lambda: [one.days for one in db.session.scalars(select(Reminder)) if one.key == "recordal"]
    )
    assert sorted(sent) == [-7, 30]


def test_two_workers_write_one_reminder(lite: Flask) -> None:
    _, _, number = do.licensed(lite, FREE)
    due = do.day_of(number, "stamp")
    with time_machine.travel(clock.now() + (due - clock.today()), tick=True):
        found = reading(lambda: register.find(number).id)
        first = transaction(lambda: reminders.send(found, "stamp"))
        assert first > 0
        assert transaction(lambda: reminders.send(found, "stamp")) == 0
        assert len([one for one in letters() if number in one or "stamp" in one]) == first


def test_who_switched_reminders_off_gets_none_but_every_notice_of_default(lite: Flask) -> None:
    offer, licensee, number = do.licensed(lite)
    transaction(lambda: reminders.choose(licensee.actor, on=False))
    assert not reading(lambda: reminders.wanted(licensee.actor))
    with time_machine.travel(clock.now() + timedelta(days=120), tick=True):
        found = reading(lambda: register.find(number).id)
        assert transaction(lambda: reminders.send(found, "report:1")) == 0
        made = do.notice(offer.holder, number, "report:1")
        from registry import jobs

        jobs.run_all()
        query = select(Mail.subject).where(Mail.address == licensee.email)
        assert any("催告履行" in one for one in reading(lambda: list(db.session.scalars(query))))
        assert reading(lambda: notices.find(made).state) == "open"
    transaction(lambda: reminders.choose(licensee.actor, on=True))
    assert reading(lambda: reminders.wanted(licensee.actor))


def test_the_night_round_is_queued_once_a_day(lite: Flask) -> None:
    assert transaction(reminders.start)
    assert not transaction(reminders.start)
    with time_machine.travel(clock.now() + DAYS, tick=True):
        assert transaction(reminders.start)


# --- the list ----------------------------------------------------------------------------------------


def test_what_is_late_stands_first_and_events_are_never_late(lite: Flask) -> None:
    _, licensee, number = do.licensed(lite)
    with time_machine.travel(clock.now() + timedelta(days=120), tick=True):
        late = [one.key for one in reading(lambda: duties.of(register.find(number))) if one.late()]
        assert set(late) == {"recordal", "stamp", "report:1"}
        browser = Browser(lite)
        browser.sign_in(licensee.email)
        page = browser.get("/duties").text
        assert page.index("已逾期") < page.index("尽快办理")
        assert "提交提成费报告" in browser.get("/duties?kind=report&side=licensee").text
        assert "没有待办的事项" in browser.get("/duties?side=holder").text
        assert browser.get("/duties/calendar?month=2026-99").status == 404
        assert "<caption>" in browser.get("/duties/calendar").html
        assert browser.get(f"/contracts/{_contract(number)}").status == 200


def _contract(number: str) -> str:
    return reading(lambda: register.find(number).contract.number)


def test_a_paid_due_is_done(lite: Flask) -> None:
    offer = published(lite, fee=PER_YEAR)
    licensee = make_organisation(lite, "c1")
    number = taken(licensee, offer)
    amount = Decimal("8000.00")
    answer(offer.holder, claim(lite, licensee, number, amount=amount), amount=amount)
    found = {one.key: one for one in reading(lambda: duties.of(register.find(number)))}
    assert not found["year:2"].done
    nexts = reading(lambda: duties.next_of(duties.of_side(register.find(number), "licensee")))
    assert nexts is not None
    assert nexts.key == "stamp"


# --- bars --------------------------------------------------------------------------------------------


def test_a_licensee_may_say_that_it_has_read_about_a_bar(lite: Flask) -> None:
    offer, licensee, number = do.licensed(lite, FREE)
    declaration = reading(lambda: register.find(number).declaration_id)
    since = clock.today()

    def tell() -> int:
        return must_withdraw.tell_licensees(declaration, ground="B3", since=since, words="年费逾期")

    assert transaction(tell) == 1
    bar = f"B3 {since}"
    with pytest.raises(NotFound):
        transaction(lambda: must_withdraw.acknowledge(licensee.actor, register.find(number), "B4 2020-01-01"))
    with pytest.raises(NotAllowed):
        transaction(lambda: must_withdraw.acknowledge(offer.holder.actor, register.find(number), bar))
    for _ in range(2):
        transaction(lambda: must_withdraw.acknowledge(licensee.actor, register.find(number), bar))
    other = taken(make_organisation(lite, "c2"), offer)
    assert transaction(tell) == 1
    contract = reading(lambda: register.find(other).contract.number)
    found = reading(lambda: must_withdraw.receipts(declaration))
    assert [(one.bar, one.told, one.answered, one.waiting) for one in found] == [(bar, 2, 1, [contract])]
    page = Browser(lite).sign_in(offer.venue.email).get(f"/venue/reviews/{offer.number}")
    assert "已通知 2 份许可，其中 1 份的被许可方确认已知悉" in page.text
    assert f'href="/contracts/{contract}"' in page.html
