"""The door to a license's recordal pack."""

import flask
from werkzeug.wrappers import Response

from registry.contracts import printing
from registry.contracts.registration_pages import own
from registry.exports import annuity, recordal
from registry.exports.packing import ZIP
from registry.licenses import register as offers
from registry.parties import doors

blueprint = flask.Blueprint("recordal_pack", __name__)


@blueprint.get("/contracts/<number>/recordal-pack.zip")
@doors.signed_in
def download(number: str) -> Response:
    """What CNIPA asks for, as far as there is any; 00 in it says what is missing."""
    return pack_response(number)


@blueprint.get("/declarations/<number>/annuity-pack.zip")
@doors.signed_in
def annuity_pack(number: str) -> Response:
    """What the holder has at hand when it asks for the annuity reduction; 00 in it says what is missing."""
    made = annuity.pack(doors.actor(), offers.find(number), printing.font_set())
    response = Response(iter(made.archive), content_type=ZIP)
    response.content_length = len(made.archive)
    response.headers["Content-Disposition"] = f'attachment; filename="{number}-annuity.zip"'
    return response


def pack_response(number: str) -> Response:
    """The pack as an attachment, its length known before the first byte."""
    contract = own(number)
    made = recordal.pack(doors.actor(), contract, printing.font_set())
    response = Response(iter(made.archive), content_type=ZIP)
    response.content_length = len(made.archive)
    response.headers["Content-Disposition"] = f'attachment; filename="{contract.number}-recordal.zip"'
    return response
