"""The append: everything slow before the head is locked, then entries, guarded compare-and-swap, tiles.

Should the process die anywhere in here, the database forgets all of it together with the caller's rows.
"""

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Row, Table, bindparam, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from registry import clock
from registry.database import db, in_transaction
from registry.errors import Conflict, Paused, Refused
from registry.ledger import anchors, tiles
from registry.ledger.canonical import FILING_TYPE, jcs, pae, sha256_hex
from registry.ledger.chain import Entry, leaf_hash, parse_frontier
from registry.ledger.filings import Filing, Statement, envelope_bytes
from registry.ledger.keyring import Key, Keyring, kids_of
from registry.ledger.models import Disclosure, Envelope, LedgerEntry, LedgerHead, LedgerKey, StatementUse
from registry.ledger.relayed import Piece, pieces
from registry.ledger.setup import ledger_setup
from registry.ledger.signing import RegistryKeys, Signer

log = logging.getLogger(__name__)
CLOCK_ALERT = 2.0  # seconds: a second machine's clock may differ by so much, more is somebody's to look at
_HEAD = cast(Table, LedgerHead.__table__)
_KEY = cast(Table, LedgerKey.__table__)

# Built once: composing a statement costs more than running it, and these run at every filing.
_LOCK_HEAD = select(_HEAD).where(_HEAD.c.id == 1).with_for_update()
_MOVE_HEAD = (
    update(_HEAD)
    .where(_HEAD.c.id == 1, _HEAD.c.seq == bindparam("old_seq"), _HEAD.c.leaf == bindparam("old_leaf"))
    .values({name: bindparam(name) for name in ("seq", "leaf", "time", "size", "frontier")})
)
_READ_KEY = select(_KEY).where(_KEY.c.kid == bindparam("kid"))
_AT_ONCE = 3  # keys asked about: the registry's two and the one that signed, which is what most filings need
_STANDING = select(_KEY.c.kid).where(
    or_(*(_KEY.c.kid == bindparam(f"kid_{n}") for n in range(_AT_ONCE))), _KEY.c.revoked_seq.is_(None)
)
_INSERT_ENVELOPE = insert(cast(Table, Envelope.__table__))
_INSERT_ENTRY = insert(cast(Table, LedgerEntry.__table__))
_INSERT_USE = insert(cast(Table, StatementUse.__table__))
_INSERT_DISCLOSURE = insert(cast(Table, Disclosure.__table__))


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """Where a filing stands in the log."""

    seq: int
    prev: bytes
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

    piece: Piece
    envelope: bytes
    digest: str


def append(filings: Sequence[Filing], *, at: datetime | None = None) -> list[Appended]:
    """Enter filings in this order, in the caller's transaction; times never run back. A licensee's statement
    stands there under a key made for it (`relayed`), whose enrolment comes before and is not answered.

    Raises RuntimeError outside `database.transaction`, ValueError for a filing its table does not know or a
    salt used twice, Refused for a key or signature that does not hold, Conflict filing_repeated,
    ledger_not_started, ledger_key_differs when the registry's own keys are not those the log has in force,
    Paused while those outside have not followed the log for too long.
    """
    if not in_transaction():
        raise RuntimeError("a filing is entered together with the rows it belongs to, in one transaction")
    if not filings:
        return []
    if any(filing.type not in anchors.UNSTOPPED for filing in filings):
        anchors.check_followed()
    db.session.flush()  # order of locks: the subject's rows, then the head, nothing after
    connection = db.session.connection()
    origin = ledger_setup().origin
    built = [piece for filing in filings for piece in pieces(filing, origin=origin)]
    keyring = _load_keyring(connection, built)
    known = dict(keyring.keys)
    starts = filings[0].type == "log.started"
    prepared = _prepare(built, keyring, ledger_setup().keys.countersigner)
    head = _lock_head(connection, starts=starts)
    valid = [kid for kid, key in known.items() if key.revoked_seq is None]
    standing = _standing(connection, [*_own(ledger_setup().keys), *valid])
    if not starts and not standing.issuperset(_own(ledger_setup().keys)):
        keyring = Keyring(dict(known))
        prepared = _prepare(built, keyring, _rotated_keys(connection).countersigner)
    if ended := [kid for kid in valid if kid not in standing]:
        raise Refused("key_revoked", kid=ended[0])  # between our reading it and our getting the head
    if at is None:
        _check_clock(head, at := clock.now())
    done = _entries(prepared, head, at)
    _insert(connection, prepared, done)
    _move_head(connection, head, done)
    _store_keys(connection, known, keyring, first=done[0].seq)
    tiles.store_full(connection, done[0].seq, done[-1].seq + 1)
    return [item for item, piece in zip(done, built, strict=True) if piece.asked]


def _load_keyring(connection: Connection, built: Sequence[Piece]) -> Keyring:
    filed = [one for item in built for one in (item.built.filed, item.own) if one is not None]
    kids: set[str] = set().union(*(kids_of(one) for one in filed)) - _made(built)
    return Keyring({row.kid: Key(**row._mapping) for row in _read_keys(connection, kids)})


def _made(built: Sequence[Piece]) -> set[str]:
    """Keys made a moment ago for this list alone: no look finds them, and the table takes none twice."""
    return {item.built.filed.subject for item in built if not item.asked}


def _read_keys(connection: Connection, kids: Iterable[str]) -> Iterator[Row[Any]]:
    """One look for each key: nearly always there is one, and a list in a query costs thrice as much."""
    for kid in kids:
        yield from connection.execute(_READ_KEY, {"kid": kid})


def _prepare(built: Sequence[Piece], keyring: Keyring, signer: Signer) -> list[_Prepared]:
    """Check each filing's signatures in order and countersign it; the keyring learns as the log would."""
    origin = ledger_setup().origin
    prepared = []
    for place, item in enumerate(built):
        disclosures, payload = item.built.disclosures, item.built.payload
        if len({opened.salt for opened in disclosures}) != len(disclosures):
            raise ValueError("a salt stands twice: who is shown one value could guess the other")
        ours = keyring.keys.get(signer.kid)
        if ours is not None and ours.revoked_seq is not None and place:
            raise ValueError("a key that countersigns is ended by the last filing of a list")
        if item.own is not None:
            keyring.check_own(item.own, origin=origin)
        keyring.admit(item.built.filed, place, origin=origin)
        signature = signer.sign(pae(FILING_TYPE, payload))
        envelope = envelope_bytes(payload, kid=signer.kid, signature=signature)
        prepared.append(_Prepared(piece=item, envelope=envelope, digest=sha256_hex(envelope)))
    return prepared


def _own(keys: RegistryKeys) -> tuple[str, str]:
    return keys.countersigner.kid, keys.checkpoint_signer.kid


def _standing(connection: Connection, kids: Sequence[str]) -> set[str]:
    """Which of these keys the log has in force: under the head's lock nothing can end one. A list in a query
    costs thrice as much as a few names.
    """
    found: set[str] = set()
    for at in range(0, len(kids), _AT_ONCE):
        some = [*kids[at : at + _AT_ONCE], *[kids[at]] * _AT_ONCE]
        named = {f"kid_{n}": some[n] for n in range(_AT_ONCE)}
        found.update(connection.execute(_STANDING, named).scalars())
    return found


def _rotated_keys(connection: Connection) -> RegistryKeys:
    """The keys read anew: this process had them from before a rotation, and an old key signs no more."""
    keys = ledger_setup().reload()
    if not _standing(connection, _own(keys)).issuperset(_own(keys)):
        raise Conflict("ledger_key_differs", kid=keys.countersigner.kid)
    return keys


def _lock_head(connection: Connection, *, starts: bool) -> Row[Any]:
    head = connection.execute(_LOCK_HEAD).one_or_none()
    if head is None or (head.size == 0 and not starts):
        raise Conflict("ledger_not_started")
    if head.size and starts:
        raise Conflict("ledger_started")
    return head


def _check_clock(head: Row[Any], now: datetime) -> None:
    """A clock set back a little only repeats the last time; one far behind would date everything wrongly."""
    if not head.time:
        return
    behind = (clock.parse_rfc3339(head.time) - now).total_seconds()
    if behind <= CLOCK_ALERT:
        return
    limit = ledger_setup().clock_behind
    line = {"event": "ledger.clock_behind", "seconds": behind, "limit": limit, "head": head.time}
    log.error("%s", json.dumps(line))
    if behind > limit:
        raise Paused("clock_behind", minutes=round(behind / 60), head=head.time)


def _entries(prepared: Sequence[_Prepared], head: Row[Any], at: datetime) -> list[Appended]:
    done: list[Appended] = []
    prev = head.leaf
    time = max(clock.rfc3339(at), head.time)  # a clock set back never takes the log with it
    for seq, filing in enumerate(prepared, start=head.seq + 1):
        filed, digest = filing.piece.built.filed, filing.digest
        entry = Entry(
            seq=seq, prev=prev, time=time, type=filed.type, subject=filed.subject, envelope=digest
        ).encode()
        leaf = leaf_hash(entry)
        done.append(Appended(seq=seq, prev=prev, leaf=leaf, entry=entry, envelope_digest=digest, time=time))
        prev = leaf
    return done


def _insert(connection: Connection, prepared: Sequence[_Prepared], done: Sequence[Appended]) -> None:
    envelopes = [{"digest": filing.digest, "bytes": filing.envelope} for filing in prepared]
    try:
        connection.execute(_INSERT_ENVELOPE, envelopes)
    except IntegrityError as error:  # the only key of this table is the digest: the same filing again
        raise Conflict("filing_repeated") from error
    own = [filing.piece.own for filing in prepared if filing.piece.own is not None]
    shown = [said for filing in prepared for said in filing.piece.built.filed.statements]
    made = _made([filing.piece for filing in prepared])
    behind = [said for said in shown if said.kid in made]  # by keys nobody had before: never stated already
    _use_own(connection, [*(said for one in own for said in one.statements), *behind])
    _use(connection, [said for said in shown if said.kid not in made])
    names = ("seq", "prev", "leaf", "entry", "envelope_digest")
    rows = [
        {**{name: getattr(item, name) for name in names}, "subject": filing.piece.built.filed.subject}
        for item, filing in zip(done, prepared, strict=True)
    ]
    connection.execute(_INSERT_ENTRY, rows)
    opened = [
        {"seq": item.seq, "path": path, "salt": salt, "value": jcs(value).decode()}
        for item, filing in zip(done, prepared, strict=True)
        for path, salt, value in filing.piece.built.disclosures
    ]
    if opened:
        connection.execute(_INSERT_DISCLOSURE, opened)


def _use_own(connection: Connection, statements: Sequence[Statement]) -> None:
    """What a party signed may not come in again behind another key: it would be the same filing."""
    try:
        _use(connection, statements)
    except Refused as refused:
        raise Conflict("filing_repeated") from refused


def _use(connection: Connection, statements: Sequence[Statement]) -> None:
    """Each statement counts once in the whole log, or every checker would refuse the log from then on."""
    if not statements:
        return
    try:
        connection.execute(_INSERT_USE, [{"once": said.once} for said in statements])
    except IntegrityError as error:
        raise Refused("statement_repeated", kid=statements[0].kid) from error


def _move_head(connection: Connection, head: Row[Any], done: Sequence[Appended]) -> None:
    """Compare and swap: under the lock it cannot miss, and should it miss, nothing may be written."""
    frontier = parse_frontier(head.size, head.frontier).extend(item.leaf for item in done)
    last = done[-1]
    moved = connection.execute(
        _MOVE_HEAD,
        {
            "old_seq": head.seq,
            "old_leaf": head.leaf,
            "seq": last.seq,
            "leaf": last.leaf,
            "time": last.time,
            "size": frontier.size,
            "frontier": frontier.encode(),
        },
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
            row |= {"enrolled_seq": first + key.enrolled_seq, "revoked_seq": revoked}
            connection.execute(insert(_KEY), row)
        elif before.revoked_seq is None and revoked is not None:
            connection.execute(update(_KEY).where(_KEY.c.kid == kid).values(revoked_seq=revoked))
