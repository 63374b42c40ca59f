"""What a venue's registrar wants to see of stamps, and where paper originals go: set by the venue, with
history.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry import history
from registry.contracts import stamps
from registry.contracts.models import Contract
from registry.contracts.rules import RegistrationState
from registry.contracts.stamping import StampPolicy
from registry.database import db, transaction
from registry.jobs import enqueue, handler
from registry.parties.models import Venue
from registry.parties.permissions import allow
from registry.parties.rules import CLOCK, Actor

SETTLE = "contracts.settle_stamps"
OPEN = (
    RegistrationState.DRAFT,
    RegistrationState.READY,
    RegistrationState.CORRECTION,
    RegistrationState.REFUSED,
)
"""Contracts whose papers may still be stamped; what is with a registrar or registered stays as it went."""


def set_policy(actor: Actor, venue: Venue, *, policy: StampPolicy, courier: str) -> None:
    """Change what the venue asks for. Contracts not handed in yet follow, through the worker."""
    allow(actor, "contract.register", _Own(venue))
    before = {"stamp_track": venue.stamp_track, "courier": venue.courier}
    venue.stamp_track, venue.courier = policy, courier.strip()
    changes = {"courier": [before["courier"], venue.courier]}
    history.record(
        actor, "stamp_policy", venue, before=before["stamp_track"], after=venue.stamp_track, changes=changes
    )
    if before["stamp_track"] != venue.stamp_track:
        enqueue(SETTLE, {"venue": str(venue.id)}, subject_id=venue.id)


@handler(SETTLE)
def settle_all(payload: Mapping[str, Any]) -> None:
    """Let the venue's open contracts follow its setting, each in a transaction of its own; twice is once."""
    query = select(Contract.id).where(
        Contract.venue_id == UUID(payload["venue"]),
        Contract.registration.in_(OPEN),
        Contract.erased_at.is_(None),
    )
    found = list(db.session.scalars(query.order_by(Contract.id)))
    db.session.rollback()
    for contract_id in found:
        transaction(lambda one=contract_id: _settle(one))  # type: ignore[misc]


def _settle(contract_id: UUID) -> None:
    stamps.settle(CLOCK, stamps.lock(db.session.get_one(Contract, contract_id)))


class _Own:
    """Stands for what belongs to a venue as such."""

    def __init__(self, venue: Venue) -> None:
        self.venue_id = venue.id
