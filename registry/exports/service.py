"""What a venue can do with batches: see which contracts are ready, check a choice, make a batch, hand it out
again.

A contract leaves for a registrar in one live batch only: the registration track lets it be exported once, and
moves in the transaction that makes the batch. The archive is packed by the worker and stored once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import BinaryIO

from flask import current_app
from sqlalchemy import select

from registry import clock, history
from registry.config import Settings
from registry.contracts import cases, register, registration
from registry.contracts.models import Acceptance, Contract
from registry.contracts.readiness import Finding, is_ready
from registry.contracts.rules import RegistrationState
from registry.database import db, new_id
from registry.documents import store
from registry.errors import Conflict, Invalid, NotFound, Refused
from registry.exports import frozen
from registry.exports.archives import sums
from registry.exports.models import Batch, BatchContract
from registry.exports.rules import Choice, Chosen
from registry.jobs import enqueue
from registry.licenses.schedule import Basis, Total
from registry.numbers import public_number
from registry.parties.models import Venue
from registry.parties.permissions import allow
from registry.parties.rules import Actor

CHOOSABLE = (RegistrationState.DRAFT, RegistrationState.READY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A contract that might go into a batch, with everything a registrar would ask about it."""

    contract: Contract
    chosen: Chosen
    findings: tuple[Finding, ...]
    total: Total

    @property
    def ready(self) -> bool:
        return is_ready(list(self.findings))

    @property
    def zero(self) -> bool:
        return self.total.basis is Basis.ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A choice looked at: what goes in, what stays out, and the sums (yuan) of what goes in."""

    included: tuple[Candidate, ...]
    zero_apart: tuple[Candidate, ...]
    faulty: tuple[Candidate, ...]
    total: Decimal
    technology: Decimal


def candidates(actor: Actor) -> list[Candidate]:
    """The venue's contracts that have a license in force and are in no batch, oldest first."""
    allow(actor, "batch.make", actor)
    effective = select(Acceptance.contract_id).where(Acceptance.effective_seq.is_not(None))
    query = select(Contract).where(
        Contract.venue_id == actor.venue_id,
        Contract.registration.in_(CHOOSABLE),
        Contract.erased_at.is_(None),
        Contract.id.in_(effective),
    )
    found = db.session.scalars(query.order_by(Contract.created_at, Contract.number))
    return [
        _candidate(one, Chosen(number=one.number, not_elsewhere=True))
        for one in found
        if frozen.licenses_of(one)
    ]


def check(actor: Actor, choice: Choice) -> Checked:
    """What a batch of this choice would hold. Raises NotFound for a contract of another venue."""
    found = [_candidate(_contract(actor, one.number), one) for one in _once(choice.contracts)]
    apart = [one for one in found if one.zero and not choice.include_zero]
    rest = [one for one in found if one not in apart]
    included = tuple(one for one in rest if one.ready)
    total = sum((one.total.amount for one in included), Decimal("0.00"))
    return Checked(
        included=included,
        zero_apart=tuple(apart),
        faulty=tuple(one for one in rest if not one.ready),
        total=total,
        technology=total,  # a fee and nothing else: no equipment is part of it (form, row 18)
    )


def make(actor: Actor, choice: Choice) -> Batch:
    """Make a batch: rows frozen, contracts exported, the archive left to the worker; all or nothing.

    Zero-fee contracts that were not asked for stay behind. Raises Invalid with every fault of every contract,
    Refused `batch_empty`, Conflict `already_in_batch` when a contract has left already.
    """
    allow(actor, "batch.make", actor)
    contracts = {
        one.number: registration.lock(_contract(actor, one.number)) for one in _locking_order(choice)
    }
    for contract in contracts.values():
        if contract.registration not in CHOOSABLE:
            raise Conflict("already_in_batch", "contracts", number=contract.number)
    checked = check(actor, choice)
    if checked.faulty:
        raise Invalid(_faults(checked.faulty))
    if not checked.included:
        raise Refused("batch_empty", "contracts")
    batch = _batch(actor, choice)
    for position, candidate in enumerate(checked.included, start=1):
        _enter(actor, batch, position, candidate=candidate, choice=choice)
    db.session.flush()
    said = sums([item.row for item in batch.items])
    batch.count, batch.total_amount = said["count"], Decimal(said["total_amount"])
    batch.technology_amount = Decimal(said["technology_amount"])
    history.record(actor, "make", batch, changes={"count": batch.count, "total": said["total_amount"]})
    enqueue("exports.pack", {"batch": str(batch.id)}, subject_id=batch.id)
    return batch


def submitted(actor: Actor, batch: Batch, position: int) -> None:
    """Note that a contract of the batch has been typed in and handed to the registrar. Twice is once."""
    allow(actor, "batch.make", batch)
    contract = registration.lock(item(batch, position).contract)
    if contract.registration == RegistrationState.EXPORTED:
        registration.submit(actor, contract, clock.today())


def take_back(actor: Actor, batch: Batch, position: int, reason: str) -> None:
    """Take a contract back before it was handed in, so that it can be mended and go into another batch."""
    allow(actor, "batch.make", batch)
    contract = registration.lock(item(batch, position).contract)
    registration.move(actor, contract, "take_back", batch=batch.number, reason=reason)


# --- reading -----------------------------------------------------------------------------------------


def of_venue(actor: Actor) -> Sequence[Batch]:
    """The venue's batches, newest first."""
    allow(actor, "batch.view", actor)
    query = select(Batch).where(Batch.venue_id == actor.venue_id).order_by(Batch.created_at.desc())
    return db.session.scalars(query).all()


def find(actor: Actor, number: str) -> Batch:
    """A batch by its number. Raises NotFound, for another venue's too."""
    batch = db.session.scalar(select(Batch).where(Batch.number == number.strip().upper()))
    if batch is None:
        raise NotFound("not_found")
    allow(actor, "batch.view", batch)
    return batch


def item(batch: Batch, position: int) -> BatchContract:
    """One place of a batch. Raises NotFound."""
    found = db.session.get(BatchContract, (batch.id, position))
    if found is None:
        raise NotFound("not_found")
    return found


def archive(batch: Batch) -> BinaryIO:
    """The stored archive, the same bytes for ever; the caller closes it. Raises Conflict `batch_packing`."""
    if not batch.digest:
        raise Conflict("batch_packing", number=batch.number)
    return store.open_stream(batch.digest)


def default_include_zero() -> bool:
    """Whether zero-fee contracts are offered ticked: only where the registrar's view is known to allow it."""
    settings: Settings = current_app.extensions["settings"]
    return settings.batch_zero_fee


# --- inside ------------------------------------------------------------------------------------------


def _candidate(contract: Contract, chosen: Chosen) -> Candidate:
    register.check_kept(contract)
    if not frozen.licenses_of(contract):
        raise Refused("not_effective", "contracts", "PL 51", subject=contract.number)
    return Candidate(
        contract=contract,
        chosen=chosen,
        findings=tuple(frozen.findings(contract, chosen)),
        total=registration.total_of(contract),
    )


def _contract(actor: Actor, number: str) -> Contract:
    contract = register.find_contract(number)
    if contract.venue_id != actor.venue_id:
        raise NotFound("not_found")
    return contract


def _once(contracts: Sequence[Chosen]) -> list[Chosen]:
    """A contract named twice is one contract."""
    return list({one.number: one for one in contracts}.values())


def _locking_order(choice: Choice) -> list[Chosen]:
    """By number, so that two batches of the same contracts wait for each other instead of dead-locking."""
    return sorted(_once(choice.contracts), key=lambda one: one.number)


def _faults(faulty: Sequence[Candidate]) -> list[Refused]:
    """Each fault of each contract, its number with it."""
    found = []
    for candidate in faulty:
        for finding in candidate.findings:
            if not is_ready([finding]):
                refused = finding.refused()
                field = f"contracts.{candidate.contract.number}"
                found.append(Refused(refused.code, field, refused.article, **refused.params))
    return found


def _batch(actor: Actor, choice: Choice) -> Batch:
    settings: Settings = current_app.extensions["settings"]
    assert actor.venue_id is not None
    assert actor.account_id is not None
    batch = Batch(
        id=new_id(),
        number=public_number("B", clock.today(), prefix=settings.prefix),
        venue_id=actor.venue_id,
        account_id=actor.account_id,
        choices={
            "registrar": choice.registrar,
            "agent": choice.agent,
            "agent_phone": choice.agent_phone,
            "include_zero": choice.include_zero,
        },
        created_at=clock.now(),
    )
    db.session.add(batch)
    db.session.flush()
    return batch


def _enter(actor: Actor, batch: Batch, position: int, *, candidate: Candidate, choice: Choice) -> None:
    contract = candidate.contract
    if contract.registration == RegistrationState.DRAFT:
        registration.move(actor, contract, "pass_checks")
    cases.note_batch(actor, contract, candidate.chosen.applicant, candidate.chosen.not_elsewhere)
    row = frozen.freeze(contract, candidate.chosen, choice)
    batch.items.append(BatchContract(position=position, contract_id=contract.id, row=row))
    registration.move(actor, contract, "export", batch=batch.number)


def venue_of(actor: Actor) -> Venue:
    """The venue the actor works for. Raises NotFound for somebody without one."""
    venue = db.session.get(Venue, actor.venue_id) if actor.venue_id else None
    if venue is None:
        raise NotFound("not_found")
    return venue
