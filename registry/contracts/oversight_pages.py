"""What an auditor looks through, page by page. Nothing here changes anything."""

import flask
from flask import render_template, request
from flask.typing import ResponseReturnValue

from registry.contracts import oversight
from registry.errors import Refused
from registry.forms import FormState
from registry.parties import doors
from registry.parties.permissions import allow

blueprint = flask.Blueprint("oversight", __name__)


@blueprint.get("/audit/decisions")
@doors.signed_in
def decisions() -> ResponseReturnValue:
    """Decisions by the side they went against, newest first."""
    against, party = request.args.get("against", ""), request.args.get("party", "")
    page = request.args.get("page", 1, type=int)
    found, pages = oversight.decided(doors.actor(), against=against, party=party, page=page)
    return render_template(
        "contracts/audit_decisions.html",
        found=found,
        people=oversight.people(found),
        against=against,
        party=party,
        page=min(max(page, 1), pages),
        pages=pages,
    )


@blueprint.get("/audit/exceptions")
@doors.signed_in
def exceptions() -> ResponseReturnValue:
    """Caps that were set aside, with both persons."""
    return render_template("contracts/audit_exceptions.html", found=oversight.exceptions(doors.actor()))


@blueprint.get("/audit/sample")
@doors.signed_in
def sample() -> ResponseReturnValue:
    """A sample by seed: the address itself says how to draw it again."""
    actor, given = doors.actor(), {name: request.args.get(name, "") for name in ("seed", "size")}
    allow(actor, oversight.VIEW)
    if not request.args:
        return render_template("contracts/audit_sample.html", drawn=None, form=FormState({"size": "20"}))
    try:
        size = int(given["size"]) if given["size"].isdecimal() else 0
        drawn = oversight.sample(actor, seed=given["seed"], size=size)
    except Refused as refused:
        form = FormState.failed(request.args, refused)
        return render_template("contracts/audit_sample.html", drawn=None, form=form), 422
    return render_template("contracts/audit_sample.html", drawn=drawn, form=FormState(given))
