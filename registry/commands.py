"""The `registry` command: thin, each sub-command calls one function and prints what it says."""

import signal
import sys
from functools import partial
from pathlib import Path
from threading import Event, Thread

import click
from flask import Flask

from registry import config, jobs, schema, serving, walkthrough
from registry.backup_commands import backup, move, restore
from registry.catalogue import tasks as dumping
from registry.check_command import check
from registry.command_line import application, done, or_refusal
from registry.contracts import tasks
from registry.database import db, transaction
from registry.documents.fonts import build_fonts
from registry.erasure_commands import erase
from registry.keys_commands import keys
from registry.ledger import service as ledger
from registry.ledger.signing import KeysUnsafe
from registry.log_commands import audit, log, verify
from registry.mail_commands import mail
from registry.papers_commands import papers
from registry.parties import staff
from registry.parties.rules import STAFF, Role
from registry.statistics import tasks as counting
from registry.verifier_commands import verifier
from registry.witness_commands import witness


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


for part in (keys, log, verify, audit, erase, witness, verifier, check, backup, restore, move, papers, mail):
    cli.add_command(part)


@cli.command()
@click.option("--demo", is_flag=True, help="Labelled demonstration data on SQLite, keys made by themselves.")
@click.option("--port", default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--workers", default=2, show_default=True)
def serve(demo: bool, port: int, host: str, workers: int) -> None:
    """Prepare what is missing and run web server and worker together."""
    settings = serving.demo_settings(port) if demo else config.from_environment()
    run = partial(serving.serve, settings, host=host, port=port, workers=workers, say=click.echo)
    sys.exit(or_refusal(run))


@cli.command()
def worker() -> None:
    """Run jobs: print papers, send mail, pack batches, end what has run out."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with application() as app:
        or_refusal(schema.check_revision)
        or_refusal(schema.check_guards)
        or_refusal(ledger.check_start)  # jobs enter filings too: a log set back is not continued
        transaction(tasks.catch_up)
        transaction(ledger.ask_outside)
        transaction(ledger.start_audits)
        transaction(counting.start)
        transaction(dumping.start_dumps)
        slow = Thread(target=_slow_lane, args=(app, stop), name="slow jobs")
        slow.start()
        jobs.work_forever(stop, slow=False)
        slow.join()


def _slow_lane(app: Flask, stop: Event) -> None:
    with app.app_context():
        jobs.work_forever(stop, idle=5, slow=True)
        db.session.remove()


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
    with application():
        schema.seed()
    click.echo("schema, guards, grants, log and standard terms are in place")


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
    with application():
        name = done(lambda: staff.open_venue(code, facts).name)
    click.echo(f"venue {code} is open: {name}")


@cli.group()
def operator() -> None:
    """Those who work for a venue or for the registry."""


@operator.command("add")
@click.argument("email")
@click.option("--venue", "venue_code", default="", help="The venue's code, for operators.")
@click.option("--role", type=click.Choice([str(role) for role in STAFF]), default="operator")
def add_operator(email: str, venue_code: str, role: str) -> None:
    """Appoint a confirmed account: a venue's operator, auditor, administrator or security of the registry."""
    with application():
        done(lambda: staff.appoint(email, role=Role(role), venue_code=venue_code))
    click.echo(f"{email} is {role}" + (f" at {venue_code}" if venue_code else ""))


@cli.group()
def account() -> None:
    """People's accounts."""


@account.command("forget-second-factor")
@click.argument("email")
@click.option("--reason", required=True, help="How the person was recognised, and who decided.")
def forget_second_factor(email: str, reason: str) -> None:
    """Turn off the authenticator app of somebody who lost phone and recovery codes; they are told by mail."""
    with application():
        done(lambda: staff.forget_second_factor(email, reason=reason))
    click.echo(f"the authenticator app of {email} is off, every session of theirs has ended")


@account.command("end-sessions")
@click.argument("email", required=False, default="")
@click.option("--everybody", is_flag=True, help="All sessions of all people; needs no EMAIL.")
@click.option("--reason", required=True, help="Why, and who decided; kept in the history of one account.")
def end_sessions(email: str, everybody: bool, reason: str) -> None:
    """Sign one person out everywhere, or everybody: who is still themselves signs in again."""
    if bool(email) == everybody:
        raise click.UsageError("name an EMAIL, or say --everybody")
    with application():
        if everybody:
            count = done(staff.end_every_session)
            click.echo(f"{count} sessions have ended: {reason}")
        else:
            done(lambda: staff.end_sessions(email, reason=reason))
            click.echo(f"every session of {email} has ended")


@cli.command("walkthrough")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--few", is_flag=True, help="Four licenses instead of eight: half the time.")
def walkthrough_command(out: Path, few: bool) -> None:
    """Do the whole job over real HTTP on a throw-away database and leave every paper, receipt and the log."""
    takings = walkthrough.story.FEW if few else walkthrough.story.TAKINGS
    sys.exit(walkthrough.run(out, say=click.echo, takings=takings))
