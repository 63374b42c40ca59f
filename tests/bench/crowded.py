"""Acceptances while a hundred others export and the worker prints: how long each waits for its answer.

    make bench PART=crowded

Real processes: gunicorn as `registry serve` runs it, `registry worker` with a hundred licenses waiting to be
printed, a crowd that reads the change stream a hundred times at once, and one client that takes licenses
signed outside. Each line tells the wait for the filing answer (201) in milliseconds.
"""

import json
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from registry.database import db
from registry.jobs import Job
from tests import postgres
from tests.faults.client import Client
from tests.faults.stage import Place, Service, prepare
from tests.faults.workers import worker

EXPORTS, WAITING, MEASURED = 100, 100, 100
AIM = "p99 < 1,000 ms"
STREAM = "/api/v1/log/changes"


@dataclass(slots=True)
class Watch(Client):
    """A client that keeps how long each filing answer took."""

    waits: list[float] = field(default_factory=list)

    def call(self, machine: dict[str, str], path: str, body: dict[str, Any], *, key: str) -> Any:
        began = time.perf_counter()
        answer = Client.call(self, machine, path, body, key=key)
        if path.endswith("/notice"):
            self.waits.append(time.perf_counter() - began)
        return answer


class Crowd:
    """So many readers of the whole change stream, each asking again as soon as it has it."""

    def __init__(self, port: int, count: int = EXPORTS) -> None:
        self.port, self.done, self.refused = port, 0, 0
        self._stop = threading.Event()
        self._all = [threading.Thread(target=self._read, daemon=True) for _ in range(count)]

    def __enter__(self) -> "Crowd":
        for one in self._all:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for one in self._all:
            one.join(timeout=60)

    def _read(self) -> None:
        while not self._stop.is_set():
            connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                connection.request("GET", STREAM, headers={"Connection": "close"})
                answer = connection.getresponse()
                whole = answer.read().rstrip().endswith(b"}")
                self.done += answer.status == 200 and whole
                self.refused += answer.status in (429, 503)
            except (OSError, HTTPException):
                time.sleep(0.1)
            finally:
                connection.close()


def report(databases: Sequence[str]) -> str:
    """A Markdown table: alone, and in the crowd, on each database."""
    lines = [
        f"Waits for an acceptance in milliseconds; {EXPORTS} exports at once, printing; aim {AIM}.\n",
        "| database | alone p50 | p99 | in the crowd p50 | p99 | longest | exports done | jobs done |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for database in databases:
        with ExitStack() as stack:
            lines.append(_line(_place(database, stack)))
    return "\n".join(lines)


def _place(database: str, stack: ExitStack) -> Place:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mxcrowd"))) / "place"
    folder.mkdir()
    urls = (f"sqlite:///{folder / 'registry.sqlite'}",) * 2
    if database != "SQLite":
        cluster = stack.enter_context(postgres.cluster(durable=True))
        cluster.create("crowd")
        urls = cluster.url("crowd", postgres.APPLICATION), cluster.url("crowd", postgres.OWNER)
    place = Place(database=database, folder=folder, url=urls[0], owner_url=urls[1])
    prepare(place, -(-(WAITING + 2 * MEASURED) // 7))
    return place


def _line(place: Place) -> str:
    given = json.loads(place.work.read_text())
    pairs = [(machine, offer) for offer in given["offers"] for machine in given["machines"]]
    with Service(place) as service, (place.folder.parent / "answers").open("w", encoding="utf-8") as answers:
        watch = Watch(service.port, answers)
        for n, pair in enumerate(pairs[:WAITING]):
            watch.take(*pair, f"first-{n}")
        alone, watch.waits = watch.waits, []
        with worker(place), Crowd(service.port) as crowd:
            while not _jobs_done(place):
                time.sleep(1)
            for n, pair in enumerate(pairs[WAITING : WAITING + MEASURED]):
                watch.take(*pair, f"then-{n}")
        done = _jobs_done(place)
    figures = (*_shape(alone), *_shape(watch.waits), max(watch.waits) * 1000)
    told = " | ".join(f"{one:,.0f}" for one in figures)
    return f"| {place.database} | {told} | {crowd.done:,} | {done:,} |"


def _shape(waits: Sequence[float]) -> tuple[float, float]:
    found = sorted(waits)
    return found[len(found) // 2] * 1000, found[-(-len(found) * 99 // 100) - 1] * 1000


def _jobs_done(place: Place) -> int:
    app = place.app()
    with app.app_context():
        found = db.session.scalar(select(func.count()).where(Job.state == "done")) or 0
        db.session.remove()
        db.engine.dispose()
    return found
