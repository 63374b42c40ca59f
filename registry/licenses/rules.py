"""The life of a declaration: its states and moves, CNIPA's track beside it, when it is open, how it is
withdrawn.

The nine bars stand in bars.py, what a draft must hold in checks.py; both are named here too, so that
callers need only `rules`. Fees and dates: fees.py, terms.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from registry.errors import Conflict, Refused
from registry.licenses.bars import BARS as BARS
from registry.licenses.bars import MUST_WITHDRAW as MUST_WITHDRAW
from registry.licenses.bars import BarFinding as BarFinding
from registry.licenses.bars import PatentFacts as PatentFacts
from registry.licenses.bars import bars as bars
from registry.licenses.checks import OVERRIDABLE as OVERRIDABLE
from registry.licenses.checks import check_consents as check_consents
from registry.licenses.checks import check_declaration as check_declaration
from registry.licenses.checks import warnings as warnings
from registry.licenses.draft import Draft as Draft
from registry.licenses.draft import OpenFrom as OpenFrom
from registry.states import Machine, Move
from registry.text import N_


class DeclarationState(StrEnum):
    """Where a declaration stands at this registry (domain section 5)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    UNDER_REVIEW = "under_review"
    RETURNED = "returned"
    REFUSED = "refused"
    PUBLISHED = "published"
    PAUSED = "paused"
    WITHDRAWAL_FILED = "withdrawal_filed"
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"
    REVOKED = "revoked"
    EXPIRED = "expired"


_D = DeclarationState
_OFFERED = (_D.PUBLISHED, _D.PAUSED, _D.WITHDRAWAL_FILED)

MOVES: dict[tuple[DeclarationState, str], Move[DeclarationState]] = {
    (_D.DRAFT, "submit"): Move(_D.SUBMITTED, "GL 3.2, 3.3"),
    (_D.RETURNED, "submit"): Move(_D.SUBMITTED, "GL 3.2, 3.3"),
    (_D.SUBMITTED, "take_up"): Move(_D.UNDER_REVIEW, "[ours]"),
    (_D.UNDER_REVIEW, "return"): Move(_D.RETURNED, "GL 3.3"),
    (_D.UNDER_REVIEW, "refuse"): Move(_D.REFUSED, "IR 86; GL 3.1"),
    (_D.UNDER_REVIEW, "approve"): Move(_D.PUBLISHED, "PL 50; GL 3.1–3.3"),
    (_D.PUBLISHED, "pause"): Move(_D.PAUSED, "GL 2"),
    (_D.PAUSED, "resume"): Move(_D.PUBLISHED, "GL 2"),
    # a pause during a withdrawal is kept beside the state: the withdrawal goes on
    (_D.WITHDRAWAL_FILED, "pause"): Move(_D.WITHDRAWAL_FILED, "GL 2"),
    (_D.WITHDRAWAL_FILED, "resume"): Move(_D.WITHDRAWAL_FILED, "GL 2"),
    (_D.PUBLISHED, "file_withdrawal"): Move(_D.WITHDRAWAL_FILED, "PL 50; GL 4"),
    (_D.PAUSED, "file_withdrawal"): Move(_D.WITHDRAWAL_FILED, "PL 50; GL 4"),
    (_D.WITHDRAWAL_FILED, "reject_withdrawal"): Move(_D.PUBLISHED, "GL 4"),
    (_D.PUBLISHED, "withdraw_local"): Move(_D.WITHDRAWN, "CC 476, 477"),
    (_D.PAUSED, "withdraw_local"): Move(_D.WITHDRAWN, "CC 476, 477"),
    **{(state, "announce_withdrawal"): Move(_D.WITHDRAWN, "PL 50; GL 4") for state in _OFFERED},
    **{(state, "terminate"): Move(_D.TERMINATED, "GL 4") for state in _OFFERED},
    **{(state, "revoke"): Move(_D.REVOKED, "IR 88, 100; GL 4") for state in _OFFERED},
    **{(state, "expire"): Move(_D.EXPIRED, "PL 42; GL 3.3") for state in _OFFERED},
}
DECLARATION = Machine(MOVES, start=_D.DRAFT)
OFFERED_STATES = _OFFERED
"""States in which the declaration stands published; whether it takes notices, open_for_acceptance says."""


class CnipaStatus(StrEnum):
    """The office's track beside ours; the statutory effects hang on it (domain point 13)."""

    NOT_FILED = "not_filed"
    FILED = "filed"
    ANNOUNCED = "announced"
    WITHDRAWAL_ANNOUNCED = "withdrawal_announced"


_C = CnipaStatus
CNIPA_MOVES: dict[tuple[CnipaStatus, str], Move[CnipaStatus]] = {
    (_C.NOT_FILED, "file"): Move(_C.FILED, "GL 3.2"),
    (_C.FILED, "not_accepted"): Move(_C.NOT_FILED, "GL 3.1"),
    (_C.NOT_FILED, "announce"): Move(_C.ANNOUNCED, "GL 3.5, 5"),  # number recorded without a filing day
    (_C.FILED, "announce"): Move(_C.ANNOUNCED, "GL 3.5, 5"),
    (_C.ANNOUNCED, "announce_withdrawal"): Move(_C.WITHDRAWAL_ANNOUNCED, "PL 50; GL 4, 5"),
}
CNIPA = Machine(CNIPA_MOVES, start=_C.NOT_FILED)


class Track(StrEnum):
    """What a licensee gets; frozen in the acceptance."""

    STATUTORY = "statutory"
    LOCAL = "local"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What decides whether a declaration takes a notice."""

    state: str
    cnipa_status: str
    open_from: str
    announced_on: date | None
    offer_last_day: date
    patent_last_day: date
    license_last_day: date
    paused: bool = False
    withdrawal_effective_on: date | None = None


def open_for_acceptance(offer: Offer, today: date) -> Track | Refused:
    """The track a notice of today would get, or why none is taken: returned, not raised, so that pages
    can show it."""
    closed = _closed(offer, today)
    if closed:
        code, article = closed
        return Conflict(code, "", article, last_day=offer.offer_last_day.isoformat())
    track = track_of(offer, today)
    if track is None:
        return Conflict("offer_not_announced", "", "PL 51; GL 3.5")
    return track


def track_of(offer: Offer, today: date) -> Track | None:
    """`statutory` once announced (CNIPA's day ≤ the notice's day), before that `local` or nothing."""
    if offer.announced_on is not None and offer.announced_on <= today:
        return Track.STATUTORY
    return Track.LOCAL if offer.open_from == OpenFrom.NOW else None


def withdraws_locally(offer: Offer, today: date) -> bool:
    """Whether the filing here already closes the offer; an announced one stays open until CNIPA's day (GL
    4)."""
    return offer.announced_on is None or offer.announced_on > today


def _closed(offer: Offer, today: date) -> tuple[str, str] | None:
    withdrawn = offer.withdrawal_effective_on is not None and offer.withdrawal_effective_on <= today
    if offer.state == _D.WITHDRAWN or offer.cnipa_status == _C.WITHDRAWAL_ANNOUNCED or withdrawn:
        return "offer_withdrawn", "PL 50; GL 4"
    if offer.state == _D.WITHDRAWAL_FILED and withdraws_locally(offer, today):
        return "offer_withdrawn", "CC 476, 477"
    if offer.state not in _OFFERED:
        return "offer_not_open", "PL 50; GL 3.5"
    if today > offer.patent_last_day:
        return "patent_expired", "PL 42; CC 865"
    if today > offer.offer_last_day:
        return "offer_ended", "GL 3.3"
    if today > offer.license_last_day:
        return "license_term_empty", "CC 865"
    if offer.paused or offer.state == _D.PAUSED:
        return "offer_paused", "GL 2"
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalGround:
    """Why an offer may be withdrawn. Sentences are message ids: pages translate them."""

    code: str
    article: str
    zh: str
    words_required: bool = False


WITHDRAWAL_GROUNDS: dict[str, WithdrawalGround] = {
    ground.code: ground
    for ground in (
        WithdrawalGround(
            code="exclusive_license", article="IR 86(1)", zh=N_("专利权处于独占或者排他许可有效期限内")
        ),
        WithdrawalGround(
            code="suspended", article="IR 86(2)", zh=N_("专利权因权属纠纷或者财产保全处于程序中止")
        ),
        WithdrawalGround(code="annuity", article="IR 86(3)", zh=N_("没有按照规定缴纳年费")),
        WithdrawalGround(code="pledge", article="IR 86(4)", zh=N_("专利权被质押，未经质权人同意")),
        WithdrawalGround(
            code="hindrance",
            article="IR 86(5)",
            zh=N_("存在其他妨碍专利权有效实施的情形"),
            words_required=True,
        ),
        WithdrawalGround(code="report", article="GL 3.1", zh=N_("专利权评价报告被更正，结论为否定")),
        WithdrawalGround(code="assignment", article="GL 9", zh=N_("将转让或者放弃专利权")),
        WithdrawalGround(
            code="patentee_changed", article="GL 9", zh=N_("专利权人因其他事由变更，将重新声明")
        ),
        WithdrawalGround(code="other", article="GL 4", zh=N_("其他正当理由（请说明）"), words_required=True),
    )
}


def check_withdrawal(
    ground: str, reason: str, *, patentees: Iterable[str], consented: Iterable[str], condition: str = ""
) -> list[Refused]:
    """What a withdrawal lacks: a ground, every co-owner's written consent, and no condition (PL 50; IR
    86; GL 4).

    `patentees` and `consented` are names or keys; `consented` those who agreed to this very text.
    """
    refused = []
    known = WITHDRAWAL_GROUNDS.get(ground)
    if known is None:
        refused.append(Refused("withdrawal_ground", "ground", "IR 86; GL 4"))
    if known and known.words_required and not reason.strip():
        refused.append(Refused("required", "reason", known.article))
    if condition.strip():
        refused.append(Refused("withdrawal_conditional", "condition", "GL 4"))
    agreed = set(consented)
    refused += [
        Refused("consent_missing", f"consents.{n}", "GL 4", name=name)
        for n, name in enumerate(patentees)
        if name not in agreed
    ]
    return refused


TERMS_NOTICE_DAYS = 7
"""A platform publishes changed rules at least seven days before they are used (ECL 34)."""


def check_terms_day(day: date, *, present: date, others: Iterable[date], today: date) -> None:
    """Whether a version of the standard terms may hold from this day instead of `present`.

    Raises Conflict `terms_in_force`, Refused `terms_day_soon`, `terms_day_taken`, `nothing_changes`.
    """
    if present <= today:  # licenses were given under it
        raise Conflict("terms_in_force", "version", "CC 509", day=present)
    if day == present:
        raise Refused("nothing_changes", "day")
    if day < today + timedelta(days=TERMS_NOTICE_DAYS):
        raise Refused("terms_day_soon", "day", "ECL 34", days=TERMS_NOTICE_DAYS)
    if day in others:  # which of the two would hold, nobody could say
        raise Refused("terms_day_taken", "day", day=day)
