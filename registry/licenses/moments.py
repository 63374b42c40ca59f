"""Was an offer open at an instant, told from its filings alone: what the log held by then, in its order.

CNIPA's day may have been recorded later than it was (GL 5): effects hang on that day (PL 50; GL 3.5, 4), so
the answer is given twice, as it stood in the log at that instant and with what was recorded since.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from registry.clock import legal_day, rfc3339
from registry.errors import Conflict, Refused
from registry.licenses.rules import (
    CnipaStatus,
    DeclarationState,
    Offer,
    OpenFrom,
    Track,
    open_for_acceptance,
)

PUBLISHED, ANNOUNCED = "declaration.published", "declaration.announced"
WITHDRAWAL_ANNOUNCED, WITHDRAWN = "declaration.withdrawal_announced", "declaration.withdrawn"
ENDED, PAUSED, RESUMED = "declaration.ended", "declaration.paused", "declaration.resumed"
DECIDING = (PUBLISHED, ANNOUNCED, WITHDRAWAL_ANNOUNCED, WITHDRAWN, ENDED, PAUSED, RESUMED)
"""Types of filing on which the answer rests; no other changes whether an offer takes notices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A filing about a declaration: its place and time in the log, its type and open fields."""

    seq: int
    time: datetime
    type: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How an offer stood at an instant.

    `recorded` is what the registry itself would have said then, `settled` what CNIPA's days recorded later
    (`later`) make of it; mostly they are the same. `rests_on` are the deciding filings up to the instant.
    """

    instant: datetime
    recorded: Track | Refused
    settled: Track | Refused
    rests_on: tuple[Moment, ...]
    later: tuple[Moment, ...]

    @property
    def published(self) -> Moment | None:
        """The publication in force then, whose version holds the terms; None before it."""
        return next((one for one in reversed(self.rests_on) if one.type == PUBLISHED), None)


def open_at(
    filings: Sequence[Moment],
    instant: datetime,
    *,
    patent_last_day: date,
    license_last_day: date,
    now: datetime,
) -> Answer:
    """Whether the offer took notices at an instant, on which track, or why not.

    `filings` are those of one declaration in the log's order; the two last days stand in its frozen version.
    A filing of the very instant counts. Raises Refused instant_future.
    """
    if instant > now:
        raise Refused("instant_future", "instant", now=rfc3339(now))
    deciding = [one for one in filings if one.type in DECIDING]
    rests_on = tuple(one for one in deciding if one.time <= instant)
    later = tuple(one for one in deciding if one.time > instant and _reaches_back(one, legal_day(instant)))
    last_days = {"patent_last_day": patent_last_day, "license_last_day": license_last_day}
    return Answer(
        instant=instant,
        recorded=_standing(rests_on, (), instant, last_days),
        settled=_standing(rests_on, later, instant, last_days),
        rests_on=rests_on,
        later=later,
    )


def _reaches_back(one: Moment, day: date) -> bool:
    """Whether a filing made after that day states something of CNIPA's that held on it already."""
    if one.type not in (ANNOUNCED, WITHDRAWAL_ANNOUNCED):
        return False
    return date.fromisoformat(one.fields["cnipa_day"]) <= day


def _standing(
    rests_on: Sequence[Moment], later: Sequence[Moment], instant: datetime, last_days: Mapping[str, date]
) -> Track | Refused:
    published = next((one for one in reversed(rests_on) if one.type == PUBLISHED), None)
    if published is None:
        return Conflict("offer_not_published", "", "PL 50; GL 3.3")
    offer = Offer(
        state=_state(rests_on),
        cnipa_status=_cnipa_status(rests_on),
        open_from=published.fields.get("opening", OpenFrom.ANNOUNCEMENT),
        announced_on=_announced_on((*rests_on, *later)),
        offer_last_day=date.fromisoformat(published.fields["offer_last_day"]),
        paused=_paused(rests_on),
        withdrawal_effective_on=_withdrawn_on((*rests_on, *later)),
        **last_days,
    )
    return open_for_acceptance(offer, legal_day(instant))


def _state(filings: Sequence[Moment]) -> DeclarationState:
    """The filing of a withdrawal from CNIPA's track is none of ours: until CNIPA's day the offer goes on."""
    for one in reversed(filings):
        if one.type in (WITHDRAWN, WITHDRAWAL_ANNOUNCED):
            return DeclarationState.WITHDRAWN
        if one.type == ENDED:
            return DeclarationState(one.fields["ground"])
    return DeclarationState.PUBLISHED


def _cnipa_status(filings: Sequence[Moment]) -> str:
    types = {one.type for one in filings}
    if WITHDRAWAL_ANNOUNCED in types:
        return CnipaStatus.WITHDRAWAL_ANNOUNCED
    return CnipaStatus.ANNOUNCED if _announced_on(filings) is not None else CnipaStatus.NOT_FILED


def _announced_on(filings: Sequence[Moment]) -> date | None:
    """CNIPA's day, stated with the publication or in a filing of its own (GL 3.5)."""
    days = [one.fields.get("cnipa_day") for one in filings if one.type in (PUBLISHED, ANNOUNCED)]
    known = [date.fromisoformat(day) for day in days if day]
    return known[-1] if known else None


def _withdrawn_on(filings: Sequence[Moment]) -> date | None:
    """CNIPA's day of a withdrawal: the offer is closed on it from its beginning (PL 50; GL 4)."""
    days = [one.fields["cnipa_day"] for one in filings if one.type == WITHDRAWAL_ANNOUNCED]
    return date.fromisoformat(days[-1]) if days else None


def _paused(filings: Sequence[Moment]) -> bool:
    last = next((one.type for one in reversed(filings) if one.type in (PAUSED, RESUMED)), RESUMED)
    return last == PAUSED
