"""`registry backup`, `registry restore`, and `registry move` to another kind of database."""

import sys
from pathlib import Path

import click

from registry import backup as copies
from registry import config, moving
from registry.command_line import LANG, application, or_refusal
from registry.config import Settings

FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--with-keys", is_flag=True, help="The private keys too: keep such a backup like the keys.")
@click.option("--earlier", type=FOLDER, help="A backup on the same disk: unchanged files are linked to it.")
@click.option("--check", "only_check", is_flag=True, help="Only hold FOLDER's files against their digests.")
def backup(folder: Path, with_keys: bool, earlier: Path | None, only_check: bool) -> None:
    """Copy database, files and anchor into a new FOLDER while the service runs.

    `sha256sum -c SHA256SUMS` checks it anywhere, `registry restore` proves it.
    """
    try:
        if only_check:
            made = copies.check(folder)
        else:
            with application() as app:
                settings: Settings = app.extensions["settings"]
                made = copies.back_up(settings, folder, with_keys=with_keys, earlier=earlier, say=click.echo)
    except (copies.BadBackup, OSError) as error:
        raise click.ClickException(str(error)) from error
    keys = "with the private keys" if made.keys else "without the private keys: keep them elsewhere"
    click.echo(f"{folder}: {made.size} filings of {made.origin}, as of {made.made_at}, {keys}")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@LANG
def restore(folder: Path, lang: str) -> None:
    """Bring the backup in FOLDER into an empty database and instance folder, and audit all of it.

    Ends with the audit's exit code. A log that anybody outside knows to be longer is refused: look for a
    newer backup first, then see `registry log restart`.
    """
    settings = config.from_environment()
    try:
        manifest = copies.restore(settings, folder, say=click.echo)
    except (copies.BadBackup, OSError) as error:
        raise click.ClickException(str(error)) from error
    if not settings.keys.exists():
        raise click.ClickException(
            f"database and files are back; put the keys into {settings.keys}, then run `registry check`"
        )
    with application():
        found = or_refusal(lambda: copies.prove(manifest))
    click.echo(found.audit.to_text(lang))
    if found.damaged:
        raise click.ClickException(f"{len(found.damaged)} files are missing or changed: {found.damaged[:3]}")
    click.echo(f"restored: {manifest.size} filings of {manifest.origin}, as of {manifest.made_at}")
    sys.exit(found.audit.exit_code)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@LANG
def move(file: Path, lang: str) -> None:
    """Move the registry in the SQLite FILE into the empty PostgreSQL database of the settings.

    Stop the service and its workers first: FILE must be open nowhere. Every row is compared and the whole
    log audited; then FILE is renamed, and the registry is served from PostgreSQL alone. Ends with the audit's
    exit code.
    """
    settings = config.from_environment()
    try:
        with moving.held(file) as source:
            moved = moving.copy(settings, source, say=click.echo)
            click.echo("making the index of offers, auditing the log")
            with application():
                audit = or_refusal(lambda: moving.prove(moved))
            left = source.retire() if audit.exit_code == 0 else None
    except (moving.NotMoved, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(audit.to_text(lang))
    if left is not None:
        click.echo(f"moved: {sum(moved.rows.values())} rows, {moved.size} filings; what was is now {left}")
    sys.exit(audit.exit_code)
