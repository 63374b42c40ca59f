"""The whole job, done over real HTTP on a throw-away database: `registry walkthrough --out DIR`.

It leaves DIR/batch.zip, papers/, receipts/, bundles/, log/, vkey and SUMMARY.md, and checks them offline.
"""

import shutil
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from registry import clock
from registry.walkthrough import checking, story, summary
from registry.walkthrough.browser import WentWrong
from registry.walkthrough.journal import Journal
from registry.walkthrough.scans import Scans
from registry.walkthrough.server import Server, running
from registry.walkthrough.story import Taking, Walk

LEFT = ("papers", "receipts", "bundles", "log", "batch.zip", "vkey", "SUMMARY.md", "server.log")


def run(out: Path, *, say: Callable[[str], None], takings: Sequence[Taking] = story.TAKINGS) -> int:
    """Walk through and check; 0, or 1 with the reason said and the server's log kept in `out`."""
    _make_room(out)
    journal = Journal(say)
    try:
        with running(out, say=say) as server:
            _walk(server, out, journal, tuple(takings))
        report = checking.check_all(out, journal)
        summary.write(out, journal, report, day=clock.today().isoformat())
    except Exception as error:
        if not isinstance(error, WentWrong):
            say(traceback.format_exc())
        say(f"FAILED: {error}")
        say(f"the server's log: {out / 'server.log'}")
        return 1
    (out / "server.log").unlink()
    for name, verdict in journal.checks:
        say(f"verified offline: {name}: {verdict}")
    say(f"done: {report.size} filings, {len(journal.licenses)} licenses; see {out / 'SUMMARY.md'}")
    return 0


def _walk(server: Server, out: Path, journal: Journal, takings: tuple[Taking, ...]) -> None:
    walk = Walk(server, out, journal, Scans(server.instance / "fonts"), clock.today(), takings)
    story.people_come_in(walk)
    story.offers_are_made(walk)
    story.licenses_are_taken(walk)
    story.an_offer_is_withdrawn(walk)
    story.papers_are_collected(walk)
    story.contracts_are_made_ready(walk)
    story.a_batch_is_handed_over(walk)
    story.results_are_entered(walk)
    story.the_log_is_exported(walk)


def _make_room(out: Path) -> None:
    """Replace what an earlier walk left here, and nothing else."""
    for name in LEFT:
        path = out / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for name in ("papers", "receipts", "bundles"):
        (out / name).mkdir(parents=True)
