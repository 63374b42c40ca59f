"""`registry mail`: reports of letters that came back, letters sent again, and word of a leak to the people
concerned.
"""

from typing import BinaryIO
from uuid import UUID

import click
from flask import current_app

from registry.command_line import application, done, or_refusal
from registry.database import db
from registry.parties import bounces, leaks, mail_log
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


@mail.command("notify-leak")
@click.argument("notice", type=click.File("rb"))
@click.option("--to", "addresses", type=click.File("rb"), required=True, help="One address a line.")
@click.option("--send", "digest", default="", help="Write the letters: the digest as printed before.")
def notify_leak(notice: BinaryIO, addresses: BinaryIO, digest: str) -> None:
    """Tell people that personal information of theirs got out (PIPL 57); without --send only say to whom.

    NOTICE is a TOML file: number, and under [zh] and [en] each of kinds, cause, harm, done, advice, contact.
    Nobody gets two letters under one number: what broke off is sent again.
    """
    with application():
        planned = or_refusal(
            lambda: leaks.plan(
                COMMAND,
                leaks.read_notice(notice.read(leaks.LARGEST)),
                leaks.read_addresses(addresses.read(leaks.LARGEST + 1)),
            )
        )
        db.session.rollback()
        if digest:
            count = or_refusal(lambda: leaks.send(COMMAND, planned, digest))
            click.echo(f"{count} letters are on their way")
            return
    for lang, said in (("zh", planned.notice.zh), ("en", planned.notice.en)):
        for part in leaks.PARTS:
            click.echo(f"[{lang}] {part}: {said[part]}")
    click.echo(f"to {len(planned.addresses)} addresses, {planned.accounts} of them of accounts here")
    click.echo(f"{planned.written} have the letter already; {planned.left} would get it")
    click.echo(f"nothing has been written; to send: --send {planned.digest}")


def _said(letter: object) -> str:
    return "nothing to note" if letter is None else f"letter {getattr(letter, 'id', '')} is bounced"
