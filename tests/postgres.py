"""A PostgreSQL of the tests' own: a throw-away cluster on a free port, run by a user that is not root."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg

HERE = "127.0.0.1"
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
    """One server; databases are cloned from a template in a few hundredths of a second."""

    def __init__(
        self,
        place: Path,
        folder: Path,
        *,
        port: int,
        options: Sequence[str],
        host: str = HERE,
        through: Sequence[str] = (),
    ) -> None:
        """`through` is put before the server's command, to run it in a network of its own under `host`."""
        self.place, self.folder, self.port, self.options = place, folder, port, options
        self.host, self.through = host, through
        self._server: subprocess.Popen[bytes] | None = None

    def url(self, database: str, role: str) -> str:
        return f"postgresql+psycopg://{role}@{self.host}:{self.port}/{database}"

    def admin(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(f"postgresql://postgres@{self.host}:{self.port}/{database}", autocommit=True)

    def create(self, name: str, template: str = "template0") -> None:
        with self.admin() as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER {OWNER}')

    def drop(self, name: str) -> None:
        with self.admin() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    @property
    def pid_file(self) -> Path:
        return self.folder / "d" / "postmaster.pid"

    @property
    def ended(self) -> bool:
        return self._server is None or self._server.poll() is not None

    def start(self, *, patience: float = 10) -> None:
        """Start the server and wait until it answers. Raises RuntimeError when it does not."""
        command = [str(self.place / "postgres"), "-D", str(self.folder / "d"), "-p", str(self.port)]
        command += [
            "-c",
            f"listen_addresses={self.host}",
            "-k",
            str(self.folder),
            "-c",
            "max_connections=120",
        ]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [*self.through, *_as_postgres(*command, *self.options)],
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )
        self._wait(time.monotonic() + patience)

    def keep(self, folder: Path) -> None:
        """Stop, with everything written, and copy what is to be the beginning of other clusters."""
        self.stop("fast")
        subprocess.run(["cp", "-a", str(self.folder / "d"), str(folder)], check=True)

    def stop(self, how: str = "immediate") -> None:
        subprocess.run(
            _as_postgres(str(self.place / "pg_ctl"), "-D", str(self.folder / "d"), "-m", how, "stop"),
            cwd=self.folder, capture_output=True, check=False,
        )  # fmt: skip
        if self._server is not None:
            self._server.wait(timeout=20)

    def _wait(self, end: float) -> None:
        while time.monotonic() < end and not self.ended:
            with contextlib.suppress(psycopg.OperationalError), self.admin():
                return
            time.sleep(0.05)
        said = (self.folder / "log").read_text(errors="replace")[-2000:]
        raise RuntimeError(f"PostgreSQL did not come up: {said}")


def _as_postgres(*command: str) -> list[str]:
    if os.geteuid() != 0:
        return list(command)
    return ["runuser", "-u", "postgres", "--", *command]


@contextlib.contextmanager
def cluster(
    *,
    durable: bool = False,
    within: Path | None = None,
    initdb: Sequence[str] = (),
    options: Sequence[str] = (),
    host: str = HERE,
    through: Sequence[str] = (),
    like: Path | None = None,
) -> Iterator[Cluster]:
    """Start a cluster, stop and remove it afterwards. `durable` keeps fsync on, for benches and faults;
    `like` is what another was kept as, with its roles and databases.
    """
    place = binaries()
    if place is None:
        raise FileNotFoundError("no PostgreSQL server is installed")
    folder = Path(tempfile.mkdtemp(prefix="mxpg", dir=within))
    give(folder)
    try:
        if like is not None:
            _run(["cp", "-a", str(like), str(folder / "d")])
        else:
            command = [str(place / "initdb"), "-D", str(folder / "d"), "-U", "postgres", "-A", "trust"]
            _run(_as_postgres(*command, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", *initdb))
        fast = [] if durable else ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        said = [part for option in (*fast, *options) for part in ("-c", option)]
        if host != HERE:
            with (folder / "d" / "pg_hba.conf").open("a") as rules:
                rules.write("host all all samenet trust\n")
        made = Cluster(place, folder, port=free_port(), options=said, host=host, through=through)
        try:
            made.start()
            if like is None:
                with made.admin() as connection:
                    connection.execute(f"CREATE ROLE {OWNER} LOGIN")
                    connection.execute(f"CREATE ROLE {APPLICATION} LOGIN")
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def give(folder: Path) -> None:
    """Let the server's user write there: PostgreSQL does not run as root."""
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")


def run(command: list[str]) -> None:
    """One of PostgreSQL's programs, as the server's user. Raises RuntimeError with what it said."""
    _run(_as_postgres(*command))


def _run(command: list[str]) -> None:
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
