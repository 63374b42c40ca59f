"""The page on which a reader says why not; a link on the listing opens it with the choice made."""

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry import problems
from registry.catalogue import service as catalogue
from registry.database import transaction
from registry.demand import reasons, words
from registry.demand.need_schemas import WhySchema
from registry.errors import Refused
from registry.forms import FormState, labels, load, nested
from registry.licenses import register
from registry.parties import doors

blueprint = flask.Blueprint("reasons", __name__)


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    return {"why_words": words.WHY}


@blueprint.get("/offers/<number>/why-not")
@doors.public
def form(number: str) -> str:
    typed = {"why": request.args.get("why", "")}
    return _page(number, FormState(typed, labels=labels(WhySchema)))


@blueprint.post("/offers/<number>/why-not")
@doors.public
def say(number: str) -> ResponseReturnValue:
    actor, typed, place = doors.current_actor(), doors.form_data(), request.remote_addr or ""
    try:
        given = load(WhySchema, nested(typed))
        catalogue.listing(number)  # only what is published
        transaction(lambda: reasons.say(actor, register.find(number), given, place=place))
    except Refused as refused:
        return _page(number, FormState.failed(typed, refused, WhySchema)), problems.status(refused)
    return redirect(url_for("reasons.thanks", number=number), 303)


@blueprint.get("/offers/<number>/why-not/thanks")
@doors.public
def thanks(number: str) -> str:
    return render_template("demand/why_thanks.html", offer=catalogue.listing(number))


def _page(number: str, form: FormState) -> str:
    return render_template("demand/why_not.html", offer=catalogue.listing(number), form=form)
