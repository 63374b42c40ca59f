"""`registry mail`: reports of letters that came back, and letters sent again."""

from typing import BinaryIO
from uuid import UUID

import click
from flask import current_app

from registry.command_line import application, done
from registry.parties import bounces, mail_log
from registry.parties.staff import COMMAND


@click.group()
def mail() -> None:
    """Letters."""


@mail.command()
@click.argument("report", type=click.File("rb"), default="-")
def bounce(report: BinaryIO) -> None:
    """Take the report of a letter that came back (RFC 3464), from a file or standard input.

    Meant for the mailbox of REGISTRY_MAIL_BOUNCES; a report without one of our marks is refused.
    """
    data = report.read(bounces.LARGEST + 1)
    with application():
        settings = current_app.extensions["settings"]
        letter = done(lambda: _said(bounces.take(data, settings)))
    click.echo(letter)


@mail.command()
@click.argument("letter", type=click.UUID)
def resend(letter: UUID) -> None:
    """Have a letter sent once more; its id stands in the log of letters."""
    with application():
        state = done(lambda: mail_log.resend(COMMAND, letter).state)
    click.echo(f"letter {letter} is {state}")


def _said(letter: object) -> str:
    return "nothing to note" if letter is None else f"letter {getattr(letter, 'id', '')} is bounced"
