"""The page of all first-day questions, and what other pages show of them; what is public and what never; how
far the pages serve everybody.
"""

from typing import Any

from flask import Blueprint, render_template

from registry.erasure.rules import RETENTION_YEARS
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


@blueprint.get("/privacy")
@doors.public
def privacy() -> str:
    """What is public, what never, how long it is kept, whom to ask (PIPL 17)."""
    return render_template("help/privacy.html", years=RETENTION_YEARS)


@blueprint.get("/accessibility")
@doors.public
def accessibility() -> str:
    """What is tested, what is known to fall short, how to complain."""
    return render_template("help/accessibility.html")
