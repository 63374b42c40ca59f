"""What the catalogue does later: keep an offer's row in step with its declaration, tell what saved searches
have found.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from registry import clock
from registry.catalogue import alerts
from registry.catalogue import service as catalogue
from registry.clock import SHANGHAI
from registry.config import Settings
from registry.database import db, transaction
from registry.jobs import Job, each, enqueue, handler

AT_ONCE = 200
DUMP = "catalogue.dump"
PAUSE = timedelta(hours=1)


@handler("catalogue.index")
def index(payload: Mapping[str, Any]) -> None:
    """Renew the row of one declaration; running it twice changes nothing."""
    transaction(lambda: catalogue.index(UUID(payload["declaration"])))


@handler("catalogue.alerts")
def tell_finds(_: Mapping[str, Any]) -> None:
    """The day's letters about saved searches, each account's in a transaction of its own; not before the hour
    of digests. A second run finds nothing due.
    """
    settings: Settings = current_app.extensions["settings"]
    if clock.now().astimezone(SHANGHAI).hour >= settings.digest_hour:
        each(partial(transaction, partial(alerts.tell, one)) for one in alerts.due())


@handler("catalogue.index_all", slow=True)
def index_all(_: Mapping[str, Any]) -> None:
    """Make every row again, the oldest declaration first, some in a transaction; running it twice is safe."""
    chosen = catalogue.published_ids()
    for first in range(0, len(chosen), AT_ONCE):
        transaction(partial(_index, chosen[first : first + AT_ONCE]))
        db.session.expunge_all()


def _index(some: Sequence[UUID]) -> None:
    for declaration_id in some:
        catalogue.index(declaration_id)


@handler(DUMP, slow=True)
def dump(_: Mapping[str, Any]) -> None:
    """Write the day's files where they are missing, soon after midnight; the next look is asked for first."""
    transaction(lambda: start_dumps(after=PAUSE))
    catalogue.write_out(str(current_app.extensions["settings"].base_url))


def start_dumps(*, after: timedelta | None = None) -> bool:
    """Queue a look unless one waits already; the worker calls it when it starts, in a transaction."""
    if db.session.scalar(select(Job.id).where(Job.name == DUMP, Job.state == "waiting").limit(1)):
        return False
    enqueue(DUMP, {}, after=after)
    return True
