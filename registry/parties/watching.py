"""What doors note for the log of security: refusals at other people's things, files taken away, and personal
data that staff read. What was read is named by its kind, never by its value (PIPL 51, 54, 56).
"""

import logging
from collections.abc import Mapping

from flask import Flask, Response, request

from registry import events
from registry.events import What
from registry.parties.doors import current_actor
from registry.parties.gate import EXPORTS as EXPORTS
from registry.parties.rules import STAFF

log = logging.getLogger(__name__)
REFUSALS = (403, 404)
PERSONAL: Mapping[str, str] = {
    "organisations.compare": "particulars",
    "directory.show": "people",
    "staff.index": "people",
    "account.file": "file",
    "erasures.index": "erasure",
    "erasures.show": "erasure",
    "erasures.check": "erasure",
    "interests.by_link": "contact",
    "accounts.show": "bank",
    "dues.show": "bank",
    "dues.paper": "bank",
    "payments.match": "bank",
    "checkout.show": "bank",
    "joint.request_pdf": "bank",
    "basket-api.one": "bank",
    "term-sets-api.show": "bank",
    "declarations-api.show": "bank",
    "registration.paper": "contract",
    "papers.text": "contract",
    "stamps.sheet": "contract",
    "contracts-api.paper": "contract",
    "batches.csv": "contract",
    "batches.rekey": "contract",
    "batches.archive": "contract",
    "venue-api.techcontract_of": "contract",
    "venue-api.of_batch": "contract",
    "oversight.sample_extract": "contract",
    "oversight.decisions_extract": "contract",
    "oversight.exceptions_extract": "people",
    "oversight.events_extract": "people",
}
"""Pages and files that show staff personal data, by endpoint: which kind. An opened letter is noted by the
history; `tests/test_access_matrix` looks at every page whether one is missing."""


def init_app(app: Flask) -> None:
    """Look at every answer once it is made; what cannot be noted is said in the log and stops nobody."""
    app.after_request(_look)


def _look(response: Response) -> Response:
    try:
        _note(response.status_code)
        events.write_down()
    except Exception:  # the answer stands: a reader must not lose it because the database is away
        log.exception("an event of security could not be written")
    return response


def _note(status: int) -> None:
    actor, endpoint = current_actor(), request.endpoint
    if actor is None or endpoint is None or endpoint.endswith("static"):
        return
    about = (endpoint, "/".join(str(value) for value in (request.view_args or {}).values()))
    if status in REFUSALS:
        events.afterwards(What.REFUSED, actor, detail=f"{status} {request.method}", subject=about)
    if status == 200 and endpoint in EXPORTS:
        events.afterwards(What.EXPORT, actor, detail=endpoint, subject=about)
    if status == 200 and endpoint in PERSONAL and actor.role in STAFF:
        events.afterwards(What.PERSONAL, actor, detail=PERSONAL[endpoint], subject=about)
