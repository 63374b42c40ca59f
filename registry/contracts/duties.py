"""What is due after a notice and after a license, for whom and until when (journeys 3.9). Days of this
licensee, from the record; done marks from what was filed since.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from registry import clock
from registry.contracts import dues, duty_marks, performance, royalty_reports, rules
from registry.contracts import duty_acts as acts
from registry.contracts import record as records
from registry.contracts.debts import DueState
from registry.contracts.duty_marks import Marks
from registry.contracts.duty_models import RoyaltyReport
from registry.contracts.handovers import promised
from registry.contracts.models import Acceptance
from registry.contracts.performance import HandoverState, ReportState
from registry.contracts.rules import AcceptanceState
from registry.contracts.stamping import StampState

LICENSEE, HOLDER, BOTH = "licensee", "holder", "both"
WAITING = (AcceptanceState.AWAITING_PAYMENT, AcceptanceState.CLAIMED)
GIVEN = (AcceptanceState.EFFECTIVE, AcceptanceState.EXPIRED, AcceptanceState.TERMINATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One thing to do. `key` names it for ever within its license; `day` None: as soon as possible;
    `article` what it rests on; `amount` yuan where money is due. An `event` is nothing anybody can be late
    with; a `soft` day is this platform's, not the contract's.
    """

    code: str
    who: str
    key: str = ""
    day: date | None = None
    done: bool = False
    article: str = ""
    amount: Decimal | None = None
    period: tuple[date, date] | None = None
    due: str = ""
    event: bool = False
    soft: bool = False

    def late(self, today: date | None = None) -> bool:
        over = self.day is not None and self.day < (today or clock.today())
        return over and not self.done and not self.event


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A duty with the license it belongs to and the side of the reader."""

    duty: Duty
    acceptance: Acceptance
    side: str


def of(acceptance: Acceptance, marks: Marks | None = None) -> list[Duty]:
    """The duties of one acceptance, undated ones first, then by day; none once its data were erased."""
    if acceptance.contract.erased_at is not None:
        return []
    if acceptance.effective_on is None:
        found = list(_before(acceptance))
    else:
        found = list(_after(acceptance, marks or duty_marks.of([acceptance])[acceptance.id]))
    return sorted(found, key=lambda duty: (duty.done, duty.day is not None, duty.day or date.max))


def of_side(acceptance: Acceptance, side: str, marks: Marks | None = None) -> list[Duty]:
    """The duties one side has to look at."""
    return [duty for duty in of(acceptance, marks) if duty.who in (side, BOTH)]


def find(acceptance: Acceptance, key: str) -> Duty | None:
    """A duty by its key."""
    return next((duty for duty in of(acceptance) if duty.key == key), None)


def of_many(acceptances: Iterable[Acceptance], side: str) -> list[Listed]:
    """The duties of one side over many licenses, with a fixed number of queries for their marks."""
    wanted = list(acceptances)
    marks = duty_marks.of(wanted)
    return [
        Listed(duty=duty, acceptance=one, side=side)
        for one in wanted
        for duty in of_side(one, side, marks[one.id])
    ]


def next_of(found: Iterable[Duty], today: date | None = None) -> Duty | None:
    """What comes next: the earliest day that is not done; an event only while it lies ahead."""
    now = today or clock.today()
    waiting = [
        duty
        for duty in found
        if not duty.done and duty.day is not None and not (duty.event and duty.day < now)
    ]
    return min(waiting, key=lambda duty: duty.day or date.max) if waiting else None


def _before(acceptance: Acceptance) -> Iterator[Duty]:
    if acceptance.state not in WAITING:
        return
    paid = acceptance.state == AcceptanceState.CLAIMED
    yield Duty(
        code="pay",
        key="start",
        who=LICENSEE,
        day=acceptance.pay_by,
        done=paid,
        article="PL 51",
        amount=acceptance.amount_due,
    )
    if paid:
        due = acceptance.payments[-1].answer_due if acceptance.payments else None
        yield Duty(code="confirm", key="confirm", who=HOLDER, day=due, article="GL 7(3)")


def _after(acceptance: Acceptance, marks: Marks) -> Iterator[Duty]:
    if acceptance.state not in GIVEN:
        return
    if acceptance.state == AcceptanceState.EFFECTIVE:
        yield from _at_once(acceptance, marks)
        yield from _lasting(acceptance)
    yield from _reports(acceptance)
    yield from _money(acceptance)
    yield from _quarrels(acceptance, marks)


def _at_once(acceptance: Acceptance, marks: Marks) -> Iterator[Duty]:
    """What follows from the license itself."""
    assert acceptance.effective_on is not None
    contract = acceptance.contract
    yield Duty(
        code="recordal",
        key="recordal",
        who=_recordal_by(acceptance),
        day=rules.recordal_due(acceptance.effective_on).day,
        done=contract.recordal_state in ("filed", "recorded"),
        article="IR 15, 87; IR 5",
    )
    if contract.licensee.evidence_upload is None:
        yield Duty(code="evidence", key="evidence", who=LICENSEE, article="GL 7(4)")
    soon = acceptance.effective_on + timedelta(days=performance.SOON_DAYS)
    if acceptance.venue.stamp_track == "stamped_original":
        stamped = contract.stamp in (StampState.COMPLETE, StampState.CHECKED)
        yield Duty(code="stamp", key="stamp", who=BOTH, day=soon, done=stamped, article="CC 490", soft=True)
    if promised(acceptance):
        yield from _handover(marks, soon)


def _handover(marks: Marks, soon: date) -> Iterator[Duty]:
    """The holder hands over, the licensee gives the receipt; done when the receipt is there."""
    states = [one.state for one in marks.handovers]
    confirmed = HandoverState.CONFIRMED in states
    waits = bool(states) and states[-1] == HandoverState.RECORDED
    yield Duty(
        code="handover",
        key="handover",
        who=HOLDER,
        day=soon,
        done=confirmed or waits,
        article="CC 866",
        soft=True,
    )
    if waits and not confirmed:
        yield Duty(code="receipt", key="receipt", who=LICENSEE, article="CC 866")


def _lasting(acceptance: Acceptance) -> Iterator[Duty]:
    """What keeps the license alive, and its end."""
    assert acceptance.last_day is not None
    paid_to = acceptance.declaration.patent.annuity_paid_to
    if paid_to is not None and paid_to < acceptance.last_day:
        yield Duty(code="annuity", key=f"annuity:{paid_to:%Y%m%d}", who=HOLDER, day=paid_to, article="SPC 26")
    opens = rules.renewal_from(acceptance.last_day)
    yield Duty(code="renewal", key="renewal", who=LICENSEE, day=opens, article="[ours]", event=True)
    yield Duty(code="end", key="end", who=BOTH, day=acceptance.last_day, article="CC 557", event=True)


def _reports(acceptance: Acceptance) -> Iterator[Duty]:
    if records.fee_of(acceptance.record).royalty is None:
        return
    reported = royalty_reports.newest(acceptance)
    for due in royalty_reports.periods(acceptance):
        report = reported.get(due.number)
        assert due.period_first is not None
        assert due.period_last is not None
        yield Duty(
            code="report",
            key=f"report:{due.number}",
            who=LICENSEE,
            day=due.report_by,
            done=report is not None,
            article="CC 846",
            period=(due.period_first, due.period_last),
        )
        if report is not None:
            yield from _answers(report)


def _answers(report: RoyaltyReport) -> Iterator[Duty]:
    """Whose turn it is about a report."""
    period = (report.period_first, report.period_last)
    if report.state == ReportState.REPORTED:
        key = f"answer_report:{report.number}"
        yield Duty(code="answer_report", key=key, who=HOLDER, article="CC 846", period=period)
    if report.state == ReportState.ASKED:
        key = f"answer_question:{report.number}"
        yield Duty(code="answer_question", key=key, who=LICENSEE, article="CC 509", period=period)


def _quarrels(acceptance: Acceptance, marks: Marks) -> Iterator[Duty]:
    """Time to perform after a notice of default, and answers to an ending."""
    for notice in marks.notices:
        who = acts.other(notice.side)
        yield Duty(code="cure", key=f"cure:{notice.key}", who=who, day=notice.cure_by, article="CC 563(3)")
    for ending in marks.endings:
        who = acts.other(ending.side)
        yield Duty(
            code="answer_ending",
            key="answer_ending",
            who=who,
            day=ending.answer_by,
            article="CC 565",
            soft=True,
        )


def _money(acceptance: Acceptance) -> Iterator[Duty]:
    """What falls due later; the part due at the start has been paid, or the license would not be.

    The day of a royalty is the day of payment; its report is a duty of its own.
    """
    for debt in dues.later(acceptance):
        if debt.state is DueState.WAIVED:
            continue
        yield Duty(
            code=str(debt.kind),
            who=LICENSEE,
            key=debt.key,
            day=debt.due_on,
            done=debt.state is DueState.PAID,
            article="CC 846, 847",
            amount=debt.amount,
            period=debt.period,
            due=debt.key,
        )


def _recordal_by(acceptance: Acceptance) -> str:
    by = acceptance.record["declaration"]["answers"].get("filing", {}).get("recordal_by", "")
    return {"holder": HOLDER, "licensee": LICENSEE}.get(by, BOTH)
