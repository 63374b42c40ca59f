"""Worlds that several tests begin with: made once a process and copied for each of them, for a contract with
its printed papers takes a second. For a test that travels in time they are made anew.
"""

import hashlib
import shutil
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update

from registry import clock
from registry.database import db, transaction
from registry.ledger import service as ledger
from registry.parties.models import Account, Session
from tests import postgres

P = ParamSpec("P")
T = TypeVar("T")
NO_FONTS = shutil.ignore_patterns("fonts")
COPIES = "copies of worlds"
"""Where an application has its `Kept`, when the test it serves may be given copies."""


class Kept:
    """`kept(app, published, fee=LUMP)`: what `published` makes in an empty registry, or its copy. For
    fixtures: what a test patches first would be kept for the others.
    """

    def __init__(self, folder: Path, cluster: Callable[[], postgres.Cluster]) -> None:
        self.folder, self.cluster = folder, cluster
        self.made: dict[str, tuple[Any, Path]] = {}

    def __call__(
        self, app: Flask, make: Callable[Concatenate[Flask, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        if time_machine.escape_hatch.is_travelling():
            return make(app, *args, **kwargs)
        settings = app.extensions["settings"]
        kind = settings.database_url.partition(":")[0]
        name = f"{kind} {make.__module__}.{make.__qualname__} {args!r} {kwargs!r} {_files(settings.instance)}"
        _leave()
        if name in self.made:
            made, place = self.made[name]
            self._bring(settings, place)
            ledger.init_app(app, settings)
            transaction(_prove_anew)
            return made  # type: ignore[no-any-return]
        with_me, app.extensions[COPIES] = app.extensions.get(COPIES), None
        try:
            made = make(app, *args, **kwargs)
        finally:
            app.extensions[COPIES] = with_me
        _leave()
        place = self.folder / str(len(self.made))
        self._keep(settings, place)
        self.made[name] = made, place
        return made

    def _keep(self, settings: Any, place: Path) -> None:
        shutil.copytree(settings.instance, place, symlinks=True)
        if not settings.database_url.startswith("sqlite"):
            self.cluster().create(f"kept_{place.name}", _name(settings))

    def _bring(self, settings: Any, place: Path) -> None:
        for path in settings.instance.glob("registry.sqlite*"):
            path.unlink()
        shutil.copytree(place, settings.instance, symlinks=True, dirs_exist_ok=True, ignore=NO_FONTS)
        if not settings.database_url.startswith("sqlite"):
            self.cluster().drop(_name(settings))
            self.cluster().create(_name(settings), f"kept_{place.name}")


def _leave() -> None:
    """Nobody is connected: SQLite's last connection folds the write-ahead log into the file, and PostgreSQL
    copies only what nobody works on.
    """
    db.session.remove()
    db.engine.dispose()


def _files(instance: Path) -> list[str]:
    """A seal or a key that a test brought before makes another world."""
    folders = (folder for folder in instance.iterdir() if folder.name != "fonts" and folder.is_dir())
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in files)


def _prove_anew() -> None:
    """Who signed in when the world was made has shown just now who they are: that holds for ten minutes."""
    db.session.execute(update(Session).where(Session.proved_at.is_not(None)).values(proved_at=clock.now()))


def _name(settings: Any) -> str:
    return str(settings.database_url.rpartition("/")[2])


def remembered(
    make: Callable[Concatenate[Flask, P], T],
) -> Callable[Concatenate[Flask, P], T]:
    """A maker whose world is kept and copied by itself when it is the first thing made in a registry."""

    @wraps(make)
    def work(app: Flask, *args: P.args, **kwargs: P.kwargs) -> T:
        copies: Kept | None = app.extensions.get(COPIES)
        first = copies is not None and not args and db.session.query(Account).first() is None
        db.session.rollback()
        return copies(app, make, **kwargs) if copies and first else make(app, *args, **kwargs)

    return work


@pytest.fixture(scope="session")
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(tmp_path_factory.mktemp("kept"), lambda: request.getfixturevalue("cluster"))
