"""The `registry` command: thin, each sub-command calls one function and prints what it says."""

import signal
import sys
from pathlib import Path
from threading import Event

import click
from flask import Flask

from registry import config, jobs, schema, serving, walkthrough
from registry.app import create_app
from registry.documents.fonts import build_fonts
from registry.ledger import service as ledger
from registry.ledger import verify as verifier
from registry.ledger.signing import create_keys


@click.group()
def cli() -> None:
    """Mingxu 明许: the open-license registry."""


def _app() -> Flask:
    try:
        return create_app(config.from_environment())
    except config.Misconfigured as error:
        raise click.ClickException(str(error)) from error


def _settings() -> config.Settings:
    try:
        return config.from_environment()
    except config.Misconfigured as error:
        raise click.ClickException(str(error)) from error


@cli.command()
@click.option("--demo", is_flag=True, help="Labelled demonstration data on SQLite, keys made by themselves.")
@click.option("--port", default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--workers", default=2, show_default=True)
def serve(demo: bool, port: int, host: str, workers: int) -> None:
    """Prepare what is missing and run web server and worker together."""
    settings = serving.demo_settings(port) if demo else _settings()
    try:
        code = serving.serve(settings, host=host, port=port, workers=workers, say=click.echo)
    except config.Misconfigured as error:
        raise click.ClickException(str(error)) from error
    sys.exit(code)


@cli.command()
def worker() -> None:
    """Run jobs: print papers, send mail, pack batches, end what has run out."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with _app().app_context():
        jobs.work_forever(stop)


@cli.command()
def fonts() -> None:
    """Build the embedded Chinese fonts, once."""
    build_fonts(_settings().fonts, progress=click.echo)


@cli.group()
def db() -> None:
    """The database."""


@db.command()
def upgrade() -> None:
    """Migrate as the owner, then guards, grants, log and standard terms."""
    settings = _settings()
    schema.upgrade(settings)
    with _app().app_context():
        schema.seed()
    click.echo("schema, guards, grants, log and standard terms are in place")


@cli.group()
def keys() -> None:
    """The registry's own keys."""


@keys.command()
def create() -> None:
    """Make the countersigning and the checkpoint key; refuses where keys already are."""
    folder = _settings().keys
    if folder.exists():
        raise click.ClickException("keys are already there; rotation is a filing, not a new ceremony")
    create_keys(folder)
    click.echo(f"keys made in {folder}; keep a copy apart from the database")


@cli.group()
def log() -> None:
    """The ledger."""


@log.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def export(folder: Path) -> None:
    """Write the log as C2SP tiles with checkpoint, vkey and envelopes."""
    with _app().app_context():
        size = ledger.export(folder)
    click.echo(f"{size} filings exported to {folder}")


@cli.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option("--vkey", help="The log's verifier key, or a file that holds it.")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="en", show_default=True)
def verify(path: Path, vkey: str | None, as_json: bool, lang: str) -> None:
    """Check an exported log or a receipt, without database, network or operator. Exit code 0 or 1."""
    report = verifier.verify_path(path, vkey=verifier.read_vkey(vkey) if vkey else None)
    click.echo(report.to_json() if as_json else report.to_text(lang))
    sys.exit(report.exit_code)


@cli.command("walkthrough")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
def walkthrough_command(out: Path) -> None:
    """Do the whole job over real HTTP on a throw-away database and leave every paper, receipt and the log."""
    walkthrough.run(out, say=click.echo)
