"""What becomes of an endpoint and of a delivery: states, moves, and when the next try is due."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from registry.states import Machine, Move
from registry.text import N_

MOST = 10
"""Endpoints of one party or venue."""
OVERLAP_HOURS = 7 * 24
OURS = "[ours]"


class EndpointState(StrEnum):
    """Whether events go to an address."""

    ACTIVE = "active"
    PAUSED = "paused"  # by its owner
    STOPPED = "stopped"  # by us: it has answered nothing good for days
    ENDED = "ended"


class DeliveryState(StrEnum):
    """Where a delivery stands. Only an answer of 2xx makes it `delivered`."""

    AWAITING = "awaiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


E, D = EndpointState, DeliveryState
ENDPOINT: Machine[EndpointState] = Machine(
    {
        (E.ACTIVE, "pause"): Move(E.PAUSED, OURS),
        (E.ACTIVE, "stop"): Move(E.STOPPED, OURS),
        (E.PAUSED, "resume"): Move(E.ACTIVE, OURS),
        (E.STOPPED, "resume"): Move(E.ACTIVE, OURS),
        **{(one, "end"): Move(E.ENDED, OURS) for one in (E.ACTIVE, E.PAUSED, E.STOPPED)},
    },
    start=E.ACTIVE,
)
DELIVERY: Machine[DeliveryState] = Machine(
    {
        (D.AWAITING, "deliver"): Move(D.DELIVERED, OURS),
        (D.AWAITING, "give_up"): Move(D.GIVEN_UP, OURS),
        (D.DELIVERED, "send_again"): Move(D.AWAITING, OURS),
        (D.GIVEN_UP, "send_again"): Move(D.AWAITING, OURS),
    },
    start=D.AWAITING,
)
ENDPOINT_NAMES: Mapping[str, str] = {
    "active": N_("推送中"),
    "paused": N_("已暂停"),
    "stopped": N_("因连续失败停用"),
    "ended": N_("已删除"),
}
DELIVERY_NAMES: Mapping[str, str] = {
    "awaiting": N_("等待送达"),
    "delivered": N_("已送达"),
    "given_up": N_("已放弃"),
}
"""Message ids."""
_FIRST, _LONGEST = timedelta(seconds=30), timedelta(hours=6)


def pause(failures: int, chance: float) -> timedelta:
    """How long to leave an endpoint alone after so many failures: twice as long each time, six hours at most,
    a fifth more or less by `chance` (0 to 1), so that many do not come back at once.
    """
    plain: timedelta = min(_FIRST * 2 ** min(max(failures, 1) - 1, 20), _LONGEST)
    return plain * (0.8 + 0.4 * chance)


def is_spent(wanted_at: datetime, now: datetime, *, hours: int) -> bool:
    """Whether a delivery has been tried long enough."""
    return now >= wanted_at + timedelta(hours=hours)


def should_stop(failing_since: datetime | None, now: datetime, *, days: int) -> bool:
    """Whether an endpoint has failed without a break for so many days."""
    return failing_since is not None and now >= failing_since + timedelta(days=days)
