"""Jobs of hooks: handing one delivery over, and the hour's round."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from flask import current_app

from registry.database import transaction
from registry.hooks import outbox
from registry.jobs import handler


@handler(outbox.DELIVER, sliced=True)  # a slow receiver keeps no letter waiting
def deliver(payload: Mapping[str, Any]) -> None:
    """Try one delivery. What a receiver does not take is tried again by the delivery's own clock: the job
    itself never fails for it.
    """
    outbox.deliver(UUID(payload["delivery"]))


@handler("hooks.round")
def hooks_round(_: Mapping[str, Any]) -> None:
    """Deliveries nobody has a job for, and those past their time."""
    transaction(partial(outbox.sweep, current_app.extensions["settings"]))
