"""Was this offer open at that instant, on which terms: a page with two fields, a machine door, a proof.

Days and times are Shanghai's on the page, UTC in the interface.
"""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request

from registry import clock, forms, openapi
from registry.catalogue import instant_json
from registry.catalogue import service as catalogue
from registry.catalogue.instant_schemas import AtAnswer, AtSchema, MomentSchema
from registry.catalogue.schemas import EVERY_PAGE
from registry.errors import Invalid, Refused
from registry.forms import FormState
from registry.parties import doors

blueprint = Blueprint("instants", __name__)
machines = openapi.Blueprint(
    "instants-api", __name__, url_prefix="/api/v1", description="How an offer stood at an instant"
)


@blueprint.route("/offers/<number>/at")
@doors.public
def at(number: str) -> tuple[str, int]:
    """The form, and once a day and a time are typed the answer below it."""
    title = catalogue.title(number)
    typed = {name: value for name, value in forms.nested(request.args).items() if name not in EVERY_PAGE}
    schema, found = MomentSchema(), None
    form = FormState(typed or _present())
    if typed:
        try:
            found = catalogue.at_instant(number, _instant(forms.load(schema, typed)))
        except Invalid as refused:
            form = FormState(typed, refused.refusals, forms.labels(schema))
        except Refused as refused:
            if refused.code != "instant_future":
                raise
            form = FormState(typed, (_beside(refused),), forms.labels(schema))
    shown = render_template("catalogue/at.html", number=number, title=title, form=form, found=found)
    return shown, 422 if form.errors else 200


@blueprint.route("/offers/<number>/at/bundle.json")
@doors.public
def bundle(number: str) -> Response:
    """The filings on which such answers rest, with their proofs: docs/formats.md, section 6."""
    response = doors.plain_response(catalogue.instant_proof(number), "application/json")
    return doors.named(response, f"{number}-at-bundle.json")


@machines.route("/offers/<number>/at")
@machines.arguments(AtSchema, location="query")
@machines.response(200, AtAnswer)
@doors.public
def at_instant(asked: dict[str, Any], number: str) -> dict[str, Any]:
    """Whether the offer took notices at an instant (RFC 3339, UTC, milliseconds), on which terms, and why."""
    base = str(current_app.extensions["settings"].base_url)
    return instant_json.document(catalogue.at_instant(number, asked["instant"]), base)


def _instant(typed: dict[str, Any]) -> datetime:
    return datetime.combine(typed["day"], typed["time"], tzinfo=clock.SHANGHAI)


def _present() -> dict[str, Any]:
    here = clock.now().astimezone(clock.SHANGHAI)
    return {"day": here.date().isoformat(), "time": f"{here:%H:%M}"}


def _beside(refused: Refused) -> Refused:
    """The same at its field, and by the clock of the page."""
    return Refused(refused.code, "time", refused.article, now=" ".join(_present().values()))
