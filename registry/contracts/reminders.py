"""Reminders of what is due: seven days before, on the day, and twice after (design: journeys 3.9).

A row for each duty and distance is written in the transaction that writes the letters, so that several
workers, a retry or a crash never write twice. A person can switch reminders off; notices of default reach it
all the same, for they are a party's letters and not ours.
"""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.exc import IntegrityError

from registry import clock, history, money
from registry.contracts import duties, duty_marks, register
from registry.contracts.duties import Duty
from registry.contracts.duty_models import Reminder, ReminderChoice
from registry.contracts.models import Acceptance
from registry.contracts.performance import OFFSETS, reminder_due
from registry.contracts.words import said
from registry.database import db, new_id
from registry.jobs import Job, enqueue
from registry.parties import mail
from registry.parties.models import Account
from registry.parties.permissions import allow
from registry.parties.rules import CLOCK, Actor

JOB = "duties.remind"
PAGE = 200
OF_CODE = {"end": (-7, 0), "renewal": (0,)}
"""Nobody is late with an end: two of the distances at most."""
SILENT = ("pay", "confirm", "evidence", "answer_report", "answer_question", "receipt")
"""What has letters of its own, or no day."""


def start() -> bool:
    """Queue the night's round, once a legal day."""
    today = select(Job.created_at).where(Job.name == JOB).order_by(Job.created_at.desc()).limit(1)
    last = db.session.scalar(today)
    if last is not None and clock.legal_day(last) >= clock.today():
        return False
    enqueue(JOB, {})
    return True


def due() -> Iterator[tuple[UUID, str, int]]:
    """What has to be written today: acceptance, duty, distance. Reads in pages; writes nothing."""
    last: UUID | None = None
    while found := _page(last):
        last = found[-1].id
        marks, sent = duty_marks.of(found), _sent([one.id for one in found])
        for one in found:
            for duty in duties.of(one, marks[one.id]):
                offset = _offset(duty, sent.get((one.id, duty.key), ()))
                if offset is not None:
                    yield one.id, duty.key, offset
        db.session.rollback()


def send(acceptance_id: UUID, key: str) -> int:
    """Write the reminder of one duty that is due now. Returns how many letters; 0 when it was written
    before.
    """
    acceptance = register.lock(acceptance_id)
    allow(CLOCK, "acceptance.lapse", acceptance)
    duty = duties.find(acceptance, key)
    offset = _offset(duty, _sent([acceptance_id]).get((acceptance_id, key), ())) if duty else None
    if duty is None or offset is None or duty.day is None:
        return 0
    row = Reminder(
        id=new_id(),
        acceptance_id=acceptance_id,
        key=key,
        days=offset,
        due_on=duty.day,
        letters=0,
        sent_at=clock.now(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        return 0  # another worker was first
    row.letters = sum(_write(acceptance, duty, side, offset) for side in _sides(duty))
    history.record(CLOCK, "remind", acceptance, changes={"fields": [key], "size": row.letters})
    return row.letters


def of_acceptance(acceptance: Acceptance) -> list[Reminder]:
    """What was written about a license, oldest first."""
    query = select(Reminder).where(Reminder.acceptance_id == acceptance.id)
    return list(db.session.scalars(query.order_by(Reminder.sent_at)))


def wanted(actor: Actor) -> bool:
    """Whether the actor's account gets reminders."""
    return db.session.get(ReminderChoice, actor.account_id) is None


def choose(actor: Actor, *, on: bool) -> None:
    """Switch an account's reminders on or off."""
    row = db.session.get(ReminderChoice, actor.account_id)
    if on and row is not None:
        db.session.delete(row)
    if not on and row is None and actor.account_id is not None:
        db.session.add(ReminderChoice(account_id=actor.account_id, off_at=clock.now()))


def _page(after: UUID | None) -> list[Acceptance]:
    given = Acceptance.effective_on.is_not(None)
    condition = given if after is None else and_(given, Acceptance.id > after)
    return list(duty_marks.licenses(condition, order=Acceptance.id, limit=PAGE))


def _sent(ids: list[UUID]) -> dict[tuple[UUID, str], list[int]]:
    query = select(Reminder.acceptance_id, Reminder.key, Reminder.days)
    found: dict[tuple[UUID, str], list[int]] = {}
    for acceptance_id, key, days in db.session.execute(query.where(Reminder.acceptance_id.in_(ids))):
        found.setdefault((acceptance_id, key), []).append(days)
    return found


def _offset(duty: Duty, sent: list[int] | tuple[int, ...]) -> int | None:
    if duty.done or duty.day is None or duty.code in SILENT:
        return None
    offsets = OF_CODE.get(duty.code, OFFSETS)
    return reminder_due(duty.day, clock.today(), sent, offsets=offsets)


def _sides(duty: Duty) -> tuple[str, ...]:
    return register.BOTH if duty.who == duties.BOTH else (duty.who,)


def _write(acceptance: Acceptance, duty: Duty, side: str, offset: int) -> int:
    organisation_id = acceptance.licensee_id if side == register.LICENSEE else acceptance.holder_id
    off = _off()
    readers = [one for one in mail.members(organisation_id) if one.address.lower() not in off]
    for one in readers:
        mail.write(
            one,
            "duty_reminder",
            acceptance=acceptance,
            contract=acceptance.contract,
            patent=acceptance.declaration.patent,
            duty=duty,
            name=said(duty.code, "duty"),
            amount=money.yuan(duty.amount) if duty.amount else "",
            offset=offset,
        )
    return len(readers)


def _off() -> set[str]:
    query = select(func.lower(Account.email)).join(ReminderChoice, ReminderChoice.account_id == Account.id)
    return set(db.session.scalars(query))
