"""Files people bring: checked by content, kept under their digest, shown to whom they concern."""

import re
from collections.abc import Callable
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from registry import clock
from registry.config import Settings
from registry.database import db, new_id
from registry.documents import store
from registry.documents.uploads import CSV, JPEG, PDF, PNG, TEXT, XLSX, check_upload
from registry.errors import Gone, NotFound, Refused
from registry.parties.models import Organisation, Upload
from registry.parties.permissions import allow, may
from registry.parties.rules import Actor

PICTURES, TABLES = frozenset({PDF, PNG, JPEG}), frozenset({XLSX, CSV, TEXT})
PURPOSES = {
    "identity": PICTURES,
    "certificate": PICTURES,
    "annuity": PICTURES,
    "evaluation": PICTURES,
    "consent": PICTURES,
    "authority": PICTURES,
    "agency_power": PICTURES,
    "pledge_consent": PICTURES,
    "publicity": PICTURES,
    "drawing": frozenset({PNG, JPEG}),
    "bank_slip": PICTURES,
    "gazette": PICTURES,
    "stamped_scan": PICTURES,
    "agreement": PICTURES,
    "other": PICTURES | TABLES,
}
"""What a file may be brought for, and as what it may come."""
ENDINGS = {
    PDF: (".pdf",), PNG: (".png",), JPEG: (".jpg", ".jpeg"), XLSX: (".xlsx",),
    CSV: (".csv", ".txt", ".tsv"), TEXT: (".txt", ".csv", ".tsv"),
}  # fmt: skip
"""What a name ends in that is handed out again: a program must not come back under the name of one."""

Visible = Callable[[Actor, Upload], bool]
_VISIBLE: list[Visible] = []
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069]+')


def also_visible(rule: Visible) -> Visible:
    """Register a reason to show an upload that only a higher folder knows: who reviews it, say."""
    _VISIBLE.append(rule)
    return rule


def keep_upload(actor: Actor, *, data: bytes, filename: str, purpose: str, field: str = "file") -> Upload:
    """Check a file by its content, store it under its digest, remember who brought it and why.

    Raises TooLarge, Mistyped, Refused.
    """
    allow(actor, "upload.add")
    if purpose not in PURPOSES:
        raise Refused("not_a_choice", "purpose")
    settings: Settings = current_app.extensions["settings"]
    media_type = check_upload(data, allowed=PURPOSES[purpose], limit=settings.upload_limit, field=field)
    upload = Upload(
        id=new_id(),
        digest=store.put(data, media_type),
        filename=typed_filename(filename, media_type),
        media_type=media_type,
        size=len(data),
        purpose=purpose,
        organisation_id=actor.organisation_id,
        venue_id=actor.venue_id,
        account_id=actor.account_id,
        created_at=clock.now(),
    )
    db.session.add(upload)
    db.session.flush()
    return upload


def uploaded(actor: Actor, upload_id: UUID | str | None, *, field: str) -> Upload:
    """An upload of the actor's own, named in input. Raises Refused `upload_unknown`."""
    known = _uuid(upload_id) if upload_id else None
    row = db.session.get(Upload, known) if known else None
    own_organisation = row is not None and row.organisation_id is not None
    if row is None or not (
        row.account_id == actor.account_id
        or (own_organisation and row.organisation_id == actor.organisation_id)
    ):
        raise Refused("upload_unknown", field)
    return row


def shown(actor: Actor, upload_id: UUID) -> Upload:
    """An upload the actor may look at. Raises NotFound, Gone when it has been erased."""
    upload = db.session.get(Upload, upload_id)
    if upload is None or not may_see(actor, upload):
        raise NotFound("not_found")
    if upload.erased_at is not None:
        raise Gone("content_erased", on=clock.legal_day(upload.erased_at))
    return upload


def safe_filename(name: str) -> str:
    """The last part of a name without what file systems or headers choke on, 120 characters at most."""
    last = _UNSAFE.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip(" .")
    stem, dot, ending = last.rpartition(".")
    return f"{stem[:110]}{dot}{ending[:9]}" if stem else last[:120] or "file"


def typed_filename(name: str, media_type: str) -> str:
    """A safe name that ends as its content says."""
    safe, endings = safe_filename(name), ENDINGS[media_type]
    return safe if safe.lower().endswith(endings) else f"{safe[:110]}{endings[0]}"


def may_see(actor: Actor, upload: Upload) -> bool:
    """Whether somebody may look at an upload: their own, their side's, or one a folder shows them."""
    if upload.account_id == actor.account_id or may(actor, "upload.view", upload):
        return True
    shows = db.session.scalar(select(Organisation).where(Organisation.evidence_upload == upload.id))
    if shows is not None and may(actor, "organisation.view", shows):
        return True
    return any(rule(actor, upload) for rule in _VISIBLE)


def _uuid(value: UUID | str) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None
