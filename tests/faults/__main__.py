"""`make faults`: every fault on real servers, then one table. Exit code 1 when something broke.

    make faults                 all of them, some minutes
    make faults ONLY=disk       those whose name holds the word
"""

import argparse
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests import postgres
from tests.faults import copies, pairs, processes, surroundings, traces, workers
from tests.faults.dying import POINTS
from tests.faults.judging import Result
from tests.faults.stage import Place, cloned, copied, prepare

OFFERS = 90
SMALL = ("--wal-segsize=1",), ("max_wal_size=8MB", "min_wal_size=2MB")
LITE, SERVER = "SQLite", "PostgreSQL"


@dataclass(slots=True)
class Stage:
    """The folder of a whole session of faults; each database is prepared once and copied for each run."""

    folder: Path
    stack: ExitStack
    _ready: dict[str, Place] = field(default_factory=dict)
    _cluster: postgres.Cluster | None = None
    _count: int = 0

    @property
    def cluster(self) -> postgres.Cluster:
        if self._cluster is None:
            self._cluster = self.stack.enter_context(postgres.cluster(durable=True))
        return self._cluster

    def place(self, database: str, within: Path | None = None) -> Place:
        """A fresh registry with offers to be taken."""
        self._count += 1
        folder, ready = (within or self.folder) / f"run{self._count}", self._prepared(database)
        if database == LITE:
            return copied(ready, folder)
        name = f"run{self._count}"
        return cloned(ready, folder, cluster=self.cluster, template="ready", name=name)

    def _prepared(self, database: str) -> Place:
        if database not in self._ready:
            folder = self.folder / f"ready-{database}"
            folder.mkdir()
            if database == LITE:
                url = owner = f"sqlite:///{folder / 'registry.sqlite'}"
            else:
                self.cluster.create("ready")
                url = self.cluster.url("ready", postgres.APPLICATION)
                owner = self.cluster.url("ready", postgres.OWNER)
            made = Place(database=database, folder=folder, url=url, owner_url=owner)
            prepare(made, OFFERS)
            self._ready[database] = made
        return self._ready[database]


Run = Callable[[Stage], Result]


def disk_full_sqlite(stage: Stage) -> Result:
    with surroundings.small_disk(stage.folder / "disk-lite", 48) as disk:
        return surroundings.full_disk(stage.place(LITE, disk), disk)


def disk_full_postgresql(stage: Stage) -> Result:
    """Data and write-ahead log on one small disk, with a cluster of its own; the files stay outside."""
    initdb, options = SMALL
    with (
        surroundings.small_disk(stage.folder / "disk-pg", 192) as disk,
        postgres.cluster(durable=True, within=disk, initdb=initdb, options=options) as cluster,
    ):
        folder = stage.folder / "run-disk-pg"
        folder.mkdir()
        cluster.create("full")
        urls = cluster.url("full", postgres.APPLICATION), cluster.url("full", postgres.OWNER)
        place = Place(database=SERVER, folder=folder, url=urls[0], owner_url=urls[1])
        prepare(place, OFFERS // 2)
        return surroundings.full_disk(place, disk, cluster)


def failover(stage: Stage) -> Result:
    """A pair of its own: the stage's cluster would wait for the standby's confirmation for ever after."""
    with postgres.cluster(durable=True, options=pairs.REPLICATION) as cluster:
        return pairs.failover(_prepared_on(cluster, stage.folder / "run-pair"), cluster)


def network_cut(stage: Stage) -> Result:
    through = ("ip", "netns", "exec", pairs.NETWORK)
    with pairs.cable(), postgres.cluster(durable=True, host=pairs.THEIRS, through=through) as cluster:
        return pairs.network_cut(_prepared_on(cluster, stage.folder / "run-cable"))


def _prepared_on(cluster: postgres.Cluster, folder: Path) -> Place:
    folder.mkdir()
    cluster.create("one")
    urls = cluster.url("one", postgres.APPLICATION), cluster.url("one", postgres.OWNER)
    place = Place(database=SERVER, folder=folder, url=urls[0], owner_url=urls[1])
    prepare(place, OFFERS)
    return place


def runs() -> Iterator[tuple[str, Run]]:
    """Every fault by name, in the order of the table."""
    for database in (LITE, SERVER):
        yield f"web workers · {database}", lambda s, d=database: processes.web_workers(s.place(d))  # type: ignore[misc]
    yield f"server · {SERVER}", lambda s: processes.server(s.place(SERVER), s.cluster)
    yield f"backends · {SERVER}", lambda s: processes.backends(s.place(SERVER), s.cluster)
    yield f"failover · {SERVER}", failover
    yield f"network · {SERVER}", network_cut
    yield f"backup · {LITE}", lambda s: copies.backup_and_restore(s.place(LITE))
    yield f"backup · {SERVER}", lambda s: copies.backup_and_restore(s.place(SERVER), s.cluster)
    yield f"disk · {LITE}", disk_full_sqlite
    yield f"disk · {SERVER}", disk_full_postgresql
    for database in (LITE, SERVER):
        yield f"clock · {database}", lambda s, d=database: surroundings.clock_back(s.place(d))  # type: ignore[misc]
    yield f"lock · {LITE}", lambda s: surroundings.lock_held(s.place(LITE))
    for point in POINTS:
        for database in (LITE, SERVER):
            yield f"worker {point} · {database}", partial(_worker_dies, database=database, point=point)
    yield f"flush · {LITE}", lambda s: traces.flushed_before_answered(s.place(LITE))


def _worker_dies(stage: Stage, *, database: str, point: str) -> Result:
    return workers.dies(stage.place(database), point)


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.faults")
    parser.add_argument("--only", action="append", help="those whose name holds this word; may be repeated")
    words = parser.parse_args().only or [""]
    wanted = [(name, run) for name, run in runs() if any(word in name for word in words)]
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="mxfaults") as folder, ExitStack() as stack:
        stage = Stage(Path(folder), stack)
        for name, run in wanted:
            began = time.monotonic()
            try:
                result = run(stage)
            except Exception as error:
                traceback.print_exc()
                fault, _, database = name.partition(" · ")
                result = Result(fault=fault, database=database, faults="", broken=(repr(error),))
            results.append(result)
            verdict = "held" if result.ok else f"BROKEN {result.broken}"
            print(f"{name}: {verdict} ({time.monotonic() - began:.0f} s)", flush=True)
    print("\n" + table(results))
    return 0 if results and all(result.ok for result in results) else 1


def table(results: list[Result]) -> str:
    """The summary as a Markdown table."""
    lines = [
        "| fault | database | done | acknowledged | lost | doubled | answers replayed | 503 | no answer "
        "| longest wait s | verdict |",
        "|---|---|---|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    for one in results:
        told = [one.counts.get(name, 0) for name in ("replayed", "503", "no answer")]
        cells = (one.fault, one.database, one.faults, one.acknowledged, one.lost, one.doubled, *told)
        end = (f"{one.longest:.1f}", "held" if one.ok else "BROKEN")
        lines.append(f"| {' | '.join(str(cell) for cell in (*cells, *end))} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
