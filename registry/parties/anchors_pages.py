"""The page about witnesses and timestamps: who has seen how much of the log, who is awaited, and why."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from registry.ledger import service as ledger
from registry.parties import anchors_desk, doors
from registry.parties.permissions import allow

blueprint = Blueprint("anchors", __name__)


@blueprint.get(anchors_desk.ADDRESS)
@doors.signed_in
def show() -> ResponseReturnValue:
    allow(doors.actor(), "anchors.view")
    skew = ledger.clock_skew()
    return render_template(
        "parties/anchors.html",
        awaited=ledger.awaited(),
        size=ledger.size(),
        paused=ledger.paused(),
        skew=skew.total_seconds() if abs(skew) > ledger.MOST_SKEW else None,
    )
