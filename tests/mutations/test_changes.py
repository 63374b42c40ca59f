"""The short form of `make mutations`: few places, and a checker that notices nothing is found out."""

from dataclasses import replace

import pytest

from registry.ledger.report import State
from registry.ledger.verify import verify_bytes
from tests.mutations.judging import Piece, begin, changes, judge, noticed, ready
from tests.mutations.subjects import WANTED

EVERY, WIDTH = 900, 2


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    begin(str(tmp_path_factory.mktemp("mutations")))


def test_every_kind_of_subject_is_there_and_holds_before_it_is_spoiled() -> None:
    assert {subject.name for subject in ready()} == {*WANTED, "log"}
    singles = [subject for subject in ready() if "" in subject.files]
    assert all(verify_bytes(one.files[""], one.policy).ok for one in singles)


def test_changes_at_some_places_of_every_file_are_noticed() -> None:
    tried = 0
    for number, subject in enumerate(ready()):
        for file, data in subject.files.items():
            for start in range(0, len(data), EVERY):
                end = min(start + WIDTH, len(data))
                found = judge(Piece(subject=number, file=file, start=start, end=end, every=False))
                tried += found[1]
                assert found[2] == []
    assert tried > 500


def test_every_change_is_one() -> None:
    spoiled = [data for at in range(4) for _, data in changes(b"abba", at, every=False)]
    assert len(spoiled) == len(set(spoiled))
    assert b"abba" not in spoiled
    assert len(list(changes(b"a", 0, every=True))) == 255 + 2


def test_a_report_that_says_as_much_as_before_is_not_noticed() -> None:
    subject = ready()[0]
    before = verify_bytes(subject.files[""], subject.policy)
    assert not noticed(before, before)
    lower = replace(before.verdicts[0], state=State.LOWERED)
    assert noticed(replace(before, verdicts=(lower, *before.verdicts[1:])), before)
