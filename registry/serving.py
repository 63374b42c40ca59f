"""`registry serve`: prepare what is missing, then run the web server and the worker together until told to stop."""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from registry import config, schema
from registry.app import create_app
from registry.config import Settings
from registry.demonstration import load as demonstration
from registry.documents import fonts
from registry.ledger.signing import create_keys

Say = Callable[[str], None]


def demo_settings(port: int, instance: Path | None = None) -> Settings:
    """Settings of the labelled demonstration: its own folder, its own secret kept there, its own log origin."""
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
    """Keys (made by themselves in the demonstration only), fonts, schema, log and terms."""
    settings.instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not settings.keys.exists():
        if not settings.demo:
            raise config.Misconfigured("no registry keys: run `registry keys create` once (docs/operations.md)")
        say("making demonstration keys")
        create_keys(settings.keys)
    fonts.build_fonts(settings.fonts, progress=say)
    say("bringing the database to the present schema")
    schema.upgrade(settings)
    app = create_app(settings)
    if not settings.demo:  # the demonstration's log begins in its own past
        with app.app_context():
            schema.seed()
    return app


def serve(settings: Settings, *, host: str, port: int, workers: int, say: Say) -> int:
    """Run until a signal; the exit code of whichever part stopped first."""
    app = prepare(settings, say)
    if settings.demo:
        with app.app_context():
            accounts = demonstration.load(settings, say)
    environment = dict(os.environ)
    web = [sys.executable, "-m", "gunicorn", "registry.app:create_app()", "--bind", f"{host}:{port}"]
    web += ["--worker-class", "gthread", "--workers", str(workers), "--threads", "4", "--log-level", "warning"]
    web += ["--graceful-timeout", "20"]
    parts = [
        subprocess.Popen(web, env=environment),
        subprocess.Popen([sys.executable, "-m", "registry", "worker"], env=environment),
    ]
    say(f"\nMingxu 明许 is at {settings.base_url}\n")
    if settings.demo:
        say(demonstration.account_table(accounts))
    return _watch(parts)


def _watch(parts: list[subprocess.Popen[bytes]]) -> int:
    """Pass a stop on to every part and wait for all of them."""

    def stop(_signal: int, _frame: object) -> None:
        for part in parts:
            part.terminate()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while True:
        for part in parts:
            try:
                code = part.wait(timeout=0.5)
            except subprocess.TimeoutExpired:
                continue
            for other in parts:
                other.terminate()
            for other in parts:
                other.wait(timeout=30)
            return max(code, 0)
