"""How an account wants its letters: by mail at once, once a day, or on the site alone; and ending with one
click what was wished for (RFC 8058).
"""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select

from registry import clock, history
from registry.database import db
from registry.errors import Conflict, NotFound, Refused
from registry.parties import mail
from registry.parties.letters import MAIL, OPTIONAL, WAITING, By, MailState, Topic
from registry.parties.models import Account, Mail, MailChoice
from registry.parties.permissions import OfAccount, allow
from registry.parties.rules import Actor


def of(account_id: UUID) -> dict[Topic, By]:
    """The choice for every optional topic."""
    rows = db.session.scalars(select(MailChoice).where(MailChoice.account_id == account_id))
    chosen = {one.topic: By(one.way) for one in rows}
    return {topic: chosen.get(topic, By.MAIL) for topic in OPTIONAL}


def choose(actor: Actor, wanted: Mapping[str, str]) -> None:
    """Keep the account's choices. What must be sent by mail cannot be chosen: Refused `letter_required`."""
    account = db.session.get_one(Account, actor.account_id, with_for_update=True)
    allow(actor, "account.use", OfAccount(account.id))
    before = of(account.id)
    for topic, by in wanted.items():
        if topic not in OPTIONAL:
            raise Refused("letter_required", topic, "CC 137")
        if by not in tuple(By):
            raise Refused("not_a_choice", topic)
        _set(account.id, Topic(topic), By(by))
    changed = [topic for topic in OPTIONAL if topic in wanted and wanted[topic] != before[topic]]
    if changed:
        history.record(actor, "choose_letters", account, changes={"fields": [str(one) for one in changed]})


def unsubscribe(token: str) -> Topic:
    """End letters of a topic, by whoever holds the letter. A second time changes nothing. Raises NotFound."""
    opened = mail.opened_token(token)
    if opened is None:
        raise NotFound("not_found")
    account_id, topic = opened
    account = db.session.get(Account, account_id, with_for_update=True)
    if account is None or account.closed_at is not None:
        return topic
    _set(account_id, topic, By.SITE)
    return topic


def send_test(actor: Actor) -> Mail:
    """A letter that says only that it came. One at a time: Conflict `letter_waits`."""
    account = db.session.get_one(Account, actor.account_id, with_for_update=True)
    allow(actor, "account.use", OfAccount(account.id))
    waiting = select(Mail.id).where(
        Mail.account_id == account.id, Mail.letter == "address_test", Mail.state.in_(WAITING)
    )
    if db.session.scalar(waiting.limit(1)) is not None:
        raise Conflict("letter_waits")
    return mail.write_to_account(account, "address_test")


def _set(account_id: UUID, topic: Topic, by: By) -> None:
    row = db.session.get(MailChoice, (account_id, str(topic)))
    if row is None:
        row = MailChoice(account_id=account_id, topic=str(topic), way=str(by), chosen_at=clock.now())
        db.session.add(row)
    elif row.way != by:
        row.way, row.chosen_at = str(by), clock.now()
    if by is not By.DAILY:
        _let_go(account_id, topic)


def _let_go(account_id: UUID, topic: Topic) -> None:
    """What waits for a digest that was called off stays on the site."""
    held = select(Mail).where(
        Mail.account_id == account_id, Mail.topic == str(topic), Mail.state == MailState.HELD
    )
    for letter in db.session.scalars(held):
        letter.state = MAIL.move(letter.state, "gather")


