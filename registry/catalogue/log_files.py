"""The log as files, exactly as `registry log export` writes them: C2SP tlog-tiles under /log/.

Whoever copies the log needs nothing else. No cookie is set; what never changes says so, for every cache on
the way.
"""

from flask import Blueprint, Response

from registry.errors import NotFound
from registry.ledger import published
from registry.ledger import service as ledger
from registry.ledger.setup import ledger_setup
from registry.parties import doors

blueprint = Blueprint("log-files", __name__, url_prefix="/log")
FOREVER = "public, max-age=31536000, immutable"
OCTETS, TEXT = "application/octet-stream", "text/plain; charset=utf-8"


@blueprint.route("/checkpoint")
@doors.public
def checkpoint() -> Response:
    """The newest signed head, witnesses' lines under the registry's."""
    note = ledger.checkpoint_with_cosignatures()
    if note is None:
        raise NotFound("not_found")
    return _file(note.encode(), TEXT)


@blueprint.route("/vkey")
@doors.public
def vkey() -> Response:
    """The key to pin, best compared with a copy from elsewhere."""
    return _file(f"{ledger_setup().vkey}\n".encode(), TEXT)


@blueprint.route("/tile/<path:rest>")
@doors.public
def tile(rest: str) -> Response:
    """A tile of hashes, or of entries; partial ones at every signed size."""
    data, whole = published.tile_file(f"tile/{rest}")
    return _file(data, OCTETS, forever=whole)


@blueprint.route("/envelopes/<digest>")
@doors.public
def envelope(digest: str) -> Response:
    """A filing's envelope (DSSE) under its digest."""
    return _file(published.envelope(digest), "application/json", forever=True)


def _file(data: bytes, media_type: str, *, forever: bool = False) -> Response:
    response = doors.plain_response(data, media_type)
    response.headers["Cache-Control"] = FOREVER if forever else "no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"  # a checker on any other site may read the log
    return response
