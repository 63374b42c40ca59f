"""`registry serve`: prepare what is missing, then run web server and worker together until told to stop."""

import gc
import logging
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event

from flask import Flask
from sqlalchemy.exc import OperationalError

from registry import clock, config, database, metrics, problems, schema
from registry.app import create_app
from registry.config import Settings
from registry.database import db
from registry.demonstration import load as demonstration
from registry.demonstration import samples
from registry.documents import fonts
from registry.errors import Stopped
from registry.ledger import seal_keys
from registry.ledger import service as ledger
from registry.ledger.keyfiles import create_keys

log = logging.getLogger(__name__)
Say = Callable[[str], None]
Part = subprocess.Popen[bytes]
STARTS, ENDS = 120.0, 30.0
"""Seconds the web server may take to answer its first page, and a part to end after it was told to."""


def demo_settings(port: int, instance: Path | None = None) -> Settings:
    """Settings of the labelled demonstration: a folder, a secret and a log origin of its own."""
    base = instance or Path(os.environ.get("REGISTRY_INSTANCE", "instance")).resolve()
    folder = base / "demo"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = folder / "secret"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_hex(32))
    os.environ.setdefault("REGISTRY_SECRET_KEY", kept.read_text().strip())
    os.environ["REGISTRY_DEMO"] = "1"
    os.environ["REGISTRY_INSTANCE"] = str(folder)
    os.environ.setdefault("REGISTRY_BASE_URL", f"http://127.0.0.1:{port}")
    made = config.from_environment(demo=True)
    shared_fonts = base / "fonts"
    if shared_fonts.exists() and not made.fonts.exists():
        made.fonts.symlink_to(shared_fonts, target_is_directory=True)
    return made


def prepare(settings: Settings, say: Say) -> Flask:
    """Keys (made by themselves in the demonstration only), fonts, schema, log, terms. Raises as `serve`."""
    settings.instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not settings.keys.exists():
        if not settings.demo:
            raise config.Misconfigured("no keys: run `registry keys create` once (docs/operations.md)")
        say("making demonstration keys")
        create_keys(settings.keys)
    if settings.demo and seal_keys.state_of(settings.seal, settings.keys, now=clock.now()).state == "missing":
        say("making the demonstration's own seal, which nobody vouches for")
        before = clock.now() - timedelta(days=365)  # the demonstration's papers are older than this start
        seal_keys.make_self_made(settings.keys, operator=settings.operator_name, demo=True, at=before)
    fonts.build_fonts(settings.fonts, progress=say)
    say("bringing the database to the present schema")
    schema.upgrade(settings)
    app = create_app(settings)
    if settings.witness_policy is None:
        say("no witnesses: nobody outside cosigns this log (REGISTRY_WITNESS_POLICY)")
    seal = seal_keys.state_of(settings.seal, settings.keys, now=clock.now())
    if seal.state not in seal_keys.SEALS:
        say(f"no seal: certificates go out unsealed ({seal.state}; registry keys seal)")
    if not settings.tsa_url:
        say("no timestamp authority: times are this machine's own (REGISTRY_TSA_URL)")
    with app.app_context():
        ledger.check_start()  # before anything is signed: a log set back must not be continued
        ledger.tidy()  # a rotation that was interrupted after its filing is brought to its end
        if not settings.demo:  # the demonstration's log begins in its own past
            schema.seed()
    return app


def ready(app: Flask) -> Flask:
    """The application, unless its log is not the one we published or stands unguarded: for a WSGI server.

    Asks nobody outside: a server's workers come and go. While the database cannot be reached nothing is
    answered: the first request that reaches it makes up for the check. Raises Conflict, and Unavailable where
    the database is older than this program; the log says in words what to do.
    """
    with app.app_context():
        try:
            _check_log()
        except Stopped as refused:
            log.critical("%s [%s]", problems.sentence(refused, "en"), refused.code)
            raise
        except OperationalError:
            log.exception("the database cannot be reached: the log is checked before the first answer")
            app.before_request(_checking_first())
        finally:
            db.session.remove()
            db.engine.dispose()  # nothing of the parent process may be shared with forked workers
    return _settled(app)


def application() -> Flask:
    """What `serve` gives its web server: it has looked at the log itself."""
    return _settled(create_app())


def _settled(app: Flask) -> Flask:
    """The database bounds what one request may take of it from now on. What is loaded by now stays: the
    collector would look through it in the middle of somebody's request, a quarter of a second each time.
    """
    settings: Settings = app.extensions["settings"]
    with app.app_context():
        database.bound(
            db.engine,
            statement=settings.statement_seconds,
            lock=settings.lock_seconds,
            resting=settings.resting_seconds,
        )
    gc.collect()
    gc.freeze()
    return app


def _check_log() -> None:
    schema.check_revision()  # first: what is missing in an older schema would be called something else
    schema.check_guards()
    ledger.check_kept()


def _checking_first() -> Callable[[], None]:
    """Refuses every request until the log has been found to be ours; once found, it stays so."""
    found = Event()

    def check() -> None:
        if not found.is_set():
            _check_log()
            found.set()

    return check


def serve(settings: Settings, *, host: str, port: int, workers: int, say: Say) -> int:
    """Run until a signal; 0 after one, else the exit code of whichever part stopped by itself.

    Raises Misconfigured, KeysUnsafe, and Conflict when the log is not the one whose head was published.
    """
    app = prepare(settings, say)
    accounts: list[demonstration.DemoAccount] = []
    with app.app_context():
        if settings.demo:
            accounts = demonstration.load(settings, say)
        db.session.remove()
        db.engine.dispose()
    stopped = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    parts = _start(host, port, workers)
    if _answers(host, port, parts, stopped):
        say(f"\nMingxu 明许 is at {settings.base_url} (listening on {host}:{port})\n")
        if settings.demo:
            say(demonstration.account_table(accounts))
            say(samples.table(settings.instance))
    return _watch(parts, stopped)


def _start(host: str, port: int, workers: int) -> list[Part]:
    """The web server and the worker, each a process that reads the same settings from the environment."""
    web = [sys.executable, "-m", "gunicorn", "registry.serving:application()", "--bind", f"{host}:{port}"]
    web += ["--worker-class", "gthread", "--workers", str(workers), "--threads", "4"]
    web += ["--log-level", "warning", "--graceful-timeout", "20"]
    worker = [sys.executable, "-m", "registry", "worker"]
    counts = config.from_environment().instance / "metrics"
    shutil.rmtree(counts, ignore_errors=True)  # counters begin with the server
    counts.mkdir(mode=0o700)
    environment = {**os.environ, metrics.FOLDER: str(counts)}
    # each in a process group of its own: Ctrl-C reaches us alone, and we end them in order
    return [subprocess.Popen(command, env=environment, process_group=0) for command in (web, worker)]  # noqa: S603


def _answers(host: str, port: int, parts: list[Part], stopped: Event) -> bool:
    """Wait until a page comes back; False when a part or the patience ended first."""
    end = time.monotonic() + STARTS
    reached = "127.0.0.1" if host in ("0.0.0.0", "") else host  # noqa: S104
    while time.monotonic() < end and not stopped.is_set() and all(part.poll() is None for part in parts):
        connection = HTTPConnection(reached, port, timeout=5)
        try:
            connection.request("HEAD", "/")
            connection.getresponse()
        except (OSError, HTTPException):
            stopped.wait(0.2)
        else:
            return True
        finally:
            connection.close()
    return False


def _watch(parts: list[Part], stopped: Event) -> int:
    """Wait for a stop or for a part that ends; then end every part, by force only when it does not listen."""
    while not stopped.is_set() and all(part.poll() is None for part in parts):
        stopped.wait(0.5)
    codes = [part.poll() for part in parts]
    for part in parts:
        part.terminate()
    for part in parts:
        try:
            part.wait(timeout=ENDS)
        except subprocess.TimeoutExpired:
            part.kill()
            part.wait()
    return 0 if stopped.is_set() else max(abs(code or 0) for code in codes) or 1
