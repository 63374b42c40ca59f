"""What others said of our heads, checked from the database: each row says what its signature says."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Table, select

from registry.ledger.canonical import b64
from registry.ledger.models import Checkpoint, Cosignature, TimestampToken
from registry.ledger.notes import COSIGNATURE, cosigned_at, first_alone, parse_vkey, split_note
from registry.ledger.setup import ledger_setup
from registry.ledger.tokens import open_token, vouched
from registry.ledger.walk import TIME, Fault


def check_anchor_rows(connection: Connection) -> None:
    """Check every cosignature with the witness's own key and every token with its authority's.

    The roots pinned today are asked for strange certificates only: a token of an authority of the past, for
    whom they do not vouch, stays what it was. Raises Fault cosignature_wrong, timestamp_wrong.
    """
    for row in _rows(connection, Cosignature.__table__):  # type: ignore[arg-type]
        try:
            _check_cosignature(row)
        except (ValueError, AttributeError) as error:
            raise Fault(TIME, "cosignature_wrong", row.size - 1) from error
    for row in _rows(connection, TimestampToken.__table__):  # type: ignore[arg-type]
        try:
            _check_token(row)
        except (ValueError, AttributeError) as error:
            raise Fault(TIME, "timestamp_wrong", row.size - 1) from error


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


def _check_token(row: Any) -> None:
    token = open_token(row.token, first_alone(row.note).encode())
    if (token.authority, token.at) != (row.authority, row.stamped_at):
        raise ValueError("another authority or time")
    if roots := ledger_setup().anchors.tsa_roots:
        vouched(token, roots)
