"""What people want before there is a license: interest in an offer that waits for its announcement.

An interest binds nobody: it is no notice under PL 51 and gives no place in a row, for everyone gets the same
license. A state is moved by one function only; each line says on what it rests.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from registry.states import Machine, Move

NAME_MAX, USE_MAX, WORDS_MAX = 100, 1000, 200
UNCONFIRMED_KEPT = timedelta(days=7)
"""An address nobody confirmed is forgotten: it may have been typed by somebody else."""

TOLD_KEPT = timedelta(days=180)
"""The purpose is over once the person was told; name, mail and use go after this (PIPL 19, 47)."""

LETTERS, LETTERS_FROM, LETTERS_WINDOW = 5, 20, timedelta(days=1)
"""Letters to one address, and letters asked for from one place, in a day."""


REASONS_EACH, REASONS, REASONS_WINDOW = 3, 20, timedelta(days=1)
"""Why an offer was not taken: from one place in a day, for one offer and in all."""


class Why(StrEnum):
    """Why a reader did not take an offer."""

    PRICE = "price"
    TERM = "term"
    UNCLEAR = "unclear"
    NOT_MATURE = "not_mature"
    FOUND_OTHER = "found_other"
    OTHER = "other"


class InterestState(StrEnum):
    """How an interest stands."""

    UNCONFIRMED = "unconfirmed"  # a visitor's, whose address has not answered yet
    OPEN = "open"
    TOLD = "told"
    ENDED = "ended"  # the offer closed before it ever opened
    WITHDRAWN = "withdrawn"


LIVE = (InterestState.UNCONFIRMED, InterestState.OPEN)
COUNTED = (InterestState.OPEN, InterestState.TOLD)
_S = InterestState
_MOVES: Mapping[tuple[InterestState, str], Move[InterestState]] = {
    (_S.UNCONFIRMED, "confirm"): Move(_S.OPEN, "PIPL 13, 14"),
    (_S.UNCONFIRMED, "withdraw"): Move(_S.WITHDRAWN, "PIPL 15"),
    (_S.OPEN, "tell"): Move(_S.TOLD, "PL 50; GL 3.5"),
    (_S.OPEN, "close"): Move(_S.ENDED, "[ours]"),
    (_S.OPEN, "withdraw"): Move(_S.WITHDRAWN, "PIPL 15"),
    (_S.TOLD, "withdraw"): Move(_S.WITHDRAWN, "PIPL 15"),
    (_S.ENDED, "withdraw"): Move(_S.WITHDRAWN, "PIPL 15"),
}
INTEREST: Machine[InterestState] = Machine(_MOVES, start=InterestState.UNCONFIRMED)
