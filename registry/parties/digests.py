"""The day's digest: one letter that names all those that waited for it, with their links."""

from datetime import timedelta
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from registry import clock
from registry.clock import SHANGHAI
from registry.config import Settings
from registry.database import db
from registry.parties import mail
from registry.parties.letters import MAIL, MailState
from registry.parties.models import Account, Mail

MOST = 50
"""So many are named; the rest stand in the inbox and are counted."""


def due() -> list[UUID]:
    """The accounts whose letters have waited past the hour of digests."""
    settings: Settings = current_app.extensions["settings"]
    local = clock.now().astimezone(SHANGHAI)
    hour = local.replace(hour=settings.digest_hour, minute=0, second=0, microsecond=0)
    last = hour if hour <= local else hour - timedelta(days=1)
    query = select(Mail.account_id).where(Mail.state == MailState.HELD, Mail.created_at < last).distinct()
    return [one for one in db.session.scalars(query) if one is not None]


def gather(account_id: UUID) -> Mail | None:
    """Write one letter for all that wait. A second worker finds nothing left: letters move with it."""
    account = db.session.get_one(Account, account_id, with_for_update=True)
    query = select(Mail).where(Mail.account_id == account_id, Mail.state == MailState.HELD)
    held = list(db.session.scalars(query.order_by(Mail.created_at)))
    unread = [one for one in held if one.read_at is None]
    digest = None
    if unread and account.closed_at is None:
        to = mail.Recipient(address=account.email)  # in no inbox: its letters are there already
        more = max(len(unread) - MOST, 0)
        digest = mail.compose(to, "digest", letters=unread[:MOST], count=len(unread), more=more)
        mail.queue(digest)
    for one in held:
        one.state = MAIL.move(one.state, "gather")
        one.digest_id = digest.id if digest is not None else None
    return digest
