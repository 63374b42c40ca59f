"""The story's order and the pretended clock."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry import clock
from registry.contracts import money_rules, performance, rules
from registry.demonstration import more, offers, story
from registry.demonstration.calendar import Story
from registry.demonstration.load import BEGINS
from registry.demonstration.stage import Stage
from registry.demonstration.story import effective_for_recordal
from registry.licenses import schedule, terms
from registry.licenses.fee_fields import from_fields
from registry.patents import numbers
from tests.conftest import settings_for
from tests.fonts import fonts

DAYS = [
    date(2026, 11, 1), date(2026, 11, 26), date(2026, 12, 31), date(2027, 2, 20), date(2027, 2, 28),
    date(2027, 5, 5), date(2027, 8, 31), date(2027, 10, 5), date(2028, 2, 29), date(2028, 3, 31),
]  # fmt: skip
"""Ends of months, a leap day, days of rest, weeks of holidays, and the earliest day that can be loaded."""


@given(st.lists(st.integers(1, 300), max_size=60))
def test_events_are_told_in_order_and_before_the_loading_day(days: list[int]) -> None:
    story = Story(date(2026, 11, 22))
    for day in days:
        story.on(day, "something", lambda: None)
    told = list(story.told())
    instants = [instant for instant, _ in told]
    assert instants == sorted(set(instants))
    assert all(clock.legal_day(instant) == story.day - timedelta(days=event.days) for instant, event in told)


def test_nothing_happens_on_the_loading_day() -> None:
    with pytest.raises(ValueError, match="the day before"):
        Story(date(2026, 11, 22)).on(0, "today", lambda: None)


def test_a_pretended_clock_goes_on_and_is_put_right_again() -> None:
    instant = datetime(2026, 5, 1, 1, 0, tzinfo=UTC)
    with clock.pretend(instant):
        first = clock.now()
        assert instant <= first <= clock.now() < instant + timedelta(seconds=5)
        with clock.pretend(instant + timedelta(days=1)):
            assert clock.today() == date(2026, 5, 2)
        assert clock.today() == date(2026, 5, 1)
    assert clock.now() > instant + timedelta(days=100)


@given(st.dates(date(2026, 11, 1), date(2031, 12, 31)))
def test_offers_stay_possible_whenever_they_are_loaded(day: date) -> None:
    for offer in (*offers.main_offers(day), *more.more_offers()):
        number = numbers.parse(offer.number)
        assert number.serial.startswith("9999")
        assert offer.filed.year <= number.year if number.pct else offer.filed.year == number.year
        assert offer.filed < offer.granted
        assert numbers.publication(offer.publication)
        assert numbers.main_class(number.kind, offer.main_class)


def test_no_number_is_given_twice() -> None:
    all_offers = (*offers.main_offers(date(2026, 11, 22)), *more.more_offers())
    assert len({offer.number for offer in all_offers}) == len({offer.key for offer in all_offers}) == 50


@pytest.mark.parametrize("day", DAYS)
def test_a_recordal_falls_due_about_when_it_should(day: date) -> None:
    due = rules.recordal_due(effective_for_recordal(day + timedelta(days=6))).day
    assert day + timedelta(days=6) <= due <= day + timedelta(days=21)


@pytest.mark.parametrize("day", DAYS)
def test_what_falls_due_after_a_license_has_done_so_whenever_it_is_loaded(day: date) -> None:
    def before(days: int) -> date:
        return day - timedelta(days=days)

    def dues(key: str, effective: int) -> dict[str, schedule.Due]:
        offer = next(one for one in offers.main_offers(day) if one.key == key)
        on = before(effective)
        last = terms.term_end(on, offer.duration or 36)
        found = schedule.schedule(from_fields(offer.fee), on, effective_on=on, license_last_day=last)
        return {f"{due.kind}:{due.number}": due for due in found}

    second = dues("O3", 184)["instalment:2"]
    assert second.due_on + timedelta(days=7) < before(9)  # reminded after it, then given notice
    assert performance.cure_by(before(9)).day >= day
    royalties = dues("O5", 195)
    first, last = royalties["royalty:1"], royalties["royalty:2"].period_last
    assert first.period_last is not None
    assert last is not None
    assert first.period_last < before(98)
    assert last < before(9)
    assert first.due_on < before(62)
    assert performance.cure_by(before(62)).day < before(36)
    nil = dues("O7", 112)["royalty:1"].period_last
    assert nil is not None
    assert nil < before(10)
    assert money_rules.in_force_on(before(1)).day > day


@pytest.mark.parametrize("day", DAYS)
def test_the_whole_story_lies_between_the_opening_and_the_day(day: date, tmp_path: Path) -> None:
    stage = Stage(settings=settings_for(tmp_path, "sqlite://"), day=day, fonts=fonts())
    told = story.tell(stage)
    assert BEGINS - 2 >= max(event.days for event in told.events) >= min(event.days for event in told.events)
    names = [event.name for event in told.events]
    assert [name for name, count in Counter(names).items() if count > 1] == []
    assert day - timedelta(days=BEGINS) >= date(2026, 3, 1)  # before it there are no standard terms
