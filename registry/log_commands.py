"""`registry log`, `verify` and `audit`: the ledger written out and checked."""

from pathlib import Path

import click

from registry.command_line import AS_JSON, LANG, application, or_refusal, tell
from registry.ledger import service as ledger
from registry.ledger import verify as verifier


@click.group()
def log() -> None:
    """The ledger."""


@log.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def export(folder: Path) -> None:
    """Write the log as C2SP tiles with checkpoint, vkey and envelopes."""
    with application():
        size = or_refusal(lambda: ledger.export(folder))
    click.echo(f"{size} filings exported to {folder}")


@click.command()
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
    tell(report, as_json=as_json, lang=lang)


@click.command()
@AS_JSON
@LANG
def audit(as_json: bool, lang: str) -> None:
    """Check the whole log in the database, and every table that repeats it. Exit code 0 or 1."""
    with application():
        report = ledger.audit()
    tell(report, as_json=as_json, lang=lang)
