"""Doors for machines that follow the log: its head, entries, proofs, digests, and the change stream. No key
is needed.
"""

from typing import Any

from flask import Response, current_app

from registry import openapi
from registry.catalogue import log_json
from registry.catalogue.log_schemas import (
    LARGEST,
    ChangesSchema,
    ConsistencyAnswer,
    ConsistencySchema,
    DigestAnswer,
    EntryAnswer,
    LogAnswer,
    ProofSchema,
)
from registry.errors import NotFound, Refused
from registry.ledger import published
from registry.ledger import service as ledger
from registry.ledger.canonical import b64
from registry.ledger.published import SignedHead
from registry.ledger.setup import ledger_setup
from registry.parties import doors

blueprint = openapi.Blueprint(
    "log-api", __name__, url_prefix="/api/v1/log", description="The log: entries, proofs, changes"
)
SEQ = f"<int(max={LARGEST}):seq>"  # larger numbers no database takes
NDJSON = "application/x-ndjson"


@blueprint.route("")
@blueprint.response(200, LogAnswer)
@doors.public
def log() -> dict[str, Any]:
    """The newest signed head, the key to pin, and where the log's files stand (C2SP tlog-tiles)."""
    signed = _signed()
    return {
        **log_json.head(signed),
        "signed_at": signed.at,
        "vkey": str(ledger_setup().vkey),
        "tiles": f"{_base()}/log/",
        "changes": f"{_base()}/api/v1/log/changes?from=0",
    }


@blueprint.route("/changes")
@blueprint.arguments(ChangesSchema, location="query")
@blueprint.doc(responses={200: {"description": "Lines of JSON: entries in order, then one with `end`"}})
@doors.public
def changes(asked: dict[str, Any]) -> Response:
    """Entries from a sequence number on, one JSON object a line, up to the newest signed head.

    At most 10,000 a request; the last line and the `Link` header say where to go on. Resume a cut answer
    with `from` one above the last whole line.
    """
    signed, first = _signed(), asked["first"]
    if first > signed.size:
        raise Refused("log_not_that_far", "from", size=signed.size)
    end = min(signed.size, first + asked["limit"])
    base, envelopes = _base(), asked["envelopes"]
    lines = log_json.changes(first, end, signed=signed, base=base, envelopes=envelopes)
    response = Response(lines, mimetype=NDJSON)
    inline = "&envelopes=1" if envelopes else ""
    response.headers["Link"] = f'<{base}/api/v1/log/changes?from={end}{inline}>; rel="next"'
    response.headers["X-Log-Size"] = str(signed.size)
    return response


@blueprint.route(f"/entries/{SEQ}")
@blueprint.response(200, EntryAnswer)
@doors.public
def entry(seq: int) -> dict[str, Any]:
    """One entry with its envelope, both in their exact bytes."""
    return log_json.entry(published.entry(seq), _base())


@blueprint.route(f"/entries/{SEQ}/proof")
@blueprint.arguments(ProofSchema, location="query")
@blueprint.doc(responses={200: {"description": "A .tlog-proof (C2SP): text"}})
@doors.public
def proof(asked: dict[str, Any], seq: int) -> Response:
    """That an entry stands in the log under a signed head: the newest, or the one of `size`."""
    found = ledger.proof(seq, asked["size"])
    response = Response(found.text.encode(), content_type="text/plain; charset=utf-8")
    return doors.named(response, f"{seq}.tlog-proof")


@blueprint.route("/consistency")
@blueprint.arguments(ConsistencySchema, location="query")
@blueprint.response(200, ConsistencyAnswer)
@doors.public
def consistency(asked: dict[str, Any]) -> dict[str, Any]:
    """That the log of one size only added to that of another (RFC 6962 section 2.1.2)."""
    old, new = asked["old"], asked["new"]
    return {"old": old, "new": new, "hashes": [b64(step) for step in ledger.consistency(old, new)]}


@blueprint.route("/digests/<digest>")
@blueprint.response(200, DigestAnswer)
@doors.public
def digest(digest: str) -> dict[str, Any]:
    """Where a leaf's or an envelope's SHA-256, 64 lowercase hex digits, stands in the log."""
    seq, kind = published.place_of(digest)
    return {"seq": seq, "kind": kind, "entry": f"{_base()}/api/v1/log/entries/{seq}"}


def _signed() -> SignedHead:
    found = published.newest()
    if found is None:
        raise NotFound("not_found")
    return found


def _base() -> str:
    return str(current_app.extensions["settings"].base_url)
