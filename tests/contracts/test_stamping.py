"""The stamp track as rules: the state follows from which sheets came and how they were read, and from
nothing else.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.contracts import stamping
from registry.contracts.stamping import Held, Seat, StampPolicy, StampState, same_name, seats, verb_for
from registry.errors import Conflict
from tests.contracts.papers import ANSWERS, CO_OWNER, PERSON, record

TWO = seats(record())
THREE = seats(record(co_owners=[CO_OWNER]))
AGENCY = {"name": "徐汇明正专利代理事务所", "code": "31999", "agent": "某代理师", "scope": ["declare"]}
ORIGINAL = StampPolicy.STAMPED_ORIGINAL


def state(placed: tuple[Seat, ...], held: dict[str, Held], policy: str = ORIGINAL) -> StampState:
    return stamping.to_state(verb_for(placed, held, policy))


def test_every_party_has_a_seat_in_the_order_of_the_papers() -> None:
    agency = {**ANSWERS, "declarant": {**ANSWERS["declarant"], "agency": AGENCY}}
    declaration = {**record()["declaration"], "answers": agency}
    person = {**CO_OWNER, "name": "林小满", "uscc": ""}
    found = seats(record(co_owners=[CO_OWNER, person], licensee=PERSON, declaration=declaration))
    assert [(one.key, one.side, one.person, one.needed) for one in found] == [
        ("licensor", "licensor", False, True),
        ("co_owner.1", "licensor", False, True),
        ("co_owner.2", "licensor", True, True),
        ("agency", "licensor", False, False),
        ("licensee", "licensee", True, True),
    ]


def test_the_state_says_who_is_still_awaited() -> None:
    assert state(THREE, {}) is StampState.WAITING_LICENSOR
    assert state(THREE, {"licensor": Held(), "licensee": Held()}) is StampState.WAITING_LICENSOR
    assert state(THREE, {"licensor": Held(), "co_owner.1": Held()}) is StampState.WAITING_LICENSEE
    assert state(TWO, {"licensor": Held(), "licensee": Held()}) is StampState.COMPLETE


def test_it_is_checked_only_when_every_sheet_that_came_agrees() -> None:
    assert state(TWO, {"licensor": Held(True), "licensee": Held()}) is StampState.COMPLETE
    assert state(TWO, {"licensor": Held(True), "licensee": Held(True)}) is StampState.CHECKED


def test_a_seal_that_differs_is_said_though_others_are_awaited() -> None:
    assert state(THREE, {"licensor": Held(False)}) is StampState.MISMATCH


def test_an_agency_is_not_waited_for_but_what_it_brings_is_read() -> None:
    agency = Seat(key="agency", role="agency", name="某所", needed=False)
    both = {"licensor": Held(True), "licensee": Held(True)}
    assert state((*TWO, agency), both) is StampState.CHECKED
    assert state((*TWO, agency), {**both, "agency": Held()}) is StampState.COMPLETE


def test_a_venue_that_takes_signed_prints_waits_for_nobody() -> None:
    assert state(TWO, {}, StampPolicy.E_SIGNED_PRINT) is StampState.NOT_NEEDED


@given(
    st.dictionaries(
        st.sampled_from(["licensor", "co_owner.1", "licensee"]), st.builds(Held, st.none() | st.booleans())
    ),
    st.sampled_from(StampState),
    st.sampled_from(StampPolicy),
)
def test_whatever_comes_in_whatever_order_the_table_knows_the_move(
    held: dict[str, Held], before: StampState, policy: StampPolicy
) -> None:
    verb = verb_for(THREE, held, policy)
    wanted = stamping.to_state(verb)
    impossible = verb == "agree" and before in (StampState.WAITING_LICENSOR, StampState.WAITING_LICENSEE)
    if before is not wanted and not impossible:
        assert stamping.STAMP.move(before, verb) is wanted


def test_nothing_is_checked_that_was_never_complete() -> None:
    with pytest.raises(Conflict, match="wrong_state"):
        stamping.STAMP.move(StampState.WAITING_LICENSEE, "agree")


def test_names_are_one_but_for_width_and_spaces() -> None:
    assert same_name("甲（上海）有限公司", "甲(上海) 有限公司")
    assert not same_name("上海衡川新材料股份有限公司", "上海衡川新材料有限公司")
