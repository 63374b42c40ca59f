"""Worlds that several tests begin with: made once and copied for each of them, for a contract with its
printed papers takes a second. What is made upon a copy is kept in its turn: a test that makes an offer, a
licensee and a license as another did before gets the three. The processes of a run hand theirs on to each
other, where they can be written down. For a test that travels in time all is made anew.
"""

import copyreg
import fcntl
import hashlib
import os
import pickle
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import wraps
from itertools import count
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask, current_app
from sqlalchemy import update

from registry import clock
from registry.database import db, transaction
from registry.ledger.setup import LedgerSetup
from registry.parties.models import Session
from tests.refilling import Contents, Refilled

P = ParamSpec("P")
T = TypeVar("T")
Mark = tuple[tuple[str, int, int], ...]
COPIES = "copies of worlds"
"""Where an application has its `Kept`, when the test it serves may be given copies."""
SIGNER = re.compile(r"<registry\.ledger\.signing\.Ed25519Signer object at 0x[0-9a-f]+>")
LONGEST_KEY = 4000
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")


def serial() -> Iterator[int]:
    """Numbers no other process of the run gives out: they stand in worlds it may be handed."""
    return count(1 + 10_000 * int(WORKER.removeprefix("gw") or 0))



FRESH = 300
"""So many seconds whoever signed in while a world was made has shown just now who they are: ten minutes less
what a test may take.
"""

copyreg.pickle(
    type(Ed25519PrivateKey.generate()),
    lambda key: (Ed25519PrivateKey.from_private_bytes, (key.private_bytes_raw(),)),
)
"""People of a world sign in other processes too."""


@dataclass(frozen=True, slots=True)
class World:
    """What making it gave, where its files lie, its rows in PostgreSQL, and when that was."""

    value: Any
    place: Path
    rows: Contents | None
    at: float


class Kept:
    """`kept(app, published, fee=LUMP)`: what `published` makes here, or its copy. For fixtures: what a test
    patches first would be kept for the others.
    """

    def __init__(self, folder: Path, refilled: Callable[[], Refilled]) -> None:
        self.folder, self.refilled = folder, refilled
        self.made: dict[str, World] = {}
        self.story, self.mark = "", Mark()
        """What was made in the registry at hand since it was empty, and how its files looked then."""
        self.setup: LedgerSetup | None = None
        """How its log was set up at first: a test may give it witnesses."""

    def begin(self, app: Flask) -> None:
        """An empty registry stands in the application's instance."""
        self.setup = replace(app.extensions["ledger"], _keys=None)
        self._stand(app, str(app.extensions["settings"].database_url.partition(":")[0]))

    def __call__(
        self, app: Flask, make: Callable[Concatenate[Flask, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return self.make(app, make, (app, *args), kwargs)  # type: ignore[no-any-return]

    def make(
        self, app: Flask, make: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """What `make(*args, **kwargs)` gives, and the registry as it is after that."""
        story = self._story(app, make, args, kwargs)
        if not story:
            return make(*args, **kwargs)
        _leave()
        if story in self.made:
            self._bring(app, self.made[story])
        else:
            self._agreed(app, story, lambda: make(*args, **kwargs))
        self._stand(app, story)
        return self.made[story].value

    def _story(
        self, app: Flask, make: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> str:
        """The story with one more chapter, empty when nobody knows what happened since the last."""
        if time_machine.escape_hatch.is_travelling() or not self._stands(app):
            return ""
        told = [one for one in args if not isinstance(one, Flask)]
        said = SIGNER.sub("", f"{make.__module__}.{make.__qualname__} {told!r} {kwargs!r}")
        story = f"{self.story}\n{said}"
        return "" if " at 0x" in said or len(story) > LONGEST_KEY else story

    def _stands(self, app: Flask) -> bool:
        """Nothing was written since, and no test holds a row of it."""
        settings = app.extensions["settings"]
        if replace(app.extensions["ledger"], _keys=None) != self.setup:
            return False
        if not self.story or _mark(settings.instance) != self.mark or len(db.session.identity_map):
            return False
        return settings.database_url.startswith("sqlite") or self.refilled().is_empty()

    def _stand(self, app: Flask, story: str) -> None:
        self.story, self.mark = story, _mark(app.extensions["settings"].instance)

    def _agreed(self, app: Flask, story: str, make: Callable[[], Any]) -> None:
        """A story new to this process: another that tells it now is waited for."""
        name = hashlib.sha256(story.encode()).hexdigest()[:32]
        handed_on = self.folder / f"{name}.world"
        with (self.folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if handed_on.exists():
                self.made[story] = pickle.loads(handed_on.read_bytes())
                self._bring(app, self.made[story])
                return
            self.made[story] = self._first(app, self.folder / f"{name}-{os.getpid()}", make)
            try:
                handed_on.write_bytes(pickle.dumps(self.made[story]))
            except (pickle.PicklingError, TypeError, AttributeError):
                handed_on.unlink(missing_ok=True)  # of use to this process alone

    def _first(self, app: Flask, place: Path, make: Callable[[], Any]) -> World:
        with_me, app.extensions[COPIES] = app.extensions.get(COPIES), None
        try:
            made = make()
        finally:
            app.extensions[COPIES] = with_me
        _leave()
        settings = app.extensions["settings"]
        shutil.copytree(settings.instance, place, symlinks=True)
        rows = None if settings.database_url.startswith("sqlite") else self.refilled().contents()
        return World(made, place, rows, time.monotonic())

    def _bring(self, app: Flask, world: World) -> None:
        settings = app.extensions["settings"]
        for path in settings.instance.glob("registry.sqlite*"):
            path.unlink()
        there = set(_mark(settings.instance))
        for name, *_ in set(_mark(world.place)) - there:
            (settings.instance / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(world.place / name, settings.instance / name)
        if world.rows is not None:
            self.refilled().fill(world.rows)
        app.extensions["ledger"].forget()
        if time.monotonic() - world.at > FRESH:
            transaction(_prove_anew)
            _leave()


def _mark(instance: Path) -> Mark:
    """Name, size and time of every file: a key or a seal that a test brought makes another world."""
    found = []
    for folder, folders, names in os.walk(instance):
        folders[:] = [one for one in folders if one != "fonts"]
        for name in names:
            path = os.path.join(folder, name)
            status = os.stat(path)
            if status.st_size and not name.endswith("-shm"):
                found.append((os.path.relpath(path, instance), status.st_size, status.st_mtime_ns))
    return tuple(sorted(found))


def _leave() -> None:
    """Nobody is connected: SQLite's last connection folds the write-ahead log into the file."""
    db.session.remove()
    db.engine.dispose()


def _prove_anew() -> None:
    """Who signed in when the world was made shows again who they are."""
    db.session.execute(update(Session).where(Session.proved_at.is_not(None)).values(proved_at=clock.now()))


def remembered(make: Callable[P, T]) -> Callable[P, T]:
    """A maker whose world is kept and copied by itself."""

    @wraps(make)
    def work(*args: P.args, **kwargs: P.kwargs) -> T:
        copies: Kept | None = current_app.extensions.get(COPIES)
        if copies is None:
            return make(*args, **kwargs)
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        return copies.make(app, make, args, kwargs)  # type: ignore[no-any-return]

    return work


@pytest.fixture(scope="session")
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if WORKER else own) / "kept"
    folder.mkdir(exist_ok=True)
    (here := folder / f"{os.getpid()}.here").touch()
    yield Kept(folder, lambda: request.getfixturevalue("refilled"))
    here.unlink()
    if not list(folder.glob("*.here")):
        shutil.rmtree(folder)
