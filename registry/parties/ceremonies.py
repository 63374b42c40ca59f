"""Ceremonies: a challenge of ours that a device answers, kept from the asking to the answer: ten minutes,
once.

To sign a statement takes two requests of the same form. In the first the act is drawn, salts and all, and
its digest becomes the challenge; in the second the same input must lead to the same act, so the draws are
kept with the challenge and used again.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from registry import clock
from registry.database import db, new_id
from registry.errors import Conflict, NotFound
from registry.ledger.canonical import jcs
from registry.parties.models import Ceremony

LIFE = timedelta(minutes=10)


class Purpose(StrEnum):
    """What an answer may be used for, and for nothing else."""

    REGISTER = "register"
    SIGN_IN = "sign_in"
    SIGN = "sign"


@dataclass(slots=True, kw_only=True)
class InHand:
    """A form that is to be signed by a device: asked about now, or come back with the device's answer."""

    ceremony_id: UUID | None = None
    answer: str = ""  # the credential as the browser gives it, JSON
    kept: list[dict[str, Any]] = field(default_factory=list)  # what was drawn when the device was asked
    drawn: list[dict[str, Any]] = field(default_factory=list)  # what is drawn in this request


_IN_HAND: ContextVar[InHand | None] = ContextVar("in_hand", default=None)


def in_hand() -> InHand | None:
    """The form this request wants signed by a device; None where a password opens the key."""
    return _IN_HAND.get()


@contextmanager
def held(form: InHand | None) -> Iterator[None]:
    """Let `in_hand` answer with this form inside."""
    before = _IN_HAND.set(form)
    try:
        yield
    finally:
        _IN_HAND.reset(before)


def take_in_hand(form: InHand | None) -> None:
    """Let `in_hand` answer with this form until the next request of this thread says otherwise."""
    _IN_HAND.set(form)


def drawn_before(content: Mapping[str, Any]) -> dict[str, Any] | None:
    """The draws kept for an act of this very content, when the device was asked about it."""
    form = _IN_HAND.get()
    if form is None:
        return None
    wanted = jcs(dict(content))
    return next((one["drawn"] for one in form.kept if jcs(one["content"]) == wanted), None)


def remember(content: Mapping[str, Any], drawn: Mapping[str, Any]) -> None:
    """Keep what was drawn for an act, in case a device is asked about it in this request."""
    form = _IN_HAND.get()
    if form is not None:
        form.drawn.append({"content": dict(content), "drawn": dict(drawn)})


def begin(
    purpose: Purpose,
    *,
    account_id: UUID | None,
    challenge: bytes = b"",
    facts: Mapping[str, Any] | None = None,
) -> Ceremony:
    """A fresh ceremony; without a challenge a random one of 32 bytes. Old ones go. Flushes."""
    sweep()
    row = Ceremony(
        id=new_id(),
        purpose=purpose,
        account_id=account_id,
        challenge=challenge or secrets.token_bytes(32),
        facts=dict(facts or {}),
        created_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    return row


def sweep() -> None:
    """Take away what has run out: what a device was asked to sign holds salts and values in clear."""
    db.session.execute(delete(Ceremony).where(Ceremony.created_at < clock.now() - LIFE))


def find(purpose: Purpose, ceremony_id: UUID | None, *, account_id: UUID | None) -> Ceremony:
    """A ceremony waiting for its answer. Raises Conflict `ceremony_over` (used, or run out), NotFound."""
    row = db.session.get(Ceremony, ceremony_id) if ceremony_id else None
    if row is not None and row.account_id != account_id:
        raise NotFound("not_found")
    if row is None or row.purpose != purpose or row.created_at + LIFE < clock.now():
        raise Conflict("ceremony_over")
    return row


def end(ceremony_id: UUID) -> None:
    """Take a ceremony away: of two answers at the same moment one finds it gone. Raises Conflict."""
    gone = db.session.execute(delete(Ceremony).where(Ceremony.id == ceremony_id))
    if gone.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("ceremony_over")
