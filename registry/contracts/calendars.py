"""Duties as a calendar file (RFC 5545), and the private addresses programs subscribe to.

Every duty is an all-day event: DTSTART is a date without a zone (3.3.4), for a legal day of Shanghai is that
day wherever the reader is. The UID is license and duty, so it never changes; SEQUENCE (3.8.7.4) counts what
has happened to the license, so it only grows. Of an address only the digest is kept.
"""

import hashlib
import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import force_locale, gettext
from icalendar import Alarm, Calendar, Event
from sqlalchemy import func, select

from registry import clock, history, money
from registry.contracts import duties, duty_marks, register
from registry.contracts.duties import Listed
from registry.contracts.duty_models import CalendarFeed
from registry.contracts.models import Acceptance, Contract
from registry.contracts.words import said
from registry.database import db, new_id
from registry.errors import Conflict, NotFound
from registry.history import History
from registry.parties.models import Account, Membership, Organisation
from registry.parties.permissions import allow
from registry.parties.rules import Actor

MEDIA_TYPE = "text/calendar; charset=utf-8"
FEEDS_MAX = 5
ALARM = timedelta(days=-7)


# --- whose duties ------------------------------------------------------------------------------------


def of_organisation(organisation_id: UUID) -> list[Listed]:
    """The duties of an organisation over all its licenses, as licensee and as holder."""
    taken = duty_marks.licenses(Acceptance.licensee_id == organisation_id)
    given = duty_marks.licenses(Acceptance.holder_id == organisation_id)
    return [*duties.of_many(taken, register.LICENSEE), *duties.of_many(given, register.HOLDER)]


def of_contract(contract: Contract, side: str) -> list[Listed]:
    """The duties of one side of one contract; of both for the venue."""
    found = duty_marks.licenses(Acceptance.contract_id == contract.id)
    if side in register.BOTH:
        return duties.of_many(found, side)
    marks = duty_marks.of(found)
    return [
        Listed(duty=duty, acceptance=one, side=duty.who)
        for one in found
        for duty in duties.of(one, marks[one.id])
    ]


# --- the file ----------------------------------------------------------------------------------------


def file_of(listed: Iterable[Listed], *, lang: str) -> bytes:
    """The calendar as bytes: CRLF lines of 75 octets at most (RFC 5545 3.1)."""
    settings = register.settings()
    dated = [one for one in listed if one.duty.day is not None]
    changed = _changes([one.acceptance for one in dated])
    with force_locale("en" if lang == "en" else "zh"):
        made = Calendar()
        made.add("PRODID", "-//Mingxu//open-license duties 1//ZH")
        made.add("VERSION", "2.0")
        made.add("CALSCALE", "GREGORIAN")
        made.add("METHOD", "PUBLISH")
        made.add("X-WR-CALNAME", gettext("许可的履行事项"))
        made.add("REFRESH-INTERVAL", timedelta(hours=12), parameters={"VALUE": "DURATION"})
        for one in dated:
            count, last = changed[one.acceptance.id]
            made.add_component(
                _event(one, origin=settings.origin, base=settings.base_url, count=count, last=last)
            )
        return bytes(made.to_ical())


def _event(one: Listed, *, origin: str, base: str, count: int, last: datetime) -> Event:
    duty, acceptance = one.duty, one.acceptance
    assert duty.day is not None
    made = Event()
    made.add("UID", f"{acceptance.number}.{duty.key.replace(':', '-')}.{one.side}@{origin}")
    made.add("DTSTAMP", last)
    made.add("LAST-MODIFIED", last)
    made.add("SEQUENCE", count)
    made.add("DTSTART", duty.day)
    made.add("DTEND", duty.day + timedelta(days=1))  # exclusive for days (3.6.1)
    name = said(duty.code, "duty")
    title = acceptance.record["patents"][0]["title"]
    made.add("SUMMARY", f"{gettext('已办') + ' ' if duty.done else ''}{name} · {title}")
    made.add("DESCRIPTION", _description(one))
    made.add("URL", f"{base}/contracts/{acceptance.contract.number}")
    made.add("CATEGORIES", [said(one.side, "side"), name])
    made.add("TRANSP", "TRANSPARENT")
    made.add("CLASS", "PRIVATE")
    if not duty.done and not duty.event:
        alarm = Alarm()
        alarm.add("ACTION", "DISPLAY")
        alarm.add("DESCRIPTION", name)
        alarm.add("TRIGGER", ALARM)
        made.add_component(alarm)
    return made


def _description(one: Listed) -> str:
    duty = one.duty
    lines = [one.acceptance.contract.number, one.acceptance.record["patents"][0]["number"]]
    if duty.period:
        lines.append(f"{duty.period[0]} – {duty.period[1]}")
    if duty.amount:
        lines.append(f"CNY {money.yuan(duty.amount)}")
    if duty.soft:
        lines.append(gettext("建议的日期，不是合同约定的期限"))
    return "\n".join(lines)


def _changes(acceptances: Sequence[Acceptance]) -> dict[UUID, tuple[int, datetime]]:
    """How much has happened to each license, and when last: its own history, its contract's and its
    patent's.
    """
    of_it = {one.id: (one.id, one.contract_id, one.declaration.patent_id) for one in acceptances}
    subjects = {subject for three in of_it.values() for subject in three}
    query = (
        select(History.subject_id, func.count(), func.max(History.at))
        .where(History.subject_id.in_(subjects))
        .group_by(History.subject_id)
    )
    counts: Counter[UUID] = Counter()
    last: dict[UUID, datetime] = {}
    for subject, count, at in db.session.execute(query):
        counts[subject], last[subject] = count, at
    start = datetime.fromtimestamp(0, clock.SHANGHAI)
    return {
        key: (sum(counts[one] for one in three), max(last.get(one, start) for one in three))
        for key, three in of_it.items()
    }


# --- private addresses -------------------------------------------------------------------------------


def subscribe(actor: Actor, *, contract: Contract | None = None, lang: str = "zh") -> str:
    """A new private address; its token is returned this once. Raises Conflict `too_many_feeds`."""
    organisation = db.session.get_one(Organisation, actor.organisation_id)
    allow(actor, "organisation.view", organisation)
    if contract is not None:
        allow(actor, "contract.view", contract)
    if len(feeds(actor)) >= FEEDS_MAX:
        raise Conflict("too_many_feeds", max=FEEDS_MAX)
    token = secrets.token_urlsafe(32)
    row = CalendarFeed(
        id=new_id(),
        organisation_id=organisation.id,
        account_id=actor.account_id,
        contract_id=contract.id if contract else None,
        digest=_digest(token),
        language=lang,
        created_at=clock.now(),
    )
    db.session.add(row)
    history.record(actor, "subscribe", row)
    return token


def revoke(actor: Actor, feed_id: UUID) -> None:
    """The address is dead from now on. Raises NotFound for another's."""
    row = db.session.get(CalendarFeed, feed_id, with_for_update=True)
    if row is None or row.account_id != actor.account_id or row.revoked_at is not None:
        raise NotFound("not_found")
    row.revoked_at = clock.now()
    history.record(actor, "revoke", row)


def feeds(actor: Actor) -> Sequence[CalendarFeed]:
    """The actor's living addresses for the organisation it acts for."""
    query = select(CalendarFeed).where(
        CalendarFeed.account_id == actor.account_id,
        CalendarFeed.organisation_id == actor.organisation_id,
        CalendarFeed.revoked_at.is_(None),
    )
    return db.session.scalars(query.order_by(CalendarFeed.created_at)).all()


def read(token: str) -> bytes:
    """The calendar behind an address. Raises NotFound when it was revoked, or its person has left."""
    feed = db.session.scalar(
        select(CalendarFeed).where(CalendarFeed.digest == _digest(token), CalendarFeed.revoked_at.is_(None))
    )
    if feed is None or not _still_there(feed):
        raise NotFound("not_found")
    found = of_organisation(feed.organisation_id)
    if feed.contract_id is not None:
        found = [one for one in found if one.acceptance.contract_id == feed.contract_id]
    return file_of(found, lang=feed.language)


def _still_there(feed: CalendarFeed) -> bool:
    """Whoever left the organisation, or whose account is closed, reads nothing more."""
    query = (
        select(Membership.id)
        .join(Account, Account.id == Membership.account_id)
        .where(
            Membership.account_id == feed.account_id,
            Membership.organisation_id == feed.organisation_id,
            Membership.ended_at.is_(None),
            Account.closed_at.is_(None),
        )
    )
    return db.session.scalar(query.limit(1)) is not None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
