"""The worker counts once an hour, in the lane of slow jobs; each count asks for the next before it begins."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from registry.database import db, transaction
from registry.jobs import Job, enqueue, handler
from registry.statistics import service as statistics

COUNT = "statistics.count"
PAUSE = timedelta(hours=1)


@handler(COUNT, slow=True)
def count(_: Mapping[str, Any]) -> None:
    transaction(lambda: start(after=PAUSE))
    transaction(statistics.count)


def start(*, after: timedelta | None = None) -> bool:
    """Queue a count unless one waits already; the worker calls it when it starts, in a transaction."""
    if db.session.scalar(select(Job.id).where(Job.name == COUNT, Job.state == "waiting").limit(1)):
        return False
    enqueue(COUNT, {}, after=after)
    return True
