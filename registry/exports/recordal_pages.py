"""The doors to what CNIPA asks for: a license's recordal pack, made by the worker like other such files; and
what a holder brings for the annuity reduction.
"""

import flask
from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from registry.contracts import printing
from registry.contracts.registration_pages import own
from registry.database import transaction
from registry.exports import annuity, recordal_tasks
from registry.exports.packing import ZIP
from registry.licenses import register as offers
from registry.parties import doors

blueprint = flask.Blueprint("recordal_pack", __name__)


@blueprint.post("/contracts/<number>/recordal-pack")
@doors.signed_in
def make(number: str) -> ResponseReturnValue:
    """What CNIPA asks for, as far as there is any; 00 in it says what is missing."""
    actor = doors.actor()
    made_id = transaction(lambda: recordal_tasks.ask(actor, own(number)).id)
    return redirect(url_for("made_files.show", number=number, made_id=made_id), 303)


@blueprint.get("/declarations/<number>/annuity-pack.zip")
@doors.signed_in
def annuity_pack(number: str) -> Response:
    """What the holder has at hand when it asks for the annuity reduction; 00 in it says what is missing."""
    made = annuity.pack(doors.actor(), offers.find(number), printing.font_set())
    response = Response(iter(made.archive), content_type=ZIP)
    response.content_length = len(made.archive)
    response.headers["Content-Disposition"] = f'attachment; filename="{number}-annuity.zip"'
    return response
