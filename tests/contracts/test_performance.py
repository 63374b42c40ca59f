"""When one is reminded, and when a party may end a license: pure rules, no database."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.contracts import performance
from registry.contracts.performance import OFFSETS, check_ending, cure_by, reminder_due
from registry.errors import Refused

DAY = date(2026, 9, 1)


def test_a_reminder_comes_seven_days_before_on_the_day_and_twice_after() -> None:
    asked = [(-8, None), (-7, -7), (-1, -7), (0, 0), (6, 0), (7, 7), (29, 7), (30, 30), (60, 30), (61, None)]
    assert [reminder_due(DAY, DAY + timedelta(days=n), ()) for n, _ in asked] == [found for _, found in asked]


@given(days=st.lists(st.integers(-20, 60), min_size=1, max_size=30))
def test_however_rarely_the_clock_looks_each_distance_is_sent_once_and_the_newest_only(
    days: list[int],
) -> None:
    sent: list[int] = []
    for n in sorted(days):
        found = reminder_due(DAY, DAY + timedelta(days=n), sent)
        if found is not None:
            assert found == max(offset for offset in OFFSETS if offset <= n)
            sent.append(found)
    assert len(sent) == len(set(sent))
    assert sent == sorted(sent)


def test_time_to_perform_is_fifteen_days_at_least_and_ends_on_a_working_day() -> None:
    assert cure_by(date(2026, 9, 1)).day == date(2026, 9, 16)
    assert cure_by(date(2026, 9, 4)).day == date(2026, 9, 20)  # a Sunday on which people work
    assert cure_by(date(2026, 9, 11)).day == date(2026, 9, 28)  # the 26th is a Saturday of rest
    with pytest.raises(Refused, match="cure_too_short"):
        cure_by(DAY, 14)


@pytest.mark.parametrize(
    ("ground", "cure_ends", "code"),
    [
        ("convenience", None, "not_a_choice"),
        ("not_cured", None, "notice_first"),
        ("not_cured", DAY, "cure_running"),
    ],
)
def test_an_ending_needs_its_ground_and_that_the_time_to_perform_is_over(
    ground: str, cure_ends: date | None, code: str
) -> None:
    with pytest.raises(Refused, match=code):
        check_ending(ground, today=DAY, cure_ends=cure_ends)


def test_an_ending_stands_the_day_after_the_time_to_perform_has_run_out() -> None:
    check_ending("not_cured", today=DAY, cure_ends=DAY - timedelta(days=1))
    check_ending("purpose_lost", today=DAY, cure_ends=None)


def test_only_a_party_ends_a_license_and_only_the_other_side_answers() -> None:
    for machine in (performance.REPORT, performance.NOTICE, performance.ENDING, performance.HANDOVER):
        assert all(move.article for move in machine.moves.values())
        assert machine.start in machine.states()
    assert performance.ENDING.verbs("declared") == ("accept", "object")
    assert performance.NOTICE.verbs("ended") == ()
