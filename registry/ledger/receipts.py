"""Receipts: one filing with all that is needed to check it without us."""

from collections.abc import Collection, Container, Iterable
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, select

from registry import clock
from registry.database import db
from registry.errors import NotFound
from registry.ledger import closed, tiles
from registry.ledger.canonical import strict
from registry.ledger.chain import Node, inclusion_proof, leaf_hash
from registry.ledger.checkpoints import checkpoint_covering, note_head, own_keys
from registry.ledger.filings import Filed, parse_envelope, parse_filing
from registry.ledger.models import ClosedLog, Disclosure, Envelope, LedgerEntry, LedgerKey
from registry.ledger.notes import Proof
from registry.ledger.receipt_file import FORMAT
from registry.ledger.setup import ledger_setup
from registry.ledger.signing import CHECKPOINT

_ENTRY = cast(Table, LedgerEntry.__table__)
_ENTRY_AT = select(_ENTRY.c.entry).where(_ENTRY.c.seq == bindparam("seq"))


def receipt(seq: int, *, disclose: Container[str] | None = None) -> dict[str, Any]:
    """The receipt of a filing; `canonical.jcs` of it is the file.

    `disclose` names the committed paths the asker may see. Publishes a checkpoint if none covers the filing
    yet, so it is asked for after the commit, outside a transaction. Raises NotFound.
    """
    log, at = (None, seq) if seq >= 0 else closed.log_of(seq)
    note = checkpoint_covering(at) if log is None else closed.note_covering(log, at)
    size, nodes = note_head(note).size, tiles.nodes() if log is None else closed.nodes(log)
    needed = [place for place in _enrolments(at, size, log) if place != at]
    value = {
        "format": FORMAT,
        "origin": ledger_setup().origin if log is None else log.origin,
        **line(at, note, size=size, nodes=nodes, log=log),
        "keys": [line(place, note, size=size, nodes=nodes, log=log) for place in needed],
    }
    opened = [] if disclose is None else [row for row in disclosures(seq) if row["path"] in disclose]
    return {**value, "disclosures": opened} if opened else value


def filed_at(seq: int) -> tuple[bytes, Filed]:
    """Entry bytes and filing at a place; negative ones are those of closed logs. Raises NotFound."""
    entry, envelope = _pair(seq) if seq >= 0 else closed.pair(*closed.log_of(seq))
    return entry, parse_filing(parse_envelope(envelope)[0])


def filed_among(seqs: Collection[int]) -> dict[int, Filed]:
    """Filings of the log at these places, those that are there, in one statement."""
    query = (
        select(LedgerEntry.seq, Envelope.bytes)
        .join(Envelope, Envelope.digest == LedgerEntry.envelope_digest)
        .where(LedgerEntry.seq.in_(seqs))
    )
    return {seq: parse_filing(parse_envelope(data)[0]) for seq, data in db.session.execute(query)}


def leaf(seq: int) -> bytes:
    """The leaf hash of a filing. Raises NotFound."""
    if seq < 0:
        return leaf_hash(filed_at(seq)[0])
    entry = db.session.connection().execute(_ENTRY_AT, {"seq": seq}).scalar()
    if entry is None:
        raise NotFound("not_found")
    return leaf_hash(entry)


def envelope_at(seq: int) -> bytes:
    """The envelope at a place. Raises NotFound."""
    return _pair(seq)[1]


def disclosures(seq: int) -> list[dict[str, Any]]:
    """What opens the commitments of a filing, as far as it has not been erased: path, salt, value."""
    if seq < 0:
        return closed.disclosures(seq)
    query = select(Disclosure.__table__).where(Disclosure.seq == seq).order_by(Disclosure.path)
    rows = db.session.execute(query)
    return [{"path": row.path, "salt": row.salt, "value": strict(row.value.encode())} for row in rows]


def time_of(entry: bytes) -> datetime:
    """When an entry was made, by the log's clock."""
    return clock.parse_rfc3339(strict(entry)["time"])


def opened(subject: str) -> list[tuple[int, str]]:
    """Where values of a subject's filings are still kept: (seq, path), in the order of the log."""
    query = (
        select(Disclosure.seq, Disclosure.path)
        .join(LedgerEntry, LedgerEntry.seq == Disclosure.seq)
        .where(LedgerEntry.subject == subject)
        .order_by(Disclosure.seq, Disclosure.path)
    )
    return [*closed.opened(subject), *((row.seq, row.path) for row in db.session.execute(query))]


def line(seq: int, note: str, *, size: int, nodes: Node, log: ClosedLog | None = None) -> dict[str, Any]:
    """A filing with its proof to that note, which covers it: what receipts and bundles consist of."""
    entry, envelope = _pair(seq, log)
    proof = Proof(seq, tuple(inclusion_proof(seq, size, nodes)), note)
    return {"seq": seq, "entry": entry.decode(), "envelope": envelope.decode(), "proof": proof.text}


def _pair(seq: int, log: ClosedLog | None = None) -> tuple[bytes, bytes]:
    if log is not None:
        return closed.pair(log, seq)
    query = (
        select(LedgerEntry.entry, Envelope.bytes)
        .join(Envelope, Envelope.digest == LedgerEntry.envelope_digest)
        .where(LedgerEntry.seq == seq)
    )
    row = db.session.execute(query).one_or_none()
    if row is None:
        raise NotFound("not_found")
    return row[0], row[1]


def _enrolments(seq: int, size: int, log: ClosedLog | None) -> list[int]:
    """Where the keys that signed came in, and the keys that signed for those, in the log's order.

    The key that signed the head is one of them, and may have come in after the filing.
    """
    if log is None:
        own = own_keys()
        brought = {key.enrolled_seq for key in own if key.purpose == CHECKPOINT and key.enrolled_seq < size}
    else:
        brought = closed.head_keys_brought(log, size)
    found = {0, *brought}
    waiting = [seq, *(brought - {0, seq})]
    while waiting:
        at = waiting.pop()
        for place in _enrolled(_named(_pair(at, log)[1]), log):
            if place not in found and place <= at:
                found.add(place)
                waiting.append(place)
    return sorted(found)


def _named(envelope: bytes) -> set[str]:
    """The keys that signed a filing, and the one that it ends."""
    payload, kid, _ = parse_envelope(envelope)
    filed = parse_filing(payload)
    ended = {filed.fields["kid"]} if filed.type == "key.revoked" else set()
    return {kid, *(statement.kid for statement in filed.statements), *ended}


def _enrolled(kids: Iterable[str], log: ClosedLog | None) -> list[int]:
    if log is not None:
        return closed.enrolled(log, kids)
    query = select(LedgerKey.enrolled_seq).where(LedgerKey.kid.in_(sorted(kids)))
    return list(db.session.execute(query).scalars())
