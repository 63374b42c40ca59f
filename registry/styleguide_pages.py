"""The page of components, in the demonstration: every macro, with content shaped like the real one."""

from typing import cast

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from registry import clock
from registry.config import Settings
from registry.errors import Invalid, NotFound, Refused
from registry.forms import FormState
from registry.parties import doors

blueprint = Blueprint("styleguide", __name__)


@blueprint.get("/styleguide")
@doors.public
def show() -> ResponseReturnValue:
    """Raises NotFound outside the demonstration."""
    if not cast(Settings, current_app.extensions["settings"]).demo:
        raise NotFound("not_found")
    wrong = FormState.failed(MultiDict({"last_day": "明天"}), Invalid([Refused("not_a_date", "last_day")]))
    parts = {"form": wrong, "blank": FormState(), "today": clock.today(), "now": clock.now()}
    return render_template("styleguide.html", **parts)
