"""Powers of attorney (委托代理): what an agent may do for whom, over which patents, until when (CC 161-175).

A power only lends what the principal's own people may do: what it does not name is refused, whoever asks. An
agent reads what the power is about; it never changes the account money goes to, the principal's people, its
keys or its papers of identity.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from registry.states import Machine, Move
from registry.text import N_

LONGEST_YEARS = 5
WARNED = (30, 7)
"""So many days before its last one both sides are reminded of a power."""
MOST_PATENTS = 300


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


class Matter(StrEnum):
    """What a power is for (CC 165: the matters and the scope of the agency)."""

    DECLARE = "declare"
    WITHDRAW = "withdraw"
    ACCEPT = "accept"
    CONFIRM = "confirm"
    REGISTER = "register"
    ANSWER = "answer"


NAMES: Mapping[str, str] = {
    "declare": N_("录入专利，起草、签署并提交开放许可声明"),
    "withdraw": N_("撤回声明"),
    "accept": N_("签署实施通知，报告付款"),
    "confirm": N_("核对并确认到账的使用费"),
    "register": N_("提交登记材料，记录许可备案"),
    "answer": N_("提出异议，答复报告，交付资料，催告"),
}
"""Message ids."""
PRINTED: Mapping[str, str] = {
    "declare": "录入专利，起草、签署并提交开放许可声明；",
    "withdraw": "撤回开放许可声明；",
    "accept": "签署专利实施通知，报告使用费的支付；",
    "confirm": "核对并确认到账的使用费；",
    "register": "提交技术合同登记材料，记录专利实施许可备案；",
    "answer": "提出异议，答复使用情况报告，交付资料，发出和答复催告；",
}
"""The same as the paper prints it: Chinese alone, for it is signed."""

_BY_MATTER: Mapping[Matter, str] = {
    Matter.DECLARE: "patent.add patent.edit declaration.draft declaration.sign approval.ask",
    Matter.WITHDRAW: "declaration.withdraw approval.ask",
    Matter.ACCEPT: "acceptance.draft acceptance.send payment.claim payment.ask invoice.ask approval.ask",
    Matter.CONFIRM: "payment.confirm",
    Matter.REGISTER: "contract.attach recordal.record",
    Matter.ANSWER: """acceptance.object acceptance.meet royalty.ask royalty.answer default.notice
        handover.record handover.answer""",
}
OF_MATTER: Mapping[str, frozenset[str]] = {
    matter: _words(verbs) for matter, verbs in _BY_MATTER.items()
}
READING = _words(
    """upload.add upload.view patent.view declaration.view acceptance.view contract.view account.view
    checkout.view power.view"""
)
"""What every agent may do: see what its power is about, and bring files to it."""
WHEREVER = frozenset({"upload.add", "upload.view", "power.view", "approval.ask"})
"""About no patent of their own: a power over some patents carries them too."""
DEALING = frozenset({Matter.DECLARE, Matter.WITHDRAW, Matter.ACCEPT, Matter.CONFIRM, Matter.ANSWER})
"""Where the two sides of a license face each other (CC 168). Papers for its registration serve both."""


class PowerState(StrEnum):
    """How far a power has come."""

    DRAFTED = "drafted"
    OFFERED = "offered"  # signed by the principal; the agent has not answered
    ACTIVE = "active"
    DROPPED = "dropped"  # never signed
    DECLINED = "declined"
    REVOKED = "revoked"  # by the principal
    RENOUNCED = "renounced"  # by the agent
    EXPIRED = "expired"


_S = PowerState
POWER = Machine(
    {
        (_S.DRAFTED, "grant"): Move(_S.OFFERED, "CC 165"),
        (_S.DRAFTED, "drop"): Move(_S.DROPPED, "[ours]"),
        (_S.OFFERED, "accept"): Move(_S.ACTIVE, "CC 919"),
        (_S.OFFERED, "decline"): Move(_S.DECLINED, "CC 919"),
        (_S.OFFERED, "revoke"): Move(_S.REVOKED, "CC 173(2)"),
        (_S.OFFERED, "expire"): Move(_S.EXPIRED, "CC 173(1)"),
        (_S.ACTIVE, "revoke"): Move(_S.REVOKED, "CC 173(2)"),
        (_S.ACTIVE, "renounce"): Move(_S.RENOUNCED, "CC 173(2)"),
        (_S.ACTIVE, "expire"): Move(_S.EXPIRED, "CC 173(1)"),
    },
    start=_S.DRAFTED,
)
GROUNDS: Mapping[str, str] = {
    "decline": "declined", "revoke": "revoked", "renounce": "renounced", "expire": "expired",
}  # fmt: skip
"""What the filing of a power's end says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """A power in hand: who acts for whom under what. `digest` is its filing's envelope, in hex."""

    id: UUID
    number: str
    digest: str
    principal_id: UUID
    principal_name: str = ""
    agent_id: UUID
    agent_name: str
    matters: frozenset[str]
    patents: frozenset[str] | None  # None: all of the principal's
    own_side: bool = False  # the principal agrees that the agent deals with itself (CC 168)
    both_sides: bool = False  # and that it acts for the other side too


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """An internal unit whose people act for its legal person (CC 61, 170)."""

    id: UUID
    name: str


_OF_UNITS = _words("royalty.report acceptance.correct acceptance.ask contract.correct bar.acknowledge")
"""Acts a unit has under `answer`, which no agent does."""
_DRAFTS = _words("patent.add patent.edit declaration.draft acceptance.draft approval.ask")
UNIT_NEVER = _words("account.change account.approve power.grant power.answer power.end approval.answer")
"""What a unit's people never do: it would move money elsewhere, or widen what they may."""


def binds(verb: str) -> bool:
    """Whether a verb binds the legal person, so that a unit needs authority for it. Drafts bind nobody."""
    return verb in _OF_UNITS or (verb not in _DRAFTS and any(verb in named for named in OF_MATTER.values()))


def unit_may(matters: Collection[str], verb: str) -> bool:
    """Whether an authority over these matters carries a binding verb."""
    if verb in _OF_UNITS:
        return Matter.ANSWER in matters
    return any(verb in OF_MATTER[one] for one in matters)


def covers(power: Power, verb: str, numbers: Collection[str] | None) -> bool:
    """Whether a power carries a verb towards something about these patents; None: about none in particular.

    An agent for some patents only does nothing that is not about those alone.
    """
    carried = verb in READING or any(verb in OF_MATTER.get(matter, ()) for matter in power.matters)
    if not carried:
        return False
    if power.patents is None or verb in WHEREVER:
        return True
    return bool(numbers) and set(numbers or ()) <= power.patents


def deals(verb: str) -> bool:
    """Whether a verb is one side's act towards the other (CC 168)."""
    return any(verb in OF_MATTER[matter] for matter in DEALING) and verb != "approval.ask"


def stands(state: str, first: date, last: date, *, today: date) -> bool:
    """Whether a power holds on a day; both its days count (CC 173(1))."""
    return state == PowerState.ACTIVE and first <= today <= last


def ending_due(last: date, *, since: date, warned: int | None, today: date) -> int | None:
    """Which reminder of a power's last day is due, by its distance in days; None where none is, or a power
    was too short for one. `since`: the day it was taken on; `warned`: the nearest that was written.
    """
    due = [one for one in WARNED if since < last - timedelta(days=one) <= today <= last]
    nearest = min(due, default=None)
    return None if nearest is None or (warned is not None and warned <= nearest) else nearest


def stated(role: str, power: Power | None) -> str:
    """The role a statement is made in: an agent's says so, and under which power.

    What a licensee states names no power in the open: one digest would tell all the licenses somebody took.
    There the committed record names it.
    """
    if power is None:
        return role
    return f"{role} by agent" if role == "licensee" else f"{role} by agent {power.digest}"


def named(power: Power) -> dict[str, str]:
    """An agent as records keep and papers print it."""
    return {"name": power.agent_name, "number": power.number, "digest": power.digest}


def written(matters: Iterable[str]) -> list[str]:
    """Matters in our order, each once."""
    wanted = set(matters)
    return [str(one) for one in Matter if one in wanted]


# --- where an agent comes in -------------------------------------------------------------------------

OWN_DOORS = _words(
    "account addresses choices events factors inbox kept outside parties passkeys phones powers proofs"
)
"""An agent's person is still somebody with an account of their own."""
THINGS = _words(
    """approvals batch_acts breaches checkout conditions consents contracts declaration_batches doubts dues
    invoices joint licenses papers patent_state patents payments recordal_pack registration royalties signing
    stamps withdrawals"""
)
"""Doors to one thing each: what it is about stands in the address, and `allow` is asked about it."""
LISTS = _words(
    """approvals.ask checkout.ask checkout.draft declaration_batches.bring declaration_batches.index
    licenses.index licenses.start patents.add patents.index patents.new payments.acceptances
    payments.of_holder registration.mine"""
)
"""Lists narrowed to what the power is about, and what begins something."""
MACHINES = _words(
    """basket-api contracts-api declaration-batches-api declarations-api joint-api patents-api powers-api
    royalties-api"""
)
"""Where an agent's machine comes in, all of whose doors ask `allow`; and single ones beside them."""
MACHINES_TOO = _words(
    """approvals-api.ask approvals-api.drop approvals-api.index approvals-api.show parties-api.bring_file
    parties-api.me withdrawals-api.file withdrawals-api.prepare withdrawals-api.show"""
)


def comes_in(endpoint: str, *, about_one: bool) -> bool:
    """Whether an agent comes in at this door at all. What is not named here is closed to agents."""
    door = endpoint.partition(".")[0]
    if door in MACHINES or endpoint in MACHINES_TOO:
        return True
    return door in OWN_DOORS or endpoint in LISTS or (door in THINGS and about_one)
