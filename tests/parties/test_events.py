"""The log of security: one event a row and a line, whatever is typed; kept, read, and let go in its time."""

import json
import logging
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from registry import clock, events
from registry.config import Misconfigured, from_environment
from registry.database import db, transaction
from registry.errors import NotAllowed
from registry.events import MOVES, SecurityEvent, What
from registry.parties import event_log
from registry.parties.event_log import Asked
from registry.parties.event_words import DETAILS, KINDS, SUBJECTS
from registry.parties.models import Account
from registry.parties.rules import Actor, Role
from registry.parties.watching import EXPORTS, PERSONAL
from tests.browser import PASSWORD
from tests.factories import make_account, make_organisation, make_venue, reading
from tests.test_abuses import visitor
from tests.world import Visitor

AUDITOR = Actor(account_id=None, role=Role.AUDITOR)


def told(**asked: str) -> list[tuple[str, str, str]]:
    """(what, detail, subject) of the events asked for, oldest first."""
    found = reading(lambda: list(event_log.every(AUDITOR, Asked(**asked))))
    return [(event.what, event.detail, event.subject) for event, _, _ in reversed(found)]


def test_signing_in_failing_and_leaving_are_events_of_the_account(app: Flask) -> None:
    person = make_organisation(app, "u1")
    guest = Visitor(app, None)
    guest.call("POST", "/login", form={"email": person.email, "password": "wrong entirely"})
    guest.call("POST", "/login", form={"email": person.email, "password": PASSWORD})
    visitor(app, person).call("POST", "/logout")
    assert [one[:2] for one in told(account=person.email) if one[0].startswith("sign")] == [
        ("sign_in_failed", "sign_in_wrong"),
        ("sign_in", "sign_in"),
        ("sign_out", ""),
    ]


def test_a_stranger_who_fails_is_an_event_without_an_account_and_without_what_was_typed(lite: Flask) -> None:
    Visitor(lite, None).call("POST", "/login", form={"email": "no@example.cn", "password": "wrong entirely"})
    [row] = reading(lambda: db.session.query(SecurityEvent).filter_by(what="sign_in_failed").all())
    assert row.account_id is None
    assert row.address == "127.0.0.1"
    assert "no@example.cn" not in str(vars(row))


def test_too_many_attempts_are_an_event_although_the_attempt_itself_is_rolled_back(lite: Flask) -> None:
    for _ in range(11):
        Visitor(lite, None).call("POST", "/login", form={"email": "no@example.cn", "password": "wrong pass"})
    assert told(what="throttled") == [("throttled", "sign_in", "")]


def test_a_foreign_thing_knocked_at_is_an_event_and_a_mistyped_address_is_none(lite: Flask) -> None:
    holder, stranger = make_organisation(lite, "u1"), make_organisation(lite, "c1")
    assert visitor(lite, stranger).get("/nowhere").status_code == 404
    path = f"/admin/organisations/{holder.organisation_id}"
    assert visitor(lite, stranger).get(path).status_code in (403, 404)
    [(what, _, subject)] = told(what="refused")
    assert (what, subject) == ("refused", str(holder.organisation_id))


def test_reading_particulars_is_an_event_for_staff_and_none_for_the_party_itself(lite: Flask) -> None:
    holder, venue = make_organisation(lite, "u1"), make_venue(lite, "v1")
    visitor(lite, holder).get("/organisation")
    visitor(lite, venue).get(f"/venue/organisations/{holder.organisation_id}")
    assert told(what="personal") == [("personal", "particulars", str(holder.organisation_id))]


def test_an_event_is_one_line_of_ascii_whatever_it_holds_and_only_once_committed(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="registry.security")

    def work() -> None:
        events.observe(What.EXPORT, detail='a\r\n{"event": 1}', subject=("x\x1b[2J", "\u2028甲"))

    transaction(work)
    [line] = [one.getMessage() for one in caplog.records if one.name == "registry.security"]
    assert line.isascii()
    assert len(line.splitlines()) == 1
    assert json.loads(line)["what"] == "export"
    caplog.clear()

    def fails() -> None:
        work()
        db.session.flush()
        raise NotAllowed("not_allowed")

    with pytest.raises(NotAllowed):
        transaction(fails)
    assert not [one for one in caplog.records if one.name == "registry.security"]
    assert len(told(what="export")) == 1


def test_one_address_fills_the_log_and_not_the_database(lite: Flask) -> None:
    stranger = visitor(lite, make_organisation(lite, "u1"))
    for _ in range(events.PER_MINUTE + 5):
        stranger.get("/desk/events")
    assert len(told(what="refused")) <= events.PER_MINUTE


def test_events_are_never_changed_and_removed_only_after_half_a_year(app: Flask) -> None:
    with time_machine.travel(clock.now() - timedelta(days=184), tick=False):
        transaction(lambda: events.observe(What.EXPORT, detail="old"))
    transaction(lambda: events.observe(What.EXPORT, detail="young"))
    for statement in (
        update(SecurityEvent).values(detail="x"),
        delete(SecurityEvent).where(SecurityEvent.detail == "young"),
    ):
        with pytest.raises(DBAPIError, match=r"guard|permission denied"):
            transaction(lambda statement=statement: db.session.execute(statement))
    transaction(lambda: db.session.execute(delete(SecurityEvent).where(SecurityEvent.detail == "old")))
    assert told(what="export") == [("export", "young", "")]


def test_what_is_past_its_days_goes_and_a_closed_accounts_events_after_half_a_year(lite: Flask) -> None:
    person, gone = make_account(lite, "li@example.cn"), make_account(lite, "gone@example.cn")
    settings = lite.extensions["settings"]
    for days in (400, 200):
        with time_machine.travel(clock.now() - timedelta(days=days), tick=False):
            for one in (person, gone):
                transaction(partial(events.observe, What.EXPORT, one.actor, detail=f"{days}"))
    closed = update(Account).where(Account.id == gone.actor.account_id).values(closed_at=clock.now())
    transaction(lambda: db.session.execute(closed))
    event_log.forget(settings)
    assert [detail for _, detail, _ in told(what="export")] == ["200"]


def test_only_auditors_read_everybodys_events(lite: Flask) -> None:
    for role in Role:
        actor = Actor(account_id=None, role=role)
        if role == Role.AUDITOR:
            event_log.search(actor, Asked(), 1)
        else:
            with pytest.raises(NotAllowed):
                event_log.search(actor, Asked(), 1)


def test_half_a_year_is_the_least() -> None:
    given = {"REGISTRY_SECRET_KEY": "x" * 32, "REGISTRY_ORIGIN": "a.example"}
    assert from_environment({**given, "REGISTRY_EVENT_DAYS": "183"}).event_days == 183
    with pytest.raises(Misconfigured):
        from_environment({**given, "REGISTRY_EVENT_DAYS": "182"})


def test_what_is_watched_are_doors_that_exist_and_moves_of_tables_that_exist(lite: Flask) -> None:
    assert set(PERSONAL) | EXPORTS <= set(lite.view_functions)
    assert {verb for _, verb in MOVES} <= set(DETAILS)
    assert {table for table, _ in MOVES} <= set(SUBJECTS)
    assert set(What) == set(KINDS)
    assert {table for table, _ in MOVES} <= set(db.metadata.tables) | set(SecurityEvent.metadata.tables)
