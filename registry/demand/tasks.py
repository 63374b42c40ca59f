"""What is done later about wishes: tell those who wait that an offer opened, forget what is over."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from registry.database import transaction
from registry.demand import interests, needs
from registry.jobs import each, handler


@handler("interests.settle")
def settle(payload: Mapping[str, Any]) -> None:
    """An announcement was entered. If we crash here nobody has been told; the next run tells all."""
    transaction(lambda: interests.settle(UUID(payload["declaration"])))


@handler("demand.round")
def look(_: Mapping[str, Any]) -> None:
    """The clock's round: offers that closed or opened unnoticed, addresses to forget, needs to end and to
    compare with what was published.
    """
    works: list[Callable[[], object]] = [partial(interests.settle, one) for one in interests.to_settle()]
    works += [interests.clean, needs.end_due]
    works += [partial(needs.look, one) for one in needs.public_ids()]
    each(partial(transaction, work) for work in works)
