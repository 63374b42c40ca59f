"""Letters on their way: claimed a round at a time, handed over, and what the server answered written down.

A letter is `sent` only when a server has said that it takes it. A worker that dies after the server's answer
and before ours sends that letter twice; one that dies before it sends it later; none is lost.
"""

import logging
import time
from datetime import timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr
from uuid import UUID

from sqlalchemy import or_, select, update

from registry import clock
from registry.config import Settings
from registry.database import db, new_id, transaction
from registry.jobs import enqueue
from registry.parties import mail
from registry.parties.letters import MAIL, WAITING, Answer, MailState, masked, next_try
from registry.parties.mail import SEND
from registry.parties.models import Account, Mail, MailAttempt
from registry.parties.smtp import Line, NotTaken, server

log = logging.getLogger(__name__)
AT_ONCE = 50
SECONDS = 60.0
"""A round ends after a minute: other jobs wait behind it, and leases must outlive it."""
LEASE = timedelta(minutes=10)
AGAIN = timedelta(minutes=1)
_POLICY = SMTP.clone(cte_type="7bit")


def send_round(settings: Settings, wanted: UUID) -> None:
    """Hand over what is due, `wanted` among it, over one connection.

    Whatever became of the others, `wanted` is sure to be looked at again while it still waits: its own job
    may have come while another round, which then died, held it.
    """
    claimed = transaction(lambda: _claim(wanted))
    try:
        if settings.smtp_url:
            _by_server(settings, claimed)
        else:
            _to_folder(settings, claimed)
    finally:
        transaction(lambda: _release(claimed, wanted))


def sweep() -> int:
    """Ask for every letter that is due and nobody seems to have a job for. Returns how many."""
    late = clock.now() - timedelta(hours=1)
    query = select(Mail.id).where(Mail.state.in_(WAITING), Mail.next_at < late).limit(1_000)
    found = list(db.session.scalars(query))
    for mail_id in found:
        enqueue(SEND, {"mail": str(mail_id)}, subject_id=mail_id)
    return len(found)


def message(letter: Mail, settings: Settings) -> EmailMessage:
    """The RFC 5322 message. Raises NotTaken for an address that cannot stand in a header (the library refuses
    header injection).
    """
    mark, made = mail.mark_of(letter.id), EmailMessage(policy=_POLICY)
    name, sender = parseaddr(settings.mail_from)
    try:
        made["From"] = Address(display_name=name, addr_spec=sender)
        made["To"] = Address(addr_spec=in_ascii(letter.address))
        made["Subject"] = mail.one_line(letter.subject)
    except (ValueError, IndexError, MessageError) as error:  # the parser's own words repeat the address
        raise NotTaken(Answer(stage="address", words="not an address", permanent=True)) from error
    made["Date"] = formatdate(letter.created_at.timestamp())
    made["Message-ID"] = f"<{mark}@{settings.origin.partition('/')[0]}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(letter.body)
    return made


def written(letter: Mail, settings: Settings) -> bytes:
    """The message's bytes. The library would fold a long address into encoded words, which no mail program
    takes for one: the two lines of RFC 8058 are put before the others as they are. Raises NotTaken.
    """
    made = message(letter, settings).as_bytes()
    if not letter.unsubscribe:
        return made
    address = f"{settings.base_url}/api/v1/unsubscribe/{letter.unsubscribe}"
    lines = f"List-Unsubscribe: <{address}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    return lines.encode("ascii") + made


def in_ascii(address: str) -> str:
    """The address as SMTP takes it: a domain in any script becomes its ASCII form (RFC 5890). Raises NotTaken
    for a mailbox name that is not ASCII: no common server takes one.
    """
    local, _, domain = address.rpartition("@")
    try:
        if not (local.isascii() and local.isprintable() and " " not in local):
            raise UnicodeError
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError as error:
        words = "only ASCII names before the @"
        raise NotTaken(Answer(stage="address", words=words, permanent=True)) from error


def envelope_sender(letter: Mail, settings: Settings) -> str:
    """Where a server returns what it cannot deliver: an address that names the letter (VERP)."""
    if not settings.mail_bounces:
        return parseaddr(settings.mail_from)[1]
    local, _, domain = settings.mail_bounces.rpartition("@")
    return f"{local}+{mail.mark_of(letter.id)}@{domain}"


def note(letter: Mail, answer: Answer, verb: str, hours: int) -> None:
    """Write down what an attempt brought, move the letter by it, ask for the next try where there is one."""
    instant = clock.now()
    letter.attempts += 1
    if verb == "fail":
        since = letter.queued_at or letter.created_at
        letter.next_at = next_try(letter.attempts, since=since, now=instant, hours=hours)
        verb = "fail" if letter.next_at else "give_up"
    letter.state = MAIL.move(letter.state, verb)
    if verb != "fail":
        letter.next_at = None
    if letter.state in (MailState.SENT, MailState.KEPT):
        letter.sent_at = instant
    db.session.add(
        MailAttempt(
            id=new_id(),
            mail_id=letter.id,
            at=instant,
            stage=answer.stage,
            code=answer.code,
            words=answer.words,
            state=letter.state,
        )
    )
    if letter.next_at is not None:
        enqueue(SEND, {"mail": str(letter.id)}, subject_id=letter.id, after=letter.next_at - instant)
    _judge_address(letter, answer)


def _judge_address(letter: Mail, answer: Answer) -> None:
    """A refused address is marked, and whoever counts on it is told on the site; a taken letter clears it."""
    account = db.session.get(Account, letter.account_id) if letter.account_id else None
    if answer.accepted and account is not None:
        account.mail_failing_since = None
    if not answer.address_fails:
        return
    if account is None:
        if letter.asked_by is not None:
            _tell_on_site(mail.members(letter.asked_by), letter)
        return
    if account.mail_failing_since is None and account.email.lower() == letter.address.lower():
        account.mail_failing_since = clock.now()
        _tell_on_site(_colleagues(account), letter)


def _tell_on_site(readers: list[mail.Recipient], letter: Mail) -> None:
    """By mail it would go round in circles."""
    for one in readers:
        mail.compose(one, "address_failing", failed=letter, masked=masked(letter.address))


def _colleagues(account: Account) -> list[mail.Recipient]:
    """The account itself, and the others of every party it acts for."""
    found = {account.id: mail.Recipient(address=account.email, account_id=account.id)}
    for organisation_id in mail.organisations_of(account.id):
        for one in mail.members(organisation_id):
            if one.account_id is not None:
                found.setdefault(one.account_id, one)
    return list(found.values())


def _by_server(settings: Settings, claimed: list[UUID]) -> None:
    """One line for the round. Where it cannot be opened, no letter of the round got through; where it breaks
    midway, those not tried yet have lost nothing.
    """
    if not claimed:
        return
    stop = time.monotonic() + SECONDS
    try:
        to = server(settings)
        assert to is not None
        with Line(to) as line:
            for mail_id in claimed:
                if time.monotonic() > stop or not _hand_over(settings, line, mail_id):
                    return
    except NotTaken as down:
        log.warning("mail server: %s %s %s", down.answer.stage, down.answer.code, down.answer.words)
        for mail_id in claimed:
            _write_down(mail_id, down.answer, settings)


def _hand_over(settings: Settings, line: Line, mail_id: UUID) -> bool:
    """One letter; whether the line is still good for the next."""
    letter = _read(mail_id)
    if letter is None:
        return True
    made = _made(letter, settings)
    if isinstance(made, Answer):
        _write_down(mail_id, made, settings)
        return True
    try:
        answer = line.send(envelope_sender(letter, settings), in_ascii(letter.address), made)
    except NotTaken as refused:
        _write_down(mail_id, refused.answer, settings)
        return not refused.line_is_down
    _write_down(mail_id, answer, settings)
    return True


def _made(letter: Mail, settings: Settings) -> bytes | Answer:
    """The letter's bytes, or why there are none: one that cannot be written keeps no other waiting."""
    try:
        return written(letter, settings)
    except NotTaken as refused:
        return refused.answer
    except Exception as error:
        log.exception("a letter could not be written")
        return Answer(stage="here", words=type(error).__name__)


def _to_folder(settings: Settings, claimed: list[UUID]) -> None:
    for mail_id in claimed:
        letter = _read(mail_id)
        if letter is None:
            continue
        made = _made(letter, settings)
        if isinstance(made, Answer):
            _write_down(mail_id, made, settings)
            continue
        settings.outbox.mkdir(parents=True, exist_ok=True)
        (settings.outbox / f"{mail_id}.eml").write_bytes(made)
        log.warning("no REGISTRY_SMTP_URL: a letter was put into the outbox folder instead of being sent")
        _write_down(mail_id, Answer(stage="folder"), settings)


def _write_down(mail_id: UUID, answer: Answer, settings: Settings) -> None:
    transaction(lambda: _note(mail_id, answer, settings.mail_hours))


def _note(mail_id: UUID, answer: Answer, hours: int) -> None:
    letter = db.session.get(Mail, mail_id, with_for_update=True)
    if letter is None or letter.state not in WAITING:
        return  # erased meanwhile, or a report came first
    if answer.stage == "folder":
        note(letter, answer, "keep", hours)
    else:
        note(letter, answer, "send" if answer.accepted else "bounce" if answer.permanent else "fail", hours)


def _read(mail_id: UUID) -> Mail | None:
    """The letter outside of any transaction: nothing waits while a server thinks."""
    letter = db.session.get(Mail, mail_id)
    if letter is not None:
        db.session.refresh(letter)
        db.session.expunge(letter)
    db.session.rollback()
    return letter


def _claim(wanted: UUID) -> list[UUID]:
    """Take what is due for one lease, `wanted` first; a lease that ran out is taken over."""
    instant = clock.now()
    due = (
        Mail.state.in_(WAITING),
        Mail.next_at <= instant,
        or_(Mail.leased_until.is_(None), Mail.leased_until < instant),
    )
    query = select(Mail.id).where(*due).order_by(Mail.id != wanted, Mail.next_at).limit(AT_ONCE)
    claimed = list(db.session.scalars(query.with_for_update(skip_locked=True)))
    until = instant + LEASE
    db.session.execute(update(Mail).where(Mail.id.in_(claimed)).values(leased_until=until))
    return claimed


def _release(claimed: list[UUID], wanted: UUID) -> None:
    """Give back what was not tried. Its own job may have passed by while we held it: ask for it again."""
    instant = clock.now()
    db.session.execute(update(Mail).where(Mail.id.in_(claimed)).values(leased_until=None))
    left = select(Mail.id).where(Mail.id.in_(claimed), Mail.state.in_(WAITING), Mail.next_at <= instant)
    for mail_id in db.session.scalars(left.order_by(Mail.next_at)).all():
        enqueue(SEND, {"mail": str(mail_id)}, subject_id=mail_id, after=AGAIN)
    row = db.session.get(Mail, wanted)
    held = row is not None and wanted not in claimed and row.state in WAITING
    if row is not None and held and row.leased_until is not None:
        enqueue(SEND, {"mail": str(wanted)}, subject_id=wanted, after=row.leased_until - instant)
