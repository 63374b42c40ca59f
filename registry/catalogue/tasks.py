"""What the catalogue does later: keep an offer's row in step with its declaration."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from registry.catalogue import service as catalogue
from registry.database import db, transaction
from registry.jobs import handler

AT_ONCE = 200


@handler("catalogue.index")
def index(payload: Mapping[str, Any]) -> None:
    """Renew the row of one declaration; running it twice changes nothing."""
    transaction(lambda: catalogue.index(UUID(payload["declaration"])))


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
