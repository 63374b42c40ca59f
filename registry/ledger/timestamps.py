"""Timestamps: what an authority outside said about when our checkpoints existed at the latest (RFC 3161)."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql

from registry import clock
from registry.database import db, transaction
from registry.ledger import anchors, outside
from registry.ledger.anchor_setup import Anchors
from registry.ledger.checkpoints import checkpoint, note_head
from registry.ledger.models import TimestampToken
from registry.ledger.notes import first_alone
from registry.ledger.outside import Unreached
from registry.ledger.setup import ledger_setup
from registry.ledger.tokens import Token, open_token, plain, request_over, vouched

LONGEST_NAME = 300
log = logging.getLogger(__name__)
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamped:
    """An authority's name, its RFC 3161 response (DER) and the time it states."""

    authority: str
    token: bytes
    at: datetime


def timestamps_of(size: int) -> Sequence[Stamped]:
    """The timestamps of the checkpoint of that size, in the order of their authorities' names."""
    query = (
        select(TimestampToken.__table__).where(TimestampToken.size == size).order_by(TimestampToken.authority)
    )
    return [
        Stamped(authority=row.authority, token=row.token, at=row.stamped_at)
        for row in db.session.execute(query)
    ]


def stamped_sizes() -> Sequence[int]:
    """The sizes of the checkpoints that have a timestamp, rising."""
    query = select(TimestampToken.size).distinct().order_by(TimestampToken.size)
    return db.session.execute(query).scalars().all()


def stamp() -> None:
    """Have the newest head stamped and keep the token; nothing to do where there is one.

    Never inside a transaction. A crash behind the authority's answer loses that token only. Raises Unreached
    when there was none that holds, with the reason as its code: what does not hold is never kept.
    """
    setup = ledger_setup().anchors
    note = _unstamped()
    if note is None or not setup.tsa_url:
        return
    query, asked = request_over(note.encode()), clock.now()
    reply = outside.post(setup.tsa_url, query.as_bytes(), kind=QUERY)
    answered = clock.now()
    if reply.status != 200:
        raise Unreached(f"status_{reply.status}", reply.body[:200].decode("utf-8", "replace"))
    if reply.type != REPLY:
        raise Unreached("nonsense", f"an answer of type {reply.type!r}")
    response, token = _opened(reply.body, note, setup, nonce=query.nonce)
    skew = _skew(token, asked, answered)
    row = {
        "size": note_head(note).size,
        "authority": token.authority,
        "token": response,
        "stamped_at": token.at,
        "skew_ms": round(skew.total_seconds() * 1000),
    }
    transaction(lambda: _keep(row))
    if abs(skew) > anchors.MOST_SKEW:
        said = {"event": "clock_skew", "seconds": skew.total_seconds(), "authority": token.authority}
        log.error("%s", json.dumps(said))


def _unstamped() -> str | None:
    try:
        note = checkpoint()
        return None if note is None or anchors.stamped() >= note_head(note).size else first_alone(note)
    finally:
        db.session.rollback()  # nothing is held while we wait for the network


def _opened(answer: bytes, note: str, setup: Anchors, *, nonce: int | None) -> tuple[bytes, Token]:
    try:
        response = plain(answer, setup.tsa_roots)
        token = open_token(response, note.encode())
        if not vouched(token, setup.tsa_roots, nonce=nonce):
            raise ValueError("no pinned root stands behind it")
    except ValueError as error:
        raise Unreached("wrong_token", str(error)) from error
    if len(token.authority) > LONGEST_NAME:
        raise Unreached("wrong_token", "a name that is too long")
    return response, token


def _skew(token: Token, asked: datetime, answered: datetime) -> timedelta:
    """How far our clock is off, at least: positive when it is behind theirs.

    Their instant lies somewhere between question and answer, and is as exact as they say.
    """
    ahead = token.at - token.accuracy - answered
    behind = asked - token.at - token.accuracy
    if ahead > timedelta():
        return ahead
    return -behind if behind > timedelta() else timedelta()


def _keep(row: dict[str, object]) -> None:
    if db.session.connection().dialect.name == "postgresql":
        db.session.execute(postgresql.insert(TimestampToken).values(row).on_conflict_do_nothing())
    elif db.session.get(TimestampToken, (row["size"], row["authority"])) is None:
        db.session.execute(insert(TimestampToken).values(row))
