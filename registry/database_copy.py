"""The database written to a file and read back, by each database's own means: SQLite's backup interface,
PostgreSQL's pg_dump and pg_restore.

What is said of the log in a copy is read in the very snapshot that is copied.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, inspect, make_url, text

from registry.config import Misconfigured, Settings
from registry.database import db

SQLITE, POSTGRESQL = "registry.sqlite", "registry.pgdump"
_HEAD = text("SELECT size, leaf FROM ledger_head")
_REVISION = text("SELECT version_num FROM alembic_version")


@contextmanager
def snapshot(settings: Settings, folder: Path) -> Iterator[dict[str, Any]]:
    """Write the database into the folder; yields `database`, `size`, `leaf`, `revision` of that snapshot.

    Raises Misconfigured when PostgreSQL's programs are missing or refuse.
    """
    if db.engine.dialect.name == "sqlite":
        yield _sqlite_snapshot(settings, folder / SQLITE)
        return
    with db.engine.connect() as connection:
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        name = connection.scalar(text("SELECT pg_export_snapshot()"))
        # the owner's address: the application may not read every table's definition
        dump = ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={name}"]
        _run([*dump, f"--file={folder / POSTGRESQL}"], settings.owner_database_url)
        yield {"database": "postgresql", **_seen(connection)}
        connection.rollback()


def restore(settings: Settings, folder: Path, kind: str) -> None:
    """Bring the copy into an empty database, as its owner. Raises Misconfigured when it is not empty, or of
    the other kind.
    """
    url = settings.owner_database_url
    if kind != make_url(url).get_backend_name():
        raise Misconfigured(f"the backup is of {kind}; REGISTRY_DATABASE_URL names {url.partition(':')[0]}")
    if kind == "sqlite":
        _restore_sqlite(folder / SQLITE, Path(make_url(url).database or ""))
        return
    engine = create_engine(url)
    try:
        if inspect(engine).get_table_names():
            raise Misconfigured("the database holds tables already: restore into an empty one")
    finally:
        engine.dispose()
    command = ["pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    _run([*command, f"--dbname={make_url(url).database}", str(folder / POSTGRESQL)], url)


def _sqlite_snapshot(settings: Settings, place: Path) -> dict[str, Any]:
    """One copy under one read lock: filing goes on meanwhile, in the write-ahead log."""
    source = Path(make_url(settings.database_url).database or "")
    with closing(sqlite3.connect(source)) as ours, closing(sqlite3.connect(place)) as copy:
        ours.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without companions
    place.chmod(0o600)
    engine = create_engine(f"sqlite:///{place}")
    try:
        with engine.connect() as connection:
            if (said := connection.scalar(text("PRAGMA integrity_check"))) != "ok":
                raise Misconfigured(f"the database is damaged: {said}")
            return {"database": "sqlite", **_seen(connection)}
    finally:
        engine.dispose()


def _seen(connection: Connection) -> dict[str, Any]:
    size, leaf = connection.execute(_HEAD).one()
    return {"size": size, "leaf": bytes(leaf).hex(), "revision": connection.scalar(_REVISION)}


def _restore_sqlite(copy: Path, place: Path) -> None:
    if place.exists():
        raise Misconfigured(f"{place} is there already: restore where no database is")
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = place.with_name(place.name + ".part")
    shutil.copyfile(copy, part)
    part.chmod(0o600)
    with part.open("rb") as stream:
        os.fsync(stream.fileno())
    part.rename(place)


def _run(command: list[str], address: str) -> None:
    """PostgreSQL's own program, told where to connect by its environment: a password is no argument."""
    program = shutil.which(command[0])
    if program is None:
        raise Misconfigured(f"{command[0]} is missing: install PostgreSQL's client programs")
    done = subprocess.run(  # noqa: S603 - fixed programs, no shell
        [program, *command[1:]], env={**os.environ, **_libpq(address)}, capture_output=True, check=False
    )
    if done.returncode:
        raise Misconfigured(f"{command[0]} refused: {done.stderr.decode(errors='replace').strip()[-600:]}")


def _libpq(address: str) -> dict[str, str]:
    """The address as libpq's variables; hosts of a pair stand in the query (`host=a:5432&host=b:5432`)."""
    url = make_url(address)
    hosts = url.query.get("host", ())
    pairs = [host.partition(":") for host in ((hosts,) if isinstance(hosts, str) else hosts)]
    told = {
        "PGHOST": ",".join(name for name, _, _ in pairs) or url.host,
        "PGPORT": ",".join(port for _, _, port in pairs if port) or (str(url.port) if url.port else None),
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGTARGETSESSIONATTRS": url.query.get("target_session_attrs"),
    }
    return {name: str(value) for name, value in told.items() if value}
