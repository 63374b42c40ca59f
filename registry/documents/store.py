"""Files addressed by their content: `ab/cdef…` under the files folder, a row beside them in the database.

The file comes first, flushed to the disk, then the row. If we crash between the two, a file without a row
remains; storing the same content again finds it and adds the row. Nothing is ever overwritten, and removed
only after an erasure: `forget` marks the row with everything else the erasure changes, `sweep` removes the
file after the commit. If we crash between the two, the row says already that the content is gone, and the
next sweep removes the file.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from registry import clock
from registry.config import Settings
from registry.database import db
from registry.documents.models import StoredFile
from registry.errors import Gone, NotFound

DIGEST = re.compile(r"[0-9a-f]{64}")


class Damaged(Exception):
    """A stored file no longer has the content its digest names."""


def put(data: bytes, media_type: str) -> str:
    """Store `data` and flush its row; the SHA-256 in hex. Storing twice is storing once."""
    digest = hashlib.sha256(data).hexdigest()
    known = db.session.get(StoredFile, digest)
    if known is not None and known.erased_at is not None:
        _revive(digest)
    _write(_path(digest), data)
    if known is None:
        _add(StoredFile(digest=digest, media_type=media_type, size=len(data), created_at=clock.now()))
    return digest


def expect(data: bytes, media_type: str) -> str:
    """Remember content before its file is there, so that no file can lie there that no row names.

    For content that cannot be made again: `put` it after the commit, and ask `is_there` before it is handed
    out. Flushes the row; the SHA-256 in hex.
    """
    digest = hashlib.sha256(data).hexdigest()
    if db.session.get(StoredFile, digest) is None:
        _add(StoredFile(digest=digest, media_type=media_type, size=len(data), created_at=clock.now()))
    return digest


def is_there(digest: str) -> bool:
    """Whether the content is remembered, not erased, and its file in its place."""
    known = db.session.get(StoredFile, digest)
    return known is not None and known.erased_at is None and _path(digest).is_file()


def spool(chunks: Iterable[bytes]) -> tuple[str, int]:
    """Write content of any length as it is made; its SHA-256 and size. `keep` adds the row afterwards."""
    hasher, size = hashlib.sha256(), 0
    settings: Settings = current_app.extensions["settings"]
    settings.files.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=settings.files, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as part:
            for chunk in chunks:
                hasher.update(chunk)
                size += part.write(chunk)
            part.flush()
            os.fsync(part.fileno())
        path = _path(hasher.hexdigest())
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    for folder in (path.parent, path.parent.parent):
        _sync_folder(folder)
    return hasher.hexdigest(), size


def adopt(path: Path, digest: str) -> None:
    """Take over a finished file of the files folder, of this SHA-256, as it lies. `keep` adds the row.

    If we crash after this, the content lies stored under its digest.
    """
    kept = _path(digest)
    kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.replace(kept)
    for folder in (kept.parent, kept.parent.parent, path.parent):
        _sync_folder(folder)


def holds(digest: str, size: int) -> bool:
    """Whether a file of this content lies in the folder, whatever the database remembers of it."""
    path = _path(digest)
    return path.is_file() and path.stat().st_size == size


def keep(digest: str, size: int, media_type: str) -> None:
    """Remember a spooled content; flushes its row. Raises Damaged when a sweep took the file meanwhile."""
    known = db.session.get(StoredFile, digest)
    if known is not None and known.erased_at is not None:
        _revive(digest)
        if not _path(digest).is_file():
            raise Damaged(digest)
    if known is None:
        _add(StoredFile(digest=digest, media_type=media_type, size=size, created_at=clock.now()))


def find(digest: str) -> StoredFile:
    """What is remembered of a file. Raises NotFound."""
    row = db.session.get(StoredFile, digest) if DIGEST.fullmatch(digest) else None
    if row is None:
        raise NotFound("not_found")
    return row


def forget(digest: str) -> None:
    """Mark a content as erased; `sweep` removes the file after the commit. Raises NotFound."""
    row = find(digest)
    row.erased_at = row.erased_at or clock.now()


def sweep(digest: str) -> bool:
    """Remove the file of an erased content, under its row's lock: somebody may be bringing it again.

    Answers whether there was a file. Sweeping twice is sweeping once.
    """
    query = select(StoredFile).where(StoredFile.digest == digest).with_for_update()
    row = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None or row.erased_at is None or not _path(digest).is_file():
        return False
    _path(digest).unlink()
    _sync_folder(_path(digest).parent)
    return True


def get(digest: str) -> bytes:
    """The content, checked against its digest.

    Raises NotFound, Gone when it has been erased, and Damaged when the disk has changed it.
    """
    with open_stream(digest) as stream:
        data = stream.read()
    if hashlib.sha256(data).hexdigest() != digest:
        raise Damaged(digest)
    return data


def open_stream(digest: str) -> BinaryIO:
    """The content as a stream, unchecked: for archives. The caller closes it. Raises NotFound, Gone."""
    return opener(digest)()


def damaged() -> Iterator[str]:
    """Digests whose content a row promises and the folder does not hold unchanged. Reads every file."""
    query = select(StoredFile.digest).where(StoredFile.erased_at.is_(None)).order_by(StoredFile.digest)
    for digest in db.session.scalars(query.execution_options(yield_per=1000)):
        try:
            with _path(digest).open("rb") as stream:
                held = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError:
            held = ""
        if held != digest:
            yield digest


def opener(digest: str) -> Callable[[], BinaryIO]:
    """What opens the content later: while an answer is sent, the request and its database are gone.

    Raises NotFound, Gone now, and Damaged when it is called and the file is not there.
    """
    erased_at = find(digest).erased_at
    if erased_at is not None:
        raise Gone("content_erased", on=clock.legal_day(erased_at))
    path = _path(digest)

    def work() -> BinaryIO:
        try:
            return path.open("rb")
        except FileNotFoundError as error:
            raise Damaged(digest) from error

    return work


def _path(digest: str) -> Path:
    settings: Settings = current_app.extensions["settings"]
    return settings.files / digest[:2] / digest[2:]


def _write(path: Path, data: bytes) -> None:
    if path.is_file() and path.stat().st_size == len(data):
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as part:
            part.write(data)
            part.flush()
            os.fsync(part.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    for folder in (path.parent, path.parent.parent):
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    """A rename survives a power cut only once its folder has reached the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _add(row: StoredFile) -> None:
    """Another transaction may store the same content at this moment: then its row serves."""
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        db.session.expire_all()


def _revive(digest: str) -> None:
    """Erased content is brought again: the row's lock comes before the file, so that no sweep takes it."""
    query = select(StoredFile).where(StoredFile.digest == digest).with_for_update()
    db.session.scalars(query.execution_options(populate_existing=True)).one().erased_at = None
    db.session.flush()
