"""Letters on the desk: a card when one waits to be read, another for the staff and its log."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from registry.database import db
from registry.parties import inbox
from registry.parties.desk import Card, cards
from registry.parties.letters import DEAD
from registry.parties.models import Mail
from registry.parties.permissions import may
from registry.parties.rules import Actor, Role


@cards
def of_letters(actor: Actor) -> Iterable[Card]:
    """One card for the reader, one for the staff."""
    if actor.account_id is not None and (count := inbox.unread(actor)):
        yield Card(title=_l("未读站内信"), url="/inbox", count=count, place=55)
    if not may(actor, "mail.view", actor):
        return
    dead = select(func.count()).select_from(Mail).where(Mail.state.in_(DEAD))
    if actor.role == Role.OPERATOR:
        dead = dead.where(Mail.venue_id == actor.venue_id)
    found = db.session.scalar(dead) or 0
    hint = _l("有信件被退回或者已放弃，请核对地址后重发。") if found else ""
    yield Card(title=_l("邮件记录"), url="/desk/mail", count=found or None, hint=hint, place=58)
