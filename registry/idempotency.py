"""Do a thing once, however often it is asked: UNIQUE (account, key) with the fingerprint of what was asked.

Forms carry a hidden key, machines the `Idempotency-Key` header; both come here. The row is inserted before
the work, in the same transaction: a twin arriving meanwhile waits for it and then reads the first answer.
"""

import hashlib
import json
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import String, Table, UniqueConstraint, Uuid, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from registry import clock
from registry.database import Model, UtcDateTime, db, new_id, uuid_key
from registry.errors import Refused


class Idempotency(Model):
    """One thing asked for once."""

    __tablename__ = "idempotency"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    id: Mapped[uuid.UUID] = uuid_key()
    account_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    key: Mapped[str] = mapped_column(String(80))
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(default=0)
    reference: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


# Built once and run on rows, not objects: composing a statement costs more than running it, and these run at
# every act.
_ROW = cast(Table, Idempotency.__table__)
_KNOWN = select(_ROW.c.fingerprint, _ROW.c.reference).where(
    _ROW.c.account_id == bindparam("account_id"), _ROW.c.key == bindparam("key")
)
_TAKE = {
    dialect.__name__.rpartition(".")[2]: dialect.insert(_ROW)
    .on_conflict_do_nothing()
    .execution_options(preserve_rowcount=True)
    for dialect in (postgresql, sqlite)
}
_DONE = (
    update(_ROW)
    .where(_ROW.c.id == bindparam("taken"))
    .values(status=bindparam("status"), reference=bindparam("reference"))
)


def fingerprint(verb: str, body: Mapping[str, Any]) -> str:
    """SHA-256 of what is asked: the verb and the loaded input, keys sorted."""
    text = json.dumps([verb, body], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def once(
    account_id: uuid.UUID,
    key: str,
    asked: str,
    work: Callable[[], str],
    *,
    status: int = 201,
    reference: str = "",
) -> tuple[str, bool]:
    """Run `work` unless this key has run before; return (reference, replayed). Call inside a transaction.

    A `reference` that is known before the work is written with the key, in one statement: should the work
    fail, neither stays.

    Raises Refused `idempotency_missing` without a key and `idempotency_reused` when the key stood for
    something else.
    """
    if not key or len(key) > 80 or not key.isprintable():
        raise Refused("idempotency_missing", "Idempotency-Key")
    connection, taken = db.session.connection(), new_id()
    row = {"id": taken, "account_id": account_id, "key": key, "fingerprint": asked, "created_at": clock.now()}
    row |= {"status": status if reference else 0, "reference": reference}
    if connection.execute(_TAKE[connection.dialect.name], row).rowcount == 0:
        known = connection.execute(_KNOWN, {"account_id": account_id, "key": key}).one()
        if known.fingerprint != asked:
            raise Refused("idempotency_reused", "Idempotency-Key")
        return str(known.reference), True
    done = work()
    if done != reference:
        connection.execute(_DONE, {"taken": taken, "status": status, "reference": done})
    return done, False


def find(account_id: uuid.UUID, key: str) -> Idempotency | None:
    """What this key was used for."""
    return db.session.scalar(
        select(Idempotency).where(Idempotency.account_id == account_id, Idempotency.key == key)
    )
