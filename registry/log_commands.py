"""`registry log`, `verify` and `audit`: the ledger written out and checked."""

import sys
from pathlib import Path

import click

from registry import succession
from registry.command_line import AS_JSON, LANG, application, or_refusal, tell
from registry.config import Settings
from registry.ledger import service as ledger
from registry.ledger import verify as verifier
from registry.ledger.canonical import jcs, strict
from registry.ledger.equivocation import EXIT, Compared, Verdict, check_report, compare_notes
from registry.ledger.log_fetch import fetch
from registry.ledger.outside import Unreached
from registry.ledger.policy import Policy
from registry.ledger.seals import read_certificates
from registry.ledger.tokens import read_roots


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


@log.command()
@click.option(
    "--last-head",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The newest checkpoint of the log that anybody kept; a receipt, proof or bundle will do.",
)
@click.option(
    "--archive",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Where what is left of the log is exported, for everybody; keep and publish it.",
)
@click.option("--new-keys", is_flag=True, help="New keys for the new log; the old ones are kept aside.")
@click.option(
    "--the-rest-is-lost",
    is_flag=True,
    help="Said by a person: no backup and no replica holds what is missing.",
)
def restart(last_head: Path, archive: Path, new_keys: bool, the_rest_is_lost: bool) -> None:
    """Close a log that lost filings for good, and begin its successor. Stop the service first.

    The new log's first filing names the old one's last known head; nothing is signed under the old name any
    more. Afterwards set REGISTRY_ORIGIN to the name it says and publish the new vkey (docs/operations.md).
    """
    if not the_rest_is_lost:
        raise click.UsageError("restore a newer backup first; if there is none, say --the-rest-is-lost")
    with application() as app:
        try:
            note = verifier.read_note(last_head)
        except (ValueError, OSError) as error:
            raise click.ClickException(str(error)) from error
        settings: Settings = app.extensions["settings"]
        made = or_refusal(lambda: succession.restart(settings, note, archive=archive, new_keys=new_keys))
    click.echo(
        f"{made.origin} is closed with {made.held} filings; {made.lost} of its last known head are lost\n"
        f"{made.successor} has begun: set REGISTRY_ORIGIN={made.successor} and publish its key\n{made.vkey}"
    )
    if made.seal_stayed:
        click.echo(
            "the seal on certificates stays as it was; if its key was within the thief's reach too, move "
            "keys/seal.* away, have its certificate revoked, and see `registry keys seal`"
        )


@log.command("fetch")
@click.argument("url")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def copy(url: str, folder: Path) -> None:
    """Copy a log from its site (like https://registry.example.cn/log), as export writes it.

    Needs no database. Nothing is checked yet: `registry verify FOLDER --vkey …` does that.
    """
    try:
        size = fetch(url, folder)
    except Unreached as error:
        raise click.ClickException(f"{url}: {error.code} {error.detail}") from error
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{size} filings copied to {folder}")


@log.command()
@click.option(
    "--against",
    "paths",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path, exists=True),
    help="A checkpoint, proof, receipt or bundle, or a folder of them; may be given several times.",
)
def check(paths: tuple[Path, ...]) -> None:
    """Hold the log in the database against heads that others kept: nothing may be lost or changed since."""
    with application():
        try:
            count = or_refusal(lambda: ledger.check_against(paths))
        except (ValueError, OSError) as error:
            raise click.ClickException(str(error)) from error
    click.echo(f"{count} heads compared: the log holds all of them")


@log.command()
@click.argument("one", type=click.Path(path_type=Path, exists=True))
@click.argument("other", required=False, type=click.Path(path_type=Path, exists=True))
@click.option("--vkey", help="The log's verifier key, or a file that holds it.")
@click.option(
    "--policy",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A tlog-policy file that names the log's keys.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the proof of an equivocation is written; never over another file.",
)
def compare(
    one: Path, other: Path | None, vkey: str | None, policy: Path | None, report: Path | None
) -> None:
    """Compare two signed heads of one log, or check an equivocation report again.

    ONE and OTHER are checkpoints, proofs, receipts, bundles or exported logs; with the exported log of the
    larger head it is shown whether it grew out of the smaller. Exit codes: 0 consistent, 1 error,
    3 ahead (of different sizes, and no log that could show more), 4 EQUIVOCATION.
    """
    try:
        trusted = _trusted(vkey, policy)
        if trusted is None:
            raise click.UsageError(
                "comparing heads needs --vkey or --policy: an unsigned head proves nothing"
            )
        found = _compared(one, other, trusted)
        if report is not None and found.report is not None:
            with report.open("xb") as file:
                file.write(jcs(dict(found.report)))
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(found.to_json().decode())
    verdict = str(found.verdict)
    click.echo(verdict.upper() if found.verdict == Verdict.EQUIVOCATION else verdict, err=True)
    sys.exit(EXIT[found.verdict])


def _compared(one: Path, other: Path | None, trusted: Policy) -> Compared:
    if other is None:
        data = one.read_bytes()
        heads = check_report(data, trusted)
        return Compared(verdict=Verdict.EQUIVOCATION, heads=heads, report=strict(data))
    logs = [path for path in (one, other) if path.is_dir()]
    notes = [verifier.read_note(path / "checkpoint" if path.is_dir() else path) for path in (one, other)]
    return compare_notes(notes[0], notes[1], trusted, logs=logs)


@click.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option("--vkey", help="The log's verifier key, or a file that holds it.")
@click.option(
    "--policy",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A tlog-policy file: the log's key, witnesses and their quorum.",
)
@click.option(
    "--paper",
    "papers",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A paper that the bundle must say was issued; may be given several times.",
)
@click.option(
    "--entry",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The entry a proof is about.",
)
@click.option(
    "--earlier",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A checkpoint, proof or receipt from before: the log must only have grown since.",
)
@click.option(
    "--tsa-roots",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A PEM file with the root certificates of the timestamp authorities that count.",
)
@click.option(
    "--seal-certificates",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A PEM file with the certificates whose seals count: the seal's own, or one above it.",
)
@AS_JSON
@LANG
def verify(
    path: Path,
    vkey: str | None,
    policy: Path | None,
    entry: Path | None,
    papers: tuple[Path, ...],
    earlier: Path | None,
    tsa_roots: Path | None,
    seal_certificates: Path | None,
    as_json: bool,
    lang: str,
) -> None:
    """Check an exported log, a bundle, certificate, receipt, proof or checkpoint, without the operator.

    Exit code 0 only when nothing is invalid and the key or policy was given.
    """
    try:
        trusted = _trusted(vkey, policy)
        roots = read_roots(tsa_roots.read_bytes()) if tsa_roots else ()
        seals = read_certificates(seal_certificates.read_bytes()) if seal_certificates else ()
        report = verifier.verify_path(
            path, trusted, earlier=earlier, entry=entry, papers=papers, roots=roots, seals=seals
        )
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error
    tell(report, as_json=as_json, lang=lang)


def _trusted(vkey: str | None, policy: Path | None) -> Policy | None:
    if vkey and policy:
        raise click.UsageError("give --vkey or --policy, not both")
    if policy:
        return verifier.read_policy(policy)
    return verifier.read_vkey(vkey) if vkey else None


@click.command()
@AS_JSON
@LANG
def audit(as_json: bool, lang: str) -> None:
    """Check the whole log in the database, and every table that repeats it. Exit code 0 or 1."""
    with application():
        report = ledger.audit()
    tell(report, as_json=as_json, lang=lang)
