"""The `registry` command: thin, each sub-command calls one function and prints what it says."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Event
from typing import TypeVar

import click
from flask import Flask

from registry import config, jobs, problems, schema, serving, walkthrough
from registry.app import create_app
from registry.contracts import tasks
from registry.database import db, transaction
from registry.documents.fonts import build_fonts
from registry.errors import Refused
from registry.ledger import service as ledger
from registry.ledger import verify as verifier
from registry.ledger.report import Report
from registry.ledger.signing import KeysUnsafe, create_keys
from registry.parties import staff
from registry.parties.rules import Role

Answer = TypeVar("Answer")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
LANG = click.option("--lang", type=click.Choice(["zh", "en"]), default="en", show_default=True)


class Registry(click.Group):
    """Says in one line what an operator can mend, instead of a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (config.Misconfigured, KeysUnsafe) as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Registry)
def cli() -> None:
    """Mingxu 明许: the open-license registry."""


@contextmanager
def _application() -> Iterator[Flask]:
    """The application, in its context, its connections closed at the end."""
    app = create_app(config.from_environment())
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


@cli.command()
@click.option("--demo", is_flag=True, help="Labelled demonstration data on SQLite, keys made by themselves.")
@click.option("--port", default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--workers", default=2, show_default=True)
def serve(demo: bool, port: int, host: str, workers: int) -> None:
    """Prepare what is missing and run web server and worker together."""
    settings = serving.demo_settings(port) if demo else config.from_environment()
    run = partial(serving.serve, settings, host=host, port=port, workers=workers, say=click.echo)
    sys.exit(_or_refusal(run))


@cli.command()
def worker() -> None:
    """Run jobs: print papers, send mail, pack batches, end what has run out."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with _application():
        transaction(tasks.start_clock)
        jobs.work_forever(stop)


@cli.command()
def fonts() -> None:
    """Build the embedded Chinese fonts, once."""
    build_fonts(config.from_environment().fonts, progress=click.echo)


@cli.group("db")
def database() -> None:
    """The database."""


@database.command()
def upgrade() -> None:
    """Migrate as the owner, then guards, grants, log and standard terms."""
    settings = config.from_environment()
    schema.upgrade(settings)
    with _application():
        schema.seed()
    click.echo("schema, guards, grants, log and standard terms are in place")


@cli.group()
def keys() -> None:
    """The registry's own keys."""


@keys.command()
def create() -> None:
    """Make the countersigning and the checkpoint key; refuses where keys already are."""
    folder = config.from_environment().keys
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
    with _application():
        size = _or_refusal(lambda: ledger.export(folder))
    click.echo(f"{size} filings exported to {folder}")


@cli.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option("--vkey", help="The log's verifier key, or a file that holds it.")
@click.option(
    "--earlier",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A checkpoint, proof or receipt from before: the log must only have grown since.",
)
@AS_JSON
@LANG
def verify(path: Path, vkey: str | None, earlier: Path | None, as_json: bool, lang: str) -> None:
    """Check an exported log or a receipt, without database, network or operator. Exit code 0 or 1."""
    try:
        key = verifier.read_vkey(vkey) if vkey else None
        report = verifier.verify_path(path, vkey=key, earlier=earlier)
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error
    _tell(report, as_json=as_json, lang=lang)


@cli.command()
@AS_JSON
@LANG
def audit(as_json: bool, lang: str) -> None:
    """Check the whole log in the database, and every table that repeats it. Exit code 0 or 1."""
    with _application():
        report = ledger.audit()
    _tell(report, as_json=as_json, lang=lang)


def _tell(report: Report, *, as_json: bool, lang: str) -> None:
    click.echo(report.to_json() if as_json else report.to_text(lang))
    sys.exit(report.exit_code)


@cli.group()
def venue() -> None:
    """The venues of the register."""


@venue.command("create")
@click.argument("code")
@click.option("--name", required=True, help="The organisation's name as on its licence.")
@click.option("--uscc", required=True, help="Its unified social credit code.")
@click.option("--nature", default="150", show_default=True, help="Its nature, by the form's table.")
@click.option("--address", default="", help="Its address.")
@click.option("--legal-representative", default="", help="Its legal representative.")
@click.option("--contact-name", default="")
@click.option("--contact-phone", default="")
@click.option("--contact-email", default="")
@click.option("--bank-name", default="", help="The bank of its receiving account.")
@click.option("--bank-account", default="", help="Its receiving account.")
def create_venue(code: str, **facts: str) -> None:
    """Open a venue under a short code, of an organisation founded with it where it is new."""
    with _application():
        name = _done(lambda: staff.open_venue(code, facts).name)
    click.echo(f"venue {code} is open: {name}")


@cli.group()
def operator() -> None:
    """Those who work for a venue or for the registry."""


@operator.command("add")
@click.argument("email")
@click.option("--venue", "venue_code", default="", help="The venue's code, for operators.")
@click.option("--role", type=click.Choice([str(role) for role in staff.STAFF]), default="operator")
def add_operator(email: str, venue_code: str, role: str) -> None:
    """Appoint a confirmed account: operator of a venue, or auditor or administrator of the registry."""
    with _application():
        _done(lambda: staff.appoint(email, role=Role(role), venue_code=venue_code))
    click.echo(f"{email} is {role}" + (f" at {venue_code}" if venue_code else ""))


def _done(work: Callable[[], Answer]) -> Answer:
    return _or_refusal(lambda: transaction(work))


def _or_refusal(work: Callable[[], Answer]) -> Answer:
    """A refusal is said in English with its code, and ends the command."""
    try:
        return work()
    except Refused as refused:
        raise click.ClickException(f"{problems.sentence(refused, 'en')} [{refused.code}]") from refused


@cli.command("walkthrough")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
def walkthrough_command(out: Path) -> None:
    """Do the whole job over real HTTP on a throw-away database and leave every paper, receipt and the log."""
    sys.exit(walkthrough.run(out, say=click.echo))
