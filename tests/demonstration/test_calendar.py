"""The story's order and the pretended clock."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry import clock
from registry.contracts import rules
from registry.demonstration import more, offers
from registry.demonstration.calendar import Story
from registry.demonstration.story import effective_for_recordal
from registry.patents import numbers


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


@pytest.mark.parametrize("day", [date(2026, 11, 22), date(2027, 2, 20), date(2027, 10, 5)])
def test_a_recordal_falls_due_about_when_it_should(day: date) -> None:
    due = rules.recordal_due(effective_for_recordal(day + timedelta(days=6))).day
    assert day + timedelta(days=6) <= due <= day + timedelta(days=21)
