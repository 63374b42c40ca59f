"""The clerk's forms on a published declaration: CNIPA's acts, pauses, the office's endings."""

from typing import Any

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry import problems
from registry.errors import Refused
from registry.forms import AnySchema, FormState
from registry.licenses import announcing, reviews_schemas, rules
from registry.licenses.reviews_pages import reviewed
from registry.parties import attachments, doors
from registry.parties.attachments import Posted

blueprint = flask.Blueprint("announcements", __name__)


@blueprint.route("/venue/reviews/<number>/cnipa", methods=["GET", "POST"])
@doors.signed_in
def cnipa(number: str) -> ResponseReturnValue:
    facts = announcing.possible(reviewed(number))
    return _page(number, "cnipa", reviews_schemas.CnipaSchema, announcing.cnipa, facts=facts)


@blueprint.route("/venue/reviews/<number>/pause", methods=["GET", "POST"])
@doors.signed_in
def pause(number: str) -> ResponseReturnValue:
    return _page(
        number,
        "pause",
        reviews_schemas.PauseSchema,
        announcing.pause,
        bars=rules.BARS,
        notices=rules.MUST_WITHDRAW,
    )


@blueprint.route("/venue/reviews/<number>/resume", methods=["GET", "POST"])
@doors.signed_in
def resume(number: str) -> ResponseReturnValue:
    return _page(number, "resume", reviews_schemas.ResumeSchema, announcing.resume)


@blueprint.route("/venue/reviews/<number>/end", methods=["GET", "POST"])
@doors.signed_in
def end(number: str) -> ResponseReturnValue:
    return _page(number, "end", reviews_schemas.EndSchema, announcing.end)


def _page(
    number: str, name: str, schema: AnySchema, act: announcing.Act, **shown: Any
) -> ResponseReturnValue:
    """One form of the venue: shown, or read and done once."""
    declaration = reviewed(number)
    if request.method == "GET":
        return render_template(f"venue/{name}.html", declaration=declaration, form=FormState(), **shown)
    posted = attachments.received()
    try:
        _do(number, name, posted, schema, act)
    except Refused as refused:
        form = posted.failed(refused, schema)
        page = render_template(f"venue/{name}.html", declaration=reviewed(number), form=form, **shown)
        return page, problems.status(refused)
    return redirect(url_for("reviews.review", number=number), 303)


def _do(number: str, name: str, posted: Posted, schema: AnySchema, act: announcing.Act) -> None:
    actor, given = doors.actor(), posted.load(schema)

    def work() -> str:
        act(actor, reviewed(number), given)
        return number

    doors.submit(f"declaration.{name}", {"number": number, **given}, work)
