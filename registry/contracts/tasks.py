"""What is done later: the log's head signed, letters written, late withdrawals looked at, the clock's
hourly round.
"""

import time
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry import history
from registry.contracts import (
    decisions,
    desk,
    duty_printing,
    letters,
    made_files,
    must_withdraw,
    positions,
    printing,
    register,
    reminders,
    result_lists,
    uploads,
    venue_desk,
)
from registry.contracts import service as contracts
from registry.contracts.models import Acceptance, Contract
from registry.contracts.money_tasks import money_round
from registry.database import db, transaction
from registry.jobs import Job, each, enqueue, handler
from registry.ledger import service as ledger
from registry.licenses import batches
from registry.licenses import register as offers
from registry.licenses.withdrawals import OPEN_CLAIMS
from registry.parties import ceremonies, kept_forms, sign_ins
from registry.parties.models import Venue
from registry.parties.rules import CLOCK

TICK = "contracts.tick"
EVERY = timedelta(hours=1)
POSITIONS = "contracts.positions"
SLICE = 60.0  # seconds
SUBJECTS: Mapping[str, type[Acceptance] | type[Contract]] = {"acceptance": Acceptance, "contract": Contract}
REGISTERED = (uploads, printing, duty_printing, desk, venue_desk)
"""Imported for what they register: who may look at files, the printing job, the desk's cards."""

if decisions.has_open_claim not in OPEN_CLAIMS:
    OPEN_CLAIMS.append(decisions.has_open_claim)


@handler("ledger.publish")
def publish(_: Mapping[str, Any]) -> None:
    """Sign the log's head; does nothing where it is signed already."""
    ledger.publish_checkpoint()


@handler("contracts.tell")
def tell(payload: Mapping[str, Any]) -> None:
    """Write one letter to the sides of a license; the history row keeps a second run from writing it again.
    """
    kind, subject_id = payload["subject"]

    def work() -> None:
        subject: Any = db.session.get_one(SUBJECTS[kind], UUID(subject_id), with_for_update=True)
        if any(row.changes.get("key") == payload["key"] for row in history.of(subject)):
            return
        letters.write(subject, payload["letter"], sides=payload["sides"], about=payload["about"])
        changes = {"key": payload["key"], "letter": payload["letter"], "sides": payload["sides"]}
        history.record(CLOCK, "tell", subject, changes=changes)

    transaction(work)


@handler("contracts.results")
def results(payload: Mapping[str, Any]) -> None:
    """Write what is left of a list of results, some rows a transaction; a second run finds what is left."""
    while transaction(lambda: result_lists.write_rows(UUID(payload["import"]), limit=result_lists.AT_ONCE)):
        db.session.expunge_all()  # thousands of contracts need not stay in memory


@handler(POSITIONS, sliced=True)
def look(payload: Mapping[str, Any]) -> None:
    """Look at contracts that have moved, then at those nobody looked at today; asks for the rest."""
    stop = time.monotonic() + SLICE
    for venue_id in db.session.scalars(select(Venue.id).order_by(Venue.id)).all():
        while transaction(lambda one=venue_id: positions.bring_up(one) or positions.look_again(one)):  # type: ignore[misc]
            db.session.expunge_all()
            if time.monotonic() > stop:
                transaction(lambda: enqueue(POSITIONS, payload))
                return


@handler("contracts.after_withdrawal")
def after_withdrawal(payload: Mapping[str, Any]) -> None:
    """Put what became effective on or after a withdrawal's day before the venue."""
    transaction(lambda: decisions.after_withdrawal(UUID(payload["declaration"])))


@handler("contracts.must_withdraw")
def bar_arose(payload: Mapping[str, Any]) -> None:
    """Tell the licensees of an offer what a bar that arose means for them."""
    transaction(
        lambda: must_withdraw.tell_licensees(
            UUID(payload["declaration"]),
            ground=payload["ground"],
            since=date.fromisoformat(payload["since"]),
            words=payload["words"],
        )
    )


@handler(TICK)
def tick(_: Mapping[str, Any]) -> None:
    """The clock's round: offers close, unpaid notices lapse, licenses end. The next round is asked for
    first.
    """
    transaction(lambda: start_clock(after=EVERY))
    works: list[Callable[[], object]] = [
        partial(enqueue, "exports.look", {}),  # what is in order may have run out overnight
        partial(enqueue, POSITIONS, {}),
        partial(enqueue, "demand.round", {}),
        partial(enqueue, "catalogue.alerts", {}),
        partial(enqueue, "hooks.round", {}),
        partial(enqueue, "mail.round", {}),  # digests, letters nobody has a job for
        ledger.ask_outside,  # before what may be paused until they answer
        offers.expire_due,
        *(partial(contracts.lapse, one) for one in contracts.due_to_lapse()),
        contracts.end_due,
        partial(result_lists.forget, register.settings().statement_days),
        kept_forms.sweep,
        ceremonies.sweep,
        sign_ins.sweep,
        partial(batches.forget, register.settings().statement_days),
        reminders.start,
    ]
    each((*(partial(transaction, work) for work in works), made_files.sweep, money_round))


@handler(reminders.JOB)
def remind(_: Mapping[str, Any]) -> None:
    """The night's reminders, each in a transaction of its own; a second run writes only what is missing."""
    for acceptance_id, key, _offset in list(reminders.due()):
        transaction(lambda found=acceptance_id, name=key: reminders.send(found, name))  # type: ignore[misc]


def catch_up() -> None:
    """What the worker asks for when it starts: a round of the clock, and the head signed.

    The worker before may have died between a commit and its signature: the lease it left would keep the
    head unpublished for minutes, where a minute is promised.
    """
    start_clock()
    enqueue("ledger.publish", {})


def start_clock(*, after: timedelta | None = None) -> bool:
    """Queue a round of the clock unless one waits already."""
    waiting = select(Job.id).where(Job.name == TICK, Job.state == "waiting").limit(1)
    if db.session.scalar(waiting) is not None:
        return False
    enqueue(TICK, {}, after=after)
    return True
