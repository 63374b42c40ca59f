"""What was left behind is checked offline, with the server gone: the log, every receipt, bundle and paper."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from registry.ledger.chain import TILE_WIDTH, parse_entry
from registry.ledger.notes import parse_entry_bundle, tile_path
from registry.ledger.policy import Policy
from registry.ledger.report import Report
from registry.ledger.verify import read_vkey, verify_path
from registry.ledger.walk import Pair, open_pair
from registry.walkthrough.browser import WentWrong
from registry.walkthrough.journal import Journal


def check_all(out: Path, journal: Journal) -> Report:
    """Verify the exported log, each receipt and bundle, and that each paper is one the log says was issued.

    Returns the log's report. Raises WentWrong with the verifier's own words.
    """
    policy = read_vkey(str(out / "vkey"))
    receipts = sorted((out / "receipts").glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
    if not receipts:
        raise WentWrong("there are no receipts to check")
    report = _verify(out / "log", policy, journal, earlier=receipts[0])
    for path in receipts:
        _verify(path, policy, journal)
    for path in sorted((out / "bundles").iterdir()):
        _verify(path, policy, journal)
    _check_papers(out, report.size, journal)
    return report


def _verify(path: Path, policy: Policy, journal: Journal, *, earlier: Path | None = None) -> Report:
    report = verify_path(path, policy, earlier=earlier)
    if not report.ok:
        raise WentWrong(f"{path} does not verify:\n{report.to_text('en')}")
    grown = f"; only grown since {earlier.name}" if earlier else ""
    journal.checks.append((path.name, f"{report.kind} holds, {report.size} filings{grown}"))
    return report


def _check_papers(out: Path, size: int, journal: Journal) -> None:
    """Each PDF's digest stands in a papers.issued filing of the log."""
    issued = [
        pair.filed.fields["papers"] for pair in filings(out, size) if pair.filed.type == "papers.issued"
    ]
    filed = {paper["digest"] for papers in issued for paper in papers}
    papers = sorted((out / "papers").glob("*.pdf"))
    for path in papers:
        if hashlib.sha256(path.read_bytes()).hexdigest() not in filed:
            raise WentWrong(f"{path.name} is not among the papers the log says were issued")
    journal.checks.append(("papers/", f"the digests of all {len(papers)} PDF stand in papers.issued filings"))


def filings(out: Path, size: int) -> Iterator[Pair]:
    """The filings of the exported log, first to last."""
    for first in range(0, size, TILE_WIDTH):
        width = min(TILE_WIDTH, size - first)
        bundle = out / "log" / tile_path("entries", first // TILE_WIDTH, width)
        for offset, entry in enumerate(parse_entry_bundle(bundle.read_bytes())[:width]):
            yield _pair(out, entry, first + offset)


def _pair(out: Path, entry: bytes, seq: int) -> Pair:
    envelope = out / "log" / "envelopes" / parse_entry(entry).envelope
    return open_pair(entry, envelope.read_bytes(), seq=seq)
