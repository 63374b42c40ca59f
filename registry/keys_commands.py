"""`registry keys`: the registry's own keys."""

import sys
from pathlib import Path

import click

from registry import clock, config
from registry.command_line import application, or_refusal
from registry.ledger import ceremony, seal_keys
from registry.ledger import service as ledger
from registry.ledger.keyfiles import ALGORITHMS, create_keys
from registry.ledger.rotation import Listed
from registry.ledger.seal_keys import SealState
from registry.ledger.signing import OWN

PURPOSE = click.argument("purpose", type=click.Choice(OWN))
ALG = click.option("--alg", type=click.Choice(ALGORITHMS), help="Algorithm; checkpoints are ed25519 alone.")


FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


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


@keys.command("ceremony")
@ALG
@click.option("--witness", "witnesses", multiple=True, help="A person present; may be repeated.")
@click.option("--copy", "copies", multiple=True, help="Where a copy goes, in words; may be repeated.")
@click.option("--backup", type=FOLDER, help="An empty folder for copies under a passphrase.")
@click.option("--passphrase-file", type=FILE, help="Where the passphrase stands; else it is asked for.")
@click.option("--sheet", type=click.Path(path_type=Path, dir_okay=False), help="Write the protocol here too.")
def ceremony_command(
    alg: str | None,
    witnesses: tuple[str, ...],
    copies: tuple[str, ...],
    backup: Path | None,
    passphrase_file: Path | None,
    sheet: Path | None,
) -> None:
    """Make the keys before witnesses: proved on the spot, with a protocol to sign. Refuses over keys."""
    settings = config.from_environment()
    if not witnesses and sys.stdin.isatty():
        witnesses = _several("Who is present? (a name a line, an empty one ends)")
    if not copies and sys.stdin.isatty():
        copies = _several("Where do the copies go? (a place a line, an empty one ends)")
    held = ceremony.hold(
        settings.keys,
        origin=settings.origin,
        at=clock.now(),
        alg=alg or "ed25519",
        witnesses=witnesses,
        copies=copies,
        backup=backup,
        passphrase=_passphrase(passphrase_file, confirm=True) if backup else "",
    )
    text = ceremony.sheet(held)
    if sheet is not None:
        sheet.write_text(text, encoding="utf-8")
    click.echo(text)


@keys.command()
@click.argument("folder", type=FOLDER)
@click.option("--passphrase-file", type=FILE, help="Where the passphrase stands; else it is asked for.")
def restore(folder: Path, passphrase_file: Path | None) -> None:
    """Bring keys back from their encrypted copies; never over keys that are there."""
    settings = config.from_environment()
    back = ceremony.bring_back(settings.keys, folder, _passphrase(passphrase_file, confirm=False))
    for key in back:
        click.echo(
            f"the {key.purpose} key {key.signer.kid} is back; `registry keys list` says what it is for"
        )


@keys.command()
@click.option("--self-made", is_flag=True, help="Make a key and a certificate that nobody vouches for.")
@click.option("--request", type=click.Path(path_type=Path, dir_okay=False), help="Write a PKCS#10 request.")
@click.option("--certificate", type=FILE, help="Put a certificate (PEM, then those above it) in place.")
def seal(self_made: bool, request: Path | None, certificate: Path | None) -> None:
    """The seal on certificates: what stands of it, a certificate of one's own, or one from an authority."""
    settings = config.from_environment()
    operator, folder = settings.operator_name, settings.keys
    if self_made:
        seal_keys.make_self_made(folder, operator=operator, demo=settings.demo, at=clock.now())
    if request is not None:
        request.write_bytes(seal_keys.request_for(folder, operator=operator))
        click.echo(f"{request} written: have a certificate for signatures made of it, then --certificate")
    if certificate is not None:
        seal_keys.put_certificate(folder, certificate.read_bytes(), setting=settings.seal)
    click.echo(_seal_line(seal_keys.state_of(settings.seal, folder, now=clock.now())))


def _seal_line(state: SealState) -> str:
    if not state.fingerprint:
        return " ".join(["seal", state.state, state.detail]).rstrip()
    warning = "\n     SELF-MADE: nobody vouches for who this is" if state.self_made else ""
    return f"seal {state.state} {state.by} until {state.until}\n     {state.fingerprint}{warning}"


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
        or_refusal(ledger.check_kept)  # a log set back is not continued, not even by a rotation
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
        or_refusal(ledger.check_kept)
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


def _several(question: str) -> tuple[str, ...]:
    click.echo(question)
    return tuple(
        iter(lambda: click.prompt("", default="", show_default=False, prompt_suffix="> ").strip(), "")
    )


def _passphrase(file: Path | None, *, confirm: bool) -> str:
    """From its file, or typed; never from an argument, which every process of the machine can read."""
    if file is not None:
        return file.read_text(encoding="utf-8").rstrip("\n")
    return str(click.prompt("Passphrase", hide_input=True, confirmation_prompt=confirm))
