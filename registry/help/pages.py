"""The page of all first-day questions, and what other pages show of them."""

from typing import Any

from flask import Blueprint, render_template

from registry.help.people import PEOPLE, on
from registry.help.questions import PLACES
from registry.parties import doors

blueprint = Blueprint("help", __name__)


@blueprint.record_once
def _words(state: Any) -> None:
    state.app.jinja_env.globals["first_day"] = on


@blueprint.get("/help")
@doors.public
def show() -> str:
    return render_template("help/show.html", people=PEOPLE, places=PLACES)
