"""`registry erase`: what would be erased, and asking for it; an administrator approves it on the page."""

import click

from registry.command_line import application, done, or_refusal
from registry.database import db
from registry.erasure import service as erasure
from registry.erasure.listing import Listing
from registry.erasure.rules import GROUNDS, Kind
from registry.parties.staff import COMMAND
from registry.problems import sentence

KINDS = [str(kind) for kind in Kind]


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("subject")
@click.option("--ground", type=click.Choice(list(GROUNDS)), required=True, help="Why.")
@click.option("--reference", default="", help="The order's or law's name and number; no names.")
@click.option("--ask", "listed", default="", help="Ask for it: the digest of the list as printed before.")
def erase(kind: str, subject: str, ground: str, reference: str, listed: str) -> None:
    """List what an erasure would take away; with --ask, ask an administrator to carry it out.

    SUBJECT: a contract's or declaration's number, a key's id, an account's address, a party's credit code.
    """
    with application():
        if listed:
            asked = done(
                lambda: str(
                    erasure.ask(
                        COMMAND, kind, subject, ground=ground, listed=listed, reference=reference
                    ).id
                )
            )
            click.echo(f"asked for: an administrator approves it at /erasures/{asked}")
            return
        _print(or_refusal(lambda: erasure.preview(COMMAND, kind, subject, ground=ground)))
        db.session.rollback()


def _print(found: Listing) -> None:
    for one in found.goes:
        click.echo(f"goes   {one.table} {one.key} {one.what}".rstrip())
    for kept in found.stays:
        click.echo(f"stays  {kept.name} (used by {', '.join(kept.used_by)})")
    for hold in found.holds:
        click.echo(f"holds  {sentence(hold, 'en')} [{hold.code}]")
    click.echo(f"{len(found.goes)} items; nothing has been changed. List: {found.digest}")
