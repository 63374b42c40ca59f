"""What a venue's machines read: licenses by their place in the log, contracts as techcontract-export/1."""

from typing import Any

from sqlalchemy import select

from registry.contracts import register
from registry.contracts.models import Acceptance, Contract
from registry.database import db
from registry.errors import Conflict
from registry.exports import frozen, techcontract
from registry.exports.frozen import thawed
from registry.exports.models import Batch
from registry.exports.packing import rows_of
from registry.exports.rules import Choice, Chosen
from registry.parties.permissions import allow
from registry.parties.rules import Actor


def since(actor: Actor, *, after: int, limit: int) -> list[tuple[int, str, str, str]]:
    """(place, contract, registration state, license) of the venue's licenses that took effect after a place.

    Places are given once and never change, so that the same question has the same answer.
    """
    allow(actor, "batch.view", actor)
    query = select(Acceptance.effective_seq, Contract.number, Contract.registration, Acceptance.number)
    query = query.join(Contract, Contract.id == Acceptance.contract_id).where(
        Acceptance.venue_id == actor.venue_id, Acceptance.effective_seq > after, Contract.erased_at.is_(None)
    )
    found = db.session.execute(query.order_by(Acceptance.effective_seq).limit(limit))
    return [(seq or 0, number, state, license_) for seq, number, state, license_ in found]


def today(contract: Contract) -> dict[str, Any]:
    """A contract as a batch of today would freeze it, natural persons' numbers masked.

    Raises Gone when it has been erased, Conflict `not_effective` before there is a license.
    """
    register.check_kept(contract)
    if not frozen.licenses_of(contract):
        raise Conflict("not_effective", "contract", "PL 51", subject=contract.number)
    row = frozen.freeze(contract, Chosen(number=contract.number), Choice())
    row["extras"] = {**row["extras"], "identities": {}}
    return techcontract.document(row, *thawed(row))


def of_batch(batch: Batch, *, after: int, limit: int) -> list[tuple[int, bytes]]:
    """Positions and lines of the contracts of a batch as they were frozen; none of one that was erased."""
    lines: list[tuple[int, bytes]] = []
    for position, row in rows_of(batch.id, after=after):
        if not row.get("erased"):
            lines.append((position, techcontract.line(techcontract.document(row, *thawed(row)))))
        if len(lines) == limit:
            break
    return lines
