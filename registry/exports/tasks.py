"""What is done later for batches: contracts frozen, archives packed, standings brought up.

Each job works for a minute and asks for the rest in the transaction that keeps what was done, so that a
worker that died under it is missed soon and nothing is done twice.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from registry import clock, history, jobs
from registry.config import Settings
from registry.contracts import printing
from registry.database import db, transaction
from registry.documents import store
from registry.documents.growing import Busy
from registry.errors import Unavailable
from registry.exports import freezing, packing, standings
from registry.exports.models import Batch
from registry.exports.packing import ZIP, BatchFacts, Packed
from registry.exports.rules import BATCH, BatchState
from registry.jobs import handler
from registry.parties import mail
from registry.parties.models import Venue
from registry.parties.rules import CLOCK

SLICE = 60.0  # seconds


@handler("exports.freeze", sliced=True)
def freeze(payload: Mapping[str, Any]) -> None:
    """Freeze what was chosen for a batch. Payload: batch."""
    batch_id, in_time = UUID(payload["batch"]), _in_time()

    def close() -> None:
        batch = db.session.scalars(select(Batch).where(Batch.id == batch_id).with_for_update()).one()
        if batch.state == BatchState.FREEZING:
            freezing.close(CLOCK, batch)

    while transaction(lambda: freezing.freeze_some(CLOCK, batch_id)):
        if not in_time():
            _go_on("exports.freeze", payload)
            return
    transaction(close)


@handler("exports.pack", sliced=True)
def pack(payload: Mapping[str, Any]) -> None:
    """Pack one batch. Payload: batch. Raises Unavailable while another worker is at it."""
    batch_id, in_time = UUID(payload["batch"]), _in_time()
    batch = db.session.get_one(Batch, batch_id)
    if batch.state != BatchState.PACKING:
        return
    facts = _facts(batch)
    db.session.rollback()

    def more(packed: int) -> bool:
        transaction(lambda: _progress(batch_id, packed))
        return in_time()

    try:
        made = packing.pack(facts, printing.font_set(), more=more)
    except Busy as busy:
        raise Unavailable("busy") from busy
    db.session.rollback()  # reading the packed files has opened a read; end it before writing
    if made is None:
        _go_on("exports.pack", payload)
        return
    transaction(lambda: _packed(batch_id, made))
    packing.tidy(batch_id)


@handler("exports.look", sliced=True)
def look(payload: Mapping[str, Any]) -> None:
    """Look again at contracts that moved, at those never seen, and at those not seen today. Payload: venue,
    or nothing for every venue.
    """
    if "venue" not in payload:
        transaction(_every_venue)
        return
    venue_id, in_time, begun = UUID(payload["venue"]), _in_time(), clock.now()
    for found in (standings.stale(venue_id), standings.never(venue_id)):
        db.session.rollback()
        for start in range(0, len(found), standings.AT_ONCE):
            some = found[start : start + standings.AT_ONCE]
            transaction(lambda some=some: standings.look(some))  # type: ignore[misc]
            if not in_time():
                _go_on("exports.look", payload)
                return
    transaction(lambda: standings.looked_to(venue_id, begun))
    while in_time() and (some := standings.not_today(venue_id)):
        transaction(lambda some=some: standings.look(some))  # type: ignore[misc]
    if standings.not_today(venue_id):
        _go_on("exports.look", payload)


def _every_venue() -> None:
    for venue_id in db.session.scalars(select(Venue.id)):
        jobs.enqueue("exports.look", {"venue": str(venue_id)}, subject_id=venue_id)


def _in_time() -> Callable[[], bool]:
    ends = time.monotonic() + SLICE
    return lambda: time.monotonic() < ends


def _go_on(name: str, payload: Mapping[str, Any]) -> None:
    """The rest is a job of its own, with attempts of its own: what got on is not counted as failing."""
    subject = UUID(payload.get("batch") or payload["venue"])
    transaction(lambda: jobs.enqueue(name, payload, subject_id=subject))


def _progress(batch_id: UUID, packed: int) -> None:
    db.session.get_one(Batch, batch_id).packed = packed


def _packed(batch_id: UUID, made: Packed) -> None:
    batch = db.session.scalars(select(Batch).where(Batch.id == batch_id).with_for_update()).one()
    if batch.state != BatchState.PACKING:
        return
    store.keep(made.digest, made.size, ZIP)
    batch.digest, batch.size, batch.manifest_digest = made.digest, made.size, made.manifest_digest
    batch.packed, batch.packed_at = batch.count, clock.now()
    before, batch.state = batch.state, BATCH.move(batch.state, "pack")
    changes = {"digest": made.digest, "size": made.size}
    history.record(CLOCK, "pack", batch, before=before, after=batch.state, changes=changes)
    mail.write_to_venue(batch.venue_id, "batch_packed", batch=batch, numbered=batch)


def _facts(batch: Batch) -> BatchFacts:
    settings: Settings = current_app.extensions["settings"]
    return BatchFacts(
        id=batch.id,
        number=batch.number,
        venue=batch.venue.name,
        registrar=batch.choices.get("registrar", ""),
        made_at=clock.rfc3339(batch.created_at),
        demonstration=settings.demo,
    )
