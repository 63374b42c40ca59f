"""Cosignatures: what witnesses said of our checkpoints, each kept once, under the note they said it of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql

from registry.database import db
from registry.ledger.checkpoints import checkpoint
from registry.ledger.models import Checkpoint, Cosignature
from registry.ledger.notes import COSIGNATURE, Vkey, parse_vkey


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigned:
    """A witness's signature line, newline included, and when the witness says it signed."""

    witness: Vkey
    line: str
    at: datetime


def cosignatures_of(size: int) -> Sequence[Cosigned]:
    """The cosignatures of the checkpoint of that size, in the order of their witnesses' verifier keys."""
    query = select(Cosignature.__table__).where(Cosignature.size == size).order_by(Cosignature.witness)
    return [
        Cosigned(witness=parse_vkey(row.witness, kind=COSIGNATURE), line=row.line, at=row.signed_at)
        for row in db.session.execute(query)
    ]


def checkpoint_with_cosignatures(size: int | None = None) -> str | None:
    """The note of exactly that size (the newest without one), witnesses' lines under the registry's.

    The lines stand in the order of `cosignatures_of`, so that signers can be listed beside them. Receipts
    take `checkpoint` instead, which the registry alone signed.
    """
    if size is None:
        size = db.session.execute(select(Checkpoint.size).order_by(Checkpoint.size.desc()).limit(1)).scalar()
    note = None if size is None else checkpoint(size, exact=True)
    if size is None or note is None:
        return None
    return note + "".join(one.line for one in cosignatures_of(size))


def keep(size: int, cosigned: Cosigned) -> None:
    """Keep a checked cosignature unless there is one of that witness for that size; in a transaction."""
    row = {
        "size": size,
        "witness": str(cosigned.witness),
        "line": cosigned.line,
        "signed_at": cosigned.at,
    }
    if db.session.connection().dialect.name == "postgresql":
        db.session.execute(postgresql.insert(Cosignature).values(row).on_conflict_do_nothing())
    elif db.session.get(Cosignature, (size, row["witness"])) is None:
        db.session.execute(insert(Cosignature).values(row))
