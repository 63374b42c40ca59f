"""What others said of our heads, checked from the database: each row says what its signature says."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, select

from registry.ledger.canonical import b64
from registry.ledger.heads import Seen
from registry.ledger.models import Checkpoint, Cosignature, TimestampToken
from registry.ledger.notes import COSIGNATURE, Head, Vkey, cosigned_at, first_alone, parse_vkey, split_note
from registry.ledger.setup import ledger_setup
from registry.ledger.tokens import open_token, vouched
from registry.ledger.walk import TIME, Fault


@dataclass(slots=True)
class Outside:
    """What was said of our heads, gathered in the order of their sizes: the last word of each kind."""

    size: int = 0  # of the newest head that anybody cosigned
    cosigners: dict[Vkey, int] = field(default_factory=dict)  # of that head, in seconds since the epoch
    met_size: int = 0  # of the newest head that enough witnesses cosigned
    stamped_size: int = 0
    stamped_at: datetime | None = None
    unpinned: bool = False  # a token stands there and no root is pinned today

    def take_cosignature(self, row: Any) -> None:
        """Rows come with rising sizes."""
        if row.size != self.size:
            self.size, self.cosigners = row.size, {}
        vkey = parse_vkey(row.witness, kind=COSIGNATURE)
        self.cosigners[vkey] = int(row.signed_at.timestamp())
        policy = ledger_setup().anchors.policy
        if policy is not None and vkey in policy.witnesses.values() and policy.met_by(self.cosigners):
            self.met_size = row.size

    def take_token(self, row: Any, *, trusted: bool) -> None:
        """Rows come with rising sizes."""
        if trusted:
            self.stamped_size, self.stamped_at = row.size, row.stamped_at
        else:
            self.unpinned = True

    def seen(self, head: Head) -> Seen:
        """The head in the database, as far as others vouch for it."""
        met = self.met_size == head.size
        return Seen(
            head=head,
            pinned=True,
            cosigned={vkey.name: time for vkey, time in self.cosigners.items()} if met else {},
            cosigned_size=self.met_size,
            witness_unpinned=bool(self.size and not self.met_size),
            timestamp_unpinned=self.unpinned,
            stamped_at=self.stamped_at,
            stamped_size=self.stamped_size,
        )


def check_anchor_rows(connection: Connection) -> Outside:
    """Check every cosignature with the witness's own key and every token with its authority's.

    The roots pinned today are asked for strange certificates only: a token of an authority of the past, for
    whom they do not vouch, stays what it was. Raises Fault cosignature_wrong, timestamp_wrong.
    """
    outside = Outside()
    for row in _rows(connection, Cosignature.__table__):  # type: ignore[arg-type]
        try:
            _check_cosignature(row)
        except (ValueError, AttributeError) as error:
            raise Fault(TIME, "cosignature_wrong", row.size - 1) from error
        outside.take_cosignature(row)
    for row in _rows(connection, TimestampToken.__table__):  # type: ignore[arg-type]
        try:
            trusted = _check_token(row)
        except (ValueError, AttributeError) as error:
            raise Fault(TIME, "timestamp_wrong", row.size - 1) from error
        outside.take_token(row, trusted=trusted)
    return outside


def _rows(connection: Connection, table: Table) -> Iterator[Any]:
    query = select(table, Checkpoint.note).outerjoin(Checkpoint, Checkpoint.size == table.c.size)
    yield from connection.execute(query.order_by(table.c.size).execution_options(yield_per=200))


def _check_cosignature(row: Any) -> None:
    vkey = parse_vkey(row.witness, kind=COSIGNATURE)
    text, lines = split_note(row.note.rpartition("\n\n")[0] + "\n\n" + row.line)
    (line,) = lines
    if row.line != f"— {line.name} {b64(line.key_id + line.signature)}\n" or row.witness != str(vkey):
        raise ValueError("spelled otherwise")
    if (line.name, line.key_id) != (vkey.name, vkey.key_id) or not vkey.holds(text, line.signature):
        raise ValueError("not this witness's")
    if cosigned_at(line.signature) != row.signed_at.timestamp():
        raise ValueError("another time")


def _check_token(row: Any) -> bool:
    """Whether roots are pinned today, so that the token counts."""
    token = open_token(row.token, first_alone(row.note).encode())
    if (token.authority, token.at) != (row.authority, row.stamped_at):
        raise ValueError("another authority or time")
    roots = ledger_setup().anchors.tsa_roots
    if roots:
        vouched(token, roots)
    return bool(roots)
