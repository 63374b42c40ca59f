"""Two steps for machines: prepare returns the statement to sign, the signature completes it.

What was prepared is kept, salts included, so that the bytes signed are the bytes filed. A browser signs in
one step and needs no row. A prepared act runs out after an hour and can be completed once.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Uuid, select
from sqlalchemy.orm import Mapped, mapped_column

from registry import clock
from registry.database import Model, UtcDateTime, db, new_id, uuid_key
from registry.errors import Conflict, NotFound
from registry.ledger.canonical import new_nonce
from registry.ledger.filings import Filing, Statement, salted, statement_fields
from registry.ledger.setup import ledger_setup
from registry.parties import ceremonies
from registry.parties.rules import Actor

LIFE = timedelta(hours=1)


class PreparedAct(Model):
    """A statement somebody was asked to sign."""

    __tablename__ = "prepared_act"

    id: Mapped[uuid.UUID] = uuid_key()
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    power_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("power_of_attorney.id"))
    verb: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)  # the loaded input
    filing: Mapped[dict[str, Any]] = mapped_column(JSON)
    statement: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A filing with its salts drawn, and the statement of it to sign."""

    filing: Filing
    statement: Mapping[str, Any]

    def signed(self, statement: Statement | None) -> Filing:
        """The filing with the statement that was signed. Raises Conflict when another text was signed."""
        if statement is None:
            return self.filing
        if dict(statement.fields) != dict(self.statement):
            raise Conflict("stale_digest", "statement")
        return Filing(
            type=self.filing.type,
            subject=self.filing.subject,
            fields=self.filing.fields,
            secrets=self.filing.secrets,
            salts=self.filing.salts,
            statements=(*self.filing.statements, statement),
        )


def act_of(filing: Filing, *, role: str) -> Act:
    """Draw the salts and write the statement a party in this role signs.

    Where a device was asked to sign this very act, it is the act the device was asked about.
    """
    content = {"role": role, **encode(filing)}
    before = ceremonies.drawn_before(content)
    if before is not None:
        return Act(filing=decode(before["filing"]), statement=before["statement"])
    drawn = salted(filing)
    statement = statement_fields(drawn, origin=ledger_setup().origin, role=role, nonce=new_nonce())
    ceremonies.remember(content, {"filing": encode(drawn), "statement": statement})
    return Act(filing=drawn, statement=statement)


def keep(actor: Actor, verb: str, subject_id: uuid.UUID, act: Act, facts: Mapping[str, Any]) -> PreparedAct:
    """Keep a prepared act until its signature comes. `facts` must be JSON."""
    row = PreparedAct(
        id=new_id(),
        account_id=actor.account_id,
        power_id=actor.power.id if actor.power else None,
        verb=verb,
        subject_id=subject_id,
        facts=dict(facts),
        filing=encode(act.filing),
        statement=dict(act.statement),
        created_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    return row


def keep_list(
    actor: Actor, verb: str, subject_id: uuid.UUID, acts: Sequence[Act], facts: Mapping[str, Any]
) -> PreparedAct:
    """Keep several acts that one signature completes, in their order."""
    row = keep(actor, verb, subject_id, acts[0], facts)
    row.filing = {"list": [encode(one.filing) for one in acts]}
    row.statement = {"list": [dict(one.statement) for one in acts]}
    db.session.flush()
    return row


def find(actor: Actor, prepared_id: uuid.UUID) -> PreparedAct:
    """A prepared act of the actor's own, to be looked at. Raises NotFound."""
    row = db.session.get(PreparedAct, prepared_id)
    if row is None or not _of(actor, row):
        raise NotFound("not_found")
    return row


def open_of(actor: Actor, verb: str, subject_id: uuid.UUID) -> Sequence[PreparedAct]:
    """What the account prepared of this and has neither completed nor let run out, newest first."""
    query = select(PreparedAct).where(
        PreparedAct.account_id == actor.account_id,
        PreparedAct.verb == verb,
        PreparedAct.subject_id == subject_id,
        PreparedAct.completed_at.is_(None),
        PreparedAct.created_at > clock.now() - LIFE,
    )
    return db.session.scalars(query.order_by(PreparedAct.created_at.desc(), PreparedAct.id)).all()


def close(rows: Iterable[PreparedAct]) -> None:
    """The act was signed another way: what was prepared of it cannot be completed any more."""
    for row in rows:
        row.completed_at = clock.now()


def take(actor: Actor, verb: str, prepared_id: uuid.UUID) -> tuple[PreparedAct, Act]:
    """The prepared act, to be completed now. Raises NotFound for another's, Conflict when used or run out."""
    row = _taken(actor, verb, prepared_id)
    return row, Act(filing=decode(row.filing), statement=row.statement)


def take_list(actor: Actor, verb: str, prepared_id: uuid.UUID) -> tuple[PreparedAct, list[Act]]:
    """The acts that were kept together, to be completed now. Raises as `take`."""
    row = _taken(actor, verb, prepared_id)
    pairs = zip(row.filing["list"], row.statement["list"], strict=True)
    return row, [Act(filing=decode(filing), statement=said) for filing, said in pairs]


def _taken(actor: Actor, verb: str, prepared_id: uuid.UUID) -> PreparedAct:
    row = db.session.get(PreparedAct, prepared_id, with_for_update=True)
    if row is None or not _of(actor, row) or row.verb != verb:
        raise NotFound("not_found")
    if row.completed_at is not None or row.created_at + LIFE < clock.now():
        raise Conflict("prepared_used")
    row.completed_at = clock.now()
    return row


def _of(actor: Actor, row: PreparedAct) -> bool:
    """Prepared by the same account under the same power: the statement names the one it was written for."""
    return row.account_id == actor.account_id and row.power_id == (actor.power.id if actor.power else None)


def encode(filing: Filing) -> dict[str, Any]:
    """A filing without statements, as JSON."""
    return {
        "type": filing.type,
        "subject": filing.subject,
        "fields": dict(filing.fields),
        "secrets": dict(filing.secrets),
        "salts": dict(filing.salts),
    }


def decode(kept: Mapping[str, Any]) -> Filing:
    return Filing(
        type=kept["type"],
        subject=kept["subject"],
        fields=kept["fields"],
        secrets=kept["secrets"],
        salts=kept["salts"],
    )
