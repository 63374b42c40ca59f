"""Which contracts without a price a batch takes in: registrars differ, so each one's own answer decides until
the clerk asks for all of them.
"""

from uuid import UUID

from flask import current_app
from sqlalchemy import select

from registry.config import Settings
from registry.contracts.applicants import ZeroFee
from registry.contracts.registration_models import Registrar
from registry.database import db
from registry.exports.rules import Choice

Free = frozenset[str] | None
"""Names of registrars whose contracts without a price are taken in; None: everybody's."""
NOBODY: Free = frozenset()


def wanted(venue_id: UUID, choice: Choice) -> Free:
    """What was asked for, as registrars' names."""
    if choice.include_zero:
        return None
    return takers(venue_id) if choice.zero_as_recorded else NOBODY


def taken(free: Free, registrar: str) -> bool:
    """Whether a contract without a price that leads to this registrar is taken in."""
    return free is None or registrar in free


def takers(venue_id: UUID) -> frozenset[str]:
    """The venue's registrars that have answered that they take contracts without a price."""
    answered = Registrar.venue_id == venue_id, Registrar.zero_fee == ZeroFee.TAKEN
    return frozenset(db.session.scalars(select(Registrar.name).where(*answered)))


def by_default() -> dict[str, str]:
    """What a page asks for until the clerk says otherwise: the registrars' answers, or all where the operator
    set it so (REGISTRY_BATCH_ZERO_FEE).
    """
    settings: Settings = current_app.extensions["settings"]
    return {"include_zero" if settings.batch_zero_fee else "zero_as_recorded": "yes"}
