"""Processes that die: web workers, the PostgreSQL server, one of its backends."""

import contextlib
import time

import psycopg

from tests import postgres
from tests.faults.judging import Result
from tests.faults.load import Load
from tests.faults.stage import Place, Service, kill

WORKER_KILLS, SERVER_KILLS = 10, 3


def web_workers(place: Place) -> Result:
    """kill -9 of a web worker, ten times under load; gunicorn starts another each time."""
    with Service(place) as service:
        load = Load(place, service.port)
        load.start()
        for n in range(WORKER_KILLS):
            load.until(4)
            pids = service.worker_pids()
            kill(pids[n % len(pids)])
        load.until(8)
        load.finish()
    return load.result("web worker killed", f"{WORKER_KILLS} kills", least=WORKER_KILLS * 4)


def server(place: Place, cluster: postgres.Cluster) -> Result:
    """kill -9 of PostgreSQL, three times under load, each time started again on what it left."""
    with Service(place) as service:
        load = Load(place, service.port)
        load.start()
        for _ in range(SERVER_KILLS):
            load.until(8)
            kill(int(cluster.pid_file.read_text().split()[0]))
            time.sleep(0.5)
            started_again(cluster)
        load.until(8)
        load.finish()
    return load.result("PostgreSQL killed", f"{SERVER_KILLS} kills", least=SERVER_KILLS * 8)


def started_again(cluster: postgres.Cluster, *, patience: float = 60) -> None:
    """Remove the stale pid file and start, again and again: what the dead server's children hold, they hold
    for a moment longer.
    """
    end = time.monotonic() + patience
    while True:
        cluster.pid_file.unlink(missing_ok=True)
        try:
            return cluster.start()
        except RuntimeError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def backends(place: Place, cluster: postgres.Cluster) -> Result:
    """One backend ended politely, then one by kill -9, after which the server recovers from its log."""
    with Service(place) as service:
        load = Load(place, service.port)
        load.start()
        for polite in (True, False):
            load.until(8)
            pid = _backend(cluster)
            if polite:
                with cluster.admin() as connection:
                    connection.execute("SELECT pg_terminate_backend(%s)", (pid,))
            else:
                kill(pid)
        load.until(8)
        load.finish()
    return load.result("PostgreSQL backend ended", "1 ended, 1 kill", least=24)


def _backend(cluster: postgres.Cluster) -> int:
    """A backend that serves the application, in a transaction if one is found soon."""
    query = "SELECT pid FROM pg_stat_activity WHERE usename = %s ORDER BY xact_start NULLS LAST LIMIT 1"
    with cluster.admin() as connection:
        row = connection.execute(query, (postgres.APPLICATION,)).fetchone()
    assert row is not None
    return int(row[0])


def is_up(cluster: postgres.Cluster) -> bool:
    with contextlib.suppress(psycopg.OperationalError), cluster.admin():
        return True
    return False
