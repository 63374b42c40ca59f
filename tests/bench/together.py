"""Append by eight clients at once against one client's own rate, in two shapes: eight processes, and two
processes of four threads each, as `registry serve` runs them. Rounds of one and of eight take turns.
"""

import itertools
import multiprocessing
import os
import statistics
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from threading import Thread

from flask import Flask

from registry.app import create_app
from registry.config import Settings
from registry.database import db, transaction
from registry.errors import Unavailable
from registry.ledger import service as ledger
from registry.ledger.filings import Filing
from tests.bench.measuring import Row

ROUNDS, SECONDS, CLIENTS = 5, 2.0, 8
SHAPES = {"8 processes": (8, 1), "2 processes × 4 threads": (2, 4)}
_numbers = itertools.count()


def run(settings: Settings, database: str, aim: str) -> list[Row]:
    return [_shape(settings, database, name, aim) for name in SHAPES]


def _shape(settings: Settings, database: str, name: str, aim: str) -> Row:
    processes, threads = SHAPES[name]
    context = multiprocessing.get_context("spawn")
    lines, running = [], []
    for _ in range(processes):
        ours, theirs = context.Pipe()
        process = context.Process(target=client, args=(settings, theirs), daemon=True)
        process.start()
        lines.append(ours)
        running.append(process)
    for line in lines:
        line.recv()  # ready
    ones, eights, waits, busy = [], [], [], 0
    for _ in range(ROUNDS):
        one, _, _ = _round(lines[:1], 1)
        eight, waited, refused = _round(lines, threads)
        ones.append(one)
        eights.append(eight)
        waits += waited
        busy += refused
    for line, process in zip(lines, running, strict=True):
        line.send(0)
        process.join()
    ratios = sorted(a / b for a, b in zip(eights, ones, strict=True))
    waits.sort()
    p99 = waits[int(len(waits) * 0.99)] * 1000
    said = f"{aim}, p99 < 100 ms: {p99:.0f} ms, {busy} busy"
    title = f"append, eight clients · one client ({name}) · {database}"
    return Row(title, statistics.median(eights), statistics.median(ones), (ratios[0], ratios[-1]), said)


def _round(lines: list[Connection], threads: int) -> tuple[float, list[float], int]:
    """Filings a second over all clients, how long each took, and how many were told to come back."""
    for line in lines:
        line.send(threads)
    answers = [line.recv() for line in lines]
    waits = [wait for found, _, _ in answers for wait in found]
    seconds = max(end for _, _, end in answers)
    return len(waits) / seconds, waits, sum(refused for _, refused, _ in answers)


def client(settings: Settings, line: Connection) -> None:
    """A process of clients: for each number received, that many threads file for a while."""
    app = create_app(settings)
    with app.app_context():
        _file()
        db.session.remove()
    line.send("ready")
    while threads := line.recv():
        line.send(_filed(app, threads))
    with app.app_context():
        db.engine.dispose()


def _filed(app: Flask, threads: int) -> tuple[list[float], int, float]:
    waits: list[float] = []
    refused: list[int] = []
    began = time.perf_counter()

    def work() -> None:
        with app.app_context():
            while time.perf_counter() < began + SECONDS:
                start = time.perf_counter()
                try:
                    _file()
                    waits.append(time.perf_counter() - start)
                except Unavailable:
                    refused.append(1)
            db.session.remove()

    running = [Thread(target=work) for _ in range(threads)]
    _all(running, Thread.start)
    _all(running, Thread.join)
    return waits, len(refused), time.perf_counter() - began


def _all(threads: list[Thread], do: Callable[[Thread], None]) -> None:
    for thread in threads:
        do(thread)


def _file() -> None:
    number = f"MX-BENCH-{os.getpid()}-{next(_numbers)}"
    fields = {"contract": number, "instant": "2026-11-22T00:00:00.000Z", "ground": "notice"}
    transaction(lambda: ledger.append([Filing(type="license.effective", subject=number, fields=fields)]))
