"""What a venue can do with batches: see which contracts are ready, check a choice, make a batch, hand it out
again.

A contract leaves for a registrar in one live batch only: the registration track lets it be exported once, and
moves in the transaction that freezes its row. Contracts named one by one are frozen at once, all or none;
everything that matched a filter is frozen by the worker, and what cannot be taken in is listed with its
reasons. The archive is packed by the worker and stored once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import BinaryIO
from uuid import UUID

from flask import current_app
from sqlalchemy import insert, select

from registry import clock, history, jobs
from registry.config import Settings
from registry.contracts import register, registration
from registry.contracts.models import Contract
from registry.contracts.readiness import Finding, is_ready
from registry.contracts.registration_form import payment_ways
from registry.contracts.rules import RegistrationState
from registry.database import db, new_id
from registry.documents import store
from registry.errors import Conflict, Invalid, NotFound, Refused
from registry.exports import candidates, freezing, frozen, places, standings, zero_fee
from registry.exports.models import Batch, BatchContract, Standing
from registry.exports.rules import (
    OPEN_BATCHES,
    BatchState,
    Choice,
    Chosen,
    Filter,
    Matching,
    PlaceState,
    digest_of,
    kept,
)
from registry.exports.standings import CHOOSABLE
from registry.exports.sums import Line, Sum, Sums, summed
from registry.jobs import Job
from registry.licenses.fee_fields import from_fields
from registry.licenses.schedule import Basis, Total
from registry.numbers import public_number
from registry.parties.models import Venue
from registry.parties.permissions import allow
from registry.parties.rules import Actor

LARGEST = 20_000
"""Contracts in a batch that was chosen by a filter."""
PAGE = 50
LONG_AGO = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A contract that might go into a batch, with everything a registrar would ask about it."""

    contract: Contract
    chosen: Chosen
    findings: tuple[Finding, ...]
    total: Total
    kind: str
    month: str
    registrar: str

    @property
    def ready(self) -> bool:
        return is_ready(list(self.findings))

    @property
    def zero(self) -> bool:
        return self.total.basis is Basis.ZERO

    def line(self, registrar: str) -> Line:
        """What of it is counted."""
        amount = self.total.amount  # a fee and nothing else: no equipment is part of it (form, row 18)
        where = registrar or self.registrar
        return Line(
            total=amount,
            technology=amount,
            registrar=where,
            kind=self.kind,
            month=self.month,
            zero=self.zero,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Contracts named one by one, looked at: what goes in, what stays out, and the sums of what goes in."""

    included: tuple[Candidate, ...]
    zero_apart: tuple[Candidate, ...]
    faulty: tuple[Candidate, ...]
    sums: Sums


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Everything ready that matches a filter, as a batch would take it, and its sums."""

    matching: Matching
    sums: Sums
    zero_apart: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One page of the contracts to choose from, and what the whole list comes to."""

    standings: Sequence[Standing]
    counts: dict[str, int]
    sum: Sum
    page: int
    pages: int


# --- choosing ----------------------------------------------------------------------------------------


def behind(actor: Actor) -> bool:
    """Whether contracts of the venue have moved since they were last looked at."""
    allow(actor, "batch.make", actor)
    venue_id = _venue_id(actor)
    mark = standings.mark_of(venue_id)
    return mark is None or mark < clock.now() - LONG_AGO or bool(standings.stale(venue_id))


def bring_up(actor: Actor) -> int:
    """Look again at what has moved, a hundred at once; how many are left to the worker."""
    allow(actor, "batch.make", actor)
    venue_id, begun = _venue_id(actor), clock.now()
    found = standings.stale(venue_id)
    standings.look(found[: standings.AT_ONCE])
    left = len(found) - standings.AT_ONCE
    if left <= 0:
        standings.looked_to(venue_id, begun)
        return 0
    waiting = select(Job.id).where(Job.name == "exports.look", Job.subject_id == venue_id)
    if db.session.scalar(waiting.where(Job.state.in_(("waiting", "running"))).limit(1)) is None:
        jobs.enqueue("exports.look", {"venue": str(venue_id)}, subject_id=venue_id)
    return left


def listed(actor: Actor, asked: Filter, page: int) -> Listed:
    """The contracts that have a license in force and are in no batch, oldest effect first; a constant number
    of statements.
    """
    allow(actor, "batch.make", actor)
    venue_id = _venue_id(actor)
    found = candidates.total(venue_id, asked)
    pages = max(1, -(-found.count // PAGE))
    page = min(max(page, 1), pages)
    return Listed(
        standings=candidates.page(venue_id, asked, offset=(page - 1) * PAGE, limit=PAGE),
        counts=candidates.counts(venue_id, asked),
        sum=found,
        page=page,
        pages=pages,
    )


def found(actor: Actor, asked: Filter, choice: Choice) -> Found:
    """What a batch of everything ready under a filter would hold, made as `choice` says."""
    allow(actor, "batch.make", actor)
    free, registrar = zero_fee.wanted(_venue_id(actor), choice), choice.registrar
    listed = candidates.matching(_venue_id(actor), asked, free=None)
    taken = [one for one in listed if not one[2].zero or zero_fee.taken(free, one[2].registrar)]
    lines = (replace(line, registrar=registrar or line.registrar) for _, _, line in taken)
    return Found(
        matching=Matching(filter=asked, count=len(taken), digest=digest_of(number for _, number, _ in taken)),
        sums=summed(lines),
        zero_apart=len(listed) - len(taken),
    )


def chosen(actor: Actor, numbers: Sequence[str]) -> list[Candidate]:
    """Those of these contracts that may go into a batch of the venue, as they stand today."""
    allow(actor, "batch.make", actor)
    query = select(Contract).where(Contract.venue_id == actor.venue_id, Contract.number.in_(numbers))
    query = query.where(Contract.registration.in_(CHOOSABLE), Contract.erased_at.is_(None))
    return [
        _candidate(one, Chosen(number=one.number, not_elsewhere=True))
        for one in db.session.scalars(query.order_by(Contract.created_at, Contract.number))
        if frozen.licenses_of(one)
    ]


def check(actor: Actor, choice: Choice) -> Checked:
    """What a batch of this choice would hold. Raises NotFound for a contract of another venue."""
    allow(actor, "batch.make", actor)
    free = zero_fee.wanted(_venue_id(actor), choice)
    looked = [_candidate(_contract(actor, one.number), one) for one in _once(choice.contracts)]
    apart = [one for one in looked if one.zero and not zero_fee.taken(free, one.registrar)]
    rest = [one for one in looked if one not in apart]
    included = tuple(one for one in rest if one.ready)
    return Checked(
        included=included,
        zero_apart=tuple(apart),
        faulty=tuple(one for one in rest if not one.ready),
        sums=summed(one.line(choice.registrar) for one in included),
    )


# --- making ------------------------------------------------------------------------------------------


def make(actor: Actor, choice: Choice) -> Batch:
    """Make a batch of contracts named one by one (all or none), or of everything that matched a filter.

    Zero-fee contracts that were not asked for stay behind. Raises Invalid with every fault of every contract
    named, Refused `batch_empty`, Conflict `already_in_batch` when one has left already and `choice_changed`
    when the filter no longer finds what was seen.
    """
    allow(actor, "batch.make", actor)
    return _make_matching(actor, choice, choice.matching) if choice.matching else _make_named(actor, choice)


def _make_named(actor: Actor, choice: Choice) -> Batch:
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
    batch = _batch(actor, choice, asked=len(checked.included))
    for position, one in enumerate(checked.included, start=1):
        place = BatchContract(position=position, contract_id=one.contract.id, state=PlaceState.CHOSEN)
        batch.items.append(place)
        freezing.take_in(actor, batch, place, contract=one.contract, chosen=one.chosen, choice=choice)
    db.session.flush()
    freezing.close(actor, batch)
    return batch


def _make_matching(actor: Actor, choice: Choice, seen: Matching) -> Batch:
    """The worker freezes what is chosen here; nothing is looked at yet but the list itself."""
    if not choice.not_elsewhere:
        raise Refused("registered_elsewhere_unanswered", "not_elsewhere", "[second-hand]", subject="/")
    free = zero_fee.wanted(_venue_id(actor), choice)
    listed = candidates.matching(_venue_id(actor), seen.filter, free=free)
    if not listed:
        raise Refused("batch_empty", "contracts")
    if (len(listed), digest_of(number for _, number, _ in listed)) != (seen.count, seen.digest):
        raise Conflict("choice_changed", count=len(listed))
    if len(listed) > LARGEST:
        raise Refused("too_many", "contracts", max=LARGEST)
    batch = _batch(actor, choice, asked=len(listed))
    rows = [
        {"batch_id": batch.id, "position": n, "contract_id": one[0], "state": PlaceState.CHOSEN.value}
        for n, one in enumerate(listed, start=1)
    ]
    db.session.execute(insert(BatchContract), rows)
    standings.wait_for([one[0] for one in listed], batch.number)
    jobs.enqueue("exports.freeze", {"batch": str(batch.id)}, subject_id=batch.id)
    return batch


def submitted(actor: Actor, batch: Batch, position: int) -> None:
    """Note that a contract of the batch has been typed in and handed to the registrar. Twice is once."""
    allow(actor, "batch.make", batch)
    contract = registration.lock(places.item(batch, position).contract)
    if contract.registration == RegistrationState.EXPORTED:
        registration.submit(actor, contract, clock.today())


def take_back(actor: Actor, batch: Batch, position: int, reason: str) -> None:
    """Take a contract back before it was handed in, so that it can be mended and go into another batch."""
    allow(actor, "batch.make", batch)
    contract = registration.lock(places.item(batch, position).contract)
    registration.move(actor, contract, "take_back", batch=batch.number, reason=reason)


def go_on(actor: Actor, batch: Batch) -> None:
    """Have the worker try again after its attempts failed (a full disk, say): it goes on where it was."""
    allow(actor, "batch.make", batch)
    if batch.state not in OPEN_BATCHES or not places.stuck(batch):
        raise Conflict("wrong_state", state=batch.state, verb="go_on")
    name = "exports.freeze" if batch.state == BatchState.FREEZING else "exports.pack"
    jobs.enqueue(name, {"batch": str(batch.id)}, subject_id=batch.id)
    history.record(actor, "go_on", batch)


# --- reading -----------------------------------------------------------------------------------------


def of_venue(actor: Actor, *, limit: int = 100) -> Sequence[Batch]:
    """The venue's newest batches, newest first."""
    allow(actor, "batch.view", actor)
    query = select(Batch).where(Batch.venue_id == actor.venue_id).order_by(Batch.created_at.desc())
    return db.session.scalars(query.limit(limit)).all()


def find(actor: Actor, number: str) -> Batch:
    """A batch by its number. Raises NotFound, for another venue's too."""
    batch = db.session.scalar(select(Batch).where(Batch.number == number.strip().upper()))
    if batch is None:
        raise NotFound("not_found")
    allow(actor, "batch.view", batch)
    return batch


def archive(batch: Batch) -> BinaryIO:
    """The stored archive, the same bytes for ever; the caller closes it. Raises Conflict `batch_packing`,
    Gone when a contract in it has been erased.
    """
    if not batch.digest:
        raise Conflict("batch_packing", number=batch.number)
    return store.open_stream(batch.digest)


def venue_of(actor: Actor) -> Venue:
    """The venue the actor works for. Raises NotFound for somebody without one."""
    venue = db.session.get(Venue, actor.venue_id) if actor.venue_id else None
    if venue is None:
        raise NotFound("not_found")
    return venue


# --- inside ------------------------------------------------------------------------------------------


def _candidate(contract: Contract, chosen: Chosen) -> Candidate:
    register.check_kept(contract)
    licenses = frozen.licenses_of(contract)
    if not licenses:
        raise Refused("not_effective", "contracts", "PL 51", subject=contract.number)
    return Candidate(
        contract=contract,
        chosen=chosen,
        findings=tuple(frozen.findings(contract, chosen)),
        total=registration.total_of(contract),
        kind=payment_ways(from_fields(one.record["fee"]).method for one in licenses),
        month=f"{max(one.effective_on for one in licenses if one.effective_on):%Y-%m}",
        registrar=frozen.registrar_of(contract),
    )


def _contract(actor: Actor, number: str) -> Contract:
    contract = register.find_contract(number)
    if contract.venue_id != actor.venue_id:
        raise NotFound("not_found")
    return contract


def _venue_id(actor: Actor) -> UUID:
    assert actor.venue_id is not None
    return actor.venue_id


def _once(contracts: Sequence[Chosen]) -> list[Chosen]:
    """A contract named twice is one contract."""
    return list({one.number: one for one in contracts}.values())


def _locking_order(choice: Choice) -> list[Chosen]:
    """By number, so that two batches of the same contracts wait for each other instead of dead-locking."""
    return sorted(_once(choice.contracts), key=lambda one: one.number)


def _faults(faulty: Sequence[Candidate]) -> list[Refused]:
    """Each fault of each contract, its number with it."""
    refused = [
        (candidate.contract.number, finding.refused())
        for candidate in faulty
        for finding in freezing.faults(candidate.findings)
    ]
    return [Refused(one.code, f"contracts.{number}", one.article, **one.params) for number, one in refused]


def _batch(actor: Actor, choice: Choice, *, asked: int) -> Batch:
    settings: Settings = current_app.extensions["settings"]
    assert actor.account_id is not None
    batch = Batch(
        id=new_id(),
        number=public_number("B", clock.today(), prefix=settings.prefix),
        venue_id=_venue_id(actor),
        account_id=actor.account_id,
        state=BatchState.FREEZING,
        choices=kept(choice),
        asked=asked,
        created_at=clock.now(),
    )
    db.session.add(batch)
    db.session.flush()
    history.record(actor, "make", batch, after=batch.state, changes={"asked": asked})
    return batch
