"""The inbox 站内信: every letter to an account, whether or not its mail works.

Letters to a party or a venue are read as long as one belongs to it: who has left reads them no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, update

from registry import clock
from registry.database import db
from registry.errors import NotFound, Refused
from registry.parties.models import Mail, Membership
from registry.parties.permissions import allow
from registry.parties.rules import Actor

PAGE_SIZE = 30
MOST_COUNTED = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What of the inbox is asked for; empty means any. `page` counts from 1."""

    topic: str = ""
    matter: str = ""
    unread: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """One page of letters: unread ones first, then the newest."""

    rows: Sequence[Mail]
    count: int
    page: int

    @property
    def pages(self) -> int:
        return max(-(-self.count // PAGE_SIZE), 1)


def letters(actor: Actor, wanted: Wanted, *, narrow: bool = False) -> Letters:
    """The account's letters; `narrow`: only those to the party or venue it acts for, as machines see them."""
    asked = _mine(actor, narrow=narrow)
    if wanted.topic:
        asked.append(Mail.topic == wanted.topic)
    if matter := wanted.matter.strip().upper():
        asked.append(Mail.matter == matter)
    if wanted.unread:
        asked.append(Mail.read_at.is_(None))
    count = db.session.scalar(select(func.count()).select_from(Mail).where(*asked)) or 0
    page = min(max(wanted.page, 1), max(-(-count // PAGE_SIZE), 1))
    query = select(Mail).where(*asked).order_by(Mail.read_at.is_not(None), Mail.created_at.desc(), Mail.id)
    rows = db.session.scalars(query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
    return Letters(rows=rows, count=count, page=page)


def unread(actor: Actor, *, narrow: bool = False) -> int:
    """How many letters wait to be read, counted up to one more than MOST_COUNTED."""
    query = (
        select(Mail.id).where(*_mine(actor, narrow=narrow), Mail.read_at.is_(None)).limit(MOST_COUNTED + 1)
    )
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0


def topics(actor: Actor) -> list[str]:
    """Which topics the account has letters of."""
    return list(db.session.scalars(select(Mail.topic).where(*_mine(actor)).distinct().order_by(Mail.topic)))


def read(actor: Actor, mail_id: UUID, *, narrow: bool = False) -> Mail:
    """One letter, marked as read. Raises NotFound for another's."""
    letter = _find(actor, mail_id, narrow)
    letter.read_at = letter.read_at or clock.now()
    return letter


def find(actor: Actor, mail_id: UUID, *, narrow: bool = False) -> Mail:
    """One letter, left as it is. Raises NotFound for another's."""
    return _find(actor, mail_id, narrow)


def put_back(actor: Actor, mail_id: UUID, *, narrow: bool = False) -> None:
    """Mark a letter as unread again. Raises NotFound for another's."""
    _find(actor, mail_id, narrow).read_at = None


def read_all(actor: Actor, before: str = "") -> int:
    """Mark everything as read that was written up to the instant the list was shown. Returns how many."""
    try:
        shown = clock.parse_rfc3339(before) if before else clock.now()
    except ValueError:
        raise Refused("not_a_choice", "shown")
    asked = (*_mine(actor), Mail.read_at.is_(None), Mail.created_at <= shown)
    ids = list(db.session.scalars(select(Mail.id).where(*asked)))
    db.session.execute(update(Mail).where(Mail.id.in_(ids)).values(read_at=clock.now()))
    return len(ids)


def _find(actor: Actor, mail_id: UUID, narrow: bool) -> Mail:
    letter = db.session.scalar(select(Mail).where(Mail.id == mail_id, *_mine(actor, narrow=narrow)))
    if letter is None:
        raise NotFound("not_found")
    allow(actor, "account.use", letter)
    return letter


def _mine(actor: Actor, *, narrow: bool = False) -> list[ColumnElement[bool]]:
    """Written to this account, as a member of what it still belongs to."""
    if narrow:
        own = Mail.organisation_id == actor.organisation_id
        venue = Mail.organisation_id.is_(None) & (Mail.venue_id == actor.venue_id)
        return [Mail.account_id == actor.account_id, own if actor.organisation_id else venue]
    live = (Membership.account_id == actor.account_id, Membership.ended_at.is_(None))
    parties = select(Membership.organisation_id).where(*live, Membership.organisation_id.is_not(None))
    return [
        Mail.account_id == actor.account_id,
        or_(Mail.organisation_id.is_(None), Mail.organisation_id.in_(parties)),
    ]
