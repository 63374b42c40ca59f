"""Fixtures: an application on a fresh, migrated database; `app` runs a test on SQLite and on PostgreSQL,
`lite` on SQLite alone.
"""

import fcntl
import gc
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask
from jinja2 import FileSystemBytecodeCache

from registry import schema
from registry.app import create_app
from registry.config import Settings
from registry.database import db
from registry.ledger import service as ledger
from registry.ledger.keyfiles import create_keys
from registry.parties import keys
from tests import postgres
from tests.chromium import chromium, origin  # noqa: F401 - fixtures
from tests.fonts import ROOT, font_folder
from tests.kept import COPIES, Kept, kept  # noqa: F401 - a fixture
from tests.refilling import Refilled
from tests.windows import person, window  # noqa: F401 - fixtures

LONGEST = (
    "tests/test_walkthrough.py",
    "tests/web/",
    "tests/demonstration/",
    "tests/test_access_matrix.py",
    "tests/exports/",
    "tests/erasure/",
)
"""Files begun first: a worker that took one last would still be at it when the others have gone home."""
FILTERS = [ROOT / "registry" / name for name in ("language.py", "sentences.py")]
CALLS = hashlib.sha256(b"".join(one.read_bytes() for one in FILTERS)).hexdigest()[:12]
TEMPLATES = ROOT / "build" / "templates" / CALLS
"""Compiled templates, for all applications of all runs: compiling takes longer than filling them in. How
filters are called stands in what was compiled.
"""
TEMPLATE, CLUSTER = "template_registry", "cluster"
NO_POSTGRES = "no PostgreSQL server here: install Debian's package `postgresql` to run this test on it too"

TEMPLATES.mkdir(parents=True, exist_ok=True)
Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": FileSystemBytecodeCache(str(TEMPLATES))}


def settings_for(folder: Path, url: str, owner_url: str | None = None) -> Settings:
    return Settings(
        database_url=url,
        owner_database_url=owner_url or url,
        instance=folder,
        secret_key="a secret that only the tests know, long enough",
        origin="test.mingxu.invalid",
        base_url="http://localhost",
        demo=False,
        testing=True,
        staff_second_factor=False,  # tests of it turn it on
    )


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: tests wait for databases, browsers and processes of their own."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: the collector need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def turn(item: pytest.Item) -> int:
        return next((n for n, name in enumerate(LONGEST) if item.nodeid.startswith(name)), len(LONGEST))

    items.sort(key=turn)


@pytest.fixture(scope="session", autouse=True)
def quick_derivations() -> Iterator[None]:
    """Hundreds of accounts are made here: their keys may be cheap. One test takes the real cost."""
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "_HASHER", quick)
        patch.setattr(keys, "_ABSENT", quick.hash("somebody who is not there"))
        patch.setattr(keys, "MEMORY", 64)
        yield


@pytest.fixture(scope="session")
def fonts() -> Path:
    return font_folder()


@pytest.fixture(scope="session")
def ready_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return once_a_run(tmp_path_factory, "keys", create_keys)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, ready_keys: Path) -> Path:
    """An empty registry whose log has been started; each test gets a copy."""

    def make(folder: Path) -> None:
        shutil.copytree(ready_keys, folder / "keys")
        _prepare(settings_for(folder, f"sqlite:///{folder / 'registry.sqlite'}"))

    return once_a_run(tmp_path_factory, "template", make)


@pytest.fixture(scope="session")
def postgres_template(tmp_path_factory: pytest.TempPathFactory, ready_keys: Path) -> Path:
    """The same with its database in PostgreSQL, whose cluster lies beside it, stopped; see `cluster`."""
    if postgres.binaries() is None:
        if os.environ.get("REGISTRY_POSTGRES_REQUIRED") == "1":
            pytest.fail(NO_POSTGRES)
        pytest.skip(NO_POSTGRES)

    def make(folder: Path) -> None:
        shutil.copytree(ready_keys, folder / "keys")
        with postgres.cluster() as made:
            made.create(TEMPLATE)
            urls = [made.url(TEMPLATE, role) for role in (postgres.APPLICATION, postgres.OWNER)]
            _prepare(settings_for(folder, *urls))
            made.keep(folder / CLUSTER)

    return once_a_run(tmp_path_factory, "pgtemplate", make)


@pytest.fixture(scope="session")
def cluster(postgres_template: Path) -> Iterator[postgres.Cluster]:
    """This process' own server, which has the template's database."""
    with postgres.cluster(like=postgres_template / CLUSTER) as made:
        yield made


def once_a_run(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that the first process which needs it makes for all processes of the run."""
    own = factory.getbasetemp()
    place = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with (place / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / f"{name}.made").exists():
            shutil.rmtree(place / name, ignore_errors=True)  # somebody failed at it
            make(place / name)
            (place / f"{name}.made").touch()
    return place / name


@pytest.fixture(scope="session")
def refilled(cluster: postgres.Cluster) -> Iterator[Refilled]:
    """The one database in which tests run on PostgreSQL."""
    held = Refilled(cluster, "tests", TEMPLATE)
    yield held
    held.close()


def _prepare(settings: Settings) -> None:
    schema.upgrade(settings)
    app = create_app(settings)
    with _today(), app.app_context():
        schema.seed()
        db.session.remove()
        db.engine.dispose()


def _today() -> AbstractContextManager[object]:
    """The first test that needs a template may be travelling: the log all others begin with is of today."""
    hatch = time_machine.escape_hatch
    return time_machine.travel(hatch.time.time(), tick=True) if hatch.is_travelling() else nullcontext()


@pytest.fixture(params=["sqlite", "postgresql"])
def app(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application on one of the two databases, in an application context."""
    yield from fresh(request, request.param)


@pytest.fixture
def lite(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application on SQLite, for what does not depend on the database."""
    yield from fresh(request, "sqlite")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def standing(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """One registry on each database for all tests of a file, where they only read what stands there.
    A file that has it has neither `app` nor `lite`: they would stand in the same place.
    """
    yield from fresh(request, request.param)


def fresh(request: pytest.FixtureRequest, kind: str) -> Iterator[Flask]:
    """A fresh registry under an application that may have served tests before: see `_application`."""
    instance: Path = request.getfixturevalue("places") / kind
    if kind == "sqlite":
        shutil.copytree(request.getfixturevalue("sqlite_template"), instance)
        settings = settings_for(instance, f"sqlite:///{instance / 'registry.sqlite'}")
    else:
        template = request.getfixturevalue("postgres_template")
        shutil.copytree(template, instance, ignore=shutil.ignore_patterns(CLUSTER))
        held: Refilled = request.getfixturevalue("refilled")
        held.fill(held.empty)
        settings = settings_for(instance, held.url(postgres.APPLICATION), held.url(postgres.OWNER))
    (instance / "fonts").symlink_to(font_folder(), target_is_directory=True)
    made = _application(settings)
    copies: Kept = request.getfixturevalue("kept")
    copies.begin(made)
    if "monkeypatch" not in request.fixturenames:  # what a test patched would be kept for the others
        made.extensions[COPIES] = copies
    before = _shape(made)
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()
        if _shape(made) != before:
            BUILT.pop(settings.database_url)
    shutil.rmtree(instance)


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("places")


STATEMENTS = ("before_cursor_execute", "after_cursor_execute", "begin", "commit", "rollback")
CONNECTIONS = ("connect", "checkout", "checkin")
BUILT: dict[str, tuple[Flask, dict[str, Any]]] = {}


def _application(settings: Settings) -> Flask:
    """Building one takes longer than most tests: one serves them all, as one serves all requests elsewhere.
    What it keeps between requests is taken from it, and one that a test changed is not used again.
    """
    if settings.database_url not in BUILT:
        built = create_app(settings)
        BUILT[settings.database_url] = built, dict(built.extensions)
    made, extensions = BUILT[settings.database_url]
    made.extensions.clear()
    made.extensions.update(extensions)
    ledger.init_app(made, settings)
    return made


def _shape(made: Flask) -> object:
    """What a test may have changed for good: configuration, views, who listens to the engine."""
    with made.app_context():
        told = [getattr(db.engine.dispatch, name) for name in STATEMENTS]
        told += [getattr(db.engine.pool.dispatch, name) for name in CONNECTIONS]
    return dict(made.config), dict(made.view_functions), [len(list(listeners)) for listeners in told]
