"""A PostgreSQL of the tests' own: a throw-away cluster on a free port, run by a user that is not root."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

OWNER, APPLICATION = "registry_owner", "registry_app"


def binaries() -> Path | None:
    """The newest installed server, Debian's place first."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    found = [place for place in places if (place / "initdb").exists()]
    if found:
        return found[0]
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


class Cluster:
    """One running server; databases are cloned from a template in a few hundredths of a second."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port

    def url(self, database: str, role: str) -> str:
        return f"postgresql+psycopg://{role}@127.0.0.1:{self.port}/{database}"

    def admin(self) -> psycopg.Connection:
        return psycopg.connect(f"postgresql://postgres@127.0.0.1:{self.port}/postgres", autocommit=True)

    def create(self, name: str, template: str = "template0") -> None:
        with self.admin() as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER {OWNER}')

    def drop(self, name: str) -> None:
        with self.admin() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _as_postgres(*command: str) -> list[str]:
    if os.geteuid() != 0:
        return list(command)
    return ["runuser", "-u", "postgres", "--", *command]


@contextlib.contextmanager
def cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """Start a cluster, stop and remove it afterwards. `durable` keeps fsync on, for benches."""
    place = binaries()
    if place is None:
        raise FileNotFoundError("no PostgreSQL server is installed")
    folder = Path(tempfile.mkdtemp(prefix="mxpg"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    data = folder / "d"
    try:
        command = [str(place / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        _run(_as_postgres(*command, "--locale=C.UTF-8", "--no-sync"))
        port = _free_port()
        options = [
            "-c",
            "listen_addresses=127.0.0.1",
            "-p",
            str(port),
            "-k",
            str(folder),
            "-c",
            "max_connections=120",
        ]
        if not durable:
            options += ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                _as_postgres(str(place / "postgres"), "-D", str(data), *options),
                stdout=log,
                stderr=log,
                cwd=folder,
            )
        made = Cluster(folder, port)
        try:
            _wait(made)
            with made.admin() as connection:
                connection.execute(f"CREATE ROLE {OWNER} LOGIN")
                connection.execute(f"CREATE ROLE {APPLICATION} LOGIN")
            yield made
        finally:
            subprocess.run(
                _as_postgres(str(place / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"),
                cwd=folder, capture_output=True, check=False,
            )  # fmt: skip
            server.wait(timeout=20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[str]) -> None:
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(made: Cluster) -> None:
    for _ in range(200):
        with contextlib.suppress(psycopg.OperationalError), made.admin():
            return
        time.sleep(0.05)
    raise RuntimeError(
        "PostgreSQL did not come up: " + (made.folder / "log").read_text(errors="replace")[-2000:]
    )
