"""The store: content names itself, storing twice is storing once, and damage is noticed."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from registry import config, database
from registry.config import Settings
from registry.database import Model, db, transaction
from registry.documents import store
from registry.documents.models import StoredFile
from registry.errors import NotFound


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Settings]:
    """A store on a database of its own, with only this folder's table."""
    settings = replace(config.from_environment({"REGISTRY_DEMO": "1"}), instance=tmp_path)
    application = Flask(__name__)
    application.extensions["settings"] = settings
    database.init_app(application, f"sqlite:///{tmp_path / 'store.sqlite'}")
    with application.app_context():
        Model.metadata.create_all(db.engine, tables=[Model.metadata.tables["stored_file"]])
        yield settings
        db.session.remove()
        db.engine.dispose()


def put(data: bytes) -> str:
    return transaction(lambda: store.put(data, "text/plain"))


def test_content_is_found_by_its_digest(shelf: Settings) -> None:
    digest = put("合同".encode())
    assert digest == hashlib.sha256("合同".encode()).hexdigest()
    assert (shelf.files / digest[:2] / digest[2:]).is_file()
    assert store.get(digest) == "合同".encode()
    with store.open_stream(digest) as stream:
        assert stream.read() == "合同".encode()
    assert store.find(digest).size == 6


def test_storing_twice_is_storing_once(shelf: Settings) -> None:
    assert put(b"a") == put(b"a")
    assert db.session.scalar(select(func.count()).select_from(StoredFile)) == 1
    assert len([path for path in shelf.files.rglob("*") if path.is_file()]) == 1


def test_a_file_left_by_a_crash_is_taken_up(shelf: Settings) -> None:
    with pytest.raises(RuntimeError, match="crash"):
        transaction(_put_and_crash)
    with pytest.raises(NotFound):
        store.get(hashlib.sha256(b"a").hexdigest())
    assert store.get(put(b"a")) == b"a"


def test_a_torn_file_is_written_again(shelf: Settings) -> None:
    digest = put(b"whole")
    (shelf.files / digest[:2] / digest[2:]).write_bytes(b"who")
    put(b"whole")
    assert store.get(digest) == b"whole"


def test_damage_is_noticed(shelf: Settings) -> None:
    digest = put(b"whole")
    path = shelf.files / digest[:2] / digest[2:]
    path.write_bytes(b"whale")
    with pytest.raises(store.Damaged):
        store.get(digest)
    path.unlink()
    with pytest.raises(store.Damaged):
        store.get(digest)


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 64, "0" * 64, "0" * 63])
def test_what_was_never_stored_is_not_found(shelf: Settings, digest: str) -> None:
    with pytest.raises(NotFound):
        store.get(digest)


def test_another_transactions_row_serves(shelf: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = put(b"a")
    monkeypatch.setattr(db.session, "get", lambda *_args: None)
    assert put(b"a") == digest


def _put_and_crash() -> None:
    store.put(b"a", "text/plain")
    raise RuntimeError("crash")
