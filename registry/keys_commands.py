"""`registry keys`: the registry's own keys."""

import click

from registry import config
from registry.command_line import application, or_refusal
from registry.ledger import service as ledger
from registry.ledger.keyfiles import ALGORITHMS, create_keys
from registry.ledger.rotation import Listed
from registry.ledger.signing import OWN

PURPOSE = click.argument("purpose", type=click.Choice(OWN))
ALG = click.option("--alg", type=click.Choice(ALGORITHMS), help="Algorithm; checkpoints are ed25519 alone.")


@click.group()
def keys() -> None:
    """The registry's own keys."""


@keys.command()
@ALG
def create(alg: str | None) -> None:
    """Make the countersigning and the checkpoint key; refuses where keys already are."""
    folder = config.from_environment().keys
    if folder.exists():
        raise click.ClickException("keys are already there; rotation is a filing, not a new ceremony")
    create_keys(folder, alg=alg or "ed25519")
    click.echo(f"keys made in {folder}; keep a copy apart from the database")


@keys.command("list")
def list_keys() -> None:
    """Every key of the registry's: what for, from which filing to which, its file and fingerprint."""
    with application():
        for key in ledger.listed():
            click.echo(_line(key))


@keys.command()
@PURPOSE
@ALG
@click.option("--signer", default="", help="Where the new key signs, if not in a file (docs/operations.md).")
@click.option("--reason", default="routine", show_default=True, help="Filed openly: routine, stolen, …")
def rotate(purpose: str, alg: str | None, signer: str, reason: str) -> None:
    """Replace a key by a new one; after an interruption call it again."""
    with application():
        key = or_refusal(lambda: ledger.rotate(purpose, alg=alg or "", signer=signer, reason=reason))
        click.echo(f"the {purpose} key is now {key.kid}, from filing {key.enrolled_seq} on")
        if purpose == "checkpoint":
            click.echo("publish the new vkey and the handover head: `registry log export` writes both")


@keys.command()
@PURPOSE
@click.option("--reason", required=True, help="Filed openly: stolen, lost, …")
@click.option("--closes-the-log", is_flag=True, help="Needed: nothing can ever be filed again afterwards.")
def revoke(purpose: str, reason: str, closes_the_log: bool) -> None:
    """End a key without a successor: the log is closed for ever."""
    if not closes_the_log:
        raise click.ClickException(
            "revoking a key of the registry's closes the log for ever; to go on with a new key use "
            "`registry keys rotate`, to close it add --closes-the-log (docs/operations.md, theft)"
        )
    with application():
        size = or_refusal(lambda: ledger.revoke(purpose, reason=reason))
    click.echo(f"the log is closed; its last head has size {size}")


def _line(key: Listed) -> str:
    if key.enrolled_seq is None:
        validity = "not filed: signs nothing"
    elif key.revoked_seq is None:
        validity = f"from {key.enrolled_seq} on"
    else:
        validity = f"from {key.enrolled_seq} to {key.revoked_seq}"
    file = f"{key.place} {key.mode}" if key.place else "no file here"
    return f"{key.purpose:11} {key.kid} {key.alg:7} {validity:26} {file}\n{'':11} {key.fingerprint}"
