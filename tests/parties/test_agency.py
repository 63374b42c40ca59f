"""What a power of attorney carries: its matters over its patents while it stands, and nothing besides."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.app import MACHINES, PAGES
from registry.parties import agency
from registry.parties.agency import OF_MATTER, READING, Power
from registry.parties.permissions import TABLE
from tests.parties.agents import MATTERS


def power(*matters: str, patents: Iterable[str] | None = None) -> Power:
    return Power(
        id=uuid4(),
        number="MX-P",
        digest="a" * 64,
        principal_id=uuid4(),
        agent_id=uuid4(),
        agent_name="",
        matters=frozenset(matters),
        patents=frozenset(patents) if patents is not None else None,
    )


@given(st.sets(st.sampled_from(MATTERS)), st.sampled_from(sorted(TABLE)))
def test_a_power_carries_its_matters_and_nothing_besides(matters: set[str], verb: str) -> None:
    named_in = any(verb in OF_MATTER[one] for one in matters)
    assert agency.covers(power(*matters), verb, ("ZL1",)) is (verb in READING or named_in)


@given(st.sets(st.sampled_from("abc")), st.none() | st.lists(st.sampled_from("abcd")))
def test_a_power_over_some_patents_carries_nothing_about_others_or_about_none(
    listed: set[str], about: list[str] | None
) -> None:
    carried = agency.covers(power("declare", patents=listed), "declaration.sign", about)
    assert carried is (bool(about) and set(about or ()) <= listed)


def test_no_power_reaches_accounts_people_keys_or_other_powers() -> None:
    every = set().union(*OF_MATTER.values()) | READING
    assert every <= set(TABLE)
    kept = ("account.change", "account.approve", "organisation.edit", "organisation.view", "refund.send")
    assert not every & set(kept)
    assert not {verb for verb in every if verb.startswith(("member.", "key.", "machine.", "webhook."))}
    assert {verb for verb in every if verb.startswith("power.")} == {"power.view"}


def test_the_doors_named_for_agents_are_there() -> None:
    doors = {blueprint.name for blueprint in PAGES}
    assert doors >= agency.OWN_DOORS | agency.THINGS
    assert {one.partition(".")[0] for one in agency.LISTS} <= doors
    machines = {blueprint.name for blueprint in MACHINES}
    assert machines >= agency.MACHINES | {one.partition(".")[0] for one in agency.MACHINES_TOO}
    assert not agency.comes_in("members.index", about_one=False)
    for closed in ("machines-api.index", "parties-api.prepare_key", "hooks-api.index", "letters-api.letter"):
        assert not agency.comes_in(closed, about_one=True)
    assert not agency.comes_in("bank.put_aside", about_one=True)


@pytest.mark.parametrize(
    ("first", "last", "stands"),
    [(0, 0, True), (-3, 0, True), (0, 3, True), (1, 3, False), (-3, -1, False)],
)
def test_both_days_of_a_power_count(first: int, last: int, stands: bool) -> None:
    today = date(2026, 3, 2)
    days = today + timedelta(days=first), today + timedelta(days=last)
    assert agency.stands("active", *days, today=today) is stands
    assert not agency.stands("offered", *days, today=today)


@pytest.mark.parametrize(
    ("held", "left", "warned", "due"),
    [
        (90, 31, None, None),
        (90, 30, None, 30),
        (90, 29, 30, None),
        (90, 7, 30, 7),
        (90, 3, None, 7),  # nobody looked for weeks: one letter, not two
        (90, 0, 7, None),
        (90, -1, None, None),
        (20, 19, None, None),  # too short for the first
        (20, 7, None, 7),
        (5, 1, None, None),
    ],
)
def test_a_reminder_is_due_once_for_each_distance_a_power_is_long_enough_for(
    held: int, left: int, warned: int | None, due: int | None
) -> None:
    last = date(2026, 12, 31)
    since, today = last - timedelta(days=held), last - timedelta(days=left)
    assert agency.ending_due(last, since=since, warned=warned, today=today) == due
