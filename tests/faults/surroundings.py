"""What surrounds the service goes wrong: the disk is full, the clock is set back, another holds the lock."""

import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from registry.ledger.chain import parse_entry
from tests import postgres
from tests.faults.judging import Result, entries_of
from tests.faults.load import Load
from tests.faults.processes import is_up, started_again
from tests.faults.shifted import TOLD
from tests.faults.stage import Place, Service

LOCKED, FULL = 7.0, 6.0


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A disk in memory of just that size. Needs the right to mount."""
    folder.mkdir()
    folder.parent.chmod(0o711)  # the database's own user must come through
    options = ["-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", str(folder)]
    subprocess.run(["mount", *options], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()


def full_disk(place: Place, disk: Path, cluster: postgres.Cluster | None = None) -> Result:
    """Not a byte left for some seconds of load, then room again. PostgreSQL may have stopped meanwhile: who
    keeps it running starts it again once there is room.
    """
    with Service(place) as service:
        load = Load(place, service.port)
        load.start()
        load.until(12)
        ballast, end = disk / "ballast", time.monotonic() + FULL
        while time.monotonic() < end:  # what is freed meanwhile is taken at once
            _fill(ballast)
            time.sleep(0.1)
        during = len(load.acknowledged())
        ballast.unlink()
        if cluster is not None:
            time.sleep(1)
            if cluster.ended or not is_up(cluster):
                started_again(cluster)
        load.until(12)
        counts, _, _ = load.finish()
    refused = counts["503"] + counts["no answer"]
    complaints = () if refused else ("the disk never ran full",)
    words = f"{FULL:.0f} s full, {refused} refused, {len(load.acknowledged()) - during} after"
    return load.result("disk full", words, least=24, complaints=complaints)


def _fill(ballast: Path) -> None:
    with ballast.open("ab", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue


def clock_back(place: Place) -> Result:
    """The machine's clock jumps back an hour under load; times in the log must not."""
    told, unfinished = place.folder / "clock", place.folder / "clock.new"
    with Service(place, app="tests.faults.shifted:shifted_app()", environ={TOLD: str(told)}) as service:
        load = Load(place, service.port)
        load.start()
        load.until(12)
        unfinished.write_text("-3600")
        unfinished.replace(told)  # nobody reads half of it
        time.sleep(0.2)
        load.until(24)
        load.finish()
    result = load.result("clock set back", "1 hour", least=36)
    times = [parse_entry(entry).time for entry in entries_of(place.folder / "export")]
    fell = sum(a > b for a, b in pairwise(times))
    stood = max(times.count(one) for one in set(times[-20:]))
    broken = [*result.broken]
    if fell:
        broken.append(f"{fell} times run back")
    if stood < 20:
        broken.append("the clock never stood still in the log: was it set back at all?")
    return replace(result, broken=tuple(broken))


def lock_held(place: Place) -> Result:
    """Another program holds SQLite's lock for longer than we wait: 503, then success under the same key."""
    with Service(place) as service:
        load = Load(place, service.port, clients=2)
        load.start()
        load.until(6)
        holder = sqlite3.connect(place.folder / "registry.sqlite", isolation_level=None, timeout=10)
        holder.execute("BEGIN IMMEDIATE")
        before = len(load.acknowledged())
        time.sleep(LOCKED)
        during = len(load.acknowledged()) - before
        holder.execute("ROLLBACK")
        holder.close()
        load.until(6)
        counts, _, _ = load.finish()
    complaints: tuple[str, ...] = () if counts["503"] else ("nobody was told to come back",)
    if during > 1:
        complaints += (f"{during} acknowledged under the lock",)
    return load.result("SQLite lock held", f"{LOCKED:.0f} s", least=12, complaints=complaints)
