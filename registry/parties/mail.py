"""Mail and notices: written in the transaction that causes them, sent by the worker. Each letter is Chinese,
then English.

A letter to somebody with an account stands in that account's inbox as well; whether it also goes by mail, at
once or with the day's digest, follows the account's choice where the law leaves one (`letters.OPTIONAL`).
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import Select, func, select

from registry import clock, jobs
from registry.config import Settings
from registry.database import db, new_id
from registry.jobs import enqueue
from registry.parties.letters import REFUSABLE, SECRET, By, MailState, Topic, optional, topic
from registry.parties.models import Account, Mail, MailChoice, Membership
from registry.parties.rules import STAFF, Role

SEND = "mail.send"
READERS = (Role.OWNER, Role.SIGNER, Role.FINANCE)
Listener = Callable[[str, UUID, str, dict[str, Any]], None]
"""Takes `organisation` or `venue`, its id, the letter, its facts."""
_ALSO: list[Listener] = []
_LINK = re.compile(r"/[^\s<>\"'，。；、（）]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Somebody to write to, and as whose member."""

    address: str
    account_id: UUID | None = None
    organisation_id: UUID | None = None
    venue_id: UUID | None = None


def write(to: str | Recipient, letter: str, /, *, asked_by: UUID | None = None, **facts: Any) -> Mail:
    """Write a letter from templates/mail/<letter>.txt (its first line is the subject) and queue it.

    `asked_by`: the party that hears of it when the letter cannot be delivered.
    """
    known = to if isinstance(to, Recipient) else _recipient(to)
    mail = compose(known, letter, asked_by=asked_by, **facts)
    if mail not in db.session.new:
        return mail  # written already, by this job before it died
    by = _by(known.account_id, letter)
    if by is By.SITE:
        mail.state = MailState.ON_SITE
    elif by is By.DAILY:
        mail.state = MailState.HELD
    else:
        queue(mail)
    return mail


def compose(to: Recipient, letter: str, /, *, asked_by: UUID | None = None, **facts: Any) -> Mail:
    """The letter, added to the transaction, on its way nowhere yet; from a job that runs again the one it
    wrote before, if it says the same. Of two workers that have one job the later fails at the unique key,
    and finds the letter when it tries again.
    """
    settings: Settings = current_app.extensions["settings"]
    template = current_app.jinja_env.get_template(f"mail/{letter}.txt")  # a letter has no page around it
    mail_id, kind = new_id(), topic(letter)
    token = unsubscribe_token(to.account_id, kind) if to.account_id and kind in REFUSABLE else ""
    text = template.render(base_url=settings.base_url, unsubscribe=token, **facts)
    subject, _, body = text.strip().partition("\n")
    once = jobs.once(letter, to.address, str(to.organisation_id or to.venue_id or ""), text)
    if once is not None:
        written = db.session.scalar(select(Mail).where(Mail.once == once))
        if written is not None:
            return written
    inbox = to.account_id if letter not in SECRET else None
    mail = Mail(
        id=mail_id,
        once=once,
        address=to.address,
        subject=one_line(subject),
        body=body.strip(),
        letter=letter,
        topic=str(kind),
        matter=_matter(facts),
        link=_link(body, settings.base_url),
        unsubscribe=token,
        account_id=inbox,
        organisation_id=to.organisation_id,
        venue_id=to.venue_id or _venue(facts),
        asked_by=asked_by,
        state=MailState.ON_SITE,
        created_at=clock.now(),
    )
    db.session.add(mail)
    return mail


def queue(mail: Mail) -> None:
    """Have the letter sent by the worker after the commit."""
    mail.state, mail.queued_at, mail.attempts = MailState.QUEUED, clock.now(), 0
    mail.next_at, mail.leased_until = mail.queued_at, None
    enqueue(SEND, {"mail": str(mail.id)}, subject_id=mail.id)


def also(listener: Listener) -> Listener:
    """Register what else happens, in the same transaction, when a letter is written to a party or a venue."""
    _ALSO.append(listener)
    return listener


def write_to_organisation(organisation_id: UUID, letter: str, /, **facts: Any) -> None:
    """The same letter to everyone who signs for an organisation or keeps its money."""
    for one in members(organisation_id, READERS):
        write(one, letter, **facts)
    for listener in _ALSO:
        listener("organisation", organisation_id, letter, facts)


def write_to_venue(venue_id: UUID, letter: str, /, **facts: Any) -> None:
    """The same letter to a venue's operators."""
    for one in _each(_accounts().where(Membership.venue_id == venue_id)):
        write(Recipient(address=one.email, account_id=one.id, venue_id=venue_id), letter, **facts)
    for listener in _ALSO:
        listener("venue", venue_id, letter, facts)


def write_to_staff(letter: str, /, **facts: Any) -> None:
    """The same letter to everybody who runs the registry or a venue."""
    for one in _each(_accounts().where(Membership.role.in_(STAFF))):
        write(Recipient(address=one.email, account_id=one.id), letter, **facts)


def write_to_account(account: Account, letter: str, /, **facts: Any) -> Mail:
    """A letter about the account itself."""
    return write(Recipient(address=account.email, account_id=account.id), letter, **facts)


def members(organisation_id: UUID, roles: Iterable[Role] = READERS) -> list[Recipient]:
    """Who gets an organisation's letters, each once, by address."""
    query = _accounts().where(Membership.organisation_id == organisation_id, Membership.role.in_(list(roles)))
    return [
        Recipient(address=one.email, account_id=one.id, organisation_id=organisation_id)
        for one in _each(query)
    ]


def organisations_of(account_id: UUID) -> list[UUID]:
    """The parties an account acts for."""
    query = select(Membership.organisation_id).where(
        Membership.account_id == account_id,
        Membership.organisation_id.is_not(None),
        Membership.ended_at.is_(None),
    )
    return [one for one in db.session.scalars(query.distinct()) if one is not None]


def one_line(text: str) -> str:
    """A subject is one line of 200 characters at most: what follows a line break is no header of its own."""
    return " ".join(text.split())[:200]


def unsubscribe_token(account_id: UUID, about: str) -> str:
    """What one click ends, for whom; nobody can make another's."""
    said = f"{account_id.hex}.{about}"
    return f"{said}.{_sealed('unsubscribe:' + said)}"


def opened_token(token: str) -> tuple[UUID, Topic] | None:
    """Whose letters of which topic a token ends; None for one we never made."""
    said, _, seal = token.rpartition(".")
    if not hmac.compare_digest(seal.encode(), _sealed("unsubscribe:" + said).encode()):
        return None
    account, _, about = said.partition(".")
    return UUID(account), Topic(about)


def mark_of(mail_id: UUID) -> str:
    """What a letter carries in its Message-ID and return address, so that a report about it is believed."""
    return f"{mail_id.hex}-{_sealed('mail:' + mail_id.hex)}"


def marked(mark: str) -> UUID | None:
    """The letter of a mark; None for one we never made."""
    written, _, seal = mark.partition("-")
    if not hmac.compare_digest(seal.encode(), _sealed("mail:" + written).encode()):
        return None
    return UUID(written)


def _sealed(text: str) -> str:
    settings: Settings = current_app.extensions["settings"]
    return hmac.new(settings.secret_key.encode(), text.encode(), hashlib.sha256).hexdigest()[:24]


def _by(account_id: UUID | None, letter: str) -> By:
    """A letter of a chosen topic waits or stays on the site; so does one to an address that was refused."""
    if account_id is None or not optional(letter):
        return By.MAIL
    failing, chosen = db.session.execute(
        select(Account.mail_failing_since, MailChoice.way)
        .outerjoin(
            MailChoice, (MailChoice.account_id == Account.id) & (MailChoice.topic == str(topic(letter)))
        )
        .where(Account.id == account_id)
    ).one()
    return By.SITE if failing is not None else By(chosen or By.MAIL)


def _recipient(address: str) -> Recipient:
    """Whoever has confirmed an account under the address reads it on the site too."""
    query = select(Account.id).where(
        func.lower(Account.email) == address.strip().lower(),
        Account.confirmed_at.is_not(None),
        Account.closed_at.is_(None),
    )
    return Recipient(address=address, account_id=db.session.scalar(query))


def _accounts() -> Select[UUID, str]:
    return (
        select(Account.id, Account.email)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.ended_at.is_(None))
        .distinct()
        .order_by(Account.email)
    )


def _each(query: Select[UUID, str]) -> list[Any]:
    return list(db.session.execute(query))


def _matter(facts: dict[str, Any]) -> str:
    """The number under which the reader knows what the letter is about."""
    contract = facts.get("contract") or getattr(facts.get("acceptance"), "contract", None)
    thing = contract or facts.get("declaration") or facts.get("need") or facts.get("numbered")
    return str(getattr(thing, "number", ""))[:40]


def _venue(facts: dict[str, Any]) -> UUID | None:
    """Whose business a letter to a party is: where its declaration or license is kept."""
    for name in ("contract", "acceptance", "declaration", "batch", "numbered"):
        found = getattr(facts.get(name), "venue_id", None)
        if isinstance(found, UUID):
            return found
    return None


def _link(body: str, base_url: str) -> str:
    """The first address of ours in the letter, as a path."""
    _, found, rest = body.partition(base_url + "/")
    link = _LINK.match("/" + rest) if found else None
    return link[0][:300] if link else ""
