"""Logs closed after a loss, as far as we still hold them: their filings stay readable, and so do receipts.

Numbers of filings count from the beginning of the present log; those of closed logs are negative. So a row
that names a filing by its number needs no second column, and nobody can take one log's filing for another's.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select

from registry.database import db
from registry.errors import Conflict, NotFound
from registry.ledger.canonical import strict
from registry.ledger.chain import Node, nodes_from_leaves
from registry.ledger.models import ClosedDisclosure, ClosedEntry, ClosedKey, ClosedLog
from registry.ledger.notes import first_alone, parse_head
from registry.ledger.signing import CHECKPOINT


def log_of(seq: int) -> tuple[ClosedLog, int]:
    """The closed log a negative number belongs to, and the filing's own number in it. Raises NotFound."""
    query = select(ClosedLog).where(ClosedLog.first <= seq, ClosedLog.first + ClosedLog.size > seq)
    log = db.session.scalar(query)
    if log is None:
        raise NotFound("not_found")
    return log, seq - log.first


def latest() -> ClosedLog | None:
    """The log before the present one; None while there was none."""
    return db.session.scalar(select(ClosedLog).order_by(ClosedLog.number.desc()).limit(1))


def last_closed() -> datetime | None:
    """When a log was closed last; None when none ever was."""
    log = latest()
    return log.closed_at if log is not None else None


def is_closed(origin: str) -> bool:
    """Whether this names a log that was closed here."""
    return db.session.scalar(select(ClosedLog.number).where(ClosedLog.origin == origin)) is not None


def pair(log: ClosedLog, seq: int) -> tuple[bytes, bytes]:
    """Entry and envelope by the number in that log. Raises NotFound."""
    query = select(ClosedEntry.entry, ClosedEntry.envelope)
    row = db.session.execute(query.where(ClosedEntry.log == log.number, ClosedEntry.seq == seq)).one_or_none()
    if row is None:
        raise NotFound("not_found")
    return row[0], row[1]


def place(seq: int) -> tuple[str, int]:
    """Origin and own number of a filing of a closed log, as pages name it. Raises NotFound."""
    log, own = log_of(seq)
    return log.origin, own


def note_covering(log: ClosedLog, seq: int) -> str:
    """The newest head we signed over what we held of it. Raises Conflict ledger_never_published.

    A filing behind it was entered and lost its log before a head over it was signed: nobody has a receipt,
    and under a closed name nothing is signed any more.
    """
    if not log.note or parse_head(log.note.rpartition("\n\n")[0] + "\n").size <= seq:
        raise Conflict("ledger_never_published", origin=log.origin, seq=seq)
    return first_alone(log.note)


def nodes(log: ClosedLog) -> Node:
    """Subtree hashes of a closed log, out of its leaves."""
    query = select(ClosedEntry.leaf).where(ClosedEntry.log == log.number).order_by(ClosedEntry.seq)
    return nodes_from_leaves(db.session.scalars(query).all())


def enrolled(log: ClosedLog, kids: Iterable[str]) -> list[int]:
    """Where these keys came in, by the numbers of that log."""
    query = select(ClosedKey.enrolled_seq).where(ClosedKey.log == log.number)
    return list(db.session.scalars(query.where(ClosedKey.kid.in_(sorted(kids)))))


def head_keys_brought(log: ClosedLog, size: int) -> set[int]:
    """Where the keys that sign its heads came in, below that size."""
    query = select(ClosedKey.enrolled_seq).where(ClosedKey.log == log.number)
    query = query.where(ClosedKey.purpose == CHECKPOINT, ClosedKey.enrolled_seq < size)
    return set(db.session.scalars(query))


def disclosures(seq: int) -> list[dict[str, Any]]:
    """What opens the commitments of a filing of a closed log, as far as it has not been erased."""
    log, own = log_of(seq)
    query = select(ClosedDisclosure).where(ClosedDisclosure.log == log.number, ClosedDisclosure.seq == own)
    rows = db.session.scalars(query.order_by(ClosedDisclosure.path))
    return [{"path": row.path, "salt": row.salt, "value": strict(row.value.encode())} for row in rows]


def opened(subject: str) -> list[tuple[int, str]]:
    """Where values of a subject's filings in closed logs are still kept: (negative number, path)."""
    number = ClosedLog.first + ClosedDisclosure.seq
    query = (
        select(number, ClosedDisclosure.path)
        .join(ClosedLog, ClosedLog.number == ClosedDisclosure.log)
        .where(ClosedDisclosure.subject == subject)
        .order_by(number, ClosedDisclosure.path)
    )
    return [(row[0], row[1]) for row in db.session.execute(query)]


def erase(seq: int, path: str) -> bool:
    """Forget a value of a closed log, on SQLite; PostgreSQL's `ledger_erase` knows both."""
    log, own = log_of(seq)
    same = (ClosedDisclosure.log == log.number, ClosedDisclosure.seq == own, ClosedDisclosure.path == path)
    return db.session.connection().execute(delete(ClosedDisclosure).where(*same)).rowcount > 0


def count() -> int:
    """How many logs were closed."""
    return db.session.execute(select(func.count()).select_from(ClosedLog)).scalar_one()
