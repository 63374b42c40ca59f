"""`make bench`: every ratio on SQLite (WAL, synchronous FULL) and on a durable PostgreSQL of its own."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from registry import schema
from registry.app import create_app
from registry.config import Settings
from registry.database import db
from registry.ledger.signing import create_keys
from tests import postgres
from tests.bench import acceptances, ledgers, pages, papers
from tests.bench.bare import BareRow
from tests.bench.measuring import Row, table
from tests.conftest import settings_for
from tests.fonts import font_folder

AIMS = {"SQLite": ("≥ 0.5", "≥ 0.4"), "PostgreSQL": ("≥ 0.45", "≥ 0.35")}


def main() -> None:
    rows = papers.run()
    with tempfile.TemporaryDirectory(prefix="mxbench") as folder:
        rows += _on(
            "SQLite", Path(folder) / "lite", lambda place: (f"sqlite:///{place / 'registry.sqlite'}", None)
        )
        if postgres.binaries() is None:
            print("no PostgreSQL here: its rows are left out")
        else:
            with postgres.cluster(durable=True) as cluster:
                cluster.create("bench")
                urls = cluster.url("bench", postgres.APPLICATION), cluster.url("bench", postgres.OWNER)
                rows += _on("PostgreSQL", Path(folder) / "pg", lambda _: urls)
    print(table(rows))


def _on(name: str, place: Path, urls: Callable[[Path], tuple[str, str | None]]) -> list[Row]:
    place.mkdir()
    create_keys(place / "keys")
    (place / "fonts").symlink_to(font_folder(), target_is_directory=True)
    settings: Settings = settings_for(place, *urls(place))
    schema.upgrade(settings)
    _bare_table(settings)
    app = create_app(settings)
    append_aim, accept_aim = AIMS[name]
    with app.app_context():
        schema.seed()
        rows = [
            *ledgers.run(name, append_aim),
            *acceptances.run(app, name, accept_aim),
            *pages.run(app, name),
        ]
        db.session.remove()
        db.engine.dispose()
    shutil.rmtree(place)
    return rows


def _bare_table(settings: Settings) -> None:
    """The baseline's table, made and granted by the owner like any other."""
    owner = create_app(Settings(**{**_fields(settings), "database_url": settings.owner_database_url}))
    with owner.app_context():
        BareRow.__table__.create(db.engine)  # type: ignore[attr-defined]
        db.engine.dispose()
    schema.upgrade(settings)


def _fields(settings: Settings) -> dict[str, object]:
    return {name: getattr(settings, name) for name in settings.__slots__}


if __name__ == "__main__":
    main()
