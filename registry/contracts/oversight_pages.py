"""What an auditor looks through, page by page. Nothing here changes anything."""

from typing import Any

import flask
from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from registry import clock
from registry.contracts import extracts, oversight
from registry.contracts.made_files import ZIP
from registry.errors import Refused
from registry.forms import FormState
from registry.parties import doors, event_pages
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
    allow(doors.actor(), oversight.VIEW)
    if not request.args:
        return render_template("contracts/audit_sample.html", sample=None, form=FormState({"size": "20"}))
    try:
        found = oversight.sample(doors.actor(), **_sample_asked())
    except Refused as refused:
        form = FormState.failed(request.args, refused)
        return render_template("contracts/audit_sample.html", sample=None, form=form), 422
    given = {name: request.args.get(name, "") for name in ("seed", "size", "as_of")}
    return render_template("contracts/audit_sample.html", sample=found, form=FormState(given))


@blueprint.get("/audit/sample.zip")
@doors.signed_in
def sample_extract() -> Response:
    """The sample to take away, signed, with the public bundle of each contract."""
    return _extract(extracts.of_sample(doors.actor(), **_sample_asked()), "sample")


@blueprint.get("/audit/decisions.zip")
@doors.signed_in
def decisions_extract() -> Response:
    against, party = request.args.get("against", ""), request.args.get("party", "")
    return _extract(extracts.of_decisions(doors.actor(), against=against, party=party), "decisions")


@blueprint.get("/audit/exceptions.zip")
@doors.signed_in
def exceptions_extract() -> Response:
    return _extract(extracts.of_exceptions(doors.actor()), "exceptions")


@blueprint.get("/audit/events.zip")
@doors.signed_in
def events_extract() -> Response:
    return _extract(extracts.of_events(doors.actor(), event_pages.asked()), "events")


def _sample_asked() -> dict[str, Any]:
    """Raises Refused: what is no whole number is none at all, and of the place it is too large."""
    size, as_of = (request.args.get(name, "").strip() for name in ("size", "as_of"))
    asked = {"seed": request.args.get("seed", ""), "size": _whole(size)}
    return {**asked, "as_of": _whole(as_of) if as_of else None}


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0


def _extract(data: bytes, kind: str) -> Response:
    """Names stand in it: nobody between us and the reader keeps it."""
    day = clock.today().isoformat()
    return doors.named(doors.plain_response(data, ZIP), f"mingxu-{kind}-{day}.zip")
