"""The job worker dies between two steps that belong together; another one takes over."""

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

from sqlalchemy import func, select, update

from registry import clock
from registry.contracts.models import Paper
from registry.database import db, transaction
from registry.documents import store
from registry.jobs import Job
from registry.ledger import service as ledger
from registry.ledger.checkpoints import note_head
from registry.ledger.setup import ledger_setup
from tests.faults.dying import POINTS
from tests.faults.judging import Result
from tests.faults.load import Load
from tests.faults.stage import Place, Service

PUBLISHED_WITHIN = 60.0


def dies(place: Place, point: str) -> Result:
    """One license taken, the worker dead at the point, a new worker; everything is done once in the end."""
    with Service(place, workers=1) as service:
        load = Load(place, service.port, clients=1)
        load.start()
        load.until(1)
        load.finish()
        filed = time.monotonic()
        complaints = _killed_at(place, point)
        with worker(place):
            complaints += _head_published(place, filed) if "sign" in point else _papers_done(place)
    return load.result(f"worker: {point}", "1 kill", least=1, complaints=tuple(complaints))


def _killed_at(place: Place, point: str) -> list[str]:
    assert point in POINTS
    command = [sys.executable, "-m", "tests.faults.dying", point]
    done = subprocess.run(command, env=place.environ(), capture_output=True, check=False)
    if done.returncode == -signal.SIGKILL:
        return []
    return [f"the worker did not come to the point: {done.returncode} {done.stderr.decode()[-300:]}"]


@contextlib.contextmanager
def worker(place: Place) -> Iterator[None]:
    with (place.folder / "worker.log").open("ab") as log:
        command = [sys.executable, "-m", "registry", "worker"]
        running = subprocess.Popen(command, env=place.environ(), stdout=log, stderr=log)
        try:
            yield
        finally:
            running.terminate()
            running.wait(timeout=60)


def _reached(what: Callable[[], bool], patience: float) -> bool:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.2)
    return False


def _head_published(place: Place, filed: float) -> list[str]:
    """Signed and anchored within a minute of the filing, the dead worker's lease notwithstanding."""

    def anchored() -> bool:
        with _reading(place):
            anchor = ledger_setup().anchor
            return anchor.exists() and note_head(anchor.read_text()).size == ledger.size()

    if _reached(anchored, PUBLISHED_WITHIN):
        return []
    return [f"the head was not published {time.monotonic() - filed:.0f} s after the filing"]


def _papers_done(place: Place) -> list[str]:
    """The lease of a long job is minutes: it is ended by hand here, then another worker prints."""
    with _reading(place):
        past = clock.now() - timedelta(seconds=1)
        ended = update(Job).where(Job.state == "running").values(leased_until=past)
        transaction(lambda: db.session.execute(ended))

    def idle() -> bool:
        with _reading(place):
            open_now = Job.state.in_(("waiting", "running")) & (Job.run_after <= clock.now())
            return db.session.scalar(select(func.count()).where(open_now)) == 0

    if not _reached(idle, 120):
        return ["the jobs were not done"]
    with _reading(place):
        return _papers_once()


def _papers_once() -> list[str]:
    """Every paper of an acceptance once, its content stored, its digest named by the log."""
    complaints = []
    columns = (Paper.acceptance_id, Paper.kind, Paper.digest, Paper.issued_seq)
    rows = db.session.execute(select(*columns)).all()
    kinds = Counter((str(row.acceptance_id), row.kind) for row in rows)
    if not rows or set(kinds.values()) != {1}:
        complaints.append(f"papers: {kinds}")
    for row in rows:
        store.get(row.digest)  # raises Damaged when the bytes are not the digest's
        said = json.dumps(ledger.filed_at(row.issued_seq)[1].fields["papers"])
        if row.digest not in said:
            complaints.append(f"the log does not name {row.kind}")
    return complaints


@contextlib.contextmanager
def _reading(place: Place) -> Iterator[None]:
    app = place.app()
    with app.app_context():
        try:
            yield
        finally:
            db.session.remove()
            db.engine.dispose()
