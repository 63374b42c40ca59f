"""The page about the nightly audits of the whole log: when, how far, and what they found."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from registry import clock
from registry.language import current
from registry.ledger import report
from registry.ledger import service as ledger
from registry.parties import audits_desk, doors
from registry.parties.permissions import allow

blueprint = Blueprint("audits", __name__)


@blueprint.get(audits_desk.ADDRESS)
@doors.signed_in
def show() -> ResponseReturnValue:
    allow(doors.actor(), "audits.view")
    return render_template(
        "parties/audits.html",
        runs=ledger.audits(),
        late=ledger.audit_is_late(clock.now()),
        words=report.ENGLISH if current() == "en" else report.CHINESE,
    )
