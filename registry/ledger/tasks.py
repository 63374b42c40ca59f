"""What the ledger has done later: its heads cosigned and stamped by those outside, for as long as it takes.

A failure ends the present job and queues its successor after a growing pause: an authority may be away for a
day, and nobody should have to start it again. What went wrong stands in the log and on the operators' page.
"""

import json
import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from registry.database import transaction
from registry.jobs import handler
from registry.ledger import anchors, cosigning, timestamps
from registry.ledger.anchors import COSIGN, FALSE, STAMP
from registry.ledger.outside import Unreached
from registry.ledger.setup import ledger_setup

log = logging.getLogger(__name__)


@handler(COSIGN)
def cosign(payload: Mapping[str, Any]) -> None:
    """Ask one witness; a witness that left the policy is asked no more."""
    for witness in ledger_setup().anchors.witnesses:
        if str(witness.vkey) == payload["witness"]:
            _until_done(COSIGN, payload, witness.id, partial(cosigning.cosign, witness))


@handler(STAMP)
def stamp(payload: Mapping[str, Any]) -> None:
    """Ask the timestamp authority, where one is set."""
    setup = ledger_setup().anchors
    if setup.tsa_url:
        _until_done(STAMP, payload, anchors.authority_id(setup), timestamps.stamp)


def _until_done(name: str, payload: Mapping[str, Any], subject: UUID, work: Callable[[], None]) -> None:
    try:
        work()
    except Unreached as error:
        failed = int(payload.get("failed", 0)) + 1
        line = {"event": name, "said": error.code, "detail": error.detail, "failed": failed, **payload}
        log.log(logging.ERROR if error.code in FALSE else logging.WARNING, "%s", json.dumps(line))
        again = {**payload, "failed": failed, "said": error.code}
        transaction(lambda: anchors.queue_again(name, again, subject_id=subject))
    else:
        transaction(anchors.ask)  # a head published while we asked for the one before
