"""What an erasure leaves to the worker: the files. Doing it twice is doing it once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import current_app

from registry.config import Settings
from registry.database import db, transaction
from registry.documents import store
from registry.erasure import desk
from registry.erasure.service import REMOVE
from registry.jobs import handler

REGISTERED = (desk,)
"""Imported for what it registers: the desk's cards."""


@handler(REMOVE)
def remove_files(payload: Mapping[str, Any]) -> None:
    """Remove the files of an erasure that was committed. Payload: digests, letters.

    If we crash in the middle the job runs again; what is gone already is passed over.
    """
    for digest in payload["digests"]:
        transaction(lambda one=digest: store.sweep(one))  # type: ignore[misc]
    settings: Settings = current_app.extensions["settings"]
    for letter in payload["letters"]:
        Path(settings.outbox / f"{UUID(letter)}.eml").unlink(missing_ok=True)
    _shorten_log()


def _shorten_log() -> None:
    """SQLite's write-ahead log still holds the former pages until it is written back; PostgreSQL vacuums."""
    if db.engine.dialect.name != "sqlite":
        return
    db.session.rollback()
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
