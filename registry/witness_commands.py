"""`registry witness`: a small witness that a venue or a university runs for the logs it chooses to watch."""

from pathlib import Path

import click

from registry.ledger import witness_folder, witness_server

FOLDER = click.argument("folder", type=click.Path(path_type=Path, file_okay=False))


@click.group()
def witness() -> None:
    """A witness: cosigns heads of logs it trusts as long as they only grow. Needs no database of ours."""


@witness.command()
@click.argument("name")
@FOLDER
def create(name: str, folder: Path) -> None:
    """Make the witness NAME (like witness.example.cn/w1) in FOLDER and print the key that others pin."""
    try:
        vkey = witness_folder.create_witness(folder, name)
    except FileExistsError as error:
        raise click.ClickException("there is a witness already; a new key is a new witness") from error
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(str(vkey))


@witness.command()
@FOLDER
@click.argument("vkey")
def trust(folder: Path, vkey: str) -> None:
    """Trust a log by its verifier key, got from elsewhere; an origin may have several."""
    try:
        key = witness_folder.open_witness(folder).trust(vkey)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"trusted: {key.name}")


@witness.command()
@FOLDER
@click.option("--port", default=8010, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
def serve(folder: Path, port: int, host: str) -> None:
    """Answer POST /add-checkpoint and GET /checkpoint until told to stop."""
    opened = witness_folder.open_witness(folder)
    click.echo(f"witness {opened.vkey.name} for {len(opened.logs)} keys at {host}:{port}")
    witness_server.serve(opened, host=host, port=port)
