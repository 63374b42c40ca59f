"""The append: everything slow before the head is locked, then entries, guarded compare-and-swap, tiles.

Should the process die anywhere in here, the database forgets all of it together with the caller's rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from registry import clock
from registry.database import db, in_transaction
from registry.errors import Conflict, Refused
from registry.ledger import tiles
from registry.ledger.canonical import FILING_TYPE, jcs, pae, sha256_hex
from registry.ledger.chain import Entry, leaf_hash, parse_frontier
from registry.ledger.filings import Disclosure as Opening
from registry.ledger.filings import Filed, Filing, build, envelope_bytes, parse_filing
from registry.ledger.keyring import Key, Keyring, kids_of
from registry.ledger.models import Disclosure, Envelope, LedgerEntry, LedgerHead, LedgerKey
from registry.ledger.setup import ledger_setup
from registry.ledger.signing import Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """Where a filing stands in the log."""

    seq: int
    leaf: bytes
    entry: bytes
    envelope_digest: str
    time: str

    @property
    def instant(self) -> datetime:
        return clock.parse_rfc3339(self.time)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """A filing checked and enveloped: all that does not depend on its place."""

    filed: Filed
    envelope: bytes
    digest: str
    openings: Sequence[Opening]


def append(filings: Sequence[Filing], *, at: datetime | None = None) -> list[Appended]:
    """Enter filings in this order, in the caller's transaction; times never run back.

    Raises RuntimeError outside `database.transaction`, ValueError for a filing its table does not know,
    Refused for a key or signature that does not hold, Conflict filing_repeated, ledger_not_started.
    """
    if not in_transaction():
        raise RuntimeError("a filing is entered together with the rows it belongs to, in one transaction")
    if not filings:
        return []
    db.session.flush()  # order of locks: the subject's rows, then the head, nothing after
    setup = ledger_setup()
    connection = db.session.connection()
    built = [_built(filing) for filing in filings]
    keyring = _load_keyring(connection, [filed for filed, _, _ in built])
    known = dict(keyring.keys)
    countersigner = setup.keys.countersigner
    prepared = []
    for place, (filed, payload, openings) in enumerate(built):
        keyring.admit(filed, place, origin=setup.origin)
        prepared.append(_enveloped(filed, payload, openings, countersigner))
    head = _lock_head(connection)
    first = head.seq + 1
    if (first == 0) != (filings[0].type == "log.started"):
        raise Conflict("ledger_not_started" if first == 0 else "ledger_started")
    _check_still_valid(connection, known)
    done = _entries(prepared, head, at or clock.now())
    _insert(connection, head, prepared, done=done)
    _move_head(connection, head, done)
    _store_keys(connection, known, keyring, first=first)
    tiles.store_full(connection, first, first + len(done))
    return done


def _built(filing: Filing) -> tuple[Filed, bytes, list[Opening]]:
    payload, openings = build(filing)
    return parse_filing(payload), payload, openings


def _enveloped(filed: Filed, payload: bytes, openings: list[Opening], signer: Signer) -> _Prepared:
    envelope = envelope_bytes(payload, kid=signer.kid, signature=signer.sign(pae(FILING_TYPE, payload)))
    return _Prepared(filed=filed, envelope=envelope, digest=sha256_hex(envelope), openings=openings)


def _load_keyring(connection: Connection, filings: Sequence[Filed]) -> Keyring:
    kids = set().union(*(kids_of(filed) for filed in filings))
    if not kids:
        return Keyring()
    rows = connection.execute(select(LedgerKey.__table__).where(LedgerKey.kid.in_(sorted(kids))))
    return Keyring({row.kid: Key(**row._mapping) for row in rows})


def _lock_head(connection: Connection) -> Row[Any]:
    query = select(LedgerHead.__table__).where(LedgerHead.id == 1).with_for_update()
    head = connection.execute(query).one_or_none()
    if head is None:
        raise Conflict("ledger_not_started")
    return head


def _check_still_valid(connection: Connection, known: Mapping[str, Key]) -> None:
    """Refuse a key that was revoked between our reading it and our getting the head.

    SQLite needs no second look: its writing transaction held the lock from the start.
    """
    valid = [kid for kid, key in known.items() if key.revoked_seq is None]
    if not valid or connection.dialect.name == "sqlite":
        return
    query = select(LedgerKey.kid).where(LedgerKey.kid.in_(valid), LedgerKey.revoked_seq.is_not(None))
    revoked = connection.execute(query).scalars().first()
    if revoked is not None:
        raise Refused("key_revoked", kid=revoked)


def _entries(prepared: Sequence[_Prepared], head: Row[Any], at: datetime) -> list[Appended]:
    done: list[Appended] = []
    prev = head.leaf
    time = max(clock.rfc3339(at), head.time)  # a clock set back never takes the log with it
    for place, filing in enumerate(prepared, start=head.seq + 1):
        entry = Entry(
            seq=place,
            prev=prev,
            time=time,
            type=filing.filed.type,
            subject=filing.filed.subject,
            envelope=filing.digest,
        ).encode()
        prev = leaf_hash(entry)
        done.append(Appended(seq=place, leaf=prev, entry=entry, envelope_digest=filing.digest, time=time))
    return done


def _insert(
    connection: Connection, head: Row[Any], prepared: Sequence[_Prepared], *, done: Sequence[Appended]
) -> None:
    try:
        connection.execute(
            insert(Envelope), [{"digest": filing.digest, "bytes": filing.envelope} for filing in prepared]
        )
    except IntegrityError as error:  # the only key of this table is the digest: the same filing again
        raise Conflict("filing_repeated") from error
    before = [head.leaf, *(item.leaf for item in done)]
    connection.execute(
        insert(LedgerEntry),
        [
            {
                "seq": item.seq,
                "prev": prev,
                "leaf": item.leaf,
                "entry": item.entry,
                "envelope_digest": item.envelope_digest,
            }
            for item, prev in zip(done, before, strict=False)
        ],
    )
    opened = [
        {"seq": item.seq, "path": path, "salt": salt, "value": jcs(value).decode()}
        for item, filing in zip(done, prepared, strict=True)
        for path, salt, value in filing.openings
    ]
    if opened:
        connection.execute(insert(Disclosure), opened)


def _move_head(connection: Connection, head: Row[Any], done: Sequence[Appended]) -> None:
    """Compare and swap: under the lock it cannot miss, and should it miss, nothing may be written."""
    frontier = parse_frontier(head.size, head.frontier).extend(item.leaf for item in done)
    last = done[-1]
    moved = connection.execute(
        update(LedgerHead)
        .where(LedgerHead.id == 1, LedgerHead.seq == head.seq, LedgerHead.leaf == head.leaf)
        .values(seq=last.seq, leaf=last.leaf, time=last.time, size=frontier.size, frontier=frontier.encode())
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:
        raise RuntimeError("the ledger's head moved under its lock")


def _store_keys(connection: Connection, known: Mapping[str, Key], keyring: Keyring, *, first: int) -> None:
    """Keep the key table in step; the keyring counted places in this list, the table counts in the log."""
    for kid, key in keyring.keys.items():
        before = known.get(kid)
        revoked = None if key.revoked_seq is None else first + key.revoked_seq
        if before is None:
            row = {name: getattr(key, name) for name in ("kid", "alg", "public", "holder", "purpose")}
            connection.execute(
                insert(LedgerKey), {**row, "enrolled_seq": first + key.enrolled_seq, "revoked_seq": revoked}
            )
        elif before.revoked_seq is None and revoked is not None:
            connection.execute(update(LedgerKey).where(LedgerKey.kid == kid).values(revoked_seq=revoked))
