"""Load the demonstration once, through the services, under a pretended clock; print its accounts always.

A start that died halfway is not repaired: the log is append-only and half a story would mislead, so it says
which folder to remove. Letters of the past are marked as sent: their addresses end in .invalid and can never
be reached.
"""

import json
import secrets
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, update

from registry import clock, schema
from registry.catalogue import alerts
from registry.catalogue import service as catalogue
from registry.clock import SHANGHAI
from registry.config import Misconfigured, Settings
from registry.contracts import reminders
from registry.contracts import service as contracts
from registry.contracts import tasks as contract_tasks  # noqa: F401 - registers its jobs
from registry.contracts.money_tasks import money_round
from registry.database import db, transaction
from registry.demand import tasks as demand_tasks
from registry.demonstration import arrivals, samples, story
from registry.demonstration.calendar import Story
from registry.demonstration.cast import MARK, PARTIES, PERSONAS, address
from registry.demonstration.stage import Stage
from registry.documents.fonts import load_fonts
from registry.exports import tasks as export_tasks  # noqa: F401 - registers its jobs
from registry.jobs import HANDLERS, Job
from registry.ledger import service as ledger
from registry.licenses import register as licenses
from registry.licenses import tasks as license_tasks  # noqa: F401 - registers its jobs
from registry.parties.letters import MailState
from registry.parties.models import Mail

Say = Callable[[str], None]
BEGINS = 236
"""Days before D on which the registry opens: two quarters of royalties fit; standard terms reach as far."""
READ_BEFORE = timedelta(days=12)
"""Letters older than this have been read by everybody."""
PAST = frozenset({"mail.send", "ledger.publish", "catalogue.index"})
"""Jobs that one act at the end does all of; every other is done on the day of its cause, papers included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    """Somebody to sign in as."""

    email: str
    name: str
    does: str
    password: str


def load(settings: Settings, say: Say) -> list[DemoAccount]:
    """The demonstration's accounts, its data loaded if this is the first start. Needs an application context.

    Raises Misconfigured when the database holds a log that is not the whole demonstration.
    """
    kept = settings.instance / "accounts.json"
    if kept.exists():
        schema.seed()  # standard terms that came since
        return [DemoAccount(**one) for one in json.loads(kept.read_text(encoding="utf-8"))]
    if ledger.size():
        raise Misconfigured(
            "the database holds a log but not the whole demonstration: "
            f"remove {settings.instance} and start again"
        )
    say("loading demonstration data (half a minute to a minute)")
    password = f"mingxu-{secrets.token_hex(4)}"
    fonts = load_fonts(settings.fonts, settings.extra_fonts)
    stage = Stage(settings=settings, day=clock.today(), fonts=fonts)
    _open(stage, password)
    _play(stage, story.tell(stage), say)
    _tidy()
    samples.write(stage)
    accounts = [
        DemoAccount(email=address(one.key), name=one.name + MARK, does=one.does, password=password)
        for one in PERSONAS
    ]
    _keep(kept, accounts)
    declared, taken = len(stage.declarations), len(stage.acceptances)
    say(f"loaded: {declared} declarations, {taken} notices, {ledger.size()} filings")
    return accounts


def account_table(accounts: Iterable[DemoAccount]) -> str:
    """The accounts as lines for a terminal. All of them have one password: this is a demonstration."""
    rows = list(accounts)
    wide = max(len(one.email) for one in rows)
    lines = [f"  {one.email:<{wide}}  {one.name}  {one.does}" for one in rows]
    head = f"Demonstration accounts 演示账户（password 密码：{rows[0].password}）"
    return "\n".join([head, *lines, ""])


# --- the first days ----------------------------------------------------------------------------------


def _open(stage: Stage, password: str) -> None:
    """The log starts, people arrive, venues open, documents are compared."""
    opening = datetime.combine(stage.before(BEGINS), time(9), SHANGHAI)
    with ThreadPoolExecutor(max_workers=2) as two:  # as many derivations as a process does at once
        made = list(two.map(arrivals.new_password, [password] * len(PERSONAS)))
    with clock.pretend(opening):
        schema.seed()
        for persona, new in zip(PERSONAS, made, strict=True):
            transaction(partial(arrivals.register, stage, persona, new))
    with clock.pretend(opening + timedelta(hours=2)):
        for one in PARTIES:
            transaction(partial(arrivals.found, stage, one.key))
        transaction(lambda: arrivals.open_venues(stage))
    with clock.pretend(opening + timedelta(days=1)):
        transaction(lambda: arrivals.verify_all(stage))


# --- the story ---------------------------------------------------------------------------------------


def _play(stage: Stage, told: Story, say: Say) -> None:
    today = None
    for count, (instant, event) in enumerate(told.told(), start=1):
        with clock.pretend(instant):
            if clock.today() != today:
                today = clock.today()
                _tick()
            try:
                transaction(event.act)
            except Exception as error:
                error.add_note(f"demonstration, {event.days} days before, {event.name}: {error!r}")
                raise
            _follow_up()
        if count % 100 == 0:
            say(f"  {count} of {len(told.events)} events")
            db.session.remove()


def _tick() -> None:
    """What the worker does every day."""
    transaction(licenses.expire_due)
    transaction(contracts.lapse_due)
    transaction(contracts.end_due)
    money_round()
    _follow_up()
    for acceptance_id, key, _offset in list(reminders.due()):
        transaction(partial(reminders.send, acceptance_id, key))


def _follow_up() -> None:
    """Do what is asked for by now and was asked for by that: papers, letters, dues whose time has come."""
    while jobs := _asked():
        for job_id, name, payload in jobs:
            db.session.rollback()
            HANDLERS[name](payload)
            transaction(partial(_done, Job.id == job_id))


def _asked() -> list[tuple[UUID, str, dict[str, Any]]]:
    due = (Job.state == "waiting") & (Job.run_after <= clock.now()) & Job.name.in_(HANDLERS.keys() - PAST)
    jobs = db.session.scalars(select(Job).where(due).order_by(Job.created_at))
    return [(job.id, job.name, dict(job.payload)) for job in jobs]


def _tidy() -> None:
    """The catalogue, the signed head and the letters, once for all of the past."""
    _tick()
    transaction(catalogue.index_all)
    demand_tasks.look({})
    for account_id in alerts.due():
        transaction(partial(alerts.tell, account_id))
    ledger.publish_checkpoint()
    transaction(_mark_past)


def _mark_past() -> None:
    _done((Job.state == "waiting") & Job.name.in_(PAST))
    read = clock.now() - READ_BEFORE
    db.session.execute(update(Mail).where(Mail.created_at < read).values(read_at=Mail.created_at))
    kept = {"state": MailState.KEPT, "sent_at": Mail.created_at, "next_at": None}
    db.session.execute(update(Mail).where(Mail.state == MailState.QUEUED).values(**kept))


def _done(which: ColumnElement[bool]) -> None:
    db.session.execute(update(Job).where(which).values(state="done", done_at=clock.now(), attempts=1))


def _keep(path: Path, accounts: list[DemoAccount]) -> None:
    """Whole or not at all: this file says that the demonstration is complete."""
    unfinished = path.with_suffix(".new")
    unfinished.touch(mode=0o600)
    unfinished.write_text(json.dumps([asdict(one) for one in accounts], ensure_ascii=False), encoding="utf-8")
    unfinished.replace(path)
