"""SUMMARY.md: what was done, by whom, with which numbers, and how anybody can check it."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from registry.ledger.report import Report
from registry.walkthrough import offers
from registry.walkthrough.checking import filings
from registry.walkthrough.journal import Journal

SHORT = 16


def write(out: Path, journal: Journal, report: Report, *, day: str) -> None:
    """Write OUT/SUMMARY.md from the journal and the exported log."""
    parts = [
        _head(report, day),
        _table(
            "Declarations", ("what", "number", "patent", "holder", "fee", "state"), _declarations(journal)
        ),
        _table("Licenses", _LICENSE_HEADS, _licenses(journal)),
        _table("Papers", ("file", "SHA-256"), _papers(out)),
        _batch(journal),
        _table("Refused, as it must be", ("what", "how"), journal.refusals),
        _how(),
        _table("Checked offline, with server and database gone", ("what", "verdict"), journal.checks),
        _table("What was done", ("second", "who", "what"), _steps(journal)),
        _table("The log", ("seq", "time", "type", "subject", "envelope"), _log(out, report.size)),
    ]
    (out / "SUMMARY.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


_LICENSE_HEADS = (
    "contract", "acceptance", "licensee", "offer", "fee", "paid (yuan)", "track", "through", "notice seq",
    "effective seq", "record digest", "state", "registration", "remark",
)  # fmt: skip


def _head(report: Report, day: str) -> str:
    return (
        "# Walkthrough 走查\n\n"
        f"Done on {day} (Shanghai) against a real server on a throw-away database. All names and numbers are "
        "invented; serials 9999nnn were never given to a patent.\n\n"
        f"- log: `{report.origin}`, {report.size} filings\n"
        f"- root: `{report.root}`"
    )


def _how() -> str:
    return (
        "## What to check, and how\n\n"
        "- `registry verify log --vkey vkey` checks chain, tiles, root, checkpoint and every signature.\n"
        "- `registry verify receipts/NAME.json --vkey vkey` checks one filing alone.\n"
        "- `registry verify log --vkey vkey --earlier receipts/NAME.json` shows that it only grew since.\n"
        "- `registry verify bundles/NAME.json --vkey vkey` checks all that was filed about one contract,\n"
        "  `registry verify bundles/NAME.pdf --vkey vkey` its certificate with the bundle inside.\n"
        "- The SHA-256 of each file in `papers/` stands in a `papers.issued` filing of the log.\n"
        "- `batch.zip` holds `manifest.json` with the digest of every file in it.\n\n"
        "The commands run in this folder. `vkey` came from the same server; really it is published apart."
    )


def _declarations(journal: Journal) -> Iterable[Sequence[str]]:
    for offer in offers.OFFERS:
        number = journal.declarations.get(offer.key)
        if number is None:
            continue
        owners = "、".join(owner.name for owner in offer.owners)
        state = "withdrawn" if offer.local else "announced"
        yield offer.title, number, offer.number, owners, offer.method, state


def _licenses(journal: Journal) -> Iterable[Sequence[str]]:
    for one in journal.licenses:
        yield (
            one.contract, one.acceptance, one.licensee, journal.declarations[one.offer], one.method,
            one.amount, one.track, one.door, str(one.noticed_seq), str(one.effective_seq),
            f"`{one.record_digest[:SHORT]}`", one.state, one.registration, one.remark,
        )  # fmt: skip


def _papers(out: Path) -> Iterable[Sequence[str]]:
    for path in sorted((out / "papers").glob("*.pdf")):
        yield path.name, f"`{hashlib.sha256(path.read_bytes()).hexdigest()}`"


def _batch(journal: Journal) -> str:
    lines = [f"- {name}: {value}" for name, value in journal.batch.items()]
    return "\n".join(["## Batch", "", *lines])


def _steps(journal: Journal) -> Iterable[Sequence[str]]:
    for step in journal.steps:
        yield f"{step.second:.1f}", step.who, step.what


def _log(out: Path, size: int) -> Iterable[Sequence[str]]:
    for pair in filings(out, size):
        entry = pair.entry
        yield str(entry.seq), entry.time, entry.type, entry.subject, f"`{entry.envelope[:SHORT]}`"


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"## {title}", "", f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    lines += [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows]
    return "\n".join(lines)
