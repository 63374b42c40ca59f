"""The recordal pack, made by the worker for whoever asked, of what that side may hold."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from registry import jobs
from registry.contracts import made_files, printing, slots
from registry.contracts.models import Contract
from registry.contracts.printed_models import MadeFile
from registry.database import db
from registry.errors import Conflict
from registry.exports import recordal
from registry.exports.frozen import licenses_of
from registry.parties import service as parties
from registry.parties.rules import Actor


def ask(actor: Actor, contract: Contract) -> MadeFile:
    """Have the pack made. Raises Gone after an erasure, Conflict `recordal_not_due` before the license."""
    row = made_files.ask(actor, contract, made_files.RECORDAL, made_of=_made_of(actor, contract))
    if not licenses_of(contract) or not printing.issued(contract, "notice"):
        raise Conflict("recordal_not_due")
    return row


@jobs.handler(made_files.JOBS[made_files.RECORDAL])
def make(payload: Mapping[str, Any]) -> None:
    """Make one pack. Payload: made. Does nothing where it was made, or is wanted no more."""
    row = db.session.get(MadeFile, UUID(payload["made"]))
    if row is None or row.digest:
        return
    packed = recordal.pack(made_files.asker(row), row.contract, printing.font_set())
    data, made_id = b"".join(packed.archive), row.id
    db.session.rollback()
    made_files.keep(made_id, data)


def _made_of(actor: Actor, contract: Contract) -> list[str]:
    """What a pack depends on beside the filings: papers, files this side may see, how the recordal stands."""
    brought = slots.brought(contract)
    seen = (f"{one.slot} {one.upload.digest} {parties.may_see(actor, one.upload)}" for one in brought)
    printed = sorted(paper.digest for paper in contract.papers)
    return [*printed, *sorted(seen), contract.recordal_state, *(one.state for one in contract.acceptances)]
