"""The machines' doors keep what their document says, whatever is sent to them: a small share in every run,
all of it by `make fuzz`.
"""

import os

import pytest
from flask import Flask

from tests.kept import Kept
from tests.world import World, make_world

EXAMPLES = int(os.environ.get("REGISTRY_FUZZ_EXAMPLES", "0"))


@pytest.fixture
def world(lite: Flask, kept: Kept) -> World:
    return kept(lite, make_world)


def test_every_answer_of_a_machines_door_is_what_the_document_says(world: World) -> None:
    from tests.fuzz.knocking import Tally, knock  # not when tests are collected: schemathesis loads slowly

    tally = Tally()
    knock(world, EXAMPLES or 1, tally, everybody=EXAMPLES > 0)
    print(f"\n{tally.sent} requests, answers {dict(sorted(tally.statuses.items()))}")
    assert tally.sent > 0
    assert not tally.faults, "\n\n".join(
        f"{operation}: {fault}\n{case[:900]}" for (operation, fault), case in tally.faults.items()
    )
