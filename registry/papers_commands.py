"""`registry papers`: what was printed before something was set up."""

import click

from registry.command_line import application, done
from registry.contracts import sealing


@click.group()
def papers() -> None:
    """Printed papers."""


@papers.command()
def seal() -> None:
    """Have every certificate sealed that never was: issued before the seal was there."""
    with application():
        count = done(sealing.seal_all)
    click.echo(f"certificates of {count} contracts are with the worker")
