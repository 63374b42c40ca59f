"""What licensees are told when a bar arises against the offer they took (GL 2; design: journeys 1.7).

A license given before stands unless the right itself has gone (CC 865); the letter says which, and what to
do.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from registry import history
from registry.contracts.models import Acceptance
from registry.contracts.rules import AcceptanceState
from registry.database import db
from registry.licenses.models import Declaration
from registry.licenses.rules import BARS, MUST_WITHDRAW
from registry.parties import mail
from registry.parties.rules import CLOCK


def tell_licensees(declaration_id: UUID, *, ground: str, since: date, words: str) -> int:
    """Write to everyone whose license is in force, once for each bar and day. Returns how many were told."""
    declaration = db.session.get_one(Declaration, declaration_id)
    query = select(Acceptance).where(
        Acceptance.declaration_id == declaration_id, Acceptance.state == AcceptanceState.EFFECTIVE
    )
    told = 0
    for acceptance in db.session.scalars(query.order_by(Acceptance.number).with_for_update()).all():
        key = f"{ground} {since}"
        if any(row.changes.get("bar") == key for row in history.of(acceptance)):
            continue
        mail.write_to_organisation(
            acceptance.licensee_id,
            "license_barred",
            acceptance=acceptance,
            declaration=declaration,
            bar=BARS[ground],
            notice=MUST_WITHDRAW[ground],
            since=since,
            words=words,
        )
        history.record(CLOCK, "tell_bar", acceptance, changes={"bar": key})
        told += 1
    return told
