"""What is due after a notice and after a license, for whom and until when (journeys 3.9). Days of this
licensee, from the record.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from registry.contracts import dues, rules
from registry.contracts.debts import DueState
from registry.contracts.models import Acceptance
from registry.contracts.rules import AcceptanceState
from registry.contracts.stamping import StampState
from registry.licenses.draft import Handover

LICENSEE, HOLDER, BOTH = "licensee", "holder", "both"
WAITING = (AcceptanceState.AWAITING_PAYMENT, AcceptanceState.CLAIMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One thing to do. `day` None: as soon as possible; `article` what it rests on; `amount` yuan where
    money is due.
    """

    code: str
    who: str
    day: date | None = None
    done: bool = False
    article: str = ""
    amount: Decimal | None = None
    period: tuple[date, date] | None = None
    due: str = ""


def of(acceptance: Acceptance) -> list[Duty]:
    """The duties of one acceptance, undated ones first, then by day; none once its data were erased."""
    if acceptance.contract.erased_at is not None:
        return []
    found = list(_before(acceptance)) if acceptance.effective_on is None else list(_after(acceptance))
    return sorted(found, key=lambda duty: (duty.done, duty.day is not None, duty.day or date.max))


def of_side(acceptance: Acceptance, side: str) -> list[Duty]:
    """The duties one side has to look at."""
    return [duty for duty in of(acceptance) if duty.who in (side, BOTH)]


def _before(acceptance: Acceptance) -> Iterator[Duty]:
    if acceptance.state not in WAITING:
        return
    paid = acceptance.state == AcceptanceState.CLAIMED
    yield Duty(
        code="pay",
        who=LICENSEE,
        day=acceptance.pay_by,
        done=paid,
        article="PL 51",
        amount=acceptance.amount_due,
    )
    if paid:
        due = acceptance.payments[-1].answer_due if acceptance.payments else None
        yield Duty(code="confirm", who=HOLDER, day=due, article="GL 7(3)")


def _after(acceptance: Acceptance) -> Iterator[Duty]:
    assert acceptance.effective_on is not None
    contract = acceptance.contract
    if acceptance.state != AcceptanceState.EFFECTIVE:
        return
    yield Duty(
        code="recordal",
        who=_recordal_by(acceptance),
        day=rules.recordal_due(acceptance.effective_on).day,
        done=contract.recordal_state in ("filed", "recorded"),
        article="IR 15, 87; IR 5",
    )
    if contract.licensee.evidence_upload is None:
        yield Duty(code="evidence", who=LICENSEE, article="GL 7(4)")
    if acceptance.venue.stamp_track == "stamped_original":
        stamped = contract.stamp in (StampState.COMPLETE, StampState.CHECKED)
        yield Duty(code="stamp", who=BOTH, done=stamped, article="CC 490")
    if _handed_over(acceptance) not in ("", Handover.PUBLISHED_ONLY):
        yield Duty(code="handover", who=HOLDER, article="CC 866")
    yield from _money(acceptance)
    paid_to = acceptance.declaration.patent.annuity_paid_to
    if paid_to is not None and acceptance.last_day is not None and paid_to < acceptance.last_day:
        yield Duty(code="annuity", who=HOLDER, day=paid_to, article="SPC 26")
    yield Duty(code="end", who=BOTH, day=acceptance.last_day, article="CC 557")


def _money(acceptance: Acceptance) -> Iterator[Duty]:
    """What falls due later; the part due at the start has been paid, or the license would not be."""
    for debt in dues.later(acceptance):
        if debt.state is DueState.WAIVED:
            continue
        yield Duty(
            code=str(debt.kind),
            who=LICENSEE,
            day=debt.report_by if debt.state is DueState.UNREPORTED else debt.due_on,
            done=debt.state is DueState.PAID,
            article="CC 846, 847",
            amount=debt.amount,
            period=debt.period,
            due=debt.key,
        )


def _recordal_by(acceptance: Acceptance) -> str:
    by = acceptance.record["declaration"]["answers"].get("filing", {}).get("recordal_by", "")
    return {"holder": HOLDER, "licensee": LICENSEE}.get(by, BOTH)


def _handed_over(acceptance: Acceptance) -> str:
    """What the declaration promises beyond the published text."""
    answers = acceptance.record["declaration"]["answers"]
    return str(answers.get("materials", {}).get("handover") or "")
