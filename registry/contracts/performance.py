"""After the license: how reports, notices of default, endings and hand-overs move, and when one is reminded.

The registry never ends a license by itself: a party does, with a signed filing, and the other side answers
(CC 563, 565; design: journeys 3.9).
"""

from collections.abc import Collection
from datetime import date, timedelta
from enum import StrEnum

from registry.codes.calendar import Due, next_working_day
from registry.errors import Refused
from registry.states import Machine, Move


class ReportState(StrEnum):
    """Where one royalty report stands. What the licensee itself states is owed whatever the holder
    answers.
    """

    REPORTED = "reported"
    ASKED = "asked"
    AGREED = "agreed"
    DISPUTED = "disputed"
    SUPERSEDED = "superseded"


_R = ReportState
_OPEN_REPORT = (_R.REPORTED, _R.ASKED, _R.DISPUTED)
REPORT_MOVES: dict[tuple[ReportState, str], Move[ReportState]] = {
    **{(state, "ask"): Move(_R.ASKED, "CC 509") for state in (_R.REPORTED, _R.DISPUTED)},
    (_R.ASKED, "answer"): Move(_R.REPORTED, "CC 509"),
    **{(state, "agree"): Move(_R.AGREED, "CC 846") for state in _OPEN_REPORT},
    **{(state, "dispute"): Move(_R.DISPUTED, "PL 52") for state in (_R.REPORTED, _R.ASKED)},
    **{(state, "supersede"): Move(_R.SUPERSEDED, "CC 509") for state in (*_OPEN_REPORT, _R.AGREED)},
}
REPORT = Machine(REPORT_MOVES, start=_R.REPORTED)
MESSAGES_MAX = 20
"""Questions and answers about one report; whoever needs more has a dispute [ours]."""
EDITIONS_MAX = 9


class NoticeState(StrEnum):
    """Where a notice of default stands."""

    OPEN = "open"
    ANSWERED = "answered"
    CURED = "cured"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


_N = NoticeState
_OPEN_NOTICE = (_N.OPEN, _N.ANSWERED)
NOTICE_MOVES: dict[tuple[NoticeState, str], Move[NoticeState]] = {
    **{(state, "answer"): Move(_N.ANSWERED, "CC 509") for state in _OPEN_NOTICE},
    **{(state, "cure"): Move(_N.CURED, "CC 577") for state in _OPEN_NOTICE},
    **{(state, "withdraw"): Move(_N.WITHDRAWN, "[ours]") for state in _OPEN_NOTICE},
    **{(state, "end"): Move(_N.ENDED, "CC 563(3), 565") for state in _OPEN_NOTICE},
}
NOTICE = Machine(NOTICE_MOVES, start=_N.OPEN)


class EndingState(StrEnum):
    """Where the ending of a license by one party stands."""

    DECLARED = "declared"
    ACCEPTED = "accepted"
    OBJECTED = "objected"
    UPHELD = "upheld"
    REVERSED = "reversed"


_E = EndingState
ENDING_MOVES: dict[tuple[EndingState, str], Move[EndingState]] = {
    (_E.DECLARED, "accept"): Move(_E.ACCEPTED, "CC 562"),
    (_E.DECLARED, "object"): Move(_E.OBJECTED, "CC 565"),
    # the venue enters what the parties agreed or a court said; it decides no breach itself
    (_E.OBJECTED, "uphold"): Move(_E.UPHELD, "CC 565; PL 52"),
    (_E.OBJECTED, "reverse"): Move(_E.REVERSED, "CC 565; PL 52"),
}
ENDING = Machine(ENDING_MOVES, start=_E.DECLARED)
ENDING_GROUNDS = {
    "not_cured": "CC 563(3)",  # delayed performance of a main obligation, not cured in a reasonable time
    "purpose_lost": "CC 563(4)",  # a breach that defeats the contract's purpose
    "refused": "CC 563(2)",  # says, or shows, that it will not perform a main obligation
}
"""Grounds on which one party may end a license by notice, each with its article."""


class HandoverState(StrEnum):
    """Where a hand-over of materials stands."""

    RECORDED = "recorded"
    CONFIRMED = "confirmed"
    INCOMPLETE = "incomplete"


_H = HandoverState
HANDOVER_MOVES: dict[tuple[HandoverState, str], Move[HandoverState]] = {
    (_H.RECORDED, "confirm"): Move(_H.CONFIRMED, "CC 866"),
    (_H.RECORDED, "miss"): Move(_H.INCOMPLETE, "CC 866, 872"),
    (_H.INCOMPLETE, "confirm"): Move(_H.CONFIRMED, "CC 866"),
}
HANDOVER = Machine(HANDOVER_MOVES, start=_H.RECORDED)

CURE_DAYS = 15
"""The least time to perform after a notice of default, where the contract sets none [ours; CC 563(3) says a
reasonable time]."""
ANSWER_DAYS = 15
"""Until when the other side answers an ending [ours; design: journeys 3.9]."""
SOON_DAYS = 15
"""Until when one is asked to stamp and to hand over, where the contract sets no day [ours]."""
FORGOTTEN_DAYS = 60
"""After this nobody is reminded any more; lists go on showing what is late [ours]."""
OFFSETS = (-7, 0, 7, 30)
"""Days before and after a due day on which one is reminded (design: journeys 3.9)."""


def cure_by(today: date, days: int = CURE_DAYS) -> Due:
    """Last day to perform: the notice's own day is not counted, a day of rest moves on (CC 201, 203).

    Raises Refused `cure_too_short` below the least time.
    """
    if days < CURE_DAYS:
        raise Refused("cure_too_short", "days", "CC 563", days=CURE_DAYS)
    return next_working_day(today + timedelta(days=days))


def answer_by(today: date) -> Due:
    """Until when the other side answers an ending."""
    return next_working_day(today + timedelta(days=ANSWER_DAYS))


def check_ending(ground: str, *, today: date, cure_ends: date | None) -> None:
    """Whether a party may end a license today: the ending takes effect when it reaches the other side
    (CC 565). `cure_ends` is the last day of the time a notice of default gave.

    Raises Refused `not_a_choice`; `notice_first` without a notice for a delay; `cure_running` while its
    time runs.
    """
    if ground not in ENDING_GROUNDS:
        raise Refused("not_a_choice", "ground", "CC 563")
    if ground == "not_cured" and cure_ends is None:
        raise Refused("notice_first", "ground", "CC 563(3)")
    if ground == "not_cured" and cure_ends is not None and today <= cure_ends:
        raise Refused("cure_running", "ground", "CC 563(3)", day=cure_ends)


def reminder_due(
    day: date, today: date, sent: Collection[int], *, offsets: tuple[int, ...] = OFFSETS
) -> int | None:
    """The newest offset that has come and was not sent; older ones are skipped, so that a worker that slept
    for days writes once. None when there is nothing to send, and once a matter is long past.
    """
    reached = [offset for offset in offsets if day + timedelta(days=offset) <= today]
    if not reached or reached[-1] in sent or today > day + timedelta(days=FORGOTTEN_DAYS):
        return None
    return reached[-1]
