"""What judges the fault runs is itself judged here: it must be able to say no."""

import subprocess
import sys
from pathlib import Path

import pytest

from registry.ledger.chain import leaf_hash
from tests.faults.judging import Result, stands
from tests.faults.traces import Order, order
from tests.ledger.licensed import licensed

ROOT = Path(__file__).parents[2]
WRITE = '12 pwrite64(9</x/registry.sqlite-wal>, "\\0"..., 4096, 32) = 4096'
SYNC = "12 fdatasync(9</x/registry.sqlite-wal>) = 0"
ANSWER = '12 sendto(11<socket:[3]>, "HTTP/1.1 201 CREATED\\r\\n"..., 300, 0, NULL, 0) = 300'


def test_what_is_run_by_hand_still_fits_the_product() -> None:
    """In a process of its own: a bench brings tables that no register has."""
    names = ", ".join(f"tests.{name}.__main__" for name in ("faults", "bench", "mutations"))
    known = [sys.executable, "-c", f"import {names}"]
    done = subprocess.run(known, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([WRITE, SYNC, ANSWER], Order(1, 0, 0)),
        ([WRITE, WRITE, SYNC, ANSWER, WRITE, SYNC, ANSWER], Order(2, 0, 0)),
        ([WRITE, ANSWER, SYNC], Order(1, 1, 0)),
        ([WRITE, SYNC, WRITE, ANSWER], Order(1, 1, 0)),
        ([WRITE, SYNC, ANSWER, ANSWER], Order(2, 0, 1)),
        ([WRITE, SYNC.replace("= 0", "= -1 EIO"), ANSWER], Order(1, 1, 0)),
        ([WRITE, SYNC.replace("-wal", "-shm"), ANSWER], Order(1, 1, 0)),
        ([WRITE, SYNC, ANSWER.replace("201", "503")], Order(0, 0, 0)),
    ],
)
def test_an_answer_before_its_flush_is_found_in_a_trace(lines: list[str], found: Order) -> None:
    assert order(lines) == found


def test_an_acknowledged_filing_stands_only_at_its_place_with_its_leaf() -> None:
    made = licensed()
    entries, seq = made.log.entries, made.at["noticed"]
    one = {"noticed_seq": seq, "leaf": leaf_hash(entries[seq]).hex()}
    assert stands(one, entries)
    assert not stands({**one, "leaf": "00" * 32}, entries)
    assert not stands({**one, "noticed_seq": seq + 1}, entries)
    assert not stands(one, entries[:seq])
    effect = made.at["effective"]
    assert not stands({"noticed_seq": effect, "leaf": leaf_hash(entries[effect]).hex()}, entries)


@pytest.mark.parametrize("change", [{"lost": 1}, {"doubled": 1}, {"broken": ("audit",)}])
def test_one_thing_wrong_breaks_a_run(change: dict[str, object]) -> None:
    assert Result(fault="x", database="y", faults="z").ok
    assert not Result(fault="x", database="y", faults="z", **change).ok  # type: ignore[arg-type]
