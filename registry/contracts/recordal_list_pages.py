"""Recordals with CNIPA at a glance: three months from effect, days left, what came of it (IR 5, 15)."""

import flask
from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import defer, joinedload, selectinload

from registry import clock, language
from registry.contracts import refused_recordals, stamps
from registry.contracts.duty_marks import UNREAD
from registry.contracts.models import Acceptance, Contract
from registry.contracts.rules import RecordalState
from registry.contracts.snapshots import recordal_due
from registry.database import db
from registry.parties import doors
from registry.parties import service as parties
from registry.parties.permissions import may

blueprint = flask.Blueprint("recordals", __name__)
blueprint.add_app_template_global(refused_recordals.reason, "recordal_reason")
blueprint.add_app_template_global(
    lambda contract: refused_recordals.grounds([contract], language.current()).get(contract.id, ""),
    "recordal_ground",
)
PAGE = 100
ORDER = (RecordalState.REFUSED, RecordalState.DUE, RecordalState.FILED, RecordalState.RECORDED)


@blueprint.get("/recordals")
@doors.signed_in
def index() -> ResponseReturnValue:
    """One's own licenses, or a venue's: what has to be filed first; a long list in pages."""
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
            selectinload(Contract.acceptances).options(
                joinedload(Acceptance.declaration), *(defer(column) for column in UNREAD)
            ),
            joinedload(Contract.licensee),
            joinedload(Contract.holder),
        )
    )
    found = [(one, recordal_due(one)) for one in db.session.scalars(query).unique() if _matters(one)]
    today = clock.today()
    rows = [(one, due, (due - today).days) for one, due in found if due is not None]
    rows.sort(key=lambda row: (ORDER.index(RecordalState(row[0].recordal_state)), row[1], row[0].number))
    pages = max(1, -(-len(rows) // PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    shown = rows[(page - 1) * PAGE : page * PAGE]
    return render_template(
        "contracts/recordals.html",
        found=shown,
        grounds=refused_recordals.grounds((row[0] for row in shown), language.current()),
        page=page,
        pages=pages,
        can=lambda contract: may(actor, "recordal.record", contract),
    )


def _matters(contract: Contract) -> bool:
    """Whether there is anything to file or to see: nothing has to be filed for a license that is void or
    over.
    """
    return contract.recordal_state != RecordalState.DUE or stamps.in_force(contract)
