"""`registry verifier`: the second verifier written out, to be kept and given away."""

from pathlib import Path

import click

from registry import verifier_page


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def verifier(file: Path) -> None:
    """Write the page that checks bundles, receipts and certificates in any browser, without a network."""
    file.write_bytes(verifier_page.page())
    click.echo(f"{file} written, SHA-256 {verifier_page.digest()}")
