"""The log of letters: what was asked for, what became of it, and the way to try again.

Operators see the letters of their venue's business, auditors all. Administrators, who run the system and read
nobody's business, see all of them by kind and address, without a word of what they say. Addresses are masked
until somebody opens a letter, which leaves a row in the history (PIPL 51).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update

from registry import clock, history
from registry.config import Settings
from registry.database import db, transaction
from registry.errors import NotFound, Refused
from registry.parties import mail
from registry.parties.letters import MAIL, SEALED, SECRET, WAITING, masked
from registry.parties.models import Mail, MailAttempt
from registry.parties.permissions import allow
from registry.parties.rules import Actor, Role

PAGE_SIZE = 50
COUNTED = 100_000
CODES_KEPT = timedelta(days=30)
"""A letter with a code is worth nothing after its half hour; a month is enough to see why one never came."""
AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What of the log is asked for; empty means any. `address` must be whole: nobody leafs through them."""

    state: str = ""
    topic: str = ""
    matter: str = ""
    address: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """One page of the log, newest first, and how many there are of each state."""

    rows: Sequence[Mail]
    states: dict[str, int]
    count: int
    page: int

    @property
    def pages(self) -> int:
        return max(-(-self.count // PAGE_SIZE), 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One letter with all its attempts; `body` is None where its words are not for the reader's eyes."""

    letter: Mail
    attempts: Sequence[MailAttempt]
    body: str | None
    reads: bool
    resendable: bool


def logged(actor: Actor, asked: Asked) -> Logged:
    """The letters this actor may know of. Raises NotAllowed."""
    allow(actor, "mail.view", actor)
    seen = _seen(actor)
    found = select(Mail.state, func.count()).where(*seen).group_by(Mail.state)
    states = {str(state): int(count) for state, count in db.session.execute(found)}
    conditions = [*seen, *_conditions(asked)]
    count = db.session.scalar(select(func.count()).select_from(Mail).where(*conditions)) or 0
    page = min(max(asked.page, 1), max(-(-count // PAGE_SIZE), 1))
    query = select(Mail).where(*conditions).order_by(Mail.created_at.desc(), Mail.id)
    rows = db.session.scalars(query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
    return Logged(rows=rows, states=states, count=count, page=page)


def opened(actor: Actor, mail_id: UUID) -> Opened:
    """One letter, unmasked; that it was looked at is written down. Raises NotFound."""
    letter = _find(actor, "mail.open", mail_id)
    history.record(actor, "open_letter", letter, changes={"letter": letter.letter})
    query = select(MailAttempt).where(MailAttempt.mail_id == letter.id).order_by(MailAttempt.at)
    return Opened(
        letter=letter,
        attempts=db.session.scalars(query).all(),
        body=letter.body if reads(actor) and letter.letter not in SEALED else None,
        reads=reads(actor),
        resendable=letter.letter not in SECRET and MAIL.allows(letter.state, "resend"),
    )


def reads(actor: Actor) -> bool:
    """Whether subjects, numbers and words are for this actor."""
    return actor.role != Role.ADMINISTRATOR


def resend(actor: Actor, mail_id: UUID) -> Mail:
    """Have the very same letter sent once more: a new attempt, never a new event. One that waits already is
    left as it is. Raises NotFound, Refused `letter_stale` for a code that holds no longer.
    """
    letter = _find(actor, "mail.resend", mail_id)
    if letter.letter in SECRET:
        raise Refused("letter_stale")
    if letter.state in WAITING:
        return letter
    before = letter.state
    MAIL.move(before, "resend")
    mail.queue(letter)
    history.record(actor, "resend", letter, before=before, after=letter.state)
    return letter


def forget(settings: Settings) -> int:
    """Take letters away that are past their time, some a transaction. Returns how many."""
    count = 0
    while taken := transaction(lambda: _forget_some(settings)):
        count += taken
    return count


def _forget_some(settings: Settings) -> int:
    instant = clock.now()
    old = Mail.created_at < instant - timedelta(days=settings.mail_days)
    codes = Mail.letter.in_(SECRET) & (Mail.created_at < instant - CODES_KEPT)
    ids = list(db.session.scalars(select(Mail.id).where(old | codes).limit(AT_ONCE)))
    if not ids:
        return 0
    db.session.execute(delete(MailAttempt).where(MailAttempt.mail_id.in_(ids)))
    db.session.execute(update(Mail).where(Mail.digest_id.in_(ids)).values(digest_id=None))
    db.session.execute(delete(Mail).where(Mail.id.in_(ids)))
    for mail_id in ids:
        (settings.outbox / f"{mail_id}.eml").unlink(missing_ok=True)
    return len(ids)


def _find(actor: Actor, verb: str, mail_id: UUID) -> Mail:
    letter = db.session.get(Mail, mail_id, with_for_update=True)
    if letter is None:
        raise NotFound("not_found")
    allow(actor, verb, _Letter(letter))
    return letter


class _Letter:
    """A letter as `allow` sees it here: its reader is not its owner in the staff's log."""

    def __init__(self, letter: Mail) -> None:
        self.venue_id = letter.venue_id


def _seen(actor: Actor) -> list[ColumnElement[bool]]:
    return [Mail.venue_id == actor.venue_id] if actor.role == Role.OPERATOR else []


def _conditions(asked: Asked) -> list[ColumnElement[bool]]:
    wanted = {
        Mail.state: asked.state,
        Mail.topic: asked.topic,
        Mail.matter: asked.matter.strip().upper(),
    }
    found: list[ColumnElement[bool]] = [column == value for column, value in wanted.items() if value]
    if address := asked.address.strip().lower():
        found.append(func.lower(Mail.address) == address)
    return found


__all__ = ["Asked", "Logged", "Opened", "forget", "logged", "masked", "opened", "reads", "resend"]
