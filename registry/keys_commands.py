"""`registry keys`: the registry's own keys."""

import click

from registry import config
from registry.ledger.signing import create_keys


@click.group()
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
