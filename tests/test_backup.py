"""A backup proves itself: taken while filing goes on, checked by sha256sum, restored, audited, or refused."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from registry import backup, database_copy
from registry.app import create_app
from registry.config import Misconfigured, Settings
from registry.database import db, transaction
from registry.documents import store
from registry.errors import Conflict
from registry.ledger import service as ledger
from tests import postgres
from tests.ledger.making import effective
from tests.test_commands import run


def say(_: str) -> None:
    return None


def file_something(count: int = 3) -> str:
    """Filings, a stored file, a published head; the file's digest."""
    begin = ledger.size()
    for number in range(begin, begin + count):
        transaction(lambda number=number: ledger.append([effective(f"C-{number}")]))
    ledger.publish_checkpoint()
    return transaction(lambda: store.put(b"a paper", "application/pdf"))


def back_up(app: Flask, target: Path, **options: object) -> backup.Manifest:
    db.session.rollback()
    chosen = {"with_keys": True, **options}
    return backup.back_up(app.extensions["settings"], target, say=say, **chosen)  # type: ignore[arg-type]


def elsewhere(app: Flask, request: pytest.FixtureRequest, place: Path) -> Settings:
    """Settings of a machine where nothing is yet."""
    settings: Settings = app.extensions["settings"]
    if settings.database_url.startswith("sqlite"):
        url = f"sqlite:///{place / 'registry.sqlite'}"
        return replace(settings, instance=place, database_url=url, owner_database_url=url)
    cluster: postgres.Cluster = request.getfixturevalue("cluster")
    name = f"restored_{place.parent.name}".replace("-", "_").lower()
    cluster.create(name)
    request.addfinalizer(lambda: cluster.drop(name))
    urls = [cluster.url(name, role) for role in (postgres.APPLICATION, postgres.OWNER)]
    return replace(settings, instance=place, database_url=urls[0], owner_database_url=urls[1])


def test_a_restored_backup_passes_the_whole_audit_and_files_on(
    app: Flask, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    digest = file_something()
    size = ledger.size()
    manifest = back_up(app, tmp_path / "b")
    assert (manifest.size, manifest.origin) == (size, "test.mingxu.invalid")
    new = elsewhere(app, request, tmp_path / "instance")
    assert backup.restore(new, tmp_path / "b", say=say) == manifest
    other = create_app(new)
    with other.app_context():
        found = backup.prove(manifest)
        assert found.audit.exit_code == 0, found.audit.to_text("en")
        assert found.damaged == ()
        assert store.get(digest) == b"a paper"
        transaction(lambda: ledger.append([effective("C-X77")]))
        assert ledger.size() == size + 1
        db.session.remove()
        db.engine.dispose()


def test_a_filing_made_while_the_copy_is_taken_is_wholly_in_or_wholly_out(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_something()
    size = ledger.size()
    whole = database_copy.snapshot

    def filing_meanwhile(settings: Settings, folder: Path):  # type: ignore[no-untyped-def]
        copied = whole(settings, folder)

        class Between:
            def __enter__(self) -> object:
                seen = copied.__enter__()
                other = db.engine.connect()
                other.close()
                transaction(lambda: ledger.append([effective("C-X50")]))
                ledger.publish_checkpoint()
                return seen

            def __exit__(self, *error: object) -> None:
                copied.__exit__(None, None, None)

        return Between()

    monkeypatch.setattr(database_copy, "snapshot", filing_meanwhile)
    manifest = back_up(app, tmp_path / "b")
    assert manifest.size == size
    anchor = (tmp_path / "b" / "anchor" / "checkpoint").read_text()
    assert f"\n{size}\n" in anchor, "an anchor ahead of the copy would make the restored log look cut off"


def test_the_sums_are_those_of_sha256sum(lite: Flask, tmp_path: Path) -> None:
    file_something()
    back_up(lite, tmp_path / "b")
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=tmp_path / "b", check=False
    )
    assert done.returncode == 0


@pytest.mark.parametrize("harm", ["changed", "missing", "added", "manifest", "unlisted path"])
def test_a_harmed_backup_is_refused_before_anything_is_restored(
    lite: Flask, tmp_path: Path, harm: str
) -> None:
    digest = file_something()
    place = tmp_path / "b"
    back_up(lite, place)
    paper = place / "files" / digest[:2] / digest[2:]
    if harm == "changed":
        paper.write_bytes(b"another")
    elif harm == "missing":
        paper.unlink()
    elif harm == "added":
        (place / "files" / "stranger").write_bytes(b"")
    elif harm == "manifest":
        (place / "manifest.json").write_text("{}")
    else:
        sums = place / "SHA256SUMS"
        sums.write_text(sums.read_text().replace("anchor/checkpoint", "../anchor/checkpoint"))
    settings = replace(lite.extensions["settings"], instance=tmp_path / "new")
    with pytest.raises(backup.BadBackup):
        backup.restore(settings, place, say=say)
    assert not (tmp_path / "new").exists()


def test_a_backup_never_overwrites_and_an_interrupted_one_is_none(lite: Flask, tmp_path: Path) -> None:
    file_something()
    (tmp_path / "b.part").mkdir()
    (tmp_path / "b.part" / "half").write_bytes(b"")
    back_up(lite, tmp_path / "b")
    assert not (tmp_path / "b" / "half").exists()
    with pytest.raises(backup.BadBackup, match="never written over"):
        back_up(lite, tmp_path / "b")


def test_unchanged_files_are_linked_to_an_earlier_backup(lite: Flask, tmp_path: Path) -> None:
    digest = file_something()
    back_up(lite, tmp_path / "one")
    transaction(lambda: store.put(b"a second paper", "application/pdf"))
    back_up(lite, tmp_path / "two", earlier=tmp_path / "one")
    name = f"files/{digest[:2]}/{digest[2:]}"
    assert (tmp_path / "one" / name).stat().st_ino == (tmp_path / "two" / name).stat().st_ino
    assert backup.check(tmp_path / "two").size == ledger.size()


def test_private_keys_are_only_in_a_backup_that_asks_for_them(lite: Flask, tmp_path: Path) -> None:
    back_up(lite, tmp_path / "b", with_keys=False)
    assert not list((tmp_path / "b").glob("keys*"))
    assert not json.loads((tmp_path / "b" / "manifest.json").read_text())["keys"]


def test_restoring_over_a_database_that_is_there_is_refused(
    app: Flask, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    back_up(app, tmp_path / "b")
    db.session.remove()
    with pytest.raises(Misconfigured, match="already"):
        backup.restore(app.extensions["settings"], tmp_path / "b", say=say)


def test_an_older_backup_beside_a_newer_anchor_is_refused_with_what_is_lost(
    lite: Flask, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    file_something()
    manifest = back_up(lite, tmp_path / "b")
    file_something(2)
    new = elsewhere(lite, request, tmp_path / "instance")
    shutil.copytree(lite.extensions["settings"].instance / "anchor", new.instance / "anchor")
    backup.restore(new, tmp_path / "b", say=say)
    other = create_app(new)
    with other.app_context():
        with pytest.raises(Conflict) as refused:
            backup.prove(manifest)
        assert (refused.value.code, refused.value.params["lost"]) == ("ledger_behind_anchor", 2)
        db.session.remove()
        db.engine.dispose()


def test_the_command_takes_checks_and_says_what_it_holds(lite: Flask, tmp_path: Path) -> None:
    file_something()
    place = str(tmp_path / "b")
    taken = run(lite, "backup", place)
    assert taken.exit_code == 0, taken.output
    assert "without the private keys" in taken.output
    assert run(lite, "backup", place, "--check").exit_code == 0
    again = run(lite, "backup", place)
    assert again.exit_code == 1
    assert "never written over" in again.output
