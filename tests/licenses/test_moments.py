"""Was the offer open at that instant: the filings alone must say what the register itself said then."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from registry import clock
from registry.database import transaction
from registry.errors import Refused
from registry.ledger import service as ledger
from registry.ledger.bundles import filings_about
from registry.ledger.chain import parse_entry
from registry.licenses import announcements, offers, register
from registry.licenses.moments import (
    ANNOUNCED,
    ENDED,
    PAUSED,
    PUBLISHED,
    RESUMED,
    WITHDRAWAL_ANNOUNCED,
    WITHDRAWN,
    Moment,
    open_at,
)
from registry.licenses.rules import CNIPA, DECLARATION, Offer, Track, open_for_acceptance, withdraws_locally
from registry.states import Machine
from tests import factories

START = datetime(2026, 3, 2, 1, tzinfo=UTC)
PATENT_LAST, LICENSE_LAST, OFFER_LAST = date(2027, 6, 1), date(2027, 3, 1), date(2026, 6, 30)
VERBS = (
    "announce",
    "pause",
    "resume",
    "withdraw",
    "announce_withdrawal",
    "terminate",
    "revoke",
    "wait",
    "reject_withdrawal",
)


@dataclass
class Replay:
    """A declaration moved by the tables of the state machines as services move it, and what they file."""

    opening: str
    offer: Offer = field(init=False)
    now: datetime = START
    filings: list[Moment] = field(default_factory=list)
    seen: list[tuple[datetime, Offer]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.offer = Offer(
            state="published",
            cnipa_status="not_filed",
            open_from=self.opening,
            announced_on=None,
            offer_last_day=OFFER_LAST,
            patent_last_day=PATENT_LAST,
            license_last_day=LICENSE_LAST,
        )
        self.file(PUBLISHED, opening=self.opening, offer_last_day=OFFER_LAST.isoformat())

    def file(self, kind: str, **fields: str) -> None:
        self.filings.append(Moment(seq=len(self.filings), time=self.now, type=kind, fields=fields))
        self.seen.append((self.now, self.offer))

    def step(self, verb: str, hours: int, late: int) -> None:
        self.now += timedelta(hours=hours)
        today = clock.legal_day(self.now)
        day = today - timedelta(days=late)
        if verb == "announce" and CNIPA.allows(self.offer.cnipa_status, "announce") and self.open():
            self.offer = replace(self.offer, cnipa_status="announced", announced_on=day)
            self.file(ANNOUNCED, cnipa_day=day.isoformat())
        elif verb == "pause" and not self.offer.paused and self.allows("pause"):
            self.move("pause", paused=True)
            self.file(PAUSED)
        elif verb == "resume" and self.offer.paused and self.allows("resume"):
            self.move("resume", paused=False)
            self.file(RESUMED)
        elif verb == "withdraw" and self.open():
            self.withdraw(today)
        elif verb == "reject_withdrawal" and self.allows("reject_withdrawal"):
            self.move("reject_withdrawal")
            if self.offer.paused:
                self.move("pause")
        elif verb == "announce_withdrawal" and CNIPA.allows(self.offer.cnipa_status, verb) and self.open():
            day = max(day, self.offer.announced_on or day)
            self.move(verb, cnipa_status="withdrawal_announced", withdrawal_effective_on=day)
            self.file(WITHDRAWAL_ANNOUNCED, cnipa_day=day.isoformat())
            self.file(WITHDRAWN)
        elif verb in ("terminate", "revoke") and self.allows(verb):
            self.move(verb)
            self.file(ENDED, ground=self.offer.state)
        self.seen.append((self.now, self.offer))

    def withdraw(self, today: date) -> None:
        local = withdraws_locally(self.offer, today)
        verb = "withdraw_local" if local else "file_withdrawal"
        if not self.allows(verb):
            return
        if local:
            self.move(verb, withdrawal_effective_on=today)
            self.file(WITHDRAWN)
        else:
            self.move(verb)

    def open(self) -> bool:
        return self.offer.state in ("published", "paused", "withdrawal_filed")

    def allows(self, verb: str) -> bool:
        machine: Machine[object] = DECLARATION  # type: ignore[assignment]
        return machine.allows(self.offer.state, verb)

    def move(self, verb: str, **changes: object) -> None:
        state = DECLARATION.move(self.offer.state, verb)
        self.offer = replace(self.offer, state=state, **changes)  # type: ignore[arg-type]


STEPS = st.lists(st.tuples(st.sampled_from(VERBS), st.integers(1, 400), st.integers(0, 9)), max_size=8)


def said(standing: Track | Refused) -> str:
    return standing.code if isinstance(standing, Refused) else str(standing)


def ask(replay: Replay, instant: datetime) -> str:
    return said(answer(replay, instant).recorded)


def answer(replay: Replay, instant: datetime):  # type: ignore[no-untyped-def]
    days = {"patent_last_day": PATENT_LAST, "license_last_day": LICENSE_LAST}
    return open_at(replay.filings, instant, now=replay.now + timedelta(days=900), **days)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["now", "announcement"]), STEPS, st.integers(0, 700))
def test_the_filings_say_what_the_state_machine_said_at_every_instant(
    opening: str, steps: list[tuple[str, int, int]], days_after: int
) -> None:
    replay = Replay(opening)
    for step in steps:
        replay.step(*step)
    # between two moves the answer changes with the day alone
    for (at, offer), (following, _) in zip(replay.seen, [*replay.seen[1:], (None, None)], strict=True):
        end = following - timedelta(milliseconds=1) if following else replay.now + timedelta(days=days_after)
        for instant in {max(at, end), at} if following is None or following > at else set():
            assert ask(replay, instant) == said(open_for_acceptance(offer, clock.legal_day(instant)))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["now", "announcement"]), STEPS, st.integers(0, 3000))
def test_what_was_recorded_later_counts_from_cnipas_day(
    opening: str, steps: list[tuple[str, int, int]], hours: int
) -> None:
    replay = Replay(opening)
    for step in steps:
        replay.step(*step)
    instant = START + timedelta(hours=hours)
    found, day = answer(replay, instant), clock.legal_day(instant)
    assert all(date.fromisoformat(one.fields["cnipa_day"]) <= day for one in found.later)
    if not found.later:
        assert said(found.settled) == said(found.recorded)
    elif any(one.type == WITHDRAWAL_ANNOUNCED for one in found.later):
        assert isinstance(found.settled, Refused)
    elif isinstance(found.recorded, Track):
        assert found.settled == Track.STATUTORY


def test_before_the_publication_nothing_is_offered() -> None:
    found = answer(Replay("now"), START - timedelta(milliseconds=1))
    assert (said(found.recorded), found.published, found.rests_on) == ("offer_not_published", None, ())
    assert ask(Replay("now"), START) == "local"
    assert ask(Replay("announcement"), START) == "offer_not_announced"


def test_the_last_day_ends_at_midnight_in_shanghai() -> None:
    replay = Replay("now")
    last = datetime(2026, 6, 30, 15, 59, 59, 999000, tzinfo=UTC)
    assert ask(replay, last) == "local"
    assert ask(replay, last + timedelta(milliseconds=1)) == "offer_ended"
    assert ask(replay, datetime(2027, 6, 1, 16, tzinfo=UTC)) == "patent_expired"


def test_an_instant_to_come_is_refused() -> None:
    with pytest.raises(Refused, match="instant_future"):
        open_at(
            [],
            START,
            now=START - timedelta(milliseconds=1),
            patent_last_day=PATENT_LAST,
            license_last_day=LICENSE_LAST,
        )


def live_and_told(number: str) -> tuple[str, str]:
    """What the register says now, and what the filings in the log say of now."""

    def read() -> tuple[str, str]:
        declaration = register.find(number)
        found = filings_about(number)
        moments = [
            Moment(
                seq=seq,
                time=parse_entry(ledger.filed_at(seq)[0]).instant,
                type=filed.type,
                fields=filed.fields,
            )
            for seq, filed in found.items()
        ]
        offer = offers.offer_of(declaration)
        now = clock.now()
        days = {"patent_last_day": offer.patent_last_day, "license_last_day": offer.license_last_day}
        return said(offers.standing(declaration)), said(open_at(moments, now, now=now, **days).recorded)

    return factories.reading(read)


def act(offer: factories.Offer, verb: Callable[..., None], **options: Any) -> None:
    transaction(lambda: verb(offer.venue.actor, register.find(offer.number), **options))


def test_of_now_the_filings_say_what_the_register_says(app: Flask) -> None:
    holder, venue = factories.make_organisation(app, "u1"), factories.make_venue(app, "v1")
    offer = factories.published(app, holder, venue)
    told = [live_and_told(offer.number)]
    factories.announce(offer)
    told.append(live_and_told(offer.number))
    act(offer, announcements.pause, ground="B3", since=clock.today())
    told.append(live_and_told(offer.number))
    act(offer, announcements.resume)
    told.append(live_and_told(offer.number))
    act(offer, announcements.announce_withdrawal, day=clock.today())
    told.append(live_and_told(offer.number))
    assert told == [
        (one, one) for one in ("local", "statutory", "offer_paused", "statutory", "offer_withdrawn")
    ]
