"""What the catalogue does later: keep an offer's row in step with its declaration."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from registry.catalogue import service as catalogue
from registry.database import transaction
from registry.jobs import handler


@handler("catalogue.index")
def index(payload: Mapping[str, Any]) -> None:
    """Renew the row of one declaration; running it twice changes nothing."""
    transaction(lambda: catalogue.index(UUID(payload["declaration"])))
