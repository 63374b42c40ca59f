"""`make bench`: every ratio on SQLite (WAL, synchronous FULL) and on a durable PostgreSQL of its own.

make bench                    everything
make bench PART=append        one part: see PARTS
make bench DATABASE=SQLite    one database
make bench COUNT=10000        contracts of the large batch, or offers to search
"""

import argparse
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from flask import Flask

from registry import schema
from registry.app import create_app
from registry.config import Settings
from registry.database import db
from registry.ledger.keyfiles import create_keys
from tests import postgres
from tests.bench import (
    acceptances,
    audit,
    browser,
    crowded,
    ledgers,
    packages,
    pages,
    papers,
    passwords,
    proofs,
    searches,
    together,
)
from tests.bench.bare import BareRow
from tests.bench.measuring import Row, table
from tests.conftest import settings_for
from tests.fonts import font_folder

LITE, SERVER = "SQLite", "PostgreSQL"
AIMS = {LITE: ("≥ 0.5", "≥ 0.4"), SERVER: ("≥ 0.45", "≥ 0.35")}
ADVISED = ("shared_buffers=1GB", "effective_cache_size=3GB", "work_mem=16MB", "random_page_cost=1.1")
"""What docs/operations.md advises a server of four gigabytes."""

Part = Callable[[Flask, str], list[Row]]
ON_A_DATABASE: Mapping[str, Part] = {
    "append": lambda _app, name: ledgers.run(name, AIMS[name][0]),
    "together": lambda app, name: together.run(app.extensions["settings"], name, "≥ 0.9"),
    "acceptance": lambda app, name: acceptances.run(app, name, AIMS[name][1]),
    "pages": pages.run,
}
ALONE: Mapping[str, Callable[[], list[Row]]] = {
    "papers": papers.run,
    "packages": packages.run,
    "proofs": proofs.run,
    "audit": audit.run,
    "passwords": passwords.run,
}
BROWSER, CROWDED, SEARCH = "browser", "crowded", "search"
PARTS = (*ALONE, *ON_A_DATABASE, CROWDED, SEARCH, BROWSER)


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench")
    parser.add_argument("--part", choices=PARTS, action="append", help="only this part; may be repeated")
    parser.add_argument("--database", choices=(LITE, SERVER), help="only on this database")
    parser.add_argument("--count", type=int, help="contracts of the large batch; offers to search")
    asked = parser.parse_args()
    wanted = asked.part or PARTS
    rows = [row for name, run in ALONE.items() if name in wanted for row in run()]
    parts = [run for name, run in ON_A_DATABASE.items() if name in wanted]
    if parts:
        rows += [row for name in (LITE, SERVER) if asked.database in (None, name) for row in _on(name, parts)]
    if rows:
        print(table(rows))
    if "packages" in wanted:
        print(packages.batch(asked.count or packages.COUNT))
    if CROWDED in wanted:
        print(crowded.report([name for name in (LITE, SERVER) if asked.database in (None, name)]))
    if SEARCH in wanted:
        sizes = (asked.count,) if asked.count else searches.SIZES
        for name in (LITE, SERVER):
            if asked.database in (None, name):
                list(_on(name, [partial(_searching, sizes=sizes)]))
    if BROWSER in wanted:
        print(_in_the_browser())


def _searching(app: Flask, database: str, *, sizes: tuple[int, ...]) -> list[Row]:
    """Milliseconds, not ratios: the report is a table of its own."""
    searches.run(app, database, sizes)
    return []


def _in_the_browser() -> str:
    took = browser.bundle_milliseconds()
    if took is None:
        return "no browser here: its line is left out"
    first, later = took
    return f"\nA license bundle checked in the browser: first {first:.0f} ms, later {later:.0f} ms (median)."


def _on(name: str, parts: list[Part]) -> Iterator[Row]:
    """The rows of these parts on a fresh registry of its own."""
    with tempfile.TemporaryDirectory(prefix="mxbench") as folder:
        if name == LITE:
            yield from _rows(name, parts, Path(folder) / "lite", None)
        elif postgres.binaries() is None:
            print("no PostgreSQL here: its rows are left out")
        else:
            with postgres.cluster(durable=True, options=ADVISED) as cluster:
                yield from _rows(name, parts, Path(folder) / "pg", cluster)


def _rows(name: str, parts: list[Part], place: Path, cluster: postgres.Cluster | None) -> Iterator[Row]:
    place.mkdir()
    create_keys(place / "keys")
    (place / "fonts").symlink_to(font_folder(), target_is_directory=True)
    urls: tuple[str, str | None] = (f"sqlite:///{place / 'registry.sqlite'}", None)
    if cluster is not None:
        cluster.create("bench")
        urls = cluster.url("bench", postgres.APPLICATION), cluster.url("bench", postgres.OWNER)
    settings = settings_for(place, *urls)
    schema.upgrade(settings)
    _bare_table(settings)
    app = create_app(settings)
    with app.app_context():
        schema.seed()
        for part in parts:
            yield from part(app, name)
            db.session.remove()
        db.engine.dispose()
    shutil.rmtree(place)


def _bare_table(settings: Settings) -> None:
    """The baseline's table, made and granted by the owner like any other."""
    owner = create_app(replace(settings, database_url=settings.owner_database_url))
    with owner.app_context():
        BareRow.__table__.create(db.engine)  # type: ignore[attr-defined]
        db.engine.dispose()
    schema.upgrade(settings)


if __name__ == "__main__":
    main()
