"""A backup is a folder that anybody can check with `sha256sum -c SHA256SUMS`; a restore proves itself.

The anchor is read first, then the database as it stands at one moment, the files last: an anchor is never
ahead of the copy beside it, and content is stored before the row that names it. If we crash on the way a
folder `….part` remains, which is no backup. `restore` writes only where nothing is, never over a kept anchor
(which may know of more filings than the backup holds); `prove` makes a start's own checks and audits it all.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from registry import clock, database_copy, schema
from registry.config import Settings
from registry.documents import store
from registry.errors import Conflict
from registry.ledger import service as ledger
from registry.ledger.report import Report

FORMAT = "mingxu-backup-1"
SUMS, MANIFEST, PART = "SHA256SUMS", "manifest.json", ".part"
FOLDERS = ("files", "anchor")
Say = Callable[[str], None]


class BadBackup(Exception):
    """The folder is no whole backup, or there is no room for it; the message says what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself. `size` and `leaf` are of the last filing in its database."""

    format: str
    made_at: str
    database: str
    origin: str
    size: int
    leaf: str
    revision: str
    keys: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore found: the whole log's audit, files that rows name and the folder lacks or holds
    changed.
    """

    manifest: Manifest
    audit: Report
    damaged: tuple[str, ...]


def back_up(
    settings: Settings, target: Path, *, with_keys: bool, earlier: Path | None = None, say: Say
) -> Manifest:
    """Copy database, files and anchor to a folder that does not exist yet. Needs an application context.

    `earlier`: a backup on the same disk whose unchanged files are linked instead of copied. Raises BadBackup.
    """
    if target.exists():
        raise BadBackup(f"{target} is there already: a backup is never written over")
    part = target.with_name(target.name + PART)
    shutil.rmtree(part, ignore_errors=True)  # what an interrupted backup left
    part.mkdir(parents=True, mode=0o700)
    for source, name in _files_of(settings, "anchor"):
        _copy(source, part / name)
    say("copying the database as it stands now")
    with database_copy.snapshot(settings, part) as seen:
        manifest = Manifest(
            format=FORMAT, made_at=clock.now().isoformat(), origin=settings.origin, keys=with_keys, **seen
        )
    say("copying the files")
    kept = _key_folders(settings.instance) if with_keys else []
    for source, name in _files_of(settings, "files", *kept):
        _copy(source, part / name, earlier=earlier / name if earlier else None)
    _write(part / MANIFEST, json.dumps(asdict(manifest), indent=2) + "\n")
    _write(part / SUMS, "".join(f"{_digest(part / name)}  {name}\n" for name in _names(part)))
    part.rename(target)
    _sync(target.parent)
    return manifest


def check(folder: Path) -> Manifest:
    """The manifest, after every file was held against its digest. Needs no database. Raises BadBackup."""
    try:
        manifest = Manifest(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
        listed = dict(_listed(folder))
    except (OSError, ValueError, TypeError) as error:
        raise BadBackup(f"{folder} holds no backup: {error}") from error
    if manifest.format != FORMAT:
        raise BadBackup(f"{folder} is of another format: {manifest.format}")
    present = set(_names(folder))
    missing, strange = sorted(listed.keys() - present), sorted(present - listed.keys())
    if missing or strange:
        raise BadBackup(f"missing: {missing[:3]}, not listed: {strange[:3]}")
    changed = [name for name, digest in listed.items() if _digest(folder / name) != digest]
    if changed:
        raise BadBackup(f"{len(changed)} files are not what they were: {changed[:3]}")
    return manifest


def restore(settings: Settings, folder: Path, *, say: Say) -> Manifest:
    """Bring a checked backup to an empty database and instance folder, then schema, guards and grants.

    Raises BadBackup, and Misconfigured when the tools for the database are missing. `prove` comes next.
    """
    say("checking the backup")
    manifest = check(folder)
    if manifest.origin != settings.origin:
        raise BadBackup(f"this backup is of {manifest.origin}, not of {settings.origin}")
    settings.instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    say("restoring the database")
    database_copy.restore(settings, folder, manifest.database)
    say("restoring the files")
    for name in (*FOLDERS, *_key_folders(folder)):
        for source in sorted(path for path in (folder / name).rglob("*") if path.is_file()):
            place = settings.instance / source.relative_to(folder)
            if not place.exists():  # an anchor that stayed here knows more than the backup's
                _copy(source, place)
    schema.upgrade(settings)
    return manifest


def prove(manifest: Manifest) -> Restored:
    """Start's checks, the whole audit, every stored file. Needs the restored registry's application context.

    Raises Conflict as a start does: the anchor or a witness knows of filings that the backup does not hold.
    """
    schema.check_guards()
    ledger.check_start()
    if ledger.size() != manifest.size:
        raise Conflict("ledger_behind_anchor", size=ledger.size(), anchored=manifest.size,
                       lost=manifest.size - ledger.size(), last="—", source="backup")  # fmt: skip
    return Restored(manifest=manifest, audit=ledger.audit(), damaged=tuple(store.damaged()))


def _files_of(settings: Settings, *names: str) -> Iterator[tuple[Path, str]]:
    for name in names:
        for path in sorted((settings.instance / name).rglob("*")):
            if path.is_file() and not path.name.startswith(".part-"):
                yield path, str(path.relative_to(settings.instance))


def _key_folders(folder: Path) -> list[str]:
    """`keys`, and the keys of logs that were closed."""
    return sorted(path.name for path in folder.glob("keys*") if path.is_dir())


def _copy(source: Path, place: Path, *, earlier: Path | None = None) -> None:
    """The content reaches the disk before its name does. A stored file never changes, so a link serves."""
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if earlier is not None and earlier.is_file() and _digest(earlier) == _digest(source):
        os.link(earlier, place)
        return
    shutil.copyfile(source, place)
    place.chmod(source.stat().st_mode & 0o700)
    _sync(place)


def _names(folder: Path) -> list[str]:
    """Every file of a backup but its list of sums."""
    found = (str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    return sorted(name for name in found if name != SUMS)


def _listed(folder: Path) -> Iterator[tuple[str, str]]:
    for line in (folder / SUMS).read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        if len(digest) != 64 or not name or Path(name).is_absolute() or ".." in Path(name).parts:
            raise ValueError(f"no line of sha256sum: {line!r}")
        yield name, digest


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    _sync(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
