"""Files addressed by their content: `ab/cdef…` under the files folder, a row beside them in the database.

The file comes first, flushed to the disk, then the row. If we crash between the two, a file without a row
remains; storing the same content again finds it and adds the row. Nothing is ever overwritten or removed.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from flask import current_app
from sqlalchemy.exc import IntegrityError

from registry import clock
from registry.config import Settings
from registry.database import db
from registry.documents.models import StoredFile
from registry.errors import NotFound

DIGEST = re.compile(r"[0-9a-f]{64}")


class Damaged(Exception):
    """A stored file no longer has the content its digest names."""


def put(data: bytes, media_type: str) -> str:
    """Store `data` and flush its row; the SHA-256 in hex. Storing twice is storing once."""
    digest = hashlib.sha256(data).hexdigest()
    _write(_path(digest), data)
    if db.session.get(StoredFile, digest) is None:
        _add(StoredFile(digest=digest, media_type=media_type, size=len(data), created_at=clock.now()))
    return digest


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


def keep(digest: str, size: int, media_type: str) -> None:
    """Remember a spooled content; flushes its row."""
    if db.session.get(StoredFile, digest) is None:
        _add(StoredFile(digest=digest, media_type=media_type, size=size, created_at=clock.now()))


def find(digest: str) -> StoredFile:
    """What is remembered of a file. Raises NotFound."""
    row = db.session.get(StoredFile, digest) if DIGEST.fullmatch(digest) else None
    if row is None:
        raise NotFound("not_found")
    return row


def get(digest: str) -> bytes:
    """The content, checked against its digest. Raises NotFound, and Damaged when the disk has changed it."""
    with open_stream(digest) as stream:
        data = stream.read()
    if hashlib.sha256(data).hexdigest() != digest:
        raise Damaged(digest)
    return data


def open_stream(digest: str) -> BinaryIO:
    """The content as a stream, unchecked: for archives of many. Raises NotFound; the caller closes it."""
    find(digest)
    try:
        return _path(digest).open("rb")
    except FileNotFoundError as error:
        raise Damaged(digest) from error


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
