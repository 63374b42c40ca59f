"""How one transfer pays several licenses of a list, and which licenses stand in one contract. Plain rules.

Whole licenses come first: in the order of the list, every license is paid whose whole rest the money left
still covers; what is then left is part payment of the first one that is not paid. So no license waits
because a dearer one stands before it, and everybody who knows list and amount finds the same shares. The
parties agree on it beforehand, which CC 560 asks for: the page and the payment request say it.
"""

from collections.abc import Hashable, Iterable, Sequence
from decimal import Decimal
from typing import TypeVar

ZERO = Decimal("0.00")
MOST_LINES = 50
"""How many offers one list holds: what one person can read before signing [ours]."""

One = TypeVar("One")


def allocate(amount: Decimal, rests: Sequence[Decimal]) -> list[Decimal]:
    """What of an amount goes to each license, by what is still to be paid of each. Yuan; adds up to `amount`.

    What is more than all rests together goes to the last license that had any, where it is too much.
    """
    shares, left = [ZERO for _ in rests], amount
    for place, rest in enumerate(rests):
        if ZERO < rest <= left:
            shares[place], left = rest, left - rest
    if not left:
        return shares
    unpaid = [place for place, rest in enumerate(rests) if rest > shares[place]]
    owing = [place for place, rest in enumerate(rests) if rest > ZERO] or [len(rests) - 1]
    place = unpaid[0] if unpaid else owing[-1]
    shares[place] += left
    return shares


def grouped(ones: Iterable[tuple[One, Hashable]]) -> list[list[One]]:
    """Things of one key together, keys and things in the order they came."""
    found: dict[Hashable, list[One]] = {}
    for one, key in ones:
        found.setdefault(key, []).append(one)
    return list(found.values())
