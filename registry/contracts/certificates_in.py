"""Certificates that come with a list of results: single files, or a ZIP, each named by a number."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from flask import current_app
from werkzeug.datastructures import FileStorage

from registry.config import Settings
from registry.documents.archives_in import MOST_FILES, ZIP, read_archive
from registry.documents.uploads import JPEG, PDF, PNG, check_upload
from registry.errors import Refused, TooLarge
from registry.parties import service as parties
from registry.parties.rules import Actor

FIELD = "certificates"
_ENDINGS = (".pdf", ".png", ".jpg", ".jpeg")


def read(parts: Iterable[FileStorage]) -> Mapping[str, tuple[str, bytes]]:
    """The files by the number they are named by, each checked by its content; nothing is kept yet.

    Raises Refused `name_twice` and what `read_archive` and `check_upload` raise.
    """
    settings: Settings = current_app.extensions["settings"]
    found: dict[str, tuple[str, bytes]] = {}
    for name, data in _files(parts, settings):
        check_upload(data, allowed={PDF, PNG, JPEG}, limit=settings.upload_limit, field=FIELD)
        key = _number(name)
        if key in found:
            raise Refused("name_twice", FIELD, name=name)
        found[key] = (name, data)
    return found


def keep(actor: Actor, files: Mapping[str, tuple[str, bytes]]) -> dict[str, UUID]:
    """Store the files; uploads by number."""
    return {
        key: parties.keep_upload(actor, data=data, filename=name, purpose="certificate", field=FIELD).id
        for key, (name, data) in files.items()
    }


def _files(parts: Iterable[FileStorage], settings: Settings) -> Iterable[tuple[str, bytes]]:
    left, count = 4 * settings.body_limit, 0  # of all archives together: they are in memory at once
    for part in parts:
        if not part.filename:
            continue
        data = part.read()
        if not data.startswith(ZIP):
            yield part.filename, data
            continue
        members = read_archive(data, each=settings.upload_limit, whole=left, field=FIELD)
        left, count = left - sum(len(content) for _, content in members), count + len(members)
        if count > MOST_FILES:
            raise TooLarge("too_many_files", FIELD, max=MOST_FILES)
        yield from members


def _number(name: str) -> str:
    """The name without its ending, as numbers are written here."""
    stem, dot, ending = name.replace("\\", "/").rpartition("/")[2].rpartition(".")
    bare = stem if dot and f".{ending.casefold()}" in _ENDINGS else name
    return bare.strip().upper()
