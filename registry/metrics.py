"""Figures for Prometheus: requests by endpoint, and what the database knows at the moment of asking.

A request is counted in the process that served it; `registry serve` gives its processes a common folder
(PROMETHEUS_MULTIPROC_DIR), without which each tells its own counts alone. No label holds a number, a name or
an address: endpoints are the program's own words.
"""

import os
import time
from collections.abc import Iterator

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy import func, select

from registry import clock
from registry.database import db
from registry.jobs import Job
from registry.ledger import service as ledger
from registry.parties.letters import DEAD, WAITING
from registry.parties.models import Mail

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
REGISTRY = CollectorRegistry()
_SECONDS = Histogram(
    "mingxu_request_seconds",
    "How long requests took, by endpoint and method.",
    ("endpoint", "method"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
_ANSWERS = Counter("mingxu_answers_total", "Answers by status.", ("status",), registry=REGISTRY)


def init_app(app: Flask) -> None:
    """Count every request of the application."""
    app.before_request(_begin)
    app.after_request(_end)


def text() -> bytes:
    """Everything, in Prometheus's text format. Needs an application context; reads only."""
    counted = REGISTRY
    if os.environ.get(FOLDER):
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    known = CollectorRegistry()
    known.register(_Known())
    return bytes(generate_latest(counted) + generate_latest(known))


def _begin() -> None:
    g.begun = time.perf_counter()


def _end(response: Response) -> Response:
    begun = g.pop("begun", None)
    if begun is not None:
        endpoint = request.endpoint or "none"
        _SECONDS.labels(endpoint, request.method).observe(time.perf_counter() - begun)
        _ANSWERS.labels(str(response.status_code)).inc()
    return response


class _Known:
    """What rows say: the log, its audit, jobs and mail."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield GaugeMetricFamily("mingxu_ledger_size", "Filings in the log.", value=ledger.size())
        last = next(iter(ledger.audits(1)), None)
        if last is not None:
            age = (clock.now() - last.ended_at).total_seconds()
            yield GaugeMetricFamily("mingxu_audit_age_seconds", "Since the last audit ended.", value=age)
            valid = float(last.verdict == "valid")
            yield GaugeMetricFamily("mingxu_audit_valid", "1 when the last audit passed.", value=valid)
        jobs = GaugeMetricFamily("mingxu_jobs", "Jobs that are not done, by state.", labels=["state"])
        found = {row.state: row.waiting for row in db.session.execute(_JOBS)}
        for state in ("waiting", "running", "dead"):
            jobs.add_metric([state], found.get(state, 0))
        yield jobs
        letters: dict[str, int] = {row.state: row.letters for row in db.session.execute(_MAIL)}
        waiting = sum(letters.get(state, 0) for state in WAITING)
        yield GaugeMetricFamily("mingxu_mail_waiting", "Letters not sent yet.", value=waiting)
        dead = sum(letters.get(state, 0) for state in DEAD)
        yield GaugeMetricFamily("mingxu_mail_dead", "Letters refused for good or given up.", value=dead)


_MAIL = (
    select(Mail.state, func.count().label("letters"))
    .where(Mail.state.in_((*WAITING, *DEAD)))
    .group_by(Mail.state)
)
_JOBS = select(Job.state, func.count().label("waiting")).where(Job.state != "done").group_by(Job.state)
