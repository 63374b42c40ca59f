"""A PostgreSQL pair: what a synchronous standby saves when its primary dies; and a server out of reach."""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests import postgres
from tests.faults.judging import Result
from tests.faults.load import Load
from tests.faults.stage import Place, Service, kill
from tests.postgres import Cluster

CUT, SLOWEST = 6.0, 60.0
NETWORK, OURS, THEIRS = "mingxu-faults", "10.99.7.1", "10.99.7.2"
"""A network namespace and the two ends of its one cable."""
REPLICATION = ("wal_level=replica", "max_wal_senders=4", "hot_standby=on")


def failover(place: Place, primary: Cluster) -> Result:
    """kill -9 of the primary for good; the standby, which had confirmed every commit, takes its place."""
    with standby(primary) as second:
        both = replace(
            place,
            url=address(primary, second, place.url),
            owner_url=address(primary, second, place.owner_url),
        )
        with Service(both) as service:
            load = Load(both, service.port)
            load.start()
            load.until(12)
            kill(int(primary.pid_file.read_text().split()[0]))
            began, before = time.monotonic(), len(load.acknowledged())
            promote(second)
            load.until(1)
            back = time.monotonic() - began
            load.until(20)
            load.finish()
        slow = () if back < SLOWEST else (f"filing again only after {back:.0f} s",)
        words = f"standby promoted, filing again after {back:.1f} s, {before} before"
        return load.result("primary lost, standby promoted", words, least=32, complaints=slow)


@contextmanager
def standby(primary: Cluster) -> Iterator[Cluster]:
    """A standby whose confirmation every commit of the primary waits for from here on."""
    folder = Path(tempfile.mkdtemp(prefix="mxpgs"))
    postgres.give(folder)
    copy = [
        "pg_basebackup",
        "-h",
        primary.host,
        "-p",
        str(primary.port),
        "-U",
        "postgres",
        "-R",
        "-X",
        "stream",
    ]
    postgres.run([str(primary.place / copy[0]), *copy[1:], "-c", "fast", "-D", str(folder / "d")])
    second = Cluster(primary.place, folder, port=postgres.free_port(), options=primary.options)
    second.start()
    try:
        with primary.admin() as connection:
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            connection.execute("SELECT pg_reload_conf()")
            end = time.monotonic() + 20
            while not connection.execute(
                "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"
            ).fetchone():
                if time.monotonic() > end:
                    raise RuntimeError("the standby does not follow")
                time.sleep(0.1)
        yield second
    finally:
        second.stop()
        subprocess.run(["rm", "-rf", str(folder)], check=False)


def promote(second: Cluster) -> None:
    """What an operator or its agent does once the primary is certainly dead."""
    postgres.run([str(second.place / "pg_ctl"), "-D", str(second.folder / "d"), "-w", "promote"])


def address(primary: Cluster, second: Cluster, url: str) -> str:
    """One address that names both hosts and wants the one that takes writes (docs/operations.md)."""
    head, _, database = url.rpartition("/")
    hosts = "&".join(f"host={one.host}:{one.port}" for one in (primary, second))
    return f"{head.rpartition('@')[0]}@/{database}?{hosts}&target_session_attrs=read-write"


@contextmanager
def cable() -> Iterator[None]:
    """A network namespace at the end of a cable of our own. Needs root."""
    within = ["ip", "netns", "exec", NETWORK]
    subprocess.run(["ip", "netns", "delete", NETWORK], check=False, capture_output=True)
    _all(
        ["ip", "netns", "add", NETWORK],
        ["ip", "link", "add", "mxf0", "type", "veth", "peer", "name", "mxf1", "netns", NETWORK],
        ["ip", "address", "add", f"{OURS}/30", "dev", "mxf0"],
        ["ip", "link", "set", "mxf0", "up"],
        [*within, "ip", "address", "add", f"{THEIRS}/30", "dev", "mxf1"],
        [*within, "ip", "link", "set", "mxf1", "up"],
        [*within, "ip", "link", "set", "lo", "up"],
    )
    try:
        yield
    finally:
        _all(["ip", "netns", "delete", NETWORK])


def network_cut(place: Place) -> Result:
    """The cable to the database is out for some seconds under load: nobody answers, nothing is refused."""
    with Service(place) as service:
        load = Load(place, service.port)
        load.start()
        load.until(12)
        before = len(load.acknowledged())
        plug("down")
        time.sleep(CUT)
        during = len(load.acknowledged()) - before
        plug("up")
        began = time.monotonic()
        load.until(1)
        back = time.monotonic() - began
        load.until(20)
        load.finish()
    complaints = () if during <= 4 else (f"{during} acknowledged while nobody could be reached",)
    words = f"{CUT:.0f} s, filing again after {back:.1f} s"
    return load.result("network cut", words, least=32, complaints=complaints)


def plug(state: str) -> None:
    _all(["ip", "netns", "exec", NETWORK, "ip", "link", "set", "mxf1", state])


def _all(*commands: list[str]) -> None:
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
