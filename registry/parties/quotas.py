"""How often a machine or an address may ask in a minute, whichever process answers it.

Processes share one count in the database without asking it at every request: each lets a tenth pass on its
own, then takes slices of what is left. So an ordinary visitor costs no write, and a minute brings at most a
tenth more for each process than its limit. A process that dies takes its slice along: that is given up.
"""

import ipaddress
import threading
from dataclasses import dataclass

from sqlalchemy import delete

from registry import clock
from registry.database import db, locked, transaction
from registry.parties.machine_models import Quota
from registry.parties.sessions import digest

WINDOW = 60
"""Seconds."""
PARTS = 10
MOST_KNOWN = 10_000
_LOCK = threading.Lock()
_HELD: dict[str, "_Slice"] = {}


@dataclass(slots=True)
class _Slice:
    """What may pass here without asking (`left`), what was left for all when it was cut (`beyond`), what
    passed here and is not in the common count yet.
    """

    window: int
    left: int
    beyond: int
    uncounted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is left of a policy's minute after this request, and how long the minute still is."""

    policy: str
    subject: str
    limit: int
    left: int
    seconds: int
    spent: bool = False  # this request is one too many


def take(policy: str, who: str, limit: int) -> Standing:
    """Count one request. Opens a transaction of its own once in a slice, so never inside one."""
    window, within = divmod(int(clock.now().timestamp()), WINDOW)
    subject, share = f"{policy}:{digest(who)}", max(1, limit // PARTS)

    def standing(held: _Slice, *, spent: bool = False) -> Standing:
        left, seconds = held.left + held.beyond, WINDOW - within
        return Standing(
            policy=policy, subject=subject, limit=limit, left=left, seconds=seconds, spent=spent
        )

    with _LOCK:
        held = _held(subject, window, share=share, limit=limit)
        if held.left:
            held.left -= 1
            return standing(held)
        if not held.beyond:
            return standing(held, spent=True)
        uncounted, held.uncounted = held.uncounted, 0
    cut, beyond = transaction(lambda: _cut(subject, window, uncounted=uncounted, limit=limit))
    with _LOCK:  # a twin may have cut one too: both are good
        held.left, held.beyond = held.left + max(0, cut - 1), beyond
        return standing(held, spent=not cut)


def give_back(standing: Standing) -> None:
    """An answer that cost nothing (304) is not counted."""
    with _LOCK:
        held = _HELD.get(standing.subject)
        if held is not None:
            held.left += 1


def forget() -> int:
    """Take out the counts of minutes that are over; return how many."""
    over = int(clock.now().timestamp()) // WINDOW - 1
    found = db.session.execute(delete(Quota).where(Quota.window < over))
    return int(found.rowcount)  # type: ignore[attr-defined]


def subject_of(address: str) -> str:
    """Whom an address counts for: of IPv6 the network of 64 bits, for a house has all of it."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def start_anew() -> None:
    """Forget what this process holds."""
    with _LOCK:
        _HELD.clear()


def _held(subject: str, window: int, *, share: int, limit: int) -> _Slice:
    held = _HELD.get(subject)
    if held is None or held.window != window:
        if len(_HELD) >= MOST_KNOWN:
            _drop(window)
        held = _HELD[subject] = _Slice(window, left=share, beyond=limit - share, uncounted=share)
    return held


def _drop(window: int) -> None:
    """Minutes that are over; under a flood of addresses all, which costs each of them a slice at most."""
    for subject in [one for one, held in _HELD.items() if held.window != window]:
        del _HELD[subject]
    if len(_HELD) >= MOST_KNOWN:
        _HELD.clear()


def _cut(subject: str, window: int, *, uncounted: int, limit: int) -> tuple[int, int]:
    """A slice of the common minute and what is left beyond it."""
    row = locked(Quota, subject, lambda: Quota(subject=subject, window=window, taken=0))
    if row.window < window:
        row.window, row.taken = window, 0
    row.taken = min(limit, row.taken + uncounted)
    cut = min(max(1, limit // PARTS), limit - row.taken)
    row.taken += cut
    return cut, limit - row.taken
