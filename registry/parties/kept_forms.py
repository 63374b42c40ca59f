"""What somebody typed into a form that could not be taken: kept for a day, for their own account alone.

A session may have ended meanwhile, or a token run out. Nothing is ever sent again by itself: the person
finds the form filled, reads it and sends it. No file, no password and no secret is kept.
"""

import re
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from registry import clock
from registry.database import Model, UtcDateTime, db, new_id, uuid_key

LIFE = timedelta(days=1)
MOST_BYTES, MOST_FIELDS, MOST_FORMS = 256 * 1024, 1000, 5
OWN = frozenset({"csrf_token", "idempotency_key"})
SECRET = re.compile(r"pass(word|phrase)|secret|token|private|(^|[._])(pin|otp)($|[._])", re.IGNORECASE)
"""Names of inputs whose value is never kept; a test holds every password input of the templates to it."""


class KeptForm(Model):
    """One form of one account, by where it was sent."""

    __tablename__ = "kept_form"
    __table_args__ = (UniqueConstraint("account_id", "action"), Index(None, "created_at"))

    id: Mapped[uuid.UUID] = uuid_key()
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    action: Mapped[str] = mapped_column(String(500))
    page: Mapped[str] = mapped_column(String(500))  # the path of the page the form stands on
    fields: Mapped[list[Any]] = mapped_column(JSON)  # (name, value) in the order they were sent
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def typed(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, value in self.fields:
            found.setdefault(name, []).append(value)
        return found


def typed_in(sent: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Of what a form sent, what may be kept; nothing at all when it is too much."""
    kept = [(name, value) for name, value in sent if _may_stay(name, value)]
    size = sum(len(name.encode()) + len(value.encode("utf-8", "replace")) for name, value in kept)
    return [] if size > MOST_BYTES or len(kept) > MOST_FIELDS else kept


def _may_stay(name: str, value: str) -> bool:
    unwanted = name in OWN or name.startswith("_") or SECRET.search(name) or "\x00" in name + value
    return bool(value.strip()) and not unwanted


def keep(account_id: uuid.UUID, *, action: str, page: str, fields: list[tuple[str, str]]) -> None:
    """Keep a form in place of what was kept of it before; what has run out goes, whosever it was."""
    sweep()
    own = KeptForm.account_id == account_id
    db.session.execute(delete(KeptForm).where(own, KeptForm.action == action))
    newest = select(KeptForm.id).where(own).order_by(KeptForm.created_at.desc()).offset(MOST_FORMS - 1)
    for old in db.session.scalars(newest).all():
        db.session.execute(delete(KeptForm).where(KeptForm.id == old))
    row = KeptForm(id=new_id(), account_id=account_id, action=action, page=page, created_at=clock.now())
    row.fields = [list(one) for one in fields]
    db.session.add(row)
    db.session.flush()


def of_page(account_id: uuid.UUID, page: str) -> KeptForm | None:
    """The newest form kept of a page, for the account that typed it."""
    live = KeptForm.created_at > clock.now() - LIFE
    query = select(KeptForm).where(KeptForm.account_id == account_id, KeptForm.page == page, live)
    return db.session.scalar(query.order_by(KeptForm.created_at.desc()).limit(1))


def sent_to(account_id: uuid.UUID, action: str) -> uuid.UUID | None:
    """The row of a form that is kept of this address, or None."""
    query = select(KeptForm.id).where(KeptForm.account_id == account_id, KeptForm.action == action)
    return db.session.scalar(query)


def drop(kept_id: uuid.UUID) -> None:
    """Forget a form: it has been taken."""
    db.session.execute(delete(KeptForm).where(KeptForm.id == kept_id))


def forget_page(account_id: uuid.UUID, page: str) -> None:
    """Forget what was kept of a page: its person does not want it."""
    db.session.execute(delete(KeptForm).where(KeptForm.account_id == account_id, KeptForm.page == page))


def sweep() -> None:
    """Remove whatever is older than a day."""
    db.session.execute(delete(KeptForm).where(KeptForm.created_at <= clock.now() - LIFE))
