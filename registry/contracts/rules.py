"""The life of an acceptance, its payments and refunds, CNIPA's recordal and the registration track; days
and references.

Nobody has a right of refusal (PL 51): no state waits for the holder's consent. The registry never holds
money.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum

from registry.clock import SHANGHAI, legal_day
from registry.codes.calendar import Due, add_months_period, add_working_days
from registry.errors import Refused
from registry.licenses.rules import Track
from registry.licenses.schedule import pay_by as pay_by
from registry.states import Machine, Move
from registry.text import N_


class AcceptanceState(StrEnum):
    """Where one notice stands (domain section 5)."""

    DRAFTED = "drafted"
    AWAITING_PAYMENT = "awaiting_payment"
    CLAIMED = "claimed"
    IN_DECISION = "in_decision"
    EFFECTIVE = "effective"
    LAPSED = "lapsed"
    REFUND_DUE = "refund_due"
    MANUAL_REVIEW = "manual_review"
    VOID = "void"
    TERMINATED = "terminated"
    EXPIRED = "expired"


_A = AcceptanceState
_UNPAID = (_A.AWAITING_PAYMENT, _A.CLAIMED)

MOVES: dict[tuple[AcceptanceState, str], Move[AcceptanceState]] = {
    (_A.DRAFTED, "send_free"): Move(_A.EFFECTIVE, "PL 51; GL 6; CC 137"),
    (_A.DRAFTED, "send_paid"): Move(_A.AWAITING_PAYMENT, "PL 51; GL 6; CC 137"),
    (_A.DRAFTED, "stop_for_review"): Move(_A.MANUAL_REVIEW, "GL 6; TIE"),
    (_A.MANUAL_REVIEW, "clear_free"): Move(_A.EFFECTIVE, "PL 51; GL 6; TIE"),
    (_A.MANUAL_REVIEW, "clear_paid"): Move(_A.AWAITING_PAYMENT, "PL 51; GL 6; TIE"),
    (_A.MANUAL_REVIEW, "decide_void"): Move(_A.VOID, "GL 6; TIE"),
    (_A.AWAITING_PAYMENT, "claim"): Move(_A.CLAIMED, "GL 7(3)"),
    **{(state, "confirm"): Move(_A.EFFECTIVE, "PL 51; GL 6") for state in _UNPAID},
    (_A.AWAITING_PAYMENT, "meet"): Move(_A.EFFECTIVE, "PL 51; CC 158"),  # a condition in words, no money
    (_A.CLAIMED, "fall_short"): Move(_A.AWAITING_PAYMENT, "PL 51"),
    **{(state, "dispute"): Move(_A.IN_DECISION, "GL 7(3)") for state in _UNPAID},
    (_A.EFFECTIVE, "dispute"): Move(_A.EFFECTIVE, "PL 52"),  # an objection alone takes no license away
    (_A.IN_DECISION, "decide_paid"): Move(_A.EFFECTIVE, "PL 51; GL 7(3)"),
    (_A.IN_DECISION, "decide_met"): Move(_A.EFFECTIVE, "PL 51; CC 158, 159"),
    (_A.IN_DECISION, "decide_unpaid"): Move(_A.AWAITING_PAYMENT, "PL 51; GL 7(3)"),
    (_A.IN_DECISION, "decide_void"): Move(_A.VOID, "GL 6"),
    (_A.EFFECTIVE, "decide_void"): Move(_A.VOID, "GL 6; CC 143"),
    # a claimed payment never lapses: it is decided first, so that no holder cuts off a payer by silence
    (_A.AWAITING_PAYMENT, "lapse"): Move(_A.LAPSED, "PL 51"),
    (_A.LAPSED, "confirm_late"): Move(_A.EFFECTIVE, "PL 51"),
    **{
        (state, "arrive_late"): Move(_A.REFUND_DUE, "PL 50, 51; GL 4")
        for state in (*_UNPAID, _A.IN_DECISION, _A.LAPSED)
    },
    (_A.REFUND_DUE, "dispute"): Move(_A.IN_DECISION, "GL 7(3)"),
    (_A.REFUND_DUE, "refunded"): Move(_A.LAPSED, "CC 985"),
    (_A.EFFECTIVE, "end_term"): Move(_A.EXPIRED, "CC 557"),
    (_A.EFFECTIVE, "end_patent"): Move(_A.TERMINATED, "CC 865"),
    (_A.EFFECTIVE, "end_breach"): Move(_A.TERMINATED, "CC 563, 873"),
    (_A.EFFECTIVE, "end_agreed"): Move(_A.TERMINATED, "CC 562"),
    # an ending that did not stand: the parties agreed so, or a court said so
    (_A.TERMINATED, "reinstate"): Move(_A.EFFECTIVE, "CC 565; PL 52"),
}
ACCEPTANCE = Machine(MOVES, start=_A.DRAFTED)
LIVE_STATES = (_A.AWAITING_PAYMENT, _A.CLAIMED, _A.IN_DECISION, _A.EFFECTIVE, _A.MANUAL_REVIEW)
"""One live acceptance of an offer per licensee; another after it has ended is allowed."""


class PaymentState(StrEnum):
    """Where one payment stands."""

    DUE = "due"
    CLAIMED = "claimed"
    CONFIRMED = "confirmed"
    SHORT = "short"
    OVER = "over"
    LATE = "late"
    OTHER_PAYER = "other_payer"
    NOT_ARRIVED = "not_arrived"
    DUPLICATE = "duplicate"
    DISPUTED = "disputed"


_P = PaymentState
_OPEN_PAYMENT = (_P.DUE, _P.CLAIMED)
PAYMENT_MOVES: dict[tuple[PaymentState, str], Move[PaymentState]] = {
    (_P.DUE, "claim"): Move(_P.CLAIMED, "GL 7(3)"),
    **{(state, "confirm"): Move(_P.CONFIRMED, "PL 51") for state in _OPEN_PAYMENT},
    **{(state, "short"): Move(_P.SHORT, "PL 51") for state in _OPEN_PAYMENT},
    **{(state, "over"): Move(_P.OVER, "CC 985") for state in _OPEN_PAYMENT},
    **{(state, "late"): Move(_P.LATE, "PL 51") for state in _OPEN_PAYMENT},
    **{(state, "other_payer"): Move(_P.OTHER_PAYER, "CC 523") for state in _OPEN_PAYMENT},
    **{(state, "not_arrived"): Move(_P.NOT_ARRIVED, "GL 7(3)") for state in _OPEN_PAYMENT},
    **{(state, "duplicate"): Move(_P.DUPLICATE, "CC 985") for state in _OPEN_PAYMENT},
    **{
        (state, "dispute"): Move(_P.DISPUTED, "GL 7(3)")
        for state in (_P.CLAIMED, _P.NOT_ARRIVED, _P.SHORT, _P.LATE, _P.DUPLICATE)
    },
    (_P.DISPUTED, "decide_short"): Move(_P.SHORT, "GL 7(3)"),
    (_P.DISPUTED, "decide_late"): Move(_P.LATE, "GL 7(3)"),
    (_P.DISPUTED, "decide_duplicate"): Move(_P.DUPLICATE, "GL 7(3)"),
    (_P.OTHER_PAYER, "confirm"): Move(_P.CONFIRMED, "CC 524"),
    (_P.OTHER_PAYER, "dispute"): Move(_P.DISPUTED, "CC 524"),
    (_P.LATE, "confirm"): Move(_P.CONFIRMED, "PL 51"),
    (_P.DISPUTED, "decide_paid"): Move(_P.CONFIRMED, "GL 7(3)"),
    (_P.DISPUTED, "decide_unpaid"): Move(_P.NOT_ARRIVED, "GL 7(3)"),
}
PAYMENT = Machine(PAYMENT_MOVES, start=_P.DUE)


class RefundState(StrEnum):
    """Money on its way back, to the account of origin only."""

    TO_REFUND = "to_refund"
    SENT = "sent"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    DROPPED = "dropped"


_R = RefundState
REFUND_MOVES: dict[tuple[RefundState, str], Move[RefundState]] = {
    (_R.TO_REFUND, "send"): Move(_R.SENT, "CC 985"),
    # whether it has to go back is asked: until that is decided nobody was enriched without a ground
    (_R.TO_REFUND, "drop"): Move(_R.DROPPED, "GL 7(3); CC 985"),
    (_R.SENT, "confirm"): Move(_R.CONFIRMED, "[ours]"),
    (_R.SENT, "dispute"): Move(_R.DISPUTED, "[ours]"),
    (_R.DISPUTED, "send"): Move(_R.SENT, "[ours]"),
    (_R.DISPUTED, "confirm"): Move(_R.CONFIRMED, "[ours]"),
    (_R.DISPUTED, "send_again"): Move(_R.TO_REFUND, "[ours]"),
}
REFUND = Machine(REFUND_MOVES, start=_R.TO_REFUND)


class RecordalState(StrEnum):
    """The filing of the license with CNIPA (IR 15, 87; GL 7)."""

    DUE = "due"
    FILED = "filed"
    RECORDED = "recorded"
    REFUSED = "refused"


_C = RecordalState
RECORDAL_MOVES: dict[tuple[RecordalState, str], Move[RecordalState]] = {
    (_C.DUE, "file"): Move(_C.FILED, "IR 15, 87"),
    (_C.DUE, "record"): Move(_C.RECORDED, "GL 7"),  # result typed without the day of filing
    (_C.FILED, "record"): Move(_C.RECORDED, "GL 7"),
    (_C.FILED, "refuse"): Move(_C.REFUSED, "GL 7"),
    (_C.REFUSED, "file"): Move(_C.FILED, "IR 15, 87"),
}
RECORDAL = Machine(RECORDAL_MOVES, start=_C.DUE)


class RegistrationState(StrEnum):
    """The registration of a contract as a technology contract (domain, registration section 7)."""

    DRAFT = "draft"
    READY = "ready"
    EXPORTED = "exported"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REGISTERED = "registered"
    CORRECTION = "correction"
    REFUSED = "refused"
    CHANGED = "changed"
    CANCELLED = "cancelled"


_G = RegistrationState
_MEASURES = "技术合同认定登记管理办法（2026）"
_AT_REGISTRAR = (
    _G.EXPORTED,
    _G.SUBMITTED,
    _G.ACCEPTED,
)  # results may come back before anybody typed the steps
REGISTRATION_MOVES: dict[tuple[RegistrationState, str], Move[RegistrationState]] = {
    (_G.DRAFT, "pass_checks"): Move(_G.READY, _MEASURES),
    (_G.READY, "fail_checks"): Move(_G.DRAFT, _MEASURES),
    (_G.READY, "export"): Move(_G.EXPORTED, "[ours]"),
    (_G.EXPORTED, "take_back"): Move(_G.DRAFT, "[ours]"),
    (_G.EXPORTED, "submit"): Move(_G.SUBMITTED, _MEASURES),
    (_G.EXPORTED, "accept"): Move(_G.ACCEPTED, _MEASURES),
    (_G.SUBMITTED, "accept"): Move(_G.ACCEPTED, _MEASURES),
    # what was asked for is handed in again without a new batch, or the registrar goes on by itself
    (_G.CORRECTION, "resubmit"): Move(_G.SUBMITTED, _MEASURES),
    (_G.CORRECTION, "accept"): Move(_G.ACCEPTED, _MEASURES),
    **{(state, "register"): Move(_G.REGISTERED, _MEASURES) for state in (*_AT_REGISTRAR, _G.CORRECTION)},
    **{(state, "correct"): Move(_G.CORRECTION, _MEASURES) for state in _AT_REGISTRAR},
    **{(state, "refuse"): Move(_G.REFUSED, _MEASURES) for state in (*_AT_REGISTRAR, _G.CORRECTION)},
    (_G.CORRECTION, "mend"): Move(_G.DRAFT, _MEASURES),
    (_G.REFUSED, "mend"): Move(_G.DRAFT, _MEASURES),
    **{(state, "change"): Move(_G.CHANGED, _MEASURES) for state in (_G.REGISTERED, _G.CHANGED)},
    **{(state, "cancel"): Move(_G.CANCELLED, _MEASURES) for state in (_G.REGISTERED, _G.CHANGED)},
}
REGISTRATION = Machine(REGISTRATION_MOVES, start=_G.DRAFT)
RESULT_VERBS = {
    "已受理": "accept",
    "已登记": "register",
    "补正": "correct",
    "不予登记": "refuse",
    "变更": "change",
    "注销": "cancel",
}
"""What a registrar's result list calls its outcomes (design: journeys 3.7)."""

REFUSAL_GROUNDS: Mapping[str, str] = {
    "1": N_("合同无效或者尚未生效"),
    "2": N_("不属于技术合同"),
    "3": N_("当事人、标的、价款或者使用费不明确"),
    "4": N_("缺少须有的批准"),
    "5": N_("合同名称与内容不符"),
    "6": N_("含有非法垄断技术、妨碍技术进步的条款"),
    "7": N_("证明材料缺少或者不足"),
    "8": N_("印章不全或者与书写的名称不一致"),
    "9": N_("其他"),
}
"""A registrar's grounds of refusal [second-hand, 2021]. Message ids."""

OBJECTION_GROUNDS: Mapping[str, str] = {
    "notice_not_from_person": N_("实施通知不是由所署名的人发出的"),
    "money_not_received": N_("没有收到款项"),
    "bar_existed": N_("当日存在不得实行开放许可的情形"),
    "foreign_party": N_("被许可方在境外或者港澳台地区"),
    "other_law": N_("违反其他法律、行政法规"),
}
"""The only grounds on which a holder may object; the venue decides (GL 6; design: journeys 1.3). Message
ids."""


class Arrival(StrEnum):
    """What an arrival of money means against a withdrawal or a bar."""

    IN_TIME = "in_time"
    TOO_LATE = "too_late"
    DECISION = "decision"


def arrival_decision(
    arrived: date | datetime, *, withdrawal_effective_on: date | None = None, bar_since: date | None = None
) -> Arrival:
    """The bank's day decides: earlier is in time, later too late, the same day a person decides (domain
    point 8)."""
    day = _day(arrived)
    cuts = [cut for cut in (withdrawal_effective_on, bar_since) if cut is not None]
    if any(day > cut for cut in cuts):
        return Arrival.TOO_LATE
    return Arrival.DECISION if day in cuts else Arrival.IN_TIME


def is_late(arrived: date | datetime, last_day: date) -> bool:
    """Whether money came after the last payment day; while the offer is open the holder's rule may still
    admit it."""
    return _day(arrived) > last_day


def compare(expected: Decimal, arrived: Decimal) -> PaymentState:
    """Short, over or exactly what was due. Amounts in yuan."""
    if arrived < expected:
        return PaymentState.SHORT
    return PaymentState.OVER if arrived > expected else PaymentState.CONFIRMED


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective:
    """When the license was obtained. `day_only`: the bank stated no time of day."""

    on: date
    at: datetime
    day_only: bool


def effective(noticed_at: datetime, arrived: date | datetime | None = None) -> Effective:
    """The later of notice and arrival as the bank states it, never the time of upload or confirmation (PL
    51; GL 6)."""
    if arrived is None:
        return Effective(on=legal_day(noticed_at), at=noticed_at, day_only=False)
    day_only = not isinstance(arrived, datetime)
    instant = arrived if isinstance(arrived, datetime) else datetime.combine(arrived, time(), SHANGHAI)
    if instant <= noticed_at:  # paid before the notice, or on its day without a time
        return Effective(on=legal_day(noticed_at), at=noticed_at, day_only=False)
    return Effective(on=_day(arrived), at=instant, day_only=day_only)


def recordal_due(effective_on: date) -> Due:
    """Last day to file with CNIPA: three months from effect (IR 15, 87), counted by IR 5."""
    return add_months_period(effective_on, 3)


def answer_due(claimed_on: date, days: int = 3) -> Due:
    """Until when the holder answers a claim; then the venue decides on the slip (GL 7(3)). Working days."""
    return add_working_days(claimed_on, days)


def refund_due(decided_on: date, days: int = 5) -> Due:
    """Until when money goes back. Working days [ours, a setting]."""
    return add_working_days(decided_on, days)


ANSWER_DAYS, EXPERT_DAYS = 7, 20
"""Working days a registrar has, without and with expert review [second-hand]; a registrar's own row wins."""


def registration_due(accepted_on: date, *, expert_review: bool = False, days: int = 0) -> Due:
    """When a registrar's answer is expected, counted in working days; `days` as the registrar has them."""
    return add_working_days(accepted_on, days or (EXPERT_DAYS if expert_review else ANSWER_DAYS))


RENEWAL_DAYS = 60


def renewal_from(last_day: date) -> date:
    """From when the same licensee may take the offer again for the time after its license ends [ours]."""
    return last_day - timedelta(days=RENEWAL_DAYS)


def needs_manual_review(*, licensor_abroad: bool, licensee_abroad: bool) -> str:
    """`export`, `import` or nothing. Abroad counts Hong Kong, Macau and Taiwan (GL 6; TIE): never
    effective by itself."""
    if licensee_abroad:
        return "export"
    return "import" if licensor_abroad else ""


CONTRACT_TITLES_EN = {
    Track.STATUTORY: "Patent Open License Contract (Confirmation)",
    Track.LOCAL: "Patent License Contract (Ordinary License)",
}


def contract_title(track: str) -> str:
    """The title says what the contract is: name and content must agree (refusal ground 5)."""
    if track == Track.STATUTORY:
        return "专利开放许可实施合同（确认书）"
    return "专利实施许可合同（普通许可）"


def project_name(track: str, titles: list[tuple[str, str]]) -> str:
    """项目名称 of the registration form from (title, patent number) pairs; the first stands for several."""
    head = "专利开放许可：" if track == Track.STATUTORY else "专利实施许可（普通许可）："
    title, number = titles[0]
    more = f" 等 {len(titles)} 件" if len(titles) > 1 else ""
    return f"{head}{title}（{number}）{more}"


REFERENCE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUVWXY"
"""32 characters without I, O, S, Z, so that a reference copied by hand into a remark field stays itself."""
_READ_AS = str.maketrans("IOSZ", "1052")


def reference_code(random: bytes) -> str:
    """Payment reference: seven characters of the first 35 of at least 40 random bits, and a check
    character."""
    if len(random) < 5:
        raise ValueError("five random bytes at least")
    number = int.from_bytes(random[:5], "big") >> 5
    body = "".join(REFERENCE_ALPHABET[number >> 5 * place & 31] for place in range(6, -1, -1))
    return body + _reference_check(body)


def check_reference(text: str, *, field: str = "reference") -> str:
    """The reference a person typed, in its one spelling. Refuses: reference_form, reference_check."""
    plain = unicodedata.normalize("NFKC", text).upper()
    plain = "".join(c for c in plain if not c.isspace() and c != "-").translate(_READ_AS)
    if len(plain) != 8 or any(c not in REFERENCE_ALPHABET for c in plain):
        raise Refused("reference_form", field)
    if plain[7] != _reference_check(plain[:7]):
        raise Refused("reference_check", field)
    return plain


def _reference_check(body: str) -> str:
    """Weighted sum over GF(32) with weights 2, 4, 8 …: finds every wrong character and every swap of two."""
    total = 0
    for character in body:
        total = _double(total ^ REFERENCE_ALPHABET.index(character))
    return REFERENCE_ALPHABET[total]


def _double(value: int) -> int:
    """Times x modulo x⁵ + x² + 1, which is primitive: the eight places have eight different weights."""
    return (value << 1) ^ (0b100101 if value & 0b10000 else 0)


def _day(arrived: date | datetime) -> date:
    return legal_day(arrived) if isinstance(arrived, datetime) else arrived
