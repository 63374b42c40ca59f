"""Where a fault is played: a registry with offers to be taken, on SQLite or on a PostgreSQL of its own, and
the web server over it as an operator would run it.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from flask import Flask

from registry import schema
from registry.app import create_app
from registry.database import db
from registry.ledger.keyfiles import create_keys
from registry.ledger.setup import ledger_setup
from tests import postgres
from tests.conftest import settings_for
from tests.factories import make_organisation, make_venue, published
from tests.fonts import font_folder
from tests.licenses.test_api import Machine

ORIGIN, SECRET = "test.mingxu.invalid", "a secret that only the fault runs know, long enough"
LICENSEES = ("c1", "c2", "c3", "c4", "c5", "r1", "a1")
STARTS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One registry ready for a run: its folder, its database, and what clients may do there."""

    database: str
    folder: Path
    url: str
    owner_url: str

    @property
    def work(self) -> Path:
        return self.folder / "work.json"

    @property
    def vkey(self) -> str:
        return str(json.loads(self.work.read_text())["vkey"])

    def environ(self, **more: str) -> dict[str, str]:
        """What the service's processes are told; nothing of the operator's own settings comes through."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRY_")}
        return {
            **inherited,
            "REGISTRY_SECRET_KEY": SECRET,
            "REGISTRY_ORIGIN": ORIGIN,
            "REGISTRY_INSTANCE": str(self.folder),
            "REGISTRY_DATABASE_URL": self.url,
            "REGISTRY_OWNER_DATABASE_URL": self.owner_url,
            "REGISTRY_BASE_URL": "http://localhost",
            "REGISTRY_RATE_KEY": "0",  # one client asks as often as it can
            **more,
        }

    def app(self) -> Flask:
        return create_app(settings_for(self.folder, self.url, self.owner_url))


def prepare(place: Place, offers: int) -> None:
    """Keys, schema, one holder with its venue, offers free of charge, and licensees with their own keys."""
    create_keys(place.folder / "keys")
    (place.folder / "fonts").symlink_to(font_folder(), target_is_directory=True)
    schema.upgrade(settings_for(place.folder, place.url, place.owner_url))
    app = place.app()
    with app.app_context():
        schema.seed()
        holder, venue = make_organisation(app, "u1"), make_venue(app, "v1")
        machines = [Machine(app, make_organisation(app, key)) for key in LICENSEES]
        numbers = [published(app, holder, venue).number for _ in range(offers)]
        keys = [
            {"bearer": one.bearer, "kid": one.kid, "private": one.signer.private_bytes().hex()}
            for one in machines
        ]
        place.work.write_text(
            json.dumps({"vkey": str(ledger_setup().vkey), "machines": keys, "offers": numbers})
        )
        db.session.remove()
        db.engine.dispose()


def copied(place: Place, folder: Path) -> Place:
    """The same registry on SQLite once more, somewhere else."""
    shutil.copytree(place.folder, folder, symlinks=True)
    url = f"sqlite:///{folder / 'registry.sqlite'}"
    return Place(database=place.database, folder=folder, url=url, owner_url=url)


def cloned(place: Place, folder: Path, *, cluster: postgres.Cluster, template: str, name: str) -> Place:
    """The same registry on PostgreSQL once more, under another name."""
    shutil.copytree(place.folder, folder, symlinks=True)
    cluster.create(name, template)
    urls = cluster.url(name, postgres.APPLICATION), cluster.url(name, postgres.OWNER)
    return Place(database=place.database, folder=folder, url=urls[0], owner_url=urls[1])


@dataclass(slots=True)
class Service:
    """gunicorn with its workers, started as `registry serve` does it."""

    place: Place
    workers: int = 2
    threads: int = 4
    app: str = "registry.serving:application()"
    environ: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=postgres.free_port)
    _web: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Service":
        command = [sys.executable, "-m", "gunicorn", self.app]
        command += ["--bind", f"127.0.0.1:{self.port}", "--worker-class", "gthread"]
        command += ["--workers", str(self.workers), "--threads", str(self.threads), "--log-level", "warning"]
        with (self.place.folder / "web.log").open("ab") as log:
            environ = self.place.environ(**self.environ)
            self._web = subprocess.Popen(command, env=environ, stdout=log, stderr=log, process_group=0)
        end = time.monotonic() + STARTS
        while not self.answers():
            if time.monotonic() > end:
                self.__exit__()
                raise RuntimeError(f"no answer: {(self.place.folder / 'web.log').read_text()[-2000:]}")
            time.sleep(0.1)
        return self

    def __exit__(self, *_: object) -> None:
        if self._web is None:
            return
        self._web.terminate()
        try:
            self._web.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(self._web.pid, signal.SIGKILL)
            self._web.wait()

    def answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("HEAD", "/healthz-that-is-not-there")
            return connection.getresponse().status == 404
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def worker_pids(self) -> list[int]:
        """The processes that serve, the oldest first."""
        assert self._web is not None
        return children(self._web.pid)


def children(pid: int) -> list[int]:
    """The child processes of a process."""
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(word) for word in found.read_text().split()] if found.exists() else []


def kill(pid: int) -> None:
    """As a power cut would: no handler runs, nothing is flushed."""
    os.kill(pid, signal.SIGKILL)


def command(place: Place, *words: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """`registry …` over a place, as an operator would call it."""
    return subprocess.run(
        [sys.executable, "-m", "registry", *words],
        env=place.environ(),
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )
