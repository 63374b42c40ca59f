"""The log as files, exactly as `registry log export` writes them: C2SP tlog-tiles under /log/.

Whoever copies the log needs nothing else. No cookie is set; what never changes says so, for every cache on
the way.
"""

from flask import Blueprint, Response

from registry.errors import NotFound
from registry.ledger import log_texts, published
from registry.parties import doors

blueprint = Blueprint("log-files", __name__, url_prefix="/log")
FOREVER = "public, max-age=31536000, immutable"
OCTETS, TEXT = "application/octet-stream", "text/plain; charset=utf-8"
STAMP = "application/timestamp-reply"


@blueprint.route("/<any(checkpoint, vkey, vkeys):name>")
@doors.public
def text(name: str) -> Response:
    """The newest head with its witnesses' lines, the key to pin, and all keys where there were several."""
    return _text(name)


@blueprint.route("/<any(handover, timestamps):folder>/<name>")
@doors.public
def anchored(folder: str, name: str) -> Response:
    """The heads that two keys signed, and timestamps with the heads they are of."""
    return _text(f"{folder}/{name}")


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


def _text(name: str) -> Response:
    data = log_texts.log_text(name, published.published_size())
    if data is None:
        raise NotFound("not_found")
    return _file(data, STAMP if name.endswith(".tsr") else TEXT)


def _file(data: bytes, media_type: str, *, forever: bool = False) -> Response:
    response = doors.plain_response(data, media_type)
    response.headers["Cache-Control"] = FOREVER if forever else "no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"  # a checker on any other site may read the log
    return response
