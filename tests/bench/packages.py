"""The package of a contract against its papers set by ReportLab alone, and a large batch with its memory.

    make bench PART=packages COUNT=10000
    python -m tests.bench.packages --child 1000 1    seconds, peak MB, bytes; every package made anew

The batch's rows are those of one real contract under other numbers. Its package is made anew for every
`FRESH`-th row and written again under the other numbers in between: what a package costs is the first line's
matter, how packing behaves with many of them the second's. Archive, index, lists, hand-over sheet and
manifest are real, and so is every byte that is written.
"""

import copy
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import insert

from registry import schema
from registry.app import create_app
from registry.contracts.blocks import Composed, plain
from registry.contracts.printing import font_set
from registry.database import db, transaction
from registry.documents.archive import Member
from registry.documents.fonts import FontSet
from registry.documents.pdf import Rendered
from registry.exports import packages, packing
from registry.exports import service as exports
from registry.exports.models import Batch, BatchContract
from registry.exports.packing import BatchFacts
from registry.exports.rules import Choice, Chosen
from registry.ledger.keyfiles import create_keys
from tests.bench.measuring import Row, compare
from tests.bench.papers import _paragraphs
from tests.conftest import settings_for
from tests.exports.making import ready_paid
from tests.fonts import font_folder

COUNT, FRESH, LITTLE = 1_000, 50, 100
Made = tuple[list[Member], dict[str, Any]]


def run() -> list[Row]:
    with _contract() as (_, _batch, row):
        fonts = font_set()
        lines = _lines_of(row, fonts)
        return [
            compare(
                f"package of one contract, {len(lines)} papers made · the same lines by ReportLab alone",
                lambda _: _read(packages.members(row, fonts)),
                lambda _: [_paragraphs(one) for one in lines],  # type: ignore[arg-type, return-value]
                rounds=7,
                each=2,
                aim="≥ 0.77 (1.3 ×)",
            )
        ]


def batch(count: int) -> str:
    """What packing that many contracts takes, against a batch of a hundred, in words."""
    little, large = _child(LITTLE), _child(count)
    seconds, memory, size = large
    return (
        f"\nA batch of {count:,} contracts: {seconds:.0f} s ({count / seconds:.1f} packages a second in one"
        f" worker, every {FRESH}th made anew), {size / 1024**3:.1f} GB, peak memory {memory:.0f} MB"
        f" (a batch of {LITTLE}: {little[1]:.0f} MB)."
    )


def _lines_of(row: Mapping[str, Any], fonts: FontSet) -> list[list[str]]:
    """The words of every paper that is made for the package, paper by paper."""
    found: list[list[str]] = []
    whole = packages.rendered

    def noting(composed: Composed, faces: FontSet) -> Rendered:
        found.append([line for line in plain(composed).splitlines() if line.strip()])
        return whole(composed, faces)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packages, "rendered", noting)
        packages.members(row, fonts)
    return found


def _read(made: Made) -> None:
    """Take the bytes of every member, as an archive would."""
    for member in made[0]:
        with member.open() as file:
            file.read()


@contextmanager
def _contract() -> Iterator[tuple[Flask, UUID, dict[str, Any]]]:
    """A registry with one paid contract in a batch, and its frozen row."""
    with tempfile.TemporaryDirectory(prefix="mxbench") as folder:
        place = Path(folder)
        create_keys(place / "keys")
        (place / "fonts").symlink_to(font_folder(), target_is_directory=True)
        settings = settings_for(place, f"sqlite:///{place / 'registry.sqlite'}")
        schema.upgrade(settings)
        app = create_app(settings)
        with app.app_context():
            schema.seed()
            offer, number = ready_paid(app)
            choice = Choice(contracts=(Chosen(number=number, not_elsewhere=True),))
            made = transaction(lambda: exports.make(offer.venue.actor, choice).id)
            row = db.session.query(BatchContract).filter_by(batch_id=made).one().row
            db.session.rollback()
            yield app, made, dict(row)
            db.session.remove()
            db.engine.dispose()


def _child(count: int) -> tuple[float, float, float]:
    """Seconds, peak memory in MB, bytes: measured in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.packages", "--child", str(count)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=dict(os.environ))
    seconds, memory, size = done.stdout.strip().splitlines()[-1].split()
    return float(seconds), float(memory), float(size)


def _measure(count: int, fresh: int = FRESH) -> None:
    with _contract() as (_, batch_id, row):
        _fill(batch_id, row, count)
        fonts = font_set()
        packages.members(row, fonts)
        facts = BatchFacts(
            id=batch_id, number="B-BENCH", venue="V", registrar="R", made_at="2026-11-26T00:00:00.000Z",
            demonstration=False,
        )  # fmt: skip
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(packing, "members", _Repeating(row["contract"], fresh))
            start = time.perf_counter()
            made = packing.pack(facts, fonts, more=lambda _: True)
            seconds = time.perf_counter() - start
        assert made is not None
        print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, made.size)


class _Repeating:
    """Packages of one contract under the numbers of many."""

    def __init__(self, number: str, fresh: int) -> None:
        self._number, self._fresh, self._asked = number, fresh, 0
        self._made: Made | None = None

    def __call__(self, row: Mapping[str, Any], fonts: FontSet) -> Made:
        if self._made is None or self._asked % self._fresh == 0:
            self._made = packages.members({**row, "contract": self._number}, fonts)
        self._asked += 1
        found, manifest = self._made
        return [replace(one, name=one.name.replace(self._number, row["contract"])) for one in found], manifest


def _fill(batch_id: UUID, row: Mapping[str, Any], count: int) -> None:
    """The same row under other numbers, after the real one."""
    kept = db.session.get_one(Batch, batch_id).items[0].contract_id
    db.session.rollback()

    def work(first: int, last: int) -> None:
        rows = []
        for position in range(first, last):
            other = copy.deepcopy(dict(row))
            other["contract"] = f"{row['contract']}-{position:06d}"
            rows.append(
                {"batch_id": batch_id, "position": position, "contract_id": kept, "row": other,
                 "state": "frozen", "refusals": []}
            )  # fmt: skip
        db.session.execute(insert(BatchContract), rows)

    for first in range(2, count + 1, 500):
        transaction(lambda first=first: work(first, min(first + 500, count + 1)))  # type: ignore[misc]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        _measure(*(int(word) for word in sys.argv[2:]))
    else:
        print(batch(int(sys.argv[1]) if sys.argv[1:] else COUNT))
