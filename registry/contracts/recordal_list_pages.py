"""Recordals with CNIPA at a glance: three months from effect, days left, what came of it (IR 5, 15)."""

import flask
from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from registry import clock
from registry.contracts.models import Acceptance, Contract
from registry.contracts.rules import RecordalState
from registry.contracts.snapshots import recordal_due
from registry.database import db
from registry.parties import doors
from registry.parties import service as parties
from registry.parties.permissions import may

blueprint = flask.Blueprint("recordals", __name__)
ORDER = (RecordalState.REFUSED, RecordalState.DUE, RecordalState.FILED, RecordalState.RECORDED)


@blueprint.get("/recordals")
@doors.signed_in
def index() -> ResponseReturnValue:
    """One's own licenses, or a venue's: what has to be filed first."""
    actor = doors.actor()
    if may(actor, "contract.register", actor):
        mine = Contract.venue_id == actor.venue_id
    else:
        organisation_id = parties.organisation_of(actor).id
        mine = (Contract.licensee_id == organisation_id) | (Contract.holder_id == organisation_id)
    query = (
        select(Contract)
        .where(mine, Contract.recordal_state != "", Contract.erased_at.is_(None))
        .options(
            selectinload(Contract.acceptances).joinedload(Acceptance.declaration),
            joinedload(Contract.licensee),
            joinedload(Contract.holder),
        )
    )
    found = [(one, recordal_due(one)) for one in db.session.scalars(query).unique()]
    today = clock.today()
    rows = [(one, due, (due - today).days) for one, due in found if due is not None]
    rows.sort(key=lambda row: (ORDER.index(RecordalState(row[0].recordal_state)), row[1], row[0].number))
    return render_template(
        "contracts/recordals.html",
        found=rows,
        can=lambda contract: may(actor, "recordal.record", contract),
    )
