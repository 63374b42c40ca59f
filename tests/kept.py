"""Worlds that several tests begin with: made once a process and copied for each of them, for a contract with
its printed papers takes a second. On PostgreSQL, and for a test that travels in time, they are made anew.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import pytest
import time_machine
from flask import Flask

from registry.database import db
from registry.ledger import service as ledger

P = ParamSpec("P")
T = TypeVar("T")
NO_FONTS = shutil.ignore_patterns("fonts")


class Kept:
    """`kept(lite, published, fee=LUMP)`: what `published` makes in an empty registry, or its copy. For
    fixtures: what a test patches first would be kept for the others.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: dict[str, tuple[Any, Path]] = {}

    def __call__(
        self, app: Flask, make: Callable[Concatenate[Flask, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        settings = app.extensions["settings"]
        if not settings.database_url.startswith("sqlite") or time_machine.escape_hatch.is_travelling():
            return make(app, *args, **kwargs)
        name = f"{make.__module__}.{make.__qualname__} {args!r} {kwargs!r}"
        db.session.remove()
        if name in self.made:
            made, place = self.made[name]
            db.engine.dispose()
            for path in settings.instance.glob("registry.sqlite*"):
                path.unlink()
            shutil.copytree(place, settings.instance, symlinks=True, dirs_exist_ok=True, ignore=NO_FONTS)
            ledger.init_app(app, settings)
            return made  # type: ignore[no-any-return]
        made = make(app, *args, **kwargs)
        db.session.remove()
        db.engine.dispose()  # the last connection folds the write-ahead log into the file
        place = self.folder / str(len(self.made))
        shutil.copytree(settings.instance, place, symlinks=True)
        self.made[name] = made, place
        return made


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(tmp_path_factory.mktemp("kept"))
