"""Freezing the contracts that were chosen for a batch, a few in each transaction: every one is looked at
again under its lock, taken in or refused with its reasons, never dropped.

If we crash between two transactions the batch goes on with what is still only chosen.
"""

from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select

from registry import clock, history, jobs
from registry.contracts import cases, registration
from registry.contracts.models import Contract
from registry.contracts.readiness import Finding, Severity
from registry.contracts.rules import RegistrationState
from registry.database import db
from registry.errors import Conflict, Refused
from registry.exports import frozen
from registry.exports.models import Batch, BatchContract, Standing
from registry.exports.packing import rows_of
from registry.exports.rules import BATCH, PLACE, Choice, Chosen, PlaceState, remembered
from registry.exports.standings import CHOOSABLE, look, said
from registry.exports.sums import line_of, summed
from registry.parties.rules import Actor

AT_ONCE = 25


def take_in(
    actor: Actor, batch: Batch, place: BatchContract, *, contract: Contract, chosen: Chosen, choice: Choice
) -> None:
    """Freeze a contract that was found to be in order."""
    if contract.registration == RegistrationState.DRAFT:
        registration.move(actor, contract, "pass_checks")
    cases.note_batch(actor, contract, chosen.applicant, chosen.not_elsewhere)
    place.row = frozen.freeze(contract, chosen, choice)
    place.state = PLACE.move(place.state, "freeze")
    registration.move(actor, contract, "export", batch=batch.number)
    standing = db.session.get(Standing, contract.id)
    if standing is not None:
        db.session.delete(standing)


def reasons(contract: Contract, chosen: Chosen, batch: Batch) -> list[Refused]:
    """Everything that keeps a contract out of this batch, looked at now."""
    if contract.erased_at is not None:
        return [Refused("contract_erased", article="PIPL 47", on=clock.legal_day(contract.erased_at))]
    if contract.registration not in CHOOSABLE:
        return [Conflict("already_in_batch", "contracts", number=contract.number)]
    if not frozen.licenses_of(contract):
        return [Refused("not_effective", "contracts", "PL 51", subject=contract.number)]
    return [one.refused() for one in faults(frozen.findings(contract, chosen))]


def faults(findings: Iterable[Finding]) -> list[Finding]:
    return [one for one in findings if one.severity is Severity.FAULT]


def freeze_some(actor: Actor, batch_id: UUID) -> bool:
    """Freeze the next few; whether any are left. Call inside a transaction."""
    batch = db.session.scalars(select(Batch).where(Batch.id == batch_id).with_for_update()).one()
    choice = remembered(batch.choices)
    query = select(BatchContract).where(
        BatchContract.batch_id == batch_id, BatchContract.state == PlaceState.CHOSEN
    )
    places = db.session.scalars(query.order_by(BatchContract.position).limit(AT_ONCE)).all()
    for place in places:
        _freeze(actor, batch, place, choice=choice)
    db.session.flush()
    return len(places) == AT_ONCE


def close(actor: Actor, batch: Batch) -> None:
    """Everything chosen has been frozen or refused: count and sum it, and have it packed."""
    found = summed(line_of(row) for _, row in rows_of(batch.id))
    batch.count, batch.sums = found.all.count, found.texts()
    batch.total_amount, batch.technology_amount = found.all.total, found.all.technology
    verb = "freeze" if batch.count else "refuse_all"
    before, batch.state = batch.state, BATCH.move(batch.state, verb)
    changes = {"count": batch.count, "asked": batch.asked, "total": str(Decimal(batch.total_amount))}
    history.record(actor, verb, batch, before=before, after=batch.state, changes=changes)
    if batch.count:
        jobs.enqueue("exports.pack", {"batch": str(batch.id)}, subject_id=batch.id)


def refused_of(batch: Batch) -> int:
    """How many of the chosen were refused."""
    query = select(func.count()).select_from(BatchContract)
    refused = BatchContract.batch_id == batch.id, BatchContract.state == PlaceState.REFUSED
    return db.session.scalar(query.where(*refused)) or 0


def _freeze(actor: Actor, batch: Batch, place: BatchContract, *, choice: Choice) -> None:
    contract = registration.lock(place.contract)
    number, applicant = contract.number, choice.applicant
    chosen = Chosen(number=number, applicant=applicant, not_elsewhere=choice.not_elsewhere)
    found = reasons(contract, chosen, batch)
    if not found:
        take_in(actor, batch, place, contract=contract, chosen=chosen, choice=choice)
        return
    place.refusals = [said(one) for one in found]
    place.state = PLACE.move(place.state, "refuse")
    look([contract.id])
