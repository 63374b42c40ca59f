"""Packing a batch: papers and archive made and stored outside any transaction, then the batch says where it
is.

If we crash while packing nothing has been promised and the job packs again; once a batch has its digest,
packing again does nothing, so everybody who downloads gets the same bytes.
"""

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from registry import clock, history
from registry.config import Settings
from registry.contracts import printing
from registry.database import db, transaction
from registry.documents import store
from registry.exports.archives import ZIP, BatchFacts, archive_of
from registry.exports.models import Batch
from registry.exports.packages import json_bytes
from registry.jobs import handler
from registry.parties.rules import CLOCK


@handler("exports.pack")
def pack(payload: Mapping[str, Any]) -> None:
    """Pack one batch. Payload: batch."""
    batch_id = UUID(payload["batch"])
    batch = db.session.get_one(Batch, batch_id)
    if batch.digest:
        return
    facts, rows = _facts(batch), [item.row for item in batch.items]
    db.session.rollback()
    archive, manifest = archive_of(facts, rows, printing.font_set())
    digest, size = store.spool(archive)
    db.session.rollback()  # reading the packed files has opened a read; end it before writing
    manifest_digest = hashlib.sha256(json_bytes(manifest)).hexdigest()

    def work() -> None:
        found = db.session.scalars(select(Batch).where(Batch.id == batch_id).with_for_update()).one()
        if found.digest:
            return
        store.keep(digest, size, ZIP)
        found.digest, found.size, found.manifest_digest = digest, size, manifest_digest
        found.packed_at = clock.now()
        history.record(CLOCK, "pack", found, changes={"digest": digest, "size": size})

    transaction(work)


def _facts(batch: Batch) -> BatchFacts:
    settings: Settings = current_app.extensions["settings"]
    return BatchFacts(
        number=batch.number,
        venue=batch.venue.name,
        registrar=batch.choices.get("registrar", ""),
        made_at=clock.rfc3339(batch.created_at),
        demonstration=settings.demo,
    )
